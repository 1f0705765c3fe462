import { opened } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events, Vehicle } from './events.ts';

/** A household listed for a convoy, and the seats it takes. */
export interface Listed {
  readonly movement: string;
  readonly vehicle: string;
  readonly persons: number;
}

/** A convoy: vehicles, a day, a way, and who is listed for it (domain.md §2.2). */
export interface ConvoyState {
  readonly status: 'none' | 'planned' | 'departed' | 'arrived' | 'cancelled';
  readonly date?: string;
  readonly from?: string;
  /** As exactly as it may be known here, like `route` and `checkpoints`; under threat the governorate. */
  readonly to?: string;
  readonly shielded?: true | undefined;
  readonly route: readonly string[];
  readonly vehicles: readonly Vehicle[];
  readonly focalOffice?: string;
  /** Areas whose checkpoints were told. */
  readonly checkpoints: readonly string[];
  readonly households: readonly Listed[];
}

export const initial: ConvoyState = { status: 'none', route: [], vehicles: [], checkpoints: [], households: [] };

const without = (state: ConvoyState, movement: string): readonly Listed[] =>
  state.households.filter((one) => one.movement !== movement);

export function evolve(state: ConvoyState, event: FoldEvent<typeof events>): ConvoyState {
  switch (event.type) {
    case 'ConvoyPlanned': {
      const { to, route, exactTo = to, exactRoute = route, ...rest } = event.data;
      return { ...state, status: 'planned', ...rest, to: opened(exactTo, to), route: opened(exactRoute, route) };
    }
    case 'ConvoyVehicleAdded':
      return { ...state, vehicles: [...state.vehicles, event.data] };
    case 'ConvoyCheckpointNotified':
      return {
        ...state,
        checkpoints: [...state.checkpoints, opened(event.data.exactArea ?? event.data.area, event.data.area)],
      };
    case 'ConvoyHouseholdListed':
      return { ...state, households: [...without(state, event.data.movement), event.data] };
    case 'ConvoyHouseholdUnlisted':
      return { ...state, households: without(state, event.data.movement) };
    case 'ConvoyDeparted':
      return { ...state, status: 'departed' };
    case 'ConvoyArrived':
      return { ...state, status: 'arrived' };
    case 'ConvoyCancelled':
      return { ...state, status: 'cancelled' };
    case 'ConvoyHouseholdTurnedAway':
    case 'ConvoyHandedOver':
      return state;
  }
}
