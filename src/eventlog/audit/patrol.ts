import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { isConnectionFault } from '../../platform/database.ts';
import { createLeases } from '../../platform/lease.ts';
import type { Log } from '../../platform/logging.ts';
import { Frontier } from '../../platform/merkle/frontier.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { pause } from '../follow.ts';
import { type EventLog, LogUnavailable, type StoredEvent } from '../port.ts';
import { eventLeaf } from './leaf.ts';
import { type Halt, type Ledger, openLedger } from './ledger.ts';

export interface PatrolParts {
  /** Never ended here; two connections are enough. */
  readonly pool: pg.Pool;
  /** Where `auditMigrations` ran. */
  readonly schema: string;
  readonly log: EventLog;
  readonly logger: Log;
  readonly metrics?: Metrics;
  /** In how long the whole log is read once. */
  readonly wholeMs: number;
  /** Rest after each step; default 1 s. */
  readonly stepMs?: number;
  /** Events read at once, at most; default 1,000. */
  readonly page?: number;
  /** Rest at what is wrong, before it is looked at again; default 60 s. */
  readonly retryMs?: number;
  /** A process that died is replaced after this; default 15 s. */
  readonly leaseMs?: number;
}

/** How far the log was read again. Times are RFC 3339 UTC. */
export interface PatrolStatus {
  /** Events that were found as they were signed in this round. */
  readonly checked: number;
  /** When the whole log was last found to give the signed root. */
  readonly wholeAt?: string;
  /** What was found changed, and still is. */
  readonly fault?: Halt & { readonly since: string };
}

const LEASE = 'audit patrol';

/**
 * Reads the log over and over in slow steps until the signal aborts: every event against the leaf that was kept of it, and the
 * whole against the signed root. What was changed behind everybody's back is so found while nobody asks for it. Of several
 * processes one does it. At a fault it stands, says so, and goes on when the log is right again.
 */
export async function runPatrol(parts: PatrolParts, signal: AbortSignal): Promise<void> {
  const { pool, schema, logger, stepMs = 1_000, retryMs = 60_000, leaseMs = 15_000 } = parts;
  const ledger = openLedger(pool, schema);
  const leases = createLeases({ pool, schema, holder: randomUUID(), ttlMs: leaseMs });
  if (parts.metrics) watch(parts.metrics, pool, schema);
  let said: string | undefined;
  const forgotten = () =>
    logger.warn({}, 'what the patrol kept of its way does not belong together: it reads the log from the beginning');
  while (!signal.aborted) {
    let rest = stepMs;
    try {
      if ((await leases.hold(LEASE)) === undefined) rest = leaseMs / 2;
      else {
        const { fault, again = false } = await step(parts, ledger, forgotten);
        const words = fault && JSON.stringify(fault);
        if (fault && words !== said) logger.error({ ...fault }, 'the patrol found an event that is not what was signed');
        said = words;
        if (fault && !again) rest = retryMs;
      }
    } catch (error) {
      rest = retryMs;
      if (!isConnectionFault(error) && !(error instanceof LogUnavailable)) {
        logger.warn({ err: error }, 'the patrol of the log could not go on and tries again');
      }
    }
    // The lease does not run out while there is nothing to do.
    await pause(Math.min(rest, leaseMs / 3), signal);
  }
  await leases.release(LEASE).catch(() => {});
}

/** What a step came to: what is wrong, and whether that is being looked at again from the beginning. */
interface Step {
  readonly fault?: Halt;
  readonly again?: boolean;
}

/** Reads one page behind where the last step ended. */
async function step(
  { pool, schema, log, wholeMs, stepMs = 1_000, page = 1_000 }: PatrolParts,
  ledger: Ledger,
  forgotten: () => void,
): Promise<Step> {
  const signed = await ledger.latest();
  if (!signed || signed.size === 0) return {};
  const mark = await markIn(pool, schema);
  const from = (mark.size > signed.size ? undefined : edgeOf(mark, forgotten)) ?? new Frontier();
  // While the whole is not what was signed, it is read again as fast as pages go.
  const pace = mark.wrong ? page : Math.min(page, Math.max(1, Math.ceil((signed.size * stepMs) / wholeMs)));
  const many = Math.min(pace, signed.size - from.size);
  const [events, entries] = [await eventsAfter(log, from.size, many), await ledger.entriesAfter(from.size, many)];
  const fault = walk(from, many, events, entries);
  if (fault) {
    await standAt(pool, schema, fault);
    return { fault };
  }
  if (from.size < signed.size) {
    await goOn(pool, schema, from.size, from.peaks(), false);
    return mark.wrong ? { fault: mark.wrong, again: true } : {};
  }
  if (!from.root().equals(signed.root)) {
    const whole: Halt = { code: 'TREE_CHANGED', logIndex: signed.size };
    await beginAgain(pool, schema, whole);
    return { fault: whole };
  }
  await goOn(pool, schema, 0, Buffer.alloc(0), true);
  return {};
}

/** The edge of the tree as it was kept; undefined where it is none, which only means that the way so far was in vain. */
function edgeOf({ size, peaks }: Mark, forgotten: () => void): Frontier | undefined {
  try {
    return Frontier.from(size, peaks);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    forgotten();
    return undefined;
  }
}

