import { type Expression, type SqlBool, sql } from 'kysely';
import { AS_PARTY, type Reach, type Rights, reachOf } from '../domain/access/access.ts';
import type { Membership } from '../domain/access/membership.ts';
import type { Scope } from '../domain/access/policy/index.ts';

/** What somebody may see of some processes: the ways in which a permission reaches their cases. */
export interface Sight {
  readonly rights: Rights;
  /** Processes with the same ways are told together. */
  readonly groups: readonly { readonly processes: readonly string[]; readonly reach: readonly Reach[] }[];
}

/**
 * What these rights see. `permission` is a verb asked of each process (`read` for `<process>:read`) or, with a colon, one
 * permission for all of them (`queue:read`). Processes that are not reached at all are left out.
 */
export function sightOf(rights: Rights, permission: string, processes: readonly string[]): Sight {
  return sightOfAny(rights, [permission], processes);
}

/** What these rights see by any of several permissions. */
export function sightOfAny(rights: Rights, permissions: readonly string[], processes: readonly string[]): Sight {
  // One permission for all of them reaches all in the same ways.
  if (permissions.every((one) => one.includes(':'))) {
    const reach = permissions.flatMap((one) => reachOf(rights, one));
    return { rights, groups: reach.length === 0 || processes.length === 0 ? [] : [{ processes, reach }] };
  }
  const groups = new Map<string, { processes: string[]; reach: readonly Reach[] }>();
  for (const process of processes) {
    const reach = permissions.flatMap((one) => reachOf(rights, one.includes(':') ? one : `${process}:${one}`));
    if (reach.length === 0) continue;
    const key = JSON.stringify(reach.map(({ scope, tier, post, offered }) => [scope, tier, rights.posts.indexOf(post), offered]));
    const group = groups.get(key);
    if (group) group.processes.push(process);
    else groups.set(key, { processes: [process], reach });
  }
  return { rights, groups: [...groups.values()] };
}

type Condition = Expression<SqlBool>;

/** A logIndex: the column it is in, or the number itself. */
type Entry = string | bigint;

const column = (table: string, name: string) => sql.ref(`${table}.${name}`);
/** Nothing at all: what is made of conditions leaves it out, so that statements stay short. */
const NEVER: Condition = sql<SqlBool>`false`;
const anyOf = (conditions: readonly Condition[]): Condition => {
  const some = conditions.filter((one) => one !== NEVER);
  return some.length === 0 ? NEVER : sql<SqlBool>`(${sql.join(some, sql` or `)})`;
};

/**
 * A condition on rows with the columns of `case_index` (or a join with it, under the name `table`): exactly the cases that
 * `covers` allows. Never null. With `entry`, the logIndex of something that happened in the case, or at which it is looked at: who
 * takes part in a case is told what happened since, and not what the owner did before.
 */
export function visibleTo(sight: Sight, table = 'case_index', entry?: Entry): Condition {
  // Told by ways, of which there are few, and not by groups of processes, each of which has most of them.
  const ways = new Map<string, { readonly reach: Reach; readonly processes: string[] }>();
  for (const { processes, reach } of sight.groups) {
    for (const [key, one] of new Map(reach.map((way) => [JSON.stringify(way), way]))) {
      const way = ways.get(key);
      if (way) way.processes.push(...processes);
      else ways.set(key, { reach: one, processes: [...processes] });
    }
  }
  const all = sight.groups.flatMap(({ processes }) => processes);
  const cheapFirst = [...ways.values()].sort((a, b) => EFFORT.indexOf(a.reach.scope) - EFFORT.indexOf(b.reach.scope));
  const covered = anyOf(
    cheapFirst.map(({ reach, processes }) => {
      const conditions = covers(reach, sight.rights, table, entry);
      if (conditions === undefined) return NEVER;
      const of = processes.length < all.length ? [among(table, processes)] : [];
      return sql<SqlBool>`(${sql.join([...of, ...conditions], sql` and `)})`;
    }),
  );
  return covered === NEVER ? NEVER : sql<SqlBool>`(${among(table, all)} and ${covered})`;
}

/** Scopes by what it takes to tell whether a case is in them: Postgres looks no further than to the first that holds. */
const EFFORT: readonly Scope[] = ['all', 'own', 'organisation', 'office', 'governorate', 'party', 'assigned', 'shared'];

