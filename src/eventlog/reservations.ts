import { Refused } from '../domain/kernel/errors.ts';
import type { ReservationState } from '../domain/reservation/index.ts';
import type { Cases } from './cases.ts';
import type { Executor, Principal } from './execute.ts';
import { naturalId } from './ids.ts';

/**
 * Writes a reservation and tells the case its outcome. Each step is idempotent: a second run changes nothing. `asked` is the revision
 * of the case when it had asked, for who knows it.
 */
export async function settleReservation(
  parts: Executor & { readonly cases: Cases },
  stream: string,
  reservation: { readonly scope: string; readonly hash: string },
  asked?: number,
): Promise<void> {
  const principal: Principal = { kind: 'system', name: 'reservations' };
  const id = naturalId('reservation', reservation.hash);
  const look = () => parts.cases.glance(`reservation-${id}`);
  /** Whether it was written this moment, so that it is held; after anything else it has to be looked up. */
  const reserve = async (command: string, of: string | undefined, revision: number): Promise<boolean> => {
    const input = { ...reservation, holder: stream };
    const key = `${stream} ${reservation.hash} ${revision}`;
    const done = await parts.execute({ process: 'reservation', command, id: of, input, key, principal }).catch(unlessLost);
    return done !== undefined && !done.replayed;
  };
  let holder: string | undefined = stream;
  // Hardly any text was asked for before.
  if (!(await reserve('reserve', undefined, -1))) {
    const before = await look();
    const isOurs = before.status !== 'held' && (await reserve('reserveAgain', id, before.revision));
    if (!isOurs) holder = ((before.status === 'held' ? before : await look()).state as ReservationState).holder;
  }
  const outcome = holder === stream ? 'confirmed' : 'refused';
  const [category = '', ...rest] = stream.split('-');
  // The same text may be asked for again, so the answer is to this asking; a second answer finds nothing left to settle.
  const revision = asked ?? (await parts.cases.glance(stream)).revision;
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
