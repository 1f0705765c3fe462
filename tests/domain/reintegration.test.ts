import { randomUUID } from 'node:crypto';
import t from 'tap';
import { addDays, atBaghdad } from '../../src/domain/kernel/dates.ts';
import { isOpen } from '../../src/domain/kernel/privacy.ts';
import { type Plan, type PlanState, reintegrationPlan } from '../../src/domain/reintegrationPlan/index.ts';
import { addMonths, roundsFrom } from '../../src/domain/reintegrationPlan/policy.ts';
import { naturalId } from '../../src/eventlog/ids.ts';
import { referrals } from '../support/referrals.ts';
import { colleague, type Person, refused, someone } from '../support/scenario.ts';

const DOMAINS = ['safety', 'documents', 'shelter', 'livelihood', 'health', 'mhpss', 'education', 'social_ties', 'hlp', 'income'];
const scores = Object.fromEntries(DOMAINS.map((one) => [one, 2]));
const TODAY = '2026-03-01';

/** A branch with a registered family, a partner's caseworker who keeps plans, and an organisation that sees to goals. */
async function plans() {
  const base = await referrals(undefined, [reintegrationPlan]);
  const { w } = base;
  const registrar = someone('registrar');
  const { organisation, office, governorate } = registrar.post;
  const keeper = base.sender;
  const helper = colleague(base.receiver.manager, 'serviceDirectorate');
  const [family, mother, daughter, consent] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const person = async (id: string, first: string) =>
    w.given('person', id, { type: 'PersonRegistered', data: { name: { ar: { first } }, sex: 'female' } });
  await person(mother, 'Member');
  await person(daughter, 'Member');
  const branch = { organisation, office: office ?? '', governorate: governorate ?? '' };
  const asked = { scopes: ['assistance'], recipients: [base.receiver.organisation], fields: ['name'], givenBy: mother };
  const given = { ...asked, means: 'thumbprint', language: 'ar', explainedBy: 'officer' };
  const agreeTo = async (id: string, change: object = {}) =>
    w.given('household', family, { type: 'ConsentGiven', data: { consent: id, ...given, ...change } });
  await w.given(
    'household',
    family,
    {
      ...{ type: 'HouseholdRegistered', by: registrar },
      data: { momdFileNo: 'N-1', branch, acceptedBy: 'verifier', head: mother },
    },
    {
      type: 'HouseholdMemberAdded',
      data: { person: mother, relation: 'head', roles: [], ground: 'registration', papers: 'pending' },
    },
  );
  await agreeTo(consent);

  const give = (by: Person | string, command: string, id: string | undefined, input: object = {}, extra: object = {}) =>
    w.when(by, 'reintegrationPlan', command, id, input, extra);
  const propose = async (beneficiary: object = { kind: 'household', household: family }, by = keeper) =>
    (await give(by, 'propose', undefined, { beneficiary })).outcome.id;
  const goal = (change: object = {}) => ({ domain: 'shelter', owner: { by: 'family' }, due: '2026-09-01', ...change });
  const theirs = { by: 'organisation', organisation: base.receiver.organisation };
  const recorded = { basis: 'recorded', consent };
  const assessed = async (beneficiary?: object) => {
    const id = await propose(beneficiary);
    await give(keeper, 'assess', id, { scores });
    return id;
  };
  const agreed = async (goals: readonly object[] = [goal({ what: 'a roof' }), goal({ domain: 'documents', owner: theirs })]) => {
    const id = await assessed();
    const { events } = await give(keeper, 'agree', id, { goals, consent: recorded });
    const { goals: made } = events[0]!.data as { goals: { goal: string }[] };
    return { id, goals: made.map((one) => one.goal) };
  };
  const stateOf = async (id: string) => (await w.cases.load(reintegrationPlan, id)).record.state as Plan & PlanState;
  const waitsOf = async (id: string) =>
    (await w.cases.load(reintegrationPlan, id)).record.waits.map((one) => [one.key.split(':')[0], one.party]);
  const scan = async (id: string) => give('deadlines', 'makeReviewDue', id);
  return {
    ...{ ...base, w, registrar, keeper, helper, family, mother, daughter, consent, person, agreeTo },
    ...{ give, propose, goal, theirs, recorded, assessed, agreed, stateOf, waitsOf, scan },
  };
}

