import type { Board } from '../kernel/process.ts';
import { type ClaimStatus, LINE } from './stages.ts';
import { type ClaimState, isClaim } from './state.ts';

/**
 * How far a claim has come, in the words of the ministry's statistics (domain specification §4.1): submitted is registered and
 * later; finalised is ratified, amended, annulled, finally rejected or final at the sub-committee; paid is paid in full. Each
 * includes the one before. An annulment is finalised but entitles to nothing. Amounts are whole dinars.
 */
export interface Progress {
  readonly stage: 'preparing' | 'submitted' | 'finalised' | 'paid' | 'duplicate';
  readonly submitted: boolean;
  readonly finalised: boolean;
  readonly paid: boolean;
  /** Decided in the claimant's favour for good: ratified, amended upwards or downwards, or final at the sub-committee. */
  readonly entitled: boolean;
  readonly entitlementIQD: number;
  /** On a list, audited or ordered: somebody asked for the money. */
  readonly listedIQD: number;
  /** Paid and neither returned nor recovered. */
  readonly paidIQD: number;
}

const NOTHING: Progress = {
  stage: 'preparing',
  submitted: false,
  finalised: false,
  paid: false,
  entitled: false,
  entitlementIQD: 0,
  listedIQD: 0,
  paidIQD: 0,
};

const ORDER: readonly string[] = LINE;
const REGISTERED = ORDER.indexOf('registered');

/** Whether a status lies at or after registration; a claim taken over from paper may have no entry for that step. */
const isSubmitted = (status: ClaimStatus): boolean => ORDER.indexOf(status) >= REGISTERED;

/** A duplicate counts in the claim it was merged into, and so nowhere here. */
export function progressOf(state: ClaimState): Progress {
  if (!isClaim(state)) return NOTHING;
  if (state.status === 'duplicate') return { ...NOTHING, stage: 'duplicate' };
  const finalised = state.final !== undefined;
  const submitted =
    finalised || state.registered !== undefined || isSubmitted(state.status) || isSubmitted(state.was ?? state.status);
  // Who withdrew is owed nothing, whatever was decided.
  const entitlementIQD = state.status === 'withdrawn' ? 0 : (state.final?.amountIQD ?? 0);
  const sum = (...wanted: readonly string[]) =>
    state.payees.reduce((all, one) => (wanted.includes(one.status) ? all + one.amountIQD - (one.recoveredIQD ?? 0) : all), 0);
  const allPaid = state.payees.length > 0 && state.payees.every((one) => one.status === 'paid');
  const paidIQD = sum('paid');
  // Money that was recovered to the last dinar is not money the claimant has.
  const paid = finalised && entitlementIQD > 0 && allPaid && paidIQD > 0;
  return {
    stage: paid ? 'paid' : finalised ? 'finalised' : submitted ? 'submitted' : 'preparing',
    submitted,
    finalised,
    paid,
    entitled: entitlementIQD > 0,
    entitlementIQD,
    listedIQD: sum('listed', 'audited', 'ordered'),
    paidIQD,
  };
}

/** What boards count of a claim: by type, governorate and sub-committee. */
export function board(state: ClaimState): Board {
  const { submitted, finalised, paid, entitled, entitlementIQD, listedIQD, paidIQD } = progressOf(state);
  const one = (so: boolean) => (so ? 1 : 0);
  const measures = {
    submitted: one(submitted),
    finalised: one(finalised),
    annulled: one(isClaim(state) && state.final?.outcome === 'annulled'),
    entitled: one(entitled),
    paid: one(paid),
    entitlementIQD,
    listedIQD,
    paidIQD,
  };
  if (!isClaim(state)) return { measures };
  return { kind: state.type, governorate: state.subcommittee?.governorate, body: state.subcommittee?.office, measures };
}
