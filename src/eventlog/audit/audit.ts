import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { isConnectionFault } from '../../platform/database.ts';
import { createLeases } from '../../platform/lease.ts';
import type { Log } from '../../platform/logging.ts';
import { signCheckpoint } from '../../platform/merkle/checkpoint.ts';
import type { Signer } from '../../platform/merkle/note.ts';
import { TreeMoved } from '../../platform/merkle/treeStore.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { pause } from '../follow.ts';
import { type EventLog, LogUnavailable, type Position } from '../port.ts';
import { type Ledger, openLedger, type Remembered } from './ledger.ts';
import { againstHead } from './loss.ts';
import { AuditHalted, standing, takePage } from './taking.ts';
import { type Witness, type Witnessed, WitnessUnreadable } from './witness.ts';

export interface AuditParts {
  /** Never ended here; two connections are enough. */
  readonly pool: pg.Pool;
  /** Where `auditMigrations` ran. */
  readonly schema: string;
  readonly log: EventLog;
  readonly signer: Signer;
  readonly logger: Log;
  readonly metrics?: Metrics;
  /** Where signed heads are kept outside the database. */
  readonly witness?: Witness | undefined;
  /** Time from one checkpoint to the next while there is something new; default 60 s. */
  readonly checkpointMs?: number;
  /** A process that died is replaced after this; default 15 s. */
  readonly leaseMs?: number;
  /** Time from one look at the log to the next, once all it held was taken; default 1 s. Looking seldom takes more at once. */
  readonly pollMs?: number;
  /** Rest of a halted tree before it looks whether the log is right again; default 5 s. */
  readonly retryMs?: number;
}

const LEASE = 'audit tree';

/**
 * Keeps the audit tree up with the log, and signs its head while it grows, until the signal aborts; what was added by then is
 * signed at the end. Of several processes one works. The tree is the authority: when the log disagrees with it, it is never made
 * again but stands still and says so, and goes on when the log is right again.
 */
export async function runAudit(parts: AuditParts, signal: AbortSignal): Promise<void> {
  const { pool, schema, log, logger, retryMs = 5_000, pollMs = 1_000, leaseMs = 15_000 } = parts;
  const ledger = openLedger(pool, schema);
  const leases = createLeases({ pool, schema, holder: randomUUID(), ttlMs: leaseMs });
  const outside = keptOutside(parts.witness, ledger, logger, parts.metrics);
  if (parts.metrics) watch(parts.metrics, ledger, log);
  let halted: string | undefined;
  while (!signal.aborted) {
    try {
      const mine = await leases.hold(LEASE);
      if (mine === undefined) {
        outside.rest();
        await pause(leaseMs / 2, signal);
      } else await work({ ...parts, outside }, ledger, () => leases.hold(LEASE), pollMs, signal);
      halted = undefined;
    } catch (error) {
      if (error instanceof TreeMoved) continue;
      if (error instanceof AuditHalted) {
        if (halted !== error.message) logger.error({ ...error.reason }, 'the audit tree stands still');
        halted = error.message;
        await ledger.halt(error.reason).catch(() => {});
      } else if (!isConnectionFault(error) && !(error instanceof LogUnavailable)) {
        logger.warn({ err: error }, 'the audit tree could not go on and tries again');
      }
      await pause(retryMs, signal);
    }
  }
  await leases.release(LEASE).catch(() => {});
}

/** The way of heads to the place outside the database. */
interface Outside {
  /** Keeps a head, as well as that can be done. */
  keep(head: Witnessed): Promise<void>;
  /** Somebody else signs now, and tells how it goes. */
  rest(): void;
}
type Working = AuditParts & { readonly outside: Outside };

/** Takes and signs as long as the lease is ours. */
async function work(
  parts: Working,
  ledger: Ledger,
  renew: () => Promise<string | undefined>,
  pollMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { log, checkpointMs = 60_000, leaseMs = 15_000 } = parts;
  await ensureWitnessed(parts, ledger);
  let at: { size: number; position: Position } = await standing(log, ledger);
  const latest = await ledger.latest();
  if (latest && latest.key !== parts.signer.key) {
    parts.logger.warn(
      { key: latest.key },
      'the last head was signed by another key: right only where the key was changed on purpose',
    );
  }
  let signedSize = latest?.size ?? 0;
  let signAt =
    Date.now() + (latest ? Math.min(checkpointMs, Math.max(0, Date.parse(latest.signedAt) + checkpointMs - Date.now())) : 0);
  let renewAt = Date.now() + leaseMs / 3;
  // Only a page that could be taken shows that the log is right again.
  let wasHalted = (await ledger.halted()) !== undefined;
  while (!signal.aborted) {
    if (Date.now() >= renewAt) {
      if ((await renew()) === undefined) return;
      renewAt = Date.now() + leaseMs / 3;
    }
    const { full, ...next } = await takePage(log, ledger, at);
    at = next;
    if (wasHalted) await ledger.goOn();
    wasHalted = false;
    if (at.size > signedSize && (Date.now() >= signAt || signal.aborted)) {
      signedSize = await signHead(parts, ledger);
      signAt = Date.now() + checkpointMs;
    }
    if (!full) await pause(Math.min(pollMs, Math.max(1, renewAt - Date.now())), signal);
  }
  if (at.size > signedSize) await signHead(parts, ledger);
}

