import { AwaitedPaper } from '../docRequest/data.ts';
import { p } from './definition.ts';
import { ENDS, LINE } from './stages.ts';

const ANY = [...LINE, ...ENDS, 'suspended'] as const;

/** Papers that a claim waits for: while one is under way at its office, the claimant is not reminded and the claim does not lapse. */
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
