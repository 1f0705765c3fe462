import { randomUUID } from 'node:crypto';
import t from 'tap';
import { household } from '../../src/domain/household/index.ts';
import type { RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { movement } from '../../src/domain/movement/index.ts';
import { board } from '../../src/domain/returnGrant/board.ts';
import { returnGrant, returnGrantFollowUps } from '../../src/domain/returnGrant/index.ts';
import { amountOn, grantAmounts } from '../../src/domain/returnGrant/policy.ts';
import { naturalId } from '../../src/eventlog/ids.ts';
import { letter, treasury } from '../support/payments/treasury.ts';
import { colleague, type Person, refused, someone } from '../support/scenario.ts';

const NAMED = { record: { letterRef: letter } };

interface Family {
  readonly returned?: 'by movement' | 'recognised' | 'not';
  readonly arrived?: string;
  readonly card?: boolean;
  readonly closed?: boolean;
  readonly splitFrom?: string;
}

/** A branch that gives grants, and families that returned. */
async function branch() {
  const all = await treasury([household, movement]);
  const { w } = all;
  const verifier = someone('verifier');
  const head = colleague(verifier, 'headOfBranch');
  const cashier = someone('adminFinance');
  const owner = { organisation: verifier.post.organisation, office: verifier.post.office, governorate: 'IQG15' };

  async function family({
    returned = 'by movement',
    arrived = '2024-11-12',
    card = true,
    closed = true,
    splitFrom,
  }: Family = {}) {
    const [id, trip, mother] = [randomUUID(), randomUUID(), randomUUID()];
    const registered = { momdFileNo: '4711', branch: owner, acceptedBy: 'x', head: mother };
    const achieved = { pathway: 'return', area: 'IQG15Q07N03', basis: 'arrival_confirmed', movement: trip };
    const recognised = { area: 'IQG15Q07N03', since: { date: arrived, precision: 'day' }, method: 'visit' };
    const word = { word: 'asked', wordOf: mother, wordOn: '2024-12-01', requestDocs: [] };
    await w.given(
      'household',
      id,
      {
        type: 'HouseholdRegistered',
        data: { ...registered, ...(card ? { qCard: '1234' } : {}), ...(splitFrom ? { splitFrom } : {}) },
      },
      ...(returned === 'by movement' ? [{ type: 'PathwayAchieved', data: achieved }] : []),
      ...(returned === 'recognised' ? [{ type: 'ReturnRecognised', data: recognised }] : []),
      ...(closed ? [{ type: 'DisplacementFileClosed', data: { fileNo: '4711', reason: 'solution_reached', ...word } }] : []),
    );
    if (returned === 'by movement') await moved(trip, id, arrived);
    return { id, movement: returned === 'by movement' ? trip : undefined };
  }

  async function moved(trip: string, of: string, arrived: string, pathway = 'return'): Promise<void> {
    const at = { occurredAt: `${arrived}T09:00:00.000Z` };
    const told = { household: of, topics: ['rights'], toldStale: false, language: 'ar' };
    const said = { pathway, area: 'IQG15Q07N03', shielded: false, timeframe: 'later' };
    const confirmations = [
      { by: 'household', method: 'call', on: arrived },
      { by: 'receiving_branch', method: 'visit', on: arrived },
    ];
    await w.given(
      'movement',
      trip,
      { type: 'MovementInformationProvided', data: told, ...at },
      { type: 'IntentionRecorded', data: { ...said, conditions: [], blockers: [], instrumentVersion: '1', statedBy: of }, ...at },
      { type: 'HouseholdArrived', data: { area: 'IQG15Q07N03' }, ...at },
      { type: 'ArrivalConfirmed', data: { household: of, area: 'IQG15Q07N03', pathway, confirmations }, ...at },
    );
  }

  const check = async (of: { id: string; movement?: string | undefined }, more: object = {}, by: Person | string = verifier) => {
    const trip = of.movement === undefined ? {} : { movement: of.movement };
    return w.when(by, 'returnGrant', 'checkEligibility', undefined, { household: of.id, governorate: 'IQG15', ...trip, ...more });
  };
  const give = (by: Person | string, id: string, command: string, input: object = {}, extra: object = {}) =>
    w.when(by, 'returnGrant', command, id, input, extra);

  async function audited(of: Family = {}) {
    const { outcome } = await check(await family(of));
    const { id } = outcome;
    await give(verifier, id, 'apply', { packageItems: ['stove'] });
    await give(verifier, id, 'verifyFileClosure');
    await give(verifier, id, 'recordAudit', { duplicates: 'none' }, NAMED);
    return id;
  }
  async function approved(of: Family = {}) {
    const id = await audited(of);
    await give(head, id, 'approve');
    return id;
  }
  /** A grant whose money is there. */
  async function funded() {
    const id = await approved();
    const money = await all.released(10_000_000, { purpose: 'return_grant' });
    await give(cashier, id, 'listForPayment', { allocation: money, batchNo: 3 });
    await give('allocations', id, 'grantFunds');
    return { id, money };
  }
  return { ...all, verifier, head, cashier, family, moved, check, give, audited, approved, funded };
}

const next = (given: { readonly events: readonly object[]; readonly meta: readonly object[] }) =>
  given.events.flatMap((event, index) =>
    returnGrantFollowUps({ ...event, meta: given.meta[index] } as RecordedEvent as never).map((one) => ({ ...one })),
  );

t.test('the amount is that of the day of return: 1.5 million, and 4 million from 28 February 2024 on', async (t) => {
  const amounts = grantAmounts.default;
  const days = ['2018-12-31', '2019-01-01', '2024-02-27', '2024-02-28', '2026-01-01'];
  t.same(
    days.map((day) => amountOn(amounts, day)),
    [undefined, 1_500_000, 1_500_000, 4_000_000, 4_000_000],
  );
  const { check, family, give, verifier } = await branch();
  for (const [arrived, amountIQD] of [
    ['2023-05-01', 1_500_000],
    ['2024-11-12', 4_000_000],
  ] as const) {
    const { outcome } = await check(await family({ arrived }));
    const applied = await give(verifier, outcome.id, 'apply');
    t.match(applied.events, [
      { data: { amountIQD, returnDate: arrived, rule: 'returnGrant.amountIQD', ruleVersion: 'default' } },
    ]);
  }
  const early = await check(await family({ arrived: '2018-05-01' }));
  await refused(t, give(verifier, early.outcome.id, 'apply'), 'NO_GRANT_FOR_THIS_DAY');
});

t.test('a confirmed arrival makes a family eligible; what is not shown yet is pending, and denies nothing', async (t) => {
  const { check, family } = await branch();
  const whole = await check(await family(), {}, 'movements');
  t.match(whole.events[0], {
    type: 'ReturnGrantEligibilityConfirmed',
    data: {
      returnDate: '2024-11-12',
      checks: { registered: 'passed', returnRegistered: 'passed', fileClosed: 'passed', card: 'passed' },
    },
  });
  const bare = await check(await family({ card: false, closed: false }));
  t.match(bare.events[0], { data: { checks: { fileClosed: 'pending', card: 'pending', duplicates: 'pending' } } });
  t.match(bare.record, { status: 'eligibility_checked', waits: [{ key: 'apply', party: 'household' }] });
});

t.test('who is not registered, has not returned, or is counted with another family is denied, and told why', async (t) => {
  const { check, family, moved, verifier, w } = await branch();
  const denied = async (of: { id: string; movement?: string | undefined }, reason: string) =>
    t.match((await check(of, { returnDate: '2024-11-12' })).events[0], {
      type: 'ReturnGrantEligibilityDenied',
      data: { reason },
    });
  await denied({ id: randomUUID() }, 'not_registered');
  await denied(await family({ returned: 'not', closed: false }), 'return_not_registered');
  const other = await family();
  await denied({ id: (await family()).id, movement: other.movement }, 'return_not_registered');
  const relocated = randomUUID();
  const { id } = await family({ returned: 'not', closed: false });
  await moved(relocated, id, '2024-11-12', 'relocation');
  await denied({ id, movement: relocated }, 'return_not_registered');
  const split = await family({ returned: 'not', splitFrom: other.id });
  t.match((await w.cases.glance(`household-${split.id}`)).status, 'file_closed');
  await denied(split, 'counted_with_family');
  const own = await check(await family({ splitFrom: other.id }));
  t.equal(own.outcome.status, 'eligibility_checked', 'a family that split off before it returned has a return of its own');
  const recognised = await family({ returned: 'recognised' });
  await refused(t, check(recognised), 'RETURN_DATE_MISSING');
  await refused(t, check(recognised, { returnDate: '2026-03-02' }, verifier), 'DATE_IN_THE_FUTURE');
  await refused(t, check(recognised, { returnDate: '2024-10-01' }), 'ANOTHER_DAY_OF_RETURN');
  t.equal((await check(recognised, { returnDate: '2024-11-12' })).outcome.status, 'eligibility_checked');
  await refused(t, check({ id: other.id }, { returnDate: '2024-11-12' }), 'MOVEMENT_MISSING');
  const abroad = await family({ returned: 'not' });
  await denied(abroad, 'return_not_registered');
});

t.test('there is one grant for a household and a return, also beside one taken over from paper', async (t) => {
  const { check, family, give, verifier, head, w } = await branch();
  const of = await family();
  await check(of);
  await refused(t, check(of), 'ALREADY_EXISTS');
  const again = await family();
  const subject = { household: again.id, movement: again.movement, returnDate: '2024-11-12', governorate: 'IQG15' };
  const checks = { registered: 'passed', returnRegistered: 'passed', fileClosed: 'passed', card: 'passed', duplicates: 'passed' };
  const facts = [
    {
      type: 'ReturnGrantEligibilityConfirmed',
      data: { ...subject, checks },
      occurredAt: '2024-11-20T09:00:00.000Z',
      letterRef: letter,
    },
  ];
  const adopted = await w.when(verifier, 'returnGrant', 'adopt', randomUUID(), { source: 'paper file 12', facts });
  await give(head, adopted.outcome.id, 'confirmAdoption');
  const { outcome } = await check(again);
  await give(verifier, outcome.id, 'apply');
  await give(verifier, outcome.id, 'verifyFileClosure');
  await give(verifier, outcome.id, 'recordAudit', { duplicates: 'none' }, NAMED);
  await refused(t, give(head, outcome.id, 'approve'), 'GRANTED_BEFORE');
});

t.test('until it is certain that there is no other grant for the return, none is approved', async (t) => {
  const { give, head, w, family, verifier } = await branch();
  const id = randomUUID();
  const { id: of, movement: trip } = await family();
  const checks = { registered: 'passed', returnRegistered: 'passed', fileClosed: 'passed', card: 'passed', duplicates: 'passed' };
  const subject = { household: of, movement: trip, returnDate: '2024-11-12', governorate: 'IQG15' };
  await w.given(
    'returnGrant',
    id,
    { type: 'ReturnGrantEligibilityConfirmed', data: { ...subject, checks }, by: verifier },
    { type: 'ReturnGrantAudited', data: { duplicates: 'none' } },
  );
  await refused(t, give(head, id, 'approve'), 'UNIQUENESS_NOT_CHECKED');
});

t.test('the file is closed, the audit rests on a letter, the card is there, and another officer approves', async (t) => {
  const { check, family, give, verifier, head, audited } = await branch();
  const open = await check(await family({ closed: false }));
  await give(verifier, open.outcome.id, 'apply');
  await refused(t, give(verifier, open.outcome.id, 'verifyFileClosure'), 'FILE_NOT_CLOSED');
  const closed = await check(await family());
  await give(verifier, closed.outcome.id, 'apply');
  await give(verifier, closed.outcome.id, 'verifyFileClosure');
  await refused(t, give(verifier, closed.outcome.id, 'recordAudit', { duplicates: 'none' }), 'LETTER_MISSING');
  const id = await audited();
  await refused(t, give(verifier, id, 'approve'), 'FOUR_EYES');
  await refused(t, give(head, id, 'approve', {}, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  const approved = await give(head, id, 'approve');
  t.match(approved.record, { status: 'approved', waits: [{ key: 'fund', party: 'adminFinance' }] }, 'approved is not yet money');
  await refused(t, give(head, await audited({ card: false }), 'approve'), 'CARD_MISSING');
});

t.test('a family merged into another has its grant there', async (t) => {
  const { audited, give, head, w } = await branch();
  const id = await audited();
  const { subject } = (await w.cases.load(returnGrant, id)).record.state as never as { subject: { household: string } };
  await w.given('household', subject.household, {
    type: 'HouseholdAbsorbed',
    data: { into: randomUUID(), duplicate: randomUUID() },
  });
  await refused(t, give(head, id, 'approve'), 'HOUSEHOLD_MERGED');
});

t.test('an approved grant is no wrong file and is not rewritten; while no money is kept for it, it can be denied', async (t) => {
  const { approved, give, head, verifier, cashier, released, w } = await branch();
  const id = await approved();
  await refused(t, give(verifier, id, 'retract', { reason: 'entered by mistake' }), 'RELIED_UPON');
  const rewritten = give(verifier, id, 'correct', { revision: 3, fields: { amountIQD: 9_000_000 }, reason: 'another amount' });
  await refused(t, rewritten, 'DECISION_NOT_CORRECTABLE');
  const list = async () =>
    give(cashier, id, 'listForPayment', { allocation: await released(10_000_000, { purpose: 'return_grant' }), batchNo: 3 });
  await list();
  await refused(t, give(head, id, 'reject', { reason: 'other' }), 'ALREADY_ASKED_FOR');
  await give('allocations', id, 'refuseFunds', { availableIQD: 0 });
  const { subject } = (await w.cases.load(returnGrant, id)).record.state as never as { subject: { household: string } };
  const absorbed = { type: 'HouseholdAbsorbed', data: { into: randomUUID(), duplicate: randomUUID() } };
  await w.given('household', subject.household, absorbed);
  await refused(t, list(), 'HOUSEHOLD_MERGED');
  const { outcome, record } = await give(head, id, 'reject', { reason: 'granted_before' });
  t.match(
    { status: outcome.status, counted: board(record.state as never).measures },
    { status: 'rejected', counted: { approvedIQD: 0 } },
  );
});

t.test('once a grant is retracted as a wrong file, the family may apply for the same return again, and once only', async (t) => {
  const { check, family, give, verifier, head, cashier, released, w } = await branch();
  const of = await family();
  const wrong = (await check(of)).outcome.id;
  await refused(t, check(of, { after: wrong }), 'NO_RETRACTED_GRANT');
  await give(verifier, wrong, 'retract', { reason: 'entered for another family' });
  await refused(t, check(of), 'ALREADY_EXISTS');
  await refused(t, check(await family(), { after: wrong }), 'NO_RETRACTED_GRANT');
  // What the retracted grant had reserved is given back by a reactor.
  const { reservations } = (await w.cases.load(returnGrant, wrong)).record;
  const held = naturalId('reservation', reservations[0]?.hash ?? '');
  await w.when('reservations', 'reservation', 'free', held, { holder: `returnGrant-${wrong}` });
  const again = await check(of, { after: wrong });
  const { id } = again.outcome;
  t.not(id, wrong);
  t.match(again.events, [{ type: 'ReturnGrantEligibilityConfirmed', data: { after: wrong } }, { type: 'ReservationRequested' }]);
  await refused(t, check(of, { after: wrong }), 'ALREADY_EXISTS');
  await give(verifier, id, 'apply');
  await give(verifier, id, 'verifyFileClosure');
  await give(verifier, id, 'recordAudit', { duplicates: 'none' }, NAMED);
  await give(head, id, 'approve');
  const money = await released(10_000_000, { purpose: 'return_grant' });
  await give(cashier, id, 'listForPayment', { allocation: money, batchNo: 3 });
  await give('allocations', id, 'grantFunds');
  await give(cashier, id, 'recordPayment', { paidOn: '2026-02-20' });
  // The return fails: the hold cannot find a grant in the place of a retracted one, which looks at the movement itself.
  const failed = { household: of.id, leftOn: '2026-02-25', causes: ['no_income'], confirmed: true };
  await w.given('movement', of.movement ?? '', { type: 'ReturnFailed', data: failed });
  const back = { amountIQD: 1_000_000, reason: 'given_back' };
  await refused(t, give(cashier, id, 'recover', back, NAMED), 'RECOVERY_HELD');
  await give(head, id, 'liftRecoveryHold', { reason: 'the family asks to give it back' });
  t.equal((await give(cashier, id, 'recover', back, NAMED)).events[0]?.type, 'ReturnGrantRecovered');
});

t.test('a paper file tells of a grant that was paid, never of money that an allocation is to have kept', async (t) => {
  const { family, verifier, w } = await branch();
  const of = await family();
  const subject = { household: of.id, movement: of.movement, returnDate: '2024-11-12', governorate: 'IQG15' };
  const checks = { registered: 'passed', returnRegistered: 'passed', fileClosed: 'passed', card: 'passed', duplicates: 'passed' };
  const money = { allocation: randomUUID(), batchNo: 1, amountIQD: 4_000_000 };
  const amount = { amountIQD: 4_000_000, ruleVersion: 'paper' };
  const on = { household: of.id, returnDate: '2024-11-12', rule: 'paper', packageItems: [] };
  const told = (type: string, data: object) => ({ type, data, occurredAt: '2024-12-20T09:00:00.000Z', letterRef: letter });
  const approved = [
    told('ReturnGrantEligibilityConfirmed', { ...subject, checks }),
    told('ReturnGrantApplied', { ...on, ...amount }),
    told('ReturnGrantFileClosureVerified', {}),
    told('ReturnGrantAudited', { duplicates: 'none' }),
    told('ReturnGrantApproved', amount),
  ];
  const adopt = (...facts: object[]) =>
    w.when(verifier, 'returnGrant', 'adopt', undefined, { source: 'paper file 12', facts: [...approved, ...facts] });
  await refused(t, adopt(told('ReturnGrantFundsRequested', money)), 'FACT_OUT_OF_PLACE');
  const paid = { ...money, household: of.id, paidOn: '2024-12-20' };
  await refused(t, adopt(told('ReturnGrantPaid', { ...paid, amountIQD: 1 })), 'FACT_OUT_OF_PLACE');
  t.match((await adopt(told('ReturnGrantPaid', paid))).record.state, { status: 'paid' });
});

t.test('paid by another ministry is a denial; an objection is decided by another officer than denied', async (t) => {
  const { check, family, give, verifier, head } = await branch();
  const { outcome } = await check(await family());
  const { id } = outcome;
  await give(verifier, id, 'apply');
  await give(verifier, id, 'verifyFileClosure');
  const found = await give(verifier, id, 'recordAudit', { duplicates: 'found' }, NAMED);
  t.match(found.events, [
    { type: 'ReturnGrantAudited' },
    { type: 'ReturnGrantEligibilityDenied', data: { reason: 'paid_by_another_ministry', checks: { duplicates: 'failed' } } },
  ]);
  t.match((await give(verifier, id, 'object', { grounds: 'another family of the same name' })).record.waits, [
    { key: 'decideObjection' },
  ]);
  await refused(t, give(verifier, id, 'decideObjection', { outcome: 'denial_lifted' }), 'FOUR_EYES');
  t.equal((await give(head, id, 'decideObjection', { outcome: 'denial_lifted' })).outcome.status, 'applied');
  await refused(t, give(verifier, id, 'reject', { reason: 'other' }), 'FOUR_EYES');
  t.equal((await give(head, id, 'reject', { reason: 'other' })).outcome.status, 'rejected');
  await give(verifier, id, 'object', { grounds: 'the same once more' });
  t.equal((await give(verifier, id, 'decideObjection', { outcome: 'denial_stands' })).outcome.status, 'closed');
});

t.test(
  'a grant is listed where an allocation for grants of its governorate has the money, and waits where it has not',
  async (t) => {
    const { approved, give, cashier, released, requested } = await branch();
    const id = await approved();
    const list = (allocation: string) => give(cashier, id, 'listForPayment', { allocation, batchNo: 3 });
    const of = { purpose: 'return_grant' };
    await refused(t, list(await requested(9, of)), 'NOT_AN_OPEN_ALLOCATION');
    await refused(t, list(await released(9)), 'NOT_AN_OPEN_ALLOCATION');
    await refused(t, list(await released(9, { ...of, governorate: 'IQG09' })), 'OF_ANOTHER_GOVERNORATE');
    const money = await released(9, of);
    const asked = await list(money);
    const input = { batch: id, amountIQD: 4_000_000, process: 'returnGrant' };
    t.match(next(asked), [{ process: 'allocation', command: 'reserveForBatch', id: money, input }]);
    t.equal(asked.outcome.status, 'awaiting_funds');
    await refused(t, list(money), 'ALREADY_ASKED_FOR');
    const short = await give('allocations', id, 'refuseFunds', { availableIQD: 9 });
    t.match(short.record, { status: 'awaiting_funds', state: { availableIQD: 9 }, waits: [{ key: 'fund' }] });
    await refused(t, give('allocations', id, 'grantFunds'), 'NOT_FUNDED');
    await list(money);
    t.match((await give('allocations', id, 'grantFunds')).events, [
      { type: 'ReturnGrantBatchListed', data: { allocation: money, batchNo: 3, amountIQD: 4_000_000 } },
    ]);
  },
);

t.test('a payment is recorded by another officer than approved it, and settled with the allocation', async (t) => {
  const { funded, give, cashier, head } = await branch();
  const { id, money } = await funded();
  const paidOn = '2026-02-20';
  await refused(t, give({ ...cashier, id: head.id }, id, 'recordPayment', { paidOn }), 'FOUR_EYES');
  await refused(t, give(cashier, id, 'recordPayment', { paidOn: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  const paid = await give(cashier, id, 'recordPayment', { paidOn, cardRef: '4571' });
  t.match(paid.events, [{ type: 'ReturnGrantPaid', data: { amountIQD: 4_000_000, batchNo: 3, paidOn } }]);
  t.match(next(paid), [{ process: 'allocation', command: 'settleBatch', id: money, input: { batch: id, paidIQD: 4_000_000 } }]);
  t.same(paid.record.waits, []);
  t.equal((await give(head, id, 'close')).outcome.status, 'closed');
});

t.test('a problem with the card frees the money until the grant is listed again', async (t) => {
  const { funded, give, cashier } = await branch();
  const { id, money } = await funded();
  const failed = await give(cashier, id, 'recordFailedPayment', { reason: 'card_blocked' });
  t.match(failed.record, { status: 'card_problem', waits: [{ key: 'solveCardProblem', party: 'household' }] });
  t.match(next(failed), [
    { process: 'allocation', command: 'freeForBatch', id: money, input: { batch: id, amountIQD: 4_000_000 } },
  ]);
  t.equal((await give(cashier, id, 'listForPayment', { allocation: money, batchNo: 4 })).outcome.status, 'awaiting_funds');
});

t.test('when the return fails the entitlement stays and nothing is asked back until the branch lifts the hold', async (t) => {
  const { funded, give, cashier, head, w } = await branch();
  const { id, money } = await funded();
  await give(cashier, id, 'recordPayment', { paidOn: '2026-02-20' });
  const { household: of, movement: trip } = (
    (await w.cases.load(returnGrant, id)).record.state as never as { subject: Record<string, string> }
  ).subject;
  const failed = await w.when('movements', 'returnGrant', 'holdRecovery', undefined, { household: of, movement: trip });
  t.match(
    failed,
    { outcome: { id, status: 'paid' }, record: { state: { recoveryHeld: true } } },
    'found by household and movement',
  );
  const recover = (amountIQD: number, extra: object = NAMED) =>
    give(cashier, id, 'recover', { amountIQD, reason: 'paid_in_error' }, extra);
  await refused(t, recover(100, {}), 'LETTER_MISSING');
  await refused(t, recover(100), 'RECOVERY_HELD');
  await give(head, id, 'liftRecoveryHold', { reason: 'the family asked to give it back' });
  await refused(t, give(head, id, 'liftRecoveryHold', { reason: 'and once more the same' }), 'RECOVERY_NOT_HELD');
  await refused(t, recover(4_000_001), 'MORE_THAN_PAID');
  const recovered = await recover(1_000_000);
  t.match(next(recovered), [{ command: 'reverseForBatch', id: money, input: { batch: id, amountIQD: 1_000_000 } }]);
  await refused(t, recover(3_000_001), 'MORE_THAN_PAID');
});

t.test('each item of the package has a status of its own', async (t) => {
  const { approved, give, verifier } = await branch();
  const id = await approved();
  await refused(t, give(verifier, id, 'recordItem', { item: 'fridge', status: 'delivered' }), 'ITEM_NOT_ASKED_FOR');
  t.match((await give(verifier, id, 'recordItem', { item: 'stove', status: 'delivered' })).record.state, {
    items: { stove: 'delivered' },
  });
});

t.test('the branch enters and approves, finance pays, and nobody else has a hand in a grant', async (t) => {
  const { approved, give, verifier, head, cashier, check, family, released } = await branch();
  const id = await approved();
  const allocation = await released(9, { purpose: 'return_grant' });
  for (const by of [verifier, head]) await refused(t, give(by, id, 'listForPayment', { allocation, batchNo: 1 }), 'FORBIDDEN');
  await refused(t, give(cashier, id, 'recordItem', { item: 'stove', status: 'promised' }), 'FORBIDDEN');
  await refused(t, give(colleague(verifier, 'registrar'), id, 'reject', { reason: 'other' }), 'FORBIDDEN');
  for (const role of ['financeMinistry', 'subcommitteeClerk', 'governorate', 'partnerCaseworker'] as const) {
    await refused(t, give(someone(role), id, 'recordItem', { item: 'stove', status: 'promised' }), 'NOT_FOUND');
  }
  await refused(t, check(await family(), {}, colleague(verifier, 'registrar')), 'FORBIDDEN');
});