t.test(
  'a plan is proposed, assessed, agreed, worked on, reviewed and achieved; each waits on whom the table names',
  async (t) => {
    const { w, keeper, helper, give, propose, goal, theirs, recorded, waitsOf, stateOf, scan, family } = await plans();
    const id = await propose();
    t.equal(id, naturalId('reintegrationPlan', `household ${family}`));
    t.same(await waitsOf(id), [['assess', 'caseworker']]);
    t.match(await give(keeper, 'assess', id, { scores }), { outcome: { status: 'assessed' } });
    t.same(await waitsOf(id), [['agree', 'caseworker']]);
    const goals = [goal({ what: 'a roof that holds' }), goal({ domain: 'documents', owner: theirs })];
    const done = await give(keeper, 'agree', id, { goals, consent: recorded });
    t.match(done.events, [
      { type: 'ReintegrationPlanAgreed', data: { reviews: [{ round: 1, due: '2026-06-01' }, {}, { round: 3 }] } },
    ]);
    t.equal(done.outcome.status, 'agreed');
    t.same(await waitsOf(id), [
      ['goal', 'family'],
      ['goal', 'goalOwner'],
    ]);
    const [own, papers] = (await stateOf(id)).goals.map((one) => one.goal) as [string, string];
    t.match(await give(keeper, 'startGoal', id, { goal: own }), { outcome: { status: 'active' } });
    t.match(await give(helper, 'meetGoal', id, { goal: papers, note: 'card handed over' }), {
      events: [{ type: 'PlanGoalMet' }],
    });
    w.at('2026-06-01T06:00:00.000Z');
    t.match(await scan(id), { outcome: { status: 'review_due' }, events: [{ type: 'PlanReviewDue', data: { round: 1 } }] });
    t.same(await waitsOf(id), [
      ['review', 'caseworker'],
      ['goal', 'family'],
    ]);
    const review = await give(keeper, 'review', id, { scores: { shelter: 4 }, note: 'the roof is begun' });
    t.match(review, { outcome: { status: 'active' }, events: [{ data: { round: 1, scores: { shelter: 4 } } }] });
    t.match((await stateOf(id)).reviews, [
      { round: 2, due: '2026-09-01' },
      { round: 3, due: '2027-03-01' },
    ]);
    await give(keeper, 'meetGoal', id, { goal: own });
    t.same(await waitsOf(id), [['conclude', 'caseworker']]);
    const end = await give(keeper, 'conclude', id, {});
    t.match(end, { outcome: { status: 'achieved' }, events: [{ type: 'PlanAchieved', data: { extent: 'full' } }] });
    t.same(await waitsOf(id), []);
  },
);

t.test('there is one plan for a household, a member or a resident of the host community', async (t) => {
  const { w, give, propose, family, mother, daughter, stateOf, keeper } = await plans();
  const unknown = randomUUID();
  const ask = (beneficiary: object) => give(keeper, 'propose', undefined, { beneficiary });
  await refused(t, ask({ kind: 'household', household: unknown }), 'HOUSEHOLD_UNKNOWN');
  await refused(t, ask({ kind: 'member', household: family, person: unknown }), 'PERSON_UNKNOWN');
  await refused(t, ask({ kind: 'member', household: family, person: daughter }), 'NOT_A_MEMBER');
  await refused(t, ask({ kind: 'host_community', person: unknown, area: 'IQG15Q07N03' }), 'PERSON_UNKNOWN');
  await refused(t, ask({ kind: 'host_community', person: daughter, area: 'IQG15' }), 'INVALID_INPUT');
  await propose();
  await refused(t, ask({ kind: 'household', household: family }), 'ALREADY_EXISTS');
  t.match(await stateOf(await propose({ kind: 'member', household: family, person: mother })), { status: 'proposed' });
  const resident = await propose({ kind: 'host_community', person: daughter, area: 'IQG15Q07N03' });
  const { record } = await w.cases.load(reintegrationPlan, resident);
  t.same(reintegrationPlan.about?.(record.state, resident), {
    ...{ households: [], persons: [daughter], offices: [], parties: [], governorates: ['IQG15'] },
  });
  const voided = randomUUID();
  await w.given('household', voided, { type: 'ConsentWithdrawn', data: { consent: randomUUID(), by: randomUUID() } });
  await refused(t, ask({ kind: 'household', household: voided }), 'HOUSEHOLD_UNKNOWN');
});

