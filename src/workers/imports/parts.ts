import type { KnownPerson } from '../../domain/household/index.ts';
import type { PersonDescriptor } from '../../domain/household/matching.ts';
import type { Rulebook } from '../../eventlog/rulebook.ts';
import type { ImportRows } from './rows.ts';

/** A stored file as imports need it. */
export interface StoredFile {
  readonly sha256: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Finds persons on record who may be somebody. */
export type SearchPersons = (asked: PersonDescriptor) => Promise<readonly KnownPerson[]>;

/** Everything imports are made from besides the log. What asks a read model says `not yet` while it is behind a position. */
export interface ImportParts {
  readonly read: (document: string) => Promise<StoredFile | undefined>;
  readonly rows: ImportRows;
  readonly rulebook: Pick<Rulebook, 'inForce'>;
  readonly personsAt: (position: bigint) => Promise<SearchPersons | 'not yet'>;
  /** Streams of the cases about any of these households and persons, other than their own. */
  readonly casesAbout: (
    ids: { readonly households: readonly string[]; readonly persons: readonly string[] },
    position: bigint,
  ) => Promise<readonly string[] | 'not yet'>;
}

/** A read model has not come to the event yet; the task is tried again. */
export class ReadModelBehind extends Error {
  constructor() {
    super('a read model is behind');
    this.name = 'ReadModelBehind';
  }
}

/** What a read model answers, or the fault that has the task tried again. @throws ReadModelBehind */
export function come<T>(answer: T | 'not yet'): T {
  if (answer === 'not yet') throw new ReadModelBehind();
  return answer as T;
}
