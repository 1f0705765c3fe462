import { randomUUID } from 'node:crypto';
import t from 'tap';
import { wordFor, type wordsOf } from '../../src/domain/kernel/caseLabels.ts';
import { CATEGORY_OF, NEEDS, serviceCodes } from '../../src/domain/provider/codes.ts';
import { type ProviderState, provider } from '../../src/domain/provider/index.ts';
import { referrals, terms } from '../support/referrals.ts';
import { colleague, refused, someone } from '../support/scenario.ts';

t.test('an organisation has one directory entry, entered by itself or by the referral desk, once it is registered', async (t) => {
  const { w, desk, receiver } = await referrals();
  const again = { organisation: receiver.organisation, phone: '07700000000' };
  await refused(t, w.when(desk, 'provider', 'register', undefined, again), 'ALREADY_EXISTS');
  const unknown = { organisation: randomUUID(), phone: '07700000000' };
  await refused(t, w.when(desk, 'provider', 'register', undefined, unknown), 'ORGANISATION_UNKNOWN');
  const names = { ar: 'منظمة', en: 'Organisation' };
  const manager = someone('providerManager');
  const own = { organisation: manager.post.organisation, phone: '07700000000' };
  await w.given('organisation', own.organisation, {
    type: 'OrganisationRegistered',
    data: { kind: 'ngo', names, from: '2020-01-01' },
  });
  await refused(t, w.when(receiver.manager, 'provider', 'register', undefined, own), 'NOT_YOUR_ORGANISATION');
  const { outcome } = await w.when(manager, 'provider', 'register', undefined, own);
  t.equal(outcome.status, 'listed');
});

t.test('a service is added with its needs, areas, terms and capacity, paused, resumed and ended', async (t) => {
  const { w, receiver, serviceId } = await referrals();
  const { manager, id } = receiver;
  const state = async () => (await w.cases.load(provider, id)).record.state as ProviderState;
  t.match((await state()).services, [{ id: serviceId, status: 'offered', needs: terms.needs, areas: ['IQG15'] }]);
  await w.when(manager, 'provider', 'changeCapacity', id, { service: serviceId, capacity: { level: 'limited', places: 4 } });
  t.match((await state()).services, [{ capacity: { level: 'limited', places: 4 } }]);
  await refused(t, w.when(manager, 'provider', 'resumeService', id, { service: serviceId }), 'SERVICE_NOT_PAUSED');
  await refused(
    t,
    w.when(manager, 'provider', 'pauseService', id, { service: serviceId, reason: 'moving', until: '2026-02-01' }),
    'UNTIL_IN_THE_PAST',
  );
  await w.when(manager, 'provider', 'pauseService', id, { service: serviceId, reason: 'moving', until: '2026-04-01' });
  t.match((await state()).services, [{ status: 'paused' }]);
  await refused(t, w.when(manager, 'provider', 'pauseService', id, { service: serviceId, reason: 'again' }), 'SERVICE_PAUSED');
  await w.when(manager, 'provider', 'resumeService', id, { service: serviceId });
  t.match((await state()).services, [{ status: 'offered' }]);
  await w.when(manager, 'provider', 'endService', id, { service: serviceId, reason: 'project over' });
  t.match((await state()).services, [{ status: 'ended' }]);
  await refused(t, w.when(manager, 'provider', 'resumeService', id, { service: serviceId }), 'SERVICE_ENDED');
  await refused(t, w.when(manager, 'provider', 'endService', id, { service: randomUUID(), reason: 'x y z' }), 'SERVICE_UNKNOWN');
  await refused(t, w.when(manager, 'provider', 'addService', id, { ...terms, areas: ['Mosul'] }), 'INVALID_INPUT');
  const none = { level: 'open', places: 0 };
  await refused(t, w.when(manager, 'provider', 'addService', id, { ...terms, capacity: none }), 'INVALID_INPUT');
});

t.test('sensitive services stand in a closed list that only the referral desk writes', async (t) => {
  const { w, desk, receiver, listSpecialised } = await referrals();
  const { manager, id } = receiver;
  for (const need of ['gbv', 'child_protection', 'mhpss', 'ysl', 'tip', 'specialised_support'])
    await refused(
      t,
      w.when(manager, 'provider', 'addService', id, { ...terms, needs: [need] }),
      'SENSITIVE_SERVICE_NEEDS_LISTING',
    );
  const { needs: _, ...rest } = terms;
  await refused(t, w.when(manager, 'provider', 'listSpecialised', id, { ...rest, sensitive: 'gbv' }), 'FORBIDDEN');
  const service = await listSpecialised(receiver, 'gbv');
  const { state } = (await w.cases.load(provider, id)).record;
  t.match((state as ProviderState).services.at(-1), { id: service, sensitive: 'gbv', needs: ['gbv'] });
  await refused(t, w.when(desk, 'provider', 'listSpecialised', id, { ...rest, sensitive: 'gbv' }), 'ALREADY_LISTED');
  t.ok(provider.decisions?.includes('ServiceAdded'), 'nor by correcting an entry');
});

