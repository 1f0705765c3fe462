import { z } from 'zod';
import { defineProcess, type FoldEvent, type ProcessLabels } from '../../src/domain/kernel/process.ts';
import { defineRule } from '../../src/domain/kernel/rules.ts';

/** Waits until something is true, looking every 10 ms; fails after `seconds`. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const until = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > until) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A promise that somebody else resolves. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

const en = (text: string) => ({ en: text, ar: text });
const labels = (name: string): ProcessLabels => ({
  name: en(name),
  plural: en(name),
  states: {},
  commands: {},
  events: {},
  waits: {},
  parties: {},
  refusals: {},
  fields: {},
  codes: {},
});

/** Orders are placed and changed; they wait on being answered, with a clock, and lapse at a date. */
const orderEvents = {
  OrderPlaced: z.strictObject({ item: z.string(), lapsesAt: z.string().optional() }),
  OrderChanged: z.strictObject({ item: z.string() }),
  OrderLapsed: z.strictObject({}),
};
type Order =
  | { readonly status: 'none' }
  | { readonly status: 'placed'; readonly item: string; readonly lapsesAt: string | undefined }
  | { readonly status: 'lapsed' };

const evolveOrder = (state: Order, event: FoldEvent<typeof orderEvents>): Order => {
  switch (event.type) {
    case 'OrderPlaced':
      return { status: 'placed', item: event.data.item, lapsesAt: event.data.lapsesAt };
    case 'OrderChanged':
      return state.status === 'placed' ? { ...state, item: event.data.item } : state;
    case 'OrderLapsed':
      return { status: 'lapsed' };
  }
};

const hours = z.record(z.string(), z.strictObject({ hours: z.number() }));
const o = defineProcess({
  name: 'order',
  plural: 'orders',
  store: 'general',
  tier: 'T0',
  events: orderEvents,
  initial: { status: 'none' } as Order,
  evolve: evolveOrder,
  waitsOn: { none: () => [], placed: () => [{ key: 'answer', party: 'shop', clock: 'answer' }], lapsed: () => [] },
  ends: ['lapsed'],
  timers: (s) => ('lapsesAt' in s && s.lapsesAt ? [{ key: 'lapse', at: s.lapsesAt, command: 'lapse' }] : []),
  clocks: { answer: defineRule({ key: 'order.answer', schema: hours, default: { '*': { hours: 10 } }, source: '[C]' }) },
  escalation: {
    rule: defineRule<readonly number[]>({
      key: 'order.escalation',
      schema: z.array(z.number()),
      default: [0.5, 1, 2],
      source: '[C]',
    }),
    levels: [
      { party: 'head', role: 'headOfBranch' },
      { party: 'planning', role: 'planning' },
      { party: 'auditor', role: 'auditor' },
    ],
  },
  labels: labels('Order'),
});

export const order = o.withCommands({
  place: o.command({
    from: 'new',
    permission: 'system',
    input: z.strictObject({ item: z.string(), lapsesAt: z.string().optional(), once: z.boolean().optional() }),
    reserves: (c) => (c.once ? [{ scope: 'order.item', value: c.item }] : []),
    emits: ['OrderPlaced'],
    to: ['placed'],
    decide: ({ item, lapsesAt }) => [{ type: 'OrderPlaced', data: { item, ...(lapsesAt ? { lapsesAt } : {}) } }],
  }),
  change: o.command({
    from: ['placed'],
    permission: 'system',
    input: z.strictObject({ item: z.string() }),
    emits: ['OrderChanged'],
    to: ['placed'],
    decide: (c) => [{ type: 'OrderChanged', data: c }],
  }),
  lapse: o.command({
    from: ['placed'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['OrderLapsed'],
    to: ['lapsed'],
    decide: () => [{ type: 'OrderLapsed', data: {} }],
  }),
});

/** One receipt for each order, which notes the order's items in the order they came. */
const receiptEvents = { ItemNoted: z.strictObject({ item: z.string() }) };
type Receipt = { readonly status: 'none' } | { readonly status: 'noted'; readonly items: readonly string[] };

const r = defineProcess({
  name: 'receipt',
  plural: 'receipts',
  store: 'general',
  tier: 'T0',
  events: receiptEvents,
  initial: { status: 'none' } as Receipt,
  evolve: (state: Receipt, event: FoldEvent<typeof receiptEvents>): Receipt => ({
    status: 'noted',
    items: [...(state.status === 'noted' ? state.items : []), event.data.item],
  }),
  waitsOn: { none: () => [], noted: () => [] },
  ends: [],
  labels: labels('Receipt'),
});

export const receipt = r.withCommands({
  open: r.command({
    from: 'new',
    permission: 'system',
    input: z.strictObject({ item: z.string() }),
    emits: ['ItemNoted'],
    to: ['noted'],
    decide: (c) => [{ type: 'ItemNoted', data: c }],
  }),
  note: r.command({
    from: ['noted'],
    permission: 'system',
    input: z.strictObject({ item: z.string() }),
    emits: ['ItemNoted'],
    to: ['noted'],
    decide: (c) => [{ type: 'ItemNoted', data: c }],
  }),
});
