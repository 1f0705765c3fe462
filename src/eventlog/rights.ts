import type { Rights } from '../domain/access/access.ts';
import { deputyOn, postsOn, type StaffState } from '../domain/access/membership.ts';
import { baghdadDate } from '../domain/kernel/dates.ts';
import { ensure } from '../domain/kernel/errors.ts';
import type { Cases } from './cases.ts';

/** The rights a person has at an instant (RFC 3339 UTC), own or as the deputy of a colleague on leave. */
export type RightsOf = (staff: string, at: string, onBehalfOf?: string) => Promise<Rights>;

/**
 * Rights read from the log: never from a lagging projection. A deputy who acts on behalf of a colleague on leave has that
 * colleague's posts for the purpose. The function throws Refused NOT_ENROLLED, SUSPENDED, NOT_DEPUTY.
 */
export function rightsFrom(cases: Cases): RightsOf {
  return async (staff, at, onBehalfOf) => {
    const day = baghdadDate(at);
    const own = await standing(cases, staff);
    if (onBehalfOf === undefined) return { staff, day, posts: postsOn(own, day) };
    const absent = await standing(cases, onBehalfOf);
    ensure(deputyOn(absent, day) === staff, 'NOT_DEPUTY', { colleague: onBehalfOf });
    return { staff, behalf: onBehalfOf, day, posts: postsOn(absent, day) };
  };
}

async function standing(cases: Cases, staff: string): Promise<StaffState> {
  const record = await cases.glance(`staff-${staff}`);
  ensure(record.exists && record.status !== 'retracted', 'NOT_ENROLLED');
  const state = record.state as StaffState & { readonly status: string };
  ensure(state.status === 'active', 'SUSPENDED');
  return state;
}
