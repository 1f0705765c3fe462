import { randomUUID } from 'node:crypto';
import t from 'tap';
import { holdsOn } from '../../src/domain/household/index.ts';
import { circularMovement } from '../../src/domain/household/policy.ts';
import { ACTIVE, type HouseholdState } from '../../src/domain/household/state.ts';
import { families, letter } from '../support/families.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

const on = (date: string) => ({ date, precision: 'day' });
const seen = (kind: 'camp' | 'origin' | 'third', observedOn: string, observer = 'camp_management') => ({
  area: 'IQG15Q07N03',
  kind,
  observedOn,
  observer,
  confidence: 'medium',
});
const reported = (observer = 'local_authority', extra: object = {}) => ({
  area: 'IQG15Q07N03',
  observation: { observer, observedOn: '2026-02-20', ...extra },
});
const returning = { pathway: 'return', area: 'IQG15Q07N03', basis: 'arrival_confirmed' };

/** A registered family with one way to give its commands. */
async function family() {
  const all = await families();
  const home = await all.registered();
  const give = (command: string, input: object, extra: object = {}, by = all.registrar) =>
    all.when(by, 'household', command, home.id, input, extra);
  const verify = (command: string, input: object, extra: object = {}) => give(command, input, extra, all.verifier);
  const state = async () => (await all.familyOf(home.id)).state;
  /** The family in this status, by events. */
  const inStatus = async (status: (typeof ACTIVE)[number] | 'file_closed') => {
    const by = all.registrar;
    if (status === 'departing')
      await all.w.given('household', home.id, { type: 'HouseholdDepartureBegun', data: { movement: randomUUID() }, by });
    if (status === 'returned_unverified') await give('reportUnregisteredReturn', reported());
    if (status === 'returned' || status === 'file_closed') await verify('confirmPathway', returning, letter);
    if (status === 'locally_integrated')
      await verify('confirmPathway', { pathway: 'local_integration', area: 'IQG15Q02', basis: 'integration_approved' }, letter);
    if (status === 'relocated')
      await verify('confirmPathway', { pathway: 'relocation', area: 'IQG13', basis: 'relocation_approved' }, letter);
    if (status === 'file_closed') await give('closeFile', closing(home.mother));
    if (status === 'secondary_displaced') {
      await verify('confirmPathway', returning, letter);
      await give('reopenFile', { ground: 'failed_return' }, letter);
    }
  };
  return { ...all, ...home, give, verify, state, inStatus };
}

const closing = (by: string) => ({ reason: 'solution_reached', word: { how: 'asked', by, on: '2026-03-01' } });

t.test('members join and leave with a life event; a paper still to come never blocks', async (t) => {
  const { give, state, adult, daughters, mother, personOf, id, registered } = await family();
  const husband = await adult(undefined, { sex: 'male' });
  const joins = { person: husband, relation: 'spouse', ground: 'reunification' };
  await refused(t, give('addMember', { ...joins, papers: 'seen' }), 'EVIDENCE_MISSING');
  await refused(t, give('addMember', { ...joins, papers: 'pending', on: '2026-05-01' }), 'DATE_IN_THE_FUTURE');
  await refused(t, give('addMember', { ...joins, person: randomUUID(), papers: 'pending' }), 'PERSON_UNKNOWN');
  await refused(t, give('addMember', { ...joins, ground: 'divorce', papers: 'pending' }), 'INVALID_INPUT');
  t.match((await give('addMember', { ...joins, papers: 'seen' }, letter)).events, [{ type: 'HouseholdMemberAdded' }]);
  await refused(t, give('addMember', { ...joins, papers: 'pending' }), 'ALREADY_A_MEMBER');
  const others = await registered();
  await refused(t, give('addMember', { ...joins, person: others.daughters[0], papers: 'pending' }), 'IN_ANOTHER_HOUSEHOLD');
  await give('correctMember', { person: husband, relation: 'other_relative', reason: 'brother of the head' });
  t.equal((await state()).members.find((one) => one.person === husband)?.relation, 'other_relative');
  await refused(t, give('correctMember', { person: randomUUID(), relation: 'son', reason: 'a mistake' }), 'NOT_A_MEMBER');
  const leaves = { person: daughters[0], ground: 'marriage', papers: 'pending' };
  await refused(t, give('removeMember', { ...leaves, person: mother }), 'HEAD_CANNOT_LEAVE');
  await refused(t, give('removeMember', { ...leaves, person: randomUUID() }), 'NOT_A_MEMBER');
  await give('removeMember', leaves);
  t.notOk((await state()).members.some((one) => one.person === daughters[0]));
  t.equal((await personOf(daughters[0])).household, undefined);
  t.equal((await personOf(husband)).household, id);
});