t.test('an assessment looks at every domain, with scores that only the case team opens', async (t) => {
  const { w, give, propose, keeper, registrar } = await plans();
  const id = await propose();
  const { mhpss: _, ...others } = scores;
  await refused(t, give(keeper, 'assess', id, { scores: others }), 'ASSESSMENT_INCOMPLETE');
  await refused(t, give(keeper, 'assess', id, { scores: { ...scores, safety: 6 } }), 'INVALID_INPUT');
  await refused(t, give(keeper, 'assess', id, { scores: { ...scores, luck: 1 } }), 'INVALID_INPUT');
  await refused(t, give(registrar, 'assess', id, { scores }), 'FORBIDDEN');
  await give(keeper, 'assess', id, { scores });
  t.equal((await give(keeper, 'assess', id, { scores: { ...scores, safety: 1 } })).outcome.status, 'assessed');
  const events = await w.log.read(`reintegrationPlan-${id}`);
  const atT1 = (await w.codec.decode(events, 'T1')).map((one) => one.data as { scores?: unknown });
  t.notOk(isOpen(atT1.at(-1)?.scores));
});

t.test('goals are agreed for days to come, with owners that exist and a consent that names them', async (t) => {
  const { w, give, goal, theirs, recorded, assessed, keeper, agreeTo, receiver, registrar, family, mother } = await plans();
  const id = await assessed();
  const agree = (goals: readonly object[], consent: object = recorded) => give(keeper, 'agree', id, { goals, consent });
  const form = (change: object = {}) => ({ basis: 'form', ref: 'form 7', givenOn: '2026-02-20', recipients: [], ...change });
  await refused(t, agree([]), 'INVALID_INPUT');
  await refused(t, agree([goal({ due: '2026-02-28' })]), 'GOAL_DUE_IN_THE_PAST');
  await refused(t, agree([goal({ domain: 'mhpss', what: 'sleeps badly' })]), 'NO_WORDS_FOR_MHPSS');
  const stranger = { by: 'organisation', organisation: randomUUID() };
  const namingIt = form({ recipients: [stranger.organisation] });
  await refused(t, agree([goal({ owner: stranger })], namingIt), 'OWNER_UNKNOWN');
  await refused(t, agree([goal({ owner: stranger })]), 'CONSENT_DOES_NOT_NAME_OWNER');
  await refused(t, agree([goal({ owner: theirs })], form()), 'CONSENT_DOES_NOT_NAME_OWNER');
  await refused(t, agree([goal()], form({ givenOn: '2026-03-02' })), 'CONSENT_IN_THE_FUTURE');
  const other = async (change: object) => {
    const consent = randomUUID();
    await agreeTo(consent, change);
    return { basis: 'recorded', consent };
  };
  const withdrawn = await other({});
  await w.given('household', family, { type: 'ConsentWithdrawn', data: { consent: withdrawn.consent, by: mother } });
  await refused(t, agree([goal()], withdrawn), 'CONSENT_WITHDRAWN');
  await refused(t, agree([goal()], { basis: 'recorded', consent: randomUUID() }), 'CONSENT_UNKNOWN');
  await refused(t, agree([goal()], await other({ expiresOn: '2026-02-28' })), 'CONSENT_EXPIRED');
  await refused(t, agree([goal()], await other({ scopes: ['referral'] })), 'CONSENT_NOT_FOR_ASSISTANCE');
  await refused(t, give(registrar, 'agree', id, { goals: [goal()], consent: recorded }), 'FORBIDDEN');
  const done = await agree([goal({ owner: theirs })], form({ recipients: [receiver.organisation] }));
  t.equal(done.outcome.status, 'agreed');
  const stored = await w.log.read(`reintegrationPlan-${id}`);
  t.notOk(
    stored.some((one) => Buffer.from(one.bytes).includes('form 7')),
    'the number of a paper is sealed',
  );
});

