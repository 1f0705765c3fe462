import type { AreaState } from '../../domain/area/index.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { areaOf, isBefore, lineOf, type MovementState } from '../../domain/movement/index.ts';
import { areaStanding, decisionKey, isShut, type Standing } from '../../domain/places/standing.ts';
import { naturalId } from '../../eventlog/ids.ts';
import { eachOf } from '../runtime/eachOf.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';

/** Movements that have not left and may lead to an area or below it, from a read model that shows this position. */
export type OpenMovementsTo = (area: string, position: bigint) => Promise<readonly string[] | 'not yet'>;

/** The read model has not come to the decision yet; the task is tried again. */
class ReadModelBehind extends Error {
  constructor() {
    super('the movements read model is behind');
    this.name = 'ReadModelBehind';
  }
}

const DECISIONS = [
  'ReturnAuthorisationOpened',
  'ReturnAuthorisationMadeConditional',
  'ReturnAuthorisationSuspended',
  'ReturnAuthorisationResumed',
  'AreaDeclaredClosed',
  'AreaReopened',
  'AreaDesignatedMilitaryZone',
  'AreaMilitaryZoneLifted',
];

/**
 * After every decision about an area: movements to it whose way is shut now are held, and those held for it whose way is free
 * again go on (domain.md §3.3, §11). Each is measured by what stands now, below the area as well, so the order of decisions does
 * not matter; a movement that reaches a guard in between meets the area itself there.
 */
export const holds = (openMovements: OpenMovementsTo): Reactor => ({
  name: 'holds',
  start: 'beginning',
  categories: ['area'],
  react: (event) => (DECISIONS.includes(event.type) ? [{ step: 'movements', ids: {} }] : []),
  perform: async (_task, context) => {
    const { stream, position } = context.cause;
    const area = (await context.cases.glance(stream)).state as AreaState & { readonly status: string };
    const where = area.level === 4 ? area.parent : area.area;
    const found = await openMovements(where ?? '', position);
    if (found === 'not yet') throw new ReadModelBehind();
    await eachOf(found, (id) => settle(id, context));
  },
});

async function settle(id: string, context: TaskContext): Promise<void> {
  const record = await context.cases.glance(`movement-${id}`);
  const state = record.state as MovementState;
  if (!isBefore(state) || areaOf(state.destination) === undefined) return;
  const standing = await standingNow(state, context);
  const exempt = standing.scope === 'group' && state.outsideGroup === decisionKey(standing);
  const shut = isShut(standing) && !exempt;
  const held = state.holds.some((one) => one.cause === 'area');
  if (shut === held) return;
  const decidedAt = context.cause.occurredAt;
  const occurredAt = record.openedAt !== undefined && record.openedAt > decidedAt ? record.openedAt : decidedAt;
  const command = shut ? 'putOnHold' : 'resume';
  await context
    .command({ process: 'movement', command, id, input: { cause: 'area' }, part: `${command} ${id}`, record: { occurredAt } })
    .catch(unlessMoved);
}

async function standingNow(state: MovementState, context: TaskContext): Promise<Standing> {
  const [own, ...parents] = await Promise.all(
    lineOf(state.destination).map(
      async (key) => (await context.cases.glance(`area-${naturalId('area', key)}`)).state as AreaState,
    ),
  );
  return areaStanding(own, parents);
}

/** The family left, withdrew, or was let go on by an officer since it was looked at. */
function unlessMoved(error: unknown): void {
  if (!(error instanceof Refused) || !['WRONG_STATE', 'NOT_HELD_FOR_THIS', 'AREA_SHUT'].includes(error.code)) throw error;
}
