import { randomUUID } from 'node:crypto';
import t from 'tap';
import { mayI, targetOf } from '../../src/domain/access/access.ts';
import { POLICY } from '../../src/domain/access/policy/index.ts';
import { type ClearanceState, clearance, clearanceFollowUps } from '../../src/domain/clearance/index.ts';
import { accounts, requiredActors } from '../../src/domain/clearance/policy.ts';
import { emergencyAccess, emergencyAccessFollowUps } from '../../src/domain/emergencyAccess/index.ts';
import { emergencyBar } from '../../src/domain/emergencyBar/index.ts';
import { household } from '../../src/domain/household/index.ts';
import { checkCrossing } from '../../src/domain/kernel/crossing.ts';
import { Refused } from '../../src/domain/kernel/errors.ts';
import type { FollowUp } from '../../src/domain/kernel/followUp.ts';
import { person } from '../../src/domain/person/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { naturalId } from '../../src/eventlog/ids.ts';
import { colleague, type Person, refused, someone, world } from '../support/scenario.ts';

const letterOf = (number: string, date = '2026-02-20') => ({ number, date, issuedBy: 'an office' });
const NSS = 'national_security_service' as const;

async function start(now = '2026-03-01T08:00:00.000Z') {
  const w = world([clearance, emergencyAccess, emergencyBar, household, person, staff], now);
  const head = someone('headOfBranch');
  const verifier = colleague(head, 'verifier');
  const registrar = colleague(head, 'registrar');
  const actor = someone('counterExtremism');
  const otherActor = someone('securityActor');
  const headquarters = someone('branchesAffairs', { organisation: head.post.organisation });
  const enrol = (one: Person) =>
    w.given('staff', one.id, {
      type: 'StaffEnrolled',
      data: { name: { ar: 'موظف' }, identity: { issuer: 'test', subject: one.id } },
    });
  const ruled = (key: string, value: object) =>
    w.given('rule', naturalId('rule', key), {
      type: 'RuleVersionSet',
      data: { key, version: '1', value, effectiveFrom: '2020-01-01', source: 'test' },
    });
  async function somebody(born: string | undefined = '1985-05-05'): Promise<string> {
    const id = randomUUID();
    const birth = born === undefined ? {} : { birth: { date: born, precision: 'day' } };
    const data = { name: { ar: { first: 'شخص' } }, sex: 'female', ...birth };
    await w.given('person', id, { type: 'PersonRegistered', data, by: registrar });
    return id;
  }
  /** The families of people, each with the consents it gave. */
  const families = new Map<string, { readonly household: string; readonly consent: string }>();
  async function familyOf(who: string) {
    const known = families.get(who) ?? { household: randomUUID(), consent: randomUUID() };
    if (families.has(who)) return known;
    families.set(who, known);
    const branch = { organisation: registrar.post.organisation, office: registrar.post.office };
    await w.given(
      'household',
      known.household,
      { type: 'HouseholdRegistered', data: { momdFileNo: '1', branch, acceptedBy: 'x', head: who }, by: registrar },
      { type: 'HouseholdMemberAdded', data: { person: who, relation: 'head', ground: 'registration', papers: 'seen' } },
      consentOf(who, known.consent),
    );
    return known;
  }
  const consentOf = (givenBy: string, consent: string, over: object = {}) => ({
    type: 'ConsentGiven',
    data: {
      ...{ consent, scopes: ['registration', 'clearance'], recipients: [], fields: [], givenBy, means: 'thumbprint' },
      ...{ language: 'ar', explainedBy: 'officer', ...over },
    },
    by: registrar,
  });
  const consented = async (who: string) => ({ record: { consentRef: (await familyOf(who)).consent } });
  async function request(by: Person | string, who: string, over: object = {}, extra?: object) {
    const { household } = await familyOf(who);
    const input = { person: who, actor: NSS, purpose: 'documents', letter: letterOf('1'), household, ...over };
    return w.when(by, 'clearance', 'request', undefined, input, extra ?? (await consented(who)));
  }
  /** Asks again in the same stream, as whoever asked first. */
  async function again(id: string) {
    const { person: who = '' } = (await w.cases.glance(`clearance-${id}`)).state as ClearanceState;
    const { household } = await familyOf(who);
    return w.when(verifier, 'clearance', 'requestAgain', id, { letter: letterOf('9'), household }, await consented(who));
  }
  const answer = (by: Person, id: string, outcome: object, number = '2') =>
    w.when(by, 'clearance', 'recordDecision', id, { letter: letterOf(number), outcome });
  /** A request that is answered; its id. */
  async function answered(outcome: object): Promise<string> {
    const { outcome: done } = await request(verifier, await somebody());
    await answer(verifier, done.id, outcome);
    return done.id;
  }
  return {
    ...w,
    head,
    verifier,
    registrar,
    actor,
    otherActor,
    headquarters,
    enrol,
    ruled,
    somebody,
    request,
    again,
    answer,
    answered,
    familyOf,
    consentOf,
  };
}

const granted = { is: 'granted' };
const refusal = { is: 'refused', reasonCategory: 'name_similarity' };

