import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { docRequest } from '../../src/domain/docRequest/index.ts';
import { lastDayToRegister } from '../../src/domain/docRequest/policy.ts';
import { wordFor } from '../../src/domain/kernel/caseLabels.ts';
import { naturalId } from '../../src/eventlog/ids.ts';
import { letter, paper, papers } from '../support/papers.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

const keysOf = (waits: readonly { readonly key: string }[]) => waits.map((one) => one.key.split(':')[0]);

t.test('a lost paper is counselled on, authorised, filed, issued, delivered and found good in use', async (t) => {
  const { give, need, load, born, registrar, lawyer, civil } = await papers();
  const person = await born();
  const id = await need({ docType: 'civil_record', person });
  const provider = lawyer.post.organisation;
  const steps = [
    [registrar, 'confirmEligibility', { provider }, undefined, 'eligible_for_service', ['counsel']],
    [
      ...([lawyer, 'counsel', { by: 'lawyer', mode: 'in_person', minutes: 20, advice: ['rights', 'fees'] }, undefined] as const),
      ...(['counselled', ['authorise']] as const),
    ],
    [lawyer, 'authorise', {}, paper, 'authorised', ['file']],
    [lawyer, 'recordEvidence', { kind: 'old_document' }, paper, 'evidence_gathering', ['file']],
    [lawyer, 'file', { office: civil.post.office, applicationNo: '7' }, undefined, 'application_filed', ['issue']],
    [civil, 'bookAppointment', { slot: '2026-03-09T07:00:00Z' }, undefined, 'appointment', ['issue']],
    [civil, 'startProduction', {}, undefined, 'in_production', ['issue']],
    [civil, 'issue', { number: 'A1', issuedOn: '2026-03-01' }, undefined, 'issued', ['deliver']],
    [lawyer, 'deliver', { receivedBy: person, on: '2026-03-01' }, paper, 'delivered', ['verifyUse']],
    [lawyer, 'verifyInUse', { usedFor: 'school', on: '2026-03-01' }, undefined, 'verified_in_use', []],
  ] as const;
  for (const [by, command, input, extra, status, waits] of steps) {
    t.equal((await give(by, command, id, input, extra)).outcome.status, status, command);
    t.same(keysOf((await load(id)).waits), waits, command);
  }
  t.match((await load(id)).state, { provider, issued: { issuedOn: '2026-03-01' } });
});

t.test('one request stands for a paper of a person; after it ended the need is recorded in it again', async (t) => {
  const { give, need, born, load, upTo, registrar } = await papers();
  const person = await born();
  const id = await upTo('verified_in_use', person);
  await refused(t, need({ docType: 'civil_record', person }), 'ALREADY_EXISTS');
  t.equal((await give(registrar, 'needAgain', id, { reason: 'lost' })).outcome.status, 'need_identified');
  const { state, history } = await load(id);
  t.equal(state.issued, undefined, 'the paper of the last time is not the one asked for now');
  t.ok(
    history.some((one) => one.type === 'DocumentIssued'),
    'but nothing is forgotten',
  );
  await refused(t, give(registrar, 'needAgain', id, { reason: 'lost' }), 'WRONG_STATE');
  t.not(id, await need({ docType: 'nationality_certificate', person }));
});

