/** `npm run projections -- status | rebuild NAME | check [NAME …] | skip NAME POSITION --reason "why"`: looks after the read models. */
import { openCore, SCHEMAS } from '../compose.ts';
import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { createLogger } from '../platform/logging.ts';
import { projectionsOf } from '../projections/index.ts';
import { projectionsCommand } from './projections/commands.ts';
import { run } from './run.ts';

await run(async () => {
  const logger = createLogger({ level: 'error' });
  const core = await openCore(readConfig(process.env), logger, 'masar projections');
  const projections = projectionsOf(core.registry, core.keyring.mac);
  const pool = createPool(core.databaseUrl, { applicationName: 'masar projections', max: projections.length + 3, log: logger });
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort(new Error('stopped')));
  try {
    const { log, codec, registry } = core;
    const tools = { pool, schema: SCHEMAS.read, log, codec, registry, projections, logger, print: console.log };
    process.exitCode = await projectionsCommand(process.argv.slice(2), tools, stopping.signal);
  } finally {
    await pool.end();
    await core.close();
  }
});
