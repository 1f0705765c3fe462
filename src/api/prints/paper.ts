import type { CaseRecord } from '../../domain/kernel/case.ts';
import type { RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { Tier } from '../../domain/kernel/privacy.ts';
import type { Process, Stated } from '../../domain/kernel/process.ts';
import type { Sheet } from './sheet.ts';

/** The case as it was when the paper was printed, with what had happened in it. */
export interface CaseThen {
  readonly record: CaseRecord<Stated>;
  readonly history: readonly RecordedEvent[];
}

/** Another case as it was when the paper was printed, for a name or an address on it; `exists` is false when there was none. */
export type Look = (process: string, id: string) => Promise<CaseRecord<Stated>>;

/** How one paper of a process looks. */
export interface PaperLayout {
  /** Highest tier of personal values on it: higher ones are not even opened. */
  readonly tier: Exclude<Tier, 'T3'>;
  /** Its text, from nothing but the case and what `look` finds as of the print. */
  compose(of: CaseThen, look: Look, process: Process): Promise<Sheet>;
}
