/** Compensation claims until they are final: domain.md §4.1–4.3. The money is in claimPayment.test.ts. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { z } from 'zod';
import { claim, progressOf } from '../../src/domain/claim/index.ts';
import { deedKey } from '../../src/domain/claim/loss.ts';
import { centralReasons, committeesOn, committeesRule, missingOf, routingRule } from '../../src/domain/claim/policy.ts';
import { wordFor } from '../../src/domain/kernel/caseLabels.ts';
import { personalMark } from '../../src/domain/kernel/privacy.ts';
import { claims, letter, losses, papers, type Type, votes } from '../support/claims.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

const TYPES = Object.keys(losses) as Type[];

for (const type of TYPES) {
  t.test(`a ${type} claim goes from its preparation to the allocation it waits for`, async (t) => {
    const c = await claims();
    const id = await c.upTo('awaiting_allocation', type, 5_000_000);
    const { state, status } = await c.record(id);
    t.equal(status, 'awaiting_allocation');
    t.equal(state.final?.outcome, type === 'missing' ? 'ratified' : 'final_at_subcommittee');
    t.match(state.payees, [{ amountIQD: 5_000_000, status: 'due', kind: 'natural' }]);
    t.match(progressOf(state), { stage: 'finalised', submitted: true, finalised: true, paid: false, entitlementIQD: 5_000_000 });
  });
}

t.test('court and police come first where they come, and each wait names who holds the ball', async (t) => {
  const c = await claims();
  const court = someone('courtClerk');
  await c.openOffice(court, 'court');
  const id = await c.prepared('property');
  const waits = async () => (await c.record(id)).waits.map((one) => `${one.key} ${one.party}`);
  t.same(await waits(), ['submit claimant']);
  const form = { court: 'Investigative court', courtOffice: court.post.office, formNo: '5' };
  await refused(t, c.when(c.clerk, 'fileAtCourt', id, { ...form, courtOffice: c.subcommittee }), 'COURT_UNKNOWN');
  await c.when(c.clerk, 'fileAtCourt', id, form);
  t.same(await waits(), ['requestInquiry court']);
  await c.when(court, 'requestPoliceInquiry', id, { station: 'First station', fileNo: '12' });
  t.same(await waits(), ['completeInquiry police']);
  await c.when(court, 'completePoliceInquiry', id, { conclusion: 'confirmed' });
  t.equal((await c.record(id)).status, 'court_papers_complete');
  await refused(t, c.when(court, 'submit', id, c.submission), 'FORBIDDEN');
  await c.when(c.clerk, 'submit', id, c.submission);
  t.same(await waits(), ['register subcommitteeClerk']);
});

t.test('the claimant is the victim, an owner, an heir, or one who acts for them and shows it', async (t) => {
  const c = await claims();
  const prepare = async (type: Type, more: object, extra: object = {}) =>
    c.w.when(c.lawyer, 'claim', 'prepare', undefined, await c.preparation(type, more), extra);
  const [one, other] = [await c.someoneNamed(), await c.someoneNamed()];
  await refused(t, prepare('injury', { claimant: one, victims: [other] }), 'NOT_THE_VICTIM');
  await refused(t, prepare('martyrdom', { claimant: one, victims: [one] }), 'HEIR_OF_ONESELF');
  await refused(t, prepare('injury', { capacity: 'owner' }), 'OWNER_OF_PROPERTY_ONLY');
  await refused(t, prepare('martyrdom', { victims: [] }), 'VICTIM_MISSING');
  await refused(t, prepare('martyrdom', { victims: [other, other] }), 'VICTIM_TWICE');
  await refused(t, prepare('property', { claimant: randomUUID() }), 'PERSON_UNKNOWN');
  await refused(t, prepare('property', { capacity: 'lawyer' }), 'PRINCIPAL_DOES_NOT_FIT');
  await refused(t, prepare('property', { principal: one }), 'PRINCIPAL_DOES_NOT_FIT');
  await refused(t, prepare('property', { capacity: 'lawyer', principal: one }), 'AUTHORITY_NOT_SHOWN');
  const acting = await prepare('property', { capacity: 'lawyer', principal: one }, papers);
  t.match(acting.events, [{ type: 'ClaimPrepared', data: { principal: one, principalKind: 'natural' } }]);
  const mandate = { representation: randomUUID(), representative: other, mandate: 'lawyer' };
  await c.w.given('person', one, { type: 'RepresentativeAppointed', data: mandate });
  t.ok(await prepare('property', { claimant: other, capacity: 'legal_representative', principal: one }));
  const when = (date: string) => ({ date: { date, precision: 'year' }, area: 'IQG15', cause: 'other' });
  await refused(t, prepare('property', { incident: when('2027-01-01') }), 'DATE_IN_THE_FUTURE');
  await refused(t, prepare('property', { incident: when('2002-01-01') }), 'BEFORE_THE_LAW');
  t.ok(await prepare('property', { incident: when('2003-01-01') }), 'a year the law began in may lie after it');
  await refused(t, c.w.when(someone('registrar'), 'claim', 'prepare', undefined, await c.preparation('property')), 'FORBIDDEN');
});

t.test('a company claims for property, and for nothing else', async (t) => {
  const c = await claims();
  const company = await c.company();
  const injury = await c.preparation('injury', { claimant: company, victims: [company] });
  await refused(t, c.w.when(c.clerk, 'claim', 'prepare', undefined, injury), 'LEGAL_PERSONS_CLAIM_PROPERTY');
  const id = await c.upTo('ratified', 'property', 9_000_000, { claimant: company });
  t.match((await c.record(id)).state.payees, [{ payee: company, kind: 'legal', amountIQD: 9_000_000, person: undefined }]);
});

t.test('a missing paper is planned for and never keeps a claim from being submitted', async (t) => {
  const c = await claims();
  const id = await c.prepared('property');
  const bare = { ...c.submission, papers: ['identity', 'mukhtar_statement'] };
  await refused(t, c.when(c.clerk, 'submit', id, bare), 'PLAN_MISSING');
  await refused(t, c.when(c.clerk, 'submit', id, { ...bare, subcommittee: randomUUID() }), 'SUBCOMMITTEE_UNKNOWN');
  const plan = ['residence_card', 'title_or_occupancy', 'power_of_attorney'].map((paper) => ({ paper, by: '2026-05-01' }));
  const { events } = await c.when(c.lawyer, 'submit', await prepareBy(c), { ...bare, plan });
  t.match(events, [
    { data: { missing: [{ paper: 'residence_card' }, { paper: 'title_or_occupancy' }], checklistVersion: 'default' } },
  ]);
  t.same(missingOf([['a', 'b'], ['c']] as never, ['b'] as never), ['c']);
});

async function prepareBy(c: Awaited<ReturnType<typeof claims>>) {
  return (await c.w.when(c.lawyer, 'claim', 'prepare', undefined, await c.preparation('property'))).outcome.id;
}

t.test(
  'the same loss claimed in two branches is suspected to be one, whoever claims and however the deed is written',
  async (t) => {
    const c = await claims();
    const first = await c.upTo('registered');
    const again = { loss: { ...losses.property, items: [{ item: 'a', kind: 'house', deedNo: '٤١٢ - ٧' }] } };
    const second = await c.upTo('registered', 'property', 1, again);
    t.match((await c.record(second)).reservations, [{ scope: 'claim.loss', status: 'refused' }, { status: 'confirmed' }]);
    await c.follow(second);
    t.match((await c.record(second)).state.suspicions, [{ of: first, ground: 'same_loss' }]);
    t.equal((await c.record(second)).status, 'registered', 'suspected, not refused');
    t.ok((await c.record(second)).waits.some((one) => one.key === 'resolveSuspicion'));
    for (const one of ['0412/7', '412-7', ' ٠٤١٢ / 07', '412 7']) t.equal(deedKey(one), deedKey('00412/7'), one);
    t.not(deedKey('4120/7'), deedKey('412/7'));
  },
);

t.test('both parents claiming for one child are suspected to claim for one loss; two claims with a number too', async (t) => {
  const c = await claims();
  const child = await c.someoneNamed('نور');
  const first = await c.upTo('registered', 'martyrdom', 1, { victims: [child] });
  const second = await c.upTo('registered', 'missing', 1, { victims: [child] });
  await c.follow(second);
  t.match((await c.record(second)).state.suspicions, [{ of: first, ground: 'same_loss' }]);
  const third = await c.upTo('submitted_to_subcommittee', 'injury');
  const { claimNo } = (await c.record(first)).state.registered!;
  await c.when(c.clerk, 'register', third, { claimNo: `0${claimNo}`, year: 2026 });
  await c.follow(third);
  t.match((await c.record(third)).state.suspicions, [{ of: first, ground: 'same_number' }]);
});

t.test('a refusal for one item of a loss is kept although another item is nobody else’s', async (t) => {
  const c = await claims();
  await c.upTo('registered');
  const items = [losses.property.items[0], { item: 'car', kind: 'vehicle' }];
  const both = await c.upTo('registered', 'property', 1, { loss: { ...losses.property, items } });
  t.same(
    (await c.record(both)).reservations.map((one) => one.status),
    ['refused', 'confirmed', 'confirmed'],
  );
});

t.test('people settle a suspicion: no decision before it, kept separate for a reason, or merged and taken back', async (t) => {
  const c = await claims();
  const first = await c.upTo('registered');
  const second = await c.upTo('session_scheduled', 'property', 1_000_000);
  await c.follow(second);
  const decide = () => c.when(c.chair, 'recommend', second, { ...votes, amountIQD: 1_000_000 });
  await refused(t, decide(), 'DUPLICATE_UNRESOLVED');
  const reason = 'two houses on one deed';
  await refused(t, c.when(c.clerk, 'keepSeparate', second, { of: first, reason }), 'FORBIDDEN');
  await refused(t, c.when(c.chair, 'keepSeparate', second, { of: randomUUID(), reason }), 'NOT_SUSPECTED');
  await refused(t, c.when(c.chair, 'mergeInto', second, { claim: randomUUID(), reason }), 'NOT_SUSPECTED');
  const merged = await c.when(c.chair, 'mergeInto', second, { claim: first, reason });
  t.match(merged.record, { status: 'duplicate', state: { mergedInto: first } });
  t.equal(progressOf((await c.record(second)).state).submitted, false, 'a duplicate counts where it was merged');
  await refused(t, c.when(c.chair, 'suspectDuplicate', first, { of: first, ground: 'other' }), 'CLAIM_UNKNOWN');
  await c.when(c.clerk, 'suspectDuplicate', first, { of: second, ground: 'same_property' });
  t.same((await c.when(c.clerk, 'suspectDuplicate', first, { of: second, ground: 'other' })).events, []);
  await refused(t, c.when(c.chair, 'mergeInto', first, { claim: second, reason }), 'OTHER_CLAIM_HAS_ENDED');
  const back = await c.when(c.chair, 'reverseMerge', second, { reason: 'the numbers were misread' });
  t.equal(back.outcome.status, 'session_scheduled', 'back where it was');
  const kept = await c.when(c.chair, 'keepSeparate', second, { of: first, reason });
  t.match(kept.record.state, { suspicions: [] });
  t.notOk(kept.record.reservations.some((one) => one.status === 'refused'));
  t.equal((await decide()).outcome.status, 'recommended');
  t.same((await c.when('claims', 'detectDuplicate', second, { of: second, ground: 'other' })).events, []);
});

t.test('papers asked for are due in 60 days, reminded of three times, and only then does the claim lapse', async (t) => {
  const c = await claims('2026-03-01T08:00:00.000Z');
  const id = await c.upTo('registered');
  await c.when(c.clerk, 'beginScreening', id);
  const asked = await c.when(c.clerk, 'requestInformation', id, { items: [{ item: 'title_or_occupancy' }] });
  t.match(asked.events, [{ data: { dueOn: '2026-04-30' } }]);
  t.same((await c.when('timers', 'expireInformation', id)).events, [], 'not before its time');
  for (const reminder of [1, 2, 3]) {
    const due = (await c.record(id)).state.request!.dueOn;
    const [timer] = claim.timers?.((await c.record(id)).state) ?? [];
    t.match(timer, { command: 'expireInformation' });
    c.w.at(timer!.at);
    t.ok(c.w.now() > due);
    t.match((await c.when('timers', 'expireInformation', id)).events, [{ type: 'ClaimInformationReminded', data: { reminder } }]);
  }
  const [last] = claim.timers?.((await c.record(id)).state) ?? [];
  c.w.at(last!.at);
  t.match((await c.when('timers', 'expireInformation', id)).events, [{ type: 'ClaimLapsed', data: { reminders: 3 } }]);
  t.equal((await c.when(c.chair, 'reopen', id, { reason: 'the family was abroad' })).outcome.status, 'screening');
  await c.when(c.clerk, 'requestInformation', id, { items: [{ item: 'identity' }] });
  await refused(t, c.when(c.clerk, 'supplyInformation', id, { items: [] }), 'NOTHING_SUPPLIED');
  t.equal((await c.when(c.clerk, 'supplyInformation', id, { items: ['identity'] })).outcome.status, 'screening');
});

t.test('the security audit is asked for and answered by letter; only its result is known', async (t) => {
  const c = await claims();
  const id = await c.upTo('registered');
  await refused(t, c.when(c.clerk, 'requestSecurityCheck', id, {}), 'LETTER_MISSING');
  await c.when(c.clerk, 'requestSecurityCheck', id, {}, letter);
  await refused(t, c.when(c.clerk, 'completeSecurityCheck', id, { result: 'passed' }), 'LETTER_MISSING');
  const pending = await c.when(c.clerk, 'completeSecurityCheck', id, { result: 'pending' }, letter);
  t.equal(pending.outcome.status, 'security_check');
  t.match((await c.record(id)).waits, [{ key: 'completeSecurityCheck', party: 'securityAuditors' }]);
  t.equal((await c.when(c.clerk, 'completeSecurityCheck', id, { result: 'not_passed' }, letter)).outcome.status, 'assessment');
});

t.test('an assessor is unrelated and did not register the claim; an inquiry fits the type and its sums', async (t) => {
  const c = await claims();
  const id = await c.upTo('assessment');
  const item = { item: 'house', kind: 'house', category: 3, quantity: 2, unitCostIQD: 10, estimateIQD: 20 };
  const survey = { items: [item], assessors: [{ staff: c.assessor, related: false }], visitDate: '2026-03-01' };
  const assess = (more: object) => c.when(c.clerk, 'assessDamage', id, { ...survey, ...more });
  await refused(t, assess({ assessors: [{ staff: c.assessor, related: true }] }), 'ASSESSOR_RELATED');
  await refused(t, assess({ assessors: [{ staff: c.clerk.id, related: false }] }), 'ASSESSOR_REGISTERED_IT');
  await refused(t, assess({ items: [{ ...item, item: 'garden' }] }), 'ITEM_UNKNOWN');
  await refused(t, assess({ items: [{ ...item, estimateIQD: 21 }] }), 'ESTIMATE_DOES_NOT_ADD_UP');
  await refused(t, assess({ visitDate: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await refused(t, assess({ items: [{ ...item, category: 5 }] }), 'INVALID_INPUT');
  const other = { outcome: 'loss_confirmed', assessors: survey.assessors };
  await refused(t, c.when(c.clerk, 'concludeJobStudyInquiry', id, other), 'ANOTHER_TYPE');
  t.match((await c.record(id)).waits, [{ key: 'assess' }]);
  await assess({});
  t.match((await c.record(id)).waits, [{ key: 'scheduleSession' }]);
});

t.test('a session has a quorum, a majority, a chair who did not register the claim, and awards that add up', async (t) => {
  const c = await claims();
  const id = await c.upTo('registered');
  const schedule = () => c.when(c.clerk, 'scheduleSession', id, { sessionNo: '9', on: '2026-03-05' });
  await refused(t, schedule(), 'SECURITY_CHECK_MISSING');
  await c.when(c.clerk, 'requestSecurityCheck', id, {}, letter);
  await c.when(c.clerk, 'completeSecurityCheck', id, { result: 'passed' }, letter);
  await refused(t, schedule(), 'ASSESSMENT_MISSING');
  await c.assess('property', id);
  await schedule();
  const recommend = (more: object, by = c.chair) => c.when(by, 'recommend', id, { ...votes, amountIQD: 100, ...more });
  await refused(t, recommend({}), 'SESSION_NOT_DUE');
  c.w.at('2026-03-05T08:00:00.000Z');
  await refused(t, recommend({}, c.clerk), 'FORBIDDEN');
  await refused(t, recommend({}, { ...c.clerk, post: c.chair.post }), 'CHAIR_REGISTERED_IT');
  await refused(t, recommend({ present: 2, votes: { for: 2, against: 0, abstained: 0 } }), 'NO_QUORUM');
  await refused(t, recommend({ present: 4 }), 'VOTES_DO_NOT_ADD_UP');
  await refused(t, recommend({ votes: { for: 1, against: 1, abstained: 1 } }), 'NO_MAJORITY');
  await refused(t, recommend({ awards: [{ item: 'house', amountIQD: 99 }] }), 'AWARDS_DO_NOT_ADD_UP');
  await refused(t, recommend({ awards: [{ item: 'garden', amountIQD: 100 }] }), 'ITEM_UNKNOWN');
  await refused(t, c.when(c.chair, 'recommend', id, { ...votes, amountIQD: 1 }, { ifMatch: 0 }), 'STALE');
  t.equal((await c.when(c.chair, 'adjournSession', id, { ground: 'no_quorum' })).outcome.status, 'assessment');
  await schedule();
  const { events } = await recommend({ awards: [{ item: 'house', amountIQD: 100 }] });
  t.match(events, [{ type: 'SubcommitteeSessionHeld', data: { sessionNo: '9' } }, { type: 'ClaimRecommended' }]);
  t.same(progressOf((await c.record(id)).state).finalised, false, 'recommended is not final');
});

t.test('a rejection that nobody contests is final, counts as finalised, and entitles to nothing', async (t) => {
  const c = await claims();
  const id = await c.upTo('session_scheduled');
  await c.when(c.chair, 'reject', id, { ...votes, reasonCode: 'title_not_proved', text: 'no title and no witnesses' });
  await c.notify(id);
  await c.periodOver(id);
  t.equal((await c.when(c.clerk, 'forward', id)).outcome.status, 'finally_rejected');
  t.match(progressOf((await c.record(id)).state), { finalised: true, entitled: false, entitlementIQD: 0, paid: false });
  t.equal((await c.when(c.chair, 'reopen', id, { reason: 'a title was found' })).outcome.status, 'screening');
  t.match(progressOf((await c.record(id)).state), { finalised: false, submitted: true });
});

t.test('a decision is notified with proof, and may be contested for 30 days from then', async (t) => {
  const c = await claims();
  const id = await c.upTo('recommended');
  const notice = { deliveredOn: '2026-03-01', method: 'in_person', language: 'ckb' };
  await refused(t, c.when(c.clerk, 'notify', id, notice), 'DELIVERY_NOT_PROVED');
  await refused(t, c.when(c.clerk, 'notify', id, { ...notice, deliveredOn: '2026-02-28' }, letter), 'NOTIFIED_BEFORE_DECIDED');
  await refused(t, c.when(c.clerk, 'notify', id, { ...notice, deliveredOn: '2026-03-02' }, letter), 'DATE_IN_THE_FUTURE');
  const done = await c.when(c.clerk, 'notify', id, notice, letter);
  t.match(done.events, [{ data: { contestUntil: '2026-03-31' } }]);
  t.same((await c.when('timers', 'endContestation', id)).events, []);
  t.same(claim.timers?.((await c.record(id)).state), [
    { key: 'contestation', at: '2026-03-31T21:00:00.000Z', command: 'endContestation' },
  ]);
});

t.test('an objection in time goes to Baghdad; a late one needs leave of the committee; each party files its own', async (t) => {
  const c = await claims();
  const id = await c.upTo('contestation_ended');
  const object = (more: object, by = c.clerk) =>
    c.when(by, 'fileObjection', id, {
      by: 'claimant',
      filedOn: c.w.now().slice(0, 10),
      grounds: 'the estimate is too low',
      ...more,
    });
  await refused(t, object({}), 'OBJECTION_TOO_LATE');
  await refused(t, object({ filedOn: '2027-01-01' }), 'DATE_IN_THE_FUTURE');
  await refused(t, object({ by: 'finance' }), 'OBJECTION_NOT_YOURS');
  await refused(t, object({ by: 'heirs' }, c.finance), 'OBJECTION_NOT_YOURS');
  const leave = { by: 'claimant', reason: 'the notice came by a neighbour' };
  await refused(t, c.when(c.clerk, 'allowLateObjection', id, leave), 'FORBIDDEN');
  await c.when(c.chair, 'allowLateObjection', id, leave);
  t.same((await c.when(c.chair, 'allowLateObjection', id, leave)).events, []);
  t.match((await object({})).events, [{ type: 'ObjectionFiled', data: { late: true } }]);
  t.match(
    (await object({ by: 'heirs', filedOn: '2026-03-20' })).events,
    [{ data: { late: false } }],
    'written in time, entered later',
  );
  await refused(t, c.when(c.clerk, 'forward', id), 'LETTER_MISSING');
  const sent = await c.when(c.clerk, 'forward', id, {}, letter);
  t.match(sent.events, [{ type: 'ClaimForwardedToCentral', data: { reasons: ['objection'], ruleVersion: 'default' } }]);
  const upheld = await c.when(c.central, 'ratify', id, { committeeNo: 3, decisionNo: '44' });
  t.match(upheld.events, [{ type: 'ObjectionDecided', data: { outcome: 'upheld' } }, { type: 'ClaimRatified' }]);
});

t.test('finance may object to a recommendation, and nobody once the Central Committee had it', async (t) => {
  const c = await claims();
  const id = await c.upTo('contestation_open', 'property', 8_000_000);
  const grounds = 'land valued twice';
  await c.when(c.finance, 'fileObjection', id, { by: 'finance', filedOn: '2026-03-01', grounds });
  await c.when(c.clerk, 'forward', id, {}, letter);
  await c.when(c.central, 'returnForCompletion', id, { committeeNo: 1, items: [{ item: 'title_or_occupancy' }] });
  await refused(t, c.when(c.clerk, 'forward', id, {}, letter), 'NOT_COMPLETED');
  await c.when(c.clerk, 'supplyInformation', id, { items: ['title_or_occupancy'] });
  t.match((await c.record(id)).waits, [{ key: 'forward' }]);
  t.match((await c.when(c.clerk, 'forward', id, {}, letter)).events, [{ data: { reasons: ['objection'] } }]);
  const amended = { committeeNo: 2, decisionNo: '12', amountIQD: 6_000_000, reason: 'land counted once' };
  const done = await c.when(c.central, 'amend', id, amended);
  t.match(done.events, [{ type: 'ObjectionDecided', data: { outcome: 'changed' } }, { type: 'ClaimAmended' }]);
  t.match(progressOf((await c.record(id)).state), { entitlementIQD: 6_000_000 });
  const rejected = await c.upTo('session_scheduled', 'missing', 1);
  await c.when(c.chair, 'reject', rejected, { ...votes, reasonCode: 'damage_not_proved' });
  await c.notify(rejected);
  await c.periodOver(rejected);
  await c.when(c.clerk, 'forward', rejected, {}, letter);
  t.equal((await c.when(c.central, 'ratify', rejected, { committeeNo: 1, decisionNo: '3' })).outcome.status, 'finally_rejected');
  const late = { by: 'heirs', filedOn: c.w.now().slice(0, 10), grounds: 'we were not heard' };
  await refused(t, c.when(c.clerk, 'fileObjection', rejected, late), 'DECIDED_CENTRALLY');
  await refused(t, c.when(c.chair, 'allowLateObjection', rejected, { by: 'heirs', reason: 'not heard' }), 'DECIDED_CENTRALLY');
});

t.test(
  'above the limit of its governorate a claim goes to Baghdad, by the version of the rule in force on the day of entry',
  async (t) => {
    const rule = routingRule.default;
    const one = { type: 'property', governorate: 'IQG15', amountIQD: 30_000_000, contested: false } as const;
    t.same(centralReasons(rule, one), []);
    t.same(centralReasons(rule, { ...one, amountIQD: 30_000_001 }), ['threshold']);
    t.same(centralReasons(rule, { ...one, type: 'missing', contested: true }), ['type', 'objection']);
    t.same(centralReasons({ ...rule, limitIQD: { '*': 30_000_000, IQG15: 10_000_000 } }, one), ['threshold']);
    t.same(centralReasons({ ...rule, limitIQD: { '*': 30_000_000, IQG15: 10_000_000 } }, { ...one, governorate: 'IQG01' }), []);

    const c = await claims();
    const value = { limitIQD: { '*': 30_000_000, IQG15: 10_000_000 }, ratified: [] };
    const version = { key: routingRule.key, value, effectiveFrom: '2026-06-01', source: 'letter of the General Secretariat' };
    await c.w.when(someone('branchesAffairs'), 'rule', 'establish', undefined, version);
    const before = await c.upTo('contestation_ended', 'property', 20_000_000);
    t.match((await c.when(c.clerk, 'forward', before)).events, [
      { type: 'ClaimFinalAtSubcommittee', data: { ruleVersion: 'default' } },
    ]);
    const waiting = await c.upTo('contestation_ended', 'job_study', 20_000_000);
    c.w.at('2026-06-02T08:00:00.000Z');
    // Decided under the old limit, and said to have been forwarded under it, but entered under the new one.
    const dated = { record: { ...letter.record, occurredAt: '2026-05-30T08:00:00.000Z' } };
    t.match((await c.when(c.clerk, 'forward', waiting, {}, dated)).events, [
      { type: 'ClaimForwardedToCentral', data: { reasons: ['threshold'] } },
    ]);
    const after = await c.upTo('contestation_ended', 'injury', 20_000_000);
    const { events } = await c.when(c.clerk, 'forward', after, {}, letter);
    t.match(events, [{ type: 'ClaimForwardedToCentral', data: { reasons: ['threshold'] } }]);
    t.not((events[0]!.data as { ruleVersion: string }).ruleVersion, 'default');
  },
);

t.test('as many central committees sit as the law of the day says, by hands that did not decide below', async (t) => {
  t.equal(committeesOn(committeesRule.default, '2016-05-01'), 1);
  t.equal(committeesOn(committeesRule.default, '2024-05-01'), 3);
  const c = await claims();
  const id = await c.upTo('forwarded', 'property', 50_000_000);
  const named = { committeeNo: 1, decisionNo: '7' };
  await refused(t, c.when(c.central, 'ratify', id, { ...named, committeeNo: 4 }), 'NO_SUCH_COMMITTEE');
  await refused(t, c.when({ ...c.chair, post: c.central.post }, 'ratify', id, named), 'DECIDED_BELOW');
  await refused(t, c.when(c.chair, 'ratify', id, named), 'FORBIDDEN');
  const older = await c.prepared('property');
  await refused(t, c.when(c.central, 'suspectDuplicate', id, { of: randomUUID(), ground: 'same_property' }), 'CLAIM_UNKNOWN');
  await c.when(c.central, 'suspectDuplicate', id, { of: older, ground: 'same_property' });
  await refused(t, c.when(c.central, 'ratify', id, named), 'DUPLICATE_UNRESOLVED');
  const lower = { ...named, amountIQD: 1, reason: 'one room only' };
  await refused(t, c.when(c.central, 'amend', id, lower), 'DUPLICATE_UNRESOLVED');
  await c.when(c.chair, 'keepSeparate', id, { of: older, reason: 'two houses in one street' });
  await refused(t, c.when(c.central, 'amend', id, { ...named, amountIQD: 50_000_000, reason: 'as it was' }), 'NOTHING_AMENDED');
  t.match((await c.record(id)).waits, [{ key: 'decideCentrally', holder: { role: 'centralCommittee' } }]);
  t.equal((await c.when(c.central, 'ratify', id, named)).outcome.status, 'ratified');
});

t.test('an annulled claim is finalised and never counts as progress towards money', async (t) => {
  const c = await claims();
  const id = await c.upTo('forwarded', 'property', 50_000_000);
  const done = await c.when(c.central, 'annul', id, { committeeNo: 1, decisionNo: '8', reason: 'compensated in 2012' });
  t.match(done.record, { status: 'annulled', state: { payees: [], final: { outcome: 'annulled', amountIQD: 0 } } });
  t.match(progressOf((await c.record(id)).state), {
    stage: 'finalised',
    finalised: true,
    entitled: false,
    entitlementIQD: 0,
    paidIQD: 0,
  });
  t.match(claim.board?.((await c.record(id)).state), {
    kind: 'property',
    governorate: 'IQG15',
    measures: { annulled: 1, entitled: 0 },
  });
  await refused(t, c.when(c.clerk, 'sendToFinance', id, {}, letter), 'WRONG_STATE');
});

t.test('finance passes, or raises points that are answered; what it disputes may go to Baghdad', async (t) => {
  const c = await claims();
  const id = await c.upTo('ratified');
  await refused(t, c.when(c.clerk, 'sendToFinance', id), 'LETTER_MISSING');
  await c.when(c.clerk, 'sendToFinance', id, {}, letter);
  await refused(t, c.when(c.clerk, 'passFinanceAudit', id), 'FORBIDDEN');
  t.match((await c.record(id)).waits, [{ key: 'audit', party: 'financeMinistry' }, { key: 'payment' }]);
  await c.when(c.finance, 'raiseFinanceObjection', id, { points: ['no copy of the deed'] });
  await c.when(c.clerk, 'answerFinanceObjection', id, { answer: 'copy enclosed' });
  await c.when(c.finance, 'raiseFinanceObjection', id, { points: ['the deed is not in her name'] });
  const sent = await c.when(c.clerk, 'forward', id, {}, letter);
  t.match(sent.events, [{ data: { reasons: ['objection'] } }]);
  t.match(progressOf((await c.record(id)).state), { finalised: false });
  await c.when(c.central, 'ratify', id, { committeeNo: 1, decisionNo: '9' });
  await c.when(c.clerk, 'sendToFinance', id, {}, letter);
  t.equal((await c.when(c.finance, 'passFinanceAudit', id)).outcome.status, 'awaiting_allocation');
});

t.test('a claim is withdrawn before money, suspended for a dispute or a court, and goes on where it stood', async (t) => {
  const c = await claims();
  const id = await c.upTo('contestation_open');
  await refused(t, c.when(c.clerk, 'suspend', id, { cause: 'heir_dispute' }), 'FORBIDDEN');
  await refused(t, c.when(c.chair, 'suspend', id, { cause: 'pending_court' }), 'EVIDENCE_MISSING');
  await c.when(c.chair, 'suspend', id, { cause: 'heir_dispute' });
  t.match((await c.record(id)).waits, [{ key: 'resume' }]);
  t.equal((await c.when(c.chair, 'resume', id)).outcome.status, 'contestation_open');
  await c.when(c.clerk, 'withdraw', id, { by: 'claimant' });
  t.match(progressOf((await c.record(id)).state), { submitted: true, finalised: false });
  t.equal((await c.when(c.chair, 'reopen', id, { reason: 'she changed her mind' })).outcome.status, 'contestation_open');
});

t.test('a paper claim is taken over at ratified, with the steps paper leaves out, and its loss is kept', async (t) => {
  const c = await claims();
  const first = await c.upTo('registered');
  const said = await c.preparation('property');
  const { capacity, victims, incident, loss, claimant } = said;
  const at = (type: string, occurredAt: string, data: object) => ({
    type,
    data,
    occurredAt: `${occurredAt}T08:00:00.000Z`,
    letterRef: { number: '9', date: occurredAt, issuedBy: 'Sub-committee' },
  });
  const office = { organisation: c.clerk.post.organisation, office: c.subcommittee, governorate: 'IQG15' };
  const facts = [
    at('ClaimPrepared', '2016-02-01', { claimant, claimantKind: 'natural', capacity, victims, type: 'property', incident, loss }),
    at('ClaimSubmitted', '2016-03-01', {
      subcommittee: office,
      receiptNo: '3',
      papers: [],
      missing: [],
      checklistVersion: 'paper',
    }),
    at('ClaimRegistered', '2016-03-02', { claimNo: '555', year: 2016 }),
    at('ClaimRecommended', '2018-01-10', { amountIQD: 45_000_000, awards: [] }),
    at('ClaimRatified', '2019-05-05', { committeeNo: 1, decisionNo: '71', amountIQD: 45_000_000 }),
  ];
  const adopt = (list: object[]) => c.w.when(c.clerk, 'claim', 'adopt', undefined, { source: 'archive shelf 4', facts: list });
  await refused(t, adopt([facts[0]!, facts[4]!, { ...facts[2]!, occurredAt: '2020-01-01T08:00:00.000Z' }]), 'FACT_OUT_OF_PLACE');
  const { outcome, record } = await adopt(facts);
  t.equal(record.status, 'adoption_pending');
  await c.when(colleague(c.clerk), 'confirmAdoption', outcome.id);
  const taken = await c.record(outcome.id);
  t.match(taken.state, { status: 'ratified', final: { on: '2019-05-05' }, payees: [{ amountIQD: 45_000_000, status: 'due' }] });
  const payment = taken.waits.find((one) => one.key === 'payment');
  t.match(
    payment,
    { since: '2019-05-05T08:00:00.000Z', clockStart: c.w.now() },
    'its age from the paper, its clock from the adoption',
  );
  t.match(progressOf(taken.state), { submitted: true, finalised: true, entitlementIQD: 45_000_000 });
  t.ok(taken.reservations.some((one) => one.status === 'refused' && one.heldBy === `claim-${first}`));
  await c.when(c.clerk, 'sendToFinance', outcome.id, {}, letter);
  await c.when(c.finance, 'passFinanceAudit', outcome.id);
  const list = { batch: await c.batch() };
  await refused(t, c.when(c.clerk, 'listForPayment', outcome.id, list), 'DUPLICATE_UNRESOLVED');
});

t.test('finance and the branches see stage, amount and payees; the story is for the committees', async (t) => {
  const c = await claims();
  const id = await c.upTo('sent_to_finance');
  const registrar = someone('registrar', { governorate: 'IQG15' });
  await refused(t, c.when(registrar, 'withdraw', id, { by: 'claimant' }), 'FORBIDDEN');
  await refused(t, c.when(someone('registrar', { governorate: 'IQG01' }), 'withdraw', id, { by: 'claimant' }), 'NOT_FOUND');
  await refused(t, c.when(someone('subcommitteeClerk'), 'answerFinanceObjection', id, { answer: 'we do' }), 'NOT_FOUND');
  const { codec } = c.w;
  const [stored] = [await c.w.log.read(`claim-${id}`)];
  const [prepared] = await codec.decode(stored.slice(0, 1), 'T1');
  t.match(prepared?.data, {
    type: 'property',
    loss: { reason: 'sealed' },
    incident: { area: 'IQG15Q07', cause: { reason: 'sealed' } },
  });
  const decided = (await codec.decode(stored, 'T1')).find((one) => one.type === 'ClaimRecommended');
  t.match(decided?.data, { amountIQD: 20_000_000 });
});

/** Every field of a schema with the codes it may hold. */
function wordsIn(schema: z.ZodType, field = ''): { field: string; code?: string }[] {
  const inner = personalMark(schema)?.inner;
  if (inner) return wordsIn(inner, field);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, child]) => [{ field: key }, ...wordsIn(child as z.ZodType, key)]);
  if (schema instanceof z.ZodArray) return wordsIn(schema.element as z.ZodType, field);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return wordsIn(schema.unwrap() as z.ZodType, field);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => wordsIn(option as z.ZodType, field));
  if (schema instanceof z.ZodEnum) return schema.options.map((code) => ({ field, code: String(code) }));
  return [];
}

