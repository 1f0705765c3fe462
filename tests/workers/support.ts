import type pg from 'pg';
import type t from 'tap';
import { z } from 'zod';
import { defineProcess, type FoldEvent, type ProcessLabels } from '../../src/domain/kernel/process.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { defineRule } from '../../src/domain/kernel/rules.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { openQueue, type QueuePlace } from '../../src/platform/queue.ts';
import type { DeadlineSource } from '../../src/workers/deadlines.ts';
import { startWorkers, type WorkerSettings } from '../../src/workers/index.ts';
import { workerMigrations } from '../../src/workers/migrations.ts';
import type { ErasureReactorParts } from '../../src/workers/reactors/erasures.ts';
import type { ImportReactorParts } from '../../src/workers/reactors/imports.ts';
import type { ShortLifeParts } from '../../src/workers/reactors/shortLife.ts';
import type { Reactor } from '../../src/workers/runtime/reactor.ts';
import { createOperator } from '../../src/workers/runtime/status.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';
import type { world } from '../support/scenario.ts';

export type Test = Pick<typeof t, 'teardown'>;

/** Workers on a world, with tables of their own unless they are given some; they stop with the test. */
export async function workersFor(
  t: Test,
  w: ReturnType<typeof world>,
  place: QueuePlace,
  settings: Partial<WorkerSettings> = {},
  tables?: pg.Pool,
) {
  const pool = tables ?? (await testDatabase(t)).pool;
  await migrate(pool, { schema: 'workers', migrations: workerMigrations });
  const metrics = createMetrics({ processMetrics: false });
  const operator = createOperator(pool, 'workers');
  const none = async function* (): AsyncGenerator<never> {};

  const begun = new Set<string>();
  const start = async (
    reactors: readonly Reactor[],
    deadlines: DeadlineSource = { dueWaits: none, dueTimers: none },
    watchFrom?: Promise<unknown>,
  ) => {
    const queue = openQueue(place, { name: 'test', log: silentLog, timeoutMs: 1_000 });
    const workers = await startWorkers(
      {
        log: w.log,
        codec: w.codec,
        cases: w.cases,
        executor: w.executor,
        registry: w.registry,
        rulebook: w.rulebook,
        reactors,
        deadlines,
        pool,
        schema: 'workers',
        queue,
        metrics,
        logger: silentLog,
        now: w.now,
        watchFrom,
        settings: { pollMs: 50, againMs: 500, firstRetryMs: 20, longestRetryMs: 100, leaseMs: 1_000, ...settings },
      },
      new AbortController().signal,
    );
    for (const { name } of reactors) begun.add(name);
    let stopped: Promise<void> | undefined;
    const stop = () => {
      stopped ??= workers.stop().then(() => queue.close());
      return stopped;
    };
    t.teardown(stop);
    return { stop };
  };

  const jobs = async (where = 'true') =>
    Number((await pool.query(`select count(*) from workers.jobs where ${where}`)).rows[0].count);
  const settled = () =>
    eventually('everything was read and every job is ended', async () => {
      const head = await w.log.head();
      const { reactors } = await operator.status();
      const known = new Set(reactors.map((one) => one.name));
      const allBegun = [...begun].every((name) => known.has(name));
      if (!allBegun || !reactors.every((one) => one.position === head && one.pending === 0)) return false;
      return (await w.log.head()) === head;
    });
  return { pool, metrics, operator, start, jobs, settled };
}

/** What imports lean on, where nothing is imported. */
export const noImports: ImportReactorParts = {
  registry: registryOf([]),
  rulebook: { inForce: () => Promise.reject(new Error('no rules here')) },
  read: async () => undefined,
  rows: { replace: async () => {}, settle: async () => {}, page: async () => ({ items: [] }), counts: async () => ({}) },
  personsAt: async () => 'not yet',
  casesAbout: async () => 'not yet',
};

/** What erasures lean on, where nothing is erased. */
export const noErasures: ErasureReactorParts = {
  casesAbout: async () => 'not yet',
  filesOnlyOf: async () => [],
  destroy: async () => 0,
  discard: async () => {},
  isHeldElsewhere: async () => false,
};

/** What ends the short life of files leans on, where nothing ends. */
export const noEnds: ShortLifeParts = { destroy: async () => 0, discard: async () => {} };

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
  waitsOn: {
    none: () => [],
    placed: () => [
      { key: 'answer', party: 'shop', clock: 'answer' },
      { key: 'audit', party: 'auditor', holder: { role: 'auditor' } },
    ],
    lapsed: () => [],
  },
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
