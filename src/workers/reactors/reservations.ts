import { caseEvents } from '../../domain/kernel/caseEvents.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import type { ReservationState } from '../../domain/reservation/index.ts';
import { naturalId } from '../../eventlog/ids.ts';
import { settleReservation } from '../../eventlog/reservations.ts';
import { HANDS } from '../imports/entering.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';

const IMPORT_ENTRY = `system:${HANDS.entry}`;

/**
 * Finishes what a request that died left undone: text that must be unique is reserved and the case told, and a case that is
 * retracted, or whose adoption is declined, gives back what it held.
 */
export const reservations: Reactor = {
  name: 'reservations',
  start: 'beginning',
  categories: 'all',
  react: (event) => {
    switch (event.type) {
      case 'ReservationRequested': {
        // An import settles what its rows reserve before it goes on, and is run again until it has.
        if (event.meta.actor.id === IMPORT_ENTRY) return [];
        const { scope, hash } = caseEvents.ReservationRequested.parse(event.data);
        return [{ step: `settle ${hash}`, ids: { scope, hash } }];
      }
      case 'CaseRetracted':
      case 'AdoptionDeclined':
        return [{ step: 'release', ids: {} }];
      default:
        return [];
    }
  },
  perform: ({ step, ids }, context) => {
    const { scope, hash } = ids;
    return step === 'release' || scope === undefined || hash === undefined ? release(context) : settle(context, { scope, hash });
  },
};

/** Also for a case that was retracted meanwhile: its reservation is made and then released, so that none is left behind. */
async function settle(context: TaskContext, wanted: { readonly scope: string; readonly hash: string }): Promise<void> {
  const { stream } = context.cause;
  const { reservations: asked } = await context.cases.glance(stream);
  const open = asked.some((one) => one.scope === wanted.scope && one.hash === wanted.hash && one.status === 'requested');
  if (open) await settleReservation(context, stream, wanted).catch(unless('RETRACTED'));
}

async function release(context: TaskContext): Promise<void> {
  const { stream } = context.cause;
  for (const { hash } of (await context.cases.glance(stream)).reservations) {
    const id = naturalId('reservation', hash);
    const { state } = await context.cases.glance(`reservation-${id}`);
    if ((state as ReservationState).holder !== stream) continue;
    // Refused when another run of this task was faster.
    const freed = context.command({ process: 'reservation', command: 'free', id, input: { holder: stream }, part: hash });
    await freed.catch(unless('WRONG_STATE'));
  }
}

/** Passes on every error but this refusal. */
const unless =
  (code: string) =>
  (error: unknown): void => {
    if (!(error instanceof Refused) || error.code !== code) throw error;
  };