t.test('everything a person reads of a claim has its words in English and Arabic', async (t) => {
  const missing: string[] = [];
  const said = (word: { en: string; ar: string } | undefined, what: string) => {
    if (!word || !/\w/.test(word.en) || !/\p{Script=Arabic}/u.test(word.ar)) missing.push(what);
  };
  const own = Object.values(claim.commands).filter((one) => !one.kernel);
  for (const key of claim.statuses) said(wordFor(claim, 'states', key), key);
  for (const key of own) said(wordFor(claim, 'commands', key.name), key.name);
  for (const key of Object.keys(claim.events)) said(wordFor(claim, 'events', key), key);
  for (const { field, code } of [...Object.values(claim.events), ...own.map((one) => one.input)].flatMap((one) => wordsIn(one)))
    said(code === undefined ? wordFor(claim, 'fields', field) : claim.labels.codes[field]?.[code], `${field} ${code ?? ''}`);
  const code = readFileSync('src/domain/claim/waits.ts', 'utf8');
  for (const [, key] of code.matchAll(/(?:clerk|chair|finance|accounts|claimant|auditors)\('(\w+)'\)|key: '(\w+)'/g))
    if (key) said(claim.labels.waits[key], key);
  for (const [, party] of code.matchAll(/party: '(\w+)'/g)) said(claim.labels.parties[party!], party!);
  t.same(missing, []);
});

t.test('every refusal of a claim has its words, and no words are left over', async (t) => {
  const folder = 'src/domain/claim';
  const text = readdirSync(folder)
    .filter((file) => file !== 'refusals.ts')
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    .join('\n');
  const codes = new Set([...text.matchAll(/'([A-Z][A-Z_]{4,})'/g)].map((match) => match[1]!));
  for (const code of codes) t.match(wordFor(claim, 'refusals', code), { en: /\w/, ar: /\p{Script=Arabic}/u }, code);
  for (const code of Object.keys(claim.labels.refusals)) t.ok(codes.has(code), `${code} is still used`);
});
