import { randomUUID } from 'node:crypto';
import t from 'tap';
import { v5 } from 'uuid';
import { z } from 'zod';
import { POLICY, type PolicyRow } from '../../src/domain/access/policy/index.ts';
import { ensure } from '../../src/domain/kernel/errors.ts';
import { isOpen, type Personal, personal } from '../../src/domain/kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';
import { defineRule } from '../../src/domain/kernel/rules.ts';
import { office } from '../../src/domain/office/index.ts';
import { Stale } from '../../src/eventlog/failures.ts';
import { derivedId, naturalId } from '../../src/eventlog/ids.ts';
import { colleague, refused, someone, world } from '../support/scenario.ts';

const events = {
  ParcelRequested: z.strictObject({
    to: z.string(),
    urgency: z.enum(['emergency', 'normal']),
    name: personal(z.string(), 'T2'),
    packer: z.string().optional(),
    contents: z.array(z.strictObject({ what: personal(z.string(), 'T1', 'packer') })).optional(),
  }),
  ParcelSent: z.strictObject({ weight: z.number() }),
  ParcelDelivered: z.strictObject({}),
};
type Parcel =
  | { status: 'none' }
  | { status: 'requested'; to: string; urgency: string; name: Personal<string> }
  | { status: 'sent'; to: string; urgency: string; weight: number }
  | { status: 'delivered'; to: string };

function evolve(state: Parcel, event: FoldEvent<typeof events>): Parcel {
  switch (event.type) {
    case 'ParcelRequested':
      return { status: 'requested', ...event.data };
    case 'ParcelSent':
      return state.status === 'requested' ? { ...state, status: 'sent', weight: event.data.weight } : state;
    case 'ParcelDelivered':
      return state.status === 'sent' ? { status: 'delivered', to: state.to } : state;
  }
}

const windows = defineRule({
  key: 'parcel.send',
  schema: z.record(z.string(), z.union([z.strictObject({ hours: z.number() }), z.strictObject({ days: z.number() })])),
  default: { emergency: { hours: 4 }, normal: { days: 3 } },
  source: '[C]',
});
const en = (text: string) => ({ en: text, ar: text });
const p = defineProcess({
  name: 'parcel',
  plural: 'parcels',
  store: 'general',
  tier: 'T1',
  events,
  initial: { status: 'none' } as Parcel,
  evolve,
  waitsOn: {
    none: () => [],
    requested: (s) => [{ key: 'send', party: 'sender', clock: 'send', by: s.urgency }],
    sent: (s) => [{ key: 'deliver', party: 'carrier', holder: { organisation: s.to } }],
    delivered: () => [],
  },
  ends: ['delivered'],
  about: (s) => ('to' in s ? { parties: [s.to] } : {}),
  reservesOnAdoption: (s) => ('weight' in s ? [{ scope: 'parcel.weight', value: String(s.weight) }] : []),
  retracts: ['requested'],
  clocks: { send: windows },
  reopens: {
    from: ['delivered'],
    state: (s) => (s.status === 'delivered' ? { status: 'sent' as const, to: s.to, urgency: 'normal', weight: 0 } : s),
  },
  decisions: ['ParcelDelivered'],
  labels: {
    name: en('Parcel'),
    plural: en('Parcels'),
    states: {},
    commands: {},
    events: {},
    waits: {},
    parties: {},
    refusals: {},
    fields: {},
    codes: {},
  },
});
const parcel = p.withCommands({
  request: p.command({
    from: 'new',
    permission: 'parcel:request',
    input: z.strictObject({ to: z.string(), urgency: z.enum(['emergency', 'normal']), name: z.string() }),
    reserves: (c) => [{ scope: 'parcel.name', value: c.name }],
    emits: ['ParcelRequested'],
    to: ['requested'],
    decide: (c) => [{ type: 'ParcelRequested', data: c }],
  }),
  rename: p.command({
    from: ['requested'],
    permission: 'parcel:send',
    input: z.strictObject({ name: z.string() }),
    reserves: (c) => [{ scope: 'parcel.name', value: c.name }],
    emits: ['ParcelRequested'],
    to: ['requested'],
    decide: (c, { to, urgency }) => [
      { type: 'ParcelRequested', data: { to, urgency: urgency === 'normal' ? 'normal' : 'emergency', name: c.name } },
    ],
  }),
  send: p.command({
    from: ['requested'],
    permission: 'parcel:send',
    input: z.strictObject({ weight: z.number() }),
    emits: ['ParcelSent'],
    to: ['sent'],
    decide: (c, s) => {
      ensure(c.weight < 100, 'TOO_HEAVY', { urgency: s.urgency });
      return [{ type: 'ParcelSent', data: { weight: c.weight } }];
    },
  }),
  deliver: p.command({
    from: ['sent'],
    permission: 'parcel:deliver',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['ParcelDelivered'],
    to: ['delivered'],
    decide: () => [{ type: 'ParcelDelivered', data: {} }],
  }),
});

