import type { Reservation } from '../../domain/kernel/case.ts';
import { caseEvents } from '../../domain/kernel/caseEvents.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import type { ReservationState } from '../../domain/reservation/index.ts';
import { naturalId } from '../../eventlog/ids.ts';
import { settleReservation } from '../../eventlog/reservations.ts';
import { HANDS } from '../imports/entering.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';

const IMPORT_ENTRY = `system:${HANDS.entry}`;
const IMPORT_CONFIRMATION = `system:${HANDS.confirmation}`;

/**
 * Finishes what a request that died, or an import that was given up, left undone: text that must be unique is reserved and the case
 * told, and a case that is retracted, or whose adoption is declined, gives back what it held.
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
      case 'AdoptionConfirmed':
        // An import confirms what it has settled; of one that was given up, people confirm what it had entered.
        return event.meta.actor.id === IMPORT_CONFIRMATION ? [] : [{ step: 'settle all', ids: {} }];
      case 'CaseRetracted':
      case 'AdoptionDeclined':
        return [{ step: 'release', ids: {} }];
      default:
        return [];
    }
  },
  perform: ({ step, ids }, context) => {
    if (step === 'release') return release(context);
    const { scope, hash } = ids;
    return settle(context, (one) => step === 'settle all' || (one.scope === scope && one.hash === hash));
  },
};

/** Also for a case that was retracted meanwhile: its reservation is made and then released, so that none is left behind. */
async function settle(context: TaskContext, isWanted: (one: Reservation) => boolean): Promise<void> {
  const { stream } = context.cause;
  const { reservations: asked } = await context.cases.glance(stream);
  for (const one of asked.filter(({ status }) => status === 'requested').filter(isWanted)) {
    await settleReservation(context, stream, { scope: one.scope, hash: one.hash }).catch(unless('RETRACTED'));
  }
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
