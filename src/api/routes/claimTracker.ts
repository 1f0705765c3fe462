import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../domain/access/access.ts';
import { inSteps } from '../../domain/access/figurePeriod.ts';
import { CASES, STAGE } from '../../domain/access/smallCells.ts';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { type BoardFilter, boardLines, boardWaits } from '../../projections/boards.queries.ts';
import { overtakings } from '../../projections/claimOrder.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { countedUnseen, lineKey, overdueFigure, waitFigure } from '../../projections/smallCells.queries.ts';
import { OVERTAKING_COLUMNS, TRACKER_COLUMNS } from '../exports/lists.ts';
import { OvertakingView, TrackerLineView } from '../listAnswers.ts';
import { AsOf, Code, EffectiveOn, FIGURES_OF, HELD_BACK, logIndexIn } from '../listing.ts';
import { type Ask, listRoute } from '../lists.ts';
import type { ApiParts } from '../parts.ts';
import { boardSights, toldLines, toldOf } from '../smallCells.ts';

const FILTER = {
  governorate: Code.optional(),
  body: Code.optional().meta({ description: 'Office of the sub-committee' }),
  kind: Code.optional().meta({ description: 'Type of claim' }),
  asOf: AsOf.optional(),
  effectiveOn: EffectiveOn.optional(),
};
const GROUPS = ['governorate', 'body', 'kind'] as const;
const by = z
  .string()
  .default('governorate')
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(GROUPS)).max(GROUPS.length))
  .meta({ description: `What to roll up by, with commas: ${GROUPS.join(', ')}` });

const READ_MODELS = ['boards', 'cases', 'timeline'];
type Asked = z.output<z.ZodObject<typeof FILTER & { by: typeof by }>>;
const share = (part: number | null | undefined, whole: number | null | undefined): number | null =>
  part === undefined || part === null || !whole ? null : Math.round((part / whole) * 1_000) / 1_000;

/**
 * Where compensation claims stand and where they stop (domain.md §4): submitted, finalised, paid; entitlement, what was allocated
 * and released for it, what was paid; the age of each stage, and what waits on whom. Money is allocated to governorates, so only
 * lines of whole governorates show it.
 */
