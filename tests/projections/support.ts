import { createHash } from 'node:crypto';
import type pg from 'pg';
import type t from 'tap';
import { z } from 'zod';
import type { Metadata } from '../../src/domain/kernel/envelope.ts';
import { type Personal, personal } from '../../src/domain/kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';
import { type Registry, registryOf } from '../../src/domain/kernel/registry.ts';
import { defineRule } from '../../src/domain/kernel/rules.ts';
import { type Codec, createCodec } from '../../src/eventlog/codec.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { memoryKeyring } from '../../src/platform/keyring.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { projectionMigrations } from '../../src/projections/runtime/migrations.ts';
import type { Projection } from '../../src/projections/runtime/projection.ts';
import { type ProjectorParts, runProjector } from '../../src/projections/runtime/projector.ts';
import { createWaitFor, type WaitFor } from '../../src/projections/runtime/waitFor.queries.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';

const events = {
  ParcelRequested: z.strictObject({
    to: z.string(),
    household: z.string().optional(),
    urgency: z.enum(['emergency', 'urgent', 'normal']),
    name: personal(z.string(), 'T1'),
    contents: personal(z.string(), 'T2'),
    expires: z.string().optional(),
  }),
  ParcelSent: z.strictObject({ weight: z.number() }),
  ParcelReturned: z.strictObject({ reason: z.string() }),
  ParcelDelivered: z.strictObject({}),
};

type Details = {
  to: string;
  household?: string | undefined;
  urgency: 'emergency' | 'urgent' | 'normal';
  name: Personal<string>;
  expires?: string | undefined;
};
type Parcel = { status: 'none' } | ({ status: 'requested' | 'sent' | 'delivered'; weight?: number } & Details);

function evolve(state: Parcel, event: FoldEvent<typeof events>): Parcel {
  if (event.type === 'ParcelRequested') {
    const { contents: _, ...details } = event.data;
    return { status: 'requested', ...details };
  }
  if (state.status === 'none') return state;
  if (event.type === 'ParcelSent') return { ...state, status: 'sent', weight: event.data.weight };
  return { ...state, status: event.type === 'ParcelReturned' ? 'requested' : 'delivered' };
}

const windows = defineRule({
  key: 'parcel.clock',
  schema: z.record(z.string(), z.strictObject({ hours: z.number() })),
  default: { '*': { hours: 4 } },
  source: '[C]',
});
const levels = defineRule({ key: 'parcel.levels', schema: z.array(z.number()).readonly(), default: [1, 2], source: '[C]' });
const en = (text: string) => ({ en: text, ar: text });

