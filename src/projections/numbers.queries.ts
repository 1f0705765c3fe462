import type { Mac } from './duplicates.ts';
import { blindNumber, type LookupKind } from './numbers.ts';
import { type Reads, readDb } from './reads.queries.ts';

export { LOOKUP_KINDS, type LookupKind } from './numbers.ts';

/**
 * The persons who carry a number, and the heads of families whose papers carry it: ids, at most `most`. Undefined where the text
 * cannot be a number of that kind. Who may see which of them is asked of the register.
 */
export type LookUp = (kind: LookupKind, number: string, most: number) => Promise<readonly string[] | undefined>;

export function createLookup(reads: Reads, mac: Mac): LookUp {
  const db = readDb(reads);
  return async (kind, number, most) => {
    const hash = blindNumber(mac, kind, number);
    if (hash === undefined) return undefined;
    const rows = await db
      .selectFrom('blind_number as n')
      .leftJoin('register_household as h', (join) => join.onRef('h.id', '=', 'n.case_id').on('n.process', '=', 'household'))
      .where('n.hash', '=', hash)
      .select((eb) => eb.fn.coalesce('h.head', 'n.case_id').as('person'))
      .orderBy('person')
      .limit(most)
      .execute();
    return [...new Set(rows.map((row) => row.person))];
  };
}
