import type { Kysely } from 'kysely';
import pg from 'pg';
import type { EventLog, StoredEvent } from './eventlog/port.ts';
import { ConfigError } from './platform/config.ts';
import { farthest } from './projections/runtime/reset.ts';
import { farthestReactor } from './workers/runtime/stepBack.ts';

/** A log, and the tables that keep what was read from it and which log that was. */
export interface StoreOfLog {
  readonly name: 'general' | 'restricted';
  readonly log: EventLog;
  readonly pool: pg.Pool;
  readonly db: Kysely<unknown>;
  /** Schemas of the read models and of the workers. */
  readonly read: string;
  readonly workers: string;
}

/** The log that an installation wrote, as it remembers it. */
export interface OwnLog {
  readonly kind: string;
  /** Id of its first event; absent where an operator said that an empty log is meant. */
  readonly first: string | undefined;
}

/** What the log of a store is to what was read from it. */
export interface Standing {
  /** Absent in a database that was never opened with a log that had events. */
  readonly known: OwnLog | undefined;
  /** Id of the first event that is there; absent in an empty log. */
  readonly first: string | undefined;
  /** Kind of the store that the positions on record are of; absent where nothing was read yet. */
  readonly readFrom: string | undefined;
  /** Whether the log lacks events that read models or reactors saw. */
  readonly behind: boolean;
}

/** The log that this installation is known to have. */
export async function knownLog({ pool, workers }: Pick<StoreOfLog, 'pool' | 'workers'>): Promise<OwnLog | undefined> {
  const { rows } = await pool.query<{ kind: string; first_event: string | null }>(
    `select kind, first_event from ${pg.escapeIdentifier(workers)}.own_log`,
  );
  return rows[0] && { kind: rows[0].kind, first: rows[0].first_event ?? undefined };
}

/** Looks how a log stands to what was read from it; changes nothing. */
export async function standingOf(store: StoreOfLog): Promise<Standing> {
  for (;;) {
    const known = await knownLog(store);
    const readFrom = known?.kind ?? (await kindReadFrom(store));
    const behind = await isBehind(store, undefined, readFrom);
    // Another process may have moved the positions meanwhile: they are of the kind that is on record then.
    if ((await knownLog(store))?.kind === known?.kind) return { known, first: await firstEvent(store.log), readFrom, behind };
  }
}

/**
 * Refuses a log that is not the one this installation wrote, before anything is made anew for its sake. A copy is the same log,
 * and an older copy too; but one that is older and lies elsewhere than the log last did, such as what was left behind by a
 * copy, is only taken on an operator's word. So is a log of which nobody knows whose it is, where it is behind or in another kind
 * of store than what was read.
 * @throws ConfigError
 */
export function ensureOwn(store: Pick<StoreOfLog, 'name' | 'log'>, standing: Standing): void {
  const { name, log } = store;
  const { known, first, behind } = standing;
  const isAnother = known?.first !== undefined && known.first !== first;
  const isDoubtful = behind && known?.kind !== log.kind;
  if (!isAnother && !isDoubtful && !isReadElsewhere(store, standing)) return;
  const here =
    first === undefined
      ? 'is empty'
      : isAnother
        ? `begins with the event ${first}`
        : behind
          ? 'lacks events that were read before'
          : 'has other positions than what was read before';
  const own = known?.first === undefined ? '' : ` (it lay in ${known.kind} and begins with the event ${known.first})`;
  const which = name === 'restricted' ? 'RESTRICTED_DATABASE_URL' : 'EVENTSTORE_URL and DATABASE_URL';
  throw new ConfigError([
    `${which}: the ${name} log in ${log.kind} ${here}, so it is not the log that this database was filled from${own}. ` +
      `Nothing was changed. ${name === 'general' ? forgotten(log, known) : ''}` +
      `Only if this log is meant: npm run log -- accept --first ${first ?? 'none'}${name === 'general' ? '' : ' --store restricted'}`,
  ]);
}

/** Whether nobody knows whose log it is, and what was read was read in another kind of store: it stands at positions of that. */
export const isReadElsewhere = ({ log }: Pick<StoreOfLog, 'log'>, { known, readFrom }: Standing): boolean =>
  known === undefined && readFrom !== undefined && readFrom !== log.kind;

const forgotten = (log: EventLog, known: OwnLog | undefined): string =>
  log.kind === 'postgres' && known?.kind !== 'postgres' ? 'Is EVENTSTORE_URL forgotten? ' : '';

