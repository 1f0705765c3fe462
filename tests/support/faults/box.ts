import { z } from 'zod';
import { POLICY, type PolicyRow } from '../../../src/domain/access/policy/index.ts';
import { defineProcess } from '../../../src/domain/kernel/process.ts';

const word = (text: string) => ({ en: text, ar: text });

type Data = Readonly<Record<string, unknown>>;

interface Release {
  readonly packed: z.ZodObject;
  readonly upcasters?: { readonly BoxPacked: Readonly<Record<number, (data: Data) => Data>> };
  readonly ahead?: { readonly BoxPacked: (data: Data) => Data };
}

function boxOf({ packed, upcasters, ahead }: Release) {
  const events = { BoxPacked: packed, BoxSent: z.strictObject({}) };
  const p = defineProcess({
    name: 'box',
    plural: 'boxes',
    store: 'general',
    tier: 'T0',
    events,
    ...(upcasters ? { upcasters } : {}),
    ...(ahead ? { ahead } : {}),
    initial: { status: 'none' } as { status: 'none' | 'packed' | 'sent' },
    evolve: (_, event) => ({ status: event.type === 'BoxPacked' ? ('packed' as const) : ('sent' as const) }),
    waitsOn: { none: () => [], packed: () => [{ key: 'send', party: 'owner' }], sent: () => [] },
    ends: ['sent'],
    labels: {
      name: word('Box'),
      plural: word('Boxes'),
      states: { none: word('None'), packed: word('Packed'), sent: word('Sent') },
      commands: { pack: word('Pack'), send: word('Send') },
      events: { BoxPacked: word('Packed'), BoxSent: word('Sent') },
      waits: { send: word('Send') },
      parties: { owner: word('Owner') },
      refusals: {},
      fields: {},
      codes: {},
    },
  });
  return p.withCommands({
    pack: p.command({
      from: 'new',
      permission: 'box:pack',
      input: packed,
      emits: ['BoxPacked'],
      to: ['packed'],
      decide: (c) => [{ type: 'BoxPacked', data: c }],
    }),
    send: p.command({
      from: ['packed'],
      permission: 'box:send',
      input: z.strictObject({}),
      emits: ['BoxSent'],
      to: ['sent'],
      decide: () => [{ type: 'BoxSent', data: {} }],
    }),
  });
}

/**
 * A process in three releases of the program: the first weighs in kilos and knows nothing else, the second weighs in kilos too and
 * reads what the next will write, which weighs in grams and reads what both wrote.
 */
export const box = {
  old: boxOf({ packed: z.strictObject({ kilos: z.int() }) }),
  ready: boxOf({
    packed: z.strictObject({ kilos: z.int() }),
    ahead: { BoxPacked: ({ grams }) => ({ kilos: Math.floor(Number(grams) / 1_000) }) },
  }),
  next: boxOf({
    packed: z.strictObject({ grams: z.int() }),
    upcasters: { BoxPacked: { 1: ({ kilos }) => ({ grams: Number(kilos) * 1_000 }) } },
  }),
};

// The box is no process of Masar, so its row stands beside the real table in the tests that use it.
(POLICY as PolicyRow[]).push({ role: 'registrar', scope: 'office', tier: 'T2', allow: ['box:*'] });
