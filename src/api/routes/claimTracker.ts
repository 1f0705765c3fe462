import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { reachOf } from '../../domain/access/access.ts';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { type BoardFilter, type BoardGroup, boardLines, boardWaits } from '../../projections/boards.queries.ts';
import { overtakings } from '../../projections/claimOrder.queries.ts';
import { readDb, sightOf } from '../../projections/reads.queries.ts';
import { OVERTAKING_COLUMNS, TRACKER_COLUMNS } from '../exports/lists.ts';
import { OvertakingView, TrackerLineView } from '../listAnswers.ts';
import { AsOf, Code, EffectiveOn, logIndexIn, momentOf } from '../listing.ts';
import { listRoute } from '../lists.ts';
import type { ApiParts } from '../parts.ts';

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
const share = (part: number | undefined, whole: number | undefined): number | null =>
  part === undefined || !whole ? null : Math.round((part / whole) * 1_000) / 1_000;

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
        'Rolled up by governorate, committee (`body`) and type (`kind`). `asOf` gives what was known then, `effectiveOn` what held on a day.',
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
      const sight = sightOf(rights, 'board', ['claim']);
      const moment = await momentOf(db, asOf, parts.now());
      const day = effectiveOn ?? baghdadDate(moment);
      const ofGovernorates =
        groups.every((one) => one === 'governorate') && filter.body === undefined && filter.kind === undefined;
      const [lines, stages, waits, money] = await Promise.all([
        boardLines(db, sight, filter, groups, day),
        boardLines(db, sight, filter, [...groups, 'status'], day),
        boardWaits(db, sight, filter, groups, moment),
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
      const items = lines.map((line) => {
        const key = keyOf(line, groups);
        const funds = money.find((one) => keyOf(one, groups) === key)?.measures;
        const { submitted, finalised, paid, annulled, entitlementIQD, paidIQD } = line.measures;
        return {
          ...Object.fromEntries(groups.map((one) => [one, line[one] ?? null])),
          cases: line.cases,
          submitted: submitted ?? 0,
          finalised: finalised ?? 0,
          annulled: annulled ?? 0,
          paid: paid ?? 0,
          finalisedOfSubmitted: share(finalised, submitted),
          paidOfSubmitted: share(paid, submitted),
          paidOfFinalised: share(paid, finalised),
          entitlementIQD: entitlementIQD ?? 0,
          paidIQD: paidIQD ?? 0,
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
              cases,
              medianDays,
              p90Days,
              oldestDays,
            })),
          waits: waits
            .filter((one) => keyOf(one, groups) === key)
            .map(({ party, cases, overdue, oldest }) => ({
              party,
              label: wordFor(claim, 'parties', party),
              cases,
              overdue,
              oldest,
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
      const sight = sightOf(rights, 'board', ['claim']);
      return overtakings(db, sight, { ...filter, asOf: await logIndexIn(db, asOf) }, paging);
    },
  });
}
