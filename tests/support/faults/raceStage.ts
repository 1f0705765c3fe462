import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { Test } from 'tap';
import type { Metadata } from '../../../src/domain/kernel/envelope.ts';
import { registryOf } from '../../../src/domain/kernel/registry.ts';
import { reservation } from '../../../src/domain/reservation/index.ts';
import { type Codec, createCodec } from '../../../src/eventlog/codec.ts';
import { pause } from '../../../src/eventlog/follow.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { migrations as logMigrations } from '../../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../../src/eventlog/postgres/postgresLog.ts';
import { createKysely } from '../../../src/platform/database.ts';
import { memoryKeyring } from '../../../src/platform/keyring.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { createWriter, type RunnerParts, type Writer } from '../../../src/projections/runtime/buildRunner.ts';
import type { Build, Lease } from '../../../src/projections/runtime/builds.ts';
import { projectionMigrations } from '../../../src/projections/runtime/migrations.ts';
import type { Projection } from '../../../src/projections/runtime/projection.ts';
import { type ProjectorParts, runnerParts } from '../../../src/projections/runtime/projector.ts';
import { parcel, writerOf } from '../../projections/support.ts';
import { silentLog, testDatabase } from '../postgres.ts';
import { tallyOf } from './tally.ts';

/** A projector of ours at work on one build, moved by hand. */
export interface Projector {
  readonly parts: RunnerParts;
  readonly lease: Lease;
  readonly writer: Writer;
  /** Folds what there is to fold. */
  catchUp(): Promise<void>;
}

/** How a projector differs from the plain one. */
export interface ProjectorSettings {
  readonly projection?: Projection;
  /** The build to work on; the one that is shown when absent. */
  readonly build?: Build;
  readonly log?: EventLog;
  readonly batch?: number;
}

/** Our log and projectors on an empty Postgres, with the means to stop them anywhere. */
export interface RaceStage {
  readonly pool: pg.Pool;
  readonly db: Kysely<unknown>;
  readonly codec: Codec;
  readonly log: EventLog;
  /** Counts the events of each stream; sees every process. */
  readonly tally: Projection;
  /** Counts the same once more, in a read model of its own. */
  readonly second: Projection;
  readonly projectorParts: (settings?: ProjectorSettings) => ProjectorParts;
  /** Takes over from whoever is at work on the build. */
  projector(settings?: ProjectorSettings): Promise<Projector>;
  /** Projectors of one process, each at its own pace: the pages that one has read are at hand for the others. */
  together(batch: number, ...projections: readonly Projection[]): (projection: Projection) => Promise<Projector>;
  /** The log as another process opens it. */
  anotherLog(pool?: pg.Pool): EventLog;
  /** Appends one event of a parcel, as a process of its own; answers its position. */
  append(name: string): Promise<bigint>;
  /** Appends one event of each of so many reservations, all at once. */
  reserve(count: number): Promise<void>;
  /** From now on appends come as far as their commit, with their positions taken, and wait there until they are let go. */
  holdCommits(): Promise<() => Promise<void>>;
  /** Resolves when so many sessions wait for a lock. */
  waiting(sessions: number): Promise<void>;
  /** How many events of each case the read model shows, and how many the log has. Parcels by name, reservations together. */
  shown(table?: string): Promise<Readonly<Record<string, number>>>;
  written(): Promise<Readonly<Record<string, number>>>;
}

const never = new AbortController().signal;
const HOLD = 1;

