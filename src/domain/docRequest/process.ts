import { defineProcess } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { counsellingWindow, courtWindow, deliveryWindow, escalationRule, filingWindow } from './policy.ts';
import { about, ENDS, evolve, initial } from './state.ts';
import { waitsOn } from './waits.ts';

/** The request for one paper of one person or family, without its commands (domain.md §5.1). */
export const p = defineProcess({
  name: 'docRequest',
  plural: 'document-requests',
  store: 'general',
  tier: 'T2',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  about,
  board,
  clocks: { counselling: counsellingWindow, filing: filingWindow, court: courtWindow, delivery: deliveryWindow },
  // Once a lawyer may act or a court was asked, a request is withdrawn or closed, so that the trail stays with the person.
  retracts: ['need_identified', 'eligible_for_service', 'counselled'],
  decisions: [
    'PowerOfAttorneyGranted',
    'PowerOfAttorneyRevoked',
    'JudgmentIssued',
    'JudgmentFinal',
    'DocSecurityCheckCleared',
    'DocSecurityCheckBlocked',
    'DocumentIssued',
    'DocumentRejected',
    'DocumentDelivered',
    'DocumentRequestWithdrawn',
    'DocumentRequestClosedUnresolved',
  ],
  escalation: { rule: escalationRule, levels: [{ party: 'headOfBranch', role: 'headOfBranch' }] },
  labels,
});
