import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

export interface Version {
  readonly version: string;
  readonly effectiveFrom: string;
  readonly value: unknown;
  readonly source: string;
}

/** A rule and its versions, oldest entry first. */
export interface RuleState {
  readonly status: 'none' | 'kept';
  readonly key: string;
  readonly versions: readonly Version[];
}

export const initial: RuleState = { status: 'none', key: '', versions: [] };

export function evolve(state: RuleState, event: FoldEvent<typeof events>): RuleState {
  switch (event.type) {
    case 'RuleVersionSet': {
      const { key, ...version } = event.data;
      return { status: 'kept', key, versions: [...state.versions, version] };
    }
    case 'RuleVersionWithdrawn':
      return { ...state, versions: state.versions.filter((one) => one.version !== event.data.version) };
  }
}

/** The version in force on a day: the latest effective date not after it; of two with the same date, the one set later. */
export const inForceOn = (state: RuleState, day: string): Version | undefined =>
  state.versions.reduce<Version | undefined>(
    (best, one) => (one.effectiveFrom <= day && (!best || best.effectiveFrom <= one.effectiveFrom) ? one : best),
    undefined,
  );
