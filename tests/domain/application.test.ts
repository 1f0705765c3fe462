import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type ApplicationState, application } from '../../src/domain/application/index.ts';
import { families, letter } from '../support/families.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

const PARTNER_OFFICE = { names: { ar: 'فرع', en: 'Branch' }, kind: 'branch', governorate: 'IQG15', from: '2010-01-01' };

t.test('a family is entered by one officer, verified and accepted by another, and its household opens by itself', async (t) => {
  const { when, registrar, verifier, adult, child, submission, familyOf, personOf, check, w } = await families();
  const [mother, girl] = [await adult(), await child()];
  const started = await when(registrar, 'application', 'start', undefined, { applicant: mother, capacity: 'adult_member' });
  const { id } = started.outcome;
  t.match(started, { outcome: { status: 'draft' }, events: [{ type: 'RegistrationStarted' }] });
  const sent = await when(registrar, 'application', 'submit', id, submission(mother, [girl]));
  t.match(sent, { outcome: { status: 'submitted' }, events: [{ type: 'RegistrationSubmitted', data: { headType: 'female' } }] });
  const begun = await when(verifier, 'application', 'beginVerification', id, {});
  t.match(begun, { outcome: { status: 'under_verification' }, events: [{ type: 'RegistrationVerificationStarted' }] });
  await when(verifier, 'application', 'recordDuplicateCheck', id, check);
  const accepted = await when(verifier, 'application', 'accept', id, { fileNo: '15/204' });
  t.match(accepted.events, [{ type: 'RegistrationAccepted', data: { fileNo: '15/204', duplicateCheck: { result: 'clear' } } }]);
  t.equal(accepted.outcome.status, 'accepted');
  const { household: family } = accepted.events[0]!.data as { household: string };
  const opened = await familyOf(family);
  t.match(opened, { status: 'displaced', owner: { office: registrar.post.office } });
  t.match(opened.state, {
    fileNo: '15/204',
    head: mother,
    members: [{ person: mother }, { person: girl }],
    origin: { adm3: 'IQG15Q07N03' },
  });
  t.equal(opened.state.consents.length, 1);
  t.same(
    (await w.cases.load(w.registry.byName('household')!, family)).history.slice(0, 2).map((one) => one.type),
    ['HouseholdRegistered', 'DisplacementFileOpened'],
  );
  t.equal((await personOf(girl)).household, family, 'each person knows the household');
});

t.test('an applicant is an adult member, a representative with a paper, or a child with a protection focal point', async (t) => {
  const { w, when, registrar, adult, child } = await families();
  const [mother, girl] = [await adult(), await child()];
  const start = (input: object, extra: object = {}) => when(registrar, 'application', 'start', undefined, input, extra);
  await refused(t, start({ applicant: randomUUID(), capacity: 'adult_member' }), 'PERSON_UNKNOWN');
  await refused(t, start({ applicant: girl, capacity: 'adult_member' }), 'APPLICANT_IS_A_MINOR');
  await refused(t, start({ applicant: girl, capacity: 'representative' }, letter), 'APPLICANT_IS_A_MINOR');
  await refused(t, start({ applicant: mother, capacity: 'representative' }), 'AUTHORITY_NOT_SHOWN');
  await start({ applicant: mother, capacity: 'representative' }, letter);
  await refused(t, start({ applicant: girl, capacity: 'child_head' }), 'PROTECTION_FOCAL_POINT_NEEDED');
  const nobody = randomUUID();
  await refused(t, start({ applicant: girl, capacity: 'child_head', focalPoint: nobody }), 'FOCAL_POINT_UNKNOWN');
  const focalPoint = await inService(w);
  const { outcome } = await start({ applicant: girl, capacity: 'child_head', focalPoint });
  t.equal(outcome.status, 'draft');
});

/** A member of staff in service, in the log. */
async function inService(w: Awaited<ReturnType<typeof families>>['w']): Promise<string> {
  const id = randomUUID();
  await w.given(
    'staff',
    id,
    { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity: { issuer: 'https://id.example.org', subject: 'x' } } },
    {
      type: 'MembershipGranted',
      data: { membership: randomUUID(), role: 'protectionPartner', organisation: randomUUID(), from: '2020-01-01' },
    },
  );
  return id;
}

