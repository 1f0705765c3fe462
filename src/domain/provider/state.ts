import type { FoldEvent } from '../kernel/process.ts';
import type { Sensitivity } from './codes.ts';
import type { events, ServiceTerms } from './events.ts';

export interface Service extends ServiceTerms {
  readonly id: string;
  readonly status: 'offered' | 'paused' | 'ended';
  /** Listed as a specialised service of this kind. */
  readonly sensitive?: Sensitivity | undefined;
}

/** The directory entry of one organisation: what it offers, to whom, where, and who receives referrals. */
export interface ProviderState {
  readonly status: 'none' | 'listed';
  readonly organisation: string;
  readonly phone: string;
  readonly services: readonly Service[];
  /** Staff ids. */
  readonly focalPoints: readonly string[];
  /** How often the entry has been confirmed; the wait for the next confirmation carries the due time. */
  readonly confirmations: number;
}

export const initial: ProviderState = {
  status: 'none',
  organisation: '',
  phone: '',
  services: [],
  focalPoints: [],
  confirmations: 0,
};

/** Key of the wait for the next confirmation: each confirmation begins a new one, with a new clock. */
export const confirmKey = (state: ProviderState): string => `confirm:${state.confirmations}`;

export function evolve(state: ProviderState, event: FoldEvent<typeof events>): ProviderState {
  const withService = (change: Partial<Service>): ProviderState => ({
    ...state,
    services: state.services.map((one) =>
      'service' in event.data && one.id === event.data.service ? { ...one, ...change } : one,
    ),
  });
  switch (event.type) {
    case 'ProviderRegistered':
      return { ...state, status: 'listed', ...event.data };
    case 'ServiceAdded': {
      const { service, ...terms } = event.data;
      return { ...state, services: [...state.services, { ...terms, id: service, status: 'offered' }] };
    }
    case 'CapacityChanged':
      return withService({ capacity: event.data.capacity });
    case 'ServicePaused':
      return withService({ status: 'paused' });
    case 'ServiceResumed':
      return withService({ status: 'offered' });
    case 'ServiceEnded':
      return withService({ status: 'ended' });
    case 'FocalPointAppointed':
      return { ...state, focalPoints: [...state.focalPoints, event.data.staff] };
    case 'FocalPointReplaced': {
      const { staff, by } = event.data;
      return { ...state, focalPoints: [...state.focalPoints.filter((one) => one !== staff && one !== by), by] };
    }
    case 'DirectoryEntryConfirmed':
      return { ...state, confirmations: state.confirmations + 1 };
  }
}
