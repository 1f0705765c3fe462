/** `npm run restore -- --from DIR --keys-from DIR`: puts a backup into an empty place and verifies it. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { BackupBroken, PlaceRefused } from './backup/manifest.ts';
import { restoreBackup } from './backup/restore.ts';
import { run } from './run.ts';

const USAGE = `npm run restore -- --from DIR --keys-from DIR

Puts what \`npm run backup\` wrote into the place the environment names, which must be empty, holds every part to its sum and the
logs to what was signed, and says how long it took. Put the master keys and the key of the audit tree back first.`;

await run(async () => {
  const { values } = parseArgs({ options: { from: { type: 'string' }, 'keys-from': { type: 'string' } } });
  if (values.from === undefined || values['keys-from'] === undefined) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const source = { from: resolve(values.from), keysFrom: resolve(values['keys-from']) };
  const restored = await restoreBackup(readConfig(process.env), createLogger({ level: 'error' }), source).catch(
    (error: unknown) => {
      throw error instanceof PlaceRefused || error instanceof BackupBroken ? new Error(error.message) : error;
    },
  );
  const { manifest, rows, seconds, verdicts } = restored;
  console.log(`The backup of ${manifest.madeAt} is back: ${rows} rows and ${manifest.objects?.count ?? 0} objects of files.`);
  for (const { store, ok, words } of verdicts) {
    console.log(`${store} log: ${words}`);
    if (ok === false) process.exitCode = 1;
  }
  console.log(`Restored and verified in ${seconds.toFixed(1)} s. The first start makes the read models.`);
});
