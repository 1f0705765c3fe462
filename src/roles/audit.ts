import type pg from 'pg';
import type { Core, Steps } from '../compose.ts';
import { runAudit } from '../eventlog/audit/audit.ts';
import { runPatrol } from '../eventlog/audit/patrol.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { Config } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import type { Log } from '../platform/logging.ts';
import type { Metrics } from '../platform/metrics.ts';
import { watchPool } from '../platform/poolMetrics.ts';
import { SCHEMAS } from '../schemas.ts';
import { auditSigner, auditWitness } from '../signing.ts';

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

/** Keeps the audit tree of one log and reads that log again and again, until the signal aborts. Throws at once without a key. */
export function keepAudit({ config, origin, ...parts }: AuditedLog, signal: AbortSignal): Promise<unknown> {
  const signer = auditSigner(config, origin);
  return Promise.all([
    runAudit({ ...parts, signer, witness: auditWitness(config, origin) }, signal),
    runPatrol({ ...parts, wholeMs: config.auditPatrolHours * HOUR_MS }, signal),
  ]);
}

/** Keeps the audit tree of the general log, on connections of its own, so that nothing holds it up. */
export function startAudit({ config, databaseUrl, log, logger }: Core, metrics: Metrics, steps: Steps): void {
  const pool = createPool(databaseUrl, { applicationName: 'masar audit', max: 3, log: logger });
  steps.push(() => pool.end());
  watchPool(metrics, 'audit', pool);
  metrics.gauge('audit_witness_set', '1 when signed heads are kept outside the database, 0 when nowhere', [], (gauge) =>
    gauge.set(config.auditWitnessDir === undefined ? 0 : 1),
  );
  const stopping = new AbortController();
  const parts = { config, pool, schema: SCHEMAS.audit, log, origin: config.auditOrigin, logger, metrics };
  const running = keepAudit(parts, stopping.signal);
  steps.push(() => {
    stopping.abort();
    return running;
  });
}
