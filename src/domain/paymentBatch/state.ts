import type { LocalDate } from '../kernel/dates.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events, Line } from './events.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

export type LineStatus = 'listed' | 'passed' | 'held' | 'ordered' | 'paid' | 'failed' | 'returned';

/** One payee of one claim in a batch. `rank` is its place in the order of listing, from 1, and never given again. */
export interface BatchLine extends Line {
  /** Whose record it is, where that is not the payee's id. */
  readonly person?: string | undefined;
  readonly amountIQD: number;
  readonly status: LineStatus;
  readonly rank: number;
  readonly decidedOn?: LocalDate | undefined;
  readonly vulnerable?: boolean | undefined;
  readonly outOfOrder?: Data<'BatchClaimAdded'>['outOfOrder'];
  /** Asked back from the payee and received. */
  readonly recoveredIQD?: number;
}

/** A list of payees paid together from one allocation. Amounts are whole dinars. */
export interface PaymentBatchState {
  readonly status: 'none' | 'open' | 'published' | 'listed' | 'audited' | 'ordered' | 'paid' | 'reconciled' | 'cancelled';
  readonly batchNo?: number;
  readonly allocation?: string;
  readonly governorate?: string;
  readonly fiscalYear?: number;
  readonly subcommittee?: string | undefined;
  readonly lines: readonly BatchLine[];
  /** How many lines were ever listed. */
  readonly listedEver: number;
  readonly openedBy?: string;
  readonly publishedBy?: string;
  readonly orderedBy?: string;
  /** What was there when the money asked for was not; gone once it was asked for again. */
  readonly availableIQD?: number | undefined;
  readonly reconciliation?: Data<'BatchReconciled'>;
}

export const initial: PaymentBatchState = { status: 'none', lines: [], listedEver: 0 };

/** Whole dinars of the lines in one of these statuses, without what was recovered of them. */
export const totalOf = (state: PaymentBatchState, ...statuses: readonly LineStatus[]): number =>
  linesIn(state, ...statuses).reduce((total, one) => total + one.amountIQD - (one.recoveredIQD ?? 0), 0);

/** Whole dinars recovered from payees. */
export const recoveredOf = (state: PaymentBatchState): number =>
  state.lines.reduce((total, one) => total + (one.recoveredIQD ?? 0), 0);

export const linesIn = (state: PaymentBatchState, ...statuses: readonly LineStatus[]): readonly BatchLine[] =>
  state.lines.filter((one) => statuses.includes(one.status));

export const lineOf = (state: PaymentBatchState, { claim, payee }: Line): BatchLine | undefined =>
  state.lines.find((one) => one.claim === claim && one.payee === payee);

/** Lines by claim, each claim once, in the order of listing. */
export function byClaim(lines: readonly BatchLine[]): { claim: string; payees: string[] }[] {
  const claims = new Map<string, string[]>();
  for (const { claim, payee } of lines) claims.set(claim, [...(claims.get(claim) ?? []), payee]);
  return [...claims].map(([claim, payees]) => ({ claim, payees }));
}

const isIn = (lines: readonly Line[]) => {
  const keys = new Set(lines.map((one) => `${one.claim} ${one.payee}`));
  return (one: Line): boolean => keys.has(`${one.claim} ${one.payee}`);
};

const marked = (state: PaymentBatchState, which: (line: BatchLine) => boolean, status: LineStatus): PaymentBatchState => ({
  ...state,
  lines: state.lines.map((one) => (which(one) ? { ...one, status } : one)),
});

const isRemoved = ({ claim, payees }: Data<'BatchClaimRemoved'>, one: Line): boolean =>
  one.claim === claim && payees.includes(one.payee);

function added(state: PaymentBatchState, { lines, ...of }: Data<'BatchClaimAdded'>): PaymentBatchState {
  const next = lines.map((one, index) => ({
    ...one,
    ...of,
    status: 'listed' as const,
    rank: state.listedEver + index + 1,
  }));
  return { ...state, lines: [...state.lines, ...next], listedEver: state.listedEver + next.length };
}

export function evolve(state: PaymentBatchState, event: FoldEvent<typeof events>): PaymentBatchState {
  switch (event.type) {
    case 'PaymentBatchOpened':
      return { ...state, ...event.data, status: 'open', openedBy: event.meta.actor.id };
    case 'BatchFillRequested':
    case 'BatchClaimsChosen':
    case 'LateClaimTurnedAway':
      return state;
    case 'BatchClaimAdded':
      return added(state, event.data);
    case 'BatchClaimRemoved':
      return { ...state, lines: state.lines.filter((one) => !isRemoved(event.data, one)) };
    case 'BatchListPublished':
      return { ...state, status: 'published', publishedBy: event.meta.actor.id, availableIQD: undefined };
    case 'BatchFundsGranted':
      return { ...state, status: 'listed' };
    case 'BatchFundsRefused':
      return { ...state, status: 'open', availableIQD: event.data.availableIQD };
    case 'BatchAudited': {
      const { passed, held } = event.data;
      return { ...marked(marked(state, isIn(passed), 'passed'), isIn(held), 'held'), status: 'audited' };
    }
    case 'BatchOrdered':
      return { ...marked(state, (one) => one.status === 'passed', 'ordered'), status: 'ordered', orderedBy: event.meta.actor.id };
    case 'BatchLineSettled':
      return marked(state, isIn([event.data]), event.data.outcome);
    case 'BatchLineReversed':
      return marked(state, isIn([event.data]), 'returned');
    case 'BatchLineRecovered': {
      const { amountIQD } = event.data;
      const recovered = isIn([event.data]);
      const lines = state.lines.map((one) =>
        recovered(one) ? { ...one, recoveredIQD: (one.recoveredIQD ?? 0) + amountIQD } : one,
      );
      return { ...state, lines };
    }
    case 'BatchPaid':
      return { ...state, status: 'paid' };
    case 'BatchReconciled':
      return { ...state, status: 'reconciled', reconciliation: event.data };
    case 'BatchCancelled':
      return { ...state, status: 'cancelled' };
  }
}
