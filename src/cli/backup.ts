/** `npm run backup -- --to DIR --keys-to DIR`: log, files and, apart, keys of this installation, while it works. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { makeBackup } from './backup/make.ts';
import { PlaceRefused } from './backup/manifest.ts';
import { run } from './run.ts';

const USAGE = `npm run backup -- --to DIR --keys-to DIR

Writes the logs with their audit trees, the state of reactors, the access log and the files into one directory, and the wrapped
keys into another, which is kept apart and not as long. Both must be empty. Master keys are in neither.`;

await run(async () => {
  const { values } = parseArgs({ options: { to: { type: 'string' }, 'keys-to': { type: 'string' } } });
  if (values.to === undefined || values['keys-to'] === undefined) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const began = performance.now();
  const [to, keysTo] = [resolve(values.to), resolve(values['keys-to'])];
  const { general, restricted, objects } = await makeBackup(readConfig(process.env), createLogger({ level: 'error' }), {
    to,
    keysTo,
  }).catch((error: unknown) => {
    throw error instanceof PlaceRefused ? new Error(error.message) : error;
  });
  const events = (count: number | undefined) =>
    count === undefined ? 'no events (they lie in EventStoreDB)' : `${count} events`;
  console.log(`${events(general?.events)}, ${objects?.count ?? 0} objects of files and what belongs to them are in ${to}.`);
  if (restricted) console.log(`${events(restricted.events)} of the restricted store are there too.`);
  if (objects && objects.missing > 0) console.log(`${objects.missing} objects of files were not there.`);
  if (objects && objects.lost > 0) {
    console.error(`${objects.lost} of their files nobody erased: their bytes are lost. Look for them in earlier backups.`);
    process.exitCode = 1;
  }
  console.log(`The wrapped keys are in ${keysTo}. ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
});