// The parcel is no process of Masar, so its rows stand beside the real table for this file only.
const table = POLICY as PolicyRow[];
table.push({ role: 'registrar', scope: 'office', tier: 'T2', allow: ['parcel:*'] });
table.push({ role: 'partnerCaseworker', scope: 'party', tier: 'T2', allow: ['parcel:deliver', 'parcel:work', 'parcel:read'] });

const opened = async () => {
  const w = world([parcel]);
  const by = someone('registrar');
  const carrier = someone('partnerCaseworker');
  const input = { to: carrier.post.organisation, urgency: 'emergency', name: `family ${randomUUID()}` };
  const { outcome } = await w.when(by, 'parcel', 'request', undefined, input);
  return { w, by, carrier, input, id: outcome.id };
};

t.test('a case is opened, moves on and ends, and each answer says what may be done next', async (t) => {
  const { w, by, carrier, id } = await opened();
  const sent = await w.when(by, 'parcel', 'send', id, { weight: 3 });
  t.match(sent.events, [{ type: 'ParcelSent', data: { weight: 3 } }]);
  t.match(sent.outcome, { status: 'sent', replayed: false });
  t.match(
    sent.outcome.actions.find((one) => one.command === 'send'),
    { allowed: false, reason: 'WRONG_STATE' },
  );
  const done = await w.when(carrier, 'parcel', 'deliver', id, {});
  t.equal(done.outcome.status, 'delivered');
  t.same(done.record.waits, []);
});

t.test('a wait carries the due time of its clock, under the named version of the rule', async (t) => {
  const { w, id } = await opened();
  const { record } = await w.cases.load(parcel, id);
  t.match(record.waits, [
    {
      key: 'send',
      since: '2026-03-01T08:00:00.000Z',
      due: '2026-03-01T12:00:00.000Z',
      rule: 'parcel.send',
      ruleVersion: 'default',
    },
  ]);
});

t.test('a command given twice with one key happens once, and other words under the same key are refused', async (t) => {
  const { w, by, id } = await opened();
  const first = await w.when(by, 'parcel', 'send', id, { weight: 3 }, { key: 'k' });
  const again = await w.when(by, 'parcel', 'send', id, { weight: 3 }, { key: 'k' });
  t.equal(again.outcome.revision, first.outcome.revision);
  t.equal(again.outcome.replayed, true);
  t.same(again.events, []);
  await refused(t, w.when(by, 'parcel', 'send', id, { weight: 4 }, { key: 'k' }), 'IDEMPOTENCY_KEY_REUSED');
});

