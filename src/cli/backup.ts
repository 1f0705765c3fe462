/** `npm run backup -- [nightly] --to DIR --keys-to DIR …`: log, files and, apart, keys of this installation, while it works. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { isClockRight } from './backup/keeping.ts';
import { type BackupPlace, ensureApart, makeBackup } from './backup/make.ts';
import { lostInWords, type Manifest, PlaceRefused } from './backup/manifest.ts';
import { backUpNightly, type Nightly } from './backup/nightly.ts';
import { run } from './run.ts';

const USAGE = `npm run backup -- --to DIR --keys-to DIR

Writes the logs with their audit trees, the state of reactors, the access log and the files into one directory, and the wrapped
keys into another, which is kept apart and no longer. Both must be empty. Master keys are in neither.

npm run backup -- nightly --to DIR --keys-to DIR --keep DAYS --keep-keys DAYS

The same in a directory of its own within each, called by when it began (2026-03-01T013000Z); both must be there. What is older than
its DAYS is removed after that, of keys no more DAYS than of the rest: newer keys open older data. The youngest three of each always
stay, and so does the last that held a file which is lost since. After a failure only old keys go, and what it left itself.`;

const OPTIONS = {
  to: { type: 'string' },
  'keys-to': { type: 'string' },
  keep: { type: 'string' },
  'keep-keys': { type: 'string' },
} as const;

await run(async () => {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const [days, keyDays] = [daysOf(values.keep), daysOf(values['keep-keys'])];
  const isNightly = positionals.join() === 'nightly' && days !== undefined && keyDays !== undefined && keyDays <= days;
  const isOne = positionals.length === 0 && values.keep === undefined && values['keep-keys'] === undefined;
  if (values.to === undefined || values['keys-to'] === undefined || !(isNightly || isOne)) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const began = performance.now();
  const wanted = { to: resolve(values.to), keysTo: resolve(values['keys-to']) };
  const config = readConfig(process.env, { withoutKeys: true });
  const make = (place: BackupPlace) => makeBackup(config, createLogger({ level: 'error' }), place);
  try {
    if (isNightly) {
      ensureApart(wanted);
      tellNight(await backUpNightly(wanted, { days, keyDays, origin: config.auditOrigin }, make), began);
    } else tell(wanted, await make(wanted), began);
  } catch (error) {
    throw error instanceof PlaceRefused ? new Error(error.message) : error;
  }
});

function daysOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,3}$/.test(text) ? Number(text) : undefined;
}

/** Tells of a night, first of what was made. @throws what it failed of */
function tellNight({ at, place, made, removed, stuck }: Nightly, began: number): void {
  if (!('failure' in made)) {
    tell(place, made, began);
    if (!isClockRight(at, made)) {
      console.error(
        `Nothing old is removed: here it is ${at.toISOString()}, in the database ${made.general?.takenAt}. Delete both directories by hand when their time is over.`,
      );
      process.exitCode = 1;
    }
  }
  for (const directory of removed) console.log(`${directory} is removed.`);
  for (const { directory, why } of stuck) {
    console.error(`${directory} could not be removed: ${why instanceof Error ? why.message : String(why)}`);
    process.exitCode = 1;
  }
  if ('failure' in made) throw made.failure;
}

function tell({ to, keysTo }: BackupPlace, { general, restricted, objects }: Manifest, began: number): void {
  const events = (count: number | undefined) =>
    count === undefined ? 'no events (they lie in EventStoreDB)' : `${count} events`;
  console.log(`${events(general?.events)}, ${objects?.count ?? 0} objects of files and what belongs to them are in ${to}.`);
  if (restricted) console.log(`${events(restricted.events)} of the restricted store are there too.`);
  if (objects && objects.missing > 0) console.log(`${objects.missing} objects of files were not there.`);
  if (objects && objects.lost > 0) {
    console.error(`${objects.lost} of their files nobody erased: their bytes are lost. Look for them in earlier backups:`);
    console.error(`  ${lostInWords(objects)}`);
    process.exitCode = 1;
  }
  console.log(`The wrapped keys are in ${keysTo}. ${((performance.now() - began) / 1_000).toFixed(1)} s.`);
}
