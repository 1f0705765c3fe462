import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import t from 'tap';
import { createAccessLog } from '../../src/eventlog/access/accessLog.ts';
import { checkMonth, checkMonths } from '../../src/eventlog/access/check.ts';
import { keepMonths } from '../../src/eventlog/access/months.ts';
import { directoryHeads, type HeadsOutside, headsOutside } from '../../src/eventlog/access/outside.ts';
import { migrateAccess } from '../../src/eventlog/access/roles.ts';
import { sealMonths } from '../../src/eventlog/access/trees.ts';
import { createSigner } from '../../src/platform/merkle/note.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { asideByHand } from '../support/audit/aside.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';

t.setTimeout(120_000);

const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const signer = createSigner('masar.test', key);
const RETENTION = 2;

/** An access log of its own, and a place outside the database for its heads. */
async function installation(test: Pick<typeof t, 'teardown'>) {
  const root = temporaryDirectory();
  test.teardown(() => rmSync(root, { recursive: true, force: true }));
  const directory = join(root, 'heads');
  mkdirSync(directory);
  const { pool } = await testDatabase(test);
  await migrateAccess(pool, 'access');
  const log = createAccessLog({ pool, schema: 'access' });
  const enter = async (day: string, many = 1) => {
    const one = { requestId: 'r', staff: 's', posts: [], route: 'GET /x', cases: [], owners: [], outcome: 'allowed' as const };
    for (let at = 0; at < many; at += 1) await log.record([{ ...one, at: `2026-${day}T08:00:00.000Z` }]);
  };
  const place = directoryHeads(directory, 'masar.test');
  const metrics = createMetrics({ processMetrics: false });
  const parts = { place, retentionMonths: RETENTION, logger: silentLog };
  /** Of the worker that runs. */
  const figure = async (name: string) =>
    (await metrics.scrape()).body.match(new RegExp(`^masar_access_log_${name} (\\d+)`, 'm'))?.[1];
  const running = headsOutside({ ...parts, metrics });
  /** As a worker that has just begun. */
  const begun = () => headsOutside(parts);
  const seal = (now: string, outside: HeadsOutside = running) => sealMonths(pool, 'access', signer, `2026-${now}.000Z`, outside);
  /** What `npm run access` says of what is wrong. */
  const wrong = async (now: string, outside: HeadsOutside | 'none' = begun(), keys = [signer.key]) => {
    const found: string[] = [];
    const place = outside === 'none' ? undefined : outside;
    const checking = { pool, schema: 'access', keys, now: `2026-${now}.000Z`, outside: place };
    for await (const { line, isRight } of checkMonths(checking)) if (!isRight) found.push(line);
    return found;
  };
  const fileOf = (month: string) => join(directory, `masar.test_access-${month}.heads`);
  const newest = async (month: string) => (await place.of(`access-${month}`).newest())?.size;
  return { directory, pool, parts, log, enter, figure, running, begun, seal, wrong, fileOf, newest };
}