t.test('a death, a disappearance and a detention stand in the family and in the person, dates sealed', async (t) => {
  const { w, give, state, daughters, personOf, id, mother } = await family();
  const [one, two] = daughters;
  await give('reportMemberMissing', { person: one, since: on('2014-09-17'), papers: 'pending' });
  await give('reportMemberDetained', { person: two, since: on('2017-02-03'), papers: 'pending' });
  t.equal((await personOf(one)).absence, 'missing');
  t.equal((await personOf(two)).absence, 'detained');
  const bytes = Buffer.concat((await w.log.read(`household-${id}`)).map((event) => Buffer.from(event.bytes))).toString();
  t.notOk(bytes.includes('2014-09-17') || bytes.includes('2017-02-03'));
  await refused(t, give('recordMemberReunion', { person: mother, on: on('2018-01-01') }), 'NOT_ABSENT');
  await give('recordMemberReunion', { person: two, on: on('2018-01-01') });
  await give('recordMemberDeath', { person: one, on: on('2019-01-01'), papers: 'pending' });
  t.equal((await personOf(one)).status, 'deceased');
  t.match(
    (await state()).members.find((member) => member.person === one),
    { deceased: true, absence: undefined },
  );
  await refused(t, give('recordMemberDeath', { person: one, on: on('2019-01-01'), papers: 'pending' }), 'MEMBER_DECEASED');
  await refused(t, give('reportMemberMissing', { person: one, since: on('2020-01-01'), papers: 'pending' }), 'MEMBER_DECEASED');
});

t.test('when the head dies the family waits for a new one; a head under 18 needs a protection focal point', async (t) => {
  const { give, adult, mother, daughters, familyOf, id } = await family();
  const { record } = await give('recordMemberDeath', { person: mother, on: on('2026-02-01'), papers: 'pending' });
  t.match(record.waits, [{ key: 'nameHead', party: 'registrar' }]);
  const change = { to: daughters[0], ground: 'death', papers: 'pending' };
  await refused(t, give('changeHead', { ...change, to: mother }), 'MEMBER_DECEASED');
  await refused(t, give('changeHead', { ...change, to: await adult() }), 'NOT_A_MEMBER');
  await refused(t, give('changeHead', change), 'PROTECTION_FOCAL_POINT_NEEDED');
  const changed = await give('changeHead', { ...change, focalPoint: randomUUID() });
  t.match(changed.events, [
    { type: 'HeadOfHouseholdChanged', data: { from: mother, to: daughters[0], headType: 'child_headed' } },
  ]);
  t.same((await familyOf(id)).waits, []);
  t.match(
    (await familyOf(id)).state.members.find((one) => one.person === daughters[0]),
    { relation: 'head' },
  );
  await refused(t, give('changeHead', { ...change, focalPoint: randomUUID() }), 'IS_THE_HEAD');
});

