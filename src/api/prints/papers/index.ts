import type { PaperLayout } from '../paper.ts';
import { receiptLayout } from './claimReceipt.ts';
import { noticeLayout } from './decisionNotice.ts';
import { departureLayout } from './departureLetter.ts';
import { manifestLayout } from './manifest.ts';
import { payeeListLayout } from './payeeList.ts';
import { slipLayout } from './referralSlip.ts';

/** How every paper looks, by process and name: one for each that a process declares among its `papers`. */
const PAPERS: Readonly<Record<string, PaperLayout>> = {
  'referral.slip': slipLayout,
  'claim.receipt': receiptLayout,
  'claim.decisionNotice': noticeLayout,
  'movement.departureLetter': departureLayout,
  'convoy.manifest': manifestLayout,
  'paymentBatch.payeeList': payeeListLayout,
};

/** The layout of a paper of a process. */
export const layoutOf = (process: string, paper: string): PaperLayout | undefined => PAPERS[`${process}.${paper}`];
