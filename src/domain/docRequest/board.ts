import type { Board } from '../kernel/process.ts';
import { BLOCKED, type DocRequestState } from './state.ts';

const oneIf = (so: boolean): number => (so ? 1 : 0);

/** What boards count of a document request (domain.md §15, 35–37): by type of paper and the office that issues it. */
export const board = (s: DocRequestState): Board => ({
  kind: s.docType,
  body: s.application?.office ?? s.court?.office,
  measures: {
    needed: 1,
    late: oneIf(s.late),
    inCourt: oneIf(s.court !== undefined && !s.court.final),
    filed: oneIf(s.application !== undefined),
    blocked: oneIf((BLOCKED as readonly string[]).includes(s.status)),
    securityBlocked: oneIf(s.status === 'blocked_security'),
    issued: oneIf(s.issued !== undefined),
    delivered: oneIf(s.status === 'delivered' || s.status === 'verified_in_use'),
    blocksOthers: s.blocks.filter(({ resumed }) => !resumed).length,
  },
});