t.test('a head under 18 needs a protection focal point before submission', async (t) => {
  const { w, when, registrar, adult, child, drafted, submission } = await families();
  const [mother, girl] = [await adult(), await child()];
  const id = await drafted(mother);
  const input = { ...submission(girl, [mother]), consent: submission(mother).consent };
  await refused(t, when(registrar, 'application', 'submit', id, input), 'PROTECTION_FOCAL_POINT_NEEDED');
  await refused(t, when(registrar, 'application', 'nameFocalPoint', id, { focalPoint: randomUUID() }), 'FOCAL_POINT_UNKNOWN');
  await when(registrar, 'application', 'nameFocalPoint', id, { focalPoint: await inService(w) });
  const { events } = await when(registrar, 'application', 'submit', id, input);
  t.match(events, [{ data: { headType: 'child_headed' } }]);
});

t.test('a submission has members on record, a head among them, an origin and a consent; papers may be missing', async (t) => {
  const { w, when, registrar, adult, drafted, submission } = await families();
  const [mother, aunt] = [await adult(), await adult()];
  const id = await drafted(mother);
  const whole = submission(mother);
  const submit = (change: object) => when(registrar, 'application', 'submit', id, { ...whole, ...change });
  await refused(t, submit({ members: [] }), 'INVALID_INPUT');
  await refused(t, submit({ origin: {} }), 'INVALID_INPUT');
  await refused(t, submit({ consent: undefined }), 'INVALID_INPUT');
  await refused(t, submit({ head: undefined }), 'INVALID_INPUT');
  await refused(t, submit({ head: aunt }), 'HEAD_NOT_A_MEMBER');
  await refused(t, submit({ members: [...whole.members, ...whole.members] }), 'MEMBER_TWICE');
  await refused(t, submit({ members: [...whole.members, { person: randomUUID(), relation: 'son' }] }), 'PERSON_UNKNOWN');
  await refused(t, submit({ members: [{ person: aunt, relation: 'head' }], head: aunt }), 'APPLICANT_NOT_A_MEMBER');
  await refused(t, submit({ consent: { ...whole.consent, givenBy: randomUUID() } }), 'CONSENT_NOT_OF_THE_FAMILY');
  await refused(t, submit({ needs: [{ person: aunt, needType: 'walking' }] }), 'NOT_A_MEMBER');
  await refused(t, submit({ origin: { adm1: 'IQG01', adm2: 'IQG15Q07' } }), 'PLACES_DISAGREE');
  await refused(t, submit({ origin: { adm1: 'IQG01', adm3: 'IQG15Q07N03' } }), 'PLACES_DISAGREE');
  const sent = await submit({
    origin: { adm1: 'IQG15' },
    documents: [{ docType: 'ration_card', status: 'lost', number: 'RC9911' }],
    needs: [{ person: mother, needType: 'walking', severity: 'a_lot' }],
  });
  t.equal(sent.outcome.status, 'submitted', 'without any paper in hand');
  const bytes = Buffer.concat((await w.log.read(`application-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  for (const secret of ['walking', 'a_lot', 'RC9911', 'officer at the desk', '"female"']) t.notOk(bytes.includes(secret), secret);
});

t.test('who entered or amended an application neither verifies nor decides it', async (t) => {
  const { when, registrar, verifier, head, adult, submitted, submission, check } = await families();
  const mother = await adult();
  const both = { ...verifier, id: registrar.id };
  const id = await submitted(mother);
  await refused(t, when(both, 'application', 'beginVerification', id, {}), 'FOUR_EYES');
  await when(verifier, 'application', 'beginVerification', id, {});
  const clerk = colleague(registrar);
  await when(clerk, 'application', 'amend', id, { ...submission(mother), amendment: 'the village was misspelt' });
  await when(verifier, 'application', 'recordDuplicateCheck', id, check);
  await refused(t, when({ ...verifier, id: clerk.id }, 'application', 'accept', id, { fileNo: '1' }), 'FOUR_EYES');
  const rejection = { reasonCode: 'not_displaced', noticeRef: '1/2', objectionRouteTold: true };
  await refused(t, when({ ...head, id: registrar.id }, 'application', 'reject', id, rejection), 'FOUR_EYES');
  await refused(t, when(registrar, 'application', 'beginVerification', id, {}), 'FORBIDDEN');
  t.equal((await when(head, 'application', 'accept', id, { fileNo: '1' })).outcome.status, 'accepted');
});

t.test('an unanswered request for information goes back to the officer by itself and rejects nothing', async (t) => {
  const { w, when, registrar, verifier, adult, verified } = await families();
  const id = await verified(await adult());
  const asked = await when(verifier, 'application', 'requestInformation', id, { items: ['proof_of_displacement'] });
  t.match(asked, { outcome: { status: 'information_requested' }, events: [{ data: { dueOn: '2026-03-31' } }] });
  t.match(asked.record.waits, [{ key: 'supplyInformation', party: 'household', due: '2026-03-31T08:00:00.000Z' }]);
  t.same(application.timers?.(asked.record.state), [
    { key: 'information', at: '2026-03-31T21:00:00.000Z', command: 'expireInformationRequest' },
  ]);
  t.same((await when('timers', 'application', 'expireInformationRequest', id, {})).events, [], 'nothing happens before its day');
  w.at('2026-04-01T08:00:00.000Z');
  const expired = await when('timers', 'application', 'expireInformationRequest', id, {});
  t.match(expired, { outcome: { status: 'under_verification' }, events: [{ type: 'RegistrationInformationRequestExpired' }] });
  t.match(expired.record.waits, [{ key: 'verify', party: 'verifier', holder: { office: registrar.post.office } }]);
  await refused(t, when(registrar, 'application', 'supplyInformation', id, { items: ['origin'] }), 'INVALID_INPUT');
  await when(verifier, 'application', 'requestInformation', id, { items: ['area_of_origin'] });
  await refused(t, when(registrar, 'application', 'supplyInformation', id, { items: [] }), 'NOTHING_SUPPLIED');
  const supplied = await when(registrar, 'application', 'supplyInformation', id, { items: ['area_of_origin'] });
  t.match(supplied, { outcome: { status: 'under_verification' }, events: [{ type: 'RegistrationInformationSupplied' }] });
});

t.test('the clock of the decision runs fourteen days from the submission, through the verification', async (t) => {
  const { w, when, verifier, adult, submitted } = await families();
  const id = await submitted(await adult());
  w.at('2026-03-05T08:00:00.000Z');
  const { record } = await when(verifier, 'application', 'beginVerification', id, {});
  t.match(record.waits, [
    { key: 'verify', since: '2026-03-01T08:00:00.000Z', due: '2026-03-15T08:00:00.000Z', rule: 'application.verification' },
  ]);
});

t.test('nothing is accepted without a look for duplicates, and an amendment asks for a new one', async (t) => {
  const { when, registrar, verifier, adult, submitted, submission, check } = await families();
  const mother = await adult();
  const id = await submitted(mother);
  await when(verifier, 'application', 'beginVerification', id, {});
  await refused(t, when(verifier, 'application', 'accept', id, { fileNo: '1' }), 'DUPLICATE_CHECK_MISSING');
  await refused(
    t,
    when(verifier, 'application', 'accept', id, { fileNo: '1', duplicateOverride: 'because I say so' }),
    'DUPLICATE_CHECK_MISSING',
  );
  const stranger = { ...check, findings: [{ person: randomUUID(), other: randomUUID(), score: 80 }] };
  await refused(t, when(verifier, 'application', 'recordDuplicateCheck', id, stranger), 'NOT_A_MEMBER');
  await when(verifier, 'application', 'recordDuplicateCheck', id, check);
  await when(registrar, 'application', 'amend', id, { ...submission(mother), amendment: 'telephone added' });
  await refused(t, when(verifier, 'application', 'accept', id, { fileNo: '1' }), 'DUPLICATE_CHECK_MISSING');
});

t.test('a possible duplicate is decided before the acceptance, or overridden with a reason that is kept', async (t) => {
  const { when, registrar, verifier, adult, verified, check } = await families();
  const [mother, known] = [await adult(), await adult()];
  const id = await verified(mother);
  const found = { person: mother, other: known, score: 88 };
  await when(verifier, 'application', 'recordDuplicateCheck', id, { ...check, findings: [found] });
  await refused(t, when(verifier, 'application', 'accept', id, { fileNo: '1' }), 'DUPLICATE_UNRESOLVED');
  const input = { subject: 'person', candidates: [mother, known], matchFields: ['firstName'], score: 88, algorithmVersion: 'x' };
  const { outcome } = await when(registrar, 'duplicate', 'detect', undefined, input);
  await when(verifier, 'application', 'recordDuplicateCheck', id, { ...check, findings: [{ ...found, duplicate: outcome.id }] });
  await refused(t, when(verifier, 'application', 'accept', id, { fileNo: '1' }), 'DUPLICATE_UNRESOLVED');
  await refused(t, when(verifier, 'application', 'accept', id, { fileNo: '1', duplicateOverride: 'short' }), 'INVALID_INPUT');
  await when(verifier, 'duplicate', 'beginReview', outcome.id, {});
  await when(verifier, 'duplicate', 'keepSeparate', outcome.id, { reason: 'two sisters, both present' });
  const { events } = await when(verifier, 'application', 'accept', id, { fileNo: '1' });
  t.match(events, [{ data: { duplicateCheck: { result: 'resolved' } } }]);
  const other = await verified(await adult());
  await when(verifier, 'application', 'recordDuplicateCheck', other, {
    ...check,
    findings: [{ ...found, person: (await appOf(other)).applicant }],
  });
  const over = await when(verifier, 'application', 'accept', other, {
    fileNo: '2',
    duplicateOverride: 'the two stood at the desk together',
  });
  t.match(over.events, [{ data: { duplicateCheck: { result: 'overridden', reason: 'the two stood at the desk together' } } }]);

  async function appOf(app: string): Promise<Exclude<ApplicationState, { status: 'none' }>> {
    const { record } = await when(registrar, 'application', 'note', app, { text: 'looked at' });
    return record.state as Exclude<ApplicationState, { status: 'none' }>;
  }
});

t.test('a member who belongs to another household, or whose record was merged, stops the acceptance', async (t) => {
  const { when, registrar, verifier, adult, verified, registered } = await families();
  const family = await registered();
  const id = await verified(await adult(), [family.daughters[0]]);
  await refused(t, when(verifier, 'application', 'accept', id, { fileNo: '1' }), 'MEMBER_OF_ANOTHER_HOUSEHOLD');
  const [one, two] = [await adult(), await adult()];
  const next = await verified(one);
  const input = { subject: 'person', candidates: [one, two], matchFields: [], score: 90, algorithmVersion: 'x' };
  const { outcome } = await when(registrar, 'duplicate', 'detect', undefined, input);
  await when(verifier, 'duplicate', 'beginReview', outcome.id, {});
  const merge = { survivor: two, fields: {}, documentsCompared: true, benefitsDiffer: false };
  await when(verifier, 'duplicate', 'merge', outcome.id, merge);
  await refused(t, when(verifier, 'application', 'accept', next, { fileNo: '2' }), 'MEMBER_RECORD_MERGED');
});

t.test('a rejection has a reason, a written notice and the way to object, and an objection opens it again', async (t) => {
  const { when, verifier, head, adult, verified } = await families();
  const id = await verified(await adult());
  const reject = (change: object, extra: object = {}) =>
    when(verifier, 'application', 'reject', id, { reasonCode: 'outside_mandate', objectionRouteTold: true, ...change }, extra);
  await refused(t, reject({}), 'NOTICE_MISSING');
  await refused(t, reject({ noticeRef: '7/1', objectionRouteTold: false }), 'OBJECTION_ROUTE_NOT_TOLD');
  await refused(t, reject({ reasonCode: 'security' }, letter), 'INVALID_INPUT');
  const { events, outcome } = await reject({ text: 'the family lives in its own house' }, letter);
  t.match(events, [{ type: 'RegistrationRejected', data: { noticeRef: '41/7', reasonCode: 'outside_mandate' } }]);
  t.equal(outcome.status, 'rejected');
  await refused(
    t,
    when({ ...head, id: verifier.id }, 'application', 'reopen', id, { reason: 'a mistake' }),
    'SECOND_OFFICER_NEEDED',
  );
  t.match((await when(head, 'application', 'reopen', id, { reason: 'objection upheld' })).record, {
    status: 'submitted',
    waits: [{ key: 'verify' }],
  });
});

t.test('a family may withdraw until the decision, from every state before it', async (t) => {
  const { when, registrar, verifier, head, adult, drafted, submitted, verified } = await families();
  const asked = await verified(await adult());
  await when(verifier, 'application', 'requestInformation', asked, { items: ['other'], text: 'which camp' });
  for (const id of [await drafted(await adult()), await submitted(await adult()), await verified(await adult()), asked]) {
    const { outcome } = await when(registrar, 'application', 'withdraw', id, { reasonCode: 'family_request' });
    t.equal(outcome.status, 'withdrawn');
    await refused(t, when(registrar, 'application', 'withdraw', id, { reasonCode: 'family_request' }), 'WRONG_STATE');
  }
  t.equal((await when(head, 'application', 'reopen', asked, { reason: 'family came back' })).outcome.status, 'submitted');
});

t.test('a partner enters for a branch it names, whose officers then hold the ball; it decides nothing', async (t) => {
  const { w, when, verifier, adult, submission } = await families();
  const partner = someone('partnerCaseworker');
  const mother = await adult(partner);
  const start = (branch: string | undefined) =>
    when(partner, 'application', 'start', undefined, {
      applicant: mother,
      capacity: 'adult_member',
      ...(branch ? { branch } : {}),
    });
  await refused(t, start(undefined), 'BRANCH_NEEDED');
  await refused(t, start(randomUUID()), 'OFFICE_UNKNOWN');
  const camp = randomUUID();
  await w.given('office', camp, {
    type: 'OfficeOpened',
    data: { ...PARTNER_OFFICE, kind: 'camp', organisation: verifier.post.organisation },
  });
  await refused(t, start(camp), 'OFFICE_UNKNOWN');
  const office = verifier.post.office!;
  await w.given('office', office, {
    type: 'OfficeOpened',
    data: { ...PARTNER_OFFICE, organisation: verifier.post.organisation },
  });
  const { outcome } = await start(office);
  const sent = await when(partner, 'application', 'submit', outcome.id, submission(mother));
  t.match(sent.record.waits, [{ key: 'verify', holder: { office } }]);
  t.equal(sent.record.owner?.organisation, partner.post.organisation);
  await refused(t, when(partner, 'application', 'beginVerification', outcome.id, {}), 'FORBIDDEN');
  await when(verifier, 'application', 'beginVerification', outcome.id, {});
  await when(verifier, 'application', 'recordDuplicateCheck', outcome.id, { algorithmVersion: 'x', findings: [] });
  const { events } = await when(verifier, 'application', 'accept', outcome.id, { fileNo: '9' });
  const { household } = events[0]!.data as { household: string };
  const { record } = await w.cases.load(w.registry.byName('household')!, household);
  t.equal(record.owner?.office, office, 'the household is the branch’s');
});

t.test('acceptance rests on an accepted application alone, under its own number', async (t) => {
  const { w, adult, verified, registered, registrar } = await families();
  const id = await verified(await adult());
  const { organisation, office = '' } = registrar.post;
  const open = (household: string, application: string, fileNo: string) =>
    w.executor.execute({
      process: 'household',
      command: 'register',
      id: household,
      input: { application, fileNo },
      key: randomUUID(),
      principal: { kind: 'system', name: 'test', office: { organisation, office } },
    });
  await refused(t, open(randomUUID(), id, '1'), 'APPLICATION_NOT_ACCEPTED');
  const family = await registered();
  await refused(t, open(randomUUID(), family.application, family.fileNo), 'APPLICATION_NOT_ACCEPTED');
  await refused(t, open(family.id, family.application, family.fileNo), 'ALREADY_EXISTS');
});
