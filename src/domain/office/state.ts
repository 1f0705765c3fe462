import type { FoldEvent } from '../kernel/process.ts';
import type { Names } from '../organisation/events.ts';
import type { events, OfficeKind } from './events.ts';

/** An office as guards of other processes read it: `status`, `organisation` and `governorate` decide where work may go. */
export interface OfficeState {
  readonly status: 'none' | 'open' | 'closed';
  readonly organisation?: string;
  readonly names?: Names;
  readonly kind?: OfficeKind;
  /** P-code of the governorate. */
  readonly governorate?: string;
  /** P-code of the district. */
  readonly district?: string | undefined;
  readonly from?: string;
  readonly until?: string;
}

export const initial: OfficeState = { status: 'none' };

export function evolve(state: OfficeState, event: FoldEvent<typeof events>): OfficeState {
  switch (event.type) {
    case 'OfficeOpened':
      return { status: 'open', ...event.data };
    case 'OfficeRenamed':
      return { ...state, names: event.data.names };
    case 'OfficeClosed':
      return { ...state, status: 'closed', until: event.data.until };
  }
}

export function reopened({ until: _, ...state }: OfficeState): OfficeState {
  return { ...state, status: 'open' };
}
