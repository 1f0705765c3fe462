import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { RetentionClasses } from '../../domain/erasure/index.ts';
import { yearsOf } from '../../domain/erasure/index.ts';
import type { RetentionClass } from '../../eventlog/retention.ts';
import type { KeyName, Keyring } from '../../platform/keyring.ts';
import { type MasterKey, masterKeyFrom, masterKeyOf } from '../../platform/keys/masterKey.ts';
import type { Rotation } from '../../platform/keys/rotation.ts';
import type { RunOut } from '../../projections/subjects.queries.ts';

const USAGE = `npm run keys -- rotate --to FILE|kms [--store restricted]
npm run keys -- reconcile [--with FILE]
npm run keys -- tombstones
npm run keys -- missing [--write-off]
npm run keys -- retention

rotate      wraps every key of a store (of the general one, if none is named) anew by the master key in FILE, which this process has to
            be given like every other (MASAR_MASTER_KEY_ALSO), or by that of the key-management service (MASAR_KMS_URL); may be run
            again after a break
reconcile   destroys the keys of whom the log, or a list in FILE (one id a line, or a copy of ERASED_LIST_FILE), says that they are erased
tombstones  prints that list, to be kept apart from all backups
missing     counts the keys that the logs need and that are neither there nor destroyed; with --write-off, what they sealed is given
            up for good and reads as erased from then on: only when no backup of the keys is left
retention   says how long each kind of data is kept, and lists the records that need not be kept any more; erases none`;

/** The store whose keys are meant. */
export type KeysOf = 'general' | 'restricted';

/** What the command needs of an installation. */
export interface KeyTools {
  readonly keyring: Pick<Keyring, 'destroy'>;
  /** @throws Error where there is no such store, or `to` is a master key of the other one, or one this process was not given. */
  rotate(store: KeysOf, to: MasterKey, progress: (wrapped: number) => void): Promise<Rotation>;
  /** The master key of the key-management service. @throws Error where there is none. */
  service(): MasterKey;
  /** Keys that are neither there nor destroyed, by the store that needs them. */
  missing(): Promise<
    readonly { readonly store: string; readonly keys: readonly KeyName[]; readonly keyring: Pick<Keyring, 'destroy'> }[]
  >;
  /** Subjects of every erasure in the log. */
  erased(): Promise<readonly string[]>;
  readonly processes: readonly string[];
  classes(): Promise<RetentionClasses>;
  /** Every kind of data and how long it is kept. */
  kinds(): Promise<readonly RetentionClass[]>;
  runOut(before: Readonly<Record<string, string>>): Promise<readonly RunOut[]>;
  readonly now: () => Date;
  readonly print: (line: string) => void;
}

/** Runs the command of these arguments; answers the exit code: 0, or 2 for a wrong call. */
export async function keysCommand(argv: readonly string[], tools: KeyTools): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      to: { type: 'string' },
      with: { type: 'string' },
      'write-off': { type: 'boolean', default: false },
      store: { type: 'string' },
    },
    allowPositionals: true,
  });
  const [command, ...more] = positionals;
  const { to, store = 'general' } = values;
  if (more.length === 0 && command === 'rotate' && to !== undefined && (store === 'general' || store === 'restricted')) {
    return rotate(store, to, tools);
  }
  if (values.store !== undefined) {
    tools.print(USAGE);
    return 2;
  }
  if (more.length === 0 && command === 'reconcile') return reconcile(values.with, tools);
  if (more.length === 0 && command === 'tombstones') {
    for (const subject of await tools.erased()) tools.print(subject);
    return 0;
  }
  if (more.length === 0 && command === 'missing') return missing(values['write-off'], tools);
  if (more.length === 0 && command === 'retention') return retention(tools);
  tools.print(USAGE);
  return 2;
}

async function rotate(store: KeysOf, place: string, { rotate, service, print }: KeyTools): Promise<number> {
  const to = place === 'kms' ? service() : masterKeyOf(masterKeyFrom(place, false));
  const { wrapped, before } = await rotate(store, to, (done) => print(`${done} keys wrapped`));
  print(`${wrapped} keys are now wrapped by ${to.id}; ${before} were before`);
  return 0;
}

const Listed = z.array(z.string().regex(/^[\w-]{1,64}$/));

async function reconcile(file: string | undefined, { keyring, erased, print }: KeyTools): Promise<number> {
  const lines = file === undefined ? [] : readFileSync(file, 'utf8').split('\n');
  // Of a line of ERASED_LIST_FILE the last word.
  const listed = Listed.parse(lines.map((line) => line.trim().split(' ').at(-1)).filter((word) => word !== ''));
  const subjects = [...new Set([...(await erased()), ...listed])];
  print(`${subjects.length} subjects are erased; ${await keyring.destroy(subjects)} of their keys were there and are destroyed`);
  return 0;
}

/** Exit code 1 while keys are missing. */
async function missing(writeOff: boolean, { missing, print }: KeyTools): Promise<number> {
  let left = 0;
  for (const { store, keys, keyring } of await missing()) {
    const subjects = new Set(keys.map((one) => one.subject));
    print(`${store}: ${keys.length} keys of ${subjects.size} subjects are missing`);
    for (const { subject, tier } of keys) {
      if (writeOff) await keyring.destroy(subject, [tier]);
      else print(`${tier} ${subject}`);
    }
    if (writeOff && keys.length > 0) print(`${store}: what they sealed reads as erased from now on`);
    if (!writeOff) left += keys.length;
  }
  return left > 0 ? 1 : 0;
}

async function retention({ processes, classes, kinds, runOut, now, print }: KeyTools): Promise<number> {
  for (const { kind, kept, setBy, source } of await kinds()) print(`${kind}: ${kept} (${setBy}; ${source})`);
  const years = await classes();
  const before = processes.map((process) => [process, yearsBefore(now(), yearsOf(years, process))] as const);
  const found = await runOut(Object.fromEntries(before));
  for (const { process, reference, changedAt } of found) print(`${process} ${reference} last entry ${changedAt.slice(0, 10)}`);
  print(`${found.length} records need not be kept any more`);
  return 0;
}

function yearsBefore(now: Date, years: number): string {
  const then = new Date(now);
  then.setUTCFullYear(now.getUTCFullYear() - years);
  return then.toISOString();
}
