import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { type ClaimState, claim } from '../../src/domain/claim/index.ts';
import { type EvictionState, eviction } from '../../src/domain/eviction/index.ts';
import { type HlpCaseState, hlpCase } from '../../src/domain/hlpCase/index.ts';
import { household } from '../../src/domain/household/index.ts';
import { wordFor } from '../../src/domain/kernel/caseLabels.ts';
import { office } from '../../src/domain/office/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { referral } from '../../src/domain/referral/index.ts';
import { colleague, type Person, refused, someone, world } from '../support/scenario.ts';

const letter = { record: { letterRef: { number: '12/4', date: '2026-02-20', issuedBy: 'Governor' } } };
const paper = { record: { evidence: [{ docType: 'scan', ref: 'doc-1' }] } };
const keysOf = (waits: readonly { readonly key: string }[]) => waits.map((one) => one.key.split(':')[0]);
type Extra = typeof letter | typeof paper | Record<string, never> | undefined;

/** A legal partner's office in Ninewa with the institutions round it. */
async function law() {
  const w = world([hlpCase, eviction, household, person, office, claim, referral]);
  const lawyer = someone('legalPartner');
  const clerk = someone('courtClerk');
  const police = someone('communityPolice');
  for (const one of [clerk, police]) {
    const { organisation, office: id = '', governorate } = one.post;
    const data = { organisation, kind: 'court', names: { ar: 'دائرة', en: 'Office' }, governorate, from: '2000-01-01' };
    await w.given('office', id, { type: 'OfficeOpened', data });
  }
  const born = async (): Promise<string> => {
    const id = randomUUID();
    await w.given('person', id, { type: 'PersonRegistered', data: { name: { ar: { first: 'شخص' } }, sex: 'male' } });
    return id;
  };
  const family = async (): Promise<string> => {
    const id = randomUUID();
    const data = { momdFileNo: '1', branch: { organisation: 'x' }, acceptedBy: 'x', head: randomUUID() };
    await w.given('household', id, { type: 'HouseholdRegistered', data });
    return id;
  };
  const ask = async (more: object = {}) => ({
    type: 'secondary_occupation',
    property: { deedNo: '٠٠12 / 7', adm3: 'IQG15Q07N03' },
    parties: [{ person: await born(), role: 'claimant' }],
    urgency: 'normal',
    ...more,
  });
  const open = async (more: object = {}): Promise<string> =>
    (await w.when(lawyer, 'hlpCase', 'open', undefined, await ask(more))).outcome.id;
  const hlp = (command: string, id: string, input: object = {}, extra?: Extra, by: Person = lawyer) =>
    w.when(by, 'hlpCase', command, id, input, extra);
  const load = async (id: string) => {
    const { record } = await w.cases.load(hlpCase, id);
    return { ...record, state: record.state as HlpCaseState };
  };
  const STEPS: readonly (readonly [string, string, object, Extra])[] = [
    ['counselled', 'counsel', { on: '2026-03-01' }, undefined],
    ['evidence', 'recordTenureEvidence', { kind: 'tapu_deed', strength: 'strong' }, paper],
    ['court_open', 'fileCourtClaim', { court: 'Court of first instance', caseNo: '3' }, undefined],
    ['judgment', 'issueJudgment', { judgmentNo: '8', on: '2026-03-01', outcome: 'for_claimant' }, letter],
    ['final', 'makeJudgmentFinal', { on: '2026-03-01' }, letter],
    ['enforcement', 'enforce', { on: '2026-03-01', executionNo: '9' }, letter],
  ];
  const upTo = async (state: string, more: object = {}): Promise<string> => {
    const id = await open(more);
    for (const [reached, command, input, extra] of STEPS) {
      if ((await load(id)).status === state) break;
      await hlp(command, id, input, extra);
      if (reached === state) break;
    }
    return id;
  };
  return { w, lawyer, clerk, police, born, family, ask, open, hlp, load, upTo };
}

