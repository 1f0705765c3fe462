import { randomUUID } from 'node:crypto';
import t from 'tap';
import { movementFollowUps } from '../../src/domain/movement/index.ts';
import { roundsFrom } from '../../src/domain/movement/policy.ts';
import { DISTRICT, HOME, letterOf, movements } from '../support/movements.ts';
import { colleague, type Person, refused, someone } from '../support/scenario.ts';

const NOW = '2026-03-01T08:00:00.000Z';
const letter = letterOf('9/9', '2026-03-01');
const granted = { is: 'granted' };
const suspension = { scope: 'all', reasonCategory: 'political' };
const failure = { leftOn: '2026-03-01', causes: ['no_shelter'], newPlace: 'IQG09' };

t.test('the whole way: every safeguard once, the household follows, and rounds are planned', async (t) => {
  const { journey } = await movements(NOW);
  const j = await journey();
  t.same(await j.waits(), ['recordIntention']);
  await j.to('checks');
  t.same((await j.kinds()).sort(), [
    ...Array.from({ length: 4 }, () => 'assessFitness'),
    'destinationShelter',
    'hazardInformation',
    'requestClearance',
    'requestClearance',
  ]);
  const [first] = await j.slots();
  await j.give('requestClearance', { slot: first?.slot, letter });
  const waiting = (await j.record()).waits.find((one) => one.key === `clearance:${first?.slot}`);
  t.match(waiting, { party: 'securityActor', due: '2026-03-22T08:00:00.000Z' }, 'an answer is due in three weeks');
  await j.give('recordClearance', { slot: first?.slot, letter, outcome: granted });
  for (const { slot } of (await j.slots()).slice(1)) {
    await j.give('requestClearance', { slot, letter });
    await j.give('recordClearance', {
      slot,
      letter,
      outcome: { is: 'granted_with_conditions', conditions: 'reports on arrival' },
    });
  }
  await j.fitness();
  await j.give('recordDestinationShelter', { shelterType: 'relatives' });
  await j.give('giveHazardInformation', { accessibility: 'inform_and_warn' });
  t.same(await j.waits(), ['clear']);
  const cleared = await j.give('clear');
  t.match(cleared.events, [{ type: 'MovementCleared', data: { warnings: ['documents_plan_missing'] } }], 'warned, not blocked');
  const more = await movements(NOW);
  const k = await more.journey();
  await k.to('approved');
  t.match(await k.state(), { departing: true, approval: { until: '2026-03-16' } });
  t.match(await k.familyNow(), { status: 'departing', movement: k.id });
  await k.to('departed');
  await k.to('arrived');
  t.match((await k.record()).waits, [
    { key: 'confirmByBranch', holder: { office: more.receivingBranch }, due: '2026-03-08T08:00:00.000Z' },
    { key: 'confirmByHousehold', due: '2026-03-03T08:00:00.000Z' },
  ]);
  await k.to('confirmed');
  t.match(await k.familyNow(), { status: 'returned', achieved: { pathway: 'return', area: HOME, movement: k.id } });
  t.same(
    (await k.state()).rounds.map((one) => one.due),
    ['2026-03-15', '2026-04-01', '2026-06-01', '2026-09-01', '2027-03-01'],
  );
  t.same(await k.waits(), ['monitor:1']);
});

