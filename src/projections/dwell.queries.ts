import { type Kysely, sql } from 'kysely';
import { inSteps } from '../domain/access/figurePeriod.ts';
import { ABOUT_NOBODY, hiddenFigures } from '../domain/access/smallCells.ts';
import type { BoardSights } from './boards.queries.ts';
import type { CaseTables } from './cases.ts';
import { countedExactly } from './smallCells.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** How long one holder held one wait of a case, all its spells together. Seconds in the world's time. */
export interface Held {
  readonly wait: string;
  readonly party: string;
  readonly holderOrganisation: string | null;
  readonly holderOffice: string | null;
  readonly holderRole: string | null;
  readonly round: number;
  readonly from: string;
  /** Null while it is still held. */
  readonly to: string | null;
  readonly seconds: number;
}

type Db = Kysely<CaseTables>;

const HOLDER = ['queue.holder_organisation', 'queue.holder_office', 'queue.holder_role'] as const;

/** Up to when holding is told: the moment, and the place of the log where what was known then ends; absent for now. */
export interface Until {
  readonly now: string;
  readonly asOf?: string | undefined;
}

/** The queue keeps a row for every change of a wait; what one holder held of one round of it belongs together. */
function spells(db: Db, { now, asOf }: Until) {
  const still =
    asOf === undefined
      ? sql<boolean>`queue.to_index is null`
      : sql<boolean>`(queue.to_index is null or queue.to_index > ${asOf})`;
  return db
    .selectFrom('queue')
    .innerJoin('case_index', (join) =>
      join.onRef('case_index.process', '=', 'queue.process').onRef('case_index.case_id', '=', 'queue.case_id'),
    )
    .select([
      'queue.process as process',
      'queue.case_id as case_id',
      'queue.wait_key as wait',
      'queue.round as round',
      'queue.holder_organisation as holderOrganisation',
      'queue.holder_office as holderOffice',
      'queue.holder_role as holderRole',
      sql<string>`max(queue.party)`.as('party'),
      sql<string>`min(queue.from_at)`.as('from'),
      sql<string | null>`case when bool_or(${still}) then null else max(queue.to_at) end`.as('to'),
      sql<number>`sum(extract(epoch from greatest((case when ${still} then ${now} else queue.to_at end)::timestamptz
        - queue.from_at::timestamptz, interval '0')))::float8`.as('seconds'),
      sql<string>`min(queue.from_index)`.as('first'),
    ])
    .$if(asOf !== undefined, (query) => query.where('queue.from_index', '<=', asOf ?? ''))
    .groupBy(['queue.process', 'queue.case_id', 'queue.wait_key', 'queue.round', ...HOLDER]);
}

/** How long each office and organisation held what of one case, in the order they came to hold it. */
export async function caseDwell(db: Db, sight: Sight, process: string, id: string, now: string): Promise<readonly Held[]> {
  const rows = await spells(db, { now })
    .where('queue.process', '=', process)
    .where('queue.case_id', '=', id)
    .where(visibleTo(sight))
    .orderBy('first')
    .orderBy('wait')
    .execute();
  return rows.map(({ process: _p, case_id: _c, first: _f, ...held }) => held);
}

export interface DwellFilter {
  readonly process?: string | undefined;
  readonly wait?: string | undefined;
  readonly office?: string | undefined;
  readonly organisation?: string | undefined;
  /** Spells that began at or after this instant, and before that one. */
  readonly from?: string | undefined;
  readonly before?: string | undefined;
}

/**
 * Times of one wait with one holder over all cases. Seconds; null while nothing has ended. Small numbers over cases that are not
 * open to the reader are null, with their times.
 */
export interface DwellFigures {
  readonly process: string;
  readonly wait: string;
  readonly holderOrganisation: string | null;
  readonly holderOffice: string | null;
  readonly holderRole: string | null;
  /** Spells that ended: the figures are theirs. */
  readonly ended: number | null;
  readonly median: number | null;
  readonly p90: number | null;
  readonly longest: number | null;
  /** Spells still running, and the age of the oldest. */
  readonly running: number | null;
  readonly oldestRunning: number | null;
  readonly suppressed?: true;
}

