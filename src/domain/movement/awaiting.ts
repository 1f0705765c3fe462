import { AwaitedPaper } from '../docRequest/data.ts';
import { p } from './definition.ts';
import { STAGES } from './state.ts';

const ANY = [...STAGES, 'on_hold'] as const;

/** Papers that travellers wait for. They show beside the checks and never block them (domain.md §0.2, rule 4). */
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
