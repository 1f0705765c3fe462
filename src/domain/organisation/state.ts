import type { FoldEvent } from '../kernel/process.ts';
import type { events, Names, OrganisationKind } from './events.ts';

/** An organisation that takes part: what it is, what it is called, from when to when it exists. */
export interface OrganisationState {
  readonly status: 'none' | 'active' | 'ended';
  readonly kind?: OrganisationKind;
  readonly names?: Names;
  readonly from?: string;
  readonly until?: string;
  readonly synthetic?: boolean;
}

export const initial: OrganisationState = { status: 'none' };

export function evolve(state: OrganisationState, event: FoldEvent<typeof events>): OrganisationState {
  switch (event.type) {
    case 'OrganisationRegistered': {
      const { synthetic = false, ...data } = event.data;
      return { status: 'active', ...data, synthetic };
    }
    case 'OrganisationRenamed':
      return { ...state, names: event.data.names };
    case 'OrganisationEnded':
      return { ...state, status: 'ended', until: event.data.until };
  }
}

export function reopened({ until: _, ...state }: OrganisationState): OrganisationState {
  return { ...state, status: 'active' };
}
