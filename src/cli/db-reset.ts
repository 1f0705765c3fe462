/**
 * `npm run db:reset`: empties the embedded database of MASAR_DATA after asking; `--yes` skips the question.
 * Never touches a database server named by DATABASE_URL.
 */
import { createInterface } from 'node:readline/promises';
import { ConfigError, readConfig } from '../platform/config.ts';
import { DirectoryInUse, removeEmbeddedPostgres } from '../platform/embeddedPostgres.ts';
import { createLogger } from '../platform/logging.ts';

async function confirmed(question: string): Promise<boolean> {
  if (process.argv.includes('--yes')) return true;
  if (!process.stdin.isTTY) {
    console.error('nobody can be asked here: run again with --yes (npm run db:reset -- --yes)');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

/** The process's exit code. */
async function main(): Promise<number> {
  const config = readConfig(process.env);
  if (!config.embedded) {
    console.error('DATABASE_URL is set: this command only empties the embedded database. Nothing was deleted.');
    return 1;
  }
  if (!(await confirmed(`Delete everything stored in ${config.dataDir}?`))) {
    console.error('Nothing was deleted.');
    return 1;
  }
  const log = createLogger({ level: 'warn' });
  const removed = await removeEmbeddedPostgres({ dataDir: config.dataDir, log });
  console.log(
    removed === undefined ? `There was no database in ${config.dataDir}.` : `Deleted ${removed}. The next start begins empty.`,
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DirectoryInUse || error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