t.test('a case goes from intake through evidence and the court to enforcement and restitution', async (t) => {
  const { lawyer, clerk, upTo, hlp, load } = await law();
  const id = await upTo('intake');
  t.match((await load(id)).waits, [{ key: 'counsel', due: '2026-03-15T08:00:00.000Z' }], 'taken in within 14 days');
  const courtOffice = clerk.post.office;
  const steps = [
    [lawyer, 'counsel', { on: '2026-03-01' }, undefined, 'counselled', ['gatherEvidence']],
    [lawyer, 'recordTenureEvidence', { kind: 'utility_bill', strength: 'weak' }, paper, 'evidence', ['chooseWay']],
    [lawyer, 'fileCourtClaim', { court: 'First instance', courtOffice, caseNo: '4' }, undefined, 'court_open', ['judge']],
    [
      clerk,
      'issueJudgment',
      { judgmentNo: '1', on: '2026-03-01', outcome: 'in_part' },
      undefined,
      'judgment',
      ['appealOrAccept'],
    ],
    [lawyer, 'fileAppeal', { by: 'claimant', on: '2026-03-01' }, undefined, 'appeal', ['judge']],
    [
      clerk,
      'issueJudgment',
      { judgmentNo: '2', on: '2026-03-01', outcome: 'for_claimant' },
      undefined,
      'judgment',
      ['appealOrAccept'],
    ],
    [clerk, 'makeJudgmentFinal', { on: '2026-03-01' }, undefined, 'final', ['enforce']],
    [clerk, 'enforce', { on: '2026-03-01', executionNo: '5' }, undefined, 'enforcement', ['carryOut']],
    [lawyer, 'findVacant', { on: '2026-03-01' }, undefined, 'enforcement', ['carryOut']],
    [lawyer, 'recordRestitution', { form: 'enforced', on: '2026-03-01' }, paper, 'restitution_recorded', ['close']],
    [lawyer, 'close', {}, undefined, 'closed', []],
  ] as const;
  for (const [by, command, input, extra, status, waits] of steps) {
    t.equal((await hlp(command, id, input, extra, by)).outcome.status, status, command);
    t.same(keysOf((await load(id)).waits), waits, command);
  }
});

