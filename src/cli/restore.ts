/**
 * `npm run restore -- --from DIR --keys-from DIR [--work DIR]`: puts a backup into an empty place and verifies it.
 * `npm run restore -- accept-loss …`: the word of the people in charge that what a backup lacks is lost.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openCore } from '../compose.ts';
import { type Config, readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { BackupBroken, lostInWords, PlaceRefused } from './backup/manifest.ts';
import { acceptLoss, type Loss } from './backup/outside.ts';
import { type BackupSource, restoreBackup } from './backup/restore.ts';
import { run } from './run.ts';

const USAGE = `npm run restore -- --from DIR --keys-from DIR [--work DIR]

Puts what \`npm run backup\` wrote into the place the environment names, which must be empty and where nothing of Masar may run,
holds every part to its sum and the logs to what was signed, and says how long it took. Put the master keys and the key of the
audit tree back first. Both logs are written once more to be verified, into a directory made in --work (the one of --from unless
said otherwise) and removed at the end. Status 0: all is back; 1: it is not, and once anything was written nobody starts there until
it was emptied; 3: all is back that was backed up, and heads in AUDIT_WITNESS_DIR tell of more, which somebody has to decide about.

npm run restore -- accept-loss --log NAME [--log NAME …] --by "WHO" --reason "WHY, with the letter's number"

Puts on record who accepts that what was signed of these logs behind the backup is lost, and why, and puts their heads aside in
AUDIT_WITNESS_DIR, where they stay. Signing goes on after that.`;

const TO_DECIDE = 3;

const OPTIONS = {
  from: { type: 'string' },
  'keys-from': { type: 'string' },
  work: { type: 'string' },
  log: { type: 'string', multiple: true },
  by: { type: 'string' },
  reason: { type: 'string' },
} as const;

await run(async () => {
  const { values, positionals } = typed() ?? { values: {}, positionals: [] };
  const { from, 'keys-from': keysFrom, work, log: logs = [] } = values;
  const [by, reason] = [values.by?.trim(), values.reason?.trim()];
  const command = positionals.join();
  if (command === '' && from !== undefined && keysFrom !== undefined) {
    const source = { from: resolve(from), keysFrom: resolve(keysFrom), work: work && resolve(work) };
    await plainly(restore(readConfig(process.env), source));
  } else if (command === 'accept-loss' && logs.length > 0 && by && reason) {
    await plainly(accept(readConfig(process.env), logs, by, reason));
  } else {
    console.error(USAGE);
    process.exitCode = 2;
  }
});

/** What was typed; undefined, and a word about it, where there is no such option. */
function typed() {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** What a person can mend is told without a stack. */
async function plainly(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    throw error instanceof PlaceRefused || error instanceof BackupBroken ? new Error(error.message) : error;
  });
}

async function restore(config: Config, source: BackupSource): Promise<void> {
  const restored = await restoreBackup(config, createLogger({ level: 'error' }), source);
  const { manifest, rows, seconds, verdicts, losses } = restored;
  console.log(`The backup of ${manifest.madeAt} is back: ${rows} rows and ${manifest.objects?.count ?? 0} objects of files.`);
  if (manifest.objects && manifest.objects.lost > 0) {
    console.log(
      `${manifest.objects.lost} files were lost before it was made, and are not in it. Look for them in earlier backups:`,
    );
    console.log(`  ${lostInWords(manifest.objects)}`);
  }
  for (const { store, words, covered, uncovered } of verdicts) {
    console.log(`${store} log: ${words}`);
    console.log(`${store} log: ${covered} events are covered by a signature, ${uncovered} came after the last one`);
  }
  if (losses.length > 0) tellLosses(losses);
  if (config.auditWitnessDir === undefined)
    console.log('AUDIT_WITNESS_DIR is not set: nothing here tells whether more was signed than what is back.');
  console.log(`Restored and verified in ${seconds.toFixed(1)} s. The first start makes the read models.`);
  if (losses.length > 0) process.exitCode = TO_DECIDE;
  if (verdicts.some(({ ok }) => ok === false)) {
    console.log('What is back is not what was signed: nobody starts there (infra/runbooks/night.md, "Lost?").');
    process.exitCode = 1;
  }
}

function tellLosses(losses: readonly Loss[]): void {
  console.log('\nTO BE DECIDED: heads outside the database tell of more than what is back.');
  for (const { log, code, outside, here } of losses) {
    const words = {
      BEHIND_WITNESS: `${outside} entries were signed, ${here} are here: the last ${outside - here} are missing`,
      NOT_AS_WITNESSED: `${outside} entries were signed, and the ${here} that are here are others`,
      WITNESS_CHANGED: 'what lies outside is not what was signed: audit.md, WITNESS_CHANGED',
    }[code];
    console.log(`  ${log}: ${words} (${code})`);
  }
  const names = losses.filter(({ code }) => code !== 'WITNESS_CHANGED').map(({ log }) => `--log ${log}`);
  console.log(`Nothing more of these logs is signed, and the alarm of the audit tree stands, until that is settled. Is there a newer
backup? Then empty this place and restore that one.`);
  if (names.length === 0) return;
  console.log(`Where the loss is accepted on paper (infra/runbooks/audit.md):
  npm run restore -- accept-loss --by "WHO" --reason "WHY" ${names.join(' ')}\n`);
}

async function accept(config: Config, logs: readonly string[], who: string, why: string): Promise<void> {
  const core = await openCore(config, createLogger({ level: 'error' }), 'masar accept loss');
  try {
    await core.restricted?.open();
    for (const log of logs) {
      const aside = await acceptLoss(core, { log, by: who, reason: why });
      console.log(`${log}: on record; its heads are kept as ${aside}.`);
    }
    console.log('Signing goes on within a minute. Restart workers that were running.');
  } finally {
    await core.close();
  }
}