export async function claimTrackerRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const claim = parts.registry.byName('claim');
  if (!claim) return;
  const db = readDb(parts.reads);
  const tags = ['claim'];

  const tracked = async ({ rights }: Ask, { by: groups, asOf, effectiveOn, ...rest }: Asked) => {
    if (reachOf(rights, 'claim:board').length === 0) throw new Refused('FORBIDDEN');
    const told = await toldOf(parts, rights, claim, { asOf, effectiveOn });
    const { effectiveOn: day, asOf: moment, when } = told;
    const filter: BoardFilter = { ...rest, ...when, process: 'claim' };
    const sights = boardSights(rights, 'claim');
    const sight = sights.board;
    const ofGovernorates = groups.every((one) => one === 'governorate') && filter.body === undefined && filter.kind === undefined;
    const inStages = [...groups, 'status' as const];
    const unseen = countedUnseen(sights);
    const [{ lines, hiddenIn }, stages, waits, closedStages, closedWaits, money] = await Promise.all([
      toldLines(parts, sights, filter, groups, told, moment),
      boardLines(db, sight, filter, inStages, day),
      boardWaits(db, sight, filter, groups, moment),
      told.closed ? boardLines(db, unseen, filter, inStages, day) : [],
      told.closed ? boardWaits(db, unseen, filter, groups, moment) : [],
      ofGovernorates
        ? boardLines(
            db,
            sightOf(rights, 'board', ['allocation']),
            { process: 'allocation', kind: 'compensation', governorate: filter.governorate, ...when },
            groups,
            day,
          )
        : [],
    ]);
    const stageOf = new Map(closedStages.map((one) => [lineKey(one, inStages), one.cases]));
    const waitOf = new Map(closedWaits.map((one) => [`${lineKey(one, groups)} ${one.party}`, one]));
    const stepped = (value: number, closed: number | undefined): number | null => inSteps(value, closed ?? 0, told.below) ?? null;
    const items = lines.map((line) => {
      const key = lineKey(line, groups);
      const hidden = hiddenIn(line);
      const isHidden = (figure: string): boolean => hidden.has(CASES) || hidden.has(figure);
      // What no claim has come to yet is no figure of the board, and none.
      const figure = (name: string): number | null =>
        isHidden(name) ? null : name in line.measures ? (line.measures[name] ?? null) : 0;
      const [submitted, finalised, paid] = [figure('submitted'), figure('finalised'), figure('paid')];
      const [entitlementIQD, paidIQD] = [figure('entitlementIQD'), figure('paidIQD')];
      const funds = money.find((one) => lineKey(one, groups) === key)?.measures;
      return {
        ...Object.fromEntries(groups.map((one) => [one, line[one] ?? null])),
        ...(line.suppressed ? { suppressed: true } : {}),
        cases: line.cases,
        submitted,
        finalised,
        annulled: figure('annulled'),
        paid,
        finalisedOfSubmitted: share(finalised, submitted),
        paidOfSubmitted: share(paid, submitted),
        paidOfFinalised: share(paid, finalised),
        entitlementIQD,
        paidIQD,
        paidOfEntitlement: share(paidIQD, entitlementIQD),
        ...(ofGovernorates
          ? {
              requestedIQD: funds?.requestedIQD ?? 0,
              allocatedIQD: funds?.approvedIQD ?? 0,
              releasedIQD: funds?.releasedIQD ?? 0,
              releasedOfEntitlement: share(funds?.releasedIQD ?? 0, entitlementIQD),
            }
          : {}),
        stages: stages
          .filter((one) => lineKey(one, groups) === key)
          .map((stage) => {
            const { status, medianDays, p90Days, oldestDays } = stage;
            const cases = isHidden(`${STAGE}${status}`) ? null : stepped(stage.cases, stageOf.get(lineKey(stage, inStages)));
            return {
              status: status ?? '',
              label: wordFor(claim, 'states', status ?? ''),
              ...(cases === null
                ? { cases, medianDays: null, p90Days: null, oldestDays: null, suppressed: true }
                : { cases, medianDays, p90Days, oldestDays }),
            };
          }),
        waits: waits
          .filter((one) => lineKey(one, groups) === key)
          .map((wait) => {
            const { party, oldest } = wait;
            const closed = waitOf.get(`${key} ${party}`);
            const cases = isHidden(waitFigure(party)) ? null : stepped(wait.cases, closed?.cases);
            const overdue = cases === null || isHidden(overdueFigure(party)) ? null : stepped(wait.overdue, closed?.overdue);
            return {
              party,
              label: wordFor(claim, 'parties', party),
              cases,
              overdue,
              oldest: cases === null ? null : oldest,
              ...(overdue === null ? { suppressed: true } : {}),
            };
          }),
      };
    });
    return { asOf: moment, effectiveOn: day, items };
  };

  listRoute(app, parts, {
    url: '/v1/claims/tracker',
    operation: {
      operationId: 'claimTracker',
      tags,
      summary: 'Compensation claims: submitted, finalised, paid; money; age by stage; what waits on whom',
      description: `Rolled up by governorate, committee (\`body\`) and type (\`kind\`). \`asOf\` gives what was known then, \`effectiveOn\` what held on a day. ${HELD_BACK}`,
    },
    process: claim,
    filter: { by, ...FILTER },
    readModels: READ_MODELS,
    paged: false,
    item: TrackerLineView,
    columns: TRACKER_COLUMNS,
    page: async (ask, query) => {
      const { asOf, items } = await tracked(ask, query);
      return { items: items.map((line) => ({ ...line, asOf })) };
    },
    onScreen: { view: FIGURES_OF, page: tracked },
  });

  listRoute(app, parts, {
    url: '/v1/claims/out-of-order',
    operation: {
      operationId: 'claimsOutOfOrder',
      tags,
      summary: 'Claims decided while older ones of the same committee and type were not, latest decision first',
    },
    process: claim,
    filter: FILTER,
    readModels: READ_MODELS,
    item: OvertakingView,
    columns: OVERTAKING_COLUMNS,
    page: async ({ rights }, { asOf, effectiveOn, ...filter }, paging) => {
      if (reachOf(rights, 'claim:board').length === 0) throw new Refused('FORBIDDEN');
      const when = { asOf: await logIndexIn(db, asOf), effectiveOn };
      return overtakings(db, boardSights(rights, 'claim'), { ...filter, ...when }, paging);
    },
  });
}
