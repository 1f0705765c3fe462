import { Refused } from '../domain/kernel/errors.ts';
import type { ReservationState } from '../domain/reservation/index.ts';
import type { Cases } from './cases.ts';
import type { Executor, Principal } from './execute.ts';
import { naturalId } from './ids.ts';

/**
 * Writes a reservation and tells the case its outcome. Each step is idempotent: a second run changes nothing.
 */
export async function settleReservation(
  parts: Executor & { readonly cases: Cases },
  stream: string,
  reservation: { readonly scope: string; readonly hash: string },
): Promise<void> {
  const principal: Principal = { kind: 'system', name: 'reservations' };
  const id = naturalId('reservation', reservation.hash);
  const input = { ...reservation, holder: stream };
  const before = await parts.cases.glance(`reservation-${id}`);
  let holder = before.status === 'held' ? (before.state as ReservationState).holder : undefined;
  if (holder === undefined) {
    const reserved = await parts
      .execute({
        process: 'reservation',
        command: before.exists ? 'reserveAgain' : 'reserve',
        id: before.exists ? id : undefined,
        input,
        key: `${stream} ${reservation.hash} ${before.revision}`,
        principal,
      })
      .catch(unlessLost);
    // What was written this moment is held; after anything else it has to be looked up.
    const isOurs = reserved !== undefined && !reserved.replayed;
    holder = isOurs ? stream : ((await parts.cases.glance(`reservation-${id}`)).state as ReservationState).holder;
  }
  const outcome = holder === stream ? 'confirmed' : 'refused';
  const [category = '', ...rest] = stream.split('-');
  // The same text may be asked for again, so the answer is to this asking; a second answer finds nothing left to settle.
  const { revision } = await parts.cases.glance(stream);
  await parts.execute({
    process: category,
    command: 'settleReservation',
    id: rest.join('-'),
    input: { ...reservation, outcome, ...(holder ? { heldBy: holder } : {}) },
    key: `${reservation.hash} ${revision}`,
    principal,
  });
}

/** Whether another case holds this now; only looked up. */
export async function isTaken(cases: Cases, stream: string, { hash }: { readonly hash: string }): Promise<boolean> {
  const { exists, status, state } = await cases.glance(`reservation-${naturalId('reservation', hash)}`);
  return exists && status === 'held' && (state as ReservationState).holder !== stream;
}

/** Somebody else reserved in the same moment: the next look tells who. */
function unlessLost(error: unknown): undefined {
  if (error instanceof Refused && ['ALREADY_EXISTS', 'WRONG_STATE', 'CONFLICT'].includes(error.code)) return undefined;
  throw error;
}
