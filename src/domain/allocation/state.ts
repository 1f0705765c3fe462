import type { FoldEvent, Wait } from '../kernel/process.ts';
import type { events, PayingProcess } from './events.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

/** What an allocation keeps for one batch, in whole dinars. What came back is told apart, for it may be told first. */
export interface BatchAmount {
  readonly process: PayingProcess;
  readonly reservedIQD: number;
  readonly paidIQD: number;
  readonly reversedIQD: number;
  readonly settled: boolean;
}

/** Money of one governorate, fiscal year and purpose. Amounts are whole dinars. */
export interface AllocationState {
  readonly status: 'none' | 'requested' | 'refused' | 'approved' | 'released' | 'closed';
  readonly governorate?: string;
  readonly fiscalYear?: number;
  readonly purpose?: Data<'AllocationRequested'>['purpose'];
  readonly basisClaims?: Data<'AllocationRequested'>['basisClaims'];
  readonly requestedBy?: string;
  readonly requestedIQD: number;
  readonly approvedIQD: number;
  readonly releasedIQD: number;
  /** Released by carrying forward from another allocation, beyond what was approved. */
  readonly carriedInIQD: number;
  readonly returnedIQD: number;
  readonly carriedForwardIQD: number;
  readonly batches: Readonly<Record<string, BatchAmount>>;
}

export const initial: AllocationState = {
  status: 'none',
  requestedIQD: 0,
  approvedIQD: 0,
  releasedIQD: 0,
  carriedInIQD: 0,
  returnedIQD: 0,
  carriedForwardIQD: 0,
  batches: {},
};

const NOTHING: BatchAmount = { process: 'paymentBatch', reservedIQD: 0, paidIQD: 0, reversedIQD: 0, settled: false };

/** What is kept for a batch; nothing for one never met. */
export const amountOf = (state: AllocationState, batch: string): BatchAmount => state.batches[batch] ?? NOTHING;

/** Where an allocation's money is, in whole dinars. */
export interface Balance {
  /** Everything that ever arrived. */
  readonly releasedIQD: number;
  readonly reservedIQD: number;
  readonly spentIQD: number;
  /** Arrived, and neither kept for a batch, spent, returned nor carried forward. Never below 0. */
  readonly availableIQD: number;
}

const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);

/** The balance that decides whether a batch may be paid: what is reserved and spent never exceeds what was released and kept. */
export function balanceOf(state: AllocationState): Balance {
  const batches = Object.values(state.batches);
  const releasedIQD = state.releasedIQD + state.carriedInIQD;
  const reservedIQD = sum(batches.map((one) => one.reservedIQD));
  const spentIQD = sum(batches.filter((one) => one.settled).map((one) => one.paidIQD - one.reversedIQD));
  const availableIQD = releasedIQD - state.returnedIQD - state.carriedForwardIQD - reservedIQD - spentIQD;
  return { releasedIQD, reservedIQD, spentIQD, availableIQD };
}

const withBatch = (state: AllocationState, batch: string, change: Partial<BatchAmount>): AllocationState => ({
  ...state,
  batches: { ...state.batches, [batch]: { ...amountOf(state, batch), ...change } },
});

export function evolve(state: AllocationState, event: FoldEvent<typeof events>): AllocationState {
  switch (event.type) {
    case 'AllocationRequested': {
      const { amountIQD, ...rest } = event.data;
      return { ...state, ...rest, status: 'requested', requestedIQD: amountIQD, requestedBy: event.meta.actor.id };
    }
    case 'AllocationRefused':
      return { ...state, status: 'refused' };
    case 'AllocationApproved':
      return { ...state, status: 'approved', approvedIQD: event.data.amountIQD };
    case 'AllocationReleased': {
      const { amountIQD, carriedFrom } = event.data;
      return carriedFrom === undefined
        ? { ...state, status: 'released', releasedIQD: state.releasedIQD + amountIQD }
        : { ...state, status: 'released', carriedInIQD: state.carriedInIQD + amountIQD };
    }
    case 'AllocationReturned':
      return { ...state, returnedIQD: state.returnedIQD + event.data.amountIQD };
    case 'AllocationCarriedForward':
      return { ...state, carriedForwardIQD: state.carriedForwardIQD + event.data.amountIQD };
    case 'AllocationClosed':
      return { ...state, status: 'closed' };
    default:
      return kept(state, event);
  }
}

type ForABatch = Extract<FoldEvent<typeof events>, { type: `Batch${string}` }>;

function kept(state: AllocationState, event: ForABatch): AllocationState {
  const { batch } = event.data;
  const now = amountOf(state, batch);
  switch (event.type) {
    case 'BatchAmountReserved': {
      const { process, amountIQD } = event.data;
      return withBatch(state, batch, { process, reservedIQD: now.reservedIQD + amountIQD });
    }
    case 'BatchAmountRefused':
      return state;
    case 'BatchAmountFreed':
      return withBatch(state, batch, { reservedIQD: now.reservedIQD - event.data.amountIQD });
    case 'BatchAmountSettled':
      return withBatch(state, batch, { reservedIQD: 0, paidIQD: event.data.paidIQD, settled: true });
    case 'BatchAmountReversed': {
      const reversedIQD = now.reversedIQD + event.data.amountIQD;
      // There is money again in an allocation thought closed, to be returned or carried forward.
      return { ...withBatch(state, batch, { reversedIQD }), status: state.status === 'closed' ? 'released' : state.status };
    }
  }
}

const atFinance = (key: string): Wait => ({ key, party: 'ministryOfFinance', holder: { role: 'financeMinistry' } });

/** Approved is not yet released: until all that was approved has arrived, the ministry of finance holds the ball. */
export const releaseWaits = (state: AllocationState): readonly Wait[] =>
  state.releasedIQD < state.approvedIQD ? [atFinance('release')] : [];

export const approvalWaits = (): readonly Wait[] => [atFinance('approve')];