const definition = defineProcess({
  name: 'parcel',
  plural: 'parcels',
  store: 'general',
  tier: 'T1',
  events,
  initial: { status: 'none' } as Parcel,
  evolve,
  waitsOn: {
    none: () => [],
    requested: () => [
      { key: 'send', party: 'sender', clock: 'send' },
      { key: 'weigh', party: 'weigher', holder: { role: 'providerManager' } },
    ],
    sent: (s) => [{ key: 'deliver', party: 'carrier', holder: { organisation: s.to }, clock: 'send' }],
    delivered: () => [],
  },
  ends: ['delivered'],
  timers: (s) =>
    s.status === 'requested' && s.expires !== undefined ? [{ key: 'expire', at: s.expires, command: 'expire' }] : [],
  about: (s) =>
    s.status === 'none'
      ? {}
      : { parties: [s.to], urgency: s.urgency, ...(s.household === undefined ? {} : { households: [s.household] }) },
  clocks: { send: windows },
  escalation: {
    rule: levels,
    levels: [
      { party: 'desk', role: 'referralDesk' },
      { party: 'manager', role: 'providerManager' },
    ],
  },
  reopens: { from: ['delivered'], state: (s) => (s.status === 'none' ? s : { ...s, status: 'sent' as const }) },
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

/** A process of its own for these tests: two waits at once, a holder by role, clocks, a timer, T1 and T2 values. */
export const parcel = definition.withCommands({});

/** Random numbers that come out the same in every run. */
export function seeded(seed: string) {
  let count = 0;
  const next = (): number => createHash('sha256').update(`${seed} ${count++}`).digest().readUInt32BE() / 2 ** 32;
  const uuid = (): string => {
    const hex = createHash('sha256').update(`${seed} ${count++}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
  const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  return { next, uuid, pick };
}

export interface Entry {
  readonly type: string;
  readonly data: object;
  readonly meta?: Partial<Metadata>;
}

/** A log in memory with the means to write and read it; ids and times are the same in every run with this seed. */
export function logWith(processes: Parameters<typeof registryOf>[0], seed = 'log') {
  const registry = registryOf(processes);
  const keyring = memoryKeyring(Buffer.alloc(32, 1));
  const codec = createCodec(registry, keyring);
  return { ...writerOf(createMemoryLog(), codec, seed), registry, keyring };
}

export function writerOf(log: EventLog, codec: Codec, seed: string) {
  const random = seeded(seed);
  let clock = Date.parse('2026-03-01T08:00:00.000Z');
  /** Appends entries to a case, minutes apart; answers the last position. */
  async function write(process: string, id: string, ...entries: readonly Entry[]): Promise<bigint> {
    const stream = `${process}-${id}`;
    const before = (await log.read(stream)).length;
    const drafts = entries.map(({ type, data, meta }, index) => {
      clock += 60_000;
      const now = new Date(clock).toISOString();
      const actor = { id: 'officer', organisation: 'ministry', office: 'mosul', governorate: 'IQG15', post: 'registrar' };
      const metadata: Metadata = {
        commandId: random.uuid(),
        command: 'given',
        inputMac: '',
        correlationId: 'test',
        channel: 'in_person',
        occurredAt: now,
        actor,
        ...meta,
      };
      return { id: random.uuid(), stream, revision: before + index, type, recordedAt: now, data, metadata };
    });
    return (await log.append(stream, before === 0 ? 'none' : before - 1, await codec.encode(drafts))).position;
  }
  return { log, codec, write, random, now: () => new Date(clock).toISOString() };
}

export type World = ReturnType<typeof logWith>;

export const SCHEMA = 'read';

type Test = Pick<typeof t, 'teardown'>;
type Settings = Partial<Omit<ProjectorParts, 'pool' | 'schema' | 'projections'>>;

export interface Projected {
  readonly pool: pg.Pool;
  readonly waitFor: WaitFor;
  readonly parts: (projections: readonly Projection[], settings?: Settings) => ProjectorParts;
  /** Starts a projector; the answer stops it. */
  readonly run: (projections: readonly Projection[], settings?: Settings) => () => Promise<void>;
  /** Runs a projector until the read models have come to the log's end. */
  readonly catchUp: (projections: readonly Projection[], settings?: Settings) => Promise<void>;
  /** Every row of these tables of the read models, as text in order. */
  readonly dump: (tables: readonly string[], schema?: string) => Promise<Record<string, string[]>>;
}

/** An empty database with the schema of the read models, and what it takes to run projectors on it. */
export async function readModels(
  test: Test,
  world: { readonly log: EventLog; readonly codec: Codec; readonly registry: Registry },
): Promise<Projected> {
  const { pool } = await testDatabase(test);
  await migrate(pool, { schema: SCHEMA, migrations: projectionMigrations });
  const ending = new AbortController();
  const waitFor = createWaitFor(pool, SCHEMA, ending.signal);
  const stops: (() => Promise<void>)[] = [];
  test.teardown(async () => {
    await Promise.all(stops.map((stop) => stop()));
    ending.abort();
  });
  const parts: Projected['parts'] = (projections, settings) => ({
    ...world,
    pool,
    schema: SCHEMA,
    projections,
    logger: silentLog,
    retryMs: 40,
    superviseMs: 20,
    ...settings,
  });
  const run: Projected['run'] = (projections, settings) => {
    const stopping = new AbortController();
    const done = runProjector(parts(projections, settings), stopping.signal);
    const stop = async () => {
      stopping.abort();
      await done;
    };
    stops.push(stop);
    return stop;
  };
  return {
    pool,
    waitFor,
    parts,
    run,
    catchUp: async (projections, settings) => {
      const stop = run(projections, settings);
      const names = projections.map((one) => one.name);
      const there = await waitFor(names, await world.log.head(), 20_000);
      await stop();
      if (!there) throw new Error('the read models did not catch up');
    },
    dump: async (tables, schema = SCHEMA) => {
      const dumped: Record<string, string[]> = {};
      for (const table of tables) {
        const { rows } = await pool.query<{ line: string }>(`select x::text as line from "${schema}"."${table}" x order by 1`);
        dumped[table] = rows.map((row) => row.line);
      }
      return dumped;
    },
  };
}
