import { type Kysely, type SqlBool, sql } from 'kysely';
import { districtOf, governorateOf } from '../domain/places/pcodes.ts';
import { after, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** What is asked of the provider directory. Sensitive services answer to `specialised_support` as well as to their own need. */
export interface ServiceSearch {
  readonly need?: string | undefined;
  /** P-code of where the client lives: services of the area itself and of what it lies in. */
  readonly area?: string | undefined;
  readonly sex?: string | undefined;
  readonly ageBand?: string | undefined;
  readonly cost?: string | undefined;
  readonly staffSex?: string | undefined;
  readonly language?: string | undefined;
  readonly accessibility?: string | undefined;
  readonly organisation?: string | undefined;
  /** Also what is paused or full, and entries nobody has confirmed in time. */
  readonly all?: boolean | undefined;
}

export interface ServiceItem {
  readonly provider: string;
  readonly providerReference: string;
  readonly organisation: string;
  readonly organisationNames: unknown;
  readonly phone: string;
  readonly service: string;
  readonly status: string;
  readonly needs: readonly string[];
  readonly areas: readonly string[];
  readonly sex: readonly string[] | null;
  readonly ageBands: readonly string[] | null;
  readonly terms: string | null;
  readonly hours: string;
  readonly cost: string;
  readonly staffSex: string;
  readonly accessibility: readonly string[];
  readonly languages: readonly string[];
  readonly capacity: string;
  readonly places: number | null;
  readonly sensitive: string | null;
  readonly confirmBy: string | null;
  /** The entry was not confirmed in time: a referral to it is refused. */
  readonly stale: boolean;
}

type Db = Kysely<ReadTables>;

/** Those with room before those with little, then the freshest entry. */
const keys: readonly SortKey[] = [
  { as: 'capacity', by: sql`case service.capacity when 'open' then '0' when 'limited' then '1' else '2' end` },
  { as: 'organisation', by: sql.ref('provider.organisation') },
  { as: 'provider', by: sql.ref('provider.id') },
  { as: 'service', by: sql.ref('service.id') },
];

const stale = (now: string) => sql<boolean>`coalesce(provider.confirm_by < ${now}, false)`;

/** Services that could be asked now, those with room first. `sight` is that of `provider:read`. @throws BadCursor */
export async function servicesFor(
  db: Db,
  sight: Sight,
  search: ServiceSearch,
  now: string,
  paging: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<ServiceItem>> {
  let query = db
    .selectFrom('service')
    .innerJoin('provider', 'provider.id', 'service.provider')
    .innerJoin('case_index', (join) =>
      join.on('case_index.process', '=', 'provider').onRef('case_index.case_id', '=', 'provider.id'),
    )
    .leftJoin('organisation', 'organisation.id', 'provider.organisation')
    .where(visibleTo(sight))
    .where('provider.status', '=', 'listed')
    .where('service.status', '<>', 'ended')
    .select([
      'provider.id as provider',
      'provider.reference as providerReference',
      'provider.organisation as organisation',
      'organisation.names as organisationNames',
      'provider.phone as phone',
      'service.id as service',
      'service.status as status',
      'service.needs as needs',
      'service.areas as areas',
      'service.sex as sex',
      'service.age_bands as ageBands',
      'service.terms as terms',
      'service.hours as hours',
      'service.cost as cost',
      'service.staff_sex as staffSex',
      'service.accessibility as accessibility',
      'service.languages as languages',
      'service.capacity as capacity',
      'service.places as places',
      'service.sensitive as sensitive',
      'provider.confirm_by as confirmBy',
      stale(now).as('stale'),
    ])
    .select(sortColumns(keys))
    .where(after(keys, paging.cursor))
    .limit(paging.limit + 1);
  const { need, area, sex, ageBand, language, accessibility } = search;
  if (need === 'specialised_support') query = query.where('service.sensitive', 'is not', null);
  else if (need !== undefined) query = query.where(sql<SqlBool>`service.needs @> ${[need]}`);
  if (area !== undefined) {
    const around = [area, districtOf(area), governorateOf(area)].filter((one) => one !== undefined);
    query = query.where(sql<SqlBool>`service.areas && ${around}`);
  }
  if (sex !== undefined) query = query.where(sql<SqlBool>`coalesce(${sex} = any(service.sex), true)`);
  if (ageBand !== undefined) query = query.where(sql<SqlBool>`coalesce(${ageBand} = any(service.age_bands), true)`);
  if (language !== undefined) query = query.where(sql<SqlBool>`${language} = any(service.languages)`);
  if (accessibility !== undefined) query = query.where(sql<SqlBool>`${accessibility} = any(service.accessibility)`);
  if (search.cost !== undefined) query = query.where('service.cost', '=', search.cost);
  if (search.staffSex !== undefined) query = query.where('service.staff_sex', 'in', [search.staffSex, 'both']);
  if (search.organisation !== undefined) query = query.where('provider.organisation', '=', search.organisation);
  if (!search.all) {
    query = query
      .where('service.status', '=', 'offered')
      .where('service.capacity', '<>', 'full')
      .where(sql<SqlBool>`not ${stale(now)}`);
  }
  for (const { by } of keys) query = query.orderBy(by);
  return pageOf<ServiceItem>(await query.execute(), paging.limit, keys);
}
