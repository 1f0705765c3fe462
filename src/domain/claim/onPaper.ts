import type { CaseRecord } from '../kernel/case.ts';
import type { ToldFact } from '../kernel/process.ts';
import { events } from './events.ts';
import { isDue } from './payees.ts';
import { mayLeadOn } from './stages.ts';
import { type ClaimState, isClaim } from './state.ts';

/** Steps of payment that batches and offices take here; told by paper they would pass for money that no allocation has. */
const HERE_ONLY: readonly string[] = [
  'ClaimListedForPayment',
  'ClaimUnlisted',
  'PayeeAuditCompleted',
  'PaymentHeld',
  'PaymentHoldLifted',
  'PaymentOrdered',
  'PaymentFailed',
  'PayeeReplacementProposed',
  'PayeeReplacementDeclined',
  'PayeeReplaced',
];

/**
 * What a paper file may tell: the steps in their order, some left out, but nothing that rests on a decision the file does not
 * carry, and no payment other than of a share it decided (domain specification §0.2, rule 9: decided is not paid).
 */
export function onPaper(state: ClaimState, { type, data }: ToldFact): boolean | undefined {
  if (HERE_ONLY.includes(type)) return false;
  if (!isClaim(state)) return undefined;
  switch (type) {
    case 'DecisionNotified':
      if (!state.decision) return false;
      break;
    case 'ClaimSentToFinance':
    case 'FinanceAuditPassed':
      if (state.payees.length === 0) return false;
      break;
    case 'PaymentMade':
    case 'PaymentReturned': {
      const { payee, amountIQD, batch } = events[type].parse(data);
      const one = state.payees.find((known) => known.payee === payee);
      if (!one || batch !== undefined || one.amountIQD !== amountIQD || isDue(one) !== (type === 'PaymentMade')) return false;
      break;
    }
  }
  return mayLeadOn(state.status, type) || undefined;
}

/**
 * Whether a claim is no wrong file any more: a decision was taken here, or money was listed here. It is then annulled, merged or
 * withdrawn. A paper file goes on being one, whatever it tells of, until its money is listed.
 */
export const bound = ({ state, adoption }: Pick<CaseRecord<ClaimState>, 'state' | 'adoption'>): boolean =>
  isClaim(state) &&
  (state.payees.some((one) => one.batch !== undefined) ||
    (adoption === undefined && (state.decision !== undefined || state.final !== undefined)));

/** Who is paid, and by whom it was decided, is not rewritten under a decision. */
export const reliedUpon = (state: ClaimState): readonly ('ClaimPrepared' | 'ClaimSubmitted')[] =>
  isClaim(state) && (state.decision !== undefined || state.final !== undefined) ? ['ClaimPrepared', 'ClaimSubmitted'] : [];