/** Signs the tree as it stands, after a look at both ends: what is signed cannot be taken back. */
async function signHead({ signer, log, witness, outside }: Working, ledger: Ledger): Promise<number> {
  const { head } = await standing(log, ledger);
  if (witness) {
    const remembered = await ledger.witnessed();
    // That the place cannot be read is told when the head is kept.
    const newest = await witness.newest().catch(() => 'unread' as const);
    if (newest !== 'unread') await ensureNotGone(witness, newest, remembered);
  }
  const signed = { ...head, note: signCheckpoint(signer, head), key: signer.key };
  await ledger.keep(signed);
  // Where the place answers with an error the tree goes on, and the next head stands for this one too. A disk that is not mounted
  // leaves an empty directory instead: heads are missed there, and the tree stands still.
  await outside.keep(signed);
  return head.size;
}

/**
 * Holds the tree to the newest head that is kept outside: only that tells when the whole database is of an older copy. What was
 * signed and not kept there is kept now. @throws AuditHalted
 */
async function ensureWitnessed({ witness, outside }: Working, ledger: Ledger): Promise<void> {
  if (!witness) return;
  const remembered = await ledger.witnessed();
  const newest = await witness.newest().catch((error: unknown) => {
    if (error instanceof WitnessUnreadable) throw new AuditHalted({ code: 'WITNESS_CHANGED', logIndex: 0 });
    throw error;
  });
  await ensureNotGone(witness, newest, remembered);
  const latest = await ledger.latest();
  if (newest) {
    const code = await againstHead({ size: await ledger.lastIndex(), rootAt: ledger.tree.rootAt }, newest);
    if (code) throw new AuditHalted({ code, logIndex: newest.size });
  }
  if (latest && latest.size > (newest?.size ?? 0)) await outside.keep(latest);
}

/**
 * A file that vanished would be begun anew, and nobody would know what it said. What is remembered is read before the place is: who
 * had the lease may be adding a head between the two. A loss that was accepted excuses only what was kept before it.
 * @throws AuditHalted
 */
async function ensureNotGone(witness: Witness, newest: Witnessed | undefined, remembered: Remembered | undefined): Promise<void> {
  if (!remembered || (newest?.size ?? 0) >= remembered.size || (await witness.isPutAsideSince(remembered.at))) return;
  throw new AuditHalted({ code: 'WITNESS_GONE', logIndex: remembered.size });
}

/** A head that cannot be kept there is told of by log and metric until one can. */
function keptOutside(witness: Witness | undefined, ledger: Ledger, logger: Log, metrics: Metrics | undefined): Outside {
  let failing = false;
  if (witness) {
    metrics?.gauge('audit_witness_failing', '1 while signed heads cannot be kept outside the database', [], (gauge) =>
      gauge.set(failing ? 1 : 0),
    );
  }
  return {
    keep: async (head) => {
      if (!witness) return;
      try {
        await witness.keep(head);
        failing = false;
      } catch (err) {
        failing = true;
        logger.error({ err }, 'a signed head could not be kept outside the database');
        return;
      }
      await ledger.rememberWitnessed(head.size);
    },
    rest: () => {
      failing = false;
    },
  };
}

/** When a head was last signed (null when never), if something came after it. */
async function unsignedSince(ledger: Ledger, log: EventLog): Promise<number | null | 'nothing'> {
  const latest = await ledger.latest();
  const after = latest ? await log.positionOf(BigInt(latest.size)) : 0n;
  if ((await log.readAll(after, 1)).events.length === 0) return 'nothing';
  return latest ? Date.parse(latest.signedAt) : null;
}

/** Size, age and halt of the tree, asked when somebody looks. */
function watch(metrics: Metrics, ledger: Ledger, log: EventLog): void {
  const from = Date.now();
  metrics.gauge('audit_tree_leaves', 'Events in the audit tree', [], async (gauge) => gauge.set((await ledger.tree.head()).size));
  metrics.gauge(
    'audit_tree_unsigned_seconds',
    'Time since a head was signed, while the log holds something that no signed head covers; else 0',
    [],
    async (gauge) => {
      const age = await unsignedSince(ledger, log);
      gauge.set(age === 'nothing' ? 0 : Math.max(0, (Date.now() - (age ?? from)) / 1_000));
    },
  );
  metrics.gauge('audit_tree_halted', '1 while the log and the audit tree disagree', [], async (gauge) => {
    gauge.set((await ledger.halted()) ? 1 : 0);
  });
}
