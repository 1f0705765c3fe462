import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type Claim, claim, claimFollowUps } from '../../src/domain/claim/index.ts';
import { docRequest, docRequestFollowUps } from '../../src/domain/docRequest/index.ts';
import type { FollowUp } from '../../src/domain/kernel/followUp.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { movement } from '../../src/domain/movement/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { papersMissing } from '../../src/domain/person/papers.ts';
import { returnGrant } from '../../src/domain/returnGrant/index.ts';
import { migrateQueue } from '../../src/platform/queue.ts';
import { following } from '../../src/workers/reactors/followUps.ts';
import { paper, papers } from '../support/papers.ts';
import { testDatabase } from '../support/postgres.ts';
import { refused } from '../support/scenario.ts';
import { workersFor } from '../workers/support.ts';

/** Somebody whose civil record is asked for, and cases of theirs that wait for it. */
async function waiting() {
  const all = await papers(undefined, [claim, movement, returnGrant]);
  const { w, born } = all;
  const whose = await born();
  const request = await all.upTo('application_filed', whose);

  /** A claim whose claimant was asked for papers on the first of March, to be brought by the last of April. */
  async function asked(): Promise<string> {
    const id = randomUUID();
    const incident = { date: { date: '2015-05-01', precision: 'month' }, area: 'IQG15Q07N03', cause: 'other' };
    const by = { claimant: whose, claimantKind: 'natural', capacity: 'self', victims: [whose] };
    await w.given(
      'claim',
      id,
      { type: 'ClaimPrepared', data: { ...by, type: 'injury', incident } },
      { type: 'ClaimInformationRequested', data: { items: [{ item: 'identity' }], dueOn: '2026-04-30' } },
    );
    return id;
  }
  async function going(): Promise<string> {
    const id = randomUUID();
    const data = { household: randomUUID(), topics: ['rights'], toldStale: false, language: 'ar' };
    await w.given('movement', id, { type: 'MovementInformationProvided', data });
    return id;
  }
  /** A grant that could not be paid because there is no card. */
  async function cardless(): Promise<string> {
    const id = randomUUID();
    const checks = {
      registered: 'passed',
      returnRegistered: 'passed',
      fileClosed: 'passed',
      card: 'passed',
      duplicates: 'passed',
    };
    const of = { household: randomUUID(), returnDate: '2025-12-01', governorate: 'IQG15' };
    const money = { allocation: randomUUID(), amountIQD: 4_000_000 };
    await w.given(
      'returnGrant',
      id,
      { type: 'ReturnGrantEligibilityConfirmed', data: { ...of, checks } },
      { type: 'ReturnGrantApproved', data: { amountIQD: 4_000_000, ruleVersion: 'default' } },
      { type: 'ReturnGrantPaymentFailed', data: { reason: 'card_missing', ...money } },
    );
    return id;
  }
  const block = (process: string, id: string, of = request) => all.give(all.registrar, 'linkBlocked', of, { process, id });
  const waits = async (process: string, id: string) =>
    (await w.cases.glance(`${process}-${id}`)).waits.map((one) => one.key.replace(request, 'request'));
  const told = async (process: string, id: string) =>
    (await w.cases.load(w.registry.byName(process)!, id)).history.map((one) => one.type);
  async function deliver(): Promise<void> {
    await all.give(all.lawyer, 'issue', request, { number: '1', issuedOn: w.now().slice(0, 10) }, paper);
    await all.give(all.lawyer, 'deliver', request, { receivedBy: whose, on: w.now().slice(0, 10) }, paper);
  }
  return { ...all, whose, request, asked, going, cardless, block, waits, told, deliver };
}

t.test(
  'a claim waits for a paper under way, does not lapse meanwhile, and goes on by itself once it is handed over',
  async (t) => {
    const { w, request, asked, block, waits, told, deliver, load } = await waiting();
    const id = await asked();
    w.at('2026-04-20T08:00:00.000Z');
    await block('claim', id);
    await block('claim', id);
    t.same(await waits('claim', id), ['supplyInformation', 'document:request']);
    const timers = async () => claim.timers?.((await w.cases.glance(`claim-${id}`)).state as Claim);
    t.same(await timers(), [], 'nobody is reminded of a paper that an office has not made yet');
    w.at('2026-06-20T08:00:00.000Z');
    t.same((await w.when('timers', 'claim', 'expireInformation', id, {})).events, []);
    await deliver();
    t.same(await waits('claim', id), ['supplyInformation']);
    t.same((await told('claim', id)).slice(2), ['DocumentAwaited', 'AwaitedDocumentIssued']);
    t.match(await timers(), [{ at: '2026-06-30T21:00:00.000Z' }], 'the ten days that were left run on');
    t.same(
      (await load(request)).waits.map((one) => one.key),
      ['verifyUse'],
      'nobody has to see to it any more',
    );
    t.equal((await told('docRequest', request)).at(-1), 'BlockedCaseResumed');
  },
);

