import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type Api, startApi } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

let api: Api;
t.before(async () => {
  api = await startApi([parcel]);
});
t.teardown(() => api.close());

async function opened() {
  const carrier = api.person('partnerCaseworker');
  const by = api.person('registrar');
  const body = { to: carrier.post.organisation, name: 'Synthetic Family', need: 'insulin' };
  const answer = await api.call('POST', '/v1/parcels', { as: by, body });
  return { by, carrier, body, answer, id: answer.json.id as string };
}

t.test('a case is opened and answers where it is, what it is and what may be done next', async (t) => {
  const { answer, id } = await opened();
  t.equal(answer.status, 201, answer.text);
  t.match(answer.json, { status: 'requested', revision: 0, position: /^\d+$/, reference: /^\d{4}-\d{4}-\d{4}-\d$/ });
  t.equal(answer.headers.get('location'), `/v1/parcels/${id}`);
  t.equal(answer.headers.get('etag'), '"0"');
  t.equal(answer.headers.get('masar-position'), answer.json.position);
  t.match(
    answer.json.actions.find((one: { command: string }) => one.command === 'send'),
    { allowed: true },
  );
});
