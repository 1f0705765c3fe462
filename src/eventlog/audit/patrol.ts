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
/** Events read at once, at most. */
const PAGE = 1_000;

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
  while (!signal.aborted) {
    let rest = stepMs;
    try {
      if ((await leases.hold(LEASE)) === undefined) rest = leaseMs / 2;
      else {
        const fault = await step(parts, ledger);
        const words = fault && JSON.stringify(fault);
        if (fault && words !== said) logger.error({ ...fault }, 'the patrol found an event that is not what was signed');
        said = words;
        if (fault) rest = retryMs;
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

/** Reads one page behind where the last step ended. Answers what is wrong there. */
async function step({ pool, schema, log, wholeMs, stepMs = 1_000 }: PatrolParts, ledger: Ledger): Promise<Halt | undefined> {
  const signed = await ledger.latest();
  if (!signed || signed.size === 0) return undefined;
  const mark = await markIn(pool, schema);
  const from = mark.size > signed.size ? Frontier.from(0, Buffer.alloc(0)) : Frontier.from(mark.size, mark.peaks);
  const many = Math.min(PAGE, Math.max(1, Math.ceil((signed.size * stepMs) / wholeMs)), signed.size - from.size);
  const [events, entries] = [await eventsAfter(log, from.size, many), await ledger.entriesAfter(from.size, many)];
  const fault = walk(from, many, events, entries);
  if (fault) {
    await standAt(pool, schema, fault);
    return fault;
  }
  if (from.size < signed.size) {
    await goOn(pool, schema, from.size, from.peaks(), false);
    return undefined;
  }
  if (!from.root().equals(signed.root)) {
    const whole: Halt = { code: 'TREE_CHANGED', logIndex: signed.size };
    await standAt(pool, schema, whole);
    return whole;
  }
  await goOn(pool, schema, 0, Buffer.alloc(0), true);
  return undefined;
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

async function markIn(pool: pg.Pool, schema: string): Promise<{ readonly size: number; readonly peaks: Buffer }> {
  const { rows } = await pool.query<{ size: string; peaks: Buffer }>(`select size, peaks from ${tableIn(schema)}`);
  return rows[0] ? { size: Number(rows[0].size), peaks: rows[0].peaks } : { size: 0, peaks: Buffer.alloc(0) };
}

/** Keeps how far it came. What was wrong there is over. */
async function goOn(pool: pg.Pool, schema: string, size: number, peaks: Uint8Array, whole: boolean): Promise<void> {
  await pool.query(
    `insert into ${tableIn(schema)} as p (size, peaks, whole_at) values ($1, $2, case when $3 then now() end)
     on conflict (kept) do update set size = excluded.size, peaks = excluded.peaks,
       whole_at = coalesce(excluded.whole_at, p.whole_at), fault = null, since = null`,
    [size, peaks, whole],
  );
}

async function standAt(pool: pg.Pool, schema: string, fault: Halt): Promise<void> {
  await pool.query(
    `insert into ${tableIn(schema)} as p (fault, since) values ($1, now())
     on conflict (kept) do update set since = case when p.fault = excluded.fault then p.since else now() end, fault = excluded.fault`,
    [JSON.stringify(fault)],
  );
}

/** How far the patrol came, and what it stands at. */
export async function patrolStatus(pool: pg.Pool, schema: string): Promise<PatrolStatus> {
  const { rows } = await pool.query<{ size: string; whole_at: string | null; fault: Halt | null; since: string | null }>(
    `select size, whole_at, fault, since from ${tableIn(schema)}`,
  );
  const row = rows[0];
  if (!row) return { checked: 0 };
  return {
    checked: Number(row.size),
    ...(row.whole_at === null ? {} : { wholeAt: row.whole_at }),
    ...(row.fault === null ? {} : { fault: { ...row.fault, since: row.since ?? '' } }),
  };
}

/** A database out of reach leaves the last answer. */
function watch(metrics: Metrics, pool: pg.Pool, schema: string): void {
  metrics.gauge('audit_patrol_fault', '1 while the patrol stands at an event that is not what was signed', [], async (gauge) => {
    const status = await patrolStatus(pool, schema).catch(() => undefined);
    if (status) gauge.set(status.fault ? 1 : 0);
  });
  metrics.gauge(
    'audit_patrol_whole_seconds',
    'When the whole log was last found as signed, in seconds since 1970',
    [],
    async (gauge) => {
      const status = await patrolStatus(pool, schema).catch(() => undefined);
      if (status?.wholeAt !== undefined) gauge.set(Date.parse(status.wholeAt) / 1_000);
    },
  );
}
