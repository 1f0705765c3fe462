import type { Rights } from '../../domain/access/access.ts';
import { type DocumentRef, documentsIn } from '../../domain/kernel/documents.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import { ensure } from '../../domain/kernel/errors.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import type { Cases, LoadedCase } from '../cases.ts';
import { documentsOf, openableIn } from './inCase.ts';
import type { DocumentTableAccess } from './table.ts';

/** Who is about to name files, in which case. No rights: the system, which passes on what people named. */
export interface Naming {
  readonly stream: string;
  readonly loaded: LoadedCase;
  readonly rights: Rights | undefined;
  /** Nothing is noted when the command is only tried. */
  readonly dryRun: boolean;
}

/** Holds commands to the files they name. */
export interface Attaching {
  /**
   * Lets every file named anywhere in a command into a case, and notes that it is there now.
   * @throws Refused FILE_UNKNOWN, FILE_NOT_READY, FILE_DIFFERS
   */
  admit(command: unknown, naming: Naming): Promise<void>;
}

/** Where there are no files, none may be named. */
export const noFiles: Attaching = {
  admit: async (command) => ensure(documentsIn(command).length === 0, 'FILE_UNKNOWN'),
};

interface AttachingParts {
  readonly table: Pick<DocumentTableAccess, 'find' | 'attach' | 'attachmentsOf'>;
  readonly cases: Cases;
  readonly registry: Registry;
}

/**
 * A file may be named by who uploaded it, in a case that names it already, and by who may open it in another case. To everybody
 * else it does not exist: the id alone opens nothing.
 */
export function attachingTo({ table, cases, registry }: AttachingParts): Attaching {
  async function admitOne({ document, sha256 }: DocumentRef, naming: Naming): Promise<void> {
    const row = await table.find(document);
    ensure(row && (await mayName(document, row.uploader, naming)), 'FILE_UNKNOWN', { document });
    ensure(row.state === 'ready', 'FILE_NOT_READY', { document });
    ensure(row.sha256 === sha256, 'FILE_DIFFERS', { document });
    ensure(naming.dryRun || (await table.attach(document, naming.stream)), 'FILE_NOT_READY', { document });
  }

  async function mayName(document: string, uploader: string, { rights, loaded }: Naming): Promise<boolean> {
    if (!rights || rights.staff === uploader) return true;
    if (documentsOf(loaded).some((one) => one.document === document)) return true;
    for (const stream of await table.attachmentsOf(document)) {
      const other = await cases.load(registry.ofStream(stream), idOf(stream));
      if (openableIn(other, rights)?.some((one) => one.document === document)) return true;
    }
    return false;
  }

  return {
    admit: async (command, naming) => {
      const named = new Map(documentsIn(command).map((one) => [`${one.document} ${one.sha256}`, one]));
      for (const one of named.values()) await admitOne(one, naming);
    },
  };
}
