import { idOf } from '../../domain/kernel/envelope.ts';
import { events } from '../../domain/movement/events.ts';
import { eachOf } from '../runtime/eachOf.ts';
import type { Reactor } from '../runtime/reactor.ts';
import { come } from '../runtime/readModel.ts';

/** The open reintegration plans of a household, from a read model that shows this position; `not yet` while it is behind. */
export type OpenPlans = (household: string, position: bigint) => Promise<readonly string[] | 'not yet'>;

/** A failed return has the reintegration plans of the family reviewed before their day (domain.md §11). */
export const plans = (openPlansOf: OpenPlans): Reactor => ({
  name: 'plans',
  start: 'beginning',
  categories: ['movement'],
  react: ({ type, data }) =>
    type === 'ReturnFailed' ? [{ step: 'review', ids: { household: events.ReturnFailed.parse(data).household } }] : [],
  perform: async ({ ids: { household = '' } }, context) => {
    const { stream, position } = context.cause;
    const open = come(await openPlansOf(household, position));
    const input = { cause: 'return_failed', movement: idOf(stream) };
    await eachOf(open, (id) =>
      context.command({ process: 'reintegrationPlan', command: 'bringReviewForward', id, input, part: id }),
    );
  },
});
