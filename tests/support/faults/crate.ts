import { z } from 'zod';
import { POLICY, type PolicyRow } from '../../../src/domain/access/policy/index.ts';
import { ensure } from '../../../src/domain/kernel/errors.ts';
import { type Personal, personal } from '../../../src/domain/kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../../../src/domain/kernel/process.ts';

const events = {
  CratePacked: z.strictObject({ tag: z.string(), grams: z.int(), name: personal(z.string(), 'T1') }),
  CrateSent: z.strictObject({}),
  CrateDelivered: z.strictObject({}),
};

type Crate = { status: 'none' } | { status: 'packed' | 'sent' | 'delivered'; tag: string; grams: number; name: Personal<string> };

/** A crate of this weight or more is not sent. */
export const TOO_HEAVY_GRAMS = 1_000;

const word = (text: string) => ({ en: text, ar: text });

function evolve(state: Crate, event: FoldEvent<typeof events>): Crate {
  if (event.type === 'CratePacked') return { status: 'packed', ...event.data };
  if (state.status === 'none') return state;
  return { ...state, status: event.type === 'CrateSent' ? 'sent' : 'delivered' };
}

const p = defineProcess({
  name: 'crate',
  plural: 'crates',
  store: 'general',
  tier: 'T1',
  events,
  initial: { status: 'none' } as Crate,
  evolve,
  waitsOn: {
    none: () => [],
    packed: () => [{ key: 'send', party: 'owner' }],
    sent: () => [{ key: 'deliver', party: 'owner' }],
    delivered: () => [],
  },
  ends: ['delivered'],
  reopens: {
    from: ['delivered'],
    state: (s) => (s.status === 'none' ? s : { ...s, status: 'sent' as const }),
    setsAside: () => ['CrateDelivered'],
  },
  retracts: ['packed'],
  decisions: ['CrateDelivered'],
  labels: {
    name: word('Crate'),
    plural: word('Crates'),
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
/**
 * A process for fault tests, which uses what the kernel has: a tag that is unique across crates, a decision about money, one that
 * a second officer sets aside, retraction, correction, transfer.
 */
export const crate = p.withCommands({
  pack: p.command({
    from: 'new',
    permission: 'crate:pack',
    input: z.strictObject({ tag: z.string(), grams: z.int(), name: personal(z.string(), 'T1') }),
    emits: ['CratePacked'],
    to: ['packed'],
    reserves: (c) => [{ scope: 'crate_tag', value: c.tag }],
    decide: (c) => [{ type: 'CratePacked', data: c }],
  }),
  send: p.command({
    from: ['packed'],
    permission: 'crate:send',
    input: z.strictObject({}),
    emits: ['CrateSent'],
    to: ['sent'],
    decide: (_, s) => {
      ensure(s.grams < TOO_HEAVY_GRAMS, 'TOO_HEAVY', { limit: TOO_HEAVY_GRAMS });
      return [{ type: 'CrateSent', data: {} }];
    },
  }),
  deliver: p.command({
    from: ['sent'],
    permission: 'crate:deliver',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['CrateDelivered'],
    to: ['delivered'],
    decide: () => [{ type: 'CrateDelivered', data: {} }],
  }),
});

// The crate is no process of Masar, so its row stands beside the real table in the tests that use it.
(POLICY as PolicyRow[]).push({ role: 'registrar', scope: 'office', tier: 'T2', allow: ['crate:*'] });