t.test('a rule that says no writes nothing', async (t) => {
  const { w, by, id } = await opened();
  const before = await w.log.head();
  await refused(t, w.when(by, 'parcel', 'send', id, { weight: 100 }), 'TOO_HEAVY');
  await refused(t, w.when(by, 'parcel', 'send', id, { weight: 'much' }), 'INVALID_INPUT');
  await refused(t, w.when(by, 'parcel', 'deliver', id, {}), 'WRONG_STATE');
  await refused(t, w.when(someone('registrar'), 'parcel', 'send', id, { weight: 1 }), 'NOT_FOUND');
  await refused(
    t,
    w.when(by, 'parcel', 'send', id, { weight: 1 }, { record: { occurredAt: '2026-03-02T08:00:00.000Z' } }),
    'IN_THE_FUTURE',
  );
  t.equal(await w.log.head(), before);
});

t.test('a decision about money needs the revision the officer looked at, and a stale one is told what changed', async (t) => {
  const { w, by, carrier, id } = await opened();
  await w.when(by, 'parcel', 'send', id, { weight: 1 });
  await refused(
    t,
    w.executor.execute({
      process: 'parcel',
      command: 'deliver',
      id,
      input: {},
      key: 'x',
      principal: { kind: 'staff', id: carrier.id },
    }),
    'NOT_ENROLLED',
  );
  await w.when(carrier, 'parcel', 'note', id, { text: 'seen' });
  await refused(t, w.when(carrier, 'parcel', 'deliver', id, {}, { ifMatch: 0 }), 'STALE');
});

t.test('two officers who take the same item: one has it, the other is told who', async (t) => {
  const { w, by, id } = await opened();
  const other = colleague(by);
  await w.when(by, 'parcel', 'take', id, {});
  await refused(t, w.when(other, 'parcel', 'take', id, {}), 'ALREADY_TAKEN');
  await refused(t, w.when(other, 'parcel', 'release', id, {}), 'NOT_TAKEN_BY_YOU');
  const released = await w.when(by, 'parcel', 'release', id, {});
  t.equal(released.record.waits[0]?.assignee, undefined);
});

t.test('ten officers taking at the same moment: exactly one has it', async (t) => {
  const { w, by, id } = await opened();
  const tries = await Promise.allSettled(Array.from({ length: 10 }, () => w.when(colleague(by), 'parcel', 'take', id, {})));
  t.equal(tries.filter((one) => one.status === 'fulfilled').length, 1);
});

t.test('an own entry nobody acted upon is corrected alone, later only with a second officer, and a decision never', async (t) => {
  const { w, by, carrier, id, input } = await opened();
  const alone = await w.when(by, 'parcel', 'correct', id, {
    revision: 0,
    fields: { urgency: 'normal' },
    reason: 'wrong box ticked',
  });
  t.match(alone.events, [{ type: 'CaseCorrected', data: { version: 1 } }]);
  t.match(alone.record.state, { urgency: 'normal', name: input.name });
  const other = colleague(by);
  await w.when(other, 'parcel', 'send', id, { weight: 3 });
  const proposed = await w.when(by, 'parcel', 'correct', id, {
    revision: 0,
    fields: { urgency: 'emergency' },
    reason: 'was right at first',
  });
  t.match(proposed.events, [{ type: 'CorrectionProposed' }]);
  await refused(t, w.when(by, 'parcel', 'confirmCorrection', id, { revision: 0 }), 'SECOND_OFFICER_NEEDED');
  const confirmed = await w.when(other, 'parcel', 'confirmCorrection', id, { revision: 0 });
  t.match(confirmed.record.state, { urgency: 'emergency', status: 'sent' });
  await w.when(carrier, 'parcel', 'deliver', id, {});
  const at = confirmed.record.revision + 1;
  await refused(
    t,
    w.when(by, 'parcel', 'correct', id, { revision: at, fields: {}, reason: 'not happy' }),
    'DECISION_NOT_CORRECTABLE',
  );
});

