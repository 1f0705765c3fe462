import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { birthmarkOf, commandOf } from './processes.ts';

interface Claim {
  readonly pid: number;
  readonly birthmark: string | undefined;
}

/** Another live process runs the embedded database of this directory. */
export class DirectoryInUse extends Error {
  readonly pid: number;
  constructor(directory: string, pid: number) {
    const holder = pid === process.pid ? 'this very process' : `process ${pid} (${shortCommand(pid)})`;
    super(
      `the embedded database in ${directory} is in use by ${holder}; ` +
        'stop that process first, or set MASAR_DATA to another directory',
    );
    this.name = 'DirectoryInUse';
    this.pid = pid;
  }
}

function shortCommand(pid: number): string {
  const command = commandOf(pid)?.replace(/\s+/g, ' ') ?? 'unknown command';
  return command.length > 80 ? `${command.slice(0, 79)}…` : command;
}

/**
 * Makes this process the only one that may start or stop the server of `directory`, until the returned function is called
 * or the process dies. A claim left by a dead process is taken over.
 * @throws DirectoryInUse naming the process that holds it.
 */
export function claimDirectory(directory: string): () => void {
  const file = `${directory}/postgres.owner`;
  const draft = `${file}.${process.pid}`;
  const claim: Claim = { pid: process.pid, birthmark: birthmarkOf(process.pid) };
  writeFileSync(draft, JSON.stringify(claim));
  try {
    while (!tryLink(draft, file)) {
      const holder = readClaim(file);
      if (holder === undefined) continue;
      if (isHeld(holder)) throw new DirectoryInUse(directory, holder.pid);
      setAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(file, { force: true });
}

/** Linking, unlike writing, makes the file appear with its content at once, and only for one of two racing processes. */
export function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when there is none; a file that cannot be understood belongs to nobody. */
function readClaim(file: string): Claim | undefined {
  try {
    const { pid, birthmark } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Claim>;
    return { pid: typeof pid === 'number' ? pid : 0, birthmark };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { pid: 0, birthmark: undefined };
  }
}

function isHeld(claim: Claim): boolean {
  return claim.pid > 0 && claim.birthmark !== undefined && birthmarkOf(claim.pid) === claim.birthmark;
}

/** Removes a dead claim; when a rival replaced it in the meantime, the rival's claim is put back. */
function setAside(file: string, dead: Claim): void {
  const aside = `${file}.dead.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readClaim(aside);
  if (moved !== undefined && (moved.pid !== dead.pid || moved.birthmark !== dead.birthmark)) tryLink(aside, file);
  rmSync(aside, { force: true });
}
