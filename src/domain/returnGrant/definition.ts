import { ensure } from '../kernel/errors.ts';
import type { Context, Reserve } from '../kernel/process.ts';
import { defineProcess } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial, waitsOn } from './state.ts';

interface Return {
  readonly household: string;
  readonly movement?: string | undefined;
  readonly returnDate?: string | undefined;
}

/** One grant per household per return (domain.md §4.5, §12 `grant.once`): a return is its movement, or else its day. */
export const returnKey = (one: Return): string => `${one.household} ${one.movement ?? one.returnDate}`;

export const reserveReturn = (one: Return): readonly Reserve[] => [{ scope: 'returnGrant.return', value: returnKey(one) }];

/** Whoever did one of these steps leaves the next to another officer (domain.md §14, entry ≠ approval). */
export function fourEyes(before: readonly (string | undefined)[], ctx: Pick<Context, 'actor' | 'onBehalfOf'>): void {
  const own = before.some((one) => one !== undefined && (one === ctx.actor.id || one === ctx.onBehalfOf));
  ensure(!own, 'FOUR_EYES');
}

/** The return grant process without its commands. */
export const p = defineProcess({
  name: 'returnGrant',
  plural: 'return-grants',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ['closed'],
  about: (s) => (s.subject ? { households: [s.subject.household], governorates: [s.subject.governorate] } : {}),
  reservesOnAdoption: (s) => (s.subject ? reserveReturn(s.subject) : []),
  decisions: [
    'ReturnGrantEligibilityDenied',
    'ReturnGrantApproved',
    'ReturnGrantFundsRequested',
    'ReturnGrantFundsRefused',
    'ReturnGrantBatchListed',
    'ReturnGrantPaid',
    'ReturnGrantPaymentFailed',
    'ReturnGrantRecoveryHeld',
    'ReturnGrantRecoveryHoldLifted',
    'ReturnGrantRecovered',
    'ReturnGrantObjectionDecided',
    'ReturnGrantClosed',
  ],
  board,
  labels,
});