/** Rows of these processes; of a single one said so that its indexes keep their order. */
const among = (table: string, processes: readonly string[]): Condition =>
  processes.length === 1
    ? sql<SqlBool>`${column(table, 'process')} = ${processes[0]}`
    : sql<SqlBool>`${column(table, 'process')} = any(${processes}::text[])`;

/** What has to hold of a case for this way to cover it; undefined where no case is covered. */
function covers(reach: Reach, rights: Rights, table: string, entry: Entry | undefined): readonly Condition[] | undefined {
  const scope = inScope(reach, rights, table);
  if (scope === NEVER) return undefined;
  return [
    sql<SqlBool>`${column(table, 'tier')} <= ${reach.tier}`,
    ...(reach.scope === 'all' ? [] : [sql<SqlBool>`coalesce(${scope}, false)`]),
    ...since(reach, table, entry),
  ];
}

function inScope({ scope, post, offered }: Reach, rights: Rights, table: string): Condition {
  const is = (name: string, value: string | undefined): Condition =>
    value === undefined ? NEVER : sql<SqlBool>`coalesce(${column(table, name)} = ${value}, false)`;
  const holds = (name: string, value: string | undefined): Condition =>
    value === undefined ? NEVER : sql<SqlBool>`${value} = any(${column(table, name)})`;
  const takesPart = (office: string | undefined): Condition =>
    offered ? holds('offices', office) : sql<SqlBool>`(${holds('offices', office)} and not ${is('offered_to', office)})`;
  switch (scope) {
    case 'all':
      return sql<SqlBool>`true`;
    case 'own':
      return is('own_staff', rights.staff);
    case 'governorate':
      return anyOf([is('owner_governorate', post.governorate), holds('governorates', post.governorate)]);
    case 'organisation':
      return is('owner_organisation', post.organisation);
    case 'office':
      return anyOf([is('owner_office', post.office), takesPart(post.office)]);
    case 'party':
      return anyOf([holds('parties', post.organisation), takesPart(post.office)]);
    case 'assigned':
      return sql<SqlBool>`(${column(table, 'taken')} <> '[]' and exists (
        select 1 from jsonb_array_elements(${column(table, 'taken')}) one
        where one ->> 'staff' in (${rights.staff}, ${rights.behalf ?? rights.staff}) and ${mayHold(post)}))`;
    case 'shared':
      return sql<SqlBool>`(${column(table, 'shares')} <> '[]' and exists (
        select 1 from jsonb_array_elements(${column(table, 'shares')}) share
        where case when length(share ->> 'until') = 10
            then share ->> 'until' >= ${rights.day} else share ->> 'until' > ${rights.at ?? '9999'} end
          and case share -> 'reader' ->> 'kind'
          when 'staff' then share -> 'reader' ->> 'id' = ${rights.staff}
            or length(share ->> 'until') = 10 and share -> 'reader' ->> 'id' = ${rights.behalf ?? rights.staff}
          when 'office' then share -> 'reader' ->> 'id' = ${post.office ?? null}
          else share -> 'reader' ->> 'id' = ${post.organisation} end))`;
  }
}

/** Whether a post may hold what was taken: `mayHold` of the kernel. */
const mayHold = (post: Membership): Condition => {
  const is = (member: string, value: string | undefined): Condition =>
    value === undefined ? NEVER : sql<SqlBool>`one -> 'holder' ->> ${member} = ${value}`;
  const isOrAbsent = (member: string, value: string | undefined): Condition =>
    sql<SqlBool>`(one -> 'holder' ->> ${member} is null or ${is(member, value)})`;
  return sql<SqlBool>`case
    when one -> 'holder' ->> 'office' is not null then ${is('office', post.office)}
    when one -> 'holder' ->> 'organisation' is not null then ${is('organisation', post.organisation)}
    else ${isOrAbsent('role', post.role)} and ${isOrAbsent('governorate', post.governorate)} end`;
};

/** Whether something happened when an organisation already took part, where it is reached as one that does. */
const since = ({ scope, post }: Reach, table: string, entry: Entry | undefined): readonly Condition[] =>
  entry === undefined || !AS_PARTY.has(scope)
    ? []
    : [
        sql<SqlBool>`coalesce((${column(table, 'party_since')} ->> ${post.organisation})::bigint <= ${typeof entry === 'bigint' ? sql`${String(entry)}::bigint` : sql.ref(entry)}, true)`,
      ];
