import { type Kysely, type SqlBool, sql } from 'kysely';
import type { LocalDate } from '../domain/kernel/dates.ts';
import { unattended } from './attendance.ts';
import { after, type Page, pageOf, type SortKey, sortColumns } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

type Db = Kysely<ReadTables>;

interface Paging {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const byId = (table: string): readonly SortKey[] => [{ as: 'id', by: sql.ref(`${table}.id`) }];

export interface OrganisationItem {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly kind: string | null;
  readonly names: unknown;
  readonly from: string | null;
  readonly until: string | null;
  readonly synthetic: boolean;
}

/** Organisations that take part. `sight` is that of `organisation:read`. @throws BadCursor */
export async function organisationPage(
  db: Db,
  sight: Sight,
  filter: { readonly kind?: string | undefined; readonly status?: string | undefined },
  { limit, cursor }: Paging,
): Promise<Page<OrganisationItem>> {
  const keys = byId('organisation');
  let query = db
    .selectFrom('organisation')
    .innerJoin('case_index', (join) =>
      join.on('case_index.process', '=', 'organisation').onRef('case_index.case_id', '=', 'organisation.id'),
    )
    .where(visibleTo(sight))
    .select([
      'organisation.id as id',
      'case_index.reference as reference',
      'organisation.status as status',
      'organisation.kind as kind',
      'organisation.names as names',
      'organisation.from_day as from',
      'organisation.until_day as until',
      'organisation.synthetic as synthetic',
    ])
    .select(sortColumns(keys))
    .where(after(keys, cursor))
    .orderBy('organisation.id')
    .limit(limit + 1);
  if (filter.kind !== undefined) query = query.where('organisation.kind', '=', filter.kind);
  if (filter.status !== undefined) query = query.where('organisation.status', '=', filter.status);
  return pageOf<OrganisationItem>(await query.execute(), limit, keys);
}

export interface OfficeItem {
  readonly id: string;
  readonly reference: string;
  readonly organisation: string | null;
  readonly status: string;
  readonly kind: string | null;
  readonly names: unknown;
  readonly governorate: string | null;
  readonly district: string | null;
  readonly from: string | null;
  readonly until: string | null;
}

/** Offices. `sight` is that of `office:read`. @throws BadCursor */
export async function officePage(
  db: Db,
  sight: Sight,
  filter: {
    readonly organisation?: string | undefined;
    readonly governorate?: string | undefined;
    readonly kind?: string | undefined;
    readonly status?: string | undefined;
  },
  { limit, cursor }: Paging,
): Promise<Page<OfficeItem>> {
  const keys = byId('office');
  let query = db
    .selectFrom('office')
    .innerJoin('case_index', (join) => join.on('case_index.process', '=', 'office').onRef('case_index.case_id', '=', 'office.id'))
    .where(visibleTo(sight))
    .select([
      'office.id as id',
      'case_index.reference as reference',
      'office.organisation as organisation',
      'office.status as status',
      'office.kind as kind',
      'office.names as names',
      'office.governorate as governorate',
      'office.district as district',
      'office.from_day as from',
      'office.until_day as until',
    ])
    .select(sortColumns(keys))
    .where(after(keys, cursor))
    .orderBy('office.id')
    .limit(limit + 1);
  for (const name of ['organisation', 'governorate', 'kind', 'status'] as const) {
    const value = filter[name];
    if (value !== undefined) query = query.where(`office.${name}`, '=', value);
  }
  return pageOf<OfficeItem>(await query.execute(), limit, keys);
}

/** A post a person holds. */
export interface PostItem {
  readonly id: string;
  readonly role: string;
  readonly organisation: string;
  readonly office: string | null;
  readonly governorate: string | null;
  readonly from: string;
  readonly until: string | null;
}

export interface StaffItem {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly name: unknown;
  /** The posts held on the day asked about. */
  readonly posts: readonly PostItem[];
  readonly leaveFrom: string | null;
  readonly leaveUntil: string | null;
  readonly deputy: string | null;
  /** Nobody looks after this person's work that day. */
  readonly unattended: boolean;
  readonly synthetic: boolean;
}

/** Members of staff with the posts they hold on a day. `sight` is that of `staff:read`. @throws BadCursor */
export async function staffPage(
  db: Db,
  sight: Sight,
  filter: {
    readonly office?: string | undefined;
    readonly organisation?: string | undefined;
    readonly role?: string | undefined;
    readonly status?: string | undefined;
  },
  day: LocalDate,
  { limit, cursor }: Paging,
): Promise<Page<StaffItem>> {
  const keys = byId('staff');
  const held = sql<SqlBool>`post.from_day <= ${day} and coalesce(post.until_day >= ${day}, true)`;
  const posts = db
    .selectFrom('membership as post')
    .whereRef('post.staff', '=', sql.ref('staff.id'))
    .where(held)
    .select(
      sql<
        readonly PostItem[]
      >`coalesce(jsonb_agg(jsonb_build_object('id', post.id, 'role', post.role, 'organisation', post.organisation,
        'office', post.office, 'governorate', post.governorate, 'from', post.from_day, 'until', post.until_day) order by post.from_day, post.id), '[]')`.as(
        'posts',
      ),
    );
  let query = db
    .selectFrom('staff')
    .innerJoin('case_index', (join) => join.on('case_index.process', '=', 'staff').onRef('case_index.case_id', '=', 'staff.id'))
    .where(visibleTo(sight))
    .select([
      'staff.id as id',
      'case_index.reference as reference',
      'staff.status as status',
      'staff.name as name',
      'staff.leave_from as leaveFrom',
      'staff.leave_until as leaveUntil',
      'staff.deputy as deputy',
      'staff.synthetic as synthetic',
      sql<boolean>`${unattended('staff.id', day)}`.as('unattended'),
    ])
    .select(posts.$asScalar().$notNull().as('posts'))
    .select(sortColumns(keys))
    .where(after(keys, cursor))
    .orderBy('staff.id')
    .limit(limit + 1);
  if (filter.status !== undefined) query = query.where('staff.status', '=', filter.status);
  for (const name of ['office', 'organisation', 'role'] as const) {
    const value = filter[name];
    if (value === undefined) continue;
    query = query.where('staff.id', 'in', (eb) =>
      eb.selectFrom('membership as post').select('post.staff').where(held).where(`post.${name}`, '=', value),
    );
  }
  return pageOf<StaffItem>(await query.execute(), limit, keys);
}
