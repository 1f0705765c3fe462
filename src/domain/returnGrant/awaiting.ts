import { AwaitedPaper } from '../docRequest/data.ts';
import { p } from './definition.ts';

const ANY = [
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

/** Papers that a grant waits for: a card that could not be paid for want of one is asked for money again once it is there. */
export const awaiting = {
  awaitDocument: p.command({
    from: ANY,
    permission: 'system',
    input: AwaitedPaper,
    emits: ['DocumentAwaited'],
    to: ANY,
    decide: (c, s) => (s.awaits.includes(c.request) ? [] : [{ type: 'DocumentAwaited', data: c }]),
  }),
  noteDocumentIssued: p.command({
    from: ANY,
    permission: 'system',
    input: AwaitedPaper,
    emits: ['AwaitedDocumentIssued'],
    to: ANY,
    decide: (c) => [{ type: 'AwaitedDocumentIssued', data: c }],
  }),
  noteDocumentGivenUp: p.command({
    from: ANY,
    permission: 'system',
    input: AwaitedPaper,
    emits: ['AwaitedDocumentGivenUp'],
    to: ANY,
    decide: (c, s) => (s.awaits.includes(c.request) ? [{ type: 'AwaitedDocumentGivenUp', data: c }] : []),
  }),
};
