import { sql } from 'kysely';
import { type Reads, readDb } from './reads.queries.ts';
import { hasCome } from './runtime/waitFor.queries.ts';

const ENDED = ['achieved', 'partly_achieved', 'discontinued'];

/** The open reintegration plans of a household and its members, by id, once the read model shows a position; `not yet` before. */
export function openPlansOf(reads: Reads): (household: string, position: bigint) => Promise<readonly string[] | 'not yet'> {
  const db = readDb(reads);
  return async (household, position) => {
    if (!(await hasCome(db, reads.schema, ['cases'], position))) return 'not yet';
    const rows = await db
      .selectFrom('case_index')
      .select('case_id')
      .where('process', '=', 'reintegrationPlan')
      // Containment, which the index on households answers.
      .where(sql<boolean>`households @> array[${household}]::text[]`)
      .where('status', 'not in', ENDED)
      .orderBy('case_id')
      .execute();
    return rows.map((row) => row.case_id);
  };
}