t.test(
  'a month of the access log that is cut back to an earlier head is told by the head outside, and signed no more',
  async (t) => {
    const { directory, pool, log, enter, figure, begun, seal, fileOf, newest } = await installation(t);
    const changed = () => figure('months_not_as_kept');
    const now = '04-02T09:00:00';

    await enter('02-05', 3);
    t.equal(await sealMonths(pool, 'access', signer, '2026-02-06T00:00:00.000Z'), 3, 'while there is no place outside');
    await enter('03-05', 4);
    t.equal(await seal(now), 4);
    t.same(readdirSync(directory).sort(), ['masar.test_access-2026-02.heads', 'masar.test_access-2026-03.heads']);
    t.equal(await newest('2026-02'), 3, 'what was signed before is kept as well');
    const older = await tablesOf(pool);
    await enter('03-06', 5);
    t.equal(await seal(now), 5);
    t.equal(await newest('2026-03'), 9);
    t.equal(await seal(now, begun()), 0, 'no false alarm');
    t.equal(await changed(), '0');

    await putBack(pool, older);
    const told = { name: 'AccessLogChanged', message: /access-2026-03 is behind the head that is kept outside/ };
    t.equal(await sealMonths(pool, 'access', signer, '2026-04-02T09:00:00.000Z'), 0, 'by itself an older copy sees nothing');
    await t.rejects(seal(now, begun()), told, 'of a month in which nothing is new too');
    await enter('03-07', 2);
    await enter('02-07');
    await t.rejects(seal(now), told, 'and under the worker that went on');
    t.equal(await changed(), '1');
    t.equal((await checkMonth(pool, 'access', '2026-03-01', [signer.key])).sealed, 4, 'nothing more of it is signed');
    t.equal(await newest('2026-02'), 4, 'other months are');
    t.same(await log.unsealed('2026-04-02T09:00:00.000Z'), ['2026-03-01'], 'and it is told of');

    await enter('03-08', 4);
    t.equal(await sealMonths(pool, 'access', signer, '2026-04-02T10:00:00.000Z'), 6, 'with no place outside it would go on');
    await t.rejects(seal(now, begun()), { message: /access-2026-03 is not the one whose head is kept outside/ });

    const file = fileOf('2026-02');
    const heads = readFileSync(file, 'utf8');
    writeFileSync(file, heads.replaceAll('"size":4', '"size":3'));
    await t.rejects(seal(now, begun()), { message: /a head of the tree access-2026-02 that is kept outside was changed/ });
    const foreign = heads.replaceAll('access-2026-02', 'access-2026-03');
    writeFileSync(file, foreign);
    const another = { message: /access-2026-02 that is kept outside was changed/ };
    await t.rejects(seal(now, begun()), another, 'the head of another month');
    writeFileSync(file, heads);
  },
);

t.test('a past month that is cut back while a worker runs is seen within the hour, and by the command', async (t) => {
  const { pool, enter, figure, seal, wrong } = await installation(t);
  await enter('02-05', 3);
  t.equal(await seal('02-05T09:00:00'), 3);
  const older = await tablesOf(pool);
  await enter('02-06', 5);
  t.equal(await seal('03-02T09:00:00'), 5);
  t.same(await wrong('03-02T09:00:00'), []);

  const whole = await tablesOf(pool);
  await putBack(pool, older);
  t.equal(await seal('03-02T09:59:00'), 0, 'it was looked at less than an hour ago');
  const told = { name: 'AccessLogChanged', message: /access-2026-02 is behind the head that is kept outside/ };
  await t.rejects(seal('03-02T10:00:00'), told);
  await t.rejects(seal('03-02T10:01:00'), told, 'and it is said again while it is so');
  t.equal(await figure('months_not_as_kept'), '1');
  t.same(await wrong('03-02T10:00:00', 'none'), [], 'the database alone looks as signed');
  t.match(await wrong('03-02T10:00:00'), [/^2026-02 {2}3 entries, 3 sealed, .*behind the head that is kept outside/]);

  await putBack(pool, whole);
  t.equal(await seal('03-02T10:02:00'), 0, 'it is restored');
  t.equal(await figure('months_not_as_kept'), '0');
  await pool.query('update access.month set entries = 7 where entries = 8');
  await t.rejects(seal('03-02T11:03:00'), { message: /access-2026-02 counts fewer entries than were sealed/ });
  await pool.query('update access.month set entries = 8 where entries = 7');
  await pool.query(`update access.tree set peaks = sha256('x') || substr(peaks, 33) where name = 'access-2026-02'`);
  await t.rejects(seal('03-02T12:04:00'), { message: /access-2026-02 is not as it was signed/ });
  t.equal(await figure('months_not_as_kept'), '1', 'what the checkpoint tells is counted too');
});

t.test('the month that runs is held to its head each time, whether or not anything is new', async (t) => {
  const { pool, enter, seal } = await installation(t);
  await enter('02-05', 3);
  t.equal(await seal('02-05T09:00:00'), 3);
  const older = await tablesOf(pool);
  await enter('02-06', 5);
  t.equal(await seal('02-06T09:00:00'), 5);
  await putBack(pool, older);
  await t.rejects(seal('02-06T09:01:00'), { message: /access-2026-02 is behind the head that is kept outside/ });
});

