import { sql } from 'kysely';
import { unattended } from './attendance.ts';
import { type Moment, overdue, type QueueDb, type QueueFilter, type Waiting, waiting, withPlaces } from './queue.queries.ts';
import { Places, rowsOf } from './statements.ts';
import type { Sight } from './visibility.ts';

export interface QueueCount {
  readonly process: string;
  readonly wait: string;
  readonly holderOrganisation: string | null;
  readonly holderOffice: string | null;
  readonly holderRole: string | null;
  readonly waiting: number;
  readonly overdue: number;
  readonly unassigned: number;
  readonly unattended: number;
  readonly escalated: number;
  /** Since when the oldest of them waits. */
  readonly oldest: string;
}

/** Exact numbers of what waits, by process, wait and holder; the same filter and sight as the page. */
export async function queueCounts(
  db: QueueDb,
  sight: Sight,
  filter: QueueFilter,
  moment: Moment,
): Promise<readonly QueueCount[]> {
  const places = new Places();
  const asked = { what: 'counts', ...withPlaces(places, sight, filter, moment) };
  return rowsOf(db, asked, places.values, () => countsOf(waiting(db, asked), asked.moment));
}

const countsOf = (query: Waiting, moment: Moment) =>
  query
    .select([
      'queue.process as process',
      'queue.wait_key as wait',
      'queue.holder_organisation as holderOrganisation',
      'queue.holder_office as holderOffice',
      'queue.holder_role as holderRole',
      sql<number>`count(*)::int`.as('waiting'),
      sql<number>`(count(*) filter (where ${overdue(moment.now)}))::int`.as('overdue'),
      sql<number>`(count(*) filter (where queue.assignee is null))::int`.as('unassigned'),
      sql<number>`(count(*) filter (where ${unattended('queue.assignee', moment.day)}))::int`.as('unattended'),
      sql<number>`(count(*) filter (where queue.level > 0))::int`.as('escalated'),
      sql<string>`min(queue.since)`.as('oldest'),
    ])
    .groupBy(['queue.process', 'queue.wait_key', 'queue.holder_organisation', 'queue.holder_office', 'queue.holder_role'])
    .orderBy('queue.process')
    .orderBy('queue.wait_key')
    .orderBy(sql`queue.holder_organisation nulls first`)
    .orderBy(sql`queue.holder_office nulls first`)
    .orderBy(sql`queue.holder_role nulls first`);