t.test('a resident of the host community consents on paper alone', async (t) => {
  const { give, goal, recorded, assessed, keeper, daughter, stateOf } = await plans();
  const id = await assessed({ kind: 'host_community', person: daughter, area: 'IQG15Q07N03' });
  await refused(t, give(keeper, 'agree', id, { goals: [goal()], consent: recorded }), 'CONSENT_NEEDS_FORM');
  const form = { basis: 'form', ref: 'form 9', givenOn: TODAY, recipients: [] };
  await give(keeper, 'agree', id, { goals: [goal()], consent: form });
  t.match(await stateOf(id), { status: 'agreed', consent: { basis: 'form', ref: 'form 9' } });
});

t.test('a service is linked to an open goal: a referral of this family, or an enrolment by its own code', async (t) => {
  const { w, give, agreed, keeper, family, draft, send, stateOf } = await plans();
  const { id, goals } = await agreed();
  const [goal] = goals;
  const link = (service: object, of = goal) => give(keeper, 'linkService', id, { goal: of, service });
  const referral = (one: string) => ({ kind: 'referral', referral: one });
  const ours = await draft({ householdId: family });
  await refused(t, link(referral(randomUUID())), 'REFERRAL_UNKNOWN');
  await refused(t, link(referral(ours)), 'REFERRAL_UNKNOWN');
  await send(ours);
  await refused(t, link(referral(ours), randomUUID()), 'GOAL_UNKNOWN');
  const foreign = await draft();
  await send(foreign);
  await refused(t, link(referral(foreign)), 'REFERRAL_OF_OTHERS');
  t.match(await link(referral(ours)), { outcome: { status: 'active' }, events: [{ type: 'GoalServiceLinked' }] });
  await refused(t, link(referral(ours)), 'SERVICE_ALREADY_LINKED');
  await link({ kind: 'enrolment', programme: 'vocational', code: 'VT-2026-14' });
  t.match((await stateOf(id)).goals[0], {
    status: 'in_progress',
    services: [{ referral: ours }, { programme: 'vocational', code: 'VT-2026-14' }],
  });
  const stored = await w.log.read(`reintegrationPlan-${id}`);
  t.notOk(stored.some((one) => /VT-2026|vocational/.test(Buffer.from(one.bytes).toString())));
  await give(keeper, 'meetGoal', id, { goal });
  await refused(t, link({ kind: 'enrolment', programme: 'cash', code: 'C-1' }), 'GOAL_CLOSED');
});