/**
 * Median, 90th percentile and longest time by process, wait and holder. Cases withdrawn as wrong files do not count. Numbers
 * under `below` are left out where the cases behind them are closed, and told in steps of as many above; `sights.board` is that
 * of `dwell:read`.
 */
export async function dwellFigures(
  db: Db,
  sights: BoardSights,
  filter: DwellFilter,
  until: Until,
  below: number,
): Promise<readonly DwellFigures[]> {
  let query = spells(db, until)
    .where(visibleTo(sights.board))
    .where('case_index.status', '<>', 'retracted')
    .select(sql<boolean>`bool_and(${countedExactly(sights)})`.as('open'));
  for (const [column, value] of [
    ['queue.process', filter.process],
    ['queue.wait_key', filter.wait],
    ['queue.holder_office', filter.office],
    ['queue.holder_organisation', filter.organisation],
  ] as const) {
    if (value !== undefined) query = query.where(column, '=', value);
  }
  if (filter.from !== undefined) query = query.having(sql`min(queue.from_at)`, '>=', filter.from);
  if (filter.before !== undefined) query = query.having(sql`min(queue.from_at)`, '<', filter.before);
  const rows = await db
    .with('spell', () => query)
    .selectFrom('spell')
    .select([
      'process',
      'wait',
      'holderOrganisation',
      'holderOffice',
      'holderRole',
      sql<number>`count("to")::int`.as('ended'),
      sql<number | null>`percentile_cont(0.5) within group (order by seconds) filter (where "to" is not null)`.as('median'),
      sql<number | null>`percentile_cont(0.9) within group (order by seconds) filter (where "to" is not null)`.as('p90'),
      sql<number | null>`max(seconds) filter (where "to" is not null)`.as('longest'),
      sql<number>`(count(*) - count("to"))::int`.as('running'),
      sql<number | null>`max(seconds) filter (where "to" is null)`.as('oldestRunning'),
      sql<number>`(count("to") filter (where not open))::int`.as('unseenEnded'),
      sql<number>`(count(*) filter (where "to" is null and not open))::int`.as('unseenRunning'),
    ])
    .groupBy(['process', 'wait', 'holderOrganisation', 'holderOffice', 'holderRole'])
    .orderBy('process')
    .orderBy('wait')
    .orderBy(sql`"holderOrganisation" nulls first`)
    .orderBy(sql`"holderOffice" nulls first`)
    .orderBy(sql`"holderRole" nulls first`)
    .execute();
  const waits = new Set(rows.map(waitOf));
  return [...waits].flatMap((wait) => {
    const holders = rows.filter((row) => waitOf(row) === wait);
    return withoutSmall(holders, below);
  });
}

const waitOf = ({ process, wait }: Pick<DwellFigures, 'process' | 'wait'>): string => `${process} ${wait}`;

/** The figures of one wait, by holder. */
function withoutSmall(
  rows: readonly (DwellFigures & { readonly unseenEnded: number; readonly unseenRunning: number })[],
  below: number,
): readonly DwellFigures[] {
  const hidden = hiddenFigures(
    rows.map(({ process, unseenEnded, unseenRunning }, at) => ({
      at: [String(at)],
      strata: ABOUT_NOBODY.has(process)
        ? []
        : [
            { figures: ['ended'], unseen: unseenEnded },
            { figures: ['running'], unseen: unseenRunning },
          ],
    })),
    below,
  );
  return rows.map(({ unseenEnded, unseenRunning, ...row }, at): DwellFigures => {
    const left = hidden[at] ?? new Set<string>();
    const told = (value: number | null, unseen: number) =>
      value === null || ABOUT_NOBODY.has(row.process) ? value : (inSteps(value, unseen, below) ?? null);
    return {
      ...row,
      ended: told(row.ended, unseenEnded),
      running: told(row.running, unseenRunning),
      ...(left.has('ended') ? { ended: null, median: null, p90: null, longest: null } : {}),
      ...(left.has('running') ? { running: null, oldestRunning: null } : {}),
      ...(left.size > 0 ? { suppressed: true } : {}),
    };
  });
}
