import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { paymentBatchFollowUps } from '../../src/domain/paymentBatch/index.ts';
import { nextInOrder } from '../../src/domain/paymentBatch/policy.ts';
import type { PaymentBatchState } from '../../src/domain/paymentBatch/state.ts';
import { letter, treasury } from '../support/payments/treasury.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

const NAMED = { record: { letterRef: letter } };
const stateOf = (record: { readonly state: object }) => record.state as PaymentBatchState;

/** An open batch with two claims, one of them of two heirs: 500, and 300 + 200. */
async function opened() {
  const all = await treasury();
  const allocation = await all.released(1_000);
  const { outcome } = await all.w.when(all.clerk, 'paymentBatch', 'open', undefined, { allocation, batchNo: 7 });
  const { id } = outcome;
  const give = (by: Parameters<typeof all.w.when>[0], command: string, input: object = {}, extra: object = {}) =>
    all.w.when(by, 'paymentBatch', command, id, input, extra);
  const [claim, other] = [randomUUID(), randomUUID()];
  const [payee, brother, sister] = [randomUUID(), randomUUID(), randomUUID()];
  const lines = {
    one: { claim, payee },
    two: { claim: other, payee: brother },
    three: { claim: other, payee: sister },
  };
  await give('claims', 'addClaim', { claim, lines: [{ payee, amountIQD: 500 }], decidedOn: '2024-05-02', vulnerable: false });
  const heirs = [
    { payee: brother, amountIQD: 300 },
    { payee: sister, amountIQD: 200 },
  ];
  await give('claims', 'addClaim', { claim: other, lines: heirs });
  const listed = async () => {
    await give(all.headquarters, 'publish');
    await give('allocations', 'grantFunds');
  };
  const audited = async (held: readonly object[] = [], passed: readonly object[] = Object.values(lines)) => {
    await listed();
    return give(all.clerk, 'recordAudit', { passed, held }, NAMED);
  };
  const ordered = async () => {
    await audited();
    return give(all.finance, 'order');
  };
  const settle = (line: object, amountIQD: number, outcome = 'paid') =>
    give('claims', 'settleLine', { ...line, outcome, amountIQD });
  return { ...all, allocation, id, give, claim, other, lines, listed, audited, ordered, settle };
}

const next = (given: { readonly events: readonly object[]; readonly meta: readonly object[] }) =>
  given.events.flatMap((event, index) =>
    paymentBatchFollowUps({ ...event, meta: given.meta[index] } as RecordedEvent as never).map((one) => ({ ...one })),
  );

t.test(
  'a batch is paid from an approved allocation for compensation that is not closed, under a number of its own',
  async (t) => {
    const { w, clerk, requested, approved, allocation } = await opened();
    const open = (input: object) => w.when(clerk, 'paymentBatch', 'open', undefined, { batchNo: 8, ...input });
    await refused(t, open({ allocation: await requested(10) }), 'NOT_AN_OPEN_ALLOCATION');
    await refused(t, open({ allocation: randomUUID() }), 'NOT_AN_OPEN_ALLOCATION');
    await refused(t, open({ allocation: await approved(10, { purpose: 'return_grant' }) }), 'NOT_AN_OPEN_ALLOCATION');
    await refused(t, open({ allocation, batchNo: 7 }), 'ALREADY_EXISTS');
    const { record } = await open({ allocation: await approved(10) });
    t.match(record, { status: 'open', state: { governorate: 'IQG15', fiscalYear: 2026 } });
    t.match(record.waits, [{ key: 'list' }, { key: 'publish', holder: { role: 'branchesAffairs' } }]);
  },
);

t.test('lines keep their place in the order of listing and the day their claim was decided', async (t) => {
  const { w, id, give, clerk, other } = await opened();
  const { lines } = stateOf((await w.cases.glance(`paymentBatch-${id}`)) as never);
  t.match(lines, [{ rank: 1, decidedOn: '2024-05-02', vulnerable: false }, { rank: 2 }, { rank: 3 }]);
  await give(clerk, 'removeClaim', { claim: other, reason: 'heir_dispute' });
  const again = await give('claims', 'addClaim', { claim: other, lines: [{ payee: randomUUID(), amountIQD: 5 }] });
  t.match(stateOf(again.record).lines, [{ rank: 1 }, { rank: 4 }], 'a place is never given again');
});

