import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../domain/access/access.ts';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { BOARD_GROUPS, type BoardFilter, boardCases } from '../../projections/boards.queries.ts';
import { readDb } from '../../projections/reads.queries.ts';
import { boardColumns, boardLineColumns } from '../exports/lists.ts';
import { BoardCaseView, BoardLineView } from '../listAnswers.ts';
import { AsOf, Code, EffectiveOn, FIGURES_OF, HELD_BACK, logIndexIn, momentOf } from '../listing.ts';
import { type Ask, listRoute } from '../lists.ts';
import { operation } from '../operations.ts';
import type { ApiParts } from '../parts.ts';
import { hasRoutes } from '../paths.ts';
import { boardSights, toldLines, toldOf } from '../smallCells.ts';

const FILTER = {
  status: Code.optional(),
  kind: Code.optional(),
  governorate: Code.optional(),
  area: Code.optional(),
  body: Code.optional().meta({ description: 'Committee, court or office that handles the case' }),
  asOf: AsOf.optional(),
  effectiveOn: EffectiveOn.optional(),
};
const by = z
  .string()
  .default('status')
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(BOARD_GROUPS)).max(BOARD_GROUPS.length))
  .meta({ description: `What to roll up by, with commas: ${BOARD_GROUPS.join(', ')}` });

const READ_MODELS = ['boards', 'cases', 'timeline'];
type Asked = z.output<z.ZodObject<typeof FILTER & { by: typeof by }>>;

/**
 * For every process that has one, its board: how many cases stand where, since when, and what of them adds up; and the cases
 * behind each figure. For any day, as it was known at any moment.
 */
export async function boardRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const db = readDb(parts.reads);
  const dayOf = async ({ asOf, effectiveOn }: Pick<BoardFilter, 'asOf' | 'effectiveOn'>) =>
    effectiveOn ?? baghdadDate(await momentOf(db, asOf, parts.now()));

  for (const process of parts.registry.all.filter((one) => one.board !== undefined && hasRoutes(one))) {
    const linesFor = async ({ rights }: Ask, { by: groups, asOf, effectiveOn, ...query }: Asked) => {
      if (reachOf(rights, `${process.name}:board`).length === 0) throw new Refused('FORBIDDEN');
      const told = await toldOf(parts, rights, process, { asOf, effectiveOn });
      const filter = { ...query, ...told.when, process: process.name };
      const { lines } = await toldLines(parts, boardSights(rights, process.name), filter, groups, told);
      const items = lines.map((line) => ({ ...line, statusLabel: line.status && wordFor(process, 'states', line.status) }));
      return { asOf: told.asOf, effectiveOn: told.effectiveOn, items };
    };
    listRoute(app, parts, {
      url: `/v1/${process.plural}/board`,
      operation: operation({
        process,
        name: 'board',
        summary: `${process.labels.plural.en}: how many stand where, and what of them adds up`,
        description: `Numbers, sums and ages in days by status, kind, governorate, area or body; \`asOf\` for what was known then, \`effectiveOn\` for what held on a day. ${HELD_BACK}`,
      }),
      process,
      filter: { by, ...FILTER },
      readModels: READ_MODELS,
      paged: false,
      item: BoardLineView,
      columns: boardLineColumns(process),
      page: async (ask, query) => {
        const { asOf, items } = await linesFor(ask, query);
        return { items: items.map((line) => ({ ...line, asOf })) };
      },
      onScreen: { view: FIGURES_OF, page: linesFor },
    });

    listRoute(app, parts, {
      url: `/v1/${process.plural}/board/cases`,
      operation: operation({
        process,
        name: 'boardCases',
        summary: `${process.labels.plural.en}: the cases behind the board, longest in their status first`,
      }),
      process,
      filter: FILTER,
      readModels: READ_MODELS,
      item: BoardCaseView,
      columns: boardColumns(process),
      page: async ({ rights }, query, paging) =>
        boardCases(
          db,
          boardSights(rights, process.name),
          { ...query, process: process.name, asOf: await logIndexIn(db, query.asOf) },
          await dayOf(query),
          paging,
        ),
    });
  }
}