t.test('a month is not hidden by calling it dropped, nor by forgetting it', async (t) => {
  const { pool, enter, figure, begun, seal, wrong, fileOf } = await installation(t);
  await enter('01-05', 2);
  await enter('02-05', 4);
  t.equal(await seal('03-02T09:00:00'), 6);
  const whole = await tablesOf(pool);

  const early = /access-2026-02 was dropped before its time was over/;
  for (const moment of ['2026-03-02', '2026-04-30T23:59:59Z', '2027-01-01', '-infinity', 'infinity']) {
    await pool.query(`update access.month set dropped_at = $1 where starts = '2026-02-01'`, [moment]);
    await t.rejects(seal('03-02T09:00:00', begun()), { message: early }, `by a worker that has just begun: ${moment}`);
  }
  await t.rejects(seal('03-02T10:00:00'), { message: early }, 'and by one that runs');
  t.match(await wrong('03-02T10:00:00'), [/^2026-02 {2}4 entries, 4 sealed, dropped, .*before its time was over$/]);
  t.equal(await figure('months_not_as_kept'), '1');

  await putBack(pool, whole);
  t.equal(await seal('03-02T10:01:00'), 0);
  t.equal(await figure('months_not_as_kept'), '0');
  await pool.query(`delete from access.month where starts = '2026-02-01'`);
  const gone = /a head of the tree access-2026-02 is kept outside, and its month is not there/;
  await t.rejects(seal('03-02T10:02:00'), { message: gone });
  await t.rejects(seal('03-02T10:02:00', begun()), { message: gone });
  t.equal(await figure('months_not_as_kept'), '1');
  t.match(await wrong('03-02T10:02:00'), [/^2026-02 {2}a head .* its month is not there$/]);
  await putBack(pool, whole);
  t.equal(await seal('03-02T10:03:00'), 0, 'until it is back');
  t.equal(await figure('months_not_as_kept'), '0', 'which is seen at once');

  t.same(await keepMonths(pool, 'access', '2026-04-01T00:00:00.000Z', RETENTION), { dropped: ['2026-01-01'] });
  t.equal(await seal('04-01T00:01:00'), 0, 'a month whose time is over may be dropped');
  t.equal(await seal('04-01T00:01:00', begun()), 0);
  t.same(await wrong('04-01T00:01:00'), []);
  await pool.query(`delete from access.checkpoint where tree = 'access-2026-01'`);
  await t.rejects(seal('04-01T01:02:00'), { message: /access-2026-01 is not as it was signed/ }, 'its checkpoints stay');
  await pool.query(`delete from access.tree where name = 'access-2026-01'`);
  await t.rejects(seal('04-01T01:03:00'), { message: /access-2026-01 is behind the head/ }, 'and its tree');
  t.match(await wrong('04-01T01:03:00'), [/^2026-01 .*behind the head/]);

  asideByHand(fileOf('2026-01'));
  t.equal(await seal('04-01T01:04:00', begun()), 0, 'where the loss is accepted the head is moved aside');
  t.same(await wrong('04-01T01:04:00'), []);
});

t.test('a head that was dropped early is put aside by hand, and not begun again', async (t) => {
  const { pool, enter, begun, seal, wrong, fileOf, newest } = await installation(t);
  await enter('01-05', 2);
  t.equal(await seal('02-01T09:00:00'), 2);
  t.same(await keepMonths(pool, 'access', '2026-03-01T00:00:00.000Z', 1), { dropped: ['2026-01-01'] }, 'kept shorter then');
  await t.rejects(seal('05-01T09:00:00', begun()), { message: /access-2026-01 was dropped before its time was over/ });
  asideByHand(fileOf('2026-01'));
  t.equal(await seal('05-01T09:01:00', begun()), 0);
  t.equal(await newest('2026-01'), undefined);
  t.same(await wrong('05-01T09:01:00'), []);
});

