/** Which backups of earlier nights a run removes. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import { type Night, nightName, outlived, type Run } from '../../src/cli/backup/keeping.ts';
import { type Manifest, manifestIn } from '../../src/cli/backup/manifest.ts';

const DAY_MS = 86_400_000;
const at = new Date('2026-03-20T01:30:00Z');
const before = (days: number): Date => new Date(at.getTime() - days * DAY_MS);
const manifest = (taken: Date, lost = 0, origin = 'here'): Manifest => ({
  ...{ format: 1, kind: 'data', backup: randomUUID(), madeAt: taken.toISOString(), origin, files: {} },
  ...{ general: { takenAt: taken.toISOString() }, objects: { count: 1, bytes: 1, missing: lost, lost } },
});
/** Nights that were finished so many days ago. */
const nights = (...ages: readonly number[]): readonly Night[] => ages.map((age) => aged(age, manifest(before(age))));
const aged = (age: number, is: Night['is'], changed = age): Night => ({
  name: nightName(before(age)),
  is,
  changed: before(changed),
});

const week: Run = { at, origin: 'here', days: 7, keyDays: 7, made: manifest(at) };
const failed: Run = { ...week, made: undefined };
/** The ages of those that go. */
const gone = (names: readonly string[], among: readonly Night[]) =>
  among.flatMap(({ name }, index) => (names.includes(name) ? [index] : []));
function goes(run: Run, data: readonly Night[], keys = data) {
  const names = outlived({ data, keys }, run);
  return { data: gone(names.data, data), keys: gone(names.keys, keys) };
}

t.test('what is older than its days goes, and nothing else', async (t) => {
  t.same(goes(week, nights(0)), { data: [], keys: [] }, 'the first run');
  const every = nights(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  t.same(goes(week, every), { data: [8, 9], keys: [8, 9] });
  t.same(goes({ ...week, keyDays: 5 }, every), { data: [8, 9], keys: [6, 7, 8, 9] }, 'keys have days of their own');
});

t.test('the youngest three that were finished always stay', async (t) => {
  t.same(goes(week, nights(0, 20, 21, 22)), { data: [3], keys: [3] }, 'after weeks without');
  t.same(goes(week, [...nights(0), aged(10, 'half'), ...nights(20, 21, 22)]), { data: [1, 4], keys: [1, 4] }, 'a half is none');
  const others = [19, 18].map((age) => aged(age, manifest(before(age), 0, 'elsewhere')));
  t.same(goes(week, [...nights(0), ...others, ...nights(20, 21, 22)]), { data: [5], keys: [5] }, 'nor is that of somebody else');
  t.same(goes(week, nights(-300, -301, 0, 20, 21, 22)), { data: [5], keys: [5] }, 'nor one that is still to come by its name');
});

t.test('after a night that failed only keys go', async (t) => {
  t.same(goes(failed, nights(1, 2, 3, 4, 8, 9)), { data: [], keys: [4, 5] });
  t.same(goes(failed, nights(9, 10, 11, 12)), { data: [], keys: [3] }, 'and of these the youngest three stay, too');
  t.same(goes(failed, []), { data: [], keys: [] });
});

t.test('half a night goes as soon as nobody can still be at it, also after one that failed', async (t) => {
  const data = [aged(0, 'half'), aged(1, 'half'), aged(2.1, 'half'), aged(3, 'half'), ...nights(8)];
  for (const run of [week, failed]) t.same(goes(run, data), { data: [2, 3], keys: [2, 3] });
  t.same(goes(week, [aged(30, 'half', 1), ...nights(0)]), { data: [], keys: [] }, 'one that is being copied back stays');
});

t.test('a directory is half a backup only where surely no manifest is in it', async (t) => {
  const directory = t.testdir({ none: {}, broken: { 'manifest.json': '{' }, unread: { 'manifest.json': {} } });
  t.equal(manifestIn(join(directory, 'none')), 'half');
  for (const name of ['broken', 'unread']) t.equal(manifestIn(join(directory, name)), 'unreadable', name);
});

t.test('nothing goes by a clock that is not the one of the database', async (t) => {
  const every = nights(0, 1, 2, 3, 8, 9);
  for (const off of [-61, 61]) {
    const made = manifest(new Date(at.getTime() + off * 60_000));
    t.same(goes({ ...week, made }, every), { data: [], keys: [] });
  }
  t.same(goes({ ...week, made: manifest(new Date(at.getTime() + 59 * 60_000)) }, every), { data: [4, 5], keys: [4, 5] });
  const { general, ...untold } = manifest(at);
  t.ok(general);
  t.same(goes({ ...week, made: untold }, every), { data: [], keys: [] });
});

t.test('nights of another installation stay, and those nobody can read', async (t) => {
  const strange = [aged(30, manifest(before(30), 0, 'elsewhere')), aged(31, 'unreadable')];
  t.same(goes(week, [...nights(0, 1, 2, 8), ...strange]), { data: [3], keys: [3] });
});

t.test('where files are lost the last night that held them stays, and the others go', async (t) => {
  const lacking = (age: number, lost: number) => aged(age, manifest(before(age), lost));
  const made = manifest(at, 2);
  // Two files were lost, one after the other; and once there was one more that was found again.
  const data = [
    [0, 2],
    [1, 2],
    [2, 2],
    [8, 2],
    [9, 1],
    [10, 1],
    [11, 3],
    [12, 0],
    [13, 0],
  ].map(([age = 0, lost = 0]) => lacking(age, lost));
  t.same(goes({ ...week, made }, data, nights(0, 1, 2, 8)), { data: [3, 5, 6, 8], keys: [3] });

  const [one, other] = [randomUUID(), randomUUID()];
  const named = (age: number, ...lostDocuments: string[]) => {
    const lost = lostDocuments.length;
    return aged(age, { ...manifest(before(age)), objects: { count: 1, bytes: 1, missing: 0, lost, lostDocuments } });
  };
  const instead = [named(0, one), named(1, one), named(2, one), named(8, other), named(9, other), named(10)];
  t.same(goes(week, instead).data, [4, 5], 'also where another was lost when it was found again');
});