t.test('a focal point works for the provider, and is replaced by somebody who does', async (t) => {
  const { w, receiver } = await referrals();
  const { manager, id, organisation } = receiver;
  const hired = async (at: string) => {
    const staff = randomUUID();
    const post = { membership: randomUUID(), role: 'referralFocalPoint', organisation: at, from: '2025-01-01' };
    const identity = { issuer: 'https://id.example.org', subject: staff };
    const enrolled = { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity, synthetic: true } };
    await w.given('staff', staff, enrolled, { type: 'MembershipGranted', data: post });
    return staff;
  };
  const [one, two, stranger] = [await hired(organisation), await hired(organisation), await hired(randomUUID())];
  await refused(t, w.when(manager, 'provider', 'appointFocalPoint', id, { staff: stranger }), 'NOT_OF_THIS_PROVIDER');
  await w.when(manager, 'provider', 'appointFocalPoint', id, { staff: one });
  await refused(t, w.when(manager, 'provider', 'appointFocalPoint', id, { staff: one }), 'ALREADY_FOCAL_POINT');
  await refused(t, w.when(manager, 'provider', 'replaceFocalPoint', id, { staff: two, by: one }), 'NOT_A_FOCAL_POINT');
  await refused(t, w.when(manager, 'provider', 'replaceFocalPoint', id, { staff: one, by: stranger }), 'NOT_OF_THIS_PROVIDER');
  await refused(t, w.when(manager, 'provider', 'replaceFocalPoint', id, { staff: one, by: one }), 'ALREADY_FOCAL_POINT');
  const { record } = await w.when(manager, 'provider', 'replaceFocalPoint', id, { staff: one, by: two });
  t.same((record.state as ProviderState).focalPoints, [two]);
});

t.test('the provider has 60 days to confirm its entry, and each confirmation starts them anew', async (t) => {
  const { w, receiver } = await referrals();
  const { manager, id, organisation } = receiver;
  const waits = async () => (await w.cases.load(provider, id)).record.waits;
  t.match(await waits(), [
    { party: 'provider', holder: { organisation }, due: '2026-04-30T05:00:00.000Z', rule: 'provider.confirm' },
  ]);
  w.at('2026-04-20T05:00:00.000Z');
  await w.when(manager, 'provider', 'confirmEntry', id, {});
  t.match(await waits(), [{ since: '2026-04-20T05:00:00.000Z', due: '2026-06-19T05:00:00.000Z' }]);
  t.equal((await waits()).length, 1);
});

t.test('a provider keeps its own entry and nobody else’s, and every officer may look it up', async (t) => {
  const { w, receiver, register, serviceId } = await referrals();
  const other = await register();
  const change = { service: serviceId, capacity: { level: 'full' } };
  await refused(t, w.when(other.manager, 'provider', 'changeCapacity', receiver.id, change), 'FORBIDDEN');
  await refused(t, w.when(someone('registrar'), 'provider', 'confirmEntry', receiver.id, {}), 'FORBIDDEN');
  await refused(
    t,
    w.when(colleague(receiver.manager, 'partnerCaseworker'), 'provider', 'confirmEntry', receiver.id, {}),
    'FORBIDDEN',
  );
});

t.test('every command on an entry given twice under one key happens once', async (t) => {
  const { w, desk, receiver, serviceId } = await referrals();
  const { manager, id } = receiver;
  const { needs: _, ...rest } = terms;
  const tries = [
    [manager, 'addService', terms],
    [desk, 'listSpecialised', { ...rest, sensitive: 'mhpss' }],
    [manager, 'changeCapacity', { service: serviceId, capacity: { level: 'full' } }],
    [manager, 'pauseService', { service: serviceId, reason: 'moving house' }],
    [manager, 'resumeService', { service: serviceId }],
    [manager, 'confirmEntry', {}],
    [manager, 'endService', { service: serviceId, reason: 'project over' }],
  ] as const;
  for (const [by, command, input] of tries) {
    const first = await w.when(by, 'provider', command, id, input, { key: command });
    const again = await w.when(by, 'provider', command, id, input, { key: command });
    t.equal(first.events.length, 1, command);
    t.match(again, { events: [], outcome: { replayed: true, revision: first.outcome.revision } }, command);
  }
});

t.test('everything a person reads of the directory has its words in English and Arabic', async (t) => {
  const said = (kind: Parameters<typeof wordsOf>[1], keys: readonly string[]) => {
    for (const key of keys) t.match(wordFor(provider, kind, key), { en: /\w/, ar: /\p{Script=Arabic}/u }, `${kind} ${key}`);
  };
  said('states', provider.statuses);
  said('commands', Object.keys(provider.commands));
  said('events', Object.keys(provider.events));
  said('waits', ['confirm:3']);
  said('parties', ['provider']);
  said('fields', [...new Set(Object.values(provider.events).flatMap((shape) => Object.keys(shape.shape)))]);
  for (const need of NEEDS) t.ok(serviceCodes.need[need] && serviceCodes.category[CATEGORY_OF[need]], need);
});
