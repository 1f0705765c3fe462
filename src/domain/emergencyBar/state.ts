import type { About, FoldEvent, Wait } from '../kernel/process.ts';
import type { events } from './events.ts';
import type { Act } from './ids.ts';

export type Event = FoldEvent<typeof events>;

export type Status = 'none' | 'barred' | 'lifted';
export const ENDS = ['lifted'] as const;

/** Whether one officer may ask for emergency access, or confirm it. */
export interface EmergencyBarState {
  readonly status: Status;
  readonly staff?: string;
  readonly emergency?: string;
  readonly act?: Act;
}

export const initial: EmergencyBarState = { status: 'none' };

export function evolve(state: EmergencyBarState, event: Event): EmergencyBarState {
  switch (event.type) {
    case 'EmergencyRequestsBarred':
      return { ...event.data, act: 'asking', status: 'barred' };
    case 'EmergencyConfirmationsBarred':
      return { ...event.data, act: 'confirming', status: 'barred' };
    case 'EmergencyBarLifted':
      return { ...state, status: 'lifted' };
  }
}

export const waitsOn: { readonly [K in Status]: (s: EmergencyBarState) => readonly Wait[] } = {
  none: () => [],
  barred: () => [{ key: 'lift', party: 'headOfBranch' }],
  lifted: () => [],
};

export const about = (s: EmergencyBarState): About => (s.staff === undefined ? {} : { staff: s.staff });