t.test('information: an old area profile is shown only to who is told that it is old', async (t) => {
  const { when, registrar, family, told, w } = await movements(NOW);
  const home = await family();
  const inform = (input: object) =>
    when(registrar, 'movement', 'giveInformation', undefined, { household: home.id, ...told, ...input });
  const old = { version: '3', asOf: '2025-11-01' };
  await refused(t, inform({ profile: old }), 'PROFILE_STALE');
  await refused(t, inform({ profile: { version: '4', asOf: '2026-03-02' } }), 'PROFILE_AHEAD');
  await refused(t, inform({ household: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  t.match((await inform({ profile: old, toldStale: true })).events, [{ data: { areaProfileVersion: '3', toldStale: true } }]);
  await w.given('household', home.id, { type: 'HouseholdVoided', data: { reason: 'entered twice' }, by: registrar });
  await refused(t, inform({}), 'HOUSEHOLD_NOT_ACTIVE');
});

t.test('an intention may be asked again and says where to; to a shut area alternatives are offered', async (t) => {
  const { journey, decide } = await movements(NOW);
  const j = await journey();
  await refused(t, j.give('recordIntention', j.intention({ area: undefined })), 'DESTINATION_MISSING');
  await refused(t, j.give('recordIntention', j.intention({ statedBy: randomUUID() })), 'NOT_A_MEMBER');
  await j.give('recordIntention', j.intention({ pathway: 'undecided', area: undefined }));
  t.same(await j.waits(), ['counsel']);
  await decide(DISTRICT, 'suspend', suspension);
  const again = await j.give('recordIntention', j.intention());
  t.match(again.events, [{ data: { areaStatus: 'suspended' } }], 'the sub-district stands as its district does');
  t.same(await j.waits(), ['offerAlternatives']);
  const topics = ['risks', 'alternatives', 'entitlements'];
  await refused(t, j.give('counsel', { topics: ['risks'], language: 'ar' }), 'COUNSELLING_INCOMPLETE');
  await refused(t, j.give('counsel', { topics, language: 'ar' }), 'ALTERNATIVES_NOT_OFFERED');
  await j.give('counsel', { topics: [...topics, 'other_pathways'], language: 'ar' });
});

t.test('under threat only the governorate stands open, and guards still see the exact place', async (t) => {
  const { journey, w, decide } = await movements(NOW);
  const j = await journey({ shielded: true, village: randomUUID() });
  await j.to('intended');
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, HOME);
  t.match(await j.state(), { shielded: true, destination: { area: 'IQG15', exactArea: HOME } });
  await j.to('ready');
  await decide(HOME, 'declareClosed', { reasonCategory: 'military' });
  await t.rejects(j.give('clear'), { code: 'AREA_SHUT', params: { area: 'IQG15' } }, 'a refusal does not tell it');
});

t.test('where a family under threat flees to again is sealed as well', async (t) => {
  const { journey, w, receiverHead } = await movements(NOW);
  const j = await journey({ shielded: true });
  await j.to('confirmed');
  w.at('2026-03-10T08:00:00.000Z');
  const { events } = await j.give('declareFailed', { ...failure, newPlace: 'IQG15Q02' }, receiverHead);
  t.match(events[1], { data: { fromArea: 'IQG15', toArea: 'IQG15', exactToArea: 'IQG15Q02' } });
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, /IQG15Q02|IQG15Q07/);
});

t.test('a go-and-see visit is asked for, approved, made and talked over, each once', async (t) => {
  const { journey, decide } = await movements(NOW);
  const j = await journey();
  await j.to('intended');
  const { mother, father } = j.home;
  const ask = (participants: readonly string[]) => j.give('requestGoAndSee', { participants });
  await refused(t, ask([mother]), 'BOTH_SEXES_TAKE_PART');
  await refused(t, ask([mother, randomUUID()]), 'NOT_A_MEMBER');
  const { visit } = (await ask([mother, father])).events[0]!.data as { visit: string };
  t.same(await j.waits(), ['counsel', `visit:${visit}`]);
  const made = { visit, findings: [{ obstacleType: 'water', confirmed: true }], accompaniedBy: 'partner' };
  await refused(t, j.give('conductGoAndSee', made), 'VISIT_NOT_THERE_YET');
  await refused(t, j.give('approveGoAndSee', { visit: randomUUID(), permits: [letter], transport: 'own' }), 'VISIT_UNKNOWN');
  await refused(t, j.give('approveGoAndSee', { visit, permits: [], transport: 'own' }), 'INVALID_INPUT');
  await j.give('approveGoAndSee', { visit, permits: [letter], transport: 'provided' });
  await decide(HOME, 'declareClosed', { reasonCategory: 'military' });
  await refused(t, j.give('conductGoAndSee', made), 'AREA_CLOSED_TO_VISITS');
  await refused(t, ask([mother, father]), 'AREA_CLOSED_TO_VISITS');
  await decide(HOME, 'reopen');
  await j.give('conductGoAndSee', made);
  await refused(t, j.give('cancelGoAndSee', { visit, reason: 'family_wish' }), 'VISIT_NOT_THERE_YET');
  await j.give('completeGoAndSee', { visit, decisionAfter: 'go' });
  const other = (await ask([mother, father])).events[0]!.data as { visit: string };
  await j.give('cancelGoAndSee', { visit: other.visit, reason: 'permits' });
  t.same(await j.waits(), ['counsel']);
});

t.test('every adult is heard alone by somebody neutral, and may say no; a choice under pressure is none', async (t) => {
  const { journey, somebody, w, registrar, verifier } = await movements(NOW);
  const j = await journey();
  await j.to('counselled');
  const { asked, home } = j;
  const confirm = (change: object) => j.give('confirmVoluntariness', { ...asked, ...change });
  const with0 = (change: object) => [{ ...asked.interviews[0], ...change }, asked.interviews[1]];
  await refused(t, confirm({ interviews: asked.interviews.slice(1) }), 'MEMBER_NOT_ASKED');
  await refused(t, confirm({ minors: [...home.children, home.mother] }), 'NAMED_TWICE');
  await refused(t, confirm({ minors: [...home.children, randomUUID()] }), 'NOT_A_MEMBER');
  const grown = { interviews: asked.interviews.slice(1), minors: [...home.children, home.mother] };
  await refused(t, confirm(grown), 'ADULT_NOT_INTERVIEWED');
  await refused(t, confirm({ interviews: with0({ interviewer: 'security_actor' }) }), 'INTERVIEWER_NOT_NEUTRAL');
  await refused(t, confirm({ interviews: with0({ interviewer: 'camp_closure_officer' }) }), 'INTERVIEWER_NOT_NEUTRAL');
  await refused(t, confirm({ interviews: with0({ private: false }) }), 'INTERVIEW_NOT_PRIVATE');
  await refused(t, confirm({ statement: { ...asked.statement, rightToChangeMindTold: false } }), 'RIGHT_NOT_TOLD');
  await refused(t, confirm({ statement: { ...asked.statement, means: 'spoken_before_witness' } }), 'WITNESS_MISSING');
  const aged = await somebody('female', undefined);
  const joins = { person: aged, relation: 'grandparent', ground: 'moved_in', papers: 'pending' };
  await w.given('household', home.id, { type: 'HouseholdMemberAdded', data: joins, by: registrar });
  await refused(t, confirm({ minors: [...home.children, aged] }), 'ADULT_NOT_INTERVIEWED');
  await w.given('household', home.id, {
    type: 'HouseholdMemberRemoved',
    data: { person: aged, ground: 'moved_out', papers: 'pending' },
    by: registrar,
  });

  const pressed = await confirm({ soleReason: 'deadline' });
  t.match(pressed.events, [{ type: 'VoluntarinessNotConfirmed', data: { ground: 'deadline' } }]);
  t.same(await j.waits(), ['confirmVoluntariness', 'protectionFollowUp'], 'somebody sees whether the family is safe');
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, /deadline/);
  await refused(t, j.give('recordProtectionFollowUp', { outcome: 'visited' }), 'FORBIDDEN');
  await j.give('recordProtectionFollowUp', { outcome: 'visited, may stay' }, verifier);
  await refused(t, j.give('recordProtectionFollowUp', { outcome: 'visited' }, verifier), 'NO_ALERT_OPEN');
  t.match((await confirm({ interviews: with0({ willing: false }) })).events, [{ data: { ground: 'unwilling' } }]);
  const done = await confirm({});
  t.match(done.events, [{ type: 'VoluntarinessConfirmed', data: { validUntil: '2026-04-30' } }], 'it holds for 60 days');
});

