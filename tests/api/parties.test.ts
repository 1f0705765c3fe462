import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Membership } from '../../src/domain/access/membership.ts';
import { listExport } from '../../src/domain/listExport/index.ts';
import { organisation as orgProcess } from '../../src/domain/organisation/index.ts';
import { reintegrationPlan } from '../../src/domain/reintegrationPlan/index.ts';
import { type Answer, type SignedIn, startApi } from '../support/api.ts';
import { caughtUp, withReadModels } from '../support/apiReads.ts';
import { letterOf, movements } from '../support/movements.ts';
import { client, referrals } from '../support/referrals.ts';
import { someone } from '../support/scenario.ts';
import { toldOf } from '../support/told.ts';

t.setTimeout(120_000);

const story = await referrals(undefined, [reintegrationPlan]);
const { w, sender, receiver, ask } = story;
const api = await startApi(w, withReadModels(t));
t.teardown(() => api.close());
const at = { organisation: sender.post.organisation, office: sender.post.office ?? '' };
const caseworker = api.person('partnerCaseworker', at);
const focal = api.person('referralFocalPoint', { organisation: receiver.organisation });
const stranger = api.person('referralFocalPoint');

const read = async (path: string, as = focal): Promise<Answer> =>
  caughtUp(async () => api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } }));
const give = (as: typeof focal, id: string, command: string, body: object = {}) =>
  api.call('POST', `/v1/referrals/${id}/${command}`, { as, body });

/** A referral whose draft once said more than was sent. */
async function sentAfterSecondThoughts(): Promise<string> {
  const { id } = await story.family();
  const id2 = await story.draft({ householdId: id, client: { ...client, needSummary: 'a first thought, taken back' } });
  await w.when(sender, 'referral', 'updateDraft', id2, { ...ask, householdId: id });
  await story.send(id2);
  return id2;
}

t.test('who takes part in a case is shown what happened since, and not the drafts before', async (t) => {
  const id = await sentAfterSecondThoughts();
  const types = async (as: typeof focal) =>
    (await read(`/v1/referrals/${id}/timeline`, as)).json.items.map((one: { type: string }) => one.type);
  t.same(await types(focal), ['ReferralSent']);
  t.same(await types(caseworker), ['ReferralDrafted', 'ReferralDraftUpdated', 'ReferralSent']);
  t.equal((await give(focal, id, 'take', { wait: 'acknowledge' })).status, 200);
  t.same(await types(focal), ['ReferralSent', 'CaseTaken'], 'also not to whom the work is given');
  const changes = (await read('/v1/changes')).json.items.filter((one: { id: string }) => one.id === id);
  t.match(changes, [{ type: 'ReferralSent' }, { type: 'CaseTaken' }]);
});

t.test('a case as it was known before an organisation took part is not shown to that organisation', async (t) => {
  const id = await sentAfterSecondThoughts();
  const entries = (await read(`/v1/referrals/${id}/timeline`, caseworker)).json.items as { logIndex: string }[];
  const asOf = (index: number) => `/v1/referrals/${id}?asOf=${entries[index]?.logIndex}`;
  t.match((await read(asOf(0), caseworker)).json.state.client, { needSummary: 'a first thought, taken back' });
  t.match(await read(asOf(0)), { status: 404, json: { code: 'NOT_FOUND' } });
  t.match(await read(asOf(2)), { status: 200, json: { status: 'sent' } });
  await give(focal, id, 'take', { wait: 'acknowledge' });
  t.match(await read(asOf(0)), { status: 404 }, 'also not to whom the work is given');
});

t.test("the sender's own links are not shown to the receiver", async (t) => {
  const id = await sentAfterSecondThoughts();
  t.ok((await read(`/v1/referrals/${id}`, caseworker)).json.state.householdId);
  const { state } = (await read(`/v1/referrals/${id}`)).json;
  t.match(state, { status: 'sent', payload: { client: { name: 'Client A' } } });
  for (const own of ['householdId', 'personId', 'holders', 'toDelete']) t.notOk(own in state, own);
});

t.test('a former receiver finds in its queue what it has to confirm, and who had no part is told nothing', async (t) => {
  const id = await story.upTo('received');
  await w.when(sender, 'referral', 'withdrawByClient', id, { by: 'client' });
  t.match(await read(`/v1/referrals/${id}`), { status: 404 });
  const waits = async (as = focal) =>
    (await read('/v1/queue', as)).json.items
      .filter((one: { id: string }) => one.id === id)
      .map((one: { wait: string }) => one.wait);
  t.same(await waits(), [`confirmDeletion:${receiver.organisation}`]);
  t.same(await waits(stranger), []);
  const work = (await read('/v1/my-work')).json.newInOffice.items as { id: string }[];
  t.ok(work.some((one) => one.id === id));
  t.match(await give(stranger, id, 'confirm-deletion'), { status: 404, json: { code: 'NOT_FOUND' } });
  t.match(await give(focal, id, 'confirm-deletion'), { status: 200 });
  t.same(await waits(), []);
});

