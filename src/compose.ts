import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import { registry } from './domain/index.ts';
import type { Registry } from './domain/kernel/registry.ts';
import { type Cases, createCases } from './eventlog/cases.ts';
import { type Codec, createCodec } from './eventlog/codec.ts';
import { createDocuments, type Documents } from './eventlog/documents/documents.ts';
import {
  type Destroyed,
  destroyKeysOf,
  destroyRestricted,
  type ErasableStore,
  erasedSubjects,
  type HoldSearch,
  isHeldRestricted,
  reconcileErasures,
} from './eventlog/erasures.ts';
import { createExecutor, type Executor } from './eventlog/execute.ts';
import type { EventLog } from './eventlog/port.ts';
import { createPostgresLog } from './eventlog/postgres/postgresLog.ts';
import { type RightsOf, rightsFrom } from './eventlog/rights.ts';
import { createRulebook, type Rulebook } from './eventlog/rulebook.ts';
import { RestrictedUnavailable, type Routed, registryFor, routed } from './eventlog/stores.ts';
import { tracedExecutor, tracedLog } from './eventlog/traced.ts';
import { ensureOwnLog } from './ownLog.ts';
import { type Clock, openClock, timeOf } from './platform/clock.ts';
import { type Config, ConfigError } from './platform/config.ts';
import { createKysely, createPool, withAdvisoryLock } from './platform/database.ts';
import { ensureDurable } from './platform/durability.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres, restrictedDatabaseOn } from './platform/embeddedPostgres.ts';
import { openFileStore } from './platform/files/open.ts';
import type { Keyring } from './platform/keyring.ts';
import { type ErasedList, openErasedList, unlessChanged } from './platform/keys/erasedList.ts';
import { openKeyStore } from './platform/keys/open.ts';
import type { Log } from './platform/logging.ts';
import { ensureNotRestoring } from './platform/restoring.ts';
import { openScanner } from './platform/scanner/open.ts';
import type { Tracer } from './platform/tracing/tracer.ts';
import { forgetOnce } from './projections/runtime/reset.ts';
import { stepBackWithLog } from './restoredLog.ts';
import { ensureRestrictedMigrated, migrateRestricted, type RestrictedPlace, restrictedPlace } from './restrictedStore.ts';
import { ensureAllMigrated, migrateAll, SCHEMAS } from './schemas.ts';

/** Everything that processes, commands and command-line tools share: the log and the way into it. */
export interface Core {
  readonly config: Config;
  readonly logger: Log;
  /** What time it is to everything that is decided here. */
  readonly clock: Clock;
  readonly registry: Registry;
  readonly pool: pg.Pool;
  readonly db: Kysely<unknown>;
  readonly databaseUrl: string;
  readonly log: EventLog;
  /** Gives logIndex where the store does not by itself; run by one projector, others stand by. */
  readonly sequence: ((signal: AbortSignal) => Promise<void>) | undefined;
  readonly keyring: Keyring;
  /** Whether the key-management service failed when last asked; undefined where the master key is a file. */
  keyServiceFailing(): boolean | undefined;
  readonly codec: Codec;
  readonly cases: Cases;
  readonly rulebook: Rulebook;
  readonly rights: RightsOf;
  /** The one way in, of both stores; everything else above is the general store's. */
  readonly executor: Executor;
  /** Cases, keys and streams of both stores, each in its own. */
  readonly routed: Routed;
  /** Where restricted cases are; absent when none is set up, and then they are answered 503. */
  readonly restricted: RestrictedPlace | undefined;
  /** Uploaded and generated files; `read` and `store` for whoever works with their content. */
  readonly documents: Documents;
  /** Destroys the keys of subjects in both stores; may be asked again after a break. */
  destroyKeys(subjects: readonly string[]): Promise<Destroyed>;
  /** Whether a restricted case stands against an erasure; which one is not told. @throws RestrictedUnavailable */
  isHeldElsewhere(search: HoldSearch): Promise<boolean>;
  /** Closes everything that was opened, last first; an embedded database that this process started is stopped. */
  close(): Promise<void>;
}