t.test('checks open on a word in force and with consent; each clearance by letter, minors never', async (t) => {
  const { journey, w, when, receiver, headquarters } = await movements(NOW);
  const without = await journey({}, ['registration']);
  await without.to('voluntary');
  await refused(t, without.give('openChecks'), 'CONSENT_MISSING');
  const half = await journey({}, ['movement']);
  await half.to('checks');
  const [only] = await half.slots();
  await refused(t, half.give('requestClearance', { slot: only?.slot, letter }), 'CONSENT_MISSING');

  const rule = { key: 'movement.requiredActors', source: 'order 12' };
  const value = { IQG15: ['national_security_service', 'police'], '*': [] };
  await when(headquarters, 'rule', 'establish', undefined, { ...rule, value, effectiveFrom: '2026-01-01' });
  const j = await journey();
  await j.to('voluntary');
  await refused(t, j.give('requestClearance', { slot: randomUUID(), letter }), 'WRONG_STATE');
  await j.to('checks');
  await refused(t, j.give('openChecks'), 'CHECKS_ALREADY_OPEN');
  const slots = await j.slots();
  t.same(
    slots.map((one) => one.person),
    [j.home.mother, j.home.mother, j.home.father, j.home.father],
    'two actors in this governorate, and no child',
  );
  const slot = slots[0]?.slot;
  const answer = (outcome: object, change: object = {}) => j.give('recordClearance', { slot, letter, outcome, ...change });
  await refused(t, answer(granted), 'CLEARANCE_NOT_REQUESTED');
  await refused(t, j.give('requestClearance', { slot: randomUUID(), letter }), 'SLOT_UNKNOWN');
  await refused(t, j.give('requestClearance', { slot, letter: { ...letter, date: '2026-03-05' } }), 'LETTER_AHEAD');
  await refused(t, j.give('requestClearance', { slot }), 'INVALID_INPUT');
  await j.give('requestClearance', { slot, letter });
  const asked = (await w.cases.load(w.registry.byName('movement')!, j.id)).history.at(-1);
  t.same(movementFollowUps(asked as never), [], 'where no restricted store is set up, nothing waits for one');
  t.equal((await j.slots())[0]?.byLetter, true);
  await refused(t, j.give('requestClearance', { slot, letter }), 'NOTHING_TO_REQUEST');
  await refused(t, answer({ is: 'refused', reasonCategory: 'relatives' }), 'INVALID_INPUT');
  await refused(t, answer({ is: 'granted', validUntil: '2026-02-01' }), 'CLEARANCE_RUN_OUT');
  await refused(t, j.give('revokeClearance', { slot, letter }), 'NOTHING_TO_REVOKE');
  await answer({ is: 'refused', reasonCategory: 'name_similarity' });
  t.match((await j.give('requestClearance', { slot, letter })).events, [{ data: { ground: 'review' } }], 'a refusal is reviewed');
  t.match((await answer(granted)).events, [{ type: 'ClearanceGranted', data: { validUntil: '2026-05-30' } }]);
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, /national_security|name_similarity|9\/9/, 'actor, reason and letter are sealed');
  const revoked = await j.give('revokeClearance', { slot, letter });
  t.match(revoked.events, [{ type: 'ClearanceRevoked' }, { type: 'MovementPutOnHold', data: { cause: 'clearance' } }]);
  t.equal((await j.state()).status, 'on_hold');
  await refused(t, when(receiver, 'movement', 'openChecks', j.id, {}), 'NOT_FOUND');
});

t.test(
  'without the consent of the family nobody goes on asking security actors, and with another one they are asked again',
  async (t) => {
    const { journey, when, w, registrar } = await movements();
    const j = await journey();
    await j.to('checks');
    const [slot, other] = (await j.slots()).map((one) => one.slot);
    await j.give('requestClearance', { slot, letter });
    const consent = (await j.familyNow()).consents[0]?.id;
    const again = { scopes: ['clearance'], recipients: [], fields: [], givenBy: j.home.mother, means: 'thumbprint' };
    const told = { ...again, language: 'ar', explainedBy: 'officer' };
    const ofFamily = (command: string, input: object) => when(registrar, 'household', command, j.home.id, input);
    t.same((await j.give('withdrawRequests', {}, 'consents')).events, [], 'while it stands');
    await ofFamily('withdrawConsent', { consent, by: j.home.father });
    const withdrawn = await j.give('withdrawRequests', {}, 'consents');
    t.match(withdrawn.events, [{ type: 'ClearanceRequestWithdrawn', data: { slots: [{ slot, person: j.home.mother }] } }]);
    const waiting = [slot, other].map((one) => `requestClearance:${one}`);
    t.same((await j.waits()).filter((one) => one.includes('learance')).sort(), waiting.sort(), 'the branch is to act');
    t.same((await j.give('withdrawRequests', {}, 'consents')).events, [], 'once');
    await refused(t, j.give('recordClearance', { slot, letter, outcome: granted }), 'CLEARANCE_NOT_REQUESTED');
    await refused(t, j.give('requestClearance', { slot, letter }), 'CONSENT_MISSING');
    await ofFamily('giveConsent', told);
    await j.give('requestClearance', { slot, letter });
    t.same((await j.give('withdrawRequests', {}, 'consents')).events, [], 'another one stands');

    const { history } = await w.cases.load(w.registry.byName('movement')!, j.id);
    const event = history.find((one) => one.type === 'ClearanceRequestWithdrawn')!;
    const actor = 'national_security_service';
    const asCase = { ...event, data: { slots: [{ slot, person: j.home.mother, actor }] } };
    const asks = { movement: j.id, slot };
    t.same(movementFollowUps(event as never), [], 'by letter alone');
    t.match(movementFollowUps(asCase as never), [
      { process: 'clearance', command: 'withdrawRequest', input: { person: j.home.mother, actor, purpose: 'return', asks } },
    ]);
  },
);

