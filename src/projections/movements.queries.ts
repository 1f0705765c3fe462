import { sql } from 'kysely';
import { type Reads, readDb } from './reads.queries.ts';
import { hasCome } from './runtime/waitFor.queries.ts';

/**
 * Ids of the movements that have not left and whose destination may lie in an area, once the read model shows a position; `not
 * yet` before. Where a destination is sealed only its governorate is known here, so these are candidates: the movement itself
 * knows. For a village, give the sub-district it lies in.
 */
export function openMovementsTo(reads: Reads): (area: string, position: bigint) => Promise<readonly string[] | 'not yet'> {
  const db = readDb(reads);
  return async (area, position) => {
    if (!(await hasCome(db, reads.schema, ['movements'], position))) return 'not yet';
    const rows = await db
      .selectFrom('movement')
      .select('id')
      .where('open', '=', true)
      .where((eb) =>
        eb.or([
          sql<boolean>`destination_line @> array[${area}]::text[]`,
          eb.and([eb('shielded', '=', true), eb('destination', '=', area.slice(0, 5))]),
        ]),
      )
      .orderBy('id')
      .execute();
    return rows.map((row) => row.id);
  };
}

/** Ids of the movements of a household that have not left, once the read model shows a position; `not yet` before. */
export function openMovementsOf(reads: Reads): (household: string, position: bigint) => Promise<readonly string[] | 'not yet'> {
  const db = readDb(reads);
  return async (household, position) => {
    if (!(await hasCome(db, reads.schema, ['movements'], position))) return 'not yet';
    const rows = await db
      .selectFrom('movement')
      .select('id')
      .where('household', '=', household)
      .where('open', '=', true)
      .orderBy('id')
      .execute();
    return rows.map((row) => row.id);
  };
}