t.test('a paper file enters at its stage with its dates and letters, and lives once a second officer confirms', async (t) => {
  const w = world([parcel]);
  const by = someone('registrar');
  const letterRef = { number: '12/5', date: '2024-05-01', issuedBy: 'Branch' };
  const facts = [
    {
      type: 'ParcelRequested',
      data: { to: by.post.organisation, urgency: 'normal', name: 'x' },
      occurredAt: '2024-05-01T00:00:00.000Z',
      letterRef,
    },
    { type: 'ParcelSent', data: { weight: 2 }, occurredAt: '2024-06-01T00:00:00.000Z', letterRef },
  ];
  const adopted = await w.when(by, 'parcel', 'adopt', undefined, { source: 'paper register', facts });
  t.equal(adopted.outcome.status, 'adoption_pending');
  const { id } = adopted.outcome;
  await refused(t, w.when(by, 'parcel', 'deliver', id, {}), 'ADOPTION_PENDING');
  await refused(t, w.when(by, 'parcel', 'confirmAdoption', id, {}), 'SECOND_OFFICER_NEEDED');
  const confirmed = await w.when(colleague(by), 'parcel', 'confirmAdoption', id, {});
  t.match(confirmed.record, { status: 'sent', waits: [{ key: 'deliver', since: '2024-06-01T00:00:00.000Z' }] });
  await refused(t, w.when(by, 'parcel', 'adopt', undefined, { source: 'paper', facts: [facts[1]] }), 'FACT_OUT_OF_PLACE');
  await refused(
    t,
    w.when(by, 'parcel', 'adopt', undefined, { source: 'paper', facts: [{ ...facts[0], letterRef: undefined }] }),
    'FACT_WITHOUT_LETTER',
  );
});

t.test('what must be unique is held by the first case and the second is told', async (t) => {
  const { w, by, input, id } = await opened();
  const { record } = await w.cases.load(parcel, id);
  t.match(record.reservations, [{ scope: 'parcel.name', status: 'confirmed' }]);
  const second = await w.when(by, 'parcel', 'request', undefined, input);
  t.match(second.record.reservations, [{ status: 'refused' }]);
  t.ok(second.record.waits.some((one) => one.key === 'resolveDuplicate:parcel.name'));
});

t.test('a dry run says what would be and writes nothing, not even a reservation', async (t) => {
  const w = world([parcel]);
  const by = someone('registrar');
  const input = { to: randomUUID(), urgency: 'normal', name: 'Synthetic' };
  const dry = (command: string, id: string | undefined, input: object, more = {}) =>
    w.executor.execute({
      ...{ process: 'parcel', command, id, input, key: randomUUID(), dryRun: true, ...more },
      principal: { kind: 'staff', id: by.id },
    });
  const { outcome: first } = await w.when(by, 'parcel', 'request', undefined, input);
  const head = await w.log.head();
  const second = await dry('request', randomUUID(), input, { key: 'the same key' });
  t.match(second, { status: 'requested', revision: 1, would: { events: ['ParcelRequested', 'ReservationRequested'] } });
  t.strictSame(second.would?.taken, ['parcel.name']);
  t.strictSame((await dry('request', randomUUID(), { ...input, name: 'Another' })).would?.taken, []);
  t.match(await dry('send', first.id, { weight: 1 }), { status: 'sent', revision: 3, position: first.position });
  await refused(t, dry('send', first.id, { weight: 100 }), 'TOO_HEAVY');
  await refused(t, dry('send', first.id, { weight: 1 }, { ifMatch: 0 }), 'STALE');
  await refused(t, dry('deliver', first.id, {}), 'IF_MATCH_REQUIRED');
  t.match((await dry('take', first.id, {})).would, { events: ['CaseTaken'], taken: [] });
  t.equal(await w.log.head(), head);
  const key = 'the same key';
  const { outcome } = await w.when(by, 'parcel', 'request', undefined, { ...input, name: 'Other words' }, { key });
  t.notOk(outcome.replayed, 'a dry run uses up no key');
});