t.test('the time runs on once no paper is under way any more, also when it will not come', async (t) => {
  const { w, born, upTo, request, asked, block, give, lawyer, waits } = await waiting();
  const id = await asked();
  const other = await upTo('application_filed', await born());
  await block('claim', id);
  await block('claim', id, other);
  w.at('2026-03-11T08:00:00.000Z');
  await give(lawyer, 'closeUnresolved', request, { reason: 'not_reached' });
  t.same(await waits('claim', id), ['supplyInformation', `document:${other}`]);
  const state = async () => (await w.cases.glance(`claim-${id}`)).state as Claim;
  t.equal((await state()).request?.pausedOn, '2026-03-01');
  // Nothing is left to wait for when the second one is withdrawn.
  await give(lawyer, 'closeUnresolved', other, { reason: 'not_reached' });
  t.same(await waits('claim', id), ['supplyInformation']);
  t.equal((await state()).request?.dueOn, '2026-05-10');
});

t.test('a movement shows the papers under way until they are there, and is not held for them', async (t) => {
  const { request, whose, w, going, block, waits, told, deliver } = await waiting();
  const id = await going();
  await block('movement', id);
  t.same(await waits('movement', id), ['recordIntention', 'document:request']);
  await deliver();
  t.same(await waits('movement', id), ['recordIntention']);
  t.equal((await told('movement', id)).at(-1), 'AwaitedDocumentIssued');
  const paperOf = { request, holder: whose, docType: 'civil_record' };
  t.same((await w.when('document requests', 'movement', 'noteDocumentGivenUp', id, paperOf)).events, []);
});

t.test('a grant that could not be paid for want of a card waits for money again once the paper is there', async (t) => {
  const { w, cardless, block, waits, deliver, request } = await waiting();
  const id = await cardless();
  await block('returnGrant', id);
  t.same(await waits('returnGrant', id), ['solveCardProblem', 'document:request']);
  await deliver();
  t.same(await waits('returnGrant', id), ['fund']);
  t.equal((await w.cases.glance(`returnGrant-${id}`)).status, 'approved');
  // Linked only when the paper is there already: it goes on at once.
  const late = await cardless();
  await block('returnGrant', late);
  t.equal((await w.cases.glance(`returnGrant-${late}`)).status, 'approved');
  t.same(await waits('docRequest', request), ['verifyUse']);
});

t.test('only the system says that a paper is there, and a case that is not there leaves the wait to an officer', async (t) => {
  const { w, registrar, request, whose, going, block, waits, deliver } = await waiting();
  const input = { request, holder: whose, docType: 'civil_record' };
  await refused(t, w.when(registrar, 'movement', 'noteDocumentIssued', await going(), input), 'FORBIDDEN');
  await refused(t, w.when(registrar, 'docRequest', 'noteResumed', request, { process: 'claim', id: request }), 'FORBIDDEN');
  const nowhere = randomUUID();
  await block('claim', nowhere);
  await deliver();
  t.same(await waits('docRequest', request), ['verifyUse', `resume:claim:${nowhere}`]);
});

t.test('the reactors set going what a paper blocked, and need no second look at a missing paper', async (t) => {
  const { w, whose, registrar, lawyer, request, asked, waits } = await waiting();
  const { url } = await testDatabase(t);
  const place = { kind: 'postgres', url, schema: 'jobs' } as const;
  await migrateQueue(place);
  const crew = await workersFor(t, w, place);
  const follow = (name: string, process: Process, followUps: (event: never) => readonly FollowUp[]) =>
    following({ name, process, followUps: (event) => followUps(event as never), onRefusal: 'go on' });
  await crew.start([
    follow('claims', claim, claimFollowUps),
    follow('document requests', docRequest, docRequestFollowUps),
    follow('papers of persons', person, papersMissing),
  ]);
  const id = await asked();
  await w.when(registrar, 'docRequest', 'linkBlocked', request, { process: 'claim', id });
  await crew.settled();
  t.same(await waits('claim', id), ['supplyInformation', 'document:request']);
  await w.when(lawyer, 'docRequest', 'issue', request, { number: '1', issuedOn: '2026-03-01' }, paper);
  await w.when(lawyer, 'docRequest', 'deliver', request, { receivedBy: whose, on: '2026-03-01' }, paper);
  await crew.settled();
  t.same(await waits('claim', id), ['supplyInformation']);
  t.same(await waits('docRequest', request), ['verifyUse']);
  const missing = { document: randomUUID(), docType: 'nationality_certificate', status: 'never_issued', usable: false };
  await w.given('person', whose, { type: 'IdentityDocumentRecorded', data: missing, by: registrar });
  await w.given('person', whose, { type: 'IdentityDocumentRecorded', data: missing, by: registrar });
  await crew.settled();
  t.equal(await crew.jobs("refusal is not null and reactor = 'papers of persons'"), 0, 'a request that is there is no refusal');
  t.same(await crew.operator.troubled(10), []);
});
