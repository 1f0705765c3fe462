import type { Actor } from '../kernel/envelope.ts';
import { normaliseDocumentNumber } from '../kernel/numbers.ts';
import type { Reserve } from '../kernel/process.ts';

/** The ministry's file number is unique within a branch (domain specification §1.1). */
export const fileNumberIn = (fileNo: string, branch: Pick<Actor, 'office' | 'organisation'>): Reserve[] => [
  { scope: 'household.fileNo', value: `${branch.office ?? branch.organisation ?? ''} ${normaliseDocumentNumber(fileNo)}` },
];