t.test('a name in the log is sealed, opens with its key, and is erased with it', async (t) => {
  const { w, id, input } = await opened();
  const stored = await w.log.read(`parcel-${id}`);
  t.notOk(Buffer.from(stored[0]!.bytes).includes(input.name));
  w.keyring.destroy(id);
  const { record } = await w.cases.load(parcel, id);
  const state = record.state as Parcel & { status: 'requested' };
  t.notOk(isOpen(state.name));
  t.equal(record.status, 'requested');
});

t.test('a clock stands still while paused with a reason, and never for an emergency', async (t) => {
  const { w, by, id } = await opened();
  await refused(t, w.when(by, 'parcel', 'pauseClock', id, { reason: 'road closed' }), 'EMERGENCY_CLOCK_NEVER_STOPS');
  const { outcome } = await w.when(by, 'parcel', 'request', undefined, { to: 'x', urgency: 'normal', name: randomUUID() });
  await w.when(by, 'parcel', 'pauseClock', outcome.id, { reason: 'road closed' });
  w.at('2026-03-02T08:00:00.000Z');
  const { record } = await w.when(by, 'parcel', 'resumeClock', outcome.id, {});
  t.equal(record.waits[0]?.due, '2026-03-05T08:00:00.000Z');
});

t.test('a command given again answers as it did then, whatever others did since', async (t) => {
  const { w, by, input } = await opened();
  const first = await w.when(by, 'parcel', 'request', undefined, input, { key: 'first' });
  await w.when(colleague(by), 'parcel', 'note', first.outcome.id, { text: 'seen' });
  const again = await w.when(by, 'parcel', 'request', undefined, input, { key: 'first' });
  const { revision, status, position, id } = first.outcome;
  t.match(again.outcome, { id, revision, status, position, replayed: true });
});

t.test('a second correction of an entry keeps what the first one put right', async (t) => {
  const { w, by, id } = await opened();
  const why = 'read wrongly';
  await w.when(by, 'parcel', 'correct', id, { revision: 0, fields: { name: 'right name' }, reason: why });
  const { record } = await w.when(by, 'parcel', 'correct', id, { revision: 0, fields: { urgency: 'normal' }, reason: why });
  t.match(record.state, { name: 'right name', urgency: 'normal' });
  await refused(t, w.when(by, 'parcel', 'correct', id, { revision: 3, fields: { of: 1 }, reason: why }), 'NOT_CORRECTABLE');
});

t.test('a correction of the urgency sets the due time that the right urgency would have had', async (t) => {
  const { w, by, input } = await opened();
  const { outcome } = await w.when(by, 'parcel', 'request', undefined, { ...input, urgency: 'normal', name: randomUUID() });
  const { id } = outcome;
  w.at('2026-03-01T09:00:00.000Z');
  const corrected = await w.when(by, 'parcel', 'correct', id, {
    revision: 0,
    fields: { urgency: 'emergency' },
    reason: 'wrong box ticked',
  });
  t.match(corrected.record.waits[0], { by: 'emergency', due: '2026-03-01T12:00:00.000Z' });
  t.same((await w.cases.glance(`parcel-${id}`)).waits, corrected.record.waits);
});

t.test('a corrected value stays sealed under the key of the person it is about', async (t) => {
  const { w, by, id } = await opened();
  const packer = randomUUID();
  const fields = { packer, contents: [{ what: 'a coat' }] };
  const { record } = await w.when(by, 'parcel', 'correct', id, { revision: 0, fields, reason: 'list found' });
  t.match(record.state, { contents: [{ what: 'a coat' }] });
  w.keyring.destroy(packer);
  const erased = (await w.cases.load(parcel, id)).record.state as { contents?: { what: Personal<string> }[] };
  t.notOk(isOpen(erased.contents![0]!.what));
});