t.test(
  'a clearance is one stream a person, actor and purpose, asked with consent and the least that tells people apart',
  async (t) => {
    const w = await start();
    const who = await w.somebody();
    const { record, events, outcome } = await w.request(w.verifier, who);
    t.equal(outcome.id, naturalId('clearance', `${who} ${NSS} documents`));
    t.same(
      events.map((one) => one.type),
      ['ClearanceRequested'],
    );
    const state = record.state as ClearanceState;
    t.same(state.subject, { name: { ar: { first: 'شخص' } }, birthYear: '1985' });
    t.same(
      record.waits.map(({ key, due }) => [key, due]),
      [['answer', '2026-03-22T08:00:00.000Z']],
    );
    await refused(t, w.request(w.verifier, who), 'ALREADY_EXISTS');
    const other = await w.somebody();
    await refused(t, w.request(w.verifier, other, {}, {}), 'CONSENT_MISSING');
    await refused(t, w.request(w.verifier, other, { letter: letterOf('1', '2026-03-09') }), 'LETTER_AHEAD');
    await refused(t, w.request(w.verifier, randomUUID()), 'PERSON_UNKNOWN');
    await refused(t, w.request(w.registrar, other), 'FORBIDDEN');
  },
);

t.test('a clearance is asked for by a consent of the family that stands, was given for it and is the person’s own', async (t) => {
  const w = await start();
  const who = await w.somebody();
  const { household, consent } = await w.familyOf(who);
  const stranger = await w.familyOf(await w.somebody());
  const give = (input: object) => w.when(w.registrar, 'household', 'giveConsent', household, input);
  const by = { recipients: [], fields: [], givenBy: who, means: 'thumbprint', language: 'ar', explainedBy: 'officer' };
  const idOf = async (input: object) => (await give({ ...by, ...input })).events[0]?.data as { readonly consent: string };
  const others = {
    narrow: (await idOf({ scopes: ['registration', 'documentation'] })).consent,
    old: (await idOf({ scopes: ['clearance'], expiresOn: '2026-03-02' })).consent,
    gone: (await idOf({ scopes: ['clearance'] })).consent,
  };
  await w.when(w.registrar, 'household', 'withdrawConsent', household, { consent: others.gone, by: who });
  const ask = (consentRef: string, over: object = {}) => w.request(w.verifier, who, over, { record: { consentRef } });
  await refused(t, ask('on paper somewhere'), 'CONSENT_UNKNOWN');
  await refused(t, ask(stranger.consent), 'CONSENT_UNKNOWN');
  await refused(t, ask(stranger.consent, { household: stranger.household }), 'NOT_A_MEMBER');
  await refused(t, ask(consent, { household: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  await refused(t, ask(others.narrow), 'CONSENT_NOT_FOR_CLEARANCE');
  await refused(t, ask(others.gone), 'CONSENT_WITHDRAWN');
  w.at('2026-03-03T08:00:00.000Z');
  await refused(t, ask(others.old), 'CONSENT_EXPIRED');
  t.match((await ask(consent)).events, [{ type: 'ClearanceRequested', data: { household, consent } }]);
});

t.test('minors are never cleared for themselves, nor is who may be one', async (t) => {
  const w = await start();
  await refused(t, w.request(w.verifier, await w.somebody('2008-03-02')), 'MINOR_NOT_CLEARED');
  const unknown = randomUUID();
  await w.given('person', unknown, {
    type: 'PersonRegistered',
    data: { name: { ar: { first: 'شخص' } }, sex: 'male' },
    by: w.registrar,
  });
  await refused(t, w.request(w.verifier, unknown), 'AGE_UNKNOWN');
  t.equal((await w.request(w.verifier, await w.somebody('2008-03-01'))).record.status, 'requested');
  const minor = await w.somebody('2015-01-01');
  const input = { person: minor, actor: NSS, purpose: 'documents' };
  const put = await w.when(w.verifier, 'clearance', 'determineRequirements', undefined, input);
  t.equal(put.record.status, 'not_required');
  t.same(put.record.waits, []);
});

t.test('only the office that keeps a person’s record has others ask about them', async (t) => {
  const w = await start();
  const who = await w.somebody();
  const elsewhere = someone('verifier', { organisation: w.head.post.organisation });
  await refused(t, w.request(elsewhere, who), 'PERSON_ELSEWHERE');
  const input = { person: await w.somebody('2015-01-01'), actor: NSS, purpose: 'documents' };
  await refused(t, w.when(elsewhere, 'clearance', 'determineRequirements', undefined, input), 'PERSON_ELSEWHERE');
  t.equal((await w.request(w.verifier, who)).record.status, 'requested', 'and its own request stands in nobody’s way');
});

t.test('a purpose that names its actors asks nobody else', async (t) => {
  const w = await start();
  await w.ruled(requiredActors.key, { documents: [NSS] });
  const who = await w.somebody();
  await refused(t, w.request(w.verifier, who, { actor: 'police' }), 'NOT_REQUIRED');
  const input = { person: who, purpose: 'documents' };
  await refused(t, w.when(w.verifier, 'clearance', 'determineRequirements', undefined, { ...input, actor: NSS }), 'REQUIRED');
  const put = await w.when(w.verifier, 'clearance', 'determineRequirements', undefined, { ...input, actor: 'police' });
  t.equal(put.record.status, 'not_required');
});

t.test('an actor with an account sees and answers what it was asked, and nobody else’s', async (t) => {
  const w = await start();
  await w.ruled(accounts.key, { [NSS]: w.actor.post.organisation });
  const { outcome } = await w.request(w.verifier, await w.somebody());
  const { id } = outcome;
  await refused(t, w.when(w.otherActor, 'clearance', 'recordProgress', id, {}), 'NOT_FOUND');
  const letter = letterOf('n-7');
  t.equal(
    (await w.when(w.actor, 'clearance', 'recordReceipt', id, { letter, actorRefNo: '17' })).record.status,
    'received_by_actor',
  );
  t.equal((await w.when(w.actor, 'clearance', 'recordProgress', id, {})).record.status, 'under_check');
  const asked = await w.when(w.actor, 'clearance', 'askMore', id, { items: ['full name of the grandfather'] });
  t.equal(asked.record.status, 'more_information_requested');
  t.same(
    asked.record.waits.map((one) => one.key),
    ['supply'],
  );
  await w.when(w.actor, 'clearance', 'recordProgress', id, {});
  const done = await w.answer(w.actor, id, {
    is: 'granted_with_conditions',
    conditions: ['reports once'],
    validUntil: '2026-04-30',
  });
  t.equal(done.record.status, 'granted_with_conditions');
  t.equal((done.record.state as ClearanceState).validUntil, '2026-04-30');
});

t.test('an answer is a letter, and a grant holds ninety days from its date', async (t) => {
  const w = await start();
  const { outcome } = await w.request(w.verifier, await w.somebody());
  await refused(t, w.when(w.verifier, 'clearance', 'recordDecision', outcome.id, { outcome: granted }), 'INVALID_INPUT');
  const ahead = { letter: letterOf('2', '2026-03-02'), outcome: granted };
  await refused(t, w.when(w.verifier, 'clearance', 'recordDecision', outcome.id, ahead), 'LETTER_AHEAD');
  const old = { letter: letterOf('2', '2025-10-01'), outcome: granted };
  await refused(t, w.when(w.verifier, 'clearance', 'recordDecision', outcome.id, old), 'RUN_OUT');
  await refused(t, w.when(w.registrar, 'clearance', 'recordProgress', outcome.id, {}), 'NOT_FOUND');
  const { record } = await w.answer(w.verifier, outcome.id, granted);
  t.equal((record.state as ClearanceState).validUntil, '2026-05-21');
});

t.test('a grant runs out on its own, and is asked for again in the same stream', async (t) => {
  const w = await start();
  const id = await w.answered(granted);
  t.equal((await w.when('deadlines', 'clearance', 'expire', id, {})).record.status, 'granted');
  w.at('2026-05-22T08:00:00.000Z');
  t.equal((await w.when('deadlines', 'clearance', 'expire', id, {})).record.status, 'expired');
  const again = await w.again(id);
  t.equal(again.record.status, 'requested');
  await refused(t, w.again(id), 'WRONG_STATE');
});

t.test('no category of refusal is about relatives', async (t) => {
  const w = await start();
  const { outcome } = await w.request(w.verifier, await w.somebody());
  await refused(t, w.answer(w.verifier, outcome.id, { is: 'refused', reasonCategory: 'relatives' }), 'INVALID_INPUT');
});

t.test('a refusal may be reviewed always, and a review upholds or reverses it', async (t) => {
  const w = await start();
  const id = await w.answered(refusal);
  w.at('2028-03-01T08:00:00.000Z');
  const review = { ground: 'name_similarity' };
  const asked = await w.when(w.verifier, 'clearance', 'requestReview', id, review);
  t.same(
    asked.record.waits.map(({ key, due }) => [key, due]),
    [['review', '2028-03-15T08:00:00.000Z']],
  );
  const decide = (outcome: string, date: string) =>
    w.when(w.verifier, 'clearance', 'decideReview', id, { letter: letterOf('5', date), outcome });
  await refused(t, decide('reversed', '2026-03-01'), 'RUN_OUT');
  t.equal((await decide('upheld', '2028-02-20')).record.status, 'upheld');
  await w.when(w.verifier, 'clearance', 'requestReview', id, review);
  const { record } = await decide('reversed', '2028-02-25');
  t.equal(record.status, 'reversed');
  t.equal((record.state as ClearanceState).reasonCategory, undefined);
});

t.test('a legal partner asks for a review of the one case that was opened to it', async (t) => {
  const w = await start();
  const id = await w.answered(refusal);
  const lawyer = someone('legalPartner');
  await refused(t, w.when(lawyer, 'clearance', 'requestReview', id, { ground: 'new_evidence' }), 'NOT_FOUND');
  await w.enrol(lawyer);
  await w.when(w.head, 'clearance', 'grant', id, {
    staff: lawyer.id,
    until: '2026-03-03T00:00:00Z',
    reason: 'represents the person',
  });
  t.equal((await w.when(lawyer, 'clearance', 'requestReview', id, { ground: 'new_evidence' })).record.status, 'review_requested');
});

t.test('an answer that is overdue is told to the head of branch, then to the committee', async (t) => {
  const w = await start();
  const { record } = await w.request(w.verifier, await w.somebody());
  const due = record.waits[0]?.due ?? '';
  w.at('2026-03-22T08:00:00.000Z');
  const escalate = (level: number) => w.when('deadlines', 'clearance', 'escalate', record.id, { wait: 'answer', level, due });
  const once = await escalate(1);
  t.same(once.events, [{ type: 'ClearanceOverdue', data: { wait: 'answer', level: 1, due, daysOpen: 21 } }]);
  t.equal(once.record.status, 'no_answer_overdue');
  t.same((await escalate(1)).events, []);
  const twice = await escalate(2);
  t.same(
    twice.record.waits.map(({ key, holder }) => [key, holder?.role]),
    [
      ['answer', undefined],
      ['escalation:answer', 'reintegrationCommittee'],
    ],
  );
  t.equal((await w.answer(w.verifier, record.id, granted)).record.status, 'granted');
});

t.test('seven days before an answer is overdue the branch is told to remind the actor, and is done when it has', async (t) => {
  const w = await start();
  const { outcome, record, events } = await w.request(w.verifier, await w.somebody());
  const { id } = outcome;
  t.match(events, [{ data: { remindOn: '2026-03-15' } }], 'the answer is due on the 22nd');
  t.same(
    clearance.timers?.(record.state).map(({ key, at }) => [key, at]),
    [['remind', '2026-03-14T21:00:00.000Z']],
  );
  const waits = async () => (await w.cases.glance(`clearance-${id}`)).waits.map((one) => [one.key, one.party]);
  const actor = ['answer', 'securityActor'];
  w.at('2026-03-14T20:00:00.000Z');
  t.same((await w.when('deadlines', 'clearance', 'remind', id, {})).events, [], 'not a day too soon');
  w.at('2026-03-15T08:00:00.000Z');
  t.match((await w.when('deadlines', 'clearance', 'remind', id, {})).events, [{ type: 'ClearanceReminderDue' }]);
  t.same((await w.when('deadlines', 'clearance', 'remind', id, {}, { key: 'again' })).events, [], 'once');
  t.same(await waits(), [actor, ['remind', 'branch']]);
  const send = (by: Person, letter: object) => w.when(by, 'clearance', 'sendReminder', id, { letter });
  await refused(t, send(w.verifier, letterOf('3', '2026-03-16')), 'LETTER_AHEAD');
  await refused(t, send(w.registrar, letterOf('3')), 'NOT_FOUND');
  await send(w.verifier, letterOf('3'));
  t.same(await waits(), [actor]);

  const other = await w.request(w.verifier, await w.somebody());
  await w.answer(w.verifier, other.outcome.id, granted);
  t.notOk(((await w.cases.glance(`clearance-${other.outcome.id}`)).state as ClearanceState).remindOn, 'who has answered is not');
});

t.test('what a movement asked for without consent any more is asked no more, until somebody asks again', async (t) => {
  const w = await start();
  const input = {
    person: await w.somebody(),
    actor: NSS,
    purpose: 'return',
    asks: { movement: randomUUID(), slot: randomUUID() },
  };
  const { outcome } = await w.when('movements', 'clearance', 'requestForMovement', undefined, {
    ...input,
    letter: letterOf('1'),
  });
  const withdraw = (over: object = {}) =>
    w.when('movements', 'clearance', 'withdrawRequest', outcome.id, { ...input, ...over }, { key: randomUUID() });
  t.same((await withdraw({ asks: { movement: randomUUID(), slot: randomUUID() } })).events, [], 'not by another movement');
  const { record, events } = await withdraw();
  t.match(events, [{ type: 'ClearanceRequestWithdrawn' }]);
  t.match(record, { status: 'not_required', waits: [] });
  t.same(clearanceFollowUps(events[0] as never), [], 'nothing crosses');
  await refused(t, withdraw(), 'WRONG_STATE');
  const again = { ...input, letter: letterOf('2') };
  const asked = await w.when('movements', 'clearance', 'requestAgainForMovement', outcome.id, again);
  t.equal(asked.record.status, 'requested');
});

t.test('a grant is taken back by letter alone', async (t) => {
  const w = await start();
  const id = await w.answered(granted);
  await refused(t, w.when(w.verifier, 'clearance', 'revoke', id, {}), 'INVALID_INPUT');
  const { record } = await w.when(w.verifier, 'clearance', 'revoke', id, { letter: letterOf('8') });
  t.equal(record.status, 'revoked');
  await refused(t, w.when(w.verifier, 'clearance', 'revoke', id, { letter: letterOf('8') }), 'WRONG_STATE');
});

t.test('what a movement asked for is answered with cleared until a day or blocked, and nothing else crosses', async (t) => {
  const w = await start();
  const asks = { movement: randomUUID(), slot: randomUUID() };
  const input = { person: await w.somebody(), actor: NSS, purpose: 'return', letter: letterOf('1'), asks };
  const { organisation, office = '', governorate = '' } = w.verifier.post;
  const principal = { kind: 'system', name: 'movements', office: { organisation, office, governorate } } as const;
  const outcome = await w.executor.execute({
    process: 'clearance',
    command: 'requestForMovement',
    input,
    principal,
    key: 'first ask',
  });
  const told = async () => {
    const { history } = await w.cases.load(clearance, outcome.id);
    return clearanceFollowUps(history.at(-1) as never).map(({ process, command, id, input: told }) => ({
      process,
      command,
      id,
      told,
    }));
  };
  const tells = (what: object) => [
    { process: 'movement', command: 'noteClearance', id: asks.movement, told: { slot: asks.slot, ...what } },
  ];
  t.same(await told(), []);
  await w.answer(w.verifier, outcome.id, refusal);
  t.same(await told(), tells({ outcome: 'blocked' }));
  await w.when('movements', 'clearance', 'requestAgainForMovement', outcome.id, input);
  await w.answer(w.verifier, outcome.id, granted, '4');
  t.same(await told(), tells({ outcome: 'cleared', validUntil: '2026-05-21' }));
  await w.when(w.verifier, 'clearance', 'revoke', outcome.id, { letter: letterOf('8') });
  t.same(await told(), tells({ outcome: 'blocked' }));

  const cross = (next: object) => checkCrossing(w.registry, clearance, next as never);
  cross({ process: 'movement', command: 'noteClearance', input: { slot: asks.slot, outcome: 'blocked' } });
  cross({ process: 'emergencyAccess', command: 'request', input: {} });
  const more = { slot: asks.slot, outcome: 'blocked', reasonCategory: 'name_similarity' };
  t.throws(() => cross({ process: 'movement', command: 'noteClearance', input: more }), /declared outcome/);
  t.throws(() => cross({ process: 'movement', command: 'revokeClearance', input: {} }), /may not tell/);
  t.throws(
    () => cross({ process: 'person', command: 'noteClearance', input: { slot: asks.slot, outcome: 'blocked' } }),
    /may not tell/,
  );
});

t.test('a restricted case is opened to a named person by somebody else, until an instant', async (t) => {
  const w = await start();
  const id = await w.answered(granted);
  await w.enrol(w.verifier);
  const grant = (by: Person, staffId: string, until = '2026-03-01T10:00:00Z') =>
    w.when(by, 'clearance', 'grant', id, { staff: staffId, until, reason: 'an appeal is prepared' });
  await refused(t, grant(w.head, w.head.id), 'GRANTED_TO_ONESELF');
  await refused(t, grant(w.head, w.verifier.id, '2026-05-31T00:00:00Z'), 'GRANTED_TOO_LONG');
  await refused(t, grant(w.head, w.verifier.id, '2026-03-01T07:00:00Z'), 'UNTIL_IN_THE_PAST');
  await refused(t, grant(w.head, randomUUID()), 'STAFF_UNKNOWN');
  await refused(t, grant(w.verifier, w.registrar.id), 'FORBIDDEN');
  const { record } = await grant(w.head, w.verifier.id);
  t.same(record.shares, [{ reader: { kind: 'staff', id: w.verifier.id }, until: '2026-03-01T10:00:00.000Z' }]);
  t.same((await w.when(w.head, 'clearance', 'revokeGrant', id, { staff: w.verifier.id })).record.shares, []);
  await refused(
    t,
    w.when(w.head, 'clearance', 'share', id, {
      reader: { kind: 'staff', id: w.verifier.id },
      purpose: 'to look',
      until: '2026-03-09',
    }),
    'FORBIDDEN',
  );
});

t.test('no post reads a clearance by itself: a live grant does, and the actor that was asked', async (t) => {
  const w = await start();
  await w.ruled(accounts.key, { [NSS]: w.actor.post.organisation });
  const id = await w.answered(refusal);
  await w.enrol(w.head);
  const reads = async (who: Person, at = w.now(), deputy = who.id) => {
    const { record } = await w.cases.load(clearance, id);
    const behalf = deputy === who.id ? {} : { behalf: who.id };
    const rights = { staff: deputy, ...behalf, day: at.slice(0, 10), at, posts: [who.post] };
    return ['read', 'timeline'].map((verb) => mayI(rights, `clearance:${verb}`, targetOf(clearance, record)).allowed);
  };
  for (const who of [w.head, w.verifier, w.registrar, w.headquarters, w.otherActor, someone('auditor')]) {
    t.same(await reads(who), [false, false], who.post.role);
  }
  t.same(await reads(w.actor), [true, true]);
  await w.when(w.headquarters, 'clearance', 'grant', id, {
    staff: w.head.id,
    until: '2026-03-01T10:00:00Z',
    reason: 'an appeal',
  });
  t.same(await reads(w.head), [true, true]);
  t.same(await reads(w.verifier), [false, false]);
  t.same(await reads(w.head, w.now(), w.verifier.id), [false, false], 'it is no deputy’s');
  t.same(await reads(w.head, '2026-03-01T10:00:00.000Z'), [false, false], 'it lapses by the clock');
  for (const row of POLICY.filter(
    (one) => one.tier === 'T3' && one.allow.some((verb) => verb !== 'audit:read' && /:(read|timeline)$/.test(verb)),
  )) {
    t.ok(['shared', 'party'].includes(row.scope), `${row.role} ${row.scope}`);
  }
});

t.test('an emergency opens a case for hours: with a reason, a second person, and a review by a third', async (t) => {
  const w = await start();
  const id = await w.answered(refusal);
  const ask = (over: object = {}, by = w.verifier) =>
    w.when(by, 'emergencyAccess', 'request', undefined, {
      process: 'clearance',
      case: id,
      hours: 2,
      reason: 'a family is held at a gate',
      ...over,
    });
  await refused(t, ask({ hours: 9 }), 'TOO_LONG');
  const nowhere = await ask({ case: randomUUID() });
  t.equal(nowhere.record.status, 'requested', 'whether there is such a case is not told');
  await refused(t, w.when(w.head, 'emergencyAccess', 'confirm', nowhere.outcome.id, {}), 'CONFIRMED_BY_ITS_OFFICE');
  await refused(t, w.when(w.headquarters, 'emergencyAccess', 'confirm', nowhere.outcome.id, {}), 'CASE_UNKNOWN');
  await refused(t, ask({}, w.registrar), 'FORBIDDEN');
  const mine = await ask({}, w.head);
  await refused(t, w.when(w.head, 'emergencyAccess', 'confirm', mine.outcome.id, {}), 'SECOND_PERSON_NEEDED');
  t.equal(
    (await w.when(w.headquarters, 'emergencyAccess', 'decline', mine.outcome.id, { reason: 'nobody is held there' })).record
      .status,
    'declined',
  );

  const elsewhere = someone('headOfBranch', { organisation: w.head.post.organisation });
  const theirs = await ask({}, colleague(elsewhere, 'verifier'));
  const byBoth = w.when(elsewhere, 'emergencyAccess', 'confirm', theirs.outcome.id, {});
  await refused(t, byBoth, 'CONFIRMED_BY_ITS_OFFICE');
  t.equal((await w.when(w.headquarters, 'emergencyAccess', 'confirm', theirs.outcome.id, {})).record.status, 'open');
  const again = await ask({}, colleague(elsewhere, 'verifier'));
  const confirmed = await w.when(w.head, 'emergencyAccess', 'confirm', again.outcome.id, {});
  t.equal(confirmed.record.status, 'open', 'the office whose case it is learns of it, and may confirm it');

  await w.when(w.headquarters, 'emergencyAccess', 'decline', nowhere.outcome.id, { reason: 'there is no such case' });
  const { outcome } = await ask({ after: nowhere.outcome.id });
  await refused(t, w.when(w.verifier, 'emergencyAccess', 'confirm', outcome.id, {}), 'FORBIDDEN');
  const { record, history } = await w
    .when(w.head, 'emergencyAccess', 'confirm', outcome.id, {})
    .then(() => w.cases.load(emergencyAccess, outcome.id));
  t.equal(record.status, 'open');
  t.same(
    record.waits.map(({ key, due, holder }) => [key, due, holder?.role]),
    [['review', '2026-03-08T08:00:00.000Z', 'legalDepartment']],
  );
  const [next] = emergencyAccessFollowUps(history.at(-1) as never);
  t.match(next, {
    process: 'clearance',
    command: 'grantEmergency',
    id,
    input: { staff: w.verifier.id, until: '2026-03-01T10:00:00.000Z' },
  });
  const opened = await w.when('emergency accesses', 'clearance', 'grantEmergency', id, next?.input ?? {});
  t.same(
    opened.record.shares.map((one) => one.until),
    ['2026-03-01T10:00:00.000Z'],
  );

  const reviewer = someone('legalDepartment');
  const review = (by: Person) =>
    w.when(by, 'emergencyAccess', 'review', outcome.id, { justified: true, finding: 'the family was let through' });
  await refused(t, review(reviewer), 'STILL_OPEN');
  t.equal((await w.when('deadlines', 'emergencyAccess', 'lapse', outcome.id, {})).record.status, 'open');
  w.at('2026-03-01T10:00:00.000Z');
  t.equal((await w.when('deadlines', 'emergencyAccess', 'lapse', outcome.id, {})).record.status, 'review_due');
  t.same((await w.when('emergency accesses', 'clearance', 'grantEmergency', id, next?.input ?? {})).events, []);
  await refused(t, review({ ...reviewer, id: w.verifier.id }), 'REVIEWED_BY_ANOTHER');
  t.equal((await review(reviewer)).record.status, 'reviewed');
});

t.test('an officer asks for one emergency at a time, and for the next when the last was declined or reviewed', async (t) => {
  const w = await start();
  const id = await w.answered(refusal);
  const reason = 'a family is held at a gate';
  const ask = (after?: string, by = w.verifier) =>
    w.when(by, 'emergencyAccess', 'request', undefined, {
      ...{ process: 'clearance', case: id, hours: 1, reason },
      ...(after === undefined ? {} : { after }),
    });
  const [one, other] = await Promise.allSettled([ask(), ask()]);
  const [first] = [one, other].flatMap((each) => (each.status === 'fulfilled' ? [each.value.outcome.id] : []));
  const codes = [one, other].flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
  t.same(codes, ['ALREADY_EXISTS'], 'of two at the same moment one is no request');
  await refused(t, ask(), 'ALREADY_EXISTS');
  await refused(t, ask(first), 'ANOTHER_OPEN');
  await refused(t, ask(randomUUID()), 'NOT_YOUR_LAST');
  const others = colleague(w.head, 'verifier');
  await refused(t, ask(first, others), 'NOT_YOUR_LAST');
  t.equal((await ask(undefined, others)).record.status, 'requested', 'a colleague asks meanwhile');
  await w.when(w.head, 'emergencyAccess', 'confirm', first!, {});
  await refused(t, ask(first), 'ANOTHER_OPEN');
  w.at(new Date(Date.parse(w.now()) + 3_600_000).toISOString());
  await w.when('deadlines', 'emergencyAccess', 'lapse', first!, {});
  await refused(t, ask(first), 'ANOTHER_UNREVIEWED');
  await w.when(someone('legalDepartment'), 'emergencyAccess', 'review', first!, { justified: true, finding: 'they got through' });
  const second = await ask(first);
  t.equal(second.record.status, 'requested');
  await refused(t, ask(first), 'ALREADY_EXISTS');
  await w.when(w.head, 'emergencyAccess', 'decline', second.outcome.id, { reason: 'nobody is held there' });
  t.equal((await ask(second.outcome.id)).record.status, 'requested');
});

/** Emergencies of one case, what reviews find of them, and what follows. */
async function gates(t: Pick<typeof import('tap').default, 'equal' | 'same'>) {
  const w = await start();
  const id = await w.answered(refusal);
  const last = new Map<string, string>();
  const ask = async (by: Person, which = id) => {
    const after = last.get(by.id);
    const made = await w.when(by, 'emergencyAccess', 'request', undefined, {
      ...{ process: 'clearance', case: which, hours: 1, reason: 'a family is held at a gate' },
      ...(after === undefined ? {} : { after }),
    });
    last.set(by.id, made.outcome.id);
    return made;
  };
  const reviewer = someone('legalDepartment');
  /** An emergency that a review finds without ground, and what that calls for. */
  async function withoutGround(by: Person, confirmer = w.headquarters) {
    const { outcome } = await ask(by);
    await w.when(confirmer, 'emergencyAccess', 'confirm', outcome.id, {});
    w.at(new Date(Date.parse(w.now()) + 3_600_000).toISOString());
    const finding = { justified: false, finding: 'nobody was held anywhere' };
    const { record } = await w.when(reviewer, 'emergencyAccess', 'review', outcome.id, finding);
    t.equal(record.status, 'reviewed');
    const { history } = await w.cases.load(emergencyAccess, outcome.id);
    const next = emergencyAccessFollowUps(history.at(-1) as never);
    t.same(
      next.map((one) => [one.process, one.command, one.office?.office]),
      [
        ['emergencyBar', 'bar', by.post.office],
        ['emergencyBar', 'barAgain', by.post.office],
        ['emergencyBar', 'bar', confirmer.post.office],
        ['emergencyBar', 'barAgain', confirmer.post.office],
      ],
    );
    return { emergency: outcome.id, next, input: next[0]?.input ?? {}, confirming: next[2]?.input ?? {} };
  }
  const { organisation, office } = w.verifier.post;
  const ours = { organisation, ...(office ? { office } : {}) };
  async function bar(command: string, input: object, of = ours) {
    const principal = { kind: 'system', name: 'emergency accesses', office: of } as const;
    const outcome = await w.executor.execute({ process: 'emergencyBar', command, input, principal, key: randomUUID() });
    return { outcome, ...(await w.cases.load(emergencyBar, outcome.id)) };
  }
  /** As the reactor gives what follows, which passes over the refusals that are named. */
  async function follow(next: readonly FollowUp[]): Promise<void> {
    for (const one of next) {
      await bar(one.command, one.input, one.office as typeof ours).catch((error: unknown) => {
        if (!(error instanceof Refused && one.unless?.includes(error.code))) throw error;
      });
    }
  }
  const barOf = (by: Person, act = ''): string => naturalId('emergencyBar', `${by.id}${act}`);
  const lift = (by: Person, barred: string) =>
    w.when(by, 'emergencyBar', 'lift', barred, { reason: 'what happened was talked through' });
  return { ...w, ask, withoutGround, bar, follow, barOf, lift };
}

t.test('who asked without ground asks for no more, and who confirmed it confirms no more, until that is lifted', async (t) => {
  const w = await gates(t);
  const { ask, bar, withoutGround } = w;
  const { input } = await withoutGround(w.verifier);
  const barred = await bar('bar', input);
  t.equal(barred.outcome.id, naturalId('emergencyBar', w.verifier.id));
  t.same(
    barred.record.waits.map((one) => [one.key, one.party]),
    [['lift', 'headOfBranch']],
  );
  await refused(t, ask(w.verifier), 'BARRED');
  t.equal((await ask(colleague(w.head, 'verifier'))).record.status, 'requested', 'colleagues are not');
  const lift = (by: Person) => w.lift(by, barred.outcome.id);
  await refused(t, lift({ ...w.head, id: w.verifier.id }), 'LIFTED_BY_ANOTHER');
  await refused(t, lift(w.verifier), 'FORBIDDEN');
  await refused(t, lift(someone('headOfBranch')), 'NOT_FOUND');
  t.equal((await lift(w.head)).record.status, 'lifted');
  t.equal((await bar('barAgain', input)).record.status, 'lifted', 'the same one bars nobody twice');
  const second = await withoutGround(w.verifier, w.head);
  t.equal((await bar('barAgain', second.input)).record.status, 'barred');
  await refused(t, ask(w.verifier), 'BARRED');

  const confirming = await bar('bar', second.confirming);
  t.equal(confirming.outcome.id, naturalId('emergencyBar', `${w.head.id} confirming`));
  t.match(confirming.record, { status: 'barred', state: { staff: w.head.id, act: 'confirming' } });
  const third = await ask(colleague(w.head, 'verifier'));
  const confirm = () => w.when(w.head, 'emergencyAccess', 'confirm', third.outcome.id, {});
  await refused(t, confirm(), 'BARRED_FROM_CONFIRMING');
  t.equal((await ask(w.head)).record.status, 'requested', 'who confirmed may still ask');
  const liftIt = (by: Person) => w.lift(by, confirming.outcome.id);
  await refused(t, liftIt(w.head), 'LIFTED_BY_ANOTHER');
  await refused(t, liftIt({ ...colleague(w.head), id: w.verifier.id }), 'LIFTED_BY_ANOTHER');
  await refused(t, lift(w.head), 'LIFTED_BY_ANOTHER');
  t.equal((await liftIt(w.headquarters)).record.status, 'lifted');
  t.equal((await confirm()).record.status, 'open');
  const fourth = await withoutGround(colleague(w.head, 'verifier'), w.head);
  t.equal((await bar('barAgain', fourth.confirming)).record.status, 'barred');
});

t.test('a bar that has not been put on record yet is no way to ask again, nor to have confirmed what was asked', async (t) => {
  const w = await gates(t);
  const first = await w.withoutGround(w.verifier);
  await refused(t, w.ask(w.verifier), 'BARRED');
  await w.follow(first.next);
  await refused(t, w.ask(w.verifier), 'BARRED');
  await w.lift(w.head, w.barOf(w.verifier));
  const second = await w.withoutGround(w.verifier, w.head);
  await refused(t, w.ask(w.verifier), 'BARRED');
  await w.follow(second.next);
  await w.lift(w.headquarters, w.barOf(w.verifier));

  const third = await w.ask(w.verifier);
  await w.bar('barAgain', { staff: w.verifier.id, emergency: randomUUID() });
  const confirm = () => w.when(colleague(w.headquarters), 'emergencyAccess', 'confirm', third.outcome.id, {});
  await refused(t, confirm(), 'ASKER_BARRED');
  await w.lift(w.headquarters, w.barOf(w.verifier));
  t.equal((await confirm()).record.status, 'open');
});

t.test(
  'a bar stands for every emergency found without ground since it was lifted, and nobody of any of them lifts it',
  async (t) => {
    const w = await gates(t);
    const other = colleague(w.head, 'verifier');
    const first = await w.withoutGround(w.verifier, w.head);
    const second = await w.withoutGround(other, w.head);
    const barred = w.barOf(w.head, ' confirming');
    const now = async () => (await w.cases.load(emergencyBar, barred)).record;
    const as = (id: string): Person => ({ ...colleague(w.head), id });
    await w.follow(first.next);
    await w.follow(second.next);
    await w.follow(second.next);
    t.match(await now(), { status: 'barred', revision: 1, state: { emergencies: [first.emergency, second.emergency] } });
    for (const id of [w.head.id, w.verifier.id, other.id]) await refused(t, w.lift(as(id), barred), 'LIFTED_BY_ANOTHER');
    t.equal((await w.lift(w.headquarters, barred)).record.status, 'lifted');
    await w.follow(first.next);
    t.match(await now(), { status: 'lifted', state: { emergencies: [], lifted: [first.emergency, second.emergency] } });

    const third = await w.withoutGround(colleague(w.head, 'verifier'), w.head);
    await w.follow(third.next);
    await w.follow(first.next);
    t.match(await now(), { status: 'barred', state: { emergencies: [third.emergency] } }, 'what was lifted stays lifted');
    t.equal((await w.lift(as(other.id), barred)).record.status, 'lifted', 'who was in another by now may');
  },
);

t.test('who asked takes back what nobody has confirmed, and nobody else does', async (t) => {
  const w = await gates(t);
  const mistyped = await w.ask(w.verifier, randomUUID());
  await refused(t, w.ask(w.verifier), 'ANOTHER_OPEN');
  const withdraw = (by: Person, id = mistyped.outcome.id) => w.when(by, 'emergencyAccess', 'withdraw', id, {});
  await refused(t, withdraw(w.head), 'FORBIDDEN');
  await refused(t, withdraw(w.headquarters), 'FORBIDDEN');
  await refused(t, withdraw(colleague(w.head, 'verifier')), 'NOT_FOUND');
  const { record, events } = await withdraw(w.verifier);
  t.same(events, [{ type: 'EmergencyAccessWithdrawn', data: {} }]);
  t.match(record, { status: 'withdrawn', waits: [] });
  await refused(t, w.when(w.headquarters, 'emergencyAccess', 'confirm', mistyped.outcome.id, {}), 'WRONG_STATE');

  const { outcome } = await w.ask(w.verifier);
  t.equal(outcome.status, 'requested', 'and asks anew at once');
  await w.when(w.head, 'emergencyAccess', 'confirm', outcome.id, {});
  await refused(t, withdraw(w.verifier, outcome.id), 'WRONG_STATE');
  const own = await w.ask(w.head);
  t.equal((await withdraw(w.head, own.outcome.id)).record.status, 'withdrawn', 'a head of branch the own one');
});

t.test('every word of refusal is used', async (t) => {
  const used = new Set<string>();
  for (const code of [...Object.keys(clearance.labels.refusals), ...Object.keys(emergencyAccess.labels.refusals)]) used.add(code);
  t.ok(used.size > 10);
  for (const process of [clearance, emergencyAccess]) {
    for (const status of process.statuses) t.ok(process.labels.states[status], status);
    for (const name of Object.keys(process.events)) t.ok(process.labels.events[name], name);
  }
});
