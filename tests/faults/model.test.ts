import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { Executor } from '../../src/eventlog/execute.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import { actions } from '../support/faults/model/actions.ts';
import { type Counts, type Drive, drive } from '../support/faults/model/drive.ts';
import { openStage, type Stage } from '../support/faults/model/stage.ts';
import { seed, size } from '../support/faults/size.ts';
import { testDatabase } from '../support/postgres.ts';

const RUNS = size(60, 2_000);
const SEED = seed(t);

/** What is to happen in a whole run of this test, of faults as of the rest. */
const HAPPEN = [
  'crash before',
  'crash after',
  'reply lost',
  'never arrived',
  'unavailable',
  'twice',
  'overtaken',
  'restart',
  'projector died',
  'answered again',
  'refused STALE',
  'refused IDEMPOTENCY_KEY_REUSED',
  'deliver',
  'reopen',
  'retract',
  'correct',
  'confirmCorrection',
  'acceptTransfer',
];

async function stages(t: Test): Promise<{ readonly memory: Stage; readonly postgres: Stage }> {
  const { pool } = await testDatabase(t);
  const [memory, postgres] = [await openStage(pool, 'memory'), await openStage(pool, 'postgres')];
  t.teardown(() => Promise.all([memory.log.close(), postgres.log.close()]));
  return { memory, postgres };
}

t.test('whatever officers do and whatever breaks, answers, log and read models are those of a simple model', async (t) => {
  const on = await stages(t);
  const counts: Counts = new Map();
  const place = fc.constantFrom('memory', 'memory', 'memory', 'postgres');
  const property = fc.asyncProperty(place, actions, (where, sequence) => drive(on[where as keyof typeof on], sequence, counts));
  const report = await fc.check(property, { seed: SEED, numRuns: RUNS });
  if (report.failed) return t.fail(`${report.errorInstance}`, { sequence: fc.stringify(report.counterexample) });
  t.comment(
    `${report.numRuns} runs: ${[...counts]
      .sort()
      .map(([what, times]) => `${times} ${what}`)
      .join(', ')}`,
  );
  // A slice may be unlucky with some of them.
  if (RUNS >= 1_000) for (const what of HAPPEN) t.ok(counts.get(what), `${what}: ${counts.get(what)} times`);
  for (const { runner, projection, kind } of Object.values(on)) {
    const { tables } = await checkProjection(runner, projection, new AbortController().signal);
    t.strictSame(
      tables.flatMap(({ table, difference }) => (difference ? [{ table, difference }] : [])),
      [],
      `on ${kind} the read models are, byte for byte, what a rebuild gives`,
    );
  }
});

/** The property on a program with a mistake: a run that shows it is found. */
async function isFound(t: Test, mistake: Drive): Promise<void> {
  const { memory } = await stages(t);
  const property = fc.asyncProperty(actions, (sequence) => drive(memory, sequence, new Map(), { ...mistake, logOnly: true }));
  const report = await fc.check(property, { seed: SEED, numRuns: 200 });
  t.match(report.errorInstance, { name: 'AssertionError' }, `found in run ${report.numRuns}: ${report.errorInstance}`);
  t.comment(`the smallest: ${fc.stringify(report.counterexample)}`);
}

t.test('a program that does not know its commands again is found out', (t) =>
  isFound(t, {
    through: ({ execute }): Executor => ({ execute: (request) => execute({ ...request, key: randomUUID() }) }),
  }),
);

t.test('a log that acknowledges and does not write is found out', (t) => isFound(t, { fault: 'swallowed' }));
