import { randomUUID } from 'node:crypto';
import t from 'tap';
import { randomFrom } from '../../src/cli/demo/random.ts';
import type { AllocationState } from '../../src/domain/allocation/index.ts';
import { ensure } from '../../src/domain/kernel/errors.ts';
import { type Command, fact, type Process } from '../../src/domain/kernel/process.ts';
import { paymentBatch, paymentBatchFollowUps } from '../../src/domain/paymentBatch/index.ts';
import { type PaymentBatchState, totalOf } from '../../src/domain/paymentBatch/state.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { payableClaimsOf } from '../../src/projections/payable.queries.ts';
import { following } from '../../src/workers/reactors/followUps.ts';
import { readModels, SCHEMA } from '../projections/support.ts';
import { filling } from '../support/payments/filling.ts';
import { arena, REACTORS } from '../support/payments/race.ts';
import { testDatabase } from '../support/postgres.ts';

const SCENES = 50;
const ROUNDS = 20;

// On its own this file has 30 s, which a busy machine may need more than.
t.setTimeout(240_000);

/** What must have happened in all the races together, for them to have tried anything. */
const TRIED = [
  'BatchAmountRefused',
  'BatchCancelled',
  'BatchReconciled',
  'BatchAmountReversed',
  'LateClaimTurnedAway',
  'ClaimUnlisted',
  'PaymentMade',
  'PaymentFailed',
  'PaymentReturned',
  'PaymentHeld',
  'PaymentRecovered',
  'BatchLineRecovered',
  'PayeeReplacementDeclined',
  'PayeeReplaced',
  'AllocationReturned',
];

t.test('what is paid is what was approved, to each payee once, and never more than was released, in 1,000 races', async (t) => {
  const { races } = arena({ log: createMemoryLog() });
  const totals: Record<string, number> = {};
  for (let seed = 1; seed <= SCENES; seed += 1) {
    const { errors, counts } = await races(randomFrom(seed), ROUNDS);
    for (const [type, count] of Object.entries(counts)) totals[type] = (totals[type] ?? 0) + count;
    if (errors.length > 0) t.same(errors, [], `scene ${seed}`);
  }
  for (const type of TRIED) t.ok((totals[type] ?? 0) >= 5, `${type}: ${totals[type]}`);
});

/** A batch that adds up what the others have taken and then helps itself: by the time it writes, the sum may be old. */
function helpingItself(others: readonly string[]): Process {
  const { publish } = paymentBatch.commands;
  ensure(publish, 'COMMAND_UNKNOWN');
  const greedy: Command = {
    ...publish,
    emits: ['BatchListPublished', 'BatchFundsGranted'],
    to: ['listed'],
    facts: (_c, s) => ({
      allocation: fact<AllocationState>('allocation', (s as PaymentBatchState).allocation ?? ''),
      ...Object.fromEntries(others.map((id) => [id, fact<PaymentBatchState>('paymentBatch', id)])),
    }),
    decide: (c, s, ctx) => {
      const taken = others.filter((id) => id !== ctx.id).map((id) => ctx.facts[id]?.state as PaymentBatchState);
      const batches = taken.filter((one) => !['open', 'cancelled'].includes(one.status));
      const used = batches.reduce(
        (sum, one) => sum + totalOf(one, 'listed', 'passed', 'ordered', 'paid', 'failed', 'returned'),
        0,
      );
      const { state } = ctx.facts.allocation ?? { state: undefined };
      const { releasedIQD = 0, returnedIQD = 0 } = (state ?? {}) as Partial<AllocationState>;
      const wanted = totalOf(s as PaymentBatchState, 'listed');
      ensure(wanted <= releasedIQD - returnedIQD - used, 'NOT_ENOUGH');
      return [...publish.decide(c, s, ctx), { type: 'BatchFundsGranted', data: {} }];
    },
  };
  return { ...paymentBatch, commands: { ...paymentBatch.commands, publish: greedy } };
}

