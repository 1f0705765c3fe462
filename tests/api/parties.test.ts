import t from 'tap';
import { type Answer, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { client, referrals } from '../support/referrals.ts';

const story = await referrals();
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
