import { idOf } from '../../domain/kernel/envelope.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { eachOf } from '../runtime/eachOf.ts';
import type { Reactor } from '../runtime/reactor.ts';
import { come } from '../runtime/readModel.ts';

/** The movements of a household that have not left, from a read model that shows this position; `not yet` while it is behind. */
export type OpenMovementsOf = (household: string, position: bigint) => Promise<readonly string[] | 'not yet'>;

/**
 * A family that takes back its consent has its movements ask no security actor any more: each measures by the consents that stand,
 * so the order of withdrawals and new consents does not matter.
 */
export const consents = (openMovementsOf: OpenMovementsOf): Reactor => ({
  name: 'consents',
  start: 'beginning',
  categories: ['household'],
  react: ({ type }) => (['ConsentWithdrawn', 'ConsentNarrowed'].includes(type) ? [{ step: 'movements', ids: {} }] : []),
  perform: async (_task, context) => {
    const { stream, position } = context.cause;
    const open = come(await openMovementsOf(idOf(stream), position));
    await eachOf(open, (id) =>
      context.command({ process: 'movement', command: 'withdrawRequests', id, input: {}, part: id }).catch((error: unknown) => {
        // The family left or gave up the movement since it was looked for.
        if (!(error instanceof Refused) || error.code !== 'WRONG_STATE') throw error;
      }),
    );
  },
});