t.test('the races find a batch that decides by a sum in other streams', async (t) => {
  const batches: string[] = [];
  const batch = helpingItself(batches);
  const toClaims = following({
    name: 'batches',
    process: batch,
    followUps: (event) => paymentBatchFollowUps(event as never).filter((one) => one.process === 'claim'),
    onRefusal: 'go on',
  });
  const { races } = arena({
    log: createMemoryLog(),
    batch,
    plain: true,
    reactors: [...REACTORS.filter((one) => one.name === 'claims'), toClaims],
    opened: (ids) => batches.splice(0, batches.length, ...ids),
  });
  const found: string[] = [];
  for (let seed = 1; seed <= SCENES && found.length === 0; seed += 1) {
    const { errors } = await races(randomFrom(seed), ROUNDS);
    // The first fault of a scene, since what comes after it may only follow from it.
    const first = errors.find((one) => one.startsWith('committed'));
    if (first?.includes('BatchFundsGranted')) found.push(first);
  }
  t.ok(found.length > 0, `found ${found[0]}`);
});

t.test('on a real log, with real concurrency, it is the same', async (t) => {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'eventlog', migrations });
  const log = createPostgresLog({ pool, schema: 'eventlog' });
  const { races } = arena({ log });
  for (let seed = 1; seed <= 2; seed += 1) t.same((await races(randomFrom(seed), ROUNDS)).errors, [], `scene ${seed}`);
  await log.close();
});

t.test('a batch is filled in the order of payment with what is due, once, and the choice stays on record', async (t) => {
  const { fill, payable, w } = filling();
  const ids = await payable([
    { on: '2024-03-01', amountIQD: 100 },
    { on: '2024-01-01', amountIQD: 400 },
    { on: '2024-01-01', amountIQD: 300, vulnerable: true },
  ]);
  const [late, first, vulnerable] = ids;
  const { chosen, lines } = await fill(ids, { upToIQD: 750 });
  t.match(chosen, [
    {
      claims: [
        { claim: vulnerable, vulnerable: true, dueIQD: 300 },
        { claim: first, decidedOn: '2024-01-01', dueIQD: 400 },
      ],
    },
  ]);
  t.same(lines.map((one) => one.claim).sort(), [vulnerable, first].sort());
  t.equal((await w.cases.glance(`claim-${late}`)).status, 'awaiting_allocation', 'the third waits its turn');
  const again = await fill(ids, {});
  t.same(
    again.lines.map((one) => one.claim),
    [late],
    'who stands on a list is passed by, whatever an old row says',
  );
});

t.test('a batch is not filled from a read model that is behind', async (t) => {
  const { fill, payable } = filling();
  const ids = await payable([{ on: '2024-01-01', amountIQD: 400 }]);
  const { lines, asked } = await fill(ids, {}, 2);
  t.ok(asked > 2);
  t.equal(lines.length, 1);
});

t.test('the claims of a governorate with somebody still due are found, once the read model shows them', async (t) => {
  const { w, payable, fill } = filling();
  const [due, listed] = await payable([
    { on: '2024-02-01', amountIQD: 100 },
    { on: '2024-01-01', amountIQD: 100 },
  ]);
  await fill([listed ?? ''], {});
  const models = await readModels(t, w);
  const source = payableClaimsOf({ pool: models.pool, schema: SCHEMA });
  const head = await w.log.head();
  t.equal(await source('IQG15', head), 'not yet');
  await models.catchUp([casesProjection(w.registry)]);
  t.same(await source('IQG15', head), [due]);
  t.same(await source('IQG09', head), []);
});

t.test(
  'who cannot be listed yet takes up no money of those behind, and a batch of a sub-committee is for its claims',
  async (t) => {
    const { fill, payable } = filling();
    const [mine, theirs] = [randomUUID(), randomUUID()];
    const ids = await payable([
      { on: '2024-01-01', amountIQD: 400, repeats: randomUUID(), subcommittee: mine },
      { on: '2024-02-01', amountIQD: 300, subcommittee: theirs },
      { on: '2024-03-01', amountIQD: 200, subcommittee: mine },
    ]);
    const { chosen, lines, refusals } = await fill(ids, { upToIQD: 450 }, 0, mine);
    t.match(chosen, [{ claims: [{ claim: ids[2], dueIQD: 200 }] }]);
    t.same(
      lines.map((one) => one.claim),
      [ids[2]],
    );
    t.same(refusals, []);
  },
);