t.test('what had run out already when it is entered is refused at entry, and what still holds is taken late', async (t) => {
  const { journey, w, registrar, verifier, receiver } = await movements('2026-06-01T08:00:00.000Z');
  const told = (occurredAt: string) => ({ record: { occurredAt: `${occurredAt}T08:00:00.000Z` } });
  const j = await journey();
  await j.to('counselled');
  await refused(t, j.give('confirmVoluntariness', j.asked, registrar, told('2026-04-01')), 'VOLUNTARINESS_RUN_OUT');
  const { events } = await j.give('confirmVoluntariness', j.asked, registrar, told('2026-05-20'));
  t.match(events, [{ type: 'VoluntarinessConfirmed', data: { validUntil: '2026-07-19' } }]);
  await j.to('checks');
  const [slot] = await j.slots();
  await j.give('requestClearance', { slot: slot?.slot, letter });
  // The answer came by letter when it still held; it does not any more.
  const answer = { slot: slot?.slot, letter, outcome: { is: 'granted', validUntil: '2026-05-15' } };
  await refused(t, j.give('recordClearance', answer, registrar, told('2026-05-01')), 'CLEARANCE_RUN_OUT');
  await refused(t, j.give('recordClearance', { ...answer, outcome: { is: 'granted' } }), 'CLEARANCE_RUN_OUT');
  const { mother: person } = j.home;
  await refused(t, j.give('assessFitness', { person, result: 'fit' }, registrar, told('2026-05-10')), 'FITNESS_RUN_OUT');
  t.equal(
    (await j.give('assessFitness', { person, result: 'temporarily_unfit' }, registrar, told('2026-05-10'))).events.length,
    1,
  );
  const next = await journey();
  await next.to('cleared');
  const approval = { receivingBranch: receiver.post.office, letter };
  w.at('2026-06-12T08:00:00.000Z');
  await refused(t, next.give('approve', approval, verifier, told('2026-05-20')), 'LETTER_RUN_OUT');

  // Out of a paper file, with its letter, it is history.
  const paper = { occurredAt: '2026-04-01T08:00:00.000Z', channel: 'paper_backlog' } as const;
  const old = await journey();
  await old.to('counselled');
  await refused(t, old.give('confirmVoluntariness', old.asked, registrar, { record: paper }), 'VOLUNTARINESS_RUN_OUT');
  const late = await old.give('confirmVoluntariness', old.asked, registrar, { record: { ...paper, letterRef: letter } });
  t.match(late.events, [{ type: 'VoluntarinessConfirmed', data: { validUntil: '2026-05-31' } }]);
});

t.test('a movement is cleared only when every safeguard holds', async (t) => {
  const { journey, decide, somebody, w, registrar, verifier } = await movements(NOW);
  const j = await journey();
  await j.to('checks');
  const { mother, father, children } = j.home;
  const clear = (code: string) => refused(t, j.give('clear'), code);
  const waive = (check: string, of?: string, by: Person = verifier) =>
    j.give('waiveCheck', { check, ...(of === undefined ? {} : { of }), reason: 'documented in the file' }, by);
  await clear('CLEARANCE_OPEN');
  await refused(t, waive('clearance', (await j.slots())[0]?.slot, registrar), 'FORBIDDEN');
  await refused(t, waive('clearance', randomUUID()), 'NOTHING_TO_WAIVE');
  for (const { slot } of await j.slots()) await waive('clearance', slot);
  await clear('FITNESS_OPEN');
  await refused(t, j.give('assessFitness', { person: randomUUID(), result: 'fit' }), 'NOT_A_TRAVELLER');
  await refused(t, j.give('assessFitness', { person: mother, result: 'fit_with_conditions' }), 'TRAVEL_CONDITIONS_MISSING');
  await j.give('assessFitness', { person: mother, result: 'fit_with_conditions', conditions: ['seat'], medicineDays: 30 });
  await j.give('assessFitness', { person: father, result: 'temporarily_unfit' });
  for (const one of children) await j.give('assessFitness', { person: one, result: 'fit' });
  await clear('FITNESS_OPEN');
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, /temporarily_unfit|"medicineDays":30/);
  await waive('medical', father);
  await clear('HAZARD_INFORMATION_MISSING');
  await j.give('giveHazardInformation', { accessibility: 'do_not_facilitate' });
  await clear('NOT_FACILITATED');
  await j.give('giveHazardInformation', { accessibility: 'inform_and_warn' });
  await clear('SHELTER_UNKNOWN');
  await waive('destination');
  await refused(t, waive('medical', randomUUID()), 'NOTHING_TO_WAIVE');
  await refused(t, j.give('recordDocumentsPlan', { children: [mother], planned: true }), 'NOT_A_MINOR_TRAVELLER');
  await j.give('recordDocumentsPlan', { children: [children[0]], planned: true });
  await decide('IQG15', 'suspend', suspension);
  await clear('AREA_SHUT');
  await decide('IQG15', 'resume');
  await decide(DISTRICT, 'makeConditional', { conditions: ['security_clearance', 'escorted_travel'] });
  await refused(t, j.give('recordAreaConditions', { conditions: ['sponsorship'] }), 'CONDITION_NOT_ASKED');
  await j.give('recordAreaConditions', { conditions: ['security_clearance'] });
  await clear('AREA_CONDITIONS_NOT_MET');
  await j.give('recordAreaConditions', { conditions: ['security_clearance', 'escorted_travel'] });
  const newborn = await somebody('female', '2026-02-01');
  const joins = { person: newborn, relation: 'daughter', ground: 'birth', papers: 'pending' };
  await w.given('household', j.home.id, { type: 'HouseholdMemberAdded', data: joins, by: registrar });
  await clear('MEMBER_NOT_ASKED');
  await j.give('confirmVoluntariness', { ...j.asked, minors: [...children, newborn] });
  t.match((await j.give('openChecks')).events, [{ data: { clearances: [], medical: [newborn] } }], 'only what is new');
  await j.give('assessFitness', { person: newborn, result: 'fit' });
  t.match((await j.give('clear')).events, [{ type: 'MovementCleared', data: { warnings: [] } }]);
  w.at('2026-06-01T08:00:00.000Z');
  await refused(t, j.give('approve', j.approval, verifier), 'VOLUNTARINESS_NOT_IN_FORCE');
});

