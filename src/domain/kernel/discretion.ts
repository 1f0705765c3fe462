import type { Label } from './labels.ts';
import { type Tier, withinTier } from './privacy.ts';
import type { Process, Stated } from './process.ts';

/** What stands for an event whose name is not told. */
export const UNTOLD = 'EntryNotTold';
export const UNTOLD_LABEL: Label = { en: 'Entry that is not told here', ar: 'قيد لا يُعرض هنا' };

/** How a process is shown to those who read its cases without the right to see everything in them. */
export interface Coarse<S = Stated> {
  /** Whoever has `<process>:<verb>` in a case sees it as it is. */
  readonly verb: string;
  /** The state in coarse words. */
  state(state: S): object;
  /** Entries in coarse words, by type: what each is told as, and what of it. Where it came from (letter, evidence) is not told. */
  readonly entries: Readonly<Record<string, { readonly as: string; data(data: never): object } | undefined>>;
  /** Fields whose values a correction does not tell. */
  readonly fields: readonly string[];
  /** Words for the types that stand in `as` and are no events. */
  readonly words: Readonly<Record<string, Label>>;
}

/** What an event is called where nobody looks at who asks: as coarsely as anybody is told. */
export function calledToAll(process: Pick<Process, 'discreet' | 'coarse'> | undefined, type: string): string {
  return isTold(process, type, undefined) ? (process?.coarse?.entries[type]?.as ?? type) : UNTOLD;
}

/** Whether the name of a command tells what its events are not called by in coarse words. */
export const tellsMore = (process: Pick<Process, 'coarse' | 'commands'> | undefined, command: string): boolean =>
  process?.commands[command]?.emits.some((type) => (process.coarse?.entries[type]?.as ?? type) !== type) === true;

/** Whether who opens a case up to a tier is told that this event happened; undefined: who opens nothing. */
export function isTold(process: Pick<Process, 'discreet'> | undefined, type: string, tier: Tier | undefined): boolean {
  const needed = process?.discreet?.[type];
  return needed === undefined || (tier !== undefined && withinTier(needed, tier));
}
