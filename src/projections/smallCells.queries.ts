import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { CASES, type Line, STAGE } from '../domain/access/smallCells.ts';
import { type BoardFilter, type BoardGroup, type BoardSights, onBoard, openWaits } from './boards.queries.ts';
import type { ReadTables } from './reads.queries.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** The part of a sight that is of one's own office. */
const ofOwnOffice = (sight: Sight): Sight => ({
  ...sight,
  groups: sight.groups.map(({ processes, reach }) => ({ processes, reach: reach.filter(({ scope }) => scope === 'office') })),
});

/**
 * The cases whose figures somebody may have to the last one: those that may be opened, those that may be found and counted, and
 * those of the own office.
 */
export const countedExactly = ({ read, find, board }: BoardSights): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${visibleTo(read)} or (${visibleTo(find)} and ${visibleTo(board)}) or ${visibleTo(ofOwnOffice(board))})`;

/** The cases that are counted on somebody's board and are not among those. */
export const countedUnseen = (sights: BoardSights): RawBuilder<SqlBool> =>
  sql<SqlBool>`(${visibleTo(sights.board)} and not ${countedExactly(sights)})`;

/** Names of the figures beside the measures: on whom a case waits, and whether that is overdue. */
export const waitFigure = (party: string): string => `wait:${party}`;
export const overdueFigure = (party: string): string => `overdue:${party}`;

/**
 * Of each line of a board the cases that are counted for somebody who may not look behind the figures, told apart by what they
 * add to. With `stagesAt` also by status and by whom they wait on at that instant.
 */
export async function unseenOnBoard(
  db: Kysely<ReadTables>,
  sights: BoardSights,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  stagesAt?: string,
): Promise<ReadonlyMap<string, Line>> {
  // Names come in the order of jsonb, which is the same in every row.
  const measured = sql<readonly string[]>`jsonb_path_query_array(board.measures, '$.keyvalue() ? (@.value != 0).key')`;
  const unseen = onBoard(db, countedUnseen(sights), filter)
    .select(groups.map((group) => `board.${group}` as const))
    .select(measured.as('measured'))
    .$if(stagesAt !== undefined, (query) =>
      query
        // Told once for all cases: case by case it takes as long as all the rest.
        .leftJoin(
          db
            .selectFrom('queue')
            .where('queue.process', '=', filter.process)
            .where(openWaits(filter.asOf))
            .select([
              'queue.case_id',
              sql<readonly string[]>`array_agg(distinct ${waitFigure('')}::text || queue.party) ||
                coalesce(array_agg(distinct ${overdueFigure('')}::text || queue.party)
                  filter (where queue.due <= ${stagesAt ?? null} and queue.paused_at is null), '{}')`.as('waits'),
            ])
            .groupBy('queue.case_id')
            .as('waiting'),
          'waiting.case_id',
          'board.case_id',
        )
        .select([sql<string>`board.status`.as('stage'), sql<readonly string[]>`coalesce(waiting.waits, '{}')`.as('waits')]),
    );
  const told = [...groups, 'measured' as const, ...(stagesAt === undefined ? [] : (['stage', 'waits'] as const))];
  const rows = await db
    .with('unseen', () => unseen)
    .selectFrom('unseen')
    .select(told)
    .select(sql<number>`count(*)::int`.as('unseen'))
    .groupBy(told)
    .execute();
  const lines = new Map<string, { readonly at: readonly string[]; readonly strata: Line['strata'][number][] }>();
  for (const row of rows) {
    const key = lineKey(row, groups);
    const line = lines.get(key) ?? { at: groups.map((group) => String(row[group])), strata: [] };
    const stage = row.stage === undefined ? [] : [`${STAGE}${row.stage}`];
    line.strata.push({ figures: [CASES, ...row.measured, ...stage, ...(row.waits ?? [])], unseen: row.unseen });
    lines.set(key, line);
  }
  return lines;
}

/** What tells a line of a board from the others. */
export const lineKey = (line: object, groups: readonly BoardGroup[]): string =>
  JSON.stringify(groups.map((group) => Reflect.get(line, group) ?? null));