/** What a process has before its core is opened. */
export interface Beforehand {
  /** What is done in the general store is traced where a tracer is given. */
  readonly tracer?: Tracer | undefined;
  /** The embedded database where it is being opened already; the core closes it. */
  readonly embedded?: Promise<EmbeddedPostgres> | undefined;
  /** Whoever restores may open what nobody else may until all is back. */
  readonly isRestoring?: boolean;
  /** Whoever only looks leaves read models and reactors as they are, even where the log is behind them. */
  readonly onlyLooks?: boolean;
}

/**
 * Opens the log, the keys and the executor of an installation. In embedded mode the database is started, or joined when
 * another process of this machine runs it, and migrated; elsewhere migrations are a step of their own (`npm run migrate`).
 */
export async function openCore(
  config: Config,
  logger: Log,
  applicationName: string,
  { tracer, isRestoring = false, onlyLooks = false, ...beforehand }: Beforehand = {},
): Promise<Core> {
  const closers: Steps = [];
  const close = () => undo(closers);
  try {
    const opening =
      beforehand.embedded ?? (config.embedded ? openEmbeddedPostgres({ dataDir: config.dataDir, log: logger }) : undefined);
    const embedded = await opening;
    if (embedded) closers.push(() => embedded.stop());
    const databaseUrl = embedded?.url ?? config.databaseUrl ?? '';
    const pool = createPool(databaseUrl, { applicationName, max: 20, log: logger });
    closers.push(() => pool.end());
    await ensureDurable(pool, 'DATABASE_URL');
    if (!isRestoring) await ensureNotRestoring(pool, 'DATABASE_URL');
    const clock = await openClock({ ask: timeOf(pool), boundMs: config.clockSkewSeconds * 1_000, logger });
    closers.push(() => clock.stop());
    if (embedded) await migrateAll(pool, databaseUrl);
    else await ensureAllMigrated(pool, 'DATABASE_URL');

    const { log: plain, sequence } = await openLog(config, pool);
    const log = tracer ? tracedLog(plain, tracer) : plain;
    closers.push(() => log.close());
    const db = createKysely<unknown>(pool);
    const variable = 'DATABASE_URL';
    const keys = await openKeyStore(config, { databaseUrl, variable, schema: SCHEMAS.keys, applicationName, log: logger });
    closers.push(() => keys.close());
    const { keyring } = keys;
    const erasedList =
      config.erasedListFile === undefined
        ? undefined
        : openErasedList(config.erasedListFile, (work) => withAdvisoryLock(pool, 'list of the erased', work));
    if (!erasedList && !config.embedded)
      logger.warn({}, 'ERASED_LIST_FILE is not set: a log that is put back to a day before an erasure does not tell of it');
    const listHeld =
      erasedList && (onlyLooks || isRestoring)
        ? unlessChanged(erasedList, (err) => logger.error({ err }, 'done without the list of the erased'))
        : erasedList;
    const own = registryFor(registry, 'general');
    const codec = createCodec(own, keyring);
    const cases = createCases(log, codec, own);
    const rulebook = createRulebook(registry, cases);
    const rights = rightsFrom(cases);
    const documents = createDocuments({
      db,
      schema: SCHEMAS.files,
      store: await openFileStore(config.files),
      keyring,
      scanner: openScanner(config.clamd, logger),
      logger,
      cases,
      registry,
      rulebook,
    });
    const restrictedUrl = embedded ? await restrictedDatabaseOn(embedded) : config.restrictedDatabaseUrl;
    const inGeneral = createExecutor({
      log,
      codec,
      cases,
      registry: own,
      rulebook,
      keyring,
      rights,
      files: documents.attaching,
      restrictedStore: restrictedUrl !== undefined,
      now: clock.now,
    });
    const restricted =
      restrictedUrl === undefined
        ? undefined
        : restrictedPlace({
            config,
            databaseUrl: restrictedUrl,
            registry,
            rulebook,
            rights,
            generalMasters: keys.masters,
            erased: async () => [...(await erasedSubjects(log, codec)), ...((await listHeld?.read()) ?? [])],
            routed: () => both,
            now: clock.now,
            applicationName,
            isRestoring,
            onlyLooks,
            logger,
          });
    if (restricted) closers.push(() => restricted.close());
    // A development key is made when the store is opened, and no sooner.
    if (config.restrictedMasterKeyFile !== undefined) await restricted?.ensureKeysApart().catch(unlessConfigured);
    if (restricted) await ensureDurable(restricted.pool, 'RESTRICTED_DATABASE_URL').catch(unlessConfigured);
    if (restricted && !isRestoring) {
      await ensureNotRestoring(restricted.pool, 'RESTRICTED_DATABASE_URL').catch(unlessConfigured);
    }
    if (restricted && embedded) await migrateRestricted(restricted.pool, restricted.databaseUrl);
    if (restricted && !embedded) await ensureRestrictedMigrated(restricted.pool).catch(unlessConfigured);
    if (restricted) await ensureOwnLog(restricted).catch(unlessConfigured);
    const both = routed(registry, { log, keyring, codec, cases, executor: inGeneral }, async () => {
      if (!restricted) throw new RestrictedUnavailable();
      return restricted.open();
    });
    const { read, workers } = SCHEMAS;
    const store = { name: 'general', log, codec, pool, db, read, workers, logger } as const;
    await (onlyLooks ? ensureOwnLog(store) : stepBackWithLog(store));
    await bringErasuresBack({ log, codec, keyring }, listHeld, onlyLooks ? undefined : db, logger);
    const destroyKeys = async (subjects: readonly string[]): Promise<Destroyed> => {
      // Listed first: what is not listed could come back with an older log.
      await erasedList?.add(subjects);
      const theirs = restricted ? await destroyRestricted(await restricted.open(), subjects) : { now: 0, ever: 0 };
      const own = await destroyKeysOf(keyring, subjects);
      return { now: theirs.now + own.now, ever: theirs.ever + own.ever };
    };
    logger.info({ log: log.kind, database: embedded ? 'embedded' : 'external' }, 'event log is open');
    return {
      config,
      logger,
      clock,
      registry,
      pool,
      db,
      databaseUrl,
      log,
      sequence,
      keyring,
      keyServiceFailing: () => keys.masters.current.failing?.(),
      codec,
      cases,
      rulebook,
      rights,
      executor: tracer ? tracedExecutor(both.executor, tracer) : both.executor,
      routed: both,
      restricted,
      documents,
      destroyKeys,
      isHeldElsewhere: async (search) => restricted !== undefined && isHeldRestricted(await restricted.open(), rulebook, search),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One that cannot be reached now tells nothing: the general store starts without it, and it is asked again when it is opened. */
function unlessConfigured(error: unknown): void {
  if (error instanceof ConfigError) throw error;
}

/** Holds keys and read models to what is erased, before anything is served. */
async function bringErasuresBack(
  store: ErasableStore,
  list: ErasedList | undefined,
  /** Absent where read models are left as they are. */
  db: Kysely<unknown> | undefined,
  logger: Log,
): Promise<void> {
  const { revived, unknownToLog } = await reconcileErasures(store, list);
  if (revived > 0) logger.warn({ keys: revived }, 'keys of erased subjects had come back with a backup, and are destroyed again');
  if (unknownToLog.length === 0 || !db) return;
  const digest = createHash('sha256').update(unknownToLog.join()).digest('hex');
  if (await forgetOnce(db, SCHEMAS.read, digest))
    logger.warn({ subjects: unknownToLog.length }, 'the log was put back to a day before erasures: read models are made anew');
}

/** What ends what was opened, in the order of opening. */
export type Steps = (() => unknown)[];

/** Runs the steps last first, each once; one that fails does not keep the others from running, and is thrown in the end. */
export async function undo(steps: Steps): Promise<void> {
  const faults: unknown[] = [];
  for (const step of steps.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}

/** Opens the general log; `pool` is of DATABASE_URL. The log is closed by whoever opened it. */
export async function openLog(config: Config, pool: pg.Pool): Promise<Pick<Core, 'log' | 'sequence'>> {
  if (config.eventStoreUrl === undefined) return { log: createPostgresLog({ pool, schema: SCHEMAS.log }), sequence: undefined };
  // Only who uses EventStoreDB pays for loading its client.
  const { createEventStoreDbLog } = await import('./eventlog/eventstoredb/eventStoreDbLog.ts');
  const log = createEventStoreDbLog({ url: config.eventStoreUrl });
  return { log, sequence: (signal) => log.startSequencer(signal) };
}
