import type { Metrics } from '../platform/metrics.ts';
import type { ReactorStatus, Status } from './runtime/status.ts';

export interface WorkerMetrics {
  job(reactor: string, ended: 'done' | 'refused' | 'retried'): void;
  deadline(what: 'escalated' | 'timed' | 'refused'): void;
  /** A scan for deadlines has come to its end. */
  scanned(): void;
}

const GAUGES: readonly { readonly name: string; readonly help: string; readonly value: (one: ReactorStatus) => number }[] = [
  { name: 'worker_jobs_pending', help: 'Follow-up jobs not ended', value: (one) => one.pending },
  { name: 'worker_jobs_refused', help: 'Follow-up jobs a rule refused, until somebody decides', value: (one) => one.refused },
  { name: 'worker_oldest_pending_seconds', help: 'Age of the oldest job not ended', value: (one) => one.oldestSeconds },
  { name: 'worker_reactor_halted', help: '1 while a reactor stands still at an event', value: (one) => (one.fault ? 1 : 0) },
];

/** What a scrape shows of the workers; the gauges are read from the tables. */
export function createWorkerMetrics(metrics: Metrics, status: () => Promise<Status>): WorkerMetrics {
  const jobs = metrics.counter('worker_jobs_total', 'Runs of follow-up jobs by how they ended', ['reactor', 'ended']);
  const deadlines = metrics.counter('worker_deadlines_total', 'Commands given because of time alone', ['what']);
  const scanned = metrics.gauge(
    'worker_deadlines_scanned_seconds',
    'When a scan for deadlines last came to its end in this process, in seconds since 1970; 0 before the first',
  );
  for (const { name, help, value } of GAUGES) {
    metrics.gauge(name, help, ['reactor'], async (gauge) => {
      for (const one of (await status()).reactors) gauge.set({ reactor: one.name }, value(one));
    });
  }
  return {
    job: (reactor, ended) => jobs.inc({ reactor, ended }),
    deadline: (what) => deadlines.inc({ what }),
    scanned: () => scanned.setToCurrentTime(),
  };
}
