import module from 'node:module';
import { join } from 'node:path';
import { ConfigError, readConfig } from './platform/config.ts';
import { DirectoryInUse, openEmbeddedPostgres } from './platform/embeddedPostgres.ts';
import { keepHeapSmall } from './platform/heap.ts';
import { createLogger } from './platform/logging.ts';
import { createShutdown } from './platform/shutdown.ts';

/** Runs the roles of MASAR_ROLES until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger({ level: config.logLevel, role: [...config.roles].join('+') });
  for (const warning of config.warnings) logger.warn({}, warning);
  const shutdown = createShutdown({ log: logger });
  const embedded = config.embedded ? openEmbeddedPostgres({ dataDir: config.dataDir, log: logger }) : undefined;
  // What fails there is told by who waits for it.
  embedded?.catch(() => {});
  if (config.embedded) keepCompiled(join(config.dataDir, 'compiled'));
  // The database starts while the thousand files of the program are read.
  const { serve } = await import('./serve.ts');
  const running = await serve(config, logger, {
    embedded,
    broken: (error) => {
      process.stderr.write(`${error.message}\n`);
      void shutdown.run(error.name, 1);
    },
  });
  shutdown.defer('masar', () => running.stop());
  // Before, a start would collect again and again what it is about to keep.
  keepHeapSmall();
  if (running.address) logger.info({ url: running.address, docs: `${running.address}/docs` }, 'listening');
}

/**
 * Keeps what Node compiled in a directory of ours for the next start; Node 20 cannot. In one that others may write to, they could
 * leave us their code.
 */
function keepCompiled(directory: string): void {
  const enable: unknown = Reflect.get(module, 'enableCompileCache');
  if (typeof enable === 'function') enable(directory);
}

main().catch((error: unknown) => {
  const expected = error instanceof ConfigError || error instanceof DirectoryInUse;
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
