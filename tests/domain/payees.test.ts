/** Who is paid, and what becomes of money that comes back: heirs of payees, recoveries, the order of payment, second officers. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { AllocationState } from '../../src/domain/allocation/index.ts';
import { balanceOf } from '../../src/domain/allocation/state.ts';
import { progressOf } from '../../src/domain/claim/index.ts';
import { board } from '../../src/domain/paymentBatch/board.ts';
import type { PaymentBatchState } from '../../src/domain/paymentBatch/state.ts';
import { byHand, letter, papers } from '../support/claims.ts';
import { money, orderedClaim, withHeirs } from '../support/payments/paying.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

type Office = Awaited<ReturnType<typeof money>>;
const dies = (c: Office, person: string) =>
  c.w.given('person', person, {
    type: 'DeathRecorded',
    data: { on: { date: '2026-02-01', precision: 'day' }, papers: 'seen' },
  });
const batchOf = async (c: Office, id: string) => (await c.w.cases.glance(`paymentBatch-${id}`)).state as PaymentBatchState;
const moneyOf = async (c: Office) => balanceOf((await c.w.cases.glance(`allocation-${c.allocation}`)).state as AllocationState);

t.test('heirs take the place of a payee who died, for the same sum, when a second officer agrees', async (t) => {
  const c = await money();
  const id = await withHeirs(c, 10_000_001, [1, 1]);
  const [mother, son] = (await c.payees(id)).map((one) => one.payee) as [string, string];
  const [daughter, grandson] = [await c.someoneNamed('ليلى'), await c.someoneNamed('علي')];
  const heirs = [
    { person: daughter, weight: 1 },
    { person: grandson, weight: 2 },
    { person: mother, weight: 1 },
  ];
  const input = { payee: son, heirs, deedNo: '90/2026' };
  const propose = (more: object = {}, extra: object = papers, by = c.clerk) =>
    c.on(by, 'proposeReplacement', id, { ...input, ...more }, extra);
  await refused(t, propose(), 'PAYEE_NOT_DECEASED');
  await dies(c, son);
  await refused(t, propose({ payee: randomUUID() }), 'PAYEE_UNKNOWN');
  await refused(t, propose({}, {}), 'EVIDENCE_MISSING');
  await refused(t, propose({ heirs: [heirs[0], heirs[0]] }), 'HEIR_TWICE');
  await refused(t, propose({ heirs: [{ person: randomUUID(), weight: 1 }] }), 'HEIR_NOT_LIVING');
  await refused(t, propose({ heirs: [{ person: son, weight: 1 }] }), 'HEIR_NOT_LIVING');
  await refused(t, propose({}, papers, c.accounts), 'FORBIDDEN');
  await refused(t, c.on(c.chair, 'replacePayee', id, { payee: son }), 'NO_REPLACEMENT_PENDING');
  await propose();
  await refused(t, propose(), 'REPLACEMENT_PENDING');
  await refused(t, c.on(c.chair, 'liftHold', id, { payee: son, reason: 'he lives' }), 'REPLACEMENT_PENDING');
  t.ok((await c.record(id)).waits.some((one) => one.key === 'decideReplacement'));
  const batch = await c.openBatch();
  await refused(t, c.on(c.clerk, 'listForPayment', id, { ...byHand, batch, payees: [son] }), 'PAYEE_NOT_DUE');
  await refused(t, c.on(c.clerk, 'replacePayee', id, { payee: son }), 'FORBIDDEN');
  const both = { ...c.clerk, post: c.chair.post };
  await refused(t, c.on(both, 'replacePayee', id, { payee: son }), 'SAME_OFFICER');
  const { events } = await c.on(c.chair, 'replacePayee', id, { payee: son });
  t.match(events, [
    { type: 'PayeeReplaced', data: { payee: son, by: [{ payee: daughter }, { payee: grandson }, { person: mother }] } },
  ]);
  const after = await c.payees(id);
  t.equal(after.length, 4);
  t.same(new Set(after.map((one) => one.payee)).size, 4, 'who inherits a second share is paid it apart');
  t.equal(
    after.reduce((sum, one) => sum + one.amountIQD, 0),
    10_000_001,
  );
  t.equal(after.filter((one) => one.person === mother).length, 2);
  await refused(
    t,
    c.on(c.clerk, 'recordShares', id, { heirs: [{ person: daughter, weight: 1 }], papers: 'seen', deedNo: '1' }, papers),
    'PAYEE_REPLACED_BEFORE',
  );
  const listed = await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
  t.equal((listed.events[0]!.data as { lines: object[] }).lines.length, 4);
  t.same(
    (await batchOf(c, batch)).lines.map((one) => one.person ?? one.payee),
    [mother, daughter, grandson, mother],
    'the list names whom it pays',
  );
  await refused(t, propose({ payee: daughter }), 'PAYMENT_UNDER_WAY');
  await c.ordered(
    batch,
    after.map((one) => ({ claim: id, payee: one.payee })),
  );
  for (const one of after) await c.pay(id, one.payee);
  t.match(progressOf((await c.record(id)).state), { paid: true, paidIQD: 10_000_001 });
  t.same(c.turnedDown, []);
});

t.test('a payee whose heirs are declined stands where they stood before', async (t) => {
  const c = await money();
  const { id, payee } = await orderedClaim(c);
  await c.on(c.accounts, 'recordFailedPayment', id, { payee, reason: 'nobody came' });
  await dies(c, payee);
  const input = { payee, heirs: [{ person: await c.someoneNamed(), weight: 1 }], deedNo: '7' };
  await c.on(c.clerk, 'proposeReplacement', id, input, letter);
  const decline = { payee, reason: 'another deed was shown' };
  await refused(t, c.on(c.clerk, 'declineReplacement', id, decline), 'FORBIDDEN');
  const declined = await c.on(c.chair, 'declineReplacement', id, decline);
  t.match(declined.record, { status: 'payment_failed', state: { payees: [{ payee, status: 'failed' }] } });
  await refused(t, c.on(c.chair, 'declineReplacement', id, decline), 'NO_REPLACEMENT_PENDING');
});

t.test('money recovered from a payee is free again where it came from, also before the batch is reconciled', async (t) => {
  const c = await money(50_000_000);
  const { id, payee, batch } = await orderedClaim(c);
  await c.pay(id, payee);
  const recover = (amountIQD: number) => c.on(c.accounts, 'recordRecovery', id, { payee, amountIQD, reason: 'paid in error' });
  const first = await recover(4_000_000);
  t.match(first.events, [{ type: 'PaymentRecovered', data: { batch, amountIQD: 4_000_000 } }]);
  t.match(await batchOf(c, batch), { lines: [{ status: 'paid', recoveredIQD: 4_000_000 }] });
  t.match(await moneyOf(c), { availableIQD: 30_000_000, reservedIQD: 20_000_000 }, 'kept for the batch until it is reconciled');
  const reconciled = await c.act(c.orderer, 'paymentBatch', 'reconcile', batch, {}, letter);
  const data = { listedIQD: 20_000_000, paidIQD: 16_000_000, recoveredIQD: 4_000_000 };
  t.match(reconciled.events, [{ type: 'BatchReconciled', data }]);
  t.match(await moneyOf(c), { availableIQD: 34_000_000, spentIQD: 16_000_000 });
  t.match(progressOf((await c.record(id)).state), { stage: 'paid', paidIQD: 16_000_000 });
  await recover(16_000_000);
  t.match(await moneyOf(c), { availableIQD: 50_000_000, spentIQD: 0 });
  t.match(
    progressOf((await c.record(id)).state),
    { stage: 'finalised', paid: false, paidIQD: 0 },
    'nothing of it is with the claimant',
  );
  t.match(board(await batchOf(c, batch)), { measures: { paidIQD: 0, recoveredIQD: 20_000_000 } });
  await refused(t, c.act('claims', 'paymentBatch', 'recoverLine', batch, { claim: id, payee, amountIQD: 1 }), 'MORE_THAN_PAID');
  await refused(
    t,
    c.act('claims', 'paymentBatch', 'recoverLine', batch, { claim: id, payee: randomUUID(), amountIQD: 1 }),
    'LINE_NOT_PAID',
  );
  t.same(c.turnedDown, []);
});

t.test('whoever lists by hand says why, and it stays with the list', async (t) => {
  const c = await money();
  const [early, late] = [await c.upTo('awaiting_allocation'), await c.upTo('awaiting_allocation', 'injury')];
  const batch = await c.openBatch();
  const list = (id: string, more: object) => c.on(c.clerk, 'listForPayment', id, { batch, ...more });
  await refused(t, list(late, {}), 'OUT_OF_ORDER_UNEXPLAINED');
  await refused(t, list(late, { outOfOrder: 'other' }), 'REASON_NEEDS_WORDS');
  await list(late, { outOfOrder: 'other', note: 'she is treated abroad next week' });
  await c.on('fillBatch', 'listForPayment', early, { batch });
  const { lines } = await batchOf(c, batch);
  t.match(lines, [
    { claim: late, outOfOrder: 'other' },
    { claim: early, outOfOrder: undefined },
  ]);
  t.match(board(await batchOf(c, batch)), { measures: { payees: 2, outOfOrder: 1 } });
  t.same(c.turnedDown, []);
});

t.test('who opened a batch does not publish its list', async (t) => {
  const c = await money();
  const id = await c.upTo('awaiting_allocation');
  const opened = { allocation: c.allocation, batchNo: 41 };
  const batch = (await c.act(c.hq, 'paymentBatch', 'open', undefined, opened)).outcome.id;
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
  await refused(t, c.act(c.hq, 'paymentBatch', 'publish', batch), 'FOUR_EYES');
  t.equal((await c.act(colleague(c.hq), 'paymentBatch', 'publish', batch)).events[0]?.type, 'BatchListPublished');
});

t.test('whoever annulled a claim does not set that aside; a second officer does', async (t) => {
  const c = await money();
  const id = await c.upTo('forwarded', 'property', 50_000_000);
  await c.on(c.central, 'annul', id, { committeeNo: 1, decisionNo: '8', reason: 'the deed is forged' });
  const again = { reason: 'a court found it genuine' };
  await refused(t, c.on({ ...c.central, post: c.chair.post }, 'reopen', id, again), 'SECOND_OFFICER_NEEDED');
  t.equal((await c.on(c.chair, 'reopen', id, again)).outcome.status, 'screening');
});

t.test('a suspension does not set back the time in which the law wants a claim paid', async (t) => {
  const c = await money();
  const id = await c.upTo('ratified');
  const payment = async () => (await c.record(id)).waits.find((one) => one.key === 'payment');
  const before = await payment();
  const later = (days: number) => c.w.at(new Date(Date.parse(c.w.now()) + days * 86_400_000).toISOString());
  later(20);
  await c.on(c.chair, 'suspend', id, { cause: 'heir_dispute' });
  t.equal((await payment())?.due, before?.due, 'it runs on below the suspension');
  later(20);
  await c.on(c.chair, 'resume', id);
  t.equal((await payment())?.due, before?.due);
  // Before any money is owed there is nothing to run.
  const early = await c.upTo('registered', 'injury');
  await c.on(c.chair, 'suspend', early, { cause: 'heir_dispute' });
  t.notOk((await c.record(early)).waits.some((one) => one.key === 'payment'));
});

t.test('a replacement is for those who run the claim, within their office', async (t) => {
  const c = await money();
  const id = await c.upTo('awaiting_allocation');
  const [{ payee } = { payee: '' }] = await c.payees(id);
  for (const role of ['subcommitteeChair', 'subcommitteeClerk'] as const)
    await refused(t, c.on(someone(role), 'replacePayee', id, { payee }), 'NOT_FOUND');
});
