import { ConfigError } from '../platform/config.ts';
import { DirectoryInUse } from '../platform/embeddedPostgres.ts';

/**
 * Runs a command a person typed: an error it expects is told in one line, without a stack, and the status is 1.
 */
export async function run(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    process.exitCode = 1;
    const expected =
      error instanceof ConfigError || error instanceof DirectoryInUse || (error instanceof Error && error.constructor === Error);
    process.stderr.write(
      `${expected ? (error as Error).message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}
