/** The money of a claim, payee by payee: domain.md §4.2 from awaiting_allocation on, with the batch and allocation it is paid from. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type Claim, progressOf } from '../../src/domain/claim/index.ts';
import { type PaymentEvent, paid, payeesFor, paymentStatus } from '../../src/domain/claim/payees.ts';
import type { EventMeta } from '../../src/domain/kernel/envelope.ts';
import { byHand, claims, letter, losses, papers, votes } from '../support/claims.ts';
import { money, orderedClaim, withHeirs } from '../support/payments/paying.ts';
import { refused, someone } from '../support/scenario.ts';

t.test('heirs are paid each their share to the last dinar, some while others are held', async (t) => {
  const c = await money();
  const id = await withHeirs(c, 5_000_000, [4, 14, 7, 7]);
  const due = await c.payees(id);
  t.same(
    due.map((one) => one.amountIQD),
    [625_000, 2_187_500, 1_093_750, 1_093_750],
  );
  const batch = await c.openBatch();
  const listed = await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
  t.match(listed.record.status, 'batch_listed');
  await refused(t, c.on(c.clerk, 'listForPayment', id, { ...byHand, batch }), 'NOTHING_DUE');
  const [first, second, third, fourth] = due.map((one) => one.payee) as [string, string, string, string];
  await refused(t, c.pay(id, first), 'WRONG_STATE');
  await c.ordered(
    batch,
    due.map(({ payee }) => ({ claim: id, payee })),
    [fourth],
  );
  t.same(
    (await c.payees(id)).map((one) => one.status),
    ['ordered', 'ordered', 'ordered', 'held'],
  );
  t.same(
    (await c.record(id)).waits.map((one) => `${one.key} ${one.party}`),
    ['liftHold subcommitteeChair', 'pay governorateAccounts', 'payment governorateAccounts'],
  );
  await refused(t, c.pay(id, first, c.orderer), 'PAYER_ORDERED_IT');
  await refused(t, c.pay(id, first, c.clerk), 'FORBIDDEN');
  await refused(t, c.pay(id, first, someone('financeMinistry', { governorate: 'IQG01' })), 'FORBIDDEN');
  await refused(t, c.pay(id, fourth), 'PAYMENT_NOT_ORDERED');
  await refused(t, c.pay(id, randomUUID()), 'PAYEE_UNKNOWN');
  const future = { payee: first, method: 'cash', proof: 'V-2', paidOn: '2030-01-01' };
  await refused(t, c.on(c.accounts, 'recordPayment', id, future), 'DATE_IN_THE_FUTURE');
  await refused(t, c.on(c.accounts, 'recordPayment', id, future, { ifMatch: 1 }), 'STALE');
  t.equal((await c.pay(id, first)).outcome.status, 'partly_paid');
  await c.pay(id, second);
  await c.pay(id, third);
  t.match(progressOf((await c.record(id)).state), { stage: 'finalised', paid: false, paidIQD: 3_906_250 });
  await refused(t, c.on(c.clerk, 'liftHold', id, { payee: fourth, reason: 'she showed her card' }), 'FORBIDDEN');
  await refused(t, c.on(c.chair, 'liftHold', id, { payee: first, reason: 'she showed her card' }), 'PAYEE_NOT_HELD');
  await refused(t, c.on(c.chair, 'liftHold', id, { payee: randomUUID(), reason: 'nobody' }), 'PAYEE_UNKNOWN');
  await c.on(c.chair, 'liftHold', id, { payee: fourth, reason: 'she showed her card' });
  const next = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch: next });
  await c.ordered(next, [{ claim: id, payee: fourth }]);
  t.equal((await c.pay(id, fourth)).outcome.status, 'paid');
  t.match(progressOf((await c.record(id)).state), { stage: 'paid', paid: true, paidIQD: 5_000_000, listedIQD: 0 });
  t.equal((await c.on(c.clerk, 'close', id)).outcome.status, 'closed');
  t.match(progressOf((await c.record(id)).state), { stage: 'paid', paid: true });
  t.same(c.turnedDown, []);
});

t.test('a payee is listed once, in an open batch of the governorate, by name again only after a failure', async (t) => {
  const c = await money();
  const id = await c.upTo('awaiting_allocation');
  const [{ payee } = { payee: '' }] = await c.payees(id);
  const list = (batch: string, payees?: string[]) =>
    c.on(c.clerk, 'listForPayment', id, { ...byHand, batch, ...(payees ? { payees } : {}) });
  await refused(t, list(randomUUID()), 'BATCH_NOT_OPEN');
  await refused(t, list(await c.batch('IQG01')), 'BATCH_OF_ANOTHER_GOVERNORATE');
  const ofOthers = { allocation: c.allocation, batchNo: 99, subcommittee: randomUUID() };
  const theirs = (await c.act(c.clerk, 'paymentBatch', 'open', undefined, ofOthers)).outcome.id;
  await refused(t, list(theirs), 'BATCH_OF_ANOTHER_SUBCOMMITTEE');
  const batch = await c.openBatch();
  await refused(t, list(batch, [randomUUID()]), 'PAYEE_UNKNOWN');
  const { events } = await list(batch);
  t.match(events, [
    { type: 'ClaimListedForPayment', data: { batch, lines: [{ payee, amountIQD: 20_000_000 }], vulnerable: false } },
  ]);
  await refused(t, list(await c.openBatch(), [payee]), 'PAYEE_NOT_DUE');
  await refused(t, c.on(c.clerk, 'withdraw', id, { by: 'claimant' }), 'WRONG_STATE');
  await c.ordered(batch, [{ claim: id, payee }]);
  await refused(t, list(batch), 'BATCH_NOT_OPEN');
  await c.on(c.accounts, 'recordFailedPayment', id, { payee, reason: 'the account was closed' });
  const failed = await c.record(id);
  t.equal(failed.status, 'payment_failed');
  t.same(
    failed.waits.map((one) => one.key),
    ['relist', 'payment'],
  );
  const other = await c.openBatch();
  await refused(t, list(other), 'NOTHING_DUE');
  t.equal((await list(other, [payee])).outcome.status, 'batch_listed');
  t.same(c.turnedDown, []);
});

t.test('a batch that is no longer open turns a late claim away, and its payees are due again', async (t) => {
  const c = await money();
  const [early, late] = [await c.upTo('awaiting_allocation'), await c.upTo('awaiting_allocation', 'injury')];
  const batch = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', early, { ...byHand, batch });
  // The other claim listed itself while the batch was open and reaches it after it was published.
  const listed = await c.when(c.clerk, 'listForPayment', late, { ...byHand, batch });
  await c.act(someone('branchesAffairs'), 'paymentBatch', 'publish', batch);
  const { lines } = listed.events[0]!.data as { lines: object[] };
  await c.act('claims', 'paymentBatch', 'addClaim', batch, { claim: late, lines });
  t.equal((await c.record(late)).status, 'awaiting_allocation');
  t.same((await c.when('x', 'unlist', late, { batch, payees: [randomUUID()], reason: 'not_open' })).events, []);
  t.same((await c.when('x', 'recordPayeeAudit', late, { batch, payee: randomUUID(), outcome: 'passed' })).events, []);
  t.same((await c.when('x', 'orderPayment', late, { batch, payees: [randomUUID()] })).events, []);
});

t.test(
  'an heir is paid only when the heirs and their shares are shown; shares stay as they were once somebody is listed',
  async (t) => {
    const c = await money();
    const id = await c.upTo('awaiting_allocation', 'martyrdom', 5_000_000);
    const batch = await c.openBatch();
    await refused(t, c.on(c.clerk, 'listForPayment', id, { ...byHand, batch }), 'HEIR_SHARES_MISSING');
    const { claimant, victims } = (await c.record(id)).state;
    const share = (heirs: object[], extra: object = papers) =>
      c.on(c.clerk, 'recordShares', id, { heirs, papers: 'seen', deedNo: '18/2020' }, extra);
    const other = await c.someoneNamed();
    const heirs = [
      { person: claimant, weight: 1 },
      { person: other, weight: 2 },
    ];
    await refused(t, share(heirs, {}), 'EVIDENCE_MISSING');
    await refused(t, share([...heirs, { person: other, weight: 1 }]), 'HEIR_TWICE');
    await refused(t, share([{ person: randomUUID(), weight: 1 }]), 'PERSON_UNKNOWN');
    await refused(t, share([{ person: victims[0], weight: 1 }]), 'VICTIM_IS_NO_HEIR');
    await share(heirs);
    t.same(
      (await c.payees(id)).map((one) => one.amountIQD),
      [1_666_667, 3_333_333],
    );
    await c.on(c.clerk, 'setPriority', id, { vulnerable: true, grounds: 'orphans under ten' });
    const { events } = await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
    t.match(events, [{ data: { vulnerable: true, decidedOn: /^2026-/ } }]);
    await refused(t, share(heirs), 'WRONG_STATE');
  },
);

t.test('a held payee keeps the shares and the claim from being changed behind the list', async (t) => {
  const c = await money();
  const id = await withHeirs(c, 900_000, [1, 2]);
  const [one] = await c.payees(id);
  const batch = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch, payees: [one!.payee] });
  await c.act(someone('branchesAffairs'), 'paymentBatch', 'publish', batch);
  const held = { claim: id, payee: one!.payee, reason: 'identity_not_shown' };
  await c.act(c.clerk, 'paymentBatch', 'recordAudit', batch, { passed: [], held: [held] }, letter);
  t.equal((await c.record(id)).status, 'awaiting_allocation');
  const heirs = (await c.payees(id)).map(({ payee }) => ({ person: payee, weight: 1 }));
  await refused(t, c.on(c.clerk, 'recordShares', id, { heirs, papers: 'seen' }, papers), 'PAYMENT_UNDER_WAY');
  await refused(t, c.on(c.clerk, 'withdraw', id, { by: 'heirs' }), 'PAYMENT_UNDER_WAY');
});

t.test('a returned transfer makes the payee due again; a recovery lowers what counts as paid', async (t) => {
  const c = await money();
  const id = await c.upTo('awaiting_allocation');
  const [{ payee } = { payee: '' }] = await c.payees(id);
  const batch = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
  await c.ordered(batch, [{ claim: id, payee }]);
  const back = { payee, on: c.w.now().slice(0, 10), reason: 'the account was closed' };
  await refused(t, c.on(c.accounts, 'recordReturnedTransfer', id, back), 'NOT_PAID');
  await refused(t, c.on(c.accounts, 'recordRecovery', id, { payee, amountIQD: 1, reason: 'paid twice' }), 'NOT_PAID');
  await c.pay(id, payee);
  await refused(t, c.on(c.accounts, 'recordReturnedTransfer', id, { ...back, on: '2030-01-01' }), 'DATE_IN_THE_FUTURE');
  const returned = await c.on(c.accounts, 'recordReturnedTransfer', id, back);
  t.match(returned.record, { status: 'awaiting_allocation', state: { payees: [{ status: 'due', returns: 1 }] } });
  t.equal(progressOf((await c.record(id)).state).paidIQD, 0);
  const next = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch: next });
  await c.ordered(next, [{ claim: id, payee }]);
  await c.pay(id, payee);
  await c.on(c.accounts, 'recordRecovery', id, { payee, amountIQD: 5_000_000, reason: 'a part was paid by another ministry' });
  await refused(t, c.on(c.accounts, 'recordReturnedTransfer', id, back), 'PARTLY_RECOVERED');
  await refused(
    t,
    c.on(c.accounts, 'recordRecovery', id, { payee, amountIQD: 15_000_001, reason: 'too much' }),
    'MORE_THAN_PAID',
  );
  t.equal(progressOf((await c.record(id)).state).paidIQD, 15_000_000);
  t.same(c.turnedDown, []);
});

t.test('an order that finds the claim suspended comes back as failed, and the batch does not wait for it', async (t) => {
  const c = await money();
  const id = await c.upTo('awaiting_allocation');
  const [{ payee } = { payee: '' }] = await c.payees(id);
  const batch = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
  await c.on(c.chair, 'suspend', id, { cause: 'pending_court' }, letter);
  await c.ordered(batch, [{ claim: id, payee }]);
  t.match(await c.record(id), { status: 'suspended', state: { was: 'payment_failed' } });
  t.equal((await c.w.cases.glance(`paymentBatch-${batch}`)).status, 'paid');
  t.equal((await c.on(c.chair, 'resume', id)).outcome.status, 'payment_failed');
});

t.test('the law’s time for payment runs from the final decision to the money, whoever holds the claim', async (t) => {
  const c = await claims();
  const id = await c.upTo('ratified');
  const [before] = (await c.record(id)).waits.filter((one) => one.key === 'payment');
  t.match(before, { rule: 'compensation.payment.days' });
  t.equal((Date.parse(before!.due!) - Date.parse(before!.since)) / 86_400_000, 60);
  c.w.at(new Date(Date.parse(c.w.now()) + 10 * 86_400_000).toISOString());
  await c.when(c.clerk, 'sendToFinance', id, {}, letter);
  const [after] = (await c.record(id)).waits.filter((one) => one.key === 'payment');
  t.equal(after?.due, before?.due);
});

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let at = seed;
  return (below) => {
    at = (at * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((at / 2_147_483_648) * below);
  };
}

t.test('whatever the amount and the parts, what the payees get adds up to what was decided', async (t) => {
  const next = numbers(7);
  for (let run = 0; run < 2_000; run++) {
    const amount = 1 + next(1_000_000_000);
    const heirs = Array.from({ length: 1 + next(30) }, () => ({ person: randomUUID(), weight: 1 + next(96) }));
    const payees = payeesFor({ claimant: 'c', claimantKind: 'natural', heirs: { heirs, papers: 'seen' } }, amount);
    const sum = payees.reduce((all, one) => all + one.amountIQD, 0);
    if (sum !== amount) t.fail(`${amount} shared as ${sum}`);
    if (payees.some((one) => one.amountIQD < 0)) t.fail('less than nothing');
  }
  const alone = payeesFor({ claimant: 'a', claimantKind: 'natural', principal: 'b', principalKind: 'legal' }, 9);
  t.match(alone, [{ payee: 'b', kind: 'legal', amountIQD: 9 }], 'who acts for another is not paid');
  t.match(
    payeesFor(
      {
        claimant: 'a',
        claimantKind: 'natural',
        heirs: {
          heirs: [
            { person: 'x', weight: 1 },
            { person: 'y', weight: 9 },
          ],
          papers: 'seen',
        },
      },
      1,
    ),
    [
      { amountIQD: 0, status: 'paid' },
      { amountIQD: 1, status: 'due' },
    ],
  );
});

t.test('whatever happens to its payees, a claim is paid exactly when all of them are', async (t) => {
  const next = numbers(11);
  const c = await claims();
  const base = (await c.record(await c.upTo('awaiting_allocation'))).state;
  const meta = {} as EventMeta;
  for (let run = 0; run < 300; run++) {
    const heirs = Array.from({ length: 1 + next(5) }, () => ({ person: randomUUID(), weight: 1 + next(9) }));
    let state: Claim = { ...base, payees: payeesFor({ ...base, heirs: { heirs, papers: 'seen' } }, 1_000_000) };
    for (let step = 0; step < 12; step++) {
      const { payee, amountIQD } = state.payees[next(state.payees.length)]!;
      const batch = randomUUID();
      const some: readonly PaymentEvent[] = [
        { type: 'PaymentMade', data: { batch, payee, amountIQD, method: 'cash', proof: '1', paidOn: '2026-03-01' }, meta },
        { type: 'PaymentHeld', data: { batch, payee }, meta },
        { type: 'PaymentReturned', data: { batch, payee, amountIQD, on: '2026-03-01', reason: 'came back' }, meta },
        { type: 'PaymentFailed', data: { batch, payee, amountIQD, reason: 'no account' }, meta },
        { type: 'PaymentOrdered', data: { batch, lines: [{ payee, amountIQD }] }, meta },
      ];
      state = paid(state, some[next(some.length)]!);
      const all = state.payees.every((one) => one.status === 'paid');
      const one = state.payees.some((each) => each.status === 'paid');
      const status = paymentStatus(state.payees);
      if ((status === 'paid') !== all || (status === 'partly_paid') !== (one && !all)) t.fail(`${status} of ${run}`);
      if (state.payees.reduce((sum, each) => sum + each.amountIQD, 0) !== 1_000_000) t.fail('the sum changed');
    }
  }
  t.pass();
});

t.test('a decided claim is no wrong file any more, and what it rests on is not rewritten', async (t) => {
  const c = await money();
  const wrong = await c.upTo('registered', 'injury');
  t.equal((await c.on(c.clerk, 'retract', wrong, { reason: 'entered under the wrong name' })).outcome.status, 'retracted');
  const { id, payee } = await orderedClaim(c);
  const other = await c.someoneNamed();
  const fix = (revision: number, fields: object) =>
    c.on(c.clerk, 'correct', id, { revision, fields, reason: 'the wrong person was named' });
  await refused(t, c.on(c.clerk, 'retract', id, { reason: 'entered by mistake' }), 'RELIED_UPON');
  await refused(t, fix(0, { claimant: other }), 'RELIED_UPON');
  await c.pay(id, payee);
  await refused(t, c.on(c.clerk, 'retract', id, { reason: 'entered by mistake' }), 'RELIED_UPON');
  t.match(
    (await c.on(c.clerk, 'note', id, { text: 'asked for' })).outcome.actions.find((one) => one.command === 'retract'),
    { allowed: false, reason: 'RELIED_UPON' },
  );
  const shared = await withHeirs(c, 5_000_000, [1, 1]);
  const { history } = await c.w.cases.load(c.w.registry.byName('claim')!, shared);
  const revision = history.findIndex((event) => event.type === 'SharesRecorded');
  const heirs = [{ person: other, weight: 1 }];
  const rewritten = c.on(c.clerk, 'correct', shared, { revision, fields: { heirs }, reason: 'another deed' });
  await refused(t, rewritten, 'DECISION_NOT_CORRECTABLE');
});

t.test('a correction proposed before the decision is not confirmed after it', async (t) => {
  const c = await money();
  const id = await c.upTo('session_scheduled', 'injury');
  const other = await c.someoneNamed();
  const second = { ...c.clerk, id: randomUUID() };
  await c.on(second, 'correct', id, { revision: 0, fields: { claimant: other }, reason: 'the wrong person was named' });
  await c.when(c.chair, 'recommend', id, { ...votes, amountIQD: 3_000_000 });
  await refused(t, c.on(c.clerk, 'confirmCorrection', id, { revision: 0 }), 'RELIED_UPON');
});

t.test('a paper file brings no live money along: no list, no order, no payment that its decision does not carry', async (t) => {
  const c = await money();
  const claimant = await c.someoneNamed();
  const batch = randomUUID();
  const on = (day: string, type: string, data: object) => ({ type, data, occurredAt: `${day}T08:00:00.000Z`, ...letter.record });
  const incident = { date: { date: '2015-05-01', precision: 'month' }, area: 'IQG15Q07', cause: 'other' };
  const prepared = on('2019-01-01', 'ClaimPrepared', {
    ...{ claimant, claimantKind: 'natural', capacity: 'self', type: 'injury', victims: [claimant], incident },
  });
  const at = { organisation: c.clerk.post.organisation, office: c.subcommittee, governorate: 'IQG15' };
  const submitted = { subcommittee: at, receiptNo: '1', papers: [], missing: [], checklistVersion: 'paper' };
  const way = [prepared, on('2019-01-02', 'ClaimSubmitted', submitted)];
  const ratified = on('2020-01-01', 'ClaimRatified', { committeeNo: 1, decisionNo: '7', amountIQD: 5_000_000 });
  const passed = on('2020-02-01', 'FinanceAuditPassed', {});
  const adopt = (...facts: object[]) => c.w.when(c.clerk, 'claim', 'adopt', undefined, { source: 'archive shelf 4', facts });
  const lines = [{ payee: claimant, amountIQD: 9_000_000 }];
  const listed = on('2020-03-01', 'ClaimListedForPayment', { batch, lines, decidedOn: '2020-01-01', vulnerable: false });
  await refused(t, adopt(...way, ratified, passed, listed), 'FACT_OUT_OF_PLACE');
  const paid = (more: object) =>
    on('2020-03-02', 'PaymentMade', {
      ...{ payee: claimant, amountIQD: 5_000_000, method: 'cash', proof: '3', paidOn: '2020-03-02' },
      ...more,
    });
  await refused(t, adopt(...way, ratified, passed, paid({ batch })), 'FACT_OUT_OF_PLACE');
  await refused(t, adopt(...way, ratified, passed, paid({ amountIQD: 1 })), 'FACT_OUT_OF_PLACE');
  await refused(t, adopt(...way, ratified, passed, paid({ payee: batch })), 'FACT_OUT_OF_PLACE');
  await refused(t, adopt(...way, paid({})), 'FACT_OUT_OF_PLACE');
  await refused(t, adopt(...way, passed), 'FACT_OUT_OF_PLACE');
  const told = { deliveredOn: '2020-01-05', method: 'in_person', language: 'ar', contestUntil: '2020-02-05' };
  await refused(t, adopt(...way, on('2020-01-05', 'DecisionNotified', told)), 'FACT_OUT_OF_PLACE');
  const { outcome } = await adopt(...way, ratified, passed, paid({}));
  await c.on(c.chair, 'confirmAdoption', outcome.id);
  t.match(progressOf((await c.record(outcome.id)).state), { paid: true, paidIQD: 5_000_000 });
  t.equal((await c.on(c.clerk, 'retract', outcome.id, { reason: 'the paper is of another' })).outcome.status, 'retracted');
});

t.test('who is paid in place of a victim is shown by the shares, also when a lawyer acts', async (t) => {
  const c = await money();
  const [heir, lawyer] = [await c.someoneNamed(), await c.someoneNamed()];
  const id = await c.upTo('awaiting_allocation', 'martyrdom', 5_000_000, {
    ...{ claimant: lawyer, capacity: 'lawyer', principal: heir },
  });
  const list = async () => c.on(c.clerk, 'listForPayment', id, { ...byHand, batch: await c.openBatch() });
  await refused(t, list(), 'HEIR_SHARES_MISSING');
  await c.on(c.clerk, 'recordShares', id, { heirs: [{ person: heir, weight: 1 }], papers: 'pending' });
  await refused(t, list(), 'HEIR_SHARES_MISSING');
  await c.on(c.clerk, 'recordShares', id, { heirs: [{ person: heir, weight: 1 }], papers: 'seen' }, papers);
  t.equal((await list()).outcome.status, 'batch_listed');
});

t.test('a payment that failed leaves a way on: to the heirs, out, or into the claim it repeats', async (t) => {
  const c = await money();
  const { id, payee } = await orderedClaim(c);
  await c.on(c.accounts, 'recordFailedPayment', id, { payee, reason: 'the payee has died' });
  const heirs = [{ person: await c.someoneNamed(), weight: 1 }];
  await c.on(c.clerk, 'recordShares', id, { heirs, papers: 'seen' }, papers);
  const { status, state } = await c.record(id);
  t.match(
    { status, payees: state.payees },
    { status: 'awaiting_allocation', payees: [{ payee: heirs[0]?.person, status: 'due' }] },
  );
  const gone = await orderedClaim(c, 'injury');
  await c.on(c.accounts, 'recordFailedPayment', gone.id, { payee: gone.payee, reason: 'no account' });
  await c.on(c.clerk, 'suspectDuplicate', gone.id, { of: id, ground: 'same_property' });
  await c.on(c.chair, 'mergeInto', gone.id, { claim: id, reason: 'the same house' });
  t.equal((await c.on(c.chair, 'reverseMerge', gone.id, { reason: 'two houses after all' })).outcome.status, 'payment_failed');
  t.equal((await c.on(c.clerk, 'withdraw', gone.id, { by: 'claimant' })).outcome.status, 'withdrawn');
  t.match(progressOf((await c.record(gone.id)).state), { finalised: true, entitlementIQD: 0 }, 'nobody is to be paid any more');
});

t.test('nothing is paid while a duplicate is suspected, although it was ordered', async (t) => {
  const c = await money();
  const { id, payee } = await orderedClaim(c);
  const other = await c.upTo('registered', 'injury');
  await c.on(c.clerk, 'suspectDuplicate', id, { of: other, ground: 'other' });
  await refused(t, c.pay(id, payee), 'DUPLICATE_UNRESOLVED');
  await c.on(c.chair, 'keepSeparate', id, { of: other, reason: 'one house, one injury' });
  t.equal((await c.pay(id, payee)).outcome.status, 'paid');
});

t.test('what is objected to is not the last word and counts as no entitlement', async (t) => {
  const c = await claims();
  const id = await c.upTo('final');
  t.match(progressOf((await c.record(id)).state), { finalised: true, entitlementIQD: 20_000_000 });
  await c.when(c.chair, 'allowLateObjection', id, { by: 'claimant', reason: 'the letter came late' });
  await c.when(c.clerk, 'fileObjection', id, { by: 'claimant', filedOn: c.w.now().slice(0, 10), grounds: 'too little' });
  t.match(progressOf((await c.record(id)).state), { stage: 'submitted', finalised: false, entitlementIQD: 0 });
});

t.test('what Baghdad returned and the sub-committee decided anew may be objected to, and goes back there', async (t) => {
  const c = await claims();
  const id = await c.upTo('forwarded', 'property', 60_000_000);
  await c.when(c.central, 'returnForCompletion', id, { committeeNo: 1, items: [{ item: 'identity' }] });
  await c.when(c.clerk, 'supplyInformation', id, { items: ['identity'] });
  const redecide = async () => {
    await c.when(c.clerk, 'scheduleSession', id, { sessionNo: '10', on: c.w.now().slice(0, 10) });
    await c.when(c.chair, 'recommend', id, { ...votes, amountIQD: 10_000_000 });
    await c.notify(id);
  };
  await redecide();
  const objection = { by: 'claimant', filedOn: c.w.now().slice(0, 10), grounds: 'a sixth of the loss' };
  t.equal((await c.when(c.clerk, 'fileObjection', id, objection)).outcome.status, 'objection');
  t.equal((await c.when(c.clerk, 'forward', id, {}, letter)).outcome.status, 'central_review');
  await c.when(c.central, 'returnForCompletion', id, { committeeNo: 1, items: [{ item: 'identity' }] });
  await redecide();
  await c.periodOver(id);
  t.equal((await c.when(c.clerk, 'forward', id, {}, letter)).outcome.status, 'central_review', 'what has been there goes there');
});

t.test('a loss put right by a correction is kept from others too', async (t) => {
  const c = await claims();
  const house = (deedNo: string) => ({ loss: { ...losses.property, items: [{ item: 'house', kind: 'house', deedNo }] } });
  const first = await c.upTo('registered', 'property', 20_000_000, house('900/1'));
  const fix = { revision: 0, fields: house('412/7'), reason: 'the deed was misread' };
  await c.when(c.clerk, 'correct', first, fix);
  const second = await c.upTo('registered', 'property', 20_000_000, house('412/7'));
  t.match((await c.record(second)).reservations, [{ scope: 'claim.loss', status: 'refused', heldBy: `claim-${first}` }, {}]);
});

t.test('the last word does not lie before the decision: no claim goes to the front of the line by an old date', async (t) => {
  const c = await claims();
  const old = { record: { ...letter.record, occurredAt: '2010-01-01T08:00:00.000Z' } };
  const id = await c.upTo('contestation_ended', 'property', 60_000_000);
  await refused(t, c.when(c.clerk, 'forward', id, {}, old), 'BEFORE_THE_DECISION');
  await c.when(c.clerk, 'forward', id, {}, letter);
  await refused(t, c.when(c.central, 'ratify', id, { committeeNo: 1, decisionNo: '9' }, old), 'BEFORE_THE_DECISION');
});
