import { statSync } from 'node:fs';

/** Anybody but the owner of a file: its group, and the rest of the machine. */
const OTHERS = 0o077;

/** Whether others than its owner may do anything with a file. Where files have no such modes, and where there is no file: no. */
export function isOpenToOthers(file: string): boolean {
  if (process.platform === 'win32') return false;
  const found = statSync(file, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & OTHERS) !== 0;
}
