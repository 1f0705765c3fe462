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
  readonly act?: Act;
  /** The emergency accesses found to be without ground for which it stands; none when it was lifted. */
  readonly emergencies: readonly string[];
  /** Those for which it was lifted. */
  readonly lifted: readonly string[];
}

export const initial: EmergencyBarState = { status: 'none', emergencies: [], lifted: [] };

type Finding = { readonly staff: string; readonly emergency: string };

const barred = (s: EmergencyBarState, act: Act, { staff, emergency }: Finding): EmergencyBarState => ({
  ...s,
  ...{ status: 'barred', staff, act, emergencies: [...s.emergencies, emergency] },
});

export function evolve(state: EmergencyBarState, event: Event): EmergencyBarState {
  switch (event.type) {
    case 'EmergencyRequestsBarred':
      return barred(state, 'asking', event.data);
    case 'EmergencyConfirmationsBarred':
      return barred(state, 'confirming', event.data);
    case 'EmergencyBarLifted':
      return { ...state, status: 'lifted', emergencies: [], lifted: [...state.lifted, ...state.emergencies] };
  }
}

export const waitsOn: { readonly [K in Status]: (s: EmergencyBarState) => readonly Wait[] } = {
  none: () => [],
  barred: () => [{ key: 'lift', party: 'headOfBranch' }],
  lifted: () => [],
};

export const about = (s: EmergencyBarState): About => (s.staff === undefined ? {} : { staff: s.staff });
