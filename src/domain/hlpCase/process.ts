import { defineProcess } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { escalationRule, intakeWindow } from './policy.ts';
import { about, ENDS, evolve, initial, waitsOn } from './state.ts';

/** A dispute or a gap about a house or land, without its commands (domain.md §6.1). */
export const p = defineProcess({
  name: 'hlpCase',
  plural: 'hlp-cases',
  store: 'general',
  tier: 'T2',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  about,
  board,
  clocks: { intake: intakeWindow },
  retracts: ['intake', 'counselled', 'evidence'],
  decisions: [
    'MediationScreened',
    'MediationAgreementReached',
    'JudgmentIssued',
    'JudgmentFinal',
    'JudgmentEnforced',
    'PropertyRestituted',
    'SettlementRecorded',
    'TitleOrOccupancyCertificateIssued',
    'HLPCaseSuspendedForSafety',
    'HLPCaseWithdrawn',
    'HLPCaseClosed',
  ],
  escalation: { rule: escalationRule, levels: [{ party: 'headOfBranch', role: 'headOfBranch' }] },
  labels,
});
