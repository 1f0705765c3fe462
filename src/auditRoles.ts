import type pg from 'pg';
import { auditSigner, auditWitness } from './compose.ts';
import { runAudit } from './eventlog/audit/audit.ts';
import { runPatrol } from './eventlog/audit/patrol.ts';
import type { EventLog } from './eventlog/port.ts';
import type { Config } from './platform/config.ts';
import type { Log } from './platform/logging.ts';
import type { Metrics } from './platform/metrics.ts';

const HOUR_MS = 3_600_000;

export interface AuditedLog {
  readonly config: Config;
  /** Three connections are enough. */
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly log: EventLog;
  /** The name it is signed under. */
  readonly origin: string;
  readonly logger: Log;
  readonly metrics?: Metrics;
}

/** Keeps the audit tree of one log and reads that log again and again, until the signal aborts. */
export async function keepAudit({ config, origin, ...parts }: AuditedLog, signal: AbortSignal): Promise<void> {
  await Promise.all([
    runAudit({ ...parts, signer: auditSigner(config, origin), witness: auditWitness(config, origin) }, signal),
    runPatrol({ ...parts, wholeMs: config.auditPatrolHours * HOUR_MS }, signal),
  ]);
}
