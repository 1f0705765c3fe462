import { Refused } from '../../domain/kernel/errors.ts';
import { verdictOn } from './faults.ts';

/**
 * Handles one item after the other. Unless told to stop there, what a rule refuses does not keep the rest from being done; a fault does, and the task is
 * run again. @throws Refused when something was refused: the refusal itself, or for several items how many it were.
 */
export async function eachOf<T>(
  items: readonly T[],
  handle: (item: T) => Promise<unknown>,
  onRefusal: 'go on' | 'stop' = 'go on',
): Promise<void> {
  const refusals: Refused[] = [];
  for (const item of items) {
    try {
      await handle(item);
    } catch (error) {
      const verdict = verdictOn(error);
      if (verdict.kind === 'fault' || (verdict.kind === 'refused' && onRefusal === 'stop')) throw error;
      if (verdict.kind === 'refused') refusals.push(new Refused(verdict.refusal.code, verdict.refusal.params));
    }
  }
  const [first] = refusals;
  if (!first) return;
  throw items.length === 1
    ? first
    : new Refused('PARTLY_REFUSED', { refused: refusals.length, of: items.length, first: first.code });
}
