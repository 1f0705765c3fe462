import type { PaperLayout } from '../paper.ts';
import { slipLayout } from './referralSlip.ts';

/** How every paper looks, by process and name: one for each that a process declares among its `papers`. */
export const PAPERS: Readonly<Record<string, PaperLayout>> = {
  'referral.slip': slipLayout,
};

/** The layout of a paper of a process. */
export const layoutOf = (process: string, paper: string): PaperLayout | undefined => PAPERS[`${process}.${paper}`];
