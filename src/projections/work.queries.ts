import { type SqlBool, sql } from 'kysely';
import type { Rights } from '../domain/access/access.ts';
import type { Membership } from '../domain/access/membership.ts';
import { coveredBy } from './attendance.ts';
import type { Page } from './keyset.ts';
import {
  type Asked,
  type Condition,
  type Moment,
  overdue,
  pageIn,
  type QueueDb,
  type QueueItem,
  waiting,
  withPlaces,
} from './queue.queries.ts';
import { Places, rowsOf } from './statements.ts';
import type { Sight } from './visibility.ts';

/** Waits held by one of these posts: of their office, else of their organisation, else of their role (in their governorate). */
export function heldBy(posts: readonly Membership[]): Condition {
  if (posts.length === 0) return sql<SqlBool>`false`;
  const ways = posts.map((post) => {
    const office = post.office ?? null;
    const governorate = post.governorate ?? null;
    return sql`((queue.holder_role is null or queue.holder_role = ${post.role}) and case
      when queue.holder_office is not null then coalesce(queue.holder_office = ${office}, false)
      when queue.holder_organisation is not null then queue.holder_organisation = ${post.organisation}
      when queue.holder_role is not null then queue.holder_governorate is null or coalesce(queue.holder_governorate = ${governorate}, false)
      else false end)`;
  });
  return sql<SqlBool>`(${sql.join(ways, sql` or `)})`;
}

/** The parts of somebody's work. Each counts all and shows the first. */
export const WORK_SECTIONS = ['mine', 'covered', 'newInOffice', 'due', 'overdue', 'returned'] as const;
export type WorkSection = (typeof WORK_SECTIONS)[number];

/** Waits by which a case comes back to who sent it, under another key than it left by. */
const COMES_BACK: Readonly<Record<string, readonly string[]>> = { referral: ['supplement', 'redirect'] };

/** Came back: to a wait it had been in before, or to one that exists for coming back. */
const cameBack: Condition = sql<SqlBool>`(queue.round > 1 or ${sql.join(
  Object.entries(COMES_BACK).map(
    ([process, waits]) => sql`(queue.process = ${process} and queue.wait_key in (${sql.join(waits)}))`,
  ),
  sql` or `,
)})`;

/** The waits of one section: assigned to me; to a colleague I stand in for; to nobody yet, held by my office; and so on. */
function inSection(section: WorkSection, me: Rights, { now, day }: Moment, soon: string): Condition {
  const mine = sql<SqlBool>`coalesce(queue.assignee = ${me.staff}, false)`;
  const office = sql<SqlBool>`(queue.assignee is null and ${heldBy(me.posts)})`;
  const covered = coveredBy('queue.assignee', me.staff, day);
  const ours = sql<SqlBool>`(${mine} or ${office} or ${covered})`;
  switch (section) {
    case 'mine':
      return mine;
    case 'covered':
      return covered;
    case 'newInOffice':
      return office;
    case 'due':
      return sql<SqlBool>`(queue.due <= ${soon} and not ${overdue(now)} and ${ours})`;
    case 'overdue':
      return sql<SqlBool>`(${overdue(now)} and ${ours})`;
    case 'returned':
      return sql<SqlBool>`(${cameBack} and ${ours})`;
  }
}

export interface WorkPart {
  readonly count: number;
  readonly items: readonly QueueItem[];
}

export type MyWork = Readonly<Record<WorkSection, WorkPart>>;

/** What of somebody's work is asked for. */
export interface WorkOptions {
  /** The instant until which something counts as due. */
  readonly soon: string;
  readonly limit: number;
  /** The work that was theirs at this logIndex. */
  readonly asOf?: string | undefined;
}

/** A section of whose work is asked for, until when something is due in it. */
interface SectionAsked extends Asked {
  readonly me: Rights;
  readonly soon: string;
}

/** Somebody's work in sections, most pressing first. Sections overlap: what is mine and overdue is in both. */
export async function myWork(
  db: QueueDb,
  sight: Sight,
  me: Rights,
  moment: Moment,
  { soon, limit, asOf }: WorkOptions,
): Promise<MyWork> {
  const places = new Places();
  const stood = { ...withPlaces(places, sight, { asOf }, moment), me: places.rights('me', me), soon: places.of('soon', soon) };
  const parts = WORK_SECTIONS.map(async (section): Promise<[WorkSection, WorkPart]> => {
    const ofSection = (asked: SectionAsked) => sectionOf(db, section, asked);
    const [[counted], page] = await Promise.all([
      rowsOf(db, { what: `how much ${section}`, ...stood }, places.values, () =>
        ofSection(stood).select(sql<number>`count(*)::int`.as('count')),
      ),
      pageIn(db, places, { what: section, ...stood }, { order: 'priority', limit }, ofSection),
    ]);
    return [section, { count: counted?.count ?? 0, items: page.items }];
  });
  return Object.fromEntries(await Promise.all(parts)) as MyWork;
}

/** One section of somebody's work, page by page. @throws BadCursor */
export async function workPage(
  db: QueueDb,
  sight: Sight,
  me: Rights,
  section: WorkSection,
  moment: Moment,
  { soon, asOf, ...paging }: WorkOptions & { readonly cursor?: string | undefined },
): Promise<Page<QueueItem>> {
  const places = new Places();
  const stood = { ...withPlaces(places, sight, { asOf }, moment), me: places.rights('me', me), soon: places.of('soon', soon) };
  const asked = { what: section, ...stood };
  return pageIn(db, places, asked, { ...paging, order: 'priority' }, (one) => sectionOf(db, section, one));
}

const sectionOf = (db: QueueDb, section: WorkSection, { me, soon, ...asked }: SectionAsked) =>
  waiting(db, asked).where(inSection(section, me, asked.moment, soon));
