import { type Kysely, type SqlBool, sql } from 'kysely';
import { after, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

const OLDEST_FIRST: readonly SortKey[] = [
  { as: 'opened', by: sql`opened_at` },
  { as: 'id', by: sql`case_id` },
];

/** The claims a person has a part in that are within sight, oldest first. @throws BadCursor */
export async function claimsAbout(
  db: Kysely<ReadTables>,
  sight: Sight,
  person: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<{ readonly id: string }>> {
  const rows = await db
    .selectFrom('case_index')
    .where(visibleTo(sight))
    .where('process', '=', 'claim')
    .where(sql<SqlBool>`persons @> ${[person]}`)
    .where(after(OLDEST_FIRST, cursor))
    .select('case_id as id')
    .select(sortColumns(OLDEST_FIRST))
    .orderBy('opened_at')
    .orderBy('case_id')
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, OLDEST_FIRST);
}
