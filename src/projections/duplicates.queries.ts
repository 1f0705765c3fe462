import { sql } from 'kysely';
import type { KnownPerson } from '../domain/household/index.ts';
import type { PersonDescriptor } from '../domain/household/matching.ts';
import type { PartialDate } from '../domain/kernel/dates.ts';
import type { PersonName } from '../domain/person/index.ts';
import type { Codec } from '../eventlog/codec.ts';
import { keysOf, type Mac, namesKeyOf } from './duplicates.ts';
import { type Reads, readDb } from './reads.queries.ts';

/** Finds the persons on record who may be somebody: those sharing a blocking key, described for the matching. */
export type SearchDuplicates = (asked: PersonDescriptor) => Promise<readonly KnownPerson[]>;

/** No name is so common that more than this many are worth comparing. */
const MOST = 2_000;

/**
 * The search for possible duplicates, for the part of the system that scores them: descriptors carry T2 values and must not be
 * shown. Who may see which record is asked of the register.
 */
export function createDuplicateSearch(reads: Reads, codec: Codec, mac: Mac): SearchDuplicates {
  const db = readDb(reads);
  return async (asked) => {
    const hashes = keysOf(asked, mac);
    const names = namesKeyOf(asked, mac);
    if (hashes.length === 0) return [];
    const nothingElse = asked.birth === undefined && asked.originAdm2 === undefined;
    const rows = await db
      .selectFrom('register_person as p')
      .leftJoin('register_member as m', 'm.person', 'p.id')
      .leftJoin('register_household as h', (join) =>
        join.onRef('h.id', '=', 'm.household').on('h.status', 'not in', ['merged_into', 'void', 'retracted']),
      )
      .where('p.id', 'in', (eb) =>
        eb
          .selectFrom('duplicate_key as k')
          .select('k.person')
          .where('k.hash', 'in', hashes)
          .where((k) =>
            k.or([
              k('k.hash', '<>', names ?? ''),
              // The names alone are a key with the same district of origin, or where nothing else is known on either side.
              k.exists(
                k
                  .selectFrom('register_member as km')
                  .innerJoin('register_household as kh', 'kh.id', 'km.household')
                  .select('km.person')
                  .whereRef('km.person', '=', 'k.person')
                  .where('kh.origin_adm2', '=', asked.originAdm2 ?? ''),
              ),
              ...(nothingElse ? [k('k.names_only', '=', true)] : []),
            ]),
          ),
      )
      .select([
        'p.id as id',
        'p.name as name',
        'p.mother_name as motherName',
        'p.sex as sex',
        'p.birth as birth',
        'p.phones as phones',
        'p.national_number as nationalNumber',
        'h.origin_adm2 as originAdm2',
        'h.q_card as qCard',
        'h.ration_card as rationCard',
      ])
      .orderBy('p.id')
      .orderBy(sql`h.id nulls last`)
      .limit(MOST)
      .execute();
    const known = new Map<string, KnownPerson>();
    for (const row of await codec.open(rows, 'T2')) {
      const name = row.name as Partial<PersonName> | null;
      if (known.has(row.id) || !name?.ar) continue;
      known.set(row.id, {
        id: row.id,
        descriptor: {
          names: name.ar,
          motherName: text(row.motherName),
          sex: row.sex === 'unknown' || row.sex === null ? undefined : row.sex,
          birth: isPartialDate(row.birth) ? row.birth : undefined,
          phone: Array.isArray(row.phones) ? text(row.phones[0]) : undefined,
          nationalNumber: text(row.nationalNumber),
          originAdm2: row.originAdm2 ?? undefined,
          qCard: text(row.qCard),
          pdsNumber: text(row.rationCard),
        },
      });
    }
    return [...known.values()];
  };
}

/** A value that may have been erased, or is still sealed. */
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const isPartialDate = (value: unknown): value is PartialDate =>
  typeof value === 'object' && value !== null && 'precision' in value;