t.test('heads that vanish from the place outside are told of by who knew them, and not begun anew', async (t) => {
  const { directory, enter, figure, begun, seal, wrong, fileOf, newest } = await installation(t);
  await enter('03-05', 3);
  t.equal(await seal('03-05T09:00:00'), 3);
  const file = fileOf('2026-03');
  const three = readFileSync(file, 'utf8');
  await enter('03-05', 2);
  t.equal(await seal('03-05T09:01:00'), 2);
  const five = readFileSync(file, 'utf8');

  const told = {
    name: 'AccessLogChanged',
    message: /the head of 5 entries of the tree access-2026-03 is no longer kept outside/,
  };
  await enter('03-05');
  for (const [what, change] of [
    ['the file', () => rmSync(file)],
    ['its last head', () => writeFileSync(file, three)],
    ['what it held', () => writeFileSync(file, '')],
    ['the directory', () => rmSync(directory, { recursive: true })],
  ] as const) {
    change();
    await t.rejects(seal('03-05T09:02:00'), told, what);
    await t.rejects(seal('03-05T09:03:00'), told, `${what}, again`);
    t.equal(await figure('months_not_as_kept'), '1');
  }
  t.equal(await newest('2026-03'), undefined, 'nothing was begun in its place');
  await t.rejects(seal('03-05T09:03:00', begun()), told, 'who begins after that is told by the database');
  t.match(await wrong('03-05T09:03:00'), [/the head of 5 entries of the tree access-2026-03 is no longer kept outside/]);

  mkdirSync(directory);
  writeFileSync(file, five);
  t.equal(await seal('03-05T09:04:00'), 1, 'and it goes on when they are back');
  t.equal(await figure('months_not_as_kept'), '0');
  asideByHand(file);
  await t.rejects(seal('03-05T09:05:00'), { message: /the head of 6 entries/ }, 'who saw it there goes on missing it');
  t.equal(await seal('03-05T09:05:00', begun()), 0, 'who begins takes the month as it is where the loss was accepted');
  t.equal(await newest('2026-03'), 6);
  rmSync(file);
  await t.rejects(seal('03-05T09:05:00', begun()), { message: /the head of 6 entries/ }, 'the head kept again is missed again');
  renameSync(`${file}.aside`, `${file}.bak`);
  writeFileSync(`${file}.gz`, '');
  await t.rejects(
    seal('03-05T09:05:00', begun()),
    { message: /the head of 6 entries/ },
    'copies under other names excuse nothing',
  );
  asideByHand(file);
  t.equal(await seal('03-05T09:05:00', begun()), 0);
  t.equal(await newest('2026-03'), 6, 'until that loss is accepted too');
  rmSync(`${file}.aside`);
  writeFileSync(file, '');
  await t.rejects(seal('03-05T09:06:00', begun()), { message: /the head of 6 entries/ }, 'and not where it was only emptied');
});

t.test(
  'a month signed by the key before this one is as signed where that key was published, and where a head outside has it',
  async (t) => {
    const { pool, enter, seal, wrong, fileOf } = await installation(t);
    const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
    const former = createSigner('masar.test', pem);
    const byFormer = (now: string) => sealMonths(pool, 'access', former, `2026-${now}.000Z`);
    await enter('02-05', 3);
    t.equal(await byFormer('02-06T09:00:00'), 3);
    await enter('03-05', 2);
    t.equal(await sealMonths(pool, 'access', signer, '2026-03-05T09:00:00.000Z'), 2, 'the new key signs what comes after');

    const now = '03-05T09:01:00';
    const escaped = former.key.replaceAll(/[+/]/g, String.raw`\$&`);
    const unknown = new RegExp(`^2026-02 {2}3 entries, 3 sealed, SIGNED BY A KEY THAT IS NOT KNOWN HERE, ${escaped}: `);
    t.match(await wrong(now, 'none'), [unknown], 'whoever can sign a month anew can name a key beside it');
    t.same(await wrong(now, 'none', [signer.key, former.key]), [], 'a key that was published is given by hand');
    t.same(await wrong(now, 'none', [signer.key, 'no key', former.key]), []);
    await pool.query(`update access.checkpoint set key = 'no key' where tree = 'access-2026-02'`);
    t.match(await wrong(now, 'none'), [/^2026-02 .*NOT AS SIGNED/], 'what is no key signed nothing');
    await pool.query(`update access.checkpoint set key = $1 where tree = 'access-2026-02'`, [former.key]);

    t.equal(await seal(now), 0);
    t.match(readFileSync(fileOf('2026-02'), 'utf8'), former.key, 'its head is kept outside as it was signed');
    t.same(await wrong(now), []);
    await pool.query(`delete from access.checkpoint where tree = 'access-2026-02'`);
    t.match(await wrong(now), [/^2026-02 .*NOT AS SIGNED/], 'under any key');
  },
);

