import { randomUUID } from 'node:crypto';
import t from 'tap';
import { board } from '../../src/domain/allocation/board.ts';
import { allocationFollowUps } from '../../src/domain/allocation/index.ts';
import { type AllocationState, balanceOf } from '../../src/domain/allocation/state.ts';
import type { RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { letter, treasury } from '../support/payments/treasury.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

const stateOf = (record: { readonly state: object }) => record.state as AllocationState;
const NAMED = { record: { letterRef: letter } };

t.test('money is asked for, approved by another officer, and released in parts by letter', async (t) => {
  const { w, clerk, finance, requested } = await treasury();
  const id = await requested(1_000);
  await refused(t, w.when(finance, 'allocation', 'approve', id, { amountIQD: 1_001 }), 'MORE_THAN_REQUESTED');
  const double = colleague(clerk, 'financeMinistry');
  await refused(t, w.when({ ...double, id: clerk.id }, 'allocation', 'approve', id, { amountIQD: 900 }), 'FOUR_EYES');
  const approved = await w.when(finance, 'allocation', 'approve', id, { amountIQD: 900 });
  t.match(approved.record, { status: 'approved', waits: [{ key: 'release', party: 'ministryOfFinance' }] });
  t.equal(balanceOf(stateOf(approved.record)).availableIQD, 0, 'approved is not yet money');
  const part = { amountIQD: 600, on: '2026-02-01' };
  await refused(t, w.when(finance, 'allocation', 'releaseFunds', id, part), 'LETTER_MISSING');
  await refused(t, w.when(finance, 'allocation', 'releaseFunds', id, { ...part, on: '2026-03-02' }, NAMED), 'DATE_IN_THE_FUTURE');
  await refused(t, w.when(finance, 'allocation', 'releaseFunds', id, { ...part, amountIQD: 901 }, NAMED), 'MORE_THAN_APPROVED');
  const first = await w.when(finance, 'allocation', 'releaseFunds', id, part, NAMED);
  t.match(first.record, { status: 'released', waits: [{ key: 'release' }] }, 'the rest is still to come');
  await refused(t, w.when(finance, 'allocation', 'releaseFunds', id, { ...part, amountIQD: 301 }, NAMED), 'MORE_THAN_APPROVED');
  const second = await w.when(finance, 'allocation', 'releaseFunds', id, { ...part, amountIQD: 300 }, NAMED);
  t.same(second.record.waits, []);
  t.same(balanceOf(stateOf(second.record)), { releasedIQD: 900, reservedIQD: 0, spentIQD: 0, availableIQD: 900 });
});

t.test('a request may be refused, and then nothing more is expected of it', async (t) => {
  const { w, finance, requested } = await treasury();
  const id = await requested(1_000);
  t.match((await w.when(finance, 'allocation', 'refuse', id, { reasonCode: 'no_budget' })).record, {
    status: 'refused',
    waits: [],
  });
  await refused(t, w.when(finance, 'allocation', 'approve', id, { amountIQD: 1 }), 'WRONG_STATE');
});

t.test('a batch gets its amount as long as it is there, and is told what is there when it is not', async (t) => {
  const { w, released, ask } = await treasury();
  const id = await released(1_000);
  const [a, b] = [randomUUID(), randomUUID()];
  t.match((await ask(id, 'reserveForBatch', { batch: a, amountIQD: 700 })).events, [{ type: 'BatchAmountReserved' }]);
  const second = await ask(id, 'reserveForBatch', { batch: b, amountIQD: 301 });
  t.match(second.events, [{ type: 'BatchAmountRefused', data: { batch: b, amountIQD: 301, availableIQD: 300 } }]);
  t.match((await ask(id, 'reserveForBatch', { batch: b, amountIQD: 300 })).events, [{ type: 'BatchAmountReserved' }]);
  const balance = balanceOf(stateOf((await w.cases.glance(`allocation-${id}`)) as never));
  t.same(balance, { releasedIQD: 1_000, reservedIQD: 1_000, spentIQD: 0, availableIQD: 0 });
});

t.test('nothing is there before anything was released, nor after the allocation was refused', async (t) => {
  const { ask, requested, approved, w, finance } = await treasury();
  const batch = randomUUID();
  const nothing = [{ type: 'BatchAmountRefused', data: { availableIQD: 0 } }];
  t.match((await ask(await approved(1_000), 'reserveForBatch', { batch, amountIQD: 1 })).events, nothing);
  const id = await requested(1_000);
  await w.when(finance, 'allocation', 'refuse', id, { reasonCode: 'other' });
  t.match((await ask(id, 'reserveForBatch', { batch, amountIQD: 1 })).events, nothing);
});

t.test('what is freed or settled must have been reserved, and what was not paid is free again', async (t) => {
  const { ask, released } = await treasury();
  const id = await released(1_000);
  const batch = randomUUID();
  await ask(id, 'reserveForBatch', { batch, amountIQD: 800 });
  await refused(t, ask(id, 'freeForBatch', { batch, amountIQD: 801 }), 'MORE_THAN_RESERVED');
  await refused(t, ask(id, 'freeForBatch', { batch: randomUUID(), amountIQD: 1 }), 'MORE_THAN_RESERVED');
  await ask(id, 'freeForBatch', { batch, amountIQD: 100 });
  await refused(t, ask(id, 'settleBatch', { batch, paidIQD: 701 }), 'MORE_THAN_RESERVED');
  const settled = await ask(id, 'settleBatch', { batch, paidIQD: 450 });
  t.match(settled.events, [{ data: { paidIQD: 450, freedIQD: 250 } }]);
  t.same(balanceOf(stateOf(settled.record)), { releasedIQD: 1_000, reservedIQD: 0, spentIQD: 450, availableIQD: 550 });
});

t.test('money that comes back is free again, whether it is told before or after the settlement', async (t) => {
  const { ask, released } = await treasury();
  for (const order of ['after', 'before'] as const) {
    const id = await released(1_000);
    const batch = randomUUID();
    await ask(id, 'reserveForBatch', { batch, amountIQD: 500 });
    const steps = [
      () => ask(id, 'settleBatch', { batch, paidIQD: 400 }),
      () => ask(id, 'reverseForBatch', { batch, amountIQD: 150 }),
    ];
    if (order === 'before') steps.reverse();
    await steps[0]?.();
    const last = await steps[1]?.();
    t.match(balanceOf(stateOf(last!.record)), { reservedIQD: 0, spentIQD: 250, availableIQD: 750 }, order);
    await refused(t, ask(id, 'reverseForBatch', { batch, amountIQD: 251 }), 'MORE_THAN_PAID');
  }
});

t.test('unspent money is returned by letter or carried into a later year, and never what is kept for a batch', async (t) => {
  const { w, finance, ask, released, requested, approved } = await treasury();
  const id = await released(1_000);
  await ask(id, 'reserveForBatch', { batch: randomUUID(), amountIQD: 600 });
  const give = (command: string, input: object, extra: object = NAMED) =>
    w.when(finance, 'allocation', command, id, input, extra);
  await refused(t, give('returnUnspent', { amountIQD: 100 }, {}), 'LETTER_MISSING');
  await refused(t, give('returnUnspent', { amountIQD: 401 }), 'MORE_THAN_AVAILABLE');
  await give('returnUnspent', { amountIQD: 100 });
  const later = await approved(500, { fiscalYear: 2027 });
  const carry = { amountIQD: 300, into: later };
  await refused(t, give('carryForward', carry, {}), 'LETTER_MISSING');
  await refused(t, give('carryForward', { ...carry, amountIQD: 301 }), 'MORE_THAN_AVAILABLE');
  const pending = await requested(500, { fiscalYear: 2027 });
  await refused(t, give('carryForward', { ...carry, into: pending }), 'NOT_AN_OPEN_ALLOCATION');
  const others = [
    { fiscalYear: 2027, governorate: 'IQG09' },
    { fiscalYear: 2026 },
    { fiscalYear: 2027, purpose: 'return_grant' },
  ];
  for (const other of others)
    await refused(t, give('carryForward', { ...carry, into: await approved(500, other) }), 'NOT_ITS_SUCCESSOR');
  const carried = await give('carryForward', carry);
  t.equal(balanceOf(stateOf(carried.record)).availableIQD, 0);
  const [next] = allocationFollowUps({ ...carried.events[0], meta: carried.meta[0] } as RecordedEvent as never);
  t.match(next, { command: 'receiveCarriedForward', id: later, input: { from: id, amountIQD: 300 } });
  const arrived = await w.when('allocations', 'allocation', 'receiveCarriedForward', later, { from: id, amountIQD: 300 });
  t.same(balanceOf(stateOf(arrived.record)).availableIQD, 300);
  const full = { amountIQD: 500, on: '2026-02-01' };
  const whole = await w.when(finance, 'allocation', 'releaseFunds', later, full, NAMED);
  t.equal(balanceOf(stateOf(whole.record)).availableIQD, 800, 'what was carried in leaves the approved amount whole');
  const before = (await w.cases.glance(`allocation-${id}`)).state;
  const arrivedIQD = [stateOf({ state: before }), stateOf(whole.record)].map((one) => board(one).measures.releasedIQD);
  t.same(arrivedIQD, [700, 800], 'added up over the years, money carried forward counts once');
});

t.test('an allocation closes when nothing is kept and nothing is left; money that comes back opens it again', async (t) => {
  const { w, finance, ask, released } = await treasury();
  const id = await released(1_000);
  const batch = randomUUID();
  await ask(id, 'reserveForBatch', { batch, amountIQD: 1_000 });
  const close = () => w.when(finance, 'allocation', 'close', id, {});
  await refused(t, close(), 'STILL_RESERVED');
  await ask(id, 'settleBatch', { batch, paidIQD: 900 });
  await refused(t, close(), 'STILL_UNSPENT');
  await w.when(finance, 'allocation', 'returnUnspent', id, { amountIQD: 100 }, NAMED);
  t.match((await close()).record, { status: 'closed', waits: [] });
  t.match((await ask(id, 'reserveForBatch', { batch: randomUUID(), amountIQD: 1 })).events, [{ type: 'BatchAmountRefused' }]);
  const back = await ask(id, 'reverseForBatch', { batch, amountIQD: 250 });
  t.equal(back.record.status, 'released');
  t.equal(balanceOf(stateOf(back.record)).availableIQD, 250);
});

t.test('each office of the state does its own part of an allocation', async (t) => {
  const { w, clerk, finance, headquarters, requested } = await treasury();
  const input = { governorate: 'IQG15', fiscalYear: 2026, purpose: 'compensation', amountIQD: 5 };
  const ask = (by: typeof clerk) => w.when(by, 'allocation', 'request', undefined, input);
  for (const by of [clerk, headquarters, someone('adminFinance')]) t.equal((await ask(by)).outcome.status, 'requested');
  for (const role of ['registrar', 'financeMinistry', 'governorate', 'subcommitteeChair'] as const) {
    await refused(t, ask(someone(role)), 'FORBIDDEN');
  }
  const id = await requested(1_000);
  await refused(t, w.when(headquarters, 'allocation', 'approve', id, { amountIQD: 1 }), 'FORBIDDEN');
  await refused(t, w.when(clerk, 'allocation', 'approve', id, { amountIQD: 1 }), 'FORBIDDEN');
  await refused(t, w.when(finance, 'allocation', 'reserveForBatch', id, { batch: randomUUID(), amountIQD: 1 }), 'FORBIDDEN');
  await refused(t, w.when(finance, 'allocation', 'approve', id, { amountIQD: 1 }, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
});