t.test('who supports a mind is told of it, with who keeps the plan: the other parties of a plan are not', async (t) => {
  const [id, shelter, mind] = [randomUUID(), randomUUID(), randomUUID()];
  const [builder, listener] = [someone('serviceDirectorate'), someone('serviceDirectorate')];
  const { organisation: keeper, office = '' } = sender.post;
  const branch = someone('headOfBranch');
  const goal = (goal: string, domain: string, { post }: { readonly post: { readonly organisation: string } }) => ({
    ...{ goal, domain, due: '2026-09-01' },
    owner: { by: 'organisation', organisation: post.organisation },
  });
  const goals = [goal(shelter, 'shelter', builder), goal(mind, 'mhpss', listener)];
  const consent = { basis: 'form', ref: 'P-1', givenOn: '2026-02-01', recipients: [] };
  const beneficiary = { kind: 'household', household: randomUUID() };
  await w.given(
    'reintegrationPlan',
    id,
    { type: 'ReintegrationPlanProposed', data: { beneficiary, branch: branch.post.office }, by: sender },
    { type: 'ReintegrationAssessmentDone', data: { scores: { mhpss: 1, shelter: 2 } }, by: sender },
    { type: 'ReintegrationPlanAgreed', data: { goals, consent, reviews: [{ round: 1, due: '2026-06-01' }] }, by: sender },
    { type: 'PlanGoalStarted', data: { goal: mind }, by: sender },
    { type: 'PlanGoalStarted', data: { goal: shelter }, by: sender },
  );
  const at = ({ post }: typeof builder): SignedIn =>
    api.person(post.role, { organisation: post.organisation, ...(post.office ? { office: post.office } : {}) });
  const keeps = api.person('partnerCaseworker', { organisation: keeper, office });
  const paths = [`reintegration-plans/${id}`, `reintegration-plans/${id}/timeline`, 'queue?limit=200'];
  for (const [who, as, told] of [
    ['who keeps it', keeps, true],
    ['who gives it', at(listener), true],
    ['who sees to another goal', at(builder), false],
    ['the branch of the family', at(branch), false],
  ] as const) {
    for (const path of paths) {
      const { status, text } = await read(`/v1/${path}`, as);
      t.equal(status, 200, `${who}: ${path}`);
      t.equal(text.includes(mind), told, `${who}: the goal in ${path}`);
      if (!path.startsWith('queue')) t.equal(/"domain":"mhpss"/.test(text), told, `${who}: its domain in ${path}`);
      t.match(
        text,
        path.startsWith('queue') && as !== keeps && who.includes('gives') ? mind : shelter,
        `${who}: the rest of ${path}`,
      );
    }
  }
});

t.test('what the branch of departure keeps of a movement is not shown to the branch that receives', async (t) => {
  const m = await movements();
  const there = await startApi(m.w, withReadModels(t));
  t.teardown(() => there.close());
  const trip = await m.journey();
  await trip.to('approved');
  const visit = { visit: randomUUID(), participants: [trip.home.mother] };
  await m.w.given('movement', trip.id, { type: 'GoAndSeeVisitRequested', data: visit, by: m.registrar });
  const stateFor = async ({ role, organisation, office = '', governorate = '' }: Membership) => {
    const as = there.person(role, { organisation, office, governorate });
    const headers = { 'masar-after': String(await there.log.head()) };
    const { status, json } = await there.call('GET', `/v1/movements/${trip.id}`, { as, headers });
    t.equal(status, 200, role);
    return json.state;
  };
  t.match((await stateFor(m.registrar.post)).visits, [{ visit: visit.visit }]);
  for (const { post } of [m.receiver, m.receiverHead]) {
    const state = await stateFor(post);
    t.match(state, { status: 'approved' });
    t.notOk('visits' in state, post.role);
  }
});

