import type { Membership, StaffState } from '../access/membership.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events, StaffName } from './events.ts';

/** A member of staff: what guards and rights read, and the name read models show. */
export interface Staff extends StaffState {
  readonly name?: Personal<StaffName>;
  readonly synthetic: boolean;
}

export const initial: Staff = { status: 'none', memberships: [], synthetic: false };

const endingBy = (membership: Membership, day: string): Membership =>
  membership.until !== undefined && membership.until <= day ? membership : { ...membership, until: day };

export function evolve(state: Staff, event: FoldEvent<typeof events>): Staff {
  switch (event.type) {
    case 'StaffEnrolled': {
      const { name, synthetic = false } = event.data;
      return { ...state, status: 'active', name, synthetic };
    }
    case 'AdministratorBootstrapped':
    case 'HandoverOrdered':
      return state;
    case 'MembershipGranted': {
      const { membership, ...post } = event.data;
      return { ...state, memberships: [...state.memberships, { id: membership, ...post }] };
    }
    case 'MembershipEnded': {
      const { membership, until } = event.data;
      return { ...state, memberships: state.memberships.map((one) => (one.id === membership ? endingBy(one, until) : one)) };
    }
    case 'LeaveStarted':
      return { ...state, leave: event.data };
    case 'LeaveEnded': {
      const { leave: _, ...rest } = state;
      return rest;
    }
    case 'StaffSuspended':
      return { ...state, status: 'suspended' };
    case 'StaffReinstated':
      return { ...state, status: 'active' };
    case 'StaffLeft':
      return { ...state, status: 'left', memberships: state.memberships.map((one) => endingBy(one, event.data.on)) };
  }
}

/** Back in service, with no post: those held before ended with the service. */
export const reopened = (state: Staff): Staff => ({ ...state, status: 'active' });
