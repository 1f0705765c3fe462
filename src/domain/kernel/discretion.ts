import type { Label } from './labels.ts';
import { type Tier, withinTier } from './privacy.ts';
import type { Process } from './process.ts';

/** What stands for an event whose name is not told. */
export const UNTOLD = 'EntryNotTold';
export const UNTOLD_LABEL: Label = { en: 'Entry that is not told here', ar: 'قيد لا يُعرض هنا' };

/** Whether who opens a case up to a tier is told that this event happened; undefined: who opens nothing. */
export function isTold(process: Pick<Process, 'discreet'> | undefined, type: string, tier: Tier | undefined): boolean {
  const needed = process?.discreet?.[type];
  return needed === undefined || (tier !== undefined && withinTier(needed, tier));
}