t.test('papers, history, place, origin and needs are recorded without moving the status', async (t) => {
  const { give, state, mother, w, id } = await family();
  await give('recordDocument', { docType: 'ration_card', status: 'confiscated', number: 'PDS777' });
  const { document } = (await state()).documents[0]!;
  await give('changeDocumentStatus', { document, status: 'valid' });
  await refused(t, give('changeDocumentStatus', { document: randomUUID(), status: 'valid' }), 'DOCUMENT_UNKNOWN');
  const leg = { on: on('2017-06-01'), wave: 'post_2017_secondary', cause: 'eviction', source: 'family' };
  await refused(t, give('recordLeg', leg), 'LEG_WITHOUT_AREA');
  await refused(t, give('recordLeg', { ...leg, to: 'IQG13', on: on('2026-04-01') }), 'DATE_IN_THE_FUTURE');
  await give('recordLeg', { ...leg, to: 'IQG13' });
  await give('recordLeg', { ...leg, to: 'IQG15', on: on('2014-06-10'), wave: 'jun_jul_2014' });
  t.same(
    (await state()).legs.map((one) => one.on.date),
    ['2014-06-10', '2014-08-01', '2017-06-01'],
    'in the order they happened',
  );
  await give('leaveSite', { until: '2026-02-01' });
  await refused(t, give('leaveSite', { until: '2026-02-01' }), 'NO_SITE');
  const village = randomUUID();
  await give('assignSite', { siteType: 'rented', shelter: 'rent', area: 'IQG15Q02N02', village });
  t.match((await state()).place, { area: 'IQG15Q02N02', village });
  await refused(t, give('declareOrigin', { adm1: 'IQG15' }), 'ORIGIN_ALREADY_DECLARED');
  await refused(t, give('correctOrigin', { adm1: 'IQG15', adm2: 'IQG01Q01', reason: 'misheard' }), 'PLACES_DISAGREE');
  await give('correctOrigin', { adm1: 'IQG15', adm2: 'IQG15Q02', reason: 'misheard' });
  t.match((await state()).origin, { adm2: 'IQG15Q02', adm3: undefined });
  await refused(t, give('recordNeed', { person: randomUUID(), needType: 'seeing' }), 'NOT_A_MEMBER');
  await give('recordNeed', { person: mother, needType: 'chronic_illness', severity: 'a_lot' });
  const { need } = (await state()).needs[0]!;
  const bytes = Buffer.concat((await w.log.read(`household-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  for (const secret of ['PDS777', 'confiscated', village, 'chronic_illness']) t.notOk(bytes.includes(secret), secret);
  await give('endNeed', { need, on: '2026-03-01' });
  await refused(t, give('endNeed', { need, on: '2026-03-01' }), 'NEED_UNKNOWN');
  t.equal((await state()).status, 'displaced');
});

t.test('where a family is seen never changes its status, in any status', async (t) => {
  for (const status of [...ACTIVE, 'file_closed'] as const) {
    const { give, state, inStatus } = await family();
    await inStatus(status);
    t.equal((await state()).status, status);
    for (const one of [seen('origin', '2026-02-01'), seen('camp', '2026-02-10'), seen('origin', '2026-02-20')])
      await give('reportPresence', one);
    t.equal((await state()).status, status, `${status} stays`);
    t.equal((await state()).presences.length, 3);
  }
});

t.test('a family that moves to and fro is visited or called, and nothing else happens to it', async (t) => {
  const { give, familyOf, id } = await family();
  await refused(t, give('reportPresence', seen('camp', '2026-03-02')), 'DATE_IN_THE_FUTURE');
  await refused(t, give('recordOutreach', { on: '2026-03-01', outcome: 'spoke_with_family' }), 'NO_OUTREACH_ASKED');
  await give('reportPresence', seen('camp', '2025-12-01'));
  await give('reportPresence', seen('origin', '2026-01-01'));
  const third = await give('reportPresence', { ...seen('camp', '2026-02-01'), confidence: 'low' });
  t.match(third.events, [
    { type: 'PresenceReported' },
    { type: 'CircularMovementPatternDetected', data: { windowDays: 180, legs: 2, confidence: 'low' } },
  ]);
  t.match(third.record, {
    status: 'displaced',
    waits: [{ key: 'outreach', party: 'registrar', due: '2026-03-15T08:00:00.000Z' }],
  });
  t.equal((await give('reportPresence', seen('origin', '2026-02-15'))).events.length, 1, 'asked for once while open');
  await give('recordOutreach', { on: '2026-03-01', outcome: 'spoke_with_family' });
  t.same((await familyOf(id)).waits, []);
});

t.test('moving to and fro that is entered years later is seen as of the day on which it was told', async (t) => {
  const { give } = await family();
  const told = { record: { occurredAt: '2024-04-02T08:00:00.000Z' } };
  await give('reportPresence', seen('origin', '2024-03-20'), told);
  await give('reportPresence', seen('camp', '2024-03-25'), told);
  const third = await give('reportPresence', seen('origin', '2024-04-01'), told);
  t.match(third.events, [{ type: 'PresenceReported' }, { type: 'CircularMovementPatternDetected', data: { legs: 2 } }]);
});

t.test('a pattern needs moves between camp and origin within its window', async (t) => {
  const rule = { windowDays: 180, moves: 2 };
  const presence = (kind: 'camp' | 'origin' | 'third', observedOn: string) => ({
    ...seen(kind, observedOn),
    observer: 'partner' as const,
    confidence: 'high' as const,
  });
  const found = (...all: ReturnType<typeof presence>[]) => circularMovement(all, '2026-07-01', rule)?.legs;
  t.equal(found(presence('camp', '2026-05-01'), presence('origin', '2026-05-02')), undefined, 'once there is a return');
  t.equal(found(presence('camp', '2026-05-01'), presence('origin', '2026-05-02'), presence('camp', '2026-05-03')), 2);
  t.equal(
    found(presence('camp', '2026-05-03'), presence('camp', '2026-05-01'), presence('origin', '2026-05-02')),
    2,
    'in any order',
  );
  t.equal(
    found(presence('camp', '2025-05-01'), presence('origin', '2026-05-02'), presence('camp', '2026-05-03')),
    undefined,
    'too long ago',
  );
  t.equal(
    found(presence('camp', '2026-05-01'), presence('third', '2026-05-02'), presence('camp', '2026-05-03')),
    undefined,
    'elsewhere',
  );
});

t.test(
  'an unregistered return rests on an observation and is recognised by a visit, a call or two independent voices',
  async (t) => {
    const { give, verify, state, familyOf, id } = await family();
    await refused(t, give('reportUnregisteredReturn', { area: 'IQG15Q07N03' }), 'NO_OBSERVATION');
    await refused(t, give('reportUnregisteredReturn', reported('family', { observedOn: '2026-04-01' })), 'DATE_IN_THE_FUTURE');
    const first = await give('reportUnregisteredReturn', reported());
    t.match(first.record, {
      status: 'returned_unverified',
      waits: [{ key: 'verifyReturn', party: 'verifier', due: '2026-04-30T08:00:00.000Z' }],
    });
    const recognised = { area: 'IQG15Q07N03', since: on('2026-01-15'), method: 'two_independent_reports' };
    await refused(t, give('verifyReturn', recognised), 'FORBIDDEN');
    await refused(t, verify('verifyReturn', recognised), 'REPORTS_NOT_INDEPENDENT');
    await give('reportUnregisteredReturn', reported());
    await refused(t, verify('verifyReturn', recognised), 'REPORTS_NOT_INDEPENDENT');
    await give('reportUnregisteredReturn', reported('family'));
    t.equal((await state()).returnReports.length, 3);
    t.match((await familyOf(id)).waits, [{ since: '2026-03-01T08:00:00.000Z' }], 'still the same wait');
    await refused(t, verify('verifyReturn', { ...recognised, since: on('2026-05-01') }), 'DATE_IN_THE_FUTURE');
    const done = await verify('verifyReturn', recognised);
    t.match(done, { outcome: { status: 'returned' }, events: [{ type: 'ReturnRecognised' }] });
  },
);

t.test('one visit or call is enough, and one that finds nobody puts the family back where it was', async (t) => {
  for (const method of ['visit', 'call']) {
    const { give, verify } = await family();
    await give('reportPresence', seen('origin', '2026-02-01', 'family'));
    t.equal(
      (await give('reportUnregisteredReturn', { area: 'IQG15Q07N03' })).outcome.status,
      'returned_unverified',
      'a presence on file is an observation',
    );
    t.equal((await verify('verifyReturn', { area: 'IQG15Q07N03', since: on('2026-01-15'), method })).outcome.status, 'returned');
  }
  for (const before of ['displaced', 'secondary_displaced'] as const) {
    const { give, verify, inStatus } = await family();
    await inStatus(before);
    await give('reportUnregisteredReturn', reported());
    const { events, outcome } = await verify('dismissReturn', { method: 'visit', reason: 'the house is empty' });
    t.match(events, [{ type: 'UnregisteredReturnDismissed' }]);
    t.equal(outcome.status, before);
  }
});

t.test('a mukhtar and a camp may report what they see, and open nothing', async (t) => {
  const { when, id, registrar, give } = await family();
  const mukhtar = someone('localAuthority', { governorate: registrar.post.governorate! });
  await when(mukhtar, 'household', 'reportPresence', id, seen('origin', '2026-02-01', 'local_authority'));
  await when(mukhtar, 'household', 'reportUnregisteredReturn', id, reported());
  await refused(t, when(mukhtar, 'household', 'closeFile', id, closing(randomUUID())), 'FORBIDDEN');
  const camp = someone('campManager');
  await refused(t, when(camp, 'household', 'reportPresence', id, seen('camp', '2026-02-01')), 'NOT_FOUND');
  await give('assignSite', { siteType: 'camp', shelter: 'camp', site: camp.post.office, area: 'IQG15Q02' });
  await when(camp, 'household', 'reportPresence', id, seen('camp', '2026-02-01'));
});

t.test('a pathway is reached on a basis that fits it and is shown', async (t) => {
  for (const [pathway, basis, status] of [
    ['return', 'arrival_confirmed', 'returned'],
    ['local_integration', 'integration_approved', 'locally_integrated'],
    ['relocation', 'relocation_approved', 'relocated'],
  ] as const) {
    for (const from of ['displaced', 'departing', 'secondary_displaced'] as const) {
      const { verify, inStatus } = await family();
      await inStatus(from);
      const { outcome, events } = await verify('confirmPathway', { pathway, basis, area: 'IQG15Q02' }, letter);
      t.equal(outcome.status, status, `${from} → ${status}`);
      t.match(events, [{ type: 'PathwayAchieved', data: { pathway } }]);
    }
  }
  const { verify, give, mother, state, id, when } = await family();
  await refused(t, verify('confirmPathway', { ...returning, basis: 'integration_approved' }, letter), 'BASIS_DOES_NOT_FIT');
  await refused(t, verify('confirmPathway', returning), 'BASIS_NOT_SHOWN');
  await refused(t, give('recordPreference', { pathway: 'return', statedBy: randomUUID() }), 'NOT_A_MEMBER');
  await give('recordPreference', { pathway: 'relocation', statedBy: mother });
  t.match(await state(), { preference: 'relocation', status: 'displaced' }, 'a wish is no decision');
  const movement = randomUUID();
  t.equal((await when('movements', 'household', 'beginDeparture', id, { movement })).outcome.status, 'departing');
  await refused(t, when('movements', 'household', 'cancelDeparture', id, { movement: randomUUID() }), 'ANOTHER_MOVEMENT');
  t.equal((await when('movements', 'household', 'cancelDeparture', id, { movement })).outcome.status, 'displaced');
  t.equal((await verify('confirmPathway', { ...returning, movement })).outcome.status, 'returned', 'the movement shows it');
});

t.test('a file is closed by its branch when the family asked for it or confirmed it, and not while it is on hold', async (t) => {
  for (const status of ['returned', 'locally_integrated', 'relocated'] as const) {
    const { give, inStatus, mother, familyOf, id, verify } = await family();
    await refused(t, give('closeFile', closing(mother)), 'WRONG_STATE');
    await inStatus(status);
    t.match((await familyOf(id)).waits, [{ key: 'closeFile', party: 'registrar' }]);
    await refused(t, give('closeFile', { reason: 'solution_reached' }), 'HOUSEHOLD_NOT_ASKED');
    await refused(t, give('closeFile', closing(randomUUID())), 'NOT_A_MEMBER');
    const hold = randomUUID();
    await verify('placeHold', { hold });
    await refused(t, give('closeFile', closing(mother)), 'FILE_ON_HOLD');
    await verify('liftHold', { hold });
    t.same((await verify('liftHold', { hold })).events, [], 'lifting twice is nothing new');
    const { outcome, events } = await give('closeFile', closing(mother));
    t.equal(outcome.status, 'file_closed');
    t.match(events, [{ type: 'DisplacementFileClosed', data: { word: 'asked', wordOf: mother } }]);
  }
});

t.test('a file is opened again on evidence of a failed return or a new displacement', async (t) => {
  for (const from of ['file_closed', 'returned', 'locally_integrated', 'relocated'] as const) {
    const { give, inStatus } = await family();
    await inStatus(from);
    await refused(t, give('reopenFile', { ground: 'secondary_displacement' }), 'EVIDENCE_MISSING');
    const { outcome, events } = await give('reopenFile', { ground: 'secondary_displacement' }, letter);
    t.equal(outcome.status, 'secondary_displaced', from);
    t.match(events, [{ type: 'DisplacementFileReopened' }]);
  }
});

t.test('a transferred file gets its number at the new branch, which alone closes it', async (t) => {
  const { when, give, id, mother, elsewhere, registrar, w, familyOf, fileNo } = await family();
  await refused(t, give('recordFileTransfer', { fileNo: '01/9', reason: 'moved to Anbar' }), 'FILE_NOT_TRANSFERRED');
  const { organisation, office = '' } = elsewhere.post;
  const names = { ar: 'فرع', en: 'Branch' };
  await w.given('office', office, {
    type: 'OfficeOpened',
    data: { organisation, names, kind: 'branch', governorate: 'IQG01', from: '2010-01-01' },
  });
  await give('offerTransfer', { to: { organisation, office }, reason: 'the family moved' });
  await when(elsewhere, 'household', 'acceptTransfer', id, {});
  t.equal((await familyOf(id)).owner?.office, office);
  await refused(t, give('recordFileTransfer', { fileNo: '01/9', reason: 'moved to Anbar' }), 'FORBIDDEN');
  const moved = await when(elsewhere, 'household', 'recordFileTransfer', id, { fileNo: '01/9', reason: 'moved to Anbar' });
  t.match(moved.events, [
    { type: 'DisplacementFileTransferred', data: { branchFrom: { office: registrar.post.office }, branchTo: { office } } },
    {},
    {},
  ]);
  t.match((await familyOf(id)).state, { fileNo: '01/9', legacyNumbers: [fileNo], branch: { office } });
  await when(colleague(elsewhere, 'verifier'), 'household', 'confirmPathway', id, returning, letter);
  t.equal((await when(elsewhere, 'household', 'closeFile', id, closing(mother))).outcome.status, 'file_closed');
});

t.test('a file number is given once in a branch; the second family is told and gets another', async (t) => {
  const { registered, familyOf, when, registrar, elsewhere } = await families();
  await registered(registrar, '15/77');
  const second = await registered(registrar, '١٥-٧٧');
  t.match(
    (await familyOf(second.id)).waits,
    [{ key: 'resolveDuplicate:household.fileNo' }],
    'Arabic digits and dashes are the same number',
  );
  await refused(t, when(registrar, 'household', 'assignFileNumber', second.id, { fileNo: '١٥-٧٧' }), 'NOTHING_CHANGED');
  await when(registrar, 'household', 'assignFileNumber', second.id, { fileNo: '15/78' });
  t.same((await familyOf(second.id)).waits, []);
  t.equal((await familyOf(second.id)).state.fileNo, '15/78');
  const third = await registered(elsewhere, '15/77');
  t.same((await familyOf(third.id)).waits, [], 'another branch counts for itself');
});

t.test('a file opened in error is voided by a second officer', async (t) => {
  const { head, give, familyOf, id } = await family();
  await refused(t, give('voidFile', { reason: 'opened twice' }), 'FORBIDDEN');
  await give('voidFile', { reason: 'opened twice' }, {}, head);
  t.match(await familyOf(id), { status: 'void', waits: [] });
  await refused(t, give('assignSite', { siteType: 'camp', shelter: 'camp', area: 'IQG15' }), 'WRONG_STATE');
});

t.test('a consent is given by a member, only ever narrowed, and withdrawn whenever the family likes', async (t) => {
  const { give, state, mother, daughters, inStatus, id, familyOf } = await family();
  const receiver = randomUUID();
  const terms = { scopes: ['referral', 'assistance'], recipients: [receiver], fields: ['name', 'phone'] };
  const given = { ...terms, givenBy: mother, means: 'signature', language: 'ar', explainedBy: 'officer' };
  await refused(t, give('giveConsent', { ...given, givenBy: randomUUID() }), 'NOT_A_MEMBER');
  await refused(t, give('giveConsent', { ...given, expiresOn: '2026-02-28' }), 'UNTIL_IN_THE_PAST');
  await give('giveConsent', { ...given, expiresOn: '2026-12-31' });
  const consent = (await state()).consents.at(-1)!;
  t.match(consent, { ...terms, status: 'given' });
  t.equal(holdsOn(consent, '2026-12-31'), true);
  t.equal(holdsOn(consent, '2027-01-01'), false);
  const narrow = (change: object) => give('narrowConsent', { consent: consent.id, ...terms, expiresOn: '2026-12-31', ...change });
  await refused(t, narrow({ scopes: ['referral', 'clearance'] }), 'CONSENT_NOT_NARROWER');
  await refused(t, narrow({ recipients: [randomUUID()] }), 'CONSENT_NOT_NARROWER');
  await refused(t, narrow({ fields: ['name', 'motherName'] }), 'CONSENT_NOT_NARROWER');
  await refused(t, narrow({ expiresOn: undefined }), 'CONSENT_NOT_NARROWER');
  await refused(t, narrow({ consent: randomUUID() }), 'CONSENT_UNKNOWN');
  await narrow({ scopes: ['referral'], fields: ['name'] });
  t.match((await state()).consents.at(-1), { scopes: ['referral'], fields: ['name'], status: 'given' });
  await inStatus('file_closed');
  await refused(t, give('withdrawConsent', { consent: consent.id, by: randomUUID() }), 'NOT_A_MEMBER');
  await give('withdrawConsent', { consent: consent.id, by: daughters[0] });
  t.equal(holdsOn((await familyOf(id)).state.consents.at(-1)!, '2026-03-02'), false);
  await refused(t, narrow({ fields: [] }), 'CONSENT_WITHDRAWN');
});

t.test('a family splits with agreement or a court paper, each half with a head of its own', async (t) => {
  const { verify, adult, give, mother, daughters, state, familyOf, personOf, id } = await family();
  const sister = await adult();
  await give('addMember', { person: sister, relation: 'sister', ground: 'moved_in', papers: 'pending' });
  const split = { members: [sister, daughters[0]], newHead: sister, ground: 'marriage', fileNo: '15/900' };
  await refused(t, give('split', split), 'FORBIDDEN');
  await refused(t, verify('split', split), 'AGREEMENT_MISSING');
  await refused(t, verify('split', { ...split, agreedBy: [sister] }), 'AGREEMENT_MISSING');
  const agreed = { ...split, agreedBy: [mother] };
  await refused(t, verify('split', { ...agreed, newHead: daughters[1] }), 'HEAD_NOT_A_MEMBER');
  await refused(t, verify('split', { ...agreed, members: [sister, randomUUID()] }), 'NOT_A_MEMBER');
  await refused(t, verify('split', { ...agreed, members: [sister, mother, ...daughters] }), 'NOBODY_STAYS');
  await refused(t, verify('split', { ...agreed, members: [sister, mother] }), 'REMAINING_HEAD_NEEDED');
  await refused(t, verify('split', { ...agreed, remainingHead: sister }), 'HEAD_NOT_A_MEMBER');
  await refused(
    t,
    verify('split', { ...agreed, members: [daughters[0]], newHead: daughters[0] }),
    'PROTECTION_FOCAL_POINT_NEEDED',
  );
  await refused(t, verify('split', { ...agreed, ground: 'death_of_head' }), 'HEAD_IS_ALIVE');
  const { events } = await verify('split', agreed);
  const { into } = events[0]!.data as { into: string };
  const other = await familyOf(into);
  t.match(other.state, {
    status: 'displaced',
    splitFrom: id,
    fileNo: '15/900',
    head: sister,
    members: [{ person: sister, relation: 'head' }, { person: daughters[0] }],
  });
  t.match(other.state, { origin: { adm3: 'IQG15Q07N03' }, place: { area: 'IQG15Q02' }, consents: [] });
  t.same((await state()).members.map((one) => one.person).sort(), [mother, daughters[1]].sort());
  t.equal((await personOf(sister)).household, into);
  const court = await verify(
    'split',
    { members: [daughters[1]], newHead: daughters[1], ground: 'divorce', focalPoint: randomUUID(), fileNo: '15/901' },
    letter,
  );
  t.match(court.events, [{ type: 'HouseholdSplit', data: { agreedBy: [] } }], 'a court paper stands for agreement');
});

t.test(
  'who flees from within the family asks nobody, and neither ground nor new place can be read from the old file',
  async (t) => {
    const { w, verify, give, adult, familyOf, id, daughters } = await family();
    const sister = await adult();
    await give('addMember', { person: sister, relation: 'sister', ground: 'moved_in', papers: 'pending' });
    const { events } = await verify('split', {
      members: [sister, daughters[0]],
      newHead: sister,
      ground: 'protection',
      agreedBy: [sister],
      fileNo: '15/902',
    });
    t.match(events, [{ data: { agreedBy: [] } }]);
    const { into } = events[0]!.data as { into: string };
    t.equal((await familyOf(into)).state.place, undefined, 'the place is not carried over');
    const bytes = Buffer.concat((await w.log.read(`household-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
    t.notOk(bytes.includes('protection'));
  },
);

t.test('after the death of its head a family splits without asking', async (t) => {
  const { verify, give, mother, daughters } = await family();
  await give('recordMemberDeath', { person: mother, on: on('2026-02-01'), papers: 'pending' });
  const split = {
    members: [daughters[0]],
    newHead: daughters[0],
    remainingHead: daughters[1],
    focalPoint: randomUUID(),
    ground: 'death_of_head',
    fileNo: '1/1',
  };
  t.match((await verify('split', split)).events, [{ type: 'HouseholdSplit', data: { remainingHead: daughters[1] } }]);
});

t.test('a paper file of a household enters with its dates and letters', async (t) => {
  const { when, registrar, verifier, adult } = await families();
  const [mother, letterRef] = [await adult(), letter.record.letterRef];
  const at = '2014-12-01T08:00:00.000Z';
  const { organisation, office, governorate } = registrar.post;
  const branch = { organisation, office, governorate };
  const facts = [
    { type: 'HouseholdRegistered', data: { momdFileNo: '15/1', branch, acceptedBy: 'paper', head: mother } },
    { type: 'DisplacementFileOpened', data: { fileNo: '15/1', branch, reason: 'registration' } },
    { type: 'HouseholdMemberAdded', data: { person: mother, relation: 'head', ground: 'registration', papers: 'seen' } },
    { type: 'OriginDeclared', data: { adm1: 'IQG15' } },
    { type: 'PathwayAchieved', data: returning },
  ].map((one) => ({ ...one, occurredAt: at, letterRef }));
  const adopt = (list: object[]) => when(registrar, 'household', 'adopt', undefined, { source: 'paper register', facts: list });
  await refused(t, adopt([facts[1]!, facts[1]!]), 'FACT_OUT_OF_PLACE');
  await refused(t, adopt([facts[0]!, facts[1]!, facts[1]!]), 'FACT_OUT_OF_PLACE');
  const { outcome } = await adopt(facts);
  const confirmed = await when(verifier, 'household', 'confirmAdoption', outcome.id, {});
  t.match(confirmed.record, {
    status: 'returned',
    waits: [{ key: 'closeFile', since: at }],
    state: { fileNo: '15/1', head: mother } satisfies Partial<HouseholdState>,
  });
});