t.test('a claim is taken off an open list, and told so', async (t) => {
  const { give, clerk, other, lines, id } = await opened();
  await refused(t, give(clerk, 'removeClaim', { claim: randomUUID(), reason: 'other' }), 'CLAIM_NOT_LISTED');
  const removed = await give(clerk, 'removeClaim', { claim: other, reason: 'wrong_amount' });
  t.match(next(removed), [
    { process: 'claim', command: 'unlist', id: other, input: { batch: id, payees: [lines.two.payee, lines.three.payee] } },
  ]);
});

t.test('a claim that lists itself too late, twice, or where there is no more room is turned away, and told so', async (t) => {
  const { give, headquarters, claim, lines } = await opened();
  const twice = await give('claims', 'addClaim', { claim, lines: [{ payee: lines.one.payee, amountIQD: 1 }] });
  const add = (of: string, many = 1) =>
    give('claims', 'addClaim', { claim: of, lines: Array.from({ length: many }, () => ({ payee: randomUUID(), amountIQD: 1 })) });
  t.match(twice.events, [{ type: 'LateClaimTurnedAway', data: { because: 'listed_already' } }]);
  t.match((await add(claim)).events, [{ type: 'BatchClaimAdded' }], 'another payee of a claim on the list');
  t.match((await add(randomUUID(), 997)).events, [{ data: { because: 'full' } }]);
  await give(headquarters, 'publish');
  const late = await add(randomUUID());
  t.match(late.events, [{ type: 'LateClaimTurnedAway', data: { because: 'not_open' } }]);
  t.match(next(late), [{ process: 'claim', command: 'unlist' }]);
});

t.test('publishing asks the allocation for the sum; what is not there sends the batch back with what is', async (t) => {
  const { w, clerk, allocation, give, headquarters, id } = await opened();
  const published = await give(headquarters, 'publish');
  t.match(published.events, [{ type: 'BatchListPublished', data: { count: 3, amountIQD: 1_000, allocation } }]);
  t.match(next(published), [
    { process: 'allocation', command: 'reserveForBatch', id: allocation, input: { batch: id, amountIQD: 1_000 } },
  ]);
  t.match(published.record.waits, [{ key: 'funds' }]);
  const back = await give('allocations', 'refuseFunds', { availableIQD: 900 });
  t.match(back.record, { status: 'open', state: { availableIQD: 900 } });
  await give(headquarters, 'publish');
  t.match((await give('allocations', 'grantFunds')).record, { status: 'listed', waits: [{ key: 'audit' }] });
  const empty = await w.when(clerk, 'paymentBatch', 'open', undefined, { allocation, batchNo: 8 });
  await refused(t, w.when(headquarters, 'paymentBatch', 'publish', empty.outcome.id, {}), 'NOTHING_LISTED');
});

t.test('the audit speaks of every payee once, by letter; whom it holds leaves the sum', async (t) => {
  const { give, clerk, listed, lines, allocation, id } = await opened();
  await listed();
  const { one, two, three } = lines;
  const held = { ...three, reason: 'audit_not_passed' };
  const audit = (input: object, extra: object = NAMED) => give(clerk, 'recordAudit', input, extra);
  await refused(t, audit({ passed: [one, two, three], held: [] }, {}), 'LETTER_MISSING');
  await refused(t, audit({ passed: [one, two], held: [] }), 'AUDIT_INCOMPLETE');
  await refused(t, audit({ passed: [one, two, three], held: [held] }), 'LINE_TWICE');
  await refused(t, audit({ passed: [one, two, { ...three, payee: randomUUID() }], held: [] }), 'LINE_UNKNOWN');
  const done = await audit({ passed: [one, two], held: [held] });
  t.match(done.events, [{ data: { passedIQD: 800, heldIQD: 200 } }]);
  t.match(next(done), [
    { process: 'claim', command: 'recordPayeeAudit', id: one.claim, input: { batch: id, payee: one.payee, outcome: 'passed' } },
    { process: 'claim', command: 'recordPayeeAudit', input: { payee: two.payee, outcome: 'passed' } },
    { process: 'claim', command: 'recordPayeeAudit', input: { payee: three.payee, outcome: 'held', reason: 'audit_not_passed' } },
    { process: 'allocation', command: 'freeForBatch', id: allocation, input: { batch: id, amountIQD: 200 } },
  ]);
  t.match(done.record.waits, [{ key: 'order', holder: { role: 'financeMinistry', governorate: 'IQG15' } }]);
});