t.test('a need is of somebody on record: a person’s paper of a person, a family’s of a household', async (t) => {
  const { w, need, born, load } = await papers();
  const person = await born();
  await refused(t, need({ docType: 'civil_record', person: randomUUID() }), 'PERSON_UNKNOWN');
  await refused(t, need({ docType: 'ration_card', household: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  await refused(t, need({ docType: 'ration_card', person }), 'INVALID_INPUT');
  await refused(t, need({ docType: 'civil_record' }), 'INVALID_INPUT');
  const household = randomUUID();
  const branch = { organisation: randomUUID() };
  const registered = { momdFileNo: '1', branch, acceptedBy: 'x', head: person };
  await w.given('household', household, { type: 'HouseholdRegistered', data: registered });
  const card = await need({ docType: 'residence_card', household });
  t.match((await load(card)).state, { holder: household, person, household }, 'a residence card is in the name of the head');
});

t.test('a paper on record that cannot be presented opens its request, and the delivered one enters the register', async (t) => {
  const { w, when, give, load, born, upTo, registrar, lawyer, civil } = await papers();
  const person = await born();
  const key = (docType: string) => naturalId('docRequest', `${person} ${docType}`);
  const record = (docType: string, status: string) => when(registrar, 'person', 'recordDocument', person, { docType, status });
  await record('passport', 'valid');
  await record('passport', 'unknown');
  t.notOk((await load(key('passport'))).exists, 'nothing is missing, or nobody knows');
  for (const [docType, status, reason] of [
    ['civil_status_id', 'expired', 'expired'],
    ['unified_national_card', 'confiscated', 'lost'],
    ['birth_certificate', 'issued_by_non_state_group', 'never_issued'],
    ['nationality_certificate', 'lost', 'lost'],
  ] as const) {
    await record(docType, status);
    const { state, owner } = await load(key(docType));
    t.match(state, { status: 'need_identified', reason, person }, `${docType} ${status}`);
    t.equal(owner?.office, registrar.post.office, 'its branch has it');
  }

  // The request already open is not opened twice, and follows through to the register.
  const id = key('nationality_certificate');
  await give(registrar, 'confirmEligibility', id, { provider: lawyer.post.organisation });
  await give(lawyer, 'counsel', id, { by: 'paralegal', mode: 'phone', minutes: 5, advice: ['fees'] });
  await give(lawyer, 'authorise', id, {}, paper);
  await give(lawyer, 'recordEvidence', id, { kind: 'old_document' }, paper);
  await give(lawyer, 'file', id, { office: civil.post.office, applicationNo: '1' });
  await give(civil, 'issue', id, { number: 'NC-5', issuedOn: '2026-03-01' });
  await give(lawyer, 'deliver', id, { receivedBy: person, on: '2026-03-01' }, paper);
  const { record: after } = await w.cases.load(w.registry.byName('person')!, person);
  const { documents } = after.state as { documents?: readonly unknown[] } & typeof after.state;
  const paperNow = documents?.find((one) => (one as { docType: string }).docType === 'nationality_certificate');
  t.match(paperNow, { status: 'valid', usable: true, number: 'NC-5' });

  // Lost once more after delivery: the same request begins anew.
  const document = (paperNow as { document: string }).document;
  await when(registrar, 'person', 'changeDocumentStatus', person, { document, status: 'lost' });
  t.match((await load(id)).state, { status: 'need_identified', reason: 'lost' });

  // A paper nobody had on record is recorded when it is delivered.
  const other = await born();
  await upTo('delivered', other, { docType: 'divorce_deed' });
  const { record: added } = await w.cases.load(w.registry.byName('person')!, other);
  t.match(added.state, { documents: [{ docType: 'divorce_deed', usable: true, number: 'N-99' }] });
  await refused(t, w.when('x', 'person', 'receiveDocument', other, { request: randomUUID() }), 'DOCUMENT_NOT_ISSUED');
});

t.test('a family’s missing card opens a request too, and comes back to the household', async (t) => {
  const { w, when, give, load, born, follow, registrar, lawyer, civil } = await papers();
  const [person, household] = [await born(), randomUUID()];
  const { organisation, office } = registrar.post;
  const branch = { organisation, office };
  const data = { momdFileNo: '1', branch, acceptedBy: 'x', head: person };
  const document = randomUUID();
  await w.given(
    'household',
    household,
    { type: 'HouseholdRegistered', data, by: registrar },
    {
      type: 'IdentityDocumentRecorded',
      data: { document, docType: 'ration_card', status: 'lost', usable: false },
      by: registrar,
    },
    {
      type: 'IdentityDocumentRecorded',
      data: { document: randomUUID(), docType: 'camp_list_entry', status: 'lost', usable: false },
    },
  );
  await follow(`household-${household}`, 0);
  const id = naturalId('docRequest', `${household} ration_card`);
  t.match((await load(id)).state, { status: 'need_identified', household, reason: 'lost' });
  await when(registrar, 'household', 'changeDocumentStatus', household, { document, status: 'expired' });
  t.equal((await load(id)).revision, 0, 'a request under way is not begun again');
  await give(registrar, 'confirmEligibility', id, { provider: lawyer.post.organisation });
  await give(lawyer, 'counsel', id, { by: 'lawyer', mode: 'phone', minutes: 5, advice: ['fees'] });
  await give(lawyer, 'authorise', id, {}, paper);
  await give(lawyer, 'recordEvidence', id, { kind: 'pledge' }, paper);
  await give(lawyer, 'file', id, { office: civil.post.office, applicationNo: '1' });
  await give(civil, 'issue', id, { number: 'R-7', issuedOn: '2026-03-01' });
  await give(lawyer, 'deliver', id, { receivedBy: person, on: '2026-03-01' }, paper);
  const { record } = await w.cases.load(w.registry.byName('household')!, household);
  t.match(record.state, { documents: [{ document, usable: true, number: 'R-7' }, { usable: false }] });
  await refused(t, w.when('x', 'household', 'receiveDocument', household, { request: randomUUID() }), 'DOCUMENT_NOT_ISSUED');
});

t.test('births have 15, 30 or 60 days and deaths abroad 45; after them only a final judgment opens the register', async (t) => {
  const rules = { birth: { facility: 15, home: 30, abroad: 60 }, deathAbroad: 45 };
  const last = (docType: 'birth_certificate' | 'death_certificate', where?: 'facility' | 'home' | 'abroad') =>
    lastDayToRegister(docType, { on: '2026-01-01', where }, rules);
  t.equal(last('birth_certificate', 'facility'), '2026-01-16');
  t.equal(last('birth_certificate', 'home'), '2026-01-31');
  t.equal(last('birth_certificate', 'abroad'), '2026-03-02');
  t.equal(last('birth_certificate'), '2026-03-02', 'where nobody knows the place the longest period counts');
  t.equal(last('death_certificate', 'abroad'), '2026-02-15');
  t.equal(last('death_certificate', 'home'), undefined);

  const { when, give, need, load, born, registrar, lawyer, civil, clerk } = await papers();
  const child = await born('2026-02-01');
  const ask = { docType: 'birth_certificate', person: child, reason: 'never_issued' };
  await refused(t, need({ ...ask, vital: { on: '2026-03-02', where: 'home' } }), 'DATE_IN_THE_FUTURE');
  const id = await need({ ...ask, vital: { on: '2026-02-01', where: 'facility' } });
  t.match((await load(id)).state, { late: true, registerBy: '2026-02-16' });
  const inTime = await need({ ...ask, person: await born('2026-02-20') });
  t.match((await load(inTime)).state, { late: false, registerBy: '2026-04-21' });
  await give(registrar, 'confirmEligibility', id, { provider: lawyer.post.organisation });
  await give(lawyer, 'counsel', id, { by: 'lawyer', mode: 'phone', minutes: 5, advice: ['court_route'] });
  await refused(t, give(lawyer, 'authorise', id, {}, paper), 'MINOR_NEEDS_GUARDIAN');
  await refused(t, give(lawyer, 'authorise', id, { guardian: randomUUID() }, paper), 'GUARDIAN_UNKNOWN');
  const mother = await born();
  await when(registrar, 'person', 'appointRepresentative', child, { representative: mother, mandate: 'parent' }, paper);
  await refused(t, give(lawyer, 'authorise', id, { guardian: mother }), 'CONSENT_NOT_SHOWN');
  await give(lawyer, 'authorise', id, { guardian: mother }, paper);
  t.match((await load(id)).state.authority, { acting: 'guardian', guardian: mother });
  await give(lawyer, 'recordEvidence', id, { kind: 'hospital_or_midwife_paper' }, paper);
  t.same(keysOf((await load(id)).waits), ['openCourtCase'], 'late: the way leads to the court');
  const file = () => give(lawyer, 'file', id, { office: civil.post.office, applicationNo: '1' });
  await refused(t, file(), 'PREREQUISITE_MISSING');
  await give(lawyer, 'recordPrerequisite', id, { docType: 'marriage_contract', person: mother, held: true }, paper);
  await refused(t, file(), 'LATE_REGISTRATION_NEEDS_COURT');
  const courtOffice = clerk.post.office;
  await give(lawyer, 'openCourtCase', id, { court: 'Personal Status Court', courtOffice, caseNo: '5', claimType: 'birth' });
  await give(clerk, 'issueJudgment', id, { on: '2026-03-01', outcome: 'dismissed', judgmentNo: '1' });
  await give(clerk, 'makeJudgmentFinal', id, { on: '2026-03-01' });
  await refused(t, file(), 'LATE_REGISTRATION_NEEDS_COURT');
  await give(lawyer, 'openCourtCase', id, { court: 'Personal Status Court', courtOffice, caseNo: '6', claimType: 'birth' });
  await give(clerk, 'issueJudgment', id, { on: '2026-03-01', outcome: 'granted', judgmentNo: '2' });
  await give(clerk, 'makeJudgmentFinal', id, { on: '2026-03-01' });
  t.equal((await file()).outcome.status, 'application_filed');
});

t.test('a paper that has to come first opens its own request, blocks visibly, and sets going what waited for it', async (t) => {
  const { w, give, need, load, born, upTo, registrar, lawyer, civil } = await papers();
  const person = await born();
  const id = await upTo('evidence_gathering', person, { docType: 'nationality_certificate', reason: 'never_issued' });
  const link = (input: object, extra?: object) => give(lawyer, 'recordPrerequisite', id, { held: false, ...input }, extra);
  await refused(t, link({ docType: 'ration_card' }), 'NOT_A_PREREQUISITE');
  await refused(t, link({ docType: 'civil_status_id', held: true }), 'EVIDENCE_MISSING');
  const waiting = await link({ docType: 'civil_status_id' });
  t.equal(waiting.outcome.status, 'awaiting_prerequisite');
  const first = naturalId('docRequest', `${person} civil_status_id`);
  t.match(waiting.record.waits, [{ key: `prerequisite:civil_status_id:${first}` }]);
  const { state, owner } = await load(first);
  t.match(state, { status: 'need_identified', person, blocks: [{ process: 'docRequest', id, resumed: false }] });
  t.equal(owner?.office, registrar.post.office);
  await upTo('delivered', person, { docType: 'civil_record' });

  // The chain goes on by itself when the first paper is in the person's hand.
  await give(registrar, 'confirmEligibility', first, { provider: lawyer.post.organisation });
  await give(lawyer, 'counsel', first, { by: 'lawyer', mode: 'phone', minutes: 5, advice: ['procedure'] });
  await give(lawyer, 'authorise', first, {}, paper);
  const met = await give(lawyer, 'recordPrerequisite', first, { docType: 'civil_record', held: false });
  t.equal(met.outcome.status, 'evidence_gathering', 'a paper delivered before keeps nobody waiting');
  await issueAndDeliver(first);
  t.equal((await load(id)).status, 'evidence_gathering');
  t.match((await load(id)).state.prerequisites, [{ request: first, met: true }]);
  t.match((await load(first)).state.blocks, [{ resumed: true }]);
  t.equal((await give(lawyer, 'verifyInUse', first, { usedFor: 'bank', on: '2026-03-01' })).outcome.status, 'verified_in_use');

  // Another paper of the family in a request that ended without it: the need is recorded there first.
  const gone = await need({ docType: 'unified_national_card', person });
  await give(registrar, 'withdraw', gone, { by: 'applicant' });
  await refused(t, link({ docType: 'unified_national_card' }), 'PREREQUISITE_CLOSED');
  t.equal((await link({ docType: 'unified_national_card', held: true }, paper)).outcome.status, 'evidence_gathering');

  // Where nobody knows whose paper it would be, it cannot be looked for.
  const household = randomUUID();
  const headless = {
    type: 'DisplacementFileOpened',
    data: { fileNo: '1', branch: { organisation: 'x' }, reason: 'registration' },
  };
  await w.given('household', household, headless);
  const card = await need({ docType: 'residence_card', household });
  await give(registrar, 'confirmEligibility', card, { provider: lawyer.post.organisation });
  await give(lawyer, 'counsel', card, { by: 'lawyer', mode: 'phone', minutes: 5, advice: ['procedure'] });
  await give(lawyer, 'authorise', card, {}, paper);
  const unknown = { docType: 'nationality_certificate', held: false };
  await refused(t, give(lawyer, 'recordPrerequisite', card, unknown), 'HOLDER_UNKNOWN');

  async function issueAndDeliver(request: string): Promise<void> {
    await give(lawyer, 'file', request, { office: civil.post.office, applicationNo: '1' });
    await give(lawyer, 'issue', request, { number: '1', issuedOn: '2026-03-01' }, paper);
    await give(lawyer, 'deliver', request, { receivedBy: person, on: '2026-03-01' }, paper);
  }
});

t.test('cases of other processes that wait for the paper show, and go on once it is there', async (t) => {
  const { give, load, born, upTo, registrar, lawyer } = await papers();
  const person = await born();
  const id = await upTo('application_filed', person);
  const claim = { process: 'hlpCase', id: randomUUID() };
  await give(registrar, 'linkBlocked', id, claim);
  t.same((await give(registrar, 'linkBlocked', id, claim)).events, [], 'twice is once');
  await refused(t, give(registrar, 'resumeBlocked', id, claim), 'WRONG_STATE');
  await give(lawyer, 'issue', id, { number: '1', issuedOn: '2026-03-01' }, paper);
  t.same(keysOf((await load(id)).waits), ['deliver', 'resume']);
  await refused(t, give(registrar, 'resumeBlocked', id, { ...claim, id: randomUUID() }), 'NOT_BLOCKED');
  const delivered = await give(lawyer, 'deliver', id, { receivedBy: person, on: '2026-03-01' }, paper);
  t.match(delivered.events, [{ type: 'DocumentDelivered', data: { resumes: [claim] } }]);
  await refused(t, give(lawyer, 'verifyInUse', id, { usedFor: 'claim', on: '2026-03-01' }), 'BLOCKED_CASES_NOT_RESUMED');
  await give(registrar, 'resumeBlocked', id, claim);
  t.same(keysOf((await load(id)).waits), ['verifyUse']);
  await refused(t, give(lawyer, 'verifyInUse', id, { usedFor: 'claim', on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  // A request that comes to wait for a paper already delivered goes on at once.
  const other = await upTo('evidence_gathering', await born());
  t.match((await give(registrar, 'linkBlocked', id, { process: 'docRequest', id: other })).events, [{ data: { ready: true } }]);
  t.equal((await load(other)).status, 'evidence_gathering');
});

t.test('legal help is given by one organisation, to somebody of the directory, and with a power that holds', async (t) => {
  const { w, give, need, load, born, upTo, registrar, lawyer, civil } = await papers();
  const person = await born();
  const id = await need({ docType: 'civil_record', person });
  await refused(t, give(registrar, 'confirmEligibility', id, { provider: randomUUID() }), 'ORGANISATION_UNKNOWN');
  const counsel = { by: 'lawyer', mode: 'phone', minutes: 5, advice: ['rights'] };
  await refused(t, give(lawyer, 'counsel', id, counsel), 'NOT_FOUND');
  await refused(t, give(registrar, 'counsel', id, counsel), 'FORBIDDEN');
  await give(registrar, 'confirmEligibility', id, { provider: lawyer.post.organisation });
  const other = colleague(registrar, 'legalPartner');
  await refused(t, give(other, 'counsel', id, counsel), 'ANOTHER_PROVIDER');
  await give(lawyer, 'counsel', id, counsel);
  const attorney = { attorneyRef: randomUUID(), scope: 'all_steps' };
  const authorise = (input: object) => give(lawyer, 'authorise', id, input, paper);
  await refused(t, authorise({ attorney }), 'POWER_OF_ATTORNEY_NOT_NOTARISED');
  await refused(t, authorise({ attorney: { ...attorney, notaryNo: '4', until: '2026-02-28' } }), 'POWER_OF_ATTORNEY_EXPIRED');
  await refused(t, give(lawyer, 'revokePowerOfAttorney', id, {}), 'NO_POWER_OF_ATTORNEY');
  const done = await authorise({ attorney: { ...attorney, notaryNo: '4', until: '2026-03-05' } });
  t.match(done.events, [{ type: 'DocumentRequestAuthorised', data: { acting: 'lawyer' } }, { type: 'PowerOfAttorneyGranted' }]);
  await refused(t, give(lawyer, 'recordEvidence', id, { kind: 'pledge' }), 'EVIDENCE_MISSING');
  await give(lawyer, 'recordEvidence', id, { kind: 'pledge' }, paper);
  w.at('2026-03-06T08:00:00.000Z');
  const file = () => give(lawyer, 'file', id, { office: civil.post.office, applicationNo: '1' });
  await refused(t, file(), 'POWER_OF_ATTORNEY_EXPIRED');
  t.equal(
    (await authorise({ attorney: { ...attorney, notaryNo: '5', until: '2026-04-05' } })).outcome.status,
    'evidence_gathering',
  );
  t.equal((await give(lawyer, 'revokePowerOfAttorney', id, { reason: 'family changed its mind' })).outcome.status, 'counselled');
  await authorise({ attorney: { ...attorney, notaryNo: '6' } });
  await give(lawyer, 'recordEvidence', id, { kind: 'photographs' }, paper);
  await file();
  await give(lawyer, 'revokePowerOfAttorney', id, {});
  t.equal((await load(id)).status, 'application_filed', 'what was filed stays filed');
  await give(lawyer, 'reject', id, { reason: 'record_not_found' }, paper);
  await refused(t, file(), 'NOT_AUTHORISED');
  const again = await upTo('evidence_gathering');
  await refused(t, give(lawyer, 'file', again, { office: randomUUID(), applicationNo: '1' }), 'OFFICE_UNKNOWN');
});

t.test('the court room: hearings, judgment, appeal, and a judgment that is final', async (t) => {
  const { w, give, load, upTo, lawyer, clerk } = await papers();
  const id = await upTo('evidence_gathering');
  const open = (input: object) =>
    give(lawyer, 'openCourtCase', id, { court: 'Personal Status Court', caseNo: '5', claimType: 'correction', ...input });
  await refused(t, open({ courtOffice: randomUUID() }), 'OFFICE_UNKNOWN');
  await refused(t, open({ nextDate: '2026-02-01' }), 'NEXT_DATE_IN_THE_PAST');
  await open({ courtOffice: clerk.post.office, nextDate: '2026-03-01' });
  const due = async () => (await load(id)).waits[0]?.due?.slice(0, 10);
  t.equal(await due(), '2026-03-15', 'followed up after 14 days');
  w.at('2026-03-05T08:00:00.000Z');
  await refused(t, give(clerk, 'holdHearing', id, { on: '2026-03-06' }), 'DATE_IN_THE_FUTURE');
  await refused(t, give(clerk, 'holdHearing', id, { on: '2026-03-05', nextDate: '2026-03-04' }), 'NEXT_DATE_IN_THE_PAST');
  await give(clerk, 'holdHearing', id, { on: '2026-03-05', nextDate: '2026-03-20' });
  t.equal(await due(), '2026-03-19', 'every step begins the time anew');
  const judgment = { on: '2026-03-05', outcome: 'granted_in_part', judgmentNo: '9' };
  await refused(t, give(lawyer, 'issueJudgment', id, judgment), 'EVIDENCE_MISSING');
  await refused(t, give(clerk, 'issueJudgment', id, { ...judgment, on: '2026-03-06' }), 'DATE_IN_THE_FUTURE');
  await refused(t, w.when(clerk, 'docRequest', 'issueJudgment', id, judgment, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  await give(lawyer, 'issueJudgment', id, judgment, letter);
  t.equal((await give(lawyer, 'appealJudgment', id, { by: 'other_party' })).outcome.status, 'court_case_open');
  t.equal((await load(id)).state.court?.outcome, undefined, 'an appealed judgment counts for nothing');
  await give(clerk, 'issueJudgment', id, { ...judgment, outcome: 'granted' });
  await refused(t, give(lawyer, 'makeJudgmentFinal', id, { on: '2026-03-05' }), 'EVIDENCE_MISSING');
  await refused(t, give(clerk, 'makeJudgmentFinal', id, { on: '2026-03-09' }), 'DATE_IN_THE_FUTURE');
  t.equal((await give(clerk, 'makeJudgmentFinal', id, { on: '2026-03-05' })).outcome.status, 'evidence_gathering');
  t.match((await load(id)).state.court, { outcome: 'granted', final: true });
  await refused(t, give(someone('courtClerk'), 'makeJudgmentFinal', id, { on: '2026-03-05' }), 'NOT_FOUND');
});

t.test('a test of lineage is ordered by the court with consent, and nothing of it is kept but references', async (t) => {
  const { w, give, upTo, lawyer, clerk } = await papers();
  const id = await upTo('evidence_gathering');
  const court = { court: 'Personal Status Court', courtOffice: clerk.post.office, caseNo: '5', claimType: 'lineage' };
  await give(lawyer, 'openCourtCase', id, court);
  const refs = { orderRef: randomUUID(), labRef: randomUUID() };
  const order = (extra: object) => give(clerk, 'orderLineageTest', id, refs, extra);
  await refused(t, order({ record: { consentRef: 'form 4' } }), 'COURT_ORDER_MISSING');
  await refused(t, order(letter), 'CONSENT_NOT_SHOWN');
  t.equal((await order({ record: { ...letter.record, consentRef: 'form 4' } })).outcome.status, 'lineage_test_ordered');
  await refused(t, give(clerk, 'recordLineageResult', id, { outcomeRef: 'confirmed' }), 'INVALID_INPUT');
  await refused(t, give(clerk, 'recordLineageResult', id, { outcomeRef: randomUUID(), outcome: 'confirmed' }), 'INVALID_INPUT');
  t.equal((await give(clerk, 'recordLineageResult', id, { outcomeRef: randomUUID() })).outcome.status, 'lineage_result');
  const { history } = await w.cases.load(docRequest, id);
  t.notMatch(JSON.stringify(history), /not_confirmed|"confirmed"/);
  t.equal((await give(clerk, 'holdHearing', id, { on: '2026-03-01' })).outcome.status, 'hearing');
  await refused(t, give(lawyer, 'waiveLineageTest', id, { waiverBasis: 'other_proof_accepted' }), 'EVIDENCE_MISSING');
  t.equal((await give(clerk, 'waiveLineageTest', id, { waiverBasis: 'other_proof_accepted' })).outcome.status, 'lineage_result');
});

t.test(
  'a check is opened only on a written demand; blocked, it is raised or asked for again, and cleared it goes on',
  async (t) => {
    const { give, load, upTo, lawyer, civil } = await papers();
    const id = await upTo('evidence_gathering');
    await refused(t, give(lawyer, 'requestSecurityCheck', id, {}), 'DEMAND_NOT_SHOWN');
    await give(lawyer, 'requestSecurityCheck', id, { clearanceId: randomUUID() }, letter);
    await refused(t, give(lawyer, 'blockOnSecurity', id, {}), 'EVIDENCE_MISSING');
    t.equal((await give(lawyer, 'blockOnSecurity', id, {}, letter)).outcome.status, 'blocked_security');
    const raised = await give(lawyer, 'escalateBlock', id, { to: 'governorate', reason: 'no answer in writing' });
    t.match(raised, {
      outcome: { status: 'blocked_security' },
      events: [{ type: 'DocumentBlockEscalated', data: { to: 'governorate' } }],
    });
    t.equal((await give(lawyer, 'requestSecurityCheck', id, {}, letter)).outcome.status, 'security_check');
    await refused(t, give(lawyer, 'clearSecurityCheck', id, {}), 'EVIDENCE_MISSING');
    t.equal((await give(lawyer, 'clearSecurityCheck', id, {}, letter)).outcome.status, 'evidence_gathering');
    await give(lawyer, 'file', id, { office: civil.post.office, applicationNo: '1' });
    await give(civil, 'recordMissingParentRecord', id, {});
    t.same(keysOf((await load(id)).waits), ['unblock']);
    await refused(t, give(lawyer, 'recordParentRecord', id, {}), 'EVIDENCE_MISSING');
    t.equal((await give(civil, 'recordParentRecord', id, {})).outcome.status, 'application_filed', 'it goes on where it stood');
  },
);

t.test('the office books, takes biometrics where the paper needs them, issues or rejects', async (t) => {
  const { give, upTo, born, need, lawyer, civil, registrar } = await papers();
  const person = await born();
  const id = await upTo('application_filed', person, { docType: 'unified_national_card' });
  const issue = (input: object = {}) => give(civil, 'issue', id, { number: 'U1', issuedOn: '2026-03-01', ...input });
  await refused(t, give(civil, 'bookAppointment', id, { slot: '2026-02-28T08:00:00Z' }), 'APPOINTMENT_IN_THE_PAST');
  await refused(t, give(civil, 'startProduction', id, {}), 'BIOMETRICS_MISSING');
  await refused(t, issue(), 'BIOMETRICS_MISSING');
  t.equal((await give(civil, 'takeBiometrics', id, {})).outcome.status, 'biometrics_taken');
  await refused(t, issue({ issuedOn: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await refused(t, issue({ expiresOn: '2026-03-01' }), 'EXPIRES_BEFORE_ISSUE');
  await refused(t, give(lawyer, 'issue', id, { number: 'U1', issuedOn: '2026-03-01' }), 'EVIDENCE_MISSING');
  await refused(t, give(registrar, 'issue', id, { number: 'U1', issuedOn: '2026-03-01' }), 'FORBIDDEN');
  await refused(t, give(someone('civilAffairs'), 'issue', id, { number: 'U1', issuedOn: '2026-03-01' }), 'NOT_FOUND');
  await issue();
  const deliver = (input: object = {}, extra: object = paper) =>
    give(lawyer, 'deliver', id, { receivedBy: person, on: '2026-03-01', ...input }, extra);
  await refused(t, deliver({}, {}), 'RECEIPT_MISSING');
  await refused(t, deliver({ on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await refused(t, deliver({ on: '2026-02-28' }), 'DELIVERED_BEFORE_ISSUE');
  await refused(t, deliver({ receivedBy: randomUUID() }), 'RECEIVER_NOT_ENTITLED');
  await deliver();

  const plain = await upTo('application_filed', await born());
  await refused(t, give(civil, 'takeBiometrics', plain, {}), 'NO_BIOMETRICS_FOR_THIS_PAPER');
  await refused(t, give(lawyer, 'reject', plain, { reason: 'wrong_office' }), 'EVIDENCE_MISSING');
  await refused(t, give(civil, 'reject', plain, { reason: 'other' }), 'REASON_NEEDS_WORDS');
  t.equal((await give(civil, 'reject', plain, { reason: 'wrong_office' })).outcome.status, 'rejected');
  t.equal(
    (await give(lawyer, 'file', plain, { office: civil.post.office, applicationNo: '2' })).outcome.status,
    'application_filed',
  );
  await refused(t, give(lawyer, 'closeUnresolved', plain, { reason: 'no_legal_way' }), 'LETTER_MISSING');
  t.equal((await give(lawyer, 'closeUnresolved', plain, { reason: 'not_reached' })).outcome.status, 'closed_unresolved');
  t.ok(await need({ docType: 'passport', person }));
});

t.test('a residence card needs the mukhtar’s letter, and one that is not too old', async (t) => {
  const { w, give, need, born, load, registrar, lawyer, civil } = await papers();
  const [person, household] = [await born(), randomUUID()];
  const data = { momdFileNo: '1', branch: { organisation: randomUUID() }, acceptedBy: 'x', head: person };
  await w.given('household', household, { type: 'HouseholdRegistered', data });
  const id = await need({ docType: 'residence_card', household });
  await give(registrar, 'confirmEligibility', id, { provider: lawyer.post.organisation });
  await give(lawyer, 'counsel', id, { by: 'lawyer', mode: 'phone', minutes: 5, advice: ['rights'] });
  await give(lawyer, 'authorise', id, {}, paper);
  await give(lawyer, 'recordEvidence', id, { kind: 'witness_statement' }, paper);
  const file = () => give(lawyer, 'file', id, { office: civil.post.office, applicationNo: '1' });
  await refused(t, file(), 'LETTER_MISSING');
  const mukhtar = someone('localAuthority', { governorate: registrar.post.governorate ?? '' });
  await refused(t, give(mukhtar, 'recordSupportingLetter', id, { kind: 'mukhtar_letter' }), 'LETTER_MISSING');
  const dated = (date: string) => ({ record: { letterRef: { number: '1', date, issuedBy: 'Mukhtar' } } });
  const write = (date: string) => give(mukhtar, 'recordSupportingLetter', id, { kind: 'mukhtar_letter' }, dated(date));
  await refused(t, write('2026-03-02'), 'DATE_IN_THE_FUTURE');
  await write('2026-01-15');
  await refused(t, file(), 'LETTER_TOO_OLD');
  await write('2026-02-20');
  t.equal((await file()).outcome.status, 'application_filed');
  await refused(t, give(mukhtar, 'withdraw', id, { by: 'applicant' }), 'FORBIDDEN');
  const police = someone('communityPolice', { governorate: registrar.post.governorate ?? '' });
  await refused(t, give(police, 'recordEscort', id, { to: civil.post.office, on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  t.match((await give(police, 'recordEscort', id, { to: civil.post.office, on: '2026-03-01' })).events, [
    { type: 'EscortProvided' },
  ]);
  t.equal((await load(id)).status, 'application_filed');
});

t.test('each column-5 role does what the matrix gives it, and no more', async (t) => {
  const { w, give, upTo, need, born, load, registrar, head, lawyer } = await papers();
  const id = await upTo('issued');
  await refused(t, give(registrar, 'deliver', id, { receivedBy: randomUUID(), on: '2026-03-01' }, paper), 'FORBIDDEN');
  await refused(t, give(head, 'withdraw', id, { by: 'applicant' }), 'FORBIDDEN');
  await refused(t, give(someone('registrar'), 'linkBlocked', id, { process: 'claim', id: randomUUID() }), 'NOT_FOUND');
  await refused(t, give(someone('serviceDirectorate'), 'linkBlocked', id, { process: 'claim', id: randomUUID() }), 'FORBIDDEN');
  for (const role of ['planning', 'branchesAffairs', 'counterExtremism', 'tribalAffairs', 'financeMinistry'] as const) {
    await refused(t, give(someone(role), 'linkBlocked', id, { process: 'claim', id: randomUUID() }), 'NOT_FOUND');
  }
  const camp = colleague(registrar, 'campManager');
  const asked = { docType: 'passport', person: await born(), reason: 'lost' };
  t.ok(await w.when(camp, 'docRequest', 'identifyNeed', undefined, asked));
  await refused(t, w.when(someone('partnerCaseworker'), 'docRequest', 'identifyNeed', undefined, asked), 'FORBIDDEN');
  await refused(t, w.when(registrar, 'docRequest', 'meetPrerequisite', id, { request: id }), 'FORBIDDEN');
  await refused(t, w.when(lawyer, 'docRequest', 'needArose', undefined, asked), 'FORBIDDEN');
  const counted = await need({ docType: 'civil_record', person: await born() });
  const { waits } = await load(counted);
  t.match(waits, [{ key: 'counsel', due: '2026-03-08T08:00:00.000Z' }], 'counselling within 7 days');
});

t.test('why the paper is missing, its number and the court’s answer are sealed', async (t) => {
  const { w, upTo, give, lawyer } = await papers();
  const id = await upTo('issued');
  const stored = (await w.log.read(`docRequest-${id}`)).map((one) => Buffer.from(one.bytes).toString('utf8'));
  t.notMatch(stored.join(''), /"reason":"lost"|N-99/);
  t.match(stored[0], /\$sealed/);
  const claim = { court: 'Court', caseNo: 'no-7781', claimType: 'lineage' };
  const other = await upTo('evidence_gathering');
  await give(lawyer, 'openCourtCase', other, claim);
  const text = Buffer.from((await w.log.read(`docRequest-${other}`)).at(-1)!.bytes).toString('utf8');
  t.notMatch(text, /lineage|no-7781/);
});

t.test('every refusal of a document request has its words, and no words are left over', async (t) => {
  const folder = 'src/domain/docRequest';
  const text = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
  const codes = new Set(
    text.flatMap((one) => [...one.matchAll(/ensure(?:Another)?\([^;]*?'([A-Z][A-Z_]{4,})'/g)].map((match) => match[1]!)),
  );
  for (const code of codes) t.match(wordFor(docRequest, 'refusals', code), { en: /\w/, ar: /\p{Script=Arabic}/u }, code);
  for (const code of Object.keys(docRequest.labels.refusals)) t.ok(codes.has(code), `${code} is still used`);
  type Kind = Parameters<typeof wordFor>[1];
  const said = (kind: Kind, keys: readonly string[]) => {
    for (const key of keys) t.match(wordFor(docRequest, kind, key), { en: /\w/, ar: /\p{Script=Arabic}/u }, `${kind} ${key}`);
  };
  said('states', docRequest.statuses);
  said('commands', Object.keys(docRequest.commands));
  said('events', Object.keys(docRequest.events));
  const own = Object.values(docRequest.commands).filter((one) => !one.kernel);
  const shapes = [...Object.values(docRequest.events), ...own.map((one) => one.input)];
  said('fields', [...new Set(shapes.flatMap((shape) => Object.keys(shape.shape)))]);
});
