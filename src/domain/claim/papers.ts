import type { Paper } from '../kernel/process.ts';
import { ENDS, LINE } from './stages.ts';
import { type ClaimState, isClaim } from './state.ts';

/** What the sub-committee hands to a claimant (domain.md §4.2): a receipt once it has the file, a notice of each decision. */
export const papers: Readonly<Record<string, Paper<ClaimState>>> = {
  receipt: {
    from: LINE.slice(LINE.indexOf('submitted_to_subcommittee'), LINE.indexOf('rejected')),
    label: { en: 'Receipt of a claim', ar: 'وصل استلام معاملة تعويض' },
  },
  decisionNotice: {
    from: [...LINE.slice(LINE.indexOf('rejected')), ...ENDS.filter((one) => one === 'finally_rejected' || one === 'annulled')],
    label: { en: 'Decision notice', ar: 'تبليغ بقرار' },
    // The sub-committee's decision and the last word are told by notices of their own.
    edition: (s) => {
      const told = isClaim(s) ? (s.final ?? s.decision) : undefined;
      return told && `${told.outcome}:${told.on}`;
    },
  },
};
