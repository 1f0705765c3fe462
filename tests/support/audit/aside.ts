import { chmodSync, existsSync, lstatSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Puts a file of heads aside by hand, as the runbook has it; where it is lost, something of that name. The file system's clock
 * goes in steps of some milliseconds, and the database's does not: what was done before is seen to be older.
 */
export function asideByHand(file: string): string {
  const aside = `${file}.aside`;
  const now = Date.now() + 1;
  if (existsSync(file)) renameSync(file, aside);
  else writeFileSync(aside, '');
  while (lstatSync(aside).ctimeMs <= now) chmodSync(aside, 0o640);
  return aside;
}
