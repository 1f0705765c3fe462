import { defineProcess, type Wait } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial, type PaymentBatchState } from './state.ts';

const atAccounts =
  (key: string) =>
  (s: PaymentBatchState): readonly Wait[] => [
    { key, party: 'governorateAccounts', holder: { role: 'financeMinistry', governorate: s.governorate } },
  ];

/** The payment batch process without its commands. */
export const p = defineProcess({
  name: 'paymentBatch',
  plural: 'payment-batches',
  store: 'general',
  // Amounts of claims (domain.md §4, privacy).
  tier: 'T2',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    open: () => [
      { key: 'list', party: 'subcommittee' },
      { key: 'publish', party: 'branchesAffairs', holder: { role: 'branchesAffairs' } },
    ],
    published: () => [{ key: 'funds', party: 'ministryOfFinance', holder: { role: 'financeMinistry' } }],
    listed: () => [{ key: 'audit', party: 'subcommittee' }],
    audited: atAccounts('order'),
    ordered: atAccounts('pay'),
    paid: atAccounts('reconcile'),
    reconciled: () => [],
    cancelled: () => [],
  },
  ends: ['reconciled', 'cancelled'],
  about: (s) => ({ governorates: s.governorate === undefined ? [] : [s.governorate] }),
  // Money moves by a new fact, never by rewriting one.
  decisions: [
    'PaymentBatchOpened',
    'BatchFillRequested',
    'BatchClaimsChosen',
    'BatchClaimAdded',
    'LateClaimTurnedAway',
    'BatchClaimRemoved',
    'BatchListPublished',
    'BatchFundsGranted',
    'BatchFundsRefused',
    'BatchAudited',
    'BatchOrdered',
    'BatchLineSettled',
    'BatchLineReversed',
    'BatchLineRecovered',
    'BatchPaid',
    'BatchReconciled',
    'BatchCancelled',
  ],
  papers: {
    payeeList: {
      from: ['published', 'listed', 'audited', 'ordered', 'paid', 'reconciled'],
      label: { en: 'List of payees', ar: 'قائمة المستفيدين' },
    },
  },
  board,
  labels,
});
