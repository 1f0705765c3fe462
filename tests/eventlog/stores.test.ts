import { randomUUID } from 'node:crypto';
import t from 'tap';
import { emergencyAccess } from '../../src/domain/emergencyAccess/index.ts';
import { Hidden } from '../../src/domain/kernel/privacy.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { createCodec, type Draft, UndecodableEvent } from '../../src/eventlog/codec.ts';
import { destroyRestricted } from '../../src/eventlog/erasures.ts';
import { derivedId, newId } from '../../src/eventlog/ids.ts';
import { missingKeys } from '../../src/eventlog/missingKeys.ts';
import { LogUnavailable, OutcomeUnknown } from '../../src/eventlog/port.ts';
import { ofRestricted, RestrictedUnavailable, routed } from '../../src/eventlog/stores.ts';
import { KeyMissing, memoryKeyring } from '../../src/platform/keyring.ts';
import { parcel } from '../support/sampleProcess.ts';
import { refused, someone, world } from '../support/scenario.ts';

const REASON = 'a family is held at a gate';
const NAME = 'somebody';

const draftOf = (stream: string, type: string, data: object): Draft => ({
  ...{ id: randomUUID(), stream, revision: 0, type, recordedAt: '2026-03-01T08:00:00.000Z', data },
  metadata: {
    ...{ commandId: randomUUID(), command: 'given', inputMac: '', correlationId: 'test', channel: 'in_person' },
    ...{ occurredAt: '2026-03-01T08:00:00.000Z', actor: { id: 'x', post: 'registrar' } },
  },
});

/** Both stores, and in each a case under one id: who opens a case chooses its id. */
async function oneIdInBoth(openRestricted?: () => never) {
  const general = world([parcel]);
  const restricted = world([emergencyAccess]);
  const both = routed(registryOf([parcel, emergencyAccess]), general, async () => openRestricted?.() ?? restricted);
  const id = randomUUID();
  const asked = { process: 'clearance', case: randomUUID(), hours: 1, reason: REASON };
  await restricted.given('emergencyAccess', id, { type: 'EmergencyAccessRequested', data: asked });
  await general.given('parcel', id, { type: 'ParcelRequested', data: { to: randomUUID(), name: NAME } });
  const rowsOf = async (w: ReturnType<typeof world>, stream: string) =>
    (await w.codec.decode(await w.log.read(stream), 'none')).map(({ data }) => JSON.parse(JSON.stringify(data)));
  const rows = [...(await rowsOf(restricted, `emergencyAccess-${id}`)), ...(await rowsOf(general, `parcel-${id}`))];
  return { general, restricted, both, id, rows };
}

t.test('what each store sealed is opened by its own key, also where one id is in both', async (t) => {
  const { general, restricted, both, id, rows } = await oneIdInBoth();
  const [emergency] = await both.codec.decode(await restricted.log.read(`emergencyAccess-${id}`), 'all');
  t.match(emergency?.data, { reason: REASON });
  const [request] = await both.codec.decode(await general.log.read(`parcel-${id}`), 'all');
  t.match(request?.data, { name: NAME });
  t.match(await both.codec.open(rows, 'all'), [{ reason: REASON }, { name: NAME }], 'rows of read models as well');
});

t.test('erasing a case reaches no case of the other store that bears its id', async (t) => {
  const { general, restricted, both, id, rows } = await oneIdInBoth();
  general.keyring.destroy(id);
  await destroyRestricted(restricted, [id]);
  const [emergency, request] = await both.codec.open(rows, 'all');
  t.match(emergency, { reason: REASON });
  t.ok(request.name instanceof Hidden && request.name.reason === 'erased');
});

t.test('values of the general store open while the restricted one is away, and its own say that it is', async (t) => {
  const { general, both, id, rows } = await oneIdInBoth(() => {
    throw new LogUnavailable('gone');
  });
  const [request] = await both.codec.decode(await general.log.read(`parcel-${id}`), 'all');
  t.match(request?.data, { name: NAME });
  await t.rejects(both.codec.open(rows, 'all'), RestrictedUnavailable);
});

t.test('what may be written in the restricted store is not told as a store that was not reached', async (t) => {
  const cut = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const unknown = new OutcomeUnknown('the connection broke', cut);
  await t.rejects(
    ofRestricted(() => Promise.reject(unknown)),
    unknown,
  );
  await t.rejects(
    ofRestricted(() => Promise.reject(cut)),
    RestrictedUnavailable,
    'control',
  );
});

t.test('a key that is missing is a fault, and never told as erased', async (t) => {
  const { general, id, rows } = await oneIdInBoth();
  const keyring = memoryKeyring();
  const older = createCodec(general.registry, keyring);
  const fault: unknown = await older.decode(await general.log.read(`parcel-${id}`), 'all').catch((error: unknown) => error);
  t.ok(fault instanceof UndecodableEvent && fault.cause instanceof KeyMissing, String(fault));
  await t.rejects(older.open(rows[1], 'all'), KeyMissing);
  t.same(await missingKeys({ ...general, codec: older, keyring }), [{ subject: id, tier: 'T1' }], 'each is found once');
  await keyring.destroy(id, ['T1']);
  t.same(await missingKeys({ ...general, codec: older, keyring }), []);
  t.match(await older.open(rows[1], 'all'), { name: { reason: 'erased' } }, 'until it is given up');
});

t.test('what was sealed before values named their store opens as it did, and is erased with the rest', async (t) => {
  const { restricted, both } = await oneIdInBoth();
  const id = randomUUID();
  const stream = `emergencyAccess-${id}`;
  const older = createCodec(registryOf([{ ...emergencyAccess, store: 'general' }]), restricted.keyring);
  const about = randomUUID();
  const data = { process: 'clearance', case: about, hours: 1, reason: REASON };
  await restricted.log.append(stream, 'none', await older.encode([draftOf(stream, 'EmergencyAccessRequested', data)]));
  const [event] = await both.codec.decode(await restricted.log.read(stream), 'all');
  t.match(event?.data, { reason: REASON });
  await destroyRestricted(restricted, [about]);
  const [erased] = await both.codec.decode(await restricted.log.read(stream), 'all');
  t.match(erased?.data, { reason: { reason: 'erased' } });
});

t.test('nobody chooses an id of the kind that Masar derives, whether something bears it yet or not', async (t) => {
  const w = world([parcel]);
  const registrar = someone('registrar');
  const open = (id: string) => w.when(registrar, 'parcel', 'request', id, { to: randomUUID(), name: NAME });
  await refused(t, open(derivedId('case', 'to come')), 'ID_RESERVED');
  await refused(t, open(derivedId('document', registrar.id, 'a key of mine')), 'ID_RESERVED');
  t.equal((await open(newId())).outcome.status, 'requested', 'control: one that is random is free');
});

t.test('who chooses the id of a new case may not take that of a case of another process', async (t) => {
  const other = world([parcel, emergencyAccess]);
  const id = randomUUID();
  const asked = { process: 'clearance', case: randomUUID(), hours: 1, reason: REASON };
  await other.given('emergencyAccess', id, { type: 'EmergencyAccessRequested', data: asked });
  const registrar = someone('registrar');
  const open = (chosen: string) => other.when(registrar, 'parcel', 'request', chosen, { to: randomUUID(), name: NAME });
  await refused(t, open(id), 'ALREADY_EXISTS');
  t.equal((await other.log.read(`parcel-${id}`)).length, 0);
  const free = randomUUID();
  t.equal((await open(free)).outcome.status, 'requested', 'control: another id is free');
});
