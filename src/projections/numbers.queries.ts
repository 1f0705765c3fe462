import type { Mac } from './duplicates.ts';
import { blindNumber, type LookupKind } from './numbers.ts';
import { type Reads, readDb } from './reads.queries.ts';

export { LOOKUP_KINDS, type LookupKind } from './numbers.ts';

/**
 * The persons who carry a number, and the heads of families whose papers carry it: ids, at most `most`. Undefined where the text
 * cannot be a number of that kind. Who may see which of them is asked of the register.
 */
export type LookUp = (kind: LookupKind, number: string, most: number) => Promise<readonly string[] | undefined>;

/**
 * A number that found nobody as the access log keeps it: the same number is the same text, and nobody reads it back. Under a scope
 * of its own, so that it leads to no row of the index, also once somebody is on record with the number.
 */
export const missedNumber = (mac: Mac, kind: LookupKind, number: string): string | undefined => {
  const hash = blindNumber(mac, kind, number);
  return hash && mac('number that found nobody', hash).slice(0, hash.length);
};

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
