import type pg from 'pg';
import type { Metrics } from './metrics.ts';

const watched = new WeakMap<Metrics, Map<string, pg.Pool>>();

const FIGURES = [
  ['pool_waiting', 'Callers who wait for a database connection', (pool: pg.Pool) => pool.waitingCount],
  ['pool_busy', 'Database connections in use', (pool: pg.Pool) => pool.totalCount - pool.idleCount],
  ['pool_size', 'Database connections at most', (pool: pg.Pool) => pool.options.max],
] as const;

/** Shows at each scrape how a pool stands, under a name; gives the pool back. */
export function watchPool(metrics: Metrics, name: string, pool: pg.Pool): pg.Pool {
  const pools = watched.get(metrics) ?? new Map<string, pg.Pool>();
  watched.set(metrics, pools.set(name, pool));
  for (const [metric, help, figure] of FIGURES) {
    metrics.gauge(metric, help, ['pool'], (gauge) => {
      for (const [label, one] of pools) gauge.set({ pool: label }, figure(one));
    });
  }
  return pool;
}