/** Refuses a log that is not this installation's; changes nothing. @throws ConfigError */
export const ensureOwnLog = async (store: StoreOfLog): Promise<void> => ensureOwn(store, await standingOf(store));

/** Remembers which log this installation has, from its first event on. Where it lies is left as it was known. */
export async function rememberLog({ log, pool, workers }: StoreOfLog, { known, first }: Standing): Promise<void> {
  if (first === undefined || known?.first === first) return;
  // Somebody with another log may have been quicker.
  await pool.query(
    `insert into ${pg.escapeIdentifier(workers)}.own_log (kind, first_event) values ($1, $2)
     on conflict (one) do update set kind = excluded.kind, first_event = excluded.first_event, since = now()
     where own_log.first_event is null`,
    [log.kind, first],
  );
}

/** Takes the log that is there in place of the one that was known, on an operator's word. */
export async function acceptLog({ log, pool, workers }: StoreOfLog, first: string | undefined): Promise<void> {
  await pool.query(
    `insert into ${pg.escapeIdentifier(workers)}.own_log (kind, first_event) values ($1, $2)
     on conflict (one) do update set kind = excluded.kind, first_event = excluded.first_event, since = now()`,
    [log.kind, first ?? null],
  );
}

/** What one process saw of a log: none of it may be missing later, even where nothing that was read from it tells so any more. */
export interface Seen {
  /** Position of the last event. */
  head: bigint;
  /** Of an event that read models or reactors had come to. */
  logIndex: bigint;
}

export const nothingSeen = (): Seen => ({ head: 0n, logIndex: 0n });

/**
 * Whether a log lacks events that were read from it, or that this process saw there; what it sees now is added to `seen`.
 * Checkpoints are looked at before the log, which may grow meanwhile. They are positions of a store of the kind `readFrom`.
 */
export async function isBehind(
  { log, pool, db, read, workers }: StoreOfLog,
  seen: Seen = nothingSeen(),
  readFrom: string = log.kind,
): Promise<boolean> {
  const model = await farthest(db, read);
  const reactor = await farthestReactor(pool, workers);
  const head = await log.head();
  // Positions of an EventStoreDB are no places in the log; those of postgres are.
  const places = readFrom === 'eventstoredb' ? [model.logIndex, reactor.logIndex] : [model.position, reactor.position];
  if (log.kind === 'eventstoredb') {
    // What was read of it may lie behind its last event of ours: there only the event itself tells.
    const logIndex = greatest(...places, seen.logIndex);
    const isAsBefore = head === seen.head && logIndex === seen.logIndex;
    if (!isAsBefore && !(await holds(log, logIndex))) return true;
    Object.assign(seen, { head, logIndex });
    return false;
  }
  if (greatest(...places, seen.head) > head) return true;
  seen.head = head;
  return false;
}

/** Positions of an EventStoreDB are two numbers of 64 bits in one, those of postgres are counted from 1. */
const LARGEST_COUNTED = (1n << 64n) - 1n;

/** Kind of the store that read models and reactors have positions of, by these alone. */
async function kindReadFrom({ pool, db, read, workers }: StoreOfLog): Promise<string | undefined> {
  const reached = greatest((await farthest(db, read)).position, (await farthestReactor(pool, workers)).position);
  if (reached === 0n) return undefined;
  return reached > LARGEST_COUNTED ? 'eventstoredb' : 'postgres';
}

const greatest = (...numbers: readonly bigint[]): bigint => numbers.toSorted((one, other) => (one < other ? 1 : -1))[0] ?? 0n;

/** Whether a log has an event of this logIndex. */
async function holds(log: EventLog, logIndex: bigint): Promise<boolean> {
  if (logIndex === 0n) return true;
  const event = await firstAfter(log, await log.positionOf(logIndex - 1n));
  return event !== undefined && event.logIndex >= logIndex;
}

/** Others' events, which an EventStoreDB has before the first of ours, are passed by pages of this size. */
const PAGE = 64;

async function firstEvent(log: EventLog): Promise<string | undefined> {
  return (await log.head()) === 0n ? undefined : (await firstAfter(log, 0n, PAGE))?.id;
}

/** The first event after a position, if there is one. */
export async function firstAfter(log: EventLog, after: bigint, page = 1): Promise<StoredEvent | undefined> {
  for (let cursor = after; ; ) {
    const { events, scannedTo } = await log.readAll(cursor, page);
    if (events[0] || scannedTo <= cursor) return events[0];
    cursor = scannedTo;
  }
}
