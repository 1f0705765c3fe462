import { baghdadDate, daysOf, type LocalDate } from '../kernel/dates.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/** A return on record, also when it failed later: by a movement, or recognised for the first day it may have been. */
export interface LastReturn {
  readonly on: LocalDate;
  readonly movement?: string | undefined;
}

type Told = Extract<FoldEvent<typeof events>, { type: 'PathwayAchieved' | 'ReturnRecognised' }>;

/** The return that an event tells of; none for another pathway. */
export function lastReturnOf({ type, data, meta }: Told): LastReturn | undefined {
  if (type === 'ReturnRecognised') return { on: daysOf(data.since).first };
  return data.pathway === 'return' ? { on: baghdadDate(meta.occurredAt), movement: data.movement } : undefined;
}
