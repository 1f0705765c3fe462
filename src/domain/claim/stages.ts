import type { events } from './events.ts';

/** The line a claim goes along when nothing goes against it (domain specification §4.1). */
export const LINE = [
  'draft',
  'filed_at_court',
  'police_inquiry',
  'court_papers_complete',
  'submitted_to_subcommittee',
  'registered',
  'screening',
  'information_requested',
  'security_check',
  'assessment',
  'session_scheduled',
  'rejected',
  'recommended',
  'contestation_open',
  'objection',
  'contestation_ended',
  'returned_to_subcommittee',
  'central_review',
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
  'paid',
] as const;

export const ENDS = ['finally_rejected', 'annulled', 'closed', 'withdrawn', 'lapsed', 'duplicate'] as const;

export type ClaimStatus = (typeof LINE)[number] | (typeof ENDS)[number] | 'suspended';

/** States in which payees may be listed, audited, ordered and paid. */
export const PAYING = [
  'awaiting_allocation',
  'payment_failed',
  'batch_listed',
  'payee_audit',
  'payment_ordered',
  'partly_paid',
  'paid',
] as const satisfies readonly ClaimStatus[];

/** The statuses that an event told by paper leads to: it may follow whatever stands before them in the line. */
const LEADS_TO: Readonly<Partial<Record<keyof typeof events, (typeof LINE)[number]>>> = {
  ClaimSubmitted: 'submitted_to_subcommittee',
  ClaimRegistered: 'registered',
  ClaimSecurityCheckCompleted: 'security_check',
  DamageAssessed: 'assessment',
  MedicalCommitteeReported: 'assessment',
  MissingInquiryConcluded: 'assessment',
  JobStudyInquiryConcluded: 'assessment',
  SubcommitteeSessionHeld: 'session_scheduled',
  ClaimRecommended: 'recommended',
  ClaimRejected: 'recommended',
  DecisionNotified: 'contestation_open',
  ObjectionFiled: 'objection',
  ClaimForwardedToCentral: 'central_review',
  ClaimFinalAtSubcommittee: 'final_at_subcommittee',
  ClaimRatified: 'ratified',
  ClaimAmended: 'amended',
  ClaimAnnulled: 'ratified',
  ClaimSentToFinance: 'sent_to_finance',
  FinanceAuditPassed: 'awaiting_allocation',
  PaymentMade: 'paid',
};

/** Whether an event may follow a status with the steps between left out. */
export function mayLeadOn(status: string, type: string): boolean {
  const order: readonly string[] = LINE;
  const leads: Readonly<Record<string, string | undefined>> = LEADS_TO;
  const from = order.indexOf(status);
  return from >= 0 && from <= order.indexOf(leads[type] ?? '');
}