t.test('what guards remember of a person does not outlive the key by more than a minute', async (t) => {
  const { w, id } = await opened();
  const name = async () => ((await w.cases.glance(`parcel-${id}`)).state as Parcel & { status: 'requested' }).name;
  t.ok(isOpen(await name()));
  w.keyring.destroy(id);
  w.at('2026-03-01T08:01:01.000Z');
  t.notOk(isOpen(await name()));
});

t.test('a text refused once may be asked for again, and is then held if it has become free', async (t) => {
  const { w, by, input, id } = await opened();
  const second = await w.when(by, 'parcel', 'request', undefined, input);
  const own = second.outcome.id;
  const again = await w.when(by, 'parcel', 'rename', own, { name: input.name });
  t.match(again.record.reservations, [{ status: 'refused' }]);
  const { hash } = again.record.reservations[0]!;
  const reservation = naturalId('reservation', hash);
  await w.when('reservations', 'reservation', 'free', reservation, { holder: `parcel-${id}` });
  const held = await w.when(by, 'parcel', 'rename', own, { name: input.name });
  t.match(held.record.reservations, [{ status: 'confirmed' }]);
  t.notOk(held.record.waits.some((one) => one.key === 'resolveDuplicate:parcel.name'));
});

t.test('who opens a case under the id of another learns nothing of that one', async (t) => {
  const { w, by, input, id } = await opened();
  const stranger = someone('registrar');
  await refused(t, w.when(stranger, 'parcel', 'request', id, input, { ifMatch: 0 }), 'ID_RESERVED');
  const chosen = randomUUID();
  await w.when(by, 'parcel', 'request', chosen, input);
  await refused(t, w.when(stranger, 'parcel', 'request', chosen, input, { ifMatch: 0 }), 'ALREADY_EXISTS');
});

t.test(
  'what changed since is told only to who may look at the case; for others a stale revision is no case at all',
  async (t) => {
    const { w, by, id } = await opened();
    const since = async (person: typeof by) => {
      const error: unknown = await w.when(person, 'parcel', 'send', id, { weight: 1 }, { ifMatch: 0 }).catch((thrown) => thrown);
      return error instanceof Stale ? error.since.length : error;
    };
    t.ok(Number(await since(by)) > 0);
    table.push({ role: 'planning', scope: 'all', tier: 'T2', allow: ['parcel:send'] });
    t.match(await since(someone('planning')), { code: 'NOT_FOUND' });
  },
);

t.test('a case is not shared with oneself or the own side', async (t) => {
  const { w, by, id } = await opened();
  const { organisation, office: place } = by.post;
  const own = [
    { kind: 'staff', id: by.id },
    { kind: 'office', id: place },
    { kind: 'organisation', id: organisation },
  ];
  for (const reader of own) {
    const share = { reader, purpose: 'to see more', until: '2026-04-01' };
    await refused(t, w.when(by, 'parcel', 'share', id, share), 'SHARED_WITH_ONESELF');
  }
});

t.test('the rights of an owner pass with the acceptance of a case, and so does the work on it', async (t) => {
  const w = world([parcel, office]);
  const by = someone('registrar');
  const to = someone('registrar', { organisation: by.post.organisation });
  await w.given('office', to.post.office!, {
    type: 'OfficeOpened',
    data: {
      organisation: to.post.organisation,
      names: { ar: 'مكتب', en: 'Office' },
      kind: 'branch',
      governorate: 'IQG15',
      from: '2020-01-01',
    },
  });
  const input = { to: 'x', urgency: 'normal', name: randomUUID() };
  const { id } = (await w.when(by, 'parcel', 'request', undefined, input)).outcome;
  await w.when(by, 'parcel', 'take', id, {});
  const offer = { to: { organisation: to.post.organisation, office: to.post.office }, reason: 'the family moved' };
  await w.when(by, 'parcel', 'offerTransfer', id, offer);
  await refused(t, w.when(to, 'parcel', 'send', id, { weight: 1 }), 'FORBIDDEN');
  await refused(t, w.when(to, 'parcel', 'retract', id, { reason: 'not ours' }), 'FORBIDDEN');
  const { record } = await w.when(to, 'parcel', 'acceptTransfer', id, {});
  t.match(record, { owner: { office: to.post.office }, transfer: undefined, waits: [{ key: 'send', assignee: undefined }] });
  await w.when(to, 'parcel', 'take', id, {});
  await w.when(to, 'parcel', 'send', id, { weight: 1 });
});