t.test('a place outside that is away is told of, the access log goes on, and the next head stands for those lost', async (t) => {
  const { directory, enter, figure, begun, seal, fileOf, newest } = await installation(t);
  const failing = () => figure('witness_failing');
  const away = () => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'no directory');
  };
  const back = (heads: string) => {
    rmSync(directory);
    mkdirSync(directory);
    writeFileSync(fileOf('2026-03'), heads);
  };
  await enter('03-05');
  t.equal(await seal('03-06T09:00:00'), 1);
  t.equal(await failing(), '0');
  const kept = readFileSync(fileOf('2026-03'), 'utf8');
  away();
  await enter('03-05');
  t.equal(await seal('03-06T09:01:00'), 1);
  t.equal(await failing(), '1');
  back(kept);
  await enter('03-05');
  t.equal(await seal('03-06T09:02:00'), 1);
  t.equal(await newest('2026-03'), 3);
  t.equal(await failing(), '0');

  const three = readFileSync(fileOf('2026-03'), 'utf8');
  away();
  t.equal(await seal('03-06T09:03:00'), 0);
  t.equal(await failing(), '1', 'that it cannot be read is told of too');
  back(three);
  t.equal(await seal('03-06T09:04:00'), 0, 'nothing is to be kept');
  t.equal(await failing(), '0', 'and that it can be read again is enough');

  away();
  await enter('03-05');
  t.equal(await seal('03-06T09:05:00'), 1);
  back(three);
  t.equal(await seal('03-06T09:06:00', begun()), 0);
  t.equal(await newest('2026-03'), 4, 'another worker kept the head that was lost');
  t.equal(await seal('03-06T09:07:00'), 0);
  t.equal(await failing(), '0');
  away();
  await t.rejects(seal('03-06T09:08:00', begun()), { code: 'ENOTDIR' }, 'who never saw a head signs nothing without');
});

t.test('what could not be read or kept of a past month is tried again at once, not after an hour', async (t) => {
  const { directory, parts, enter, figure, seal, newest } = await installation(t);
  await enter('03-05');
  t.equal(await seal('04-02T09:00:00'), 1);
  renameSync(directory, `${directory}.away`);
  writeFileSync(directory, 'no directory');
  t.equal(await seal('04-02T10:00:00'), 0);
  t.equal(await figure('witness_failing'), '1');
  rmSync(directory);
  renameSync(`${directory}.away`, directory);
  t.equal(await seal('04-02T10:01:00'), 0);
  t.equal(await figure('witness_failing'), '0');

  let isFull = true;
  const keep = (tree: string) => (isFull ? () => Promise.reject(new Error('no space')) : parts.place.of(tree).keep);
  const of = (tree: string) => ({ ...parts.place.of(tree), keep: keep(tree) });
  const outside = headsOutside({ ...parts, place: { ...parts.place, of } });
  await enter('03-06');
  t.equal(await seal('04-02T10:02:00', outside), 1);
  t.equal(await newest('2026-03'), 1);
  isFull = false;
  t.equal(await seal('04-02T10:03:00', outside), 0);
  t.equal(await newest('2026-03'), 2);
});

const TABLES = ['month', 'entry', 'tree', 'tree_node', 'checkpoint', 'witnessed'] as const;

/** What a backup of the access log holds. */
async function tablesOf(pool: pg.Pool) {
  const rows = (table: string) => pool.query(`select to_jsonb(one) as row from access.${table} one`).then((found) => found.rows);
  return new Map(await Promise.all(TABLES.map(async (table) => [table, await rows(table)] as const)));
}

/** Puts the access log back as a backup has it, as whoever owns the database can. */
async function putBack(pool: pg.Pool, backup: Awaited<ReturnType<typeof tablesOf>>): Promise<void> {
  await pool.query('alter table access.entry disable trigger all');
  for (const table of TABLES.toReversed()) await pool.query(`delete from access.${table}`);
  for (const [table, rows] of backup) {
    for (const { row } of rows)
      await pool.query(`insert into access.${table} select * from jsonb_populate_record(null::access.${table}, $1)`, [row]);
  }
}