t.test('a case names who claims and which property, and the same deed has the same key however it is written', async (t) => {
  const { w, lawyer, ask, open, load, upTo, hlp } = await law();
  const tried = async (more: object) => w.when(lawyer, 'hlpCase', 'open', undefined, await ask(more));
  await refused(t, tried({ parties: [{ person: randomUUID(), role: 'claimant' }] }), 'PERSON_UNKNOWN');
  await refused(t, tried({ household: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  await refused(t, tried({ property: { adm3: 'IQG15Q07N03' } }), 'PROPERTY_NOT_NAMED');
  const { parties } = await ask();
  await refused(t, tried({ parties: parties.map((one) => ({ ...one, role: 'heir' })) }), 'CLAIMANT_MISSING');
  const keyOf = async (property: object) => (await load(await open({ property }))).state.property?.key;
  const key = await keyOf({ deedNo: '٠٠12 / 7', adm3: 'IQG15Q07N03' });
  t.equal(
    await keyOf({ deedNo: '12-7', adm3: 'IQG15Q07N03' }),
    key,
    'several disputes about one property may stand side by side',
  );
  t.not(await keyOf({ deedNo: '13-7', adm3: 'IQG15Q07N03' }), key);
  const id = await upTo('intake');
  const text = Buffer.from((await w.log.read(`hlpCase-${id}`))[0]!.bytes).toString('utf8');
  t.notMatch(text, /12 \/ 7|"claimant"/, 'deed and parts are sealed');
  await refused(t, hlp('counsel', id, { on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await hlp('counsel', id, { on: '2026-03-01' });
  await refused(t, hlp('recordTenureEvidence', id, { kind: 'witness', strength: 'weak' }), 'EVIDENCE_MISSING');
  const mayor = someone('localAuthority');
  await refused(t, hlp('recordAuthorityLetter', id, { strength: 'medium' }, undefined, mayor), 'LETTER_MISSING');
  const done = await hlp('recordAuthorityLetter', id, { strength: 'medium' }, letter, mayor);
  t.match(done, {
    outcome: { status: 'not_told' },
    record: { status: 'evidence' },
    events: [{ data: { kind: 'authority_letter', strength: 'medium' } }],
  });
});

t.test('talks are screened first, and never offered where there was violence or somebody cannot refuse', async (t) => {
  const { upTo, hlp, load, police } = await law();
  const id = await upTo('evidence');
  const start = (input: object = {}, by = police) =>
    hlp('startMediation', id, { mediator: 'community_police', ...input }, undefined, by);
  const screen = (violenceAgainstWomen: boolean, allMayRefuseFreely: boolean) =>
    hlp('screenForMediation', id, { violenceAgainstWomen, allMayRefuseFreely });
  await refused(t, start(), 'MEDIATION_NOT_SCREENED');
  for (const [violence, free] of [
    [true, true],
    [false, false],
    [true, false],
  ] as const) {
    t.match((await screen(violence, free)).events, [{ type: 'MediationScreened', data: { suitable: false } }]);
    await refused(t, start(), 'MEDIATION_NOT_SUITABLE');
  }
  t.same(
    (await screen(false, true)).events,
    [{ type: 'MediationScreened', data: { suitable: true } }],
    'the grounds are not kept',
  );
  await refused(t, start({ office: randomUUID() }), 'OFFICE_UNKNOWN');
  await refused(t, start({}, someone('civilAffairs')), 'NOT_FOUND');
  t.equal((await start({ office: police.post.office })).outcome.status, 'mediation_open');
  t.match((await load(id)).waits, [{ key: 'mediate', holder: { office: police.post.office } }]);
  const agree = (womenHeard: string, extra: Extra = paper) =>
    hlp('reachAgreement', id, { termsRef: 'T-1', womenHeard }, extra, police);
  await refused(t, agree('yes', {}), 'EVIDENCE_MISSING');
  await refused(t, agree('no'), 'WOMEN_NOT_HEARD');
  t.equal((await agree('yes')).outcome.status, 'agreement');
  t.equal((await hlp('failMediation', id, { reason: 'not kept' }, undefined, police)).outcome.status, 'mediation_failed');
  t.equal(
    (await hlp('startMediation', id, { mediator: 'tribal' }, undefined, someone('tribalAffairs'))).record.status,
    'mediation_open',
  );
  t.equal((await agree('none_concerned')).record.status, 'agreement');
  const settled = await hlp('recordSettlement', id, { form: 'rent_agreed', on: '2026-03-01' }, paper);
  t.equal(settled.outcome.status, 'alternative_settlement');
});

t.test('a restitution that displaces another family needs a plan for it', async (t) => {
  const { upTo, hlp, load, family } = await law();
  const id = await upTo('final');
  const give = (extra: Extra = paper, on = '2026-03-01') => hlp('recordRestitution', id, { form: 'keys_handed_over', on }, extra);
  await refused(t, give({}), 'EVIDENCE_MISSING');
  await refused(t, give(paper, '2026-03-02'), 'DATE_IN_THE_FUTURE');
  await refused(t, give(), 'OCCUPANCY_NOT_LOOKED_AT');
  await refused(t, hlp('identifyOccupant', id, { household: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  const there = await family();
  await hlp('identifyOccupant', id, { household: there, needs: 'a sick child' });
  await refused(t, hlp('identifyOccupant', id, { household: there }), 'OCCUPANT_KNOWN');
  await refused(t, hlp('findVacant', id, { on: '2026-03-01' }), 'OCCUPIED');
  await refused(t, hlp('findVacant', id, { on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await refused(t, give(), 'OCCUPANT_WITHOUT_ALTERNATIVE');
  const { state, waits } = await load(id);
  t.same(keysOf(waits), ['enforce', 'offerAlternative']);
  const offer = (occupant: string) => hlp('offerAlternative', id, { occupant, kind: 'rental_help', accepted: true });
  await refused(t, offer(randomUUID()), 'OCCUPANT_UNKNOWN');
  await offer(state.occupants[0]?.occupant ?? '');
  t.equal((await give()).outcome.status, 'restitution_recorded');
});

t.test('courts and certificates: what is decided is shown on paper or entered by the court, and closes the case', async (t) => {
  const { w, upTo, hlp, load, lawyer, clerk } = await law();
  const id = await upTo('counselled', { type: 'lost_or_burnt_deed' });
  const file = (input: object = {}) => hlp('fileCourtClaim', id, { court: 'First instance', caseNo: '4', ...input });
  await refused(t, file(), 'WRONG_STATE');
  await hlp('screenForMediation', id, { violenceAgainstWomen: true, allMayRefuseFreely: true });
  await hlp('recordTenureEvidence', id, { kind: 'satellite', strength: 'weak' }, paper);
  await refused(t, file({ courtOffice: randomUUID() }), 'OFFICE_UNKNOWN');
  await file({ courtOffice: clerk.post.office });
  const judgment = { judgmentNo: '1', on: '2026-03-01', outcome: 'for_claimant' };
  await refused(t, hlp('issueJudgment', id, judgment), 'EVIDENCE_MISSING');
  await refused(t, hlp('issueJudgment', id, { ...judgment, on: '2026-03-02' }, undefined, clerk), 'DATE_IN_THE_FUTURE');
  await refused(t, w.when(clerk, 'hlpCase', 'issueJudgment', id, judgment, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  await hlp('issueJudgment', id, judgment, undefined, clerk);
  await refused(t, hlp('fileAppeal', id, { by: 'other_party', on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await refused(t, hlp('makeJudgmentFinal', id, { on: '2026-03-01' }), 'EVIDENCE_MISSING');
  await refused(t, hlp('makeJudgmentFinal', id, { on: '2026-03-02' }, letter), 'DATE_IN_THE_FUTURE');
  await hlp('makeJudgmentFinal', id, { on: '2026-03-01' }, letter);
  await refused(t, hlp('enforce', id, { on: '2026-03-01', executionNo: '1' }), 'EVIDENCE_MISSING');
  await refused(t, hlp('enforce', id, { on: '2026-03-02', executionNo: '1' }, letter), 'DATE_IN_THE_FUTURE');
  await refused(t, hlp('recordSettlement', id, { form: 'sale', on: '2026-03-01' }), 'EVIDENCE_MISSING');
  const certificate = {
    certificate: 'replacement_deed',
    number: 'D-4',
    issuer: 'Registry',
    legalEffect: 'ownership',
    on: '2026-03-01',
  };
  await refused(t, hlp('close', id), 'OUTCOME_MISSING');
  await refused(t, hlp('recordCertificate', id, certificate), 'EVIDENCE_MISSING');
  await refused(t, hlp('recordCertificate', id, { ...certificate, on: '2026-03-02' }, paper), 'DATE_IN_THE_FUTURE');
  await hlp('recordCertificate', id, certificate, paper);
  t.match((await load(id)).state, { status: 'final', certificate: { legalEffect: 'ownership' } });
  t.equal((await hlp('close', id)).outcome.status, 'closed');
  const other = await upTo('evidence');
  t.equal((await hlp('close', other, { reason: 'claimant not reached' })).outcome.status, 'closed');
  await refused(t, hlp('close', other, {}, undefined, someone('legalPartner')), 'NOT_FOUND');
  const mine = await upTo('evidence');
  t.equal((await hlp('withdraw', mine, { by: 'claimant' }, undefined, colleague(lawyer))).outcome.status, 'withdrawn');
});

t.test('a case stands still for safety without saying why, and goes on where it stood', async (t) => {
  const { upTo, hlp } = await law();
  const id = await upTo('court_open');
  await refused(t, hlp('suspendForSafety', id, { reasonRef: 'threats by an armed group' }), 'INVALID_INPUT');
  t.equal((await hlp('suspendForSafety', id, { reasonRef: randomUUID() })).outcome.status, 'suspended_for_safety');
  await refused(t, hlp('fileCourtClaim', id, { court: 'Court', caseNo: '1' }), 'WRONG_STATE');
  t.equal((await hlp('resume', id)).outcome.status, 'court_open');
});

t.test('a compensation claim for the property is looked up, never copied', async (t) => {
  const { w, upTo, hlp, load } = await law();
  const id = await upTo('evidence');
  const look = (of: string) => hlp('recordOverlap', id, { claim: of });
  await refused(t, look(randomUUID()), 'CLAIM_UNKNOWN');
  const incident = { date: { date: '2017-01-01', precision: 'year' }, area: 'IQG15Q07N03', cause: 'military_operation' };
  const prepared = { claimant: randomUUID(), claimantKind: 'natural', capacity: 'owner', incident };
  const draft = async (type: string, victims: readonly string[] = []) => {
    const claimId = randomUUID();
    await w.given('claim', claimId, { type: 'ClaimPrepared', data: { ...prepared, type, victims } });
    return claimId;
  };
  await refused(t, look(await draft('injury', [randomUUID()])), 'CLAIM_NOT_OF_PROPERTY');
  const property = await draft('property');
  t.match((await look(property)).events, [{ type: 'OverlapRecorded', data: { claim: property, compensationPaid: false } }]);
  const decided = { amountIQD: 5_000_000, ruleVersion: 'default' };
  await w.given('claim', property, { type: 'ClaimFinalAtSubcommittee', data: decided });
  const { record } = await w.cases.load(claim, property);
  const [payee] = (record.state as Extract<ClaimState, { readonly payees: unknown }>).payees;
  const money = { payee: payee?.payee, amountIQD: 5_000_000, method: 'bank_transfer', proof: '1', paidOn: '2026-03-01' };
  await w.given('claim', property, { type: 'PaymentMade', data: money });
  t.match((await look(property)).events, [{ data: { compensationPaid: true } }], 'visible through the claim itself');
  t.equal((await load(id)).state.overlaps.length, 1, 'looked at again, it stands once');
});

/** A threat of eviction for ten households, two of them on record. */
async function threat() {
  const d = await law();
  const linked = [await d.family(), await d.family()];
  const report = { adm3: 'IQG15Q07N03', tenure: 'public_building', households: 10, linked };
  const opened = await d.w.when(d.lawyer, 'eviction', 'report', undefined, report);
  const id = opened.outcome.id;
  const give = (command: string, input: object = {}, extra?: Extra, by: Person = d.lawyer) =>
    d.w.when(by, 'eviction', command, id, input, extra);
  const load = async () => {
    const { record } = await d.w.cases.load(eviction, id);
    return { ...record, state: record.state as EvictionState };
  };
  const notice = { by: 'Municipality', basis: 'administrative_order', orderNo: '5', date: '2026-03-01', households: 10 };
  const review = async () => {
    await give('recordNotice', notice, letter);
    await give('review', { opinion: 'unlawful' });
  };
  return { ...d, report, linked, id, give, load, notice, review, governor: someone('governorate') };
}

t.test('an eviction is reported, noticed, reviewed, postponed by the governorate until a day, and looked at again', async (t) => {
  const { w, give, load, notice, governor, lawyer, report } = await threat();
  t.match((await load()).waits, [{ key: 'recordNotice', due: '2026-03-04T08:00:00.000Z' }], 'threats within 3 days');
  await refused(t, w.when(lawyer, 'eviction', 'report', undefined, { ...report, linked: [randomUUID()] }), 'HOUSEHOLD_UNKNOWN');
  await refused(t, w.when(lawyer, 'eviction', 'report', undefined, { ...report, households: 1 }), 'MORE_THAN_CONCERNED');
  await refused(t, w.when(lawyer, 'eviction', 'report', undefined, { ...report, site: randomUUID() }), 'OFFICE_UNKNOWN');
  await refused(t, give('recordNotice', notice), 'EVIDENCE_MISSING');
  await refused(t, give('recordNotice', { ...notice, date: '2026-03-02' }, letter), 'DATE_IN_THE_FUTURE');
  await refused(t, give('recordNotice', { ...notice, households: 1 }, letter), 'FEWER_THAN_LINKED');
  t.equal((await give('recordNotice', notice, letter)).outcome.status, 'notice_recorded');
  t.equal((await give('review', { opinion: 'unclear', advice: 'ask for time' })).outcome.status, 'legal_review');
  await refused(t, give('requestPostponement', { on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await give('requestPostponement', { on: '2026-03-01' });
  t.match((await load()).waits, [{ key: 'postpone', holder: { role: 'governorate', governorate: 'IQG15' } }]);
  await refused(t, give('postpone', { until: '2026-04-01' }, letter), 'FORBIDDEN');
  await refused(t, give('postpone', { until: '2026-02-28' }, letter, governor), 'UNTIL_IN_THE_PAST');
  await refused(t, give('postpone', { until: '2026-04-01' }, undefined, governor), 'EVIDENCE_MISSING');
  const elsewhere = someone('governorate', { governorate: 'IQG01' });
  await refused(t, give('postpone', { until: '2026-04-01' }, letter, elsewhere), 'NOT_FOUND');
  await give('postpone', { until: '2026-04-01' }, letter, governor);
  t.same(eviction.timers?.((await load()).state), [
    { key: 'postponementEnds', at: '2026-04-01T21:00:00.000Z', command: 'endPostponement' },
  ]);
  w.at('2026-04-01T20:00:00.000Z');
  t.same(
    (await w.when('deadlines', 'eviction', 'endPostponement', (await load()).id, {})).events,
    [],
    'its last day is not over',
  );
  w.at('2026-04-01T21:00:00.000Z');
  t.equal((await w.when('deadlines', 'eviction', 'endPostponement', (await load()).id, {})).outcome.status, 'legal_review');
  await give('requestPostponement', { on: '2026-04-01' });
  t.equal((await give('refusePostponement', { reason: 'court order' }, undefined, governor)).outcome.status, 'legal_review');
});

t.test('an order is annulled for some of the families and ends with the last, or is upheld', async (t) => {
  const { give, load, review, governor } = await threat();
  await review();
  const annul = (count: number, extra: Extra = letter) => give('annul', { count, ground: 'annulled_by_authority' }, extra);
  await refused(t, annul(3, {}), 'EVIDENCE_MISSING');
  await refused(t, annul(11), 'MORE_THAN_CONCERNED');
  await refused(t, give('annul', { count: 3, ground: 'annulled_by_authority' }, letter, governor), 'FORBIDDEN');
  t.equal((await annul(3)).outcome.status, 'legal_review');
  t.match((await load()).state, { households: 7, annulled: 3 });
  await refused(t, give('uphold', { date: '2026-03-01' }), 'EVIDENCE_MISSING');
  await refused(t, give('uphold', { date: '2026-03-02' }, letter), 'DATE_IN_THE_FUTURE');
  t.equal((await give('uphold', { date: '2026-03-01' }, letter)).outcome.status, 'upheld');
  t.equal((await annul(7)).outcome.status, 'annulled');
  t.same((await load()).waits, []);
});

t.test('families that were put out are referred before the case ends, unless they were offered another place', async (t) => {
  const { give, load, review, linked, family } = await threat();
  await review();
  const execute = (more: object = {}) =>
    give('recordExecution', { on: '2026-03-01', force: true, relocationOffered: false, households: 10, ...more });
  await refused(t, execute({ on: '2026-03-02' }), 'DATE_IN_THE_FUTURE');
  await refused(t, execute({ households: 11 }), 'MORE_THAN_CONCERNED');
  await execute();
  t.same(keysOf((await load()).waits), ['refer', 'refer', 'followUp']);
  const follow = (rehoused = 0, on = '2026-03-01') => give('followUp', { on, rehoused });
  await refused(t, follow(0, '2026-03-02'), 'DATE_IN_THE_FUTURE');
  await refused(t, follow(11), 'MORE_THAN_CONCERNED');
  await refused(t, follow(), 'HOUSEHOLDS_NOT_REFERRED');
  await refused(t, give('referHousehold', { household: randomUUID() }), 'HOUSEHOLD_NOT_CONCERNED');
  await refused(t, give('referHousehold', { household: linked[0], referral: randomUUID() }), 'REFERRAL_UNKNOWN');
  const late = await family();
  await refused(t, give('linkHousehold', { household: randomUUID() }), 'HOUSEHOLD_UNKNOWN');
  await give('linkHousehold', { household: late });
  t.same((await give('linkHousehold', { household: late })).events, []);
  for (const one of [...linked, late]) await give('referHousehold', { household: one });
  t.equal((await follow(4)).outcome.status, 'followed_up');

  const other = await threat();
  await other.review();
  await other.give('recordExecution', { on: '2026-03-01', force: false, relocationOffered: true, households: 2 });
  t.equal((await other.give('followUp', { on: '2026-03-01', rehoused: 2 })).outcome.status, 'followed_up');
  const small = await threat();
  await small.give('recordNotice', { ...small.notice, households: 2, basis: 'no_order' });
  await refused(t, small.give('linkHousehold', { household: await small.family() }), 'MORE_THAN_CONCERNED');
});

t.test('every refusal, state and field of both has its words, and no words are left over', async (t) => {
  type Kind = Parameters<typeof wordFor>[1];
  for (const process of [hlpCase, eviction]) {
    const folder = `src/domain/${process.name}`;
    const text = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
    const codes = new Set(
      text.flatMap((one) => [...one.matchAll(/ensure(?:Another)?\([^;]*?'([A-Z][A-Z_]{4,})'/g)].map((match) => match[1]!)),
    );
    for (const code of Object.keys(process.labels.refusals)) t.ok(codes.has(code), `${code} is still used`);
    const said = (kind: Kind, keys: Iterable<string>) => {
      for (const key of keys) t.match(wordFor(process, kind, key), { en: /\w/, ar: /\p{Script=Arabic}/u }, `${kind} ${key}`);
    };
    const own = Object.values(process.commands).filter((one) => !one.kernel);
    const shapes = [...Object.values(process.events), ...own.map((one) => one.input)];
    said('refusals', codes);
    said('states', process.statuses);
    said('commands', Object.keys(process.commands));
    said('events', Object.keys(process.events));
    said('fields', new Set(shapes.flatMap((shape) => Object.keys(shape.shape))));
  }
});
