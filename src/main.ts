import { ConfigError, readConfig } from './platform/config.ts';
import { DirectoryInUse } from './platform/embeddedPostgres.ts';
import { createLogger } from './platform/logging.ts';
import { createShutdown } from './platform/shutdown.ts';
import { serve } from './serve.ts';

/** Runs the roles of MASAR_ROLES until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger({ level: config.logLevel, role: [...config.roles].join('+') });
  for (const warning of config.warnings) logger.warn({}, warning);
  const shutdown = createShutdown({ log: logger });
  const running = await serve(config, logger);
  shutdown.defer('masar', () => running.stop());
  if (running.address) logger.info({ url: running.address, docs: `${running.address}/docs` }, 'listening');
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof DirectoryInUse;
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
