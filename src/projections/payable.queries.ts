import { sql } from 'kysely';
import { type Reads, readDb } from './reads.queries.ts';
import { hasCome } from './runtime/waitFor.queries.ts';

/**
 * The claims of a governorate that wait for money to be allocated, by id, once the read model shows a position; `not yet`
 * before. In what order they are paid, and how much is due, is told by the claims themselves.
 */
export function payableClaimsOf(reads: Reads): (governorate: string, position: bigint) => Promise<readonly string[] | 'not yet'> {
  const db = readDb(reads);
  return async (governorate, position) => {
    if (!(await hasCome(db, reads.schema, ['cases'], position))) return 'not yet';
    const rows = await db
      .selectFrom('queue')
      .innerJoin('case_index', (join) =>
        join.onRef('case_index.process', '=', 'queue.process').onRef('case_index.case_id', '=', 'queue.case_id'),
      )
      .select('queue.case_id')
      .where('queue.process', '=', 'claim')
      .where('queue.wait_key', '=', 'allocate')
      .where('queue.to_index', 'is', null)
      .where(sql<boolean>`case_index.governorates @> array[${governorate}]::text[]`)
      .orderBy('queue.case_id')
      .execute();
    return rows.map((row) => row.case_id);
  };
}
