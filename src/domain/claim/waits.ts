import { awaitedWaits } from '../docRequest/data.ts';
import { addDays, atBaghdad } from '../kernel/dates.ts';
import type { Holder, Timer, Wait } from '../kernel/process.ts';
import { isDue } from './payees.ts';
import type { ClaimStatus } from './stages.ts';
import type { Claim, ClaimState } from './state.ts';

const committee = (s: Claim, role?: string): { readonly holder?: Holder } =>
  s.subcommittee ? { holder: { ...s.subcommittee, ...(role ? { role } : {}) } } : {};

const clerk =
  (key: string) =>
  (s: Claim): Wait => ({ key, party: 'subcommitteeClerk', ...committee(s) });
const chair =
  (key: string) =>
  (s: Claim): Wait => ({ key, party: 'subcommitteeChair', ...committee(s, 'subcommitteeChair') });
const finance = (key: string) => (): Wait => ({ key, party: 'financeMinistry', holder: { role: 'financeMinistry' } });
const accounts =
  (key: string) =>
  (s: Claim): Wait => ({
    key,
    party: 'governorateAccounts',
    holder: { role: 'financeMinistry', governorate: s.subcommittee?.governorate },
  });
/** The claimant is reached by the office that prepared the claim, which owns it. */
const claimant = (key: string) => (): Wait => ({ key, party: 'claimant' });
const auditors =
  (key: string) =>
  (s: Claim): Wait => ({ key, party: 'securityAuditors', ...committee(s) });

/** What the assessment of a type is; a martyrdom is proved by its papers alone. */
export const ASSESSMENT = { property: 'damage', injury: 'medical', missing: 'missing', job_study: 'jobStudy' } as const;

export const isAssessed = (s: Claim): boolean => s.type === 'martyrdom' || s.assessment?.[ASSESSMENT[s.type]] !== undefined;

/** Whoever must act next, by status (domain specification §4.1). */
const BALL: Readonly<Partial<Record<ClaimStatus, (s: Claim) => Wait | undefined>>> = {
  draft: claimant('submit'),
  filed_at_court: () => ({ key: 'requestInquiry', party: 'court' }),
  police_inquiry: () => ({ key: 'completeInquiry', party: 'police' }),
  court_papers_complete: claimant('submit'),
  submitted_to_subcommittee: clerk('register'),
  registered: clerk('screen'),
  screening: clerk('screen'),
  information_requested: claimant('supplyInformation'),
  security_check: auditors('completeSecurityCheck'),
  assessment: (s) => (isAssessed(s) ? clerk('scheduleSession')(s) : clerk('assess')(s)),
  session_scheduled: chair('decide'),
  recommended: clerk('notify'),
  rejected: clerk('notify'),
  contestation_open: claimant('contest'),
  objection: clerk('forward'),
  contestation_ended: clerk('forward'),
  returned_to_subcommittee: (s) => clerk(s.completion?.supplied ? 'forward' : 'complete')(s),
  central_review: () => ({ key: 'decideCentrally', party: 'centralCommittee', holder: { role: 'centralCommittee' } }),
  final_at_subcommittee: clerk('sendToFinance'),
  ratified: clerk('sendToFinance'),
  amended: clerk('sendToFinance'),
  sent_to_finance: finance('audit'),
  finance_objection: clerk('answerFinance'),
  paid: clerk('close'),
};

const AWAITS_MONEY: readonly ClaimStatus[] = [
  'final_at_subcommittee',
  'ratified',
  'amended',
  'sent_to_finance',
  'finance_objection',
  'awaiting_allocation',
  'payment_failed',
  'batch_listed',
  'payee_audit',
  'payment_ordered',
  'partly_paid',
];

/** What payment waits on: one payee may be held while another is ordered, so these may be several at once. */
function payeeWaits(s: Claim): readonly Wait[] {
  const some = (status: string) => s.payees.some((one) => one.status === status && one.amountIQD > 0);
  if (!AWAITS_MONEY.includes(s.status) || BALL[s.status]) return [];
  return [
    ...(s.payees.some((one) => isDue(one)) ? [finance('allocate')()] : []),
    ...(some('failed') ? [clerk('relist')(s)] : []),
    ...(s.payees.some((one) => one.status === 'held' && !one.replacement) ? [chair('liftHold')(s)] : []),
    ...(s.payees.some((one) => one.replacement) ? [chair('decideReplacement')(s)] : []),
    ...(some('listed') ? [auditors('auditPayees')(s)] : []),
    ...(some('audited') ? [finance('order')()] : []),
    ...(some('ordered') ? [accounts('pay')(s)] : []),
  ];
}

/** A suspension does not set the law's time for payment back: it runs on below it. */
const awaitsMoney = (s: Claim): boolean => AWAITS_MONEY.includes(s.status === 'suspended' ? (s.was ?? s.status) : s.status);

/** Everything a claim waits on. The law's time for payment runs from the final decision to the money, whoever holds the ball. */
export function waitsOf(s: Claim): readonly Wait[] {
  const ball = BALL[s.status]?.(s);
  return [
    ...(ball ? [ball] : []),
    ...payeeWaits(s),
    ...(s.status === 'suspended' ? [chair('resume')(s)] : []),
    ...(awaitsMoney(s) ? [{ ...accounts('payment')(s), clock: 'payment' }] : []),
    ...(s.suspicions.length > 0 ? [chair('resolveSuspicion')(s)] : []),
    ...awaitedWaits(s.awaits),
  ];
}

/** The day after the last: an unanswered request is reminded of, a decision nobody contests is no longer open to objection. */
export function timers(s: ClaimState): readonly Timer[] {
  if (s.status === 'information_requested' && s.request && s.request.pausedOn === undefined) {
    const { reminders, dueOn } = s.request;
    return [{ key: `information:${reminders}`, at: atBaghdad(addDays(dueOn, 1)), command: 'expireInformation' }];
  }
  if (s.status === 'contestation_open' && s.notified) {
    return [{ key: 'contestation', at: atBaghdad(addDays(s.notified.contestUntil, 1)), command: 'endContestation' }];
  }
  return [];
}
