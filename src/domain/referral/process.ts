import { defineProcess } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { acknowledgeWindow, completeWindow, escalationShares, feedbackWindow, respondWindow, startWindow } from './policy.ts';
import { about, evolve, initial, type ReferralState, timers, waitsOn } from './state.ts';

/** The referral without its commands: events, states, clocks, escalation (domain.md §8). */
export const p = defineProcess({
  name: 'referral',
  plural: 'referrals',
  store: 'general',
  tier: 'T2',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ['closed', 'recalled', 'withdrawn_by_client'],
  timers,
  about,
  keptFromParties: ['householdId', 'personId', 'holders', 'toDelete'],
  clocks: {
    acknowledge: acknowledgeWindow,
    respond: respondWindow,
    start: startWindow,
    complete: completeWindow,
    feedback: feedbackWindow,
  },
  // What was sent is recalled or withdrawn, so that the receiver is asked to delete; only a draft can simply be a wrong file.
  retracts: ['draft'],
  reopens: {
    from: ['recalled'],
    state: (s): ReferralState => {
      if (s.status !== 'recalled') return s;
      const { payload, payloadHash: _hash, expiresAfter: _expiry, ...route } = s;
      return { ...route, status: 'draft', client: payload.client, contact: payload.sender.contact };
    },
  },
  decisions: [
    'ReferralSent',
    'ReferralAccepted',
    'ReferralRejected',
    'ReferralClosed',
    'ReferralWithdrawn',
    'ReferralRecalled',
    'ReferralDeletionConfirmed',
    'ReferralOverdue',
    'ReferralEscalated',
    'ReferralExpired',
  ],
  escalation: {
    rule: escalationShares,
    levels: [
      { party: 'referralDesk', role: 'referralDesk' },
      { party: 'providerManager', role: 'providerManager' },
      { party: 'reintegrationCommittee', role: 'reintegrationCommittee' },
    ],
    event: 'ReferralEscalated',
  },
  papers: { slip: { from: ['sent', 'received', 'accepted', 'in_progress'], label: { en: 'Referral slip', ar: 'وصل إحالة' } } },
  labels,
});
