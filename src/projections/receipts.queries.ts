import { type Kysely, type SqlBool, sql } from 'kysely';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** The claims a person has a part in that are within sight, oldest first, at most so many. */
export async function claimsAbout(
  db: Kysely<ReadTables>,
  sight: Sight,
  person: string,
  most: number,
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('case_index')
    .where(visibleTo(sight))
    .where('process', '=', 'claim')
    .where(sql<SqlBool>`persons @> ${[person]}`)
    .select('case_id')
    .orderBy('opened_at')
    .orderBy('case_id')
    .limit(most)
    .execute();
  return rows.map((row) => row.case_id);
}
