import { sql } from 'kysely';
import { type Reads, readDb } from './reads.queries.ts';
import { hasCome } from './runtime/waitFor.queries.ts';

/** What an import opened. */
export interface OpenedIds {
  readonly households: readonly string[];
  readonly persons: readonly string[];
}

/** Streams of the other cases about any of these households and persons, once the read model shows a position; `not yet` before. */
export function casesAboutIn(reads: Reads): (ids: OpenedIds, position: bigint) => Promise<readonly string[] | 'not yet'> {
  const db = readDb(reads);
  return async ({ households, persons }, position) => {
    if (!(await hasCome(db, reads.schema, ['cases'], position))) return 'not yet';
    const rows = await db
      .selectFrom('case_index')
      .select(['process', 'case_id'])
      .where((where) =>
        where.or([sql<boolean>`households && ${[...households]}::text[]`, sql<boolean>`persons && ${[...persons]}::text[]`]),
      )
      .where('case_id', 'not in', [...households, ...persons, ''])
      .where('status', '<>', 'retracted')
      .orderBy('process')
      .orderBy('case_id')
      .execute();
    return rows.map((row) => `${row.process}-${row.case_id}`);
  };
}

/** Whether what is searched for duplicates shows a position. */
export function registerShows(reads: Reads): (position: bigint) => Promise<boolean> {
  const db = readDb(reads);
  return (position) => hasCome(db, reads.schema, ['register', 'duplicates'], position);
}
