import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import type { LocalDate } from '../domain/kernel/dates.ts';
import type { DirectoryTables } from './directory.ts';

type Condition = Expression<SqlBool>;
type Alias = 's' | 'd';

const directory = expressionBuilder<DirectoryTables, never>();

/** Whether the member of staff of row `s` is on leave on a day. Never null. */
const onLeave = (s: Alias, day: LocalDate): Condition =>
  sql<SqlBool>`coalesce(${sql.ref(`${s}.leave_from`)} <= ${day} and ${day} <= ${sql.ref(`${s}.leave_until`)}, false)`;

/** Whether somebody is in service with a post on a day, leave aside. */
const inService = (s: Alias, day: LocalDate): Condition => {
  const post = directory
    .selectFrom('membership as m')
    .select('m.id')
    .where(sql<SqlBool>`m.staff = ${sql.ref(`${s}.id`)}`)
    .where('m.from_day', '<=', day)
    .where(sql<SqlBool>`coalesce(m.until_day >= ${day}, true)`);
  return sql<SqlBool>`(${sql.ref(`${s}.status`)} = 'active' and exists (${post}))`;
};

/**
 * Whether nobody looks after the work of the person in a column: absent (`attendedOn` of the staff process), with no deputy or
 * with one who is absent too. Somebody the directory does not know yet counts as there.
 */
export function unattended(assignee: string, day: LocalDate): Condition {
  const deputy = directory
    .selectFrom('staff as d')
    .select('d.id')
    .where(sql<SqlBool>`d.id = s.deputy`)
    .where(inService('d', day))
    .where(sql<SqlBool>`not ${onLeave('d', day)}`);
  const absent = directory
    .selectFrom('staff as s')
    .select('s.id')
    .where(sql<SqlBool>`s.id = ${sql.ref(assignee)}`)
    .where(sql<SqlBool>`not (${inService('s', day)} and (not ${onLeave('s', day)} or exists (${deputy})))`);
  return sql<SqlBool>`exists (${absent})`;
}

/** Whether somebody is the deputy, on a day, of the person in a column. */
export function coveredBy(assignee: string, deputy: string, day: LocalDate): Condition {
  const colleague = directory
    .selectFrom('staff as s')
    .select('s.id')
    .where(sql<SqlBool>`s.id = ${sql.ref(assignee)}`)
    .where('s.deputy', '=', deputy)
    .where('s.status', '=', 'active')
    .where(onLeave('s', day));
  return sql<SqlBool>`exists (${colleague})`;
}
