import { z } from 'zod';
import { byLetter, p } from './definition.ts';
import { Text } from './events.ts';

/** The Ministry of Finance audits what was decided before money is asked for. */
export const finance = {
  sendToFinance: p.command({
    from: ['final_at_subcommittee', 'ratified', 'amended'],
    permission: 'claim:forward',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['ClaimSentToFinance'],
    to: ['sent_to_finance'],
    decide: (_c, _s, ctx) => {
      byLetter(ctx);
      return [{ type: 'ClaimSentToFinance', data: {} }];
    },
  }),
  passFinanceAudit: p.command({
    from: ['sent_to_finance'],
    permission: 'claim:audit',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['FinanceAuditPassed'],
    to: ['awaiting_allocation'],
    decide: () => [{ type: 'FinanceAuditPassed', data: {} }],
  }),
  raiseFinanceObjection: p.command({
    from: ['sent_to_finance'],
    permission: 'claim:audit',
    effect: 'money',
    input: z.strictObject({ points: z.array(Text).min(1).max(20) }),
    emits: ['FinanceObjectionRaised'],
    to: ['finance_objection'],
    decide: (c) => [{ type: 'FinanceObjectionRaised', data: c }],
  }),
  answerFinanceObjection: p.command({
    from: ['finance_objection'],
    permission: 'claim:forward',
    input: z.strictObject({ answer: Text }),
    emits: ['FinanceObjectionAnswered'],
    to: ['sent_to_finance'],
    decide: (c) => [{ type: 'FinanceObjectionAnswered', data: c }],
  }),
};
