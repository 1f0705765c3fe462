import { z } from 'zod';
import { POLICY, type PolicyRow } from '../../src/domain/access/policy/index.ts';
import { ensure } from '../../src/domain/kernel/errors.ts';
import { type Personal, personal } from '../../src/domain/kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';

const events = {
  ParcelRequested: z.strictObject({
    to: z.string(),
    name: personal(z.string(), 'T1'),
    need: personal(z.string(), 'T2').optional(),
  }),
  ParcelSent: z.strictObject({ weight: z.number() }),
  ParcelDelivered: z.strictObject({}),
};

type Parcel =
  | { status: 'none' }
  | { status: 'requested'; to: string; name: Personal<string>; need?: Personal<string> | undefined }
  | { status: 'sent'; to: string; weight: number }
  | { status: 'delivered'; to: string };

function evolve(state: Parcel, event: FoldEvent<typeof events>): Parcel {
  switch (event.type) {
    case 'ParcelRequested':
      return { status: 'requested', ...event.data };
    case 'ParcelSent':
      return state.status === 'requested' ? { status: 'sent', to: state.to, weight: event.data.weight } : state;
    case 'ParcelDelivered':
      return state.status === 'sent' ? { status: 'delivered', to: state.to } : state;
  }
}

const word = (en: string, ar: string) => ({ en, ar });
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
    requested: () => [{ key: 'send', party: 'sender' }],
    sent: (s) => [{ key: 'deliver', party: 'carrier', holder: { organisation: s.to } }],
    delivered: () => [],
  },
  ends: ['delivered'],
  about: (s) => ('to' in s ? { parties: [s.to] } : {}),
  labels: {
    name: word('Parcel', 'طرد'),
    plural: word('Parcels', 'الطرود'),
    states: {
      none: word('None', 'لا يوجد'),
      requested: word('Requested', 'مطلوب'),
      sent: word('Sent', 'مرسل'),
      delivered: word('Delivered', 'مسلَّم'),
    },
    commands: {
      request: word('Request', 'طلب'),
      import: word('Import', 'استيراد'),
      send: word('Send', 'إرسال'),
      handOver: word('Hand over', 'تسليم'),
    },
    events: {
      ParcelRequested: word('Requested', 'طُلب'),
      ParcelSent: word('Sent', 'أُرسل'),
      ParcelDelivered: word('Delivered', 'سُلّم'),
    },
    waits: { send: word('Send', 'إرسال'), deliver: word('Deliver', 'تسليم') },
    parties: { sender: word('Sender', 'المرسل'), carrier: word('Carrier', 'الناقل') },
    refusals: { TOO_HEAVY: word('Over {limit} kg. Send it in parts.', 'أثقل من {limit} كغم. أرسله على أجزاء.') },
    fields: {},
    codes: {},
  },
});

const requested = {
  from: 'new',
  permission: 'parcel:request',
  input: z.strictObject({ to: z.uuid(), name: personal(z.string().min(1), 'T1'), need: z.string().optional() }),
  emits: ['ParcelRequested'],
  to: ['requested'],
} as const;

/** A process for tests of what is derived from any process: two ways to open it, personal fields, a decision about money. */
export const parcel = p.withCommands({
  request: p.command({ ...requested, decide: (c) => [{ type: 'ParcelRequested', data: c }] }),
  import: p.command({ ...requested, decide: (c) => [{ type: 'ParcelRequested', data: c }] }),
  send: p.command({
    from: ['requested'],
    permission: 'parcel:send',
    input: z.strictObject({ weight: z.number().positive() }),
    emits: ['ParcelSent'],
    to: ['sent'],
    decide: (c) => {
      ensure(c.weight < 100, 'TOO_HEAVY', { limit: 100 });
      return [{ type: 'ParcelSent', data: c }];
    },
  }),
  handOver: p.command({
    from: ['sent'],
    permission: 'parcel:deliver',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['ParcelDelivered'],
    to: ['delivered'],
    decide: () => [{ type: 'ParcelDelivered', data: {} }],
  }),
});

// The parcel is no process of Masar, so its rows stand beside the real table in the tests that use it.
(POLICY as PolicyRow[]).push(
  { role: 'registrar', scope: 'office', tier: 'T2', allow: ['parcel:*'] },
  { role: 'partnerCaseworker', scope: 'party', tier: 'T1', allow: ['parcel:deliver', 'parcel:work', 'parcel:read'] },
  { role: 'planning', scope: 'all', tier: 'T2', allow: ['parcel:find'] },
);
