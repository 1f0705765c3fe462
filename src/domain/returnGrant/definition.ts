import type { Reserve, ToldFact } from '../kernel/process.ts';
import { defineProcess } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial, type ReturnGrantState, waitsOn } from './state.ts';

interface Return {
  readonly household: string;
  readonly movement?: string | undefined;
  readonly returnDate?: string | undefined;
  readonly after?: string | undefined;
}

/** One grant per household per return (domain.md §4.5, §12 `grant.once`): a return is its movement, or else its day. */
export const returnKey = (one: Return): string => `${one.household} ${one.movement ?? one.returnDate}`;

/** What a grant's id follows from: its return, and for one applied for anew the grant that was retracted before it. */
export const grantKey = (one: Return): string =>
  one.after === undefined ? returnKey(one) : `${returnKey(one)} after ${one.after}`;

export const reserveReturn = (one: Return): readonly Reserve[] => [{ scope: 'returnGrant.return', value: returnKey(one) }];

/** Money is asked of an allocation here only. A grant paid long ago is told by its approval and its payment. */
const HERE_ONLY: readonly string[] = [
  'ReturnGrantFundsRequested',
  'ReturnGrantFundsRefused',
  'ReturnGrantBatchListed',
  'ReturnGrantPaymentFailed',
  'ReturnGrantRecovered',
];

function onPaper(state: ReturnGrantState, { type, data }: ToldFact): boolean | undefined {
  if (HERE_ONLY.includes(type)) return false;
  if (type !== 'ReturnGrantPaid') return undefined;
  return state.status === 'approved' && events.ReturnGrantPaid.parse(data).amountIQD === state.amountIQD;
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
  onPaper,
  bound: ({ state, adoption }) =>
    state.funding !== undefined || (adoption === undefined && (state.approvedBy !== undefined || state.paid !== undefined)),
  reservesOnAdoption: (s) => (s.subject ? reserveReturn(s.subject) : []),
  decisions: [
    // Found from the family's records and by the rule of the day, so not rewritten by hand.
    'ReturnGrantEligibilityConfirmed',
    'ReturnGrantApplied',
    'ReturnGrantFileClosureVerified',
    'ReturnGrantAudited',
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