t.test('who published a list does not order its payment, and only who passed the audit is ordered', async (t) => {
  const { give, finance, headquarters, audited, lines, id } = await opened();
  const { one, two, three } = lines;
  await audited([{ ...three, reason: 'identity_not_shown' }], [one, two]);
  const double = { ...colleague(finance), id: headquarters.id };
  await refused(t, give(double, 'order'), 'FOUR_EYES');
  const ordered = await give(finance, 'order');
  t.match(ordered.events, [{ type: 'BatchOrdered', data: { count: 2, amountIQD: 800 } }]);
  t.match(next(ordered), [
    { process: 'claim', command: 'orderPayment', id: one.claim, input: { batch: id, payees: [one.payee] } },
    { process: 'claim', command: 'orderPayment', id: two.claim, input: { batch: id, payees: [two.payee] } },
  ]);
});

t.test('where everybody is held there is nothing to order, and the batch is cancelled', async (t) => {
  const { give, finance, headquarters, audited, lines } = await opened();
  await audited(
    Object.values(lines).map((one) => ({ ...one, reason: 'other' })),
    [],
  );
  await refused(t, give(finance, 'order'), 'NOTHING_TO_ORDER');
  const cancelled = await give(headquarters, 'cancel', { reason: 'all_held' });
  t.match(cancelled.events, [{ data: { freedIQD: 0, claims: [] } }]);
  t.same(next(cancelled), []);
});

t.test('a cancelled batch gives back its money and its payees, and an open one has no money to give', async (t) => {
  const one = await opened();
  const open = await one.give(one.headquarters, 'cancel', { reason: 'wrong_list' });
  t.match(next(open), [{ command: 'unlist' }, { command: 'unlist', input: { reason: 'batch_cancelled' } }]);
  const two = await opened();
  await two.audited([{ ...two.lines.one, reason: 'paid_before' }], [two.lines.two, two.lines.three]);
  const audited = await two.give(two.headquarters, 'cancel', { reason: 'no_money' });
  t.match(next(audited), [
    { command: 'unlist', id: two.other },
    { command: 'freeForBatch', id: two.allocation, input: { amountIQD: 500 } },
  ]);
  const three = await opened();
  await three.ordered();
  await refused(t, three.give(three.headquarters, 'cancel', { reason: 'other' }), 'WRONG_STATE');
});

t.test('the batch is paid when every payee is settled, and reconciled by letter with what was paid', async (t) => {
  const { give, finance, ordered, settle, lines, allocation, id } = await opened();
  await ordered();
  await refused(t, settle({ ...lines.one, payee: randomUUID() }, 500), 'LINE_NOT_ORDERED');
  await refused(t, settle(lines.one, 499), 'AMOUNT_DIFFERS');
  await settle(lines.one, 500);
  await refused(t, settle(lines.one, 500), 'LINE_NOT_ORDERED');
  await refused(t, give(finance, 'reconcile', {}, NAMED), 'WRONG_STATE');
  t.equal((await settle(lines.two, 300, 'failed')).record.status, 'ordered');
  const last = await settle(lines.three, 200);
  t.match(last.events, [{ type: 'BatchLineSettled' }, { type: 'BatchPaid', data: { count: 2, amountIQD: 700 } }]);
  await refused(t, give(finance, 'reconcile'), 'LETTER_MISSING');
  const done = await give(finance, 'reconcile', {}, NAMED);
  t.match(done.events, [{ data: { count: 2, listedIQD: 1_000, paidIQD: 700, failedIQD: 300, returnedIQD: 0 } }]);
  t.match(next(done), [{ process: 'allocation', command: 'settleBatch', id: allocation, input: { batch: id, paidIQD: 700 } }]);
});

