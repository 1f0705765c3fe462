import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Membership } from '../../src/domain/access/membership.ts';
import { reintegrationPlan } from '../../src/domain/reintegrationPlan/index.ts';
import { type Answer, type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { movements } from '../support/movements.ts';
import { client, referrals } from '../support/referrals.ts';
import { someone } from '../support/scenario.ts';

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
  api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } });
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
