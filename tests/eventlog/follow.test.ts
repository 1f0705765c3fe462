import t from 'tap';
import { Pace } from '../../src/eventlog/follow.ts';

const never = new AbortController().signal;

const restOf = async (pace: Pace): Promise<number> => {
  const start = performance.now();
  await pace.rest(never);
  return performance.now() - start;
};

t.test('whoever follows the end of the log looks again at once after little', async (t) => {
  const pace = new Pace();
  pace.brought(31);
  t.ok((await restOf(pace)) < 100);
});

t.test('after much, or little many times, all rest until the same moment', async (t) => {
  for (const brought of [[1_000], Array.from({ length: 40 }, () => 4)]) {
    const pace = new Pace();
    for (const events of brought) pace.brought(events);
    const ends = await Promise.all([restOf(pace), restOf(pace), restOf(pace)]);
    t.ok(Math.min(...ends) > 150, 'they rest');
    t.ok(Math.max(...ends) - Math.min(...ends) < 100, 'until the same moment');
  }
});

t.test('what came long ago keeps nobody', async (t) => {
  const pace = new Pace();
  pace.brought(1_000);
  await pace.rest(never);
  await restOf(pace);
  t.ok((await restOf(pace)) < 100);
});

t.test('an order to stop ends the rest', async (t) => {
  const pace = new Pace();
  pace.brought(1_000);
  const start = performance.now();
  await pace.rest(AbortSignal.abort());
  t.ok(performance.now() - start < 100);
});
