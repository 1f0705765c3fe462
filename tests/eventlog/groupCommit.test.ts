import t from 'tap';
import { gatheredReads } from '../../src/eventlog/postgres/gatheredReads.ts';
import { GroupCommit } from '../../src/eventlog/postgres/groupCommit.ts';

const poison = new Error('poison');
const broken = new Error('the connection broke');

/** A commit that keeps what it was given; items that begin with "bad" fail the whole group. */
function recording(limits: { maxItems?: number; maxWeight?: number } = {}) {
  const groups: string[][] = [];
  const appends = new GroupCommit<string, string>({
    commit: async (group) => {
      groups.push([...group]);
      await new Promise((resolve) => setImmediate(resolve));
      if (group.includes('broken')) throw broken;
      if (group.some((item) => item.startsWith('bad'))) throw poison;
      return group.map((item) => item.toUpperCase());
    },
    weight: (item) => item.length,
    poisoned: (error) => error === poison,
    maxItems: limits.maxItems ?? 100,
    maxWeight: limits.maxWeight ?? 1_000,
  });
  return { groups, appends };
}

t.test('what is submitted together is committed together, each with its own result', async (t) => {
  const { groups, appends } = recording();
  t.same(await Promise.all(['a', 'b', 'c'].map((item) => appends.submit(item))), ['A', 'B', 'C']);
  t.same(groups, [['a', 'b', 'c']]);
});

t.test('what comes while a commit is in flight goes into the next one, in order', async (t) => {
  const { groups, appends } = recording();
  const first = appends.submit('a');
  while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const rest = ['b', 'c', 'd'].map((item) => appends.submit(item));
  t.same(await Promise.all([first, ...rest]), ['A', 'B', 'C', 'D']);
  t.same(groups, [['a'], ['b', 'c', 'd']]);
});

t.test('callers that submit again as soon as they are answered stay in one group', async (t) => {
  const { groups, appends } = recording();
  const client = async (name: string) => {
    for (let n = 0; n < 5; n += 1) await appends.submit(name);
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(client));
  t.same(groups, Array(5).fill(['a', 'b', 'c', 'd']));
});

t.test('a poisoned item fails alone', async (t) => {
  const { groups, appends } = recording();
  const outcomes = await Promise.allSettled(['a', 'bad', 'c'].map((item) => appends.submit(item)));
  t.match(outcomes, [{ value: 'A' }, { status: 'rejected', reason: poison }, { value: 'C' }]);
  t.same(groups, [['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
});

t.test('any other failure is the failure of all, tried once', async (t) => {
  const { groups, appends } = recording();
  const outcomes = await Promise.allSettled(['a', 'broken', 'c'].map((item) => appends.submit(item)));
  t.ok(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === broken));
  t.equal(groups.length, 1);
  t.equal(await appends.submit('d'), 'D', 'and the next is served');
});

t.test('groups are bounded in number and in weight, though one heavy item always goes', async (t) => {
  const many = recording({ maxItems: 2 });
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => many.appends.submit(item)));
  t.same(many.groups, [['a', 'b'], ['c', 'd'], ['e']]);

  const heavy = recording({ maxWeight: 6 });
  await Promise.all(['aaaa', 'bb', 'ccc', 'ddddddddd', 'e'].map((item) => heavy.appends.submit(item)));
  t.same(heavy.groups, [['aaaa', 'bb'], ['ccc'], ['ddddddddd'], ['e']]);
});

t.test('idle waits for everything submitted', async (t) => {
  const { groups, appends } = recording({ maxItems: 1 });
  await appends.idle();
  const all = ['a', 'b', 'c'].map((item) => appends.submit(item));
  await appends.idle();
  t.equal(groups.length, 3);
  await Promise.all(all);
});

t.test(
  'reads asked for in one turn are one statement, each with its own rows in order; one that fails fails them all',
  async (t) => {
    const sent: string[][] = [];
    const read = gatheredReads<{ n: number; row: string }>(async ({ streams, revisions }) => {
      sent.push([...streams]);
      if (streams.includes('broken')) throw broken;
      return streams.flatMap((stream, index) =>
        stream === 'none' ? [] : [0, 1].map((more) => ({ n: index + 1, row: `${stream}/${(revisions[index] ?? 0) + more}` })),
      );
    });
    const rowsOf = async (stream: string, revision: number) => (await read(stream, revision)).map(({ row }) => row);
    const first = await Promise.all([rowsOf('a', 3), rowsOf('none', 1), rowsOf('a', 7), rowsOf('b', 1)]);
    t.same(first, [['a/3', 'a/4'], [], ['a/7', 'a/8'], ['b/1', 'b/2']]);
    t.same(await rowsOf('c', 1), ['c/1', 'c/2']);
    t.same(sent, [['a', 'none', 'a', 'b'], ['c']]);
    const failed = await Promise.allSettled([read('a', 1), read('broken', 1)]);
    t.ok(failed.every((one) => one.status === 'rejected' && one.reason === broken));
    const many = await Promise.all(Array.from({ length: 600 }, (_, at) => rowsOf(`s${at}`, 1)));
    t.same(many.at(-1), ['s599/1', 's599/2']);
    t.same(
      sent.slice(3).map((group) => group.length),
      [256, 256, 88],
    );
  },
);