t.test('a transfer that came back is no payment; after the reconciliation its money is free in the allocation', async (t) => {
  const { give, finance, ordered, settle, lines, allocation, id } = await opened();
  await ordered();
  const reverse = (line: object, amountIQD: number) => give('claims', 'reverseLine', { ...line, amountIQD });
  await refused(t, reverse(lines.one, 500), 'LINE_NOT_PAID');
  for (const [line, amountIQD] of [
    [lines.one, 500],
    [lines.two, 300],
    [lines.three, 200],
  ] as const)
    await settle(line, amountIQD);
  await refused(t, reverse(lines.one, 499), 'AMOUNT_DIFFERS');
  t.same(next(await reverse(lines.one, 500)), [], 'the reconciliation will count it');
  t.match((await give(finance, 'reconcile', {}, NAMED)).events, [{ data: { paidIQD: 500, returnedIQD: 500 } }]);
  const late = await reverse(lines.two, 300);
  t.equal(late.record.status, 'reconciled');
  t.match(next(late), [
    { process: 'allocation', command: 'reverseForBatch', id: allocation, input: { batch: id, amountIQD: 300 } },
  ]);
});

t.test(
  'filling names the order in force: the day of ratification, then vulnerability, until the ministry sets another',
  async (t) => {
    const { give, clerk } = await opened();
    const asked = await give(clerk, 'fill', { upToIQD: 700 });
    const data = { order: ['ratification_date', 'vulnerability'], rule: 'payment.order', version: 'default', upToIQD: 700 };
    t.match(asked.events, [{ type: 'BatchFillRequested', data }]);
  },
);

t.test('nobody is passed over: the first claim that does not fit ends the list', async (t) => {
  const claim = (id: string, decidedOn: string, vulnerable: boolean, dueIQD: number) => ({
    claim: id,
    decidedOn,
    vulnerable,
    dueIQD,
  });
  const waiting = [
    claim('d', '2024-03-01', false, 100),
    claim('b', '2024-01-01', false, 400),
    claim('c', '2024-02-01', false, 500),
    claim('a', '2024-01-01', true, 300),
  ];
  const ids = (...args: Parameters<typeof nextInOrder>) => nextInOrder(...args).map((one) => one.claim);
  t.same(ids(waiting, ['ratification_date', 'vulnerability']), ['a', 'b', 'c', 'd']);
  t.same(ids(waiting, ['ratification_date', 'vulnerability'], 800), ['a', 'b'], 'the fourth would fit and waits its turn');
  t.same(ids(waiting, ['ratification_date', 'vulnerability'], 700), ['a', 'b'], 'to the last dinar');
  t.same(ids(waiting, ['vulnerability', 'ratification_date']), ['a', 'b', 'c', 'd']);
  t.same(ids(waiting, ['vulnerability']), ['a', 'b', 'c', 'd'], 'equals stand by id');
  t.same(ids(waiting, ['ratification_date'], 299), [], 'and nothing is listed that is not covered');
});

t.test('the clerk lists, headquarters publish, finance orders, each within its reach', async (t) => {
  const { give, clerk, finance, headquarters, audited, w, allocation } = await opened();
  await refused(t, give(clerk, 'publish'), 'FORBIDDEN');
  await refused(t, give(someone('subcommitteeClerk'), 'fill'), 'NOT_FOUND');
  await refused(t, give(finance, 'fill'), 'FORBIDDEN');
  for (const role of ['registrar', 'subcommitteeChair', 'centralCommittee', 'governorate', 'partnerCaseworker'] as const) {
    await refused(t, give(someone(role), 'publish'), 'NOT_FOUND');
    await refused(t, w.when(someone(role), 'paymentBatch', 'open', undefined, { allocation, batchNo: 9 }), 'FORBIDDEN');
  }
  await audited();
  await refused(t, give(headquarters, 'order'), 'FORBIDDEN');
  await refused(t, give(someone('financeMinistry', { governorate: 'IQG09' }), 'order'), 'NOT_FOUND');
  await refused(t, give(finance, 'order', {}, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  await refused(t, give(finance, 'settleLine', {}), 'INVALID_INPUT');
});