export async function openRaceStage(t: Pick<Test, 'teardown'>): Promise<RaceStage> {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations: logMigrations });
  await migrate(pool, { schema: 'read', migrations: projectionMigrations });
  await pool.query(`
    create function log.hold() returns trigger language plpgsql as $$
    begin perform pg_advisory_xact_lock_shared(${HOLD}); return null; end $$;
    create constraint trigger hold after insert on log.events deferrable initially deferred
    for each row execute function log.hold()`);
  const registry = registryOf([parcel, reservation]);
  const codec = createCodec(registry, memoryKeyring());
  const logs: EventLog[] = [];
  const anotherLog = (on = pool): EventLog => {
    const log = createPostgresLog({ pool: on, schema: 'log', listen: false });
    logs.push(log);
    return log;
  };
  t.teardown(() => Promise.all(logs.map((log) => log.close())));
  const log = anotherLog();
  const [tally, second] = [tallyOf(registry), tallyOf(registry, 'second')];
  const projectorParts: RaceStage['projectorParts'] = (settings = {}) => ({
    pool,
    schema: 'read',
    log: settings.log ?? log,
    codec,
    registry,
    projections: [settings.projection ?? tally],
    logger: silentLog,
    ...(settings.batch === undefined ? {} : { batch: settings.batch }),
  });
  const counted = async (from: string): Promise<Readonly<Record<string, number>>> => {
    const { rows } = await pool.query<{ name: string; events: number }>(
      `select case when stream like 'parcel-%' then substr(stream, 8) else 'reservations' end as name, sum(events)::int as events
       from ${from} as s group by 1 order by 1`,
    );
    return Object.fromEntries(rows.map(({ name, events }) => [name, events]));
  };

  const take = async (parts: RunnerParts, projection: Projection, wanted?: Build): Promise<Projector> => {
    await parts.builds.ensure(projection);
    const build = wanted ?? (await parts.builds.buildsOf(projection.name)).find(({ state }) => state === 'live');
    const lease = build ? await parts.builds.acquire(build, parts.holder, 60_000, true) : 'gone';
    if (typeof lease === 'string') throw new Error(`${projection.name} is ${lease}`);
    const writer = await createWriter(parts, projection, lease);
    return {
      parts,
      lease,
      writer,
      catchUp: async () => {
        while (await writer.advance());
      },
    };
  };

  return {
    pool,
    db: createKysely<unknown>(pool),
    codec,
    log,
    tally,
    second,
    projectorParts,
    anotherLog,
    projector: (settings = {}) => take(runnerParts(projectorParts(settings)), settings.projection ?? tally, settings.build),
    together: (batch, ...projections) => {
      const parts = runnerParts({ ...projectorParts({ batch }), projections });
      return (projection) => take(parts, projection);
    },
    append: (name) => writerOf(anotherLog(), codec, name).write('parcel', name, { type: 'NoteAdded', data: { text: name } }),
    reserve: async (count) => {
      const drafts = Array.from({ length: count }, (_, at) => reservedDraft(String(at)));
      const events = await codec.encode(drafts);
      const own = anotherLog();
      await Promise.all(drafts.map(({ stream }, at) => own.append(stream, 'none', events.slice(at, at + 1))));
    },
    holdCommits: async () => {
      const holder = await pool.connect();
      await holder.query('select pg_advisory_lock($1)', [HOLD]);
      return async () => {
        await holder.query('select pg_advisory_unlock($1)', [HOLD]);
        holder.release();
      };
    },
    waiting: async (sessions) => {
      const all = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      while (((await pool.query(all)).rowCount ?? 0) < sessions) await pause(2, never);
    },
    shown: (table = 'tally') => counted(`read.${table}`),
    written: () => counted('(select stream, 1 as events from log.events)'),
  };
}

function reservedDraft(hash: string) {
  const recordedAt = '2026-03-01T08:00:00.000Z';
  const metadata: Metadata = {
    commandId: randomUUID(),
    command: 'reserve',
    inputMac: '',
    correlationId: 'race',
    channel: 'system',
    occurredAt: recordedAt,
    actor: { id: 'system:reservations', post: 'system' },
  };
  const data = { scope: 'case_number', hash, holder: `parcel-${hash}` };
  return { id: randomUUID(), stream: `reservation-${hash}`, revision: 0, type: 'Reserved', recordedAt, data, metadata };
}

/** A pool on which something happens after every single query, before its answer is given to who asked. */
export function interrupted(pool: pg.Pool, afterwards: () => Promise<unknown>): pg.Pool {
  return new Proxy(pool, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'query') return value.bind(target);
      return async (...given: unknown[]) => {
        const answer: unknown = await Reflect.apply(value, target, given);
        await afterwards();
        return answer;
      };
    },
  });
}
