import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../domain/access/access.ts';
import { CASES, STAGE } from '../../domain/access/smallCells.ts';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { type BoardFilter, type BoardGroup, boardLines, boardWaits } from '../../projections/boards.queries.ts';
import { overtakings } from '../../projections/claimOrder.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { overdueFigure, waitFigure } from '../../projections/smallCells.queries.ts';
import { OVERTAKING_COLUMNS, TRACKER_COLUMNS } from '../exports/lists.ts';
import { OvertakingView, TrackerLineView } from '../listAnswers.ts';
import { AsOf, Code, EffectiveOn, logIndexIn, momentOf } from '../listing.ts';
import { listRoute } from '../lists.ts';
import type { ApiParts } from '../parts.ts';
import { boardSights, hiddenOnBoard, withoutHidden } from '../smallCells.ts';

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
const keyOf = (row: object, groups: readonly BoardGroup[]): string => JSON.stringify(groups.map((one) => Reflect.get(row, one)));
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

  listRoute(app, parts, {
    url: '/v1/claims/tracker',
    operation: {
      operationId: 'claimTracker',
      tags,
      summary: 'Compensation claims: submitted, finalised, paid; money; age by stage; what waits on whom',
      description:
        'Rolled up by governorate, committee (`body`) and type (`kind`). `asOf` gives what was known then, `effectiveOn` what held on a day. Small figures over claims that are not open to you are null.',
    },
    process: claim,
    filter: { by, ...FILTER },
    readModels: READ_MODELS,
    paged: false,
    item: TrackerLineView,
    columns: TRACKER_COLUMNS,
    page: async ({ rights }, { by: groups, asOf, effectiveOn, ...rest }) => {
      if (reachOf(rights, 'claim:board').length === 0) throw new Refused('FORBIDDEN');
      const filter: BoardFilter = { ...rest, process: 'claim', asOf: await logIndexIn(db, asOf), effectiveOn };
      const sights = boardSights(rights, 'claim');
      const sight = sights.board;
      const moment = await momentOf(db, asOf, parts.now());
      const day = effectiveOn ?? baghdadDate(moment);
      const ofGovernorates =
        groups.every((one) => one === 'governorate') && filter.body === undefined && filter.kind === undefined;
      const [lines, stages, waits, hiddenIn, money] = await Promise.all([
        boardLines(db, sight, filter, groups, day),
        boardLines(db, sight, filter, [...groups, 'status'], day),
        boardWaits(db, sight, filter, groups, moment),
        hiddenOnBoard(parts, sights, filter, groups, moment),
        ofGovernorates
          ? boardLines(
              db,
              sightOf(rights, 'board', ['allocation']),
              { process: 'allocation', kind: 'compensation', governorate: filter.governorate, asOf: filter.asOf, effectiveOn },
              groups,
              day,
            )
          : [],
      ]);
      const items = lines.map((full) => {
        const key = keyOf(full, groups);
        const hidden = hiddenIn(full);
        const line = withoutHidden(full, hidden);
        const isHidden = (figure: string): boolean => hidden.has(CASES) || hidden.has(figure);
        // What no claim has come to yet is no figure of the board, and none.
        const figure = (name: string): number | null => (isHidden(name) ? null : (line.measures[name] ?? 0));
        const [submitted, finalised, paid] = [figure('submitted'), figure('finalised'), figure('paid')];
        const [entitlementIQD, paidIQD] = [figure('entitlementIQD'), figure('paidIQD')];
        const funds = money.find((one) => keyOf(one, groups) === key)?.measures;
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
            .filter((one) => keyOf(one, groups) === key)
            .map(({ status, cases, medianDays, p90Days, oldestDays }) => ({
              status: status ?? '',
              label: wordFor(claim, 'states', status ?? ''),
              ...(isHidden(`${STAGE}${status}`)
                ? { cases: null, medianDays: null, p90Days: null, oldestDays: null, suppressed: true }
                : { cases, medianDays, p90Days, oldestDays }),
            })),
          waits: waits
            .filter((one) => keyOf(one, groups) === key)
            .map(({ party, cases, overdue, oldest }) => ({
              party,
              label: wordFor(claim, 'parties', party),
              ...(isHidden(waitFigure(party))
                ? { cases: null, overdue: null, oldest: null, suppressed: true }
                : isHidden(overdueFigure(party))
                  ? { cases, overdue: null, oldest, suppressed: true }
                  : { cases, overdue, oldest }),
            })),
        };
      });
      return { items };
    },
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
    page: async ({ rights }, { asOf, ...filter }, paging) => {
      if (reachOf(rights, 'claim:board').length === 0) throw new Refused('FORBIDDEN');
      return overtakings(db, boardSights(rights, 'claim'), { ...filter, asOf: await logIndexIn(db, asOf) }, paging);
    },
  });
}