/** Holds events to the leaves that were kept of them, and adds them to the tree that is made anew. */
function walk(
  tree: Frontier,
  many: number,
  events: readonly StoredEvent[],
  entries: Awaited<ReturnType<Ledger['entriesAfter']>>,
): Halt | undefined {
  for (let at = 0; at < many; at += 1) {
    const logIndex = tree.size + 1;
    const [event, entry] = [events[at], entries[at]];
    if (!entry || entry.logIndex !== logIndex) return { code: 'TREE_CHANGED', logIndex };
    const { stream, revision } = entry;
    if (!event) return { code: 'LOG_SHORTER', logIndex, stream, revision };
    const leaf = eventLeaf(event);
    if (event.logIndex !== BigInt(logIndex) || !leaf.equals(entry.leaf))
      return { code: 'EVENT_CHANGED', logIndex, stream, revision };
    tree.append(leaf);
  }
  return undefined;
}

/** So many events behind a logIndex, fewer at the end of the log. */
async function eventsAfter(log: EventLog, logIndex: number, many: number): Promise<readonly StoredEvent[]> {
  const found: StoredEvent[] = [];
  for (let cursor = logIndex === 0 ? 0n : await log.positionOf(BigInt(logIndex)); found.length < many; ) {
    const page = await log.readAll(cursor, many - found.length);
    found.push(...page.events);
    if (page.scannedTo <= cursor) break;
    cursor = page.scannedTo;
  }
  return found;
}

const tableIn = (schema: string): string => `${pg.escapeIdentifier(schema)}.patrol`;

/** How far it came in this round, and what it found wrong at the end of the last one: no event, and yet not the signed root. */
interface Mark {
  readonly size: number;
  readonly peaks: Buffer;
  readonly wrong?: Halt;
}

/** A fault as it is kept; `whole` where it is none of a single event. */
type KeptFault = Halt & { readonly whole?: true };

const toldOf = ({ whole: _, ...fault }: KeptFault): Halt => fault;

/** Where to go on; from now on it counts how long a whole round takes. */
async function markIn(pool: pg.Pool, schema: string): Promise<Mark> {
  const { rows } = await pool.query<{ size: string; peaks: Buffer; fault: KeptFault | null; begun_at: string | null }>(
    `select size, peaks, fault, begun_at from ${tableIn(schema)}`,
  );
  const [row] = rows;
  if (!row?.begun_at) {
    await pool.query(
      `insert into ${tableIn(schema)} default values on conflict (kept) do update set begun_at = excluded.begun_at`,
    );
  }
  if (!row) return { size: 0, peaks: Buffer.alloc(0) };
  return { size: Number(row.size), peaks: row.peaks, ...(row.fault?.whole ? { wrong: toldOf(row.fault) } : {}) };
}

/** Keeps how far it came. What was wrong with an event there is over; what was wrong with the whole is over with a whole round. */
async function goOn(pool: pg.Pool, schema: string, size: number, peaks: Uint8Array, whole: boolean): Promise<void> {
  await pool.query(
    `insert into ${tableIn(schema)} as p (size, peaks, whole_at) values ($1, $2, case when $3 then now() end)
     on conflict (kept) do update set size = excluded.size, peaks = excluded.peaks,
       whole_at = coalesce(excluded.whole_at, p.whole_at),
       fault = case when not $3 and p.fault ? 'whole' then p.fault end,
       since = case when not $3 and p.fault ? 'whole' then p.since end`,
    [size, peaks, whole],
  );
}

async function standAt(pool: pg.Pool, schema: string, fault: KeptFault): Promise<void> {
  await pool.query(
    `insert into ${tableIn(schema)} as p (fault, since) values ($1, now())
     on conflict (kept) do update set since = case when p.fault = excluded.fault then p.since else now() end, fault = excluded.fault`,
    [JSON.stringify(fault)],
  );
}

/** Stands at the whole, and reads it anew: the edge that gave another root may itself be what was changed. */
async function beginAgain(pool: pg.Pool, schema: string, fault: Halt): Promise<void> {
  await standAt(pool, schema, { ...fault, whole: true });
  await pool.query(`update ${tableIn(schema)} set size = 0, peaks = ''`);
}

/** How far the patrol came, and what it stands at. */
export async function patrolStatus(pool: pg.Pool, schema: string): Promise<PatrolStatus> {
  const { rows } = await pool.query<{ size: string; whole_at: string | null; fault: KeptFault | null; since: string | null }>(
    `select size, whole_at, fault, since from ${tableIn(schema)}`,
  );
  const row = rows[0];
  if (!row) return { checked: 0 };
  return {
    checked: Number(row.size),
    ...(row.whole_at === null ? {} : { wholeAt: row.whole_at }),
    ...(row.fault === null ? {} : { fault: { ...toldOf(row.fault), since: row.since ?? '' } }),
  };
}

/**
 * For how many seconds the whole log was not found as signed: since the last whole round, or since the log is read again, or, where
 * nobody ever began, since there is something to read. 0 while nothing is signed.
 */
async function secondsUnfinished(pool: pg.Pool, schema: string): Promise<number> {
  const checkpoint = `${pg.escapeIdentifier(schema)}.checkpoint`;
  const { rows } = await pool.query<{ seconds: number }>(
    `select extract(epoch from now() - coalesce(p.whole_at, p.begun_at, first.signed_at))::float8 as seconds
     from (select signed_at from ${checkpoint} where size > 0 order by size limit 1) as first left join ${tableIn(schema)} as p on true`,
  );
  return rows[0]?.seconds ?? 0;
}

function watch(metrics: Metrics, pool: pg.Pool, schema: string): void {
  metrics.gauge('audit_patrol_fault', '1 while the patrol stands at an event that is not what was signed', [], async (gauge) => {
    gauge.set((await patrolStatus(pool, schema)).fault ? 1 : 0);
  });
  metrics.gauge(
    'audit_patrol_unfinished_seconds',
    'Time since the whole log was last found as signed, or since it began to be read; 0 while nothing is signed',
    [],
    async (gauge) => gauge.set(await secondsUnfinished(pool, schema)),
  );
}
