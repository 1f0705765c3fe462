import { awaitedWaits, awaiting, without } from '../docRequest/data.ts';
import type { FoldEvent, Wait } from '../kernel/process.ts';
import type { events, PackageItem } from './events.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

/** Every status of a grant that was opened. */
export const STATUSES = [
  'eligibility_checked',
  'applied',
  'file_closure_verified',
  'audited',
  'approved',
  'awaiting_funds',
  'batch_listed',
  'paid',
  'card_problem',
  'rejected',
  'objection',
  'closed',
] as const;

/** The ministry's grant for one return of one household. Amounts are whole dinars. */
export interface ReturnGrantState {
  readonly status: 'none' | (typeof STATUSES)[number];
  readonly subject?: Omit<Data<'ReturnGrantEligibilityConfirmed'>, 'checks'>;
  readonly checks?: Data<'ReturnGrantEligibilityConfirmed'>['checks'];
  /** Everyone who entered or checked something that the approval rests on. */
  readonly enteredBy: readonly string[];
  readonly amountIQD?: number;
  readonly ruleVersion?: string;
  readonly items: Readonly<Partial<Record<PackageItem, Data<'ReturnGrantItemRecorded'>['status'] | 'asked_for'>>>;
  readonly approvedBy?: string | undefined;
  /** The money asked for and not yet answered, or kept for this grant. */
  readonly funding?: (Data<'ReturnGrantFundsRequested'> & { readonly answered: boolean }) | undefined;
  readonly availableIQD?: number | undefined;
  readonly paid?: Data<'ReturnGrantPaid'>;
  readonly recoveredIQD: number;
  readonly recoveryHeld: boolean;
  /** The branch decided that money is asked back although the return failed. */
  readonly holdLifted: boolean;
  /** Requests for papers it waits for. */
  readonly awaits: readonly string[];
}

export const initial: ReturnGrantState = {
  status: 'none',
  enteredBy: [],
  items: {},
  recoveredIQD: 0,
  recoveryHeld: false,
  holdLifted: false,
  awaits: [],
};

const by = (state: ReturnGrantState, event: FoldEvent<typeof events>): readonly string[] => [
  ...state.enteredBy.filter((one) => one !== event.meta.actor.id),
  event.meta.actor.id,
];

export function evolve(state: ReturnGrantState, event: FoldEvent<typeof events>): ReturnGrantState {
  switch (event.type) {
    case 'ReturnGrantEligibilityConfirmed': {
      const { checks, ...subject } = event.data;
      return { ...state, status: 'eligibility_checked', subject, checks, enteredBy: by(state, event) };
    }
    case 'ReturnGrantEligibilityDenied': {
      const { checks, reason: _, ...subject } = event.data;
      return { ...state, status: 'rejected', subject, checks, approvedBy: undefined };
    }
    case 'ReturnGrantApplied': {
      const { amountIQD, ruleVersion, packageItems } = event.data;
      const items = Object.fromEntries(packageItems.map((one) => [one, 'asked_for' as const]));
      return { ...state, status: 'applied', amountIQD, ruleVersion, items, enteredBy: by(state, event) };
    }
    case 'ReturnGrantFileClosureVerified':
      return { ...withCheck(state, 'fileClosed', 'passed'), status: 'file_closure_verified' };
    case 'ReturnGrantAudited': {
      const found = event.data.duplicates === 'found';
      return { ...withCheck(state, 'duplicates', found ? 'failed' : 'passed'), status: 'audited' };
    }
    case 'ReturnGrantItemRecorded':
      return { ...state, items: { ...state.items, [event.data.item]: event.data.status } };
    case 'ReturnGrantObjectionFiled':
      return { ...state, status: 'objection' };
    case 'ReturnGrantObjectionDecided': {
      const again = state.amountIQD === undefined ? 'eligibility_checked' : 'applied';
      return { ...state, status: event.data.outcome === 'denial_stands' ? 'closed' : again };
    }
    case 'ReturnGrantClosed':
      return { ...state, status: 'closed' };
    case 'DocumentAwaited':
      return { ...state, awaits: awaiting(state.awaits, event.data.request) };
    case 'AwaitedDocumentIssued':
      return goesOn({ ...state, awaits: without(state.awaits, event.data.request) });
    case 'AwaitedDocumentGivenUp':
      return { ...state, awaits: without(state.awaits, event.data.request) };
    default:
      return funded(state, event);
  }
}

const withCheck = (state: ReturnGrantState, check: 'fileClosed' | 'duplicates', result: 'passed' | 'failed'): ReturnGrantState =>
  state.checks ? { ...state, checks: { ...state.checks, [check]: result } } : state;

/** With the last paper there, a grant that could not be paid for want of one is approved still, and waits for money again. */
const goesOn = (state: ReturnGrantState): ReturnGrantState =>
  state.status === 'card_problem' && state.awaits.length === 0 ? { ...state, status: 'approved' } : state;

type Money = Extract<
  FoldEvent<typeof events>,
  { type: `ReturnGrant${'Approved' | 'Funds' | 'BatchListed' | 'Paid' | 'PaymentFailed' | 'Recover'}${string}` }
>;

/** From the approval on: an approved grant is not yet money. */
function funded(state: ReturnGrantState, event: Money): ReturnGrantState {
  switch (event.type) {
    case 'ReturnGrantApproved':
      return { ...state, ...event.data, status: 'approved', approvedBy: event.meta.actor.id };
    case 'ReturnGrantFundsRequested':
      return { ...state, status: 'awaiting_funds', funding: { ...event.data, answered: false }, availableIQD: undefined };
    case 'ReturnGrantFundsRefused':
      return { ...state, funding: undefined, availableIQD: event.data.availableIQD };
    case 'ReturnGrantBatchListed':
      return { ...state, status: 'batch_listed', funding: { ...event.data, answered: true } };
    case 'ReturnGrantPaid':
      return { ...state, status: 'paid', paid: event.data };
    case 'ReturnGrantPaymentFailed':
      return { ...state, status: 'card_problem', funding: undefined };
    case 'ReturnGrantRecoveryHeld':
      return { ...state, recoveryHeld: true };
    case 'ReturnGrantRecoveryHoldLifted':
      return { ...state, recoveryHeld: false, holdLifted: true };
    case 'ReturnGrantRecovered':
      return { ...state, recoveredIQD: state.recoveredIQD + event.data.amountIQD };
  }
}

const waiting =
  (wait: Wait) =>
  (s: ReturnGrantState): readonly Wait[] => [wait, ...awaitedWaits(s.awaits)];
const atFinance = (key: string) => waiting({ key, party: 'adminFinance', holder: { role: 'adminFinance' } });
const atBranch = (key: string, party: string) => waiting({ key, party });

/** Who holds the ball. Missing money is a wait of its own, from approval to listing. */
export const waitsOn = {
  none: () => [],
  eligibility_checked: atBranch('apply', 'household'),
  applied: atBranch('verifyFileClosure', 'branch'),
  file_closure_verified: atBranch('audit', 'branch'),
  audited: atBranch('approve', 'headOfBranch'),
  approved: atFinance('fund'),
  awaiting_funds: atFinance('fund'),
  batch_listed: atFinance('pay'),
  paid: () => [],
  card_problem: atBranch('solveCardProblem', 'household'),
  rejected: () => [],
  objection: atBranch('decideObjection', 'headOfBranch'),
  closed: () => [],
};