t.test('of a clearance a partner is told one of three words, and nothing tells apart what stands behind one', async (t) => {
  const m = await movements(undefined, [listExport, orgProcess]);
  const there = await startApi(m.w, withReadModels(t));
  t.teardown(() => there.close());
  const { organisation, office = '', governorate = '' } = m.registrar.post;
  const here = { organisation, office, governorate };
  const [partner, camp] = (['partnerCaseworker', 'campManager'] as const).map((role) => there.person(role, here));
  const insiders = (['registrar', 'verifier', 'headOfBranch'] as const).map((role) => there.person(role, here));

  /** A movement whose first clearance was asked for and answered like this, on the same days for all. */
  async function answered(...steps: readonly (readonly [string, object])[]) {
    m.w.at('2026-03-01T08:00:00.000Z');
    const trip = await m.journey();
    await trip.to('checks');
    const slot = (await trip.slots())[0]?.slot;
    const lastSeen = (await trip.record()).revision;
    await trip.give('requestClearance', { slot, letter: letterOf('secret request') });
    for (const [command, input] of steps) {
      if (command === 'expire') {
        m.w.at('2026-04-02T08:00:00.000Z');
        await trip.give('expire', {}, 'deadlines');
      } else await trip.give(command, { slot, letter: letterOf('secret answer'), ...input });
    }
    return { movement: trip.id, household: trip.home.id, lastSeen };
  }
  const outcome = (outcome: object) => ['recordClearance', { outcome }] as const;
  const revoked = ['revokeClearance', {}] as const;
  const [soon, later] = ['2026-03-20', '2026-04-20'];
  const granted = outcome({ is: 'granted' });
  const onConditions = (validUntil: string) =>
    outcome({ is: 'granted_with_conditions', conditions: 'a secret condition', validUntil });
  const refusal = (reasonCategory: string) => outcome({ is: 'refused', reasonCategory });
  const alike = {
    cleared: [await answered(granted), await answered(onConditions(later))],
    blocked: [await answered(refusal('name_similarity')), await answered(refusal('undisclosed'))],
    'cleared, then blocked': [await answered(granted, revoked), await answered(onConditions(later), revoked)],
    'cleared, then pending': [
      await answered(outcome({ is: 'granted', validUntil: soon }), ['expire', {}]),
      await answered(onConditions(soon), ['expire', {}]),
    ],
  };
  m.w.at('2026-04-03T08:00:00.000Z');
  const telling =
    /Clearance(Granted|GrantedWithConditions|Refused|Revoked|Expired|OutcomeReceived)|"(granted|granted_with_conditions|revoked|expired|waived|requested)"|condition[^s]|reasonCategory|secret|byLetter|national_security|"renewal"|"review"|"command":"(record|revoke)Clearance","actor"/;

  for (const [word, cases] of Object.entries(alike)) {
    const [first, ...rest] = await Promise.all(cases.map((one) => toldOf(there, partner!, one)));
    for (const [question, answer] of first ?? []) {
      t.notMatch(answer, telling, `${word}: ${question}`);
      for (const other of rest) t.equal(other.get(question), answer, `${word}: ${question}`);
    }
    t.match(first?.get('movements'), /^200 tagged /);
    t.match(first?.get('movements/timeline'), /"ClearanceStatus"/);
    t.match(first?.get('note'), /^412 /);
    t.match(first?.get('export'), /^201 /);
    const shown = `"status":"${word.split(' ').at(-1)}"`;
    t.ok(first?.get('movements')?.includes(shown), shown);
  }
  const [, conditional] = alike.cleared;
  const headers = { 'masar-after': String(await there.log.head()) };
  const told = async (as: SignedIn, path = '') =>
    (await caughtUp(() => there.call('GET', `/v1/movements/${conditional?.movement}${path}`, { as, headers }))).text;
  t.notMatch(`${await told(camp!)} ${await told(camp!, '/timeline')}`, telling, 'nor is a camp manager');
  for (const as of insiders) {
    t.match(await told(as), /"status":"granted_with_conditions","until"/, `${as.post.role} is told what was answered`);
    t.match(await told(as, '/timeline'), /"ClearanceGrantedWithConditions"/, as.post.role);
  }
  const away = someone('registrar', { organisation, governorate: 'IQG01' });
  const slot = { slot: randomUUID(), person: randomUUID(), letter: letterOf('secret answer') };
  const refused = { type: 'ClearanceRefused', data: { ...slot, reasonCategory: 'undisclosed' }, by: away };
  await m.w.given('movement', conditional?.movement ?? '', refused);
  const theirs = { organisation, office: away.post.office ?? '', governorate: 'IQG01' };
  const after = { 'masar-after': String(await there.log.head()) };
  const audited = async (as: SignedIn, action = '') =>
    (
      await caughtUp(() => there.call('GET', `/v1/audit?kind=did&office=${theirs.office}${action}`, { as, headers: after }))
    ).json.items.map((one: { action: string }) => one.action);
  const boss = there.person('headOfBranch', theirs);
  t.same(await audited(boss), ['ClearanceStatus'], 'who audits their own staff in the case of another office is told the word');
  t.same(await audited(boss, '&action=ClearanceRefused'), [], 'nor does the filter tell more');
  for (const action of ['', '&action=ClearanceRefused'])
    t.same(await audited(there.person('auditor'), action), ['ClearanceRefused'], 'who audits everything is told what was done');
  const body = { slot: randomUUID(), letter: letterOf('9') };
  const act = (as: SignedIn) => there.call('POST', `/v1/movements/${conditional?.movement}/revoke-clearance`, { as, body });
  for (const as of [partner!, camp!]) t.equal((await act(as)).status, 403, 'letters are for the branch');
});