t.test('the departure is decided by a second officer, with a letter, for a branch that exists', async (t) => {
  const { journey, verifier, registrar, receiver, w } = await movements(NOW);
  const j = await journey();
  await j.to('cleared');
  const approve = (by: Person, change: object = {}, extra: object = {}) =>
    j.give('approve', { ...j.approval, ...change }, by, extra);
  await refused(t, approve(registrar), 'FORBIDDEN');
  await refused(t, approve({ ...verifier, id: registrar.id }), 'FOUR_EYES');
  await refused(t, j.give('refuseDeparture', refusal, { ...verifier, id: registrar.id }), 'FOUR_EYES');
  await refused(t, approve(verifier, { receivingBranch: randomUUID() }), 'RECEIVING_BRANCH_UNKNOWN');
  await refused(t, approve(verifier, { letter: undefined }), 'INVALID_INPUT');
  await refused(t, approve(verifier, {}, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  await refused(t, j.give('withdraw', {}, receiver), 'NOT_FOUND');
  const done = await approve(verifier);
  t.match(done.events, [{ type: 'DepartureApproved', data: { validTo: '2026-03-16', pathway: 'return', again: false } }]);
  const other = await journey();
  await other.to('cleared');
  await w.given('household', other.home.id, {
    type: 'HouseholdDepartureBegun',
    data: { movement: randomUUID() },
    by: registrar,
  });
  await refused(t, other.give('approve', other.approval, verifier), 'HOUSEHOLD_NOT_DISPLACED');
  await other.give('refuseDeparture', refusal, verifier);
  t.equal((await other.state()).status, 'refused');
  const wrong = { reason: 'the review found it wrong' };
  await refused(t, other.give('reopen', wrong, verifier), 'SECOND_OFFICER_NEEDED');
  const reopened = await other.give('reopen', wrong, colleague(verifier));
  t.equal(reopened.record.status, 'checks_in_progress');

  const undecided = await journey({ pathway: 'undecided' });
  await undecided.to('cleared');
  await refused(t, undecided.give('approve', undecided.approval, verifier), 'PATHWAY_UNDECIDED');
});

const refusal = { reasonCode: 'safeguard_missing', reviewRoute: 'head_of_branch' };

t.test('every traveller has a seat, every minor an escort, and no vehicle more than its seats', async (t) => {
  const { journey, when, registrar, w } = await movements(NOW);
  const j = await journey();
  await j.to('approved');
  const small = await j.plannedConvoy(3);
  const bus = await j.plannedConvoy(5);
  const late = await j.plannedConvoy(20, '2026-04-20');
  const book = (on: typeof bus, change: object = {}) => j.give('addToManifest', { ...j.booking(on), ...change });
  const { seats, escorts } = j.booking(bus);
  await refused(t, book(bus, { seats: seats.slice(1) }), 'MANIFEST_INCOMPLETE');
  await refused(t, book(bus, { seats: seats.map((one) => ({ ...one, seat: 1 })) }), 'SEAT_TWICE');
  await refused(t, book(bus, { escorts: escorts.slice(1) }), 'ESCORT_MISSING');
  await refused(t, book(bus, { escorts: escorts.map((one) => ({ ...one, escort: one.minor })) }), 'ESCORT_MISSING');
  await refused(t, book(small), 'VEHICLE_FULL');
  await refused(t, book({ ...bus, vehicle: randomUUID() }), 'VEHICLE_UNKNOWN');
  await refused(t, book({ ...bus, convoy: randomUUID() }), 'CONVOY_NOT_OPEN');
  await refused(t, book(late), 'LETTER_ENDS_BEFORE');
  await book(bus);
  t.match((await w.cases.glance(`convoy-${bus.convoy}`)).state, { households: [{ movement: j.id, persons: 4 }] });
  await refused(t, book(bus), 'ALREADY_ON_THIS_CONVOY');
  const wide = await j.plannedConvoy(20);
  await book(wide);
  t.match((await w.cases.glance(`convoy-${bus.convoy}`)).state, { households: [] }, 'the seats before are free again');

  const other = await journey();
  await other.to('approved');
  await when('a race', 'convoy', 'listHousehold', bus.convoy, { movement: randomUUID(), vehicle: bus.vehicle, persons: 2 });
  await w.given('movement', other.id, {
    type: 'HouseholdManifested',
    data: { ...other.booking(bus), date: '2026-03-01', persons: 4 },
    by: registrar,
  });
  const turned = await when('a race', 'convoy', 'listHousehold', bus.convoy, {
    movement: other.id,
    vehicle: bus.vehicle,
    persons: 4,
  });
  t.match(turned.events, [{ type: 'ConvoyHouseholdTurnedAway', data: { reason: 'convoy_full' } }]);
  t.equal((await other.state()).status, 'approved', 'the convoy alone decides who fits');
  await when(registrar, 'convoy', 'cancel', wide.convoy, { reason: 'weather' });
  t.match(await j.state(), { status: 'approved', manifest: undefined });
  await refused(t, book(wide), 'CONVOY_NOT_OPEN');
});

t.test('a convoy departs with who is listed, on its day, with the checkpoints told', async (t) => {
  const { journey, when, registrar, w } = await movements(NOW);
  const j = await journey();
  await j.to('approved');
  const past = { date: '2026-02-01', from: 'IQG09', to: HOME, route: [], focalOffice: randomUUID() };
  const vehicles = [{ kind: 'bus', seats: 9 }];
  await refused(t, when(registrar, 'convoy', 'plan', undefined, { ...past, vehicles }), 'DATE_PASSED');
  const on = await j.plannedConvoy(20, '2026-03-02');
  const lead = (command: string, input: object = {}) => when(registrar, 'convoy', command, on.convoy, input);
  await refused(t, lead('depart'), 'BEFORE_ITS_DATE');
  await lead('addVehicle', { kind: 'luggage_truck', seats: 0 });
  await refused(t, j.give('addToManifest', { ...j.booking(on), seats: [] }), 'INVALID_INPUT');
  w.at('2026-03-02T08:00:00.000Z');
  await refused(t, lead('depart'), 'NOBODY_LISTED');
  await j.give('addToManifest', j.booking(on));
  await refused(t, lead('depart'), 'CHECKPOINTS_NOT_NOTIFIED');
  await lead('notifyCheckpoint', { area: 'IQG15', letterRef: letter });
  await refused(t, lead('notifyCheckpoint', { area: 'IQG15' }), 'ALREADY_NOTIFIED');
  const left = await lead('depart');
  t.match(left.events, [{ type: 'ConvoyDeparted', data: { households: [j.id], persons: 4, checkpointsNotified: ['IQG15'] } }]);
  const late = await when('a reactor', 'convoy', 'listHousehold', on.convoy, {
    ...{ movement: j.id, vehicle: on.vehicle, persons: 4 },
  });
  t.match(late.events, [{ type: 'ConvoyHouseholdTurnedAway', data: { reason: 'convoy_left' } }]);
  const handing = { area: 'IQG15', to: 'federal_authorities' };
  const krg = someone('krgOffice', { governorate: 'IQG15' });
  await when(krg, 'convoy', 'handOver', on.convoy, handing);
  await refused(t, when(someone('localAuthority'), 'convoy', 'handOver', on.convoy, handing), 'NOT_FOUND');
  t.equal((await lead('reportArrival', { area: HOME })).record.status, 'arrived');
});

t.test('at the gate heads are counted and every adult is asked once more; a no is enough', async (t) => {
  const { journey, decide } = await movements(NOW);
  const j = await journey();
  await j.to('manifested');
  const { mother, father, members } = j.home;
  const depart = (change: object) => j.give('depart', { ...j.atGate, ...change });
  await refused(t, depart({ present: members.slice(1) }), 'HEAD_COUNT_DIFFERS');
  await refused(t, depart({ asked: [{ person: mother, yes: true }] }), 'ADULT_NOT_ASKED_AGAIN');
  await decide(HOME, 'suspend', suspension);
  await refused(t, depart({}), 'AREA_SHUT');
  await decide(HOME, 'resume');
  const asked = [
    { person: mother, yes: true },
    { person: father, yes: false },
  ];
  const declined = await depart({ asked });
  t.match(declined.events, [{ type: 'DepartureDeclinedAtGate' }]);
  t.match(await j.state(), { status: 'counselled', departing: false, voluntariness: undefined });
  t.equal((await j.familyNow()).status, 'displaced');
  await refused(t, j.give('reportArrival', { area: HOME }), 'WRONG_STATE');
});

t.test('who does not appear keeps the place for two days; then the seats are given back', async (t) => {
  const { journey, w } = await movements(NOW);
  const j = await journey();
  await j.to('approved');
  await j.give('addToManifest', j.booking(await j.plannedConvoy(9, '2026-03-03')));
  await refused(t, j.give('recordNoShow'), 'CONVOY_NOT_DUE');
  w.at('2026-03-03T08:00:00.000Z');
  await j.give('recordNoShow');
  t.same((await j.give('releaseNoShow', {}, 'deadlines')).events, [], 'not yet');
  w.at('2026-03-05T22:00:00.000Z');
  t.match((await j.give('releaseNoShow', {}, 'deadlines')).events, [{ type: 'DepartureNoShowReleased' }]);
  t.match(await j.state(), { status: 'cleared_to_depart', departing: false });
  t.equal((await j.familyNow()).status, 'displaced');
});

t.test('a family turned back is displaced again, seen to, and counselled anew; by whom is sealed', async (t) => {
  const { journey, w } = await movements(NOW);
  const j = await journey();
  await j.to('departed');
  await j.give('reportTurnedBack', { place: 'the bridge', actorType: 'checkpoint', reasonCode: 'threat', safeNow: false });
  t.same(await j.waits(), ['counsel', 'protectionFollowUp']);
  t.equal((await j.familyNow()).status, 'displaced');
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, /the bridge|"checkpoint"/);
  await j.give('counsel', { topics: ['risks', 'alternatives', 'entitlements'], language: 'ar' });
  t.equal((await j.state()).status, 'counselled');
});

t.test('an arrival takes two sources: the receiving side and the family, told to different people', async (t) => {
  const { journey, receiver, caller, registrar } = await movements(NOW);
  const j = await journey();
  await j.to('departed');
  const branch = { by: 'receiving_branch', method: 'visit' };
  await refused(t, j.give('confirmArrival', branch, receiver), 'WRONG_STATE');
  await j.give('reportArrival', { area: HOME }, receiver);
  await refused(t, j.give('confirmArrival', branch), 'NOT_THE_RECEIVING_SIDE');
  await refused(t, j.give('confirmArrival', { ...j.word, member: j.home.children[0] }, caller), 'NOT_AN_ADULT_TRAVELLER');
  const mukhtar = someone('localAuthority');
  const first = await j.give('confirmArrival', branch, mukhtar);
  t.match(first.events, [{ type: 'ArrivalConfirmationRecorded' }]);
  t.equal((await j.state()).status, 'arrived', 'one source is none');
  await refused(t, j.give('confirmArrival', branch, receiver), 'ALREADY_CONFIRMED');
  await refused(t, j.give('confirmArrival', j.word, { ...caller, id: mukhtar.id }), 'TWO_SOURCES_NEEDED');
  const standingIn = { record: { onBehalfOf: mukhtar.id } };
  await refused(t, j.give('confirmArrival', j.word, caller, standingIn), 'TWO_SOURCES_NEEDED');
  const second = await j.give('confirmArrival', j.word, registrar);
  t.match(second.events.slice(0, 2), [
    { type: 'ArrivalConfirmationRecorded' },
    { type: 'ArrivalConfirmed', data: { confirmations: [{ by: 'receiving_branch' }, { by: 'household', method: 'call' }] } },
  ]);
  const elsewhere = someone('localAuthority', { governorate: 'IQG01' });
  await refused(t, j.give('confirmArrival', branch, elsewhere), 'NOT_FOUND');
});

t.test('rounds are held, missed or late; only a last one without high risk makes a movement sustained', async (t) => {
  const { journey, w, receiver, receiverHead } = await movements(NOW);
  const j = await journey();
  await j.to('confirmed');
  const hold = (round: number, riskLevel = 'low', change: object = {}) =>
    j.give('recordMonitoringRound', { round, toolVersion: 'm1', riskLevel, actions: ['none'], ...change }, receiver);
  await refused(t, hold(9), 'ROUND_UNKNOWN');
  await refused(t, hold(2), 'ROUND_TOO_EARLY');
  await refused(t, j.give('declareSustained', {}, receiverHead), 'WRONG_STATE');
  w.at('2026-03-15T08:00:00.000Z');
  await refused(t, hold(1, 'high'), 'RISKS_NOT_NAMED');
  const risky = await hold(1, 'high', { risks: ['no_income'] });
  t.match(risky.events, [{ type: 'MonitoringRoundCompleted' }, { type: 'ReturnAtRiskFlagged', data: { round: 1 } }]);
  await refused(t, hold(1), 'ROUND_HELD');
  w.at('2026-04-20T08:00:00.000Z');
  const missed = await j.give('missRounds', {}, 'deadlines');
  t.match(missed.events, [{ type: 'MonitoringRoundMissed', data: { round: 2, due: '2026-04-01' } }]);
  t.same((await j.give('missRounds', {}, 'deadlines')).events, [], 'once');
  await hold(2, 'high', { risks: ['no_shelter'] });
  w.at('2027-03-01T08:00:00.000Z');
  await refused(t, j.give('declareSustained', {}, receiverHead), 'LAST_ROUND_NOT_HELD');
  await hold(3, 'low');
  await hold(4, 'low');
  await hold(5, 'high', { risks: ['insecurity'] });
  await refused(t, j.give('declareSustained', {}, receiverHead), 'RISK_STILL_HIGH');
  const k = await journey({}, ['movement', 'clearance']);
  w.at('2027-03-01T08:00:00.000Z');
  await k.to('confirmed');
  w.at('2027-03-15T08:00:00.000Z');
  const unasked = { round: 1, toolVersion: 'm1', riskLevel: 'low', actions: [] };
  await refused(t, k.give('recordMonitoringRound', unasked, receiver), 'CONSENT_MISSING');
  t.same(roundsFrom('2026-01-31', [{ months: 1 }, { days: 14 }, { months: 12 }]), ['2026-02-28', '2026-02-14', '2027-01-31']);
});

t.test('a movement without high risk in its last round is sustained, by who decides', async (t) => {
  const { journey, w, receiver, receiverHead } = await movements(NOW);
  const j = await journey();
  await j.to('confirmed');
  w.at('2027-03-01T08:00:00.000Z');
  const held = { round: 5, toolVersion: 'm1', riskLevel: 'low', actions: [] };
  await j.give('recordMonitoringRound', held, receiver);
  await refused(t, j.give('declareSustained', {}, receiver), 'FORBIDDEN');
  t.match((await j.give('declareSustained', {}, receiverHead)).events, [{ type: 'MovementSustained', data: { round: 5 } }]);
});

t.test('a return that fails keeps that it was reached, and opens the file again', async (t) => {
  const { journey, w, receiver, receiverHead } = await movements(NOW);
  const j = await journey();
  await j.to('confirmed');
  w.at('2026-03-10T08:00:00.000Z');
  const fail = (change: object = {}, by: Person = receiverHead) => j.give('declareFailed', { ...failure, ...change }, by);
  await refused(t, fail({}, receiver), 'FORBIDDEN');
  await refused(t, fail({ leftOn: '2026-03-11' }), 'DAY_AHEAD');
  await refused(t, fail({ leftOn: '2026-02-11' }), 'LEFT_BEFORE_ARRIVING');
  await refused(t, fail({ causes: [] }), 'INVALID_INPUT');
  const failed = await fail();
  t.match(failed.events, [
    { type: 'ReturnFailed', data: { confirmed: true } },
    { type: 'SecondaryDisplacementRecorded', data: { fromArea: HOME, toArea: 'IQG09' } },
  ]);
  t.match(await j.familyNow(), { status: 'secondary_displaced', achieved: { pathway: 'return' } });
  t.match(await j.state(), { confirmedAt: NOW, failedAt: '2026-03-10T08:00:00.000Z' });
  const bytes = Buffer.concat((await w.log.read(`movement-${j.id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notMatch(bytes, /no_shelter/);
  const unconfirmed = await journey();
  await unconfirmed.to('arrived');
  await unconfirmed.give('declareFailed', { ...failure, leftOn: '2026-03-10' }, receiverHead);
  t.equal((await unconfirmed.familyNow()).status, 'displaced', 'never counted as returned');
});

t.test('a family that settles where it is is approved and confirmed without a convoy', async (t) => {
  const { journey } = await movements(NOW);
  const j = await journey({ pathway: 'local_integration', area: 'IQG09' });
  await j.to('checks');
  t.same((await j.kinds()).includes('assessFitness'), false);
  await j.to('approved');
  t.equal((await j.familyNow()).status, 'displaced', 'nobody departs');
  t.same(await j.waits(), ['reportSettled']);
  await refused(t, j.give('addToManifest', j.booking(await j.plannedConvoy())), 'NO_TRAVEL_FOR_INTEGRATION');
  const other = await (await movements(NOW)).journey();
  await other.to('approved');
  await refused(t, other.give('reportArrival', { area: HOME }), 'NOT_DEPARTED');
});

t.test('any number of causes hold a movement, each is settled by itself, and it goes on where it was', async (t) => {
  const { journey, decide, verifier, registrar } = await movements(NOW);
  const j = await journey();
  await j.to('checks');
  const hold = (cause: string, by: Person = verifier) => j.give('putOnHold', { cause }, by);
  const resume = (cause: string, change: object = {}) => j.give('resume', { cause, ...change }, verifier);
  await refused(t, hold('incident', registrar), 'FORBIDDEN');
  await decide(DISTRICT, 'suspend', suspension);
  t.match((await hold('area')).events, [{ data: { cause: 'area', areaStatus: 'suspended' } }]);
  await hold('incident');
  t.same((await hold('incident')).events, [], 'once');
  t.same(await j.waits(), ['hold:area', 'hold:incident']);
  await refused(t, resume('medical'), 'NOT_HELD_FOR_THIS');
  await refused(t, resume('area'), 'AREA_SHUT');
  await refused(t, resume('area', { outsideGroup: true }), 'SUSPENDED_FOR_ALL');
  await resume('incident');
  t.equal((await j.state()).status, 'on_hold');
  const [slot] = await j.slots();
  await j.give('requestClearance', { slot: slot?.slot, letter });
  await decide(DISTRICT, 'resume');
  await resume('area');
  t.equal((await j.state()).status, 'checks_in_progress');
  await refused(t, j.give('confirmVoluntariness', { ...j.asked, minors: [] }), 'MEMBER_NOT_ASKED');

  await decide(DISTRICT, 'suspend', { ...suspension, scope: 'group' });
  await hold('area');
  await refused(t, resume('area'), 'AREA_SHUT');
  await resume('area', { outsideGroup: true });
  t.equal((await j.state()).status, 'checks_in_progress', 'the suspension is about others');

  const early = await journey();
  await early.give('putOnHold', { cause: 'incident' }, verifier);
  await refused(t, early.give('confirmVoluntariness', early.asked), 'NOT_AT_THIS_STAGE');
  await refused(t, early.give('giveHazardInformation', { accessibility: 'clear_information' }), 'CHECKS_NOT_OPEN');
  await refused(t, early.give('requestClearance', { slot: randomUUID(), letter }), 'CHECKS_NOT_OPEN');
});

t.test('the family withdraws at any time before it leaves, without a reason, also on hold', async (t) => {
  const { journey, verifier, w } = await movements(NOW);
  for (const step of [
    'informed',
    'intended',
    'counselled',
    'voluntary',
    'checks',
    'cleared',
    'approved',
    'manifested',
  ] as const) {
    const j = await journey();
    await j.to(step);
    const convoy = (await j.state()).manifest?.convoy;
    if (step !== 'manifested') await j.give('putOnHold', { cause: 'incident' }, verifier);
    t.match((await j.give('withdraw')).record, { status: 'withdrawn', waits: [] }, step);
    t.equal((await j.familyNow()).status, 'displaced', step);
    if (convoy) t.match((await w.cases.glance(`convoy-${convoy}`)).state, { households: [] });
  }
  const gone = await journey();
  await gone.to('departed');
  await refused(t, gone.give('withdraw'), 'WRONG_STATE');
});

t.test('what runs out is waited for again, and nothing before it is overwritten', async (t) => {
  const { journey, w, verifier } = await movements(NOW);
  const expire = (j: Awaited<ReturnType<typeof journey>>) => j.give('expire', {}, 'deadlines');
  const early = await journey();
  await early.to('voluntary');
  const running = await journey();
  await running.to('checks');
  await running.clearances('2026-04-01');
  const ready = await journey();
  await ready.to('approved');
  t.same((await expire(ready)).events, [], 'nothing has run out yet');
  w.at('2026-03-18T08:00:00.000Z');
  t.match((await expire(ready)).events, [{ type: 'FitToTravelExpired' }, { type: 'DepartureApprovalLapsed' }]);
  t.equal((await ready.state()).status, 'checks_in_progress');
  t.equal((await ready.familyNow()).status, 'departing', 'approved again it does not begin again');
  await ready.fitness();
  await ready.give('clear');
  t.match((await ready.give('approve', { ...ready.approval, letter: letterOf('dep-2') }, verifier)).events, [
    { type: 'DepartureApproved', data: { again: true } },
  ]);
  w.at('2026-04-02T08:00:00.000Z');
  t.match((await expire(running)).events, [{ type: 'ClearanceExpired' }]);
  t.same((await running.kinds()).filter((one) => one === 'requestClearance').length, 2, 'each clearance waits again');
  const [slot] = await running.slots();
  const renewed = await running.give('requestClearance', { slot: slot?.slot, letter });
  t.match(renewed.events, [{ data: { ground: 'renewal' } }]);
  w.at('2026-05-01T08:00:00.000Z');
  await expire(early);
  t.same(await early.waits(), ['confirmVoluntariness']);
  await refused(t, early.give('openChecks'), 'WRONG_STATE');
  await expire(running);
  t.match(await running.state(), { status: 'checks_in_progress', voluntariness: undefined });
  t.ok((await running.waits()).includes('confirmVoluntariness'));
  const before = await w.cases.load(w.registry.byName('movement')!, running.id);
  t.equal(before.history.filter((one) => one.type === 'ClearanceGranted').length, 2, 'what was granted stays told');
  const late = await journey();
  await late.to('voluntary');
  w.at('2026-07-05T08:00:00.000Z');
  await refused(t, late.give('openChecks'), 'VOLUNTARINESS_NOT_IN_FORCE');
});

t.test('timers stand where something runs out, seats are kept, or a round is due', async (t) => {
  const { journey, w } = await movements(NOW);
  const process = w.registry.byName('movement')!;
  const timers = async (j: Awaited<ReturnType<typeof journey>>) => process.timers?.(await j.state()) ?? [];
  const j = await journey();
  await j.to('approved');
  const commands = new Set((await timers(j)).map((one) => one.command));
  t.same([...commands], ['expire']);
  t.match((await timers(j))[0], { key: 'voluntariness', at: '2026-04-30T21:00:00.000Z' });
  await j.to('confirmed');
  t.same(
    (await timers(j)).map((one) => one.key),
    ['round:1', 'round:2', 'round:3', 'round:4', 'round:5'],
  );
});

t.test('who has no part in a movement does not learn of it; clearance operators never', async (t) => {
  const { journey, w, when } = await movements(NOW);
  const j = await journey();
  await j.to('intended');
  for (const role of [
    'counterExtremism',
    'securityActor',
    'planning',
    'returnsCoordinator',
    'legalDepartment',
    'governorate',
  ] as const) {
    await refused(t, when(someone(role, { governorate: 'IQG15' }), 'movement', 'withdraw', j.id, {}), 'NOT_FOUND');
  }
  await refused(t, when(someone('registrar'), 'movement', 'withdraw', j.id, {}), 'NOT_FOUND');
  const partner = someone('partnerCaseworker');
  const home = await (await movements(NOW)).family();
  await refused(
    t,
    w.when(partner, 'movement', 'giveInformation', undefined, { household: home.id, topics: ['rights'], language: 'ar' }),
    'HOUSEHOLD_UNKNOWN',
  );
});