t.test('a goal is recorded on by its owner or who keeps the plan, and given up by the latter alone', async (t) => {
  const { give, agreed, keeper, helper, stateOf } = await plans();
  const { id, goals } = await agreed();
  const [own, theirs] = goals;
  await refused(t, give(helper, 'startGoal', id, { goal: own }), 'GOAL_NOT_YOURS');
  await refused(t, give(helper, 'startGoal', id, { goal: randomUUID() }), 'GOAL_UNKNOWN');
  await give(helper, 'startGoal', id, { goal: theirs });
  t.same((await give(helper, 'startGoal', id, { goal: theirs })).events, [], 'begun once');
  await refused(t, give(helper, 'dropGoal', id, { goal: theirs, reason: 'no_funding' }), 'FORBIDDEN');
  await refused(t, give(helper, 'missGoal', id, { goal: theirs, reason: 'other' }), 'NOTE_MISSING');
  await refused(t, give(helper, 'missGoal', id, { goal: theirs }), 'INVALID_INPUT');
  await give(helper, 'missGoal', id, { goal: theirs, reason: 'no_funding' });
  for (const command of ['startGoal', 'meetGoal']) {
    await refused(t, give(helper, command, id, { goal: theirs }), 'GOAL_CLOSED');
  }
  await refused(t, give(keeper, 'dropGoal', id, { goal: own, reason: 'other' }), 'NOTE_MISSING');
  await give(keeper, 'dropGoal', id, { goal: own, reason: 'other', note: 'built with help of kin' });
  await refused(t, give(keeper, 'dropGoal', id, { goal: own, reason: 'no_service' }), 'GOAL_CLOSED');
  t.match((await stateOf(id)).goals, [
    { status: 'dropped', reason: 'other' },
    { status: 'not_met', reason: 'no_funding' },
  ]);
});

t.test('a plan is achieved only with every goal met or dropped and one met at least, else in part or not at all', async (t) => {
  const three = async () => {
    const world = await plans();
    const made = await world.agreed([world.goal(), world.goal({ domain: 'income' }), world.goal({ domain: 'health' })]);
    return { ...world, ...made };
  };
  const ways = [
    { met: 1, dropped: 2, missed: 0, status: 'achieved' },
    { met: 3, dropped: 0, missed: 0, status: 'achieved' },
    { met: 2, dropped: 0, missed: 1, status: 'partly_achieved' },
    { met: 1, dropped: 1, missed: 1, status: 'partly_achieved' },
    { met: 0, dropped: 2, missed: 1, status: 'NO_GOAL_MET' },
    { met: 0, dropped: 3, missed: 0, status: 'NO_GOAL_MET' },
  ];
  for (const { met, dropped, missed, status } of ways) {
    const { give, id, goals, keeper } = await three();
    const left = goals.values();
    const next = () => left.next().value;
    for (let at = 0; at < met; at++) await give(keeper, 'meetGoal', id, { goal: next() });
    for (let at = 0; at < dropped; at++) await give(keeper, 'dropGoal', id, { goal: next(), reason: 'no_longer_needed' });
    if (met + dropped + missed === 3 && missed > 0) await refused(t, give(keeper, 'conclude', id), 'GOALS_STILL_OPEN');
    for (let at = 0; at < missed; at++) await give(keeper, 'missGoal', id, { goal: next(), reason: 'not_eligible' });
    if (status === 'NO_GOAL_MET') await refused(t, give(keeper, 'conclude', id), status);
    else t.equal((await give(keeper, 'conclude', id)).outcome.status, status);
  }
});