t.test('an adopted file reserves what its commands would have, and its clock starts with the confirmation', async (t) => {
  const w = world([parcel]);
  const by = someone('registrar');
  const letterRef = { number: '12/5', date: '2024-05-01', issuedBy: 'Branch' };
  const facts = [
    {
      type: 'ParcelRequested',
      data: { to: 'x', urgency: 'normal', name: 'x' },
      occurredAt: '2024-05-01T00:00:00.000Z',
      letterRef,
    },
  ];
  const { outcome } = await w.when(by, 'parcel', 'adopt', undefined, { source: 'paper register', facts });
  w.at('2026-03-11T08:00:00.000Z');
  const { record } = await w.when(colleague(by), 'parcel', 'confirmAdoption', outcome.id, {});
  t.match(record.waits, [{ key: 'send', since: '2024-05-01T00:00:00.000Z', due: '2026-03-14T08:00:00.000Z' }]);
  const sent = [...facts, { type: 'ParcelSent', data: { weight: 7 }, occurredAt: '2024-06-01T00:00:00.000Z', letterRef }];
  const first = await w.when(by, 'parcel', 'adopt', undefined, { source: 'paper register', facts: sent });
  t.match(first.record.reservations, [{ scope: 'parcel.weight', status: 'confirmed' }]);
  const second = await w.when(by, 'parcel', 'adopt', undefined, { source: 'paper register', facts: sent });
  t.match(second.record.reservations, [{ scope: 'parcel.weight', status: 'refused' }]);
});

t.test(
  'a wrong file is retracted only where the process allows it, and what was confirmed is the revision looked at',
  async (t) => {
    const { w, by, id } = await opened();
    await w.when(by, 'parcel', 'send', id, { weight: 1 });
    await refused(t, w.when(by, 'parcel', 'retract', id, { reason: 'wrong person' }), 'WRONG_STATE');
    const other = colleague(by);
    await w.when(by, 'parcel', 'correct', id, { revision: 0, fields: { urgency: 'normal' }, reason: 'wrong box' });
    await w.when(other, 'parcel', 'note', id, { text: 'seen' });
    await w.when(by, 'parcel', 'correct', id, { revision: 0, fields: { urgency: 'emergency' }, reason: 'was right' });
    await refused(t, w.when(other, 'parcel', 'confirmCorrection', id, { revision: 0 }, { ifMatch: 0 }), 'STALE');
  },
);

t.test('the reason an officer gives is erased with the case', async (t) => {
  const { w, by, id } = await opened();
  await w.when(by, 'parcel', 'correct', id, { revision: 0, fields: { urgency: 'normal' }, reason: 'said a named neighbour' });
  await w.when(by, 'parcel', 'retract', id, { reason: 'same as the file of a named neighbour' });
  const stored = await w.log.read(`parcel-${id}`);
  t.notOk(stored.some((one) => Buffer.from(one.bytes).includes('neighbour')));
});

t.test('an id made of a command is the UUIDv5 that anybody would make of it, today as before', async (t) => {
  t.equal(derivedId('event', 'a', '0'), '331efa5a-ceaa-56c5-aa62-4819df4b2fb7', 'ids in the log rest on it');
  for (const parts of [[], [''], ['natural', 'rule', 'بغداد "é" \u{1F3E0}'], ['x'.repeat(5_000)]]) {
    t.equal(derivedId(...parts), v5(JSON.stringify(parts), '6f1d1f5e-2f0c-5d0a-9a3e-7c1b8f2d4e60'));
  }
});
