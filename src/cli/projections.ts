/**
 * `npm run projections -- status | rebuild NAME | check [NAME …] | skip NAME POSITION …`: looks after the read models;
 * with `--store restricted`, after those of the restricted store.
 */
import type pg from 'pg';
import { openCore } from '../compose.ts';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { createLogger } from '../platform/logging.ts';
import { projectionsOf, restrictedProjectionsOf } from '../projections/index.ts';
import type { Projection } from '../projections/runtime/projection.ts';
import { RESTRICTED_SCHEMAS } from '../restrictedStore.ts';
import { SCHEMAS } from '../schemas.ts';
import { projectionsCommand } from './projections/commands.ts';
import { run } from './run.ts';

await run(async () => {
  const logger = createLogger({ level: 'error' });
  const core = await openCore(readConfig(process.env), logger, 'masar projections', { onlyLooks: true });
  const pools: pg.Pool[] = [];
  const poolFor = (url: string, projections: readonly Projection[]): pg.Pool => {
    const pool = createPool(url, { applicationName: 'masar projections', max: projections.length + 3, log: logger });
    pools.push(pool);
    return pool;
  };
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort(new Error('stopped')));
  try {
    const { log, codec, registry, restricted: place } = core;
    const projections = projectionsOf(registry, core.keyring.mac);
    const pool = poolFor(core.databaseUrl, projections);
    const general = { pool, schema: SCHEMAS.read, log, codec, registry, projections, logger };
    const restricted = place && {
      restricted: async () => {
        const { log, codec } = await place.open();
        const { registry } = place;
        const projections = restrictedProjectionsOf(registry);
        const pool = poolFor(place.databaseUrl, projections);
        return { pool, schema: RESTRICTED_SCHEMAS.read, log, codec, registry, projections, logger };
      },
    };
    process.exitCode = await projectionsCommand(
      process.argv.slice(2),
      { general, ...restricted, print: console.log },
      stopping.signal,
    );
  } finally {
    await Promise.all(pools.map((pool) => pool.end()));
    await core.close();
  }
});