t.test('a plan is discontinued with a reason in any open state, and taken up again from the beginning', async (t) => {
  const { give, agreed, keeper, stateOf, goal, recorded } = await plans();
  const { id, goals } = await agreed();
  await give(keeper, 'meetGoal', id, { goal: goals[0] });
  await refused(t, give(keeper, 'discontinue', id, {}), 'INVALID_INPUT');
  await refused(t, give(keeper, 'discontinue', id, { reason: 'other' }), 'NOTE_MISSING');
  await refused(t, give(keeper, 'discontinue', id, { reason: 'moved_away' }, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  t.equal((await give(keeper, 'discontinue', id, { reason: 'moved_away' })).outcome.status, 'discontinued');
  await refused(t, give(keeper, 'review', id, { scores }), 'WRONG_STATE');
  const again = await give(keeper, 'reopen', id, { reason: 'the family is back' });
  t.equal(again.outcome.status, 'proposed');
  t.match(await stateOf(id), { goals: [], earlier: [{ status: 'met' }, { status: 'open' }], reviews: [] });
  await give(keeper, 'assess', id, { scores });
  await give(keeper, 'agree', id, { goals: [goal()], consent: recorded });
  t.match((await stateOf(id)).goals, [{ status: 'open' }]);
  const board = reintegrationPlan.board?.(await stateOf(id));
  t.match(board, { kind: 'household', measures: { plans: 1, agreed: 1, goals: 3, goalsMet: 1, discontinued: 0 } });
});

t.test('reviews come after 3, 6 and 12 months, each on its own day and no sooner', async (t) => {
  const { w, give, agreed, keeper, scan, stateOf, goal, recorded } = await plans();
  const { id } = await agreed();
  const timer = async () => reintegrationPlan.timers?.(await stateOf(id));
  t.same(await timer(), [{ key: 'review:1', at: '2026-06-01', command: 'makeReviewDue' }]);
  w.at(atBaghdad('2026-05-31', '23:00'));
  t.same((await scan(id)).events, [], 'a scan that comes too early changes nothing');
  w.at(atBaghdad('2026-06-01'));
  await scan(id);
  t.same(await timer(), []);
  await refused(t, give('deadlines', 'makeReviewDue', id), 'WRONG_STATE');
  await refused(t, give(keeper, 'review', id, { scores: { shelter: 3 } }), 'REVIEW_INCOMPLETE');
  await refused(t, give(keeper, 'conclude', id), 'GOALS_STILL_OPEN');
  const both = { shelter: 3, documents: 3 };
  await refused(
    t,
    give(keeper, 'review', id, { scores: { ...both, income: 1 }, goals: [goal({ domain: 'income' })] }),
    'CONSENT_MISSING',
  );
  w.at(atBaghdad('2026-09-15'));
  const income = goal({ domain: 'income', due: '2026-12-01' });
  await refused(t, give(keeper, 'review', id, { scores: both, goals: [income], consent: recorded }), 'REVIEW_INCOMPLETE');
  const late = await give(keeper, 'review', id, { scores: { ...both, income: 1 }, goals: [income], consent: recorded });
  t.match(late.events, [{ type: 'PlanReviewed', data: { round: 2 } }], 'held after the day of the second, it is the second');
  t.match(await timer(), [{ key: 'review:3', at: '2027-03-01' }]);
  t.equal((await stateOf(id)).goals.length, 3);
  const last = await give(keeper, 'review', id, { scores: { ...both, income: 2 } });
  t.match(last.events, [{ data: { round: 3 } }], 'one held before its day is the next');
  t.same(await timer(), []);
  t.match((await give(keeper, 'review', id, { scores: { ...both, income: 2 } })).events, [{ data: { round: 4 } }]);
  t.ok((await w.cases.load(reintegrationPlan, id)).record.waits.some((one) => one.key === 'conclude'));
});

t.test('the days of review are the same day of a later month, or its last', async (t) => {
  t.equal(addMonths('2026-01-31', 1), '2026-02-28');
  t.equal(addMonths('2023-11-30', 3), '2024-02-29');
  t.equal(addMonths('2026-12-01', 12), '2027-12-01');
  t.equal(addMonths('2026-10-15', 3), '2027-01-15');
  t.same(roundsFrom('2026-03-01', [3, 6], 2), [
    { round: 3, due: '2026-06-01' },
    { round: 4, due: '2026-09-01' },
  ]);
});

t.test('a failed return brings the review forward, once, where a plan was agreed', async (t) => {
  const { give, agreed, assessed, keeper, stateOf, mother, family } = await plans();
  const { id } = await agreed();
  const cause = { cause: 'return_failed', movement: randomUUID() };
  await refused(t, give(keeper, 'bringReviewForward', id, cause), 'FORBIDDEN');
  t.match(await give('plans', 'bringReviewForward', id, cause), {
    ...{ outcome: { status: 'review_due' }, events: [{ type: 'PlanReviewBroughtForward' }] },
  });
  t.same((await give('plans', 'bringReviewForward', id, cause)).events, []);
  t.match((await stateOf(id)).early, cause);
  await give(keeper, 'review', id, { scores: { shelter: 1, documents: 2 } });
  t.notOk((await stateOf(id)).early);
  const young = await assessed({ kind: 'member', household: family, person: mother });
  t.same((await give('plans', 'bringReviewForward', young, cause)).events, []);
});

t.test('a review that is not held, or a plan nobody assesses, is told to the head of branch', async (t) => {
  const { w, give, propose } = await plans();
  const id = await propose();
  const { waits } = (await w.cases.load(reintegrationPlan, id)).record;
  t.match(waits, [{ key: 'assess', due: `${addDays(TODAY, 30)}T05:00:00.000Z` }]);
  w.at('2026-04-02T05:00:00.000Z');
  await give('deadlines', 'escalate', id, { wait: 'assess', level: 1, due: waits[0]?.due });
  t.match((await w.cases.load(reintegrationPlan, id)).record.waits, [
    {},
    { key: 'escalation:assess', holder: { role: 'headOfBranch' } },
  ]);
});

t.test('each role reaches what column 7 of the matrix gives it', async (t) => {
  const { give, agreed, goal, theirs, keeper, helper, registrar, receiver, stateOf, w } = await plans();
  const { id, goals } = await agreed([goal({ owner: theirs })]);
  const note = (by: Person) => give(by, 'note', id, { text: 'seen' });
  for (const role of ['registrar', 'verifier', 'headOfBranch'] as const) {
    await refused(t, give(colleague(registrar, role), 'meetGoal', id, { goal: goals[0] }), 'FORBIDDEN');
  }
  for (const role of ['communityPolice', 'campManager', 'protectionPartner', 'partnerCaseworker'] as const) {
    t.ok(await note(colleague(keeper, role)), role);
  }
  for (const role of ['legalPartner', 'tribalAffairs', 'auditor'] as const) {
    const expected = role === 'auditor' ? 'FORBIDDEN' : 'NOT_FOUND';
    await refused(t, note(colleague(keeper, role)), expected);
  }
  await refused(t, note(someone('registrar')), 'NOT_FOUND');
  await refused(t, note(someone('counterExtremism', { governorate: keeper.post.governorate ?? '' })), 'FORBIDDEN');
  await refused(t, note(someone('counterExtremism', { governorate: 'IQG01' })), 'NOT_FOUND');
  t.ok(await note(helper));
  await refused(t, give(helper, 'conclude', id), 'FORBIDDEN');
  await refused(t, note(someone('serviceDirectorate')), 'NOT_FOUND');
  await refused(
    t,
    give(keeper, 'adopt', undefined, { source: 'paper', facts: [{ type: 'x', data: {}, occurredAt: w.now() }] }),
    'FORBIDDEN',
  );
  t.match((await stateOf(id)).goals, [{ owner: { organisation: receiver.organisation } }]);
});

t.test('everything a person reads of a plan has its words in English and Arabic', async (t) => {
  const { labels } = reintegrationPlan;
  const words = [
    ...Object.values({ ...labels.states, ...labels.commands, ...labels.events, ...labels.waits, ...labels.parties }),
    ...Object.values({ ...labels.fields, ...labels.refusals }),
    ...Object.values(labels.codes).flatMap((codes) => Object.values(codes)),
  ];
  for (const { en, ar } of words) t.ok(en.length > 1 && /[\u0600-\u06ff]/.test(ar), en);
  for (const name of Object.keys(reintegrationPlan.events)) t.ok(labels.events[name], name);
  for (const status of reintegrationPlan.statuses) t.ok(labels.states[status], status);
  const own = Object.values(reintegrationPlan.commands).filter((one) => !one.kernel);
  for (const { name } of own) t.ok(labels.commands[name], name);
  const { measures } = reintegrationPlan.board?.({ ...(await aPlan()) }) ?? { measures: {} };
  for (const name of Object.keys(measures)) t.ok(labels.fields[name], name);
});

const aPlan = async () => {
  const { propose, stateOf } = await plans();
  return stateOf(await propose());
};
