import t from 'tap';
import { type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { families } from '../support/families.ts';

/** A registered family of one branch, and people at desks near and far. */
async function desks(test: Pick<typeof t, 'teardown'>) {
  const m = await families();
  const api = await startApi(m.w, withReadModels(test));
  test.teardown(() => api.close());
  const { organisation, office = '', governorate = '' } = m.registrar.post;
  const here = { organisation, office, governorate };
  const read = async (path: string, as: SignedIn) =>
    api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } });
  return { ...m, api, here, read, family: await m.registered() };
}

t.test('who may find a family elsewhere learns nothing of how it stands', async (t) => {
  const { api, here, read, family } = await desks(t);
  const cases = async (as: SignedIn) =>
    (await read('/v1/households/board/cases', as)).json.items.map((one: { id: string }) => one.id);
  t.same(await cases(api.person('registrar', here)), [family.id], 'its own branch');
  t.same(await cases(api.person('branchesAffairs')), [family.id], 'headquarters');
  const registrar = api.person('registrar', { governorate: 'IQG01' });
  const caseworker = api.person('partnerCaseworker', { governorate: here.governorate });
  t.equal((await read(`/v1/households/${family.id}`, registrar)).status, 403, 'it may be found');
  t.same(await cases(registrar), [], 'another branch');
  t.same(await cases(caseworker), [], 'a partner of the same governorate');
});
