import { baghdadDate, daysOf, type LocalDate, type PartialDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type About, type Context, defineProcess } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { reservesOf } from './loss.ts';
import { bound, onPaper, reliedUpon } from './onPaper.ts';
import { papers } from './papers.ts';
import { escalationRule, paymentWindow } from './policy.ts';
import { board } from './progress.ts';
import { ENDS } from './stages.ts';
import { type ClaimState, evolve, initial, isClaim, lastWords, reopened } from './state.ts';
import { timers, waitsOf } from './waits.ts';

/** Whom and which offices a claim concerns. Those who may be paid are named too: it is about them. */
function about(s: ClaimState): About {
  if (!isClaim(s)) return {};
  const { subcommittee, court, branch } = s;
  const persons = [s.claimant, s.principal, ...s.victims, ...(s.heirs?.heirs ?? []).map((one) => one.person)];
  const given = (...list: readonly (string | undefined)[]) => [
    ...new Set(list.flatMap((one) => (one === undefined ? [] : [one]))),
  ];
  return {
    persons: given(...persons, ...s.payees.map((one) => one.person)),
    households: given(s.household),
    offices: given(subcommittee?.office, court?.courtOffice, branch),
    governorates: given(subcommittee?.governorate),
  };
}

/** The claim process without its commands, which stand in the files of this folder by what they are about. */
export const p = defineProcess({
  name: 'claim',
  plural: 'claims',
  store: 'general',
  // The story (loss, assessment, grounds) is T2 and sealed apart: finance and branches work with amounts, payees and stages.
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    draft: waitsOf,
    filed_at_court: waitsOf,
    police_inquiry: waitsOf,
    court_papers_complete: waitsOf,
    submitted_to_subcommittee: waitsOf,
    registered: waitsOf,
    screening: waitsOf,
    information_requested: waitsOf,
    security_check: waitsOf,
    assessment: waitsOf,
    session_scheduled: waitsOf,
    rejected: waitsOf,
    recommended: waitsOf,
    contestation_open: waitsOf,
    objection: waitsOf,
    contestation_ended: waitsOf,
    returned_to_subcommittee: waitsOf,
    central_review: waitsOf,
    final_at_subcommittee: waitsOf,
    ratified: waitsOf,
    amended: waitsOf,
    sent_to_finance: waitsOf,
    finance_objection: waitsOf,
    awaiting_allocation: waitsOf,
    payment_failed: waitsOf,
    batch_listed: waitsOf,
    payee_audit: waitsOf,
    payment_ordered: waitsOf,
    partly_paid: waitsOf,
    paid: waitsOf,
    suspended: waitsOf,
    finally_rejected: () => [],
    annulled: () => [],
    closed: () => [],
    withdrawn: () => [],
    lapsed: () => [],
    duplicate: () => [],
  },
  ends: ENDS,
  timers,
  about,
  board,
  onPaper,
  bound,
  reliedUpon,
  reservesOnAdoption: (s) => (isClaim(s) ? reservesOf(s, s.registered) : []),
  clocks: { payment: paymentWindow },
  reopens: { from: ['withdrawn', 'lapsed', 'finally_rejected', 'annulled'], state: reopened, setsAside: lastWords },
  decisions: [
    // Who shares is recorded anew, with its paper, while nobody is listed.
    'SharesRecorded',
    'SubcommitteeSessionHeld',
    'ClaimRecommended',
    'ClaimRejected',
    'DecisionNotified',
    'LateObjectionAllowed',
    'ContestationPeriodEnded',
    'ClaimForwardedToCentral',
    'ClaimFinalAtSubcommittee',
    'ClaimReturnedForCompletion',
    'ObjectionDecided',
    'ClaimRatified',
    'ClaimAmended',
    'ClaimAnnulled',
    'ClaimKeptSeparate',
    'ClaimMerged',
    'ClaimMergeReversed',
    'FinanceAuditPassed',
    'FinanceObjectionRaised',
    'ClaimListedForPayment',
    'ClaimUnlisted',
    'PayeeAuditCompleted',
    'PaymentHeld',
    'PaymentHoldLifted',
    'PaymentOrdered',
    'PaymentMade',
    'PaymentFailed',
    'PaymentReturned',
    'PaymentRecovered',
    'PayeeReplacementProposed',
    'PayeeReplacementDeclined',
    'PayeeReplaced',
  ],
  escalation: { rule: escalationRule, levels: [{ party: 'subcommitteeChair', role: 'subcommitteeChair' }] },
  papers,
  labels,
});

/** Refuses a day or partly known date that lies in the future. */
export function notAhead(date: PartialDate | string, ctx: Pick<Context, 'now'>): void {
  const first = typeof date === 'string' ? date : daysOf(date).first;
  ensure(first <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: first });
}

/** The order of payment looks at the day of the last word, which does not lie before the decision it is about. */
export function afterTheDecision(decided: LocalDate | undefined, ctx: Pick<Context, 'occurredAt'>): void {
  ensure(decided === undefined || baghdadDate(ctx.occurredAt) >= decided, 'BEFORE_THE_DECISION', { decided: decided ?? '' });
}

/** Every step between institutions is proved by a letter (domain specification §0.2, rule 10). */
export function byLetter(ctx: Pick<Context, 'letterRef'>): void {
  ensure(ctx.letterRef, 'LETTER_MISSING');
}

/** Refuses who acts for the other side of a pair of duties, themselves or as a deputy. */
export function notTheSame(other: string | undefined, code: string, ctx: Pick<Context, 'actor' | 'onBehalfOf'>): void {
  ensure(other === undefined || (ctx.actor.id !== other && ctx.onBehalfOf !== other), code);
}
