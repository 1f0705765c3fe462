import t from 'tap';
import { installation } from '../../src/domain/installation/index.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { type Api, ISSUER, type Subject, startApi } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

let api: Api;
let ministry: string;
const admin = { subject: 'first administrator' };

t.before(async () => {
  api = await startApi([installation, organisation, office, staff, parcel]);
  const made = await bootstrapAdministrator(
    { execute: api.executor.execute, cases: api.cases },
    {
      issuer: ISSUER,
      subject: admin.subject,
      name: { ar: 'مدير النظام' },
      ministry: { ar: 'وزارة', en: 'Ministry' },
      from: '2004-01-01',
      ranBy: 'operator',
      synthetic: true,
    },
  );
  ministry = made.organisation;
});
t.teardown(() => api.close());

const post = async (path: string, as: Subject, body: object) => {
  const answer = await api.call('POST', path, { as, body });
  t.ok(answer.status < 300, `${path}: ${answer.text}`);
  return answer.json;
};

async function hire(subject: string, role: string, branch: string): Promise<{ subject: string; id: string }> {
  const { id } = await post('/v1/staff', admin, {
    issuer: ISSUER,
    subject,
    name: { ar: 'موظف', latin: 'Officer' },
    synthetic: true,
  });
  await post(`/v1/staff/${id}/grant-membership`, admin, {
    role,
    organisation: ministry,
    office: branch,
    governorate: 'IQG15',
    from: '2020-01-01',
  });
  return { subject, id };
}

t.test('an office is staffed through the API, and who was hired can work at once', async (t) => {
  const names = { ar: 'فرع نينوى', en: 'Ninewa branch' };
  const branch = await post('/v1/offices', admin, {
    organisation: ministry,
    names,
    kind: 'branch',
    governorate: 'IQG15',
    from: '2010-01-01',
  });
  const registrar = await hire('registrar', 'registrar', branch.id);
  const me = await api.call('GET', '/v1/me', { as: registrar });
  t.match(me.json, {
    staff: registrar.id,
    name: { ar: 'موظف', latin: 'Officer' },
    day: '2026-03-01',
    posts: [{ role: 'registrar', label: { en: 'Registrar' }, organisation: ministry, office: branch.id, governorate: 'IQG15' }],
  });
  const opened = await api.call('POST', '/v1/parcels', { as: registrar, body: { to: ministry, name: 'Synthetic' } });
  t.equal(opened.status, 201, opened.text);

  t.match(await api.call('GET', '/v1/me', { as: { subject: 'nobody' } }), { status: 403, json: { code: 'NOT_ENROLLED' } });
  const again = { issuer: ISSUER, subject: 'registrar', name: { ar: 'آخر' }, synthetic: true };
  const twice = await api.call('POST', '/v1/staff', { as: admin, body: again });
  t.match(twice, { status: 409, json: { code: 'ALREADY_EXISTS' } }, 'one sign-in is one member of staff');
  t.match(await api.call('POST', '/v1/staff', { as: registrar, body: again }), { status: 403, json: { code: 'FORBIDDEN' } });

  await t.test('a deputy reads and acts for the colleague on leave, and for nobody else', async (t) => {
    const deputy = await hire('deputy', 'verifier', branch.id);
    await post(`/v1/staff/${registrar.id}/start-leave`, registrar, {
      from: '2026-03-01',
      until: '2026-03-10',
      deputy: deputy.id,
    });
    t.match((await api.call('GET', '/v1/me', { as: registrar })).json, { leave: { deputy: deputy.id } });
    const headers = { 'masar-on-behalf-of': registrar.id };
    const asDeputy = await api.call('GET', '/v1/me', { as: deputy, headers });
    t.match(asDeputy.json, { staff: deputy.id, onBehalfOf: registrar.id, posts: [{ role: 'registrar' }] });
    const path = `/v1/parcels/${opened.json.id}`;
    t.equal((await api.call('GET', path, { as: deputy })).status, 404);
    t.equal((await api.call('GET', path, { as: deputy, headers })).status, 200);
    const body = { weight: 1, record: { onBehalfOf: registrar.id } };
    t.equal((await api.call('POST', `${path}/send`, { as: deputy, body })).status, 200);
    const { history } = await api.cases.load(parcel, opened.json.id);
    t.match(history.at(-1)?.meta, { actor: { id: deputy.id, post: 'registrar' }, onBehalfOf: registrar.id });
    const wrong = await api.call('GET', path, { as: registrar, headers: { 'masar-on-behalf-of': deputy.id } });
    t.match(wrong, { status: 403, json: { code: 'NOT_DEPUTY' } });
    t.match(await api.call('GET', path, { as: deputy, headers: { 'masar-on-behalf-of': 'him' } }), { status: 400 });
  });

  await t.test('who is suspended is out at once', async (t) => {
    await post(`/v1/staff/${registrar.id}/suspend`, admin, { reason: 'Under inquiry' });
    const answer = await api.call('GET', '/v1/me', { as: registrar });
    t.match(answer, { status: 403, json: { code: 'SUSPENDED' } });
  });
});
