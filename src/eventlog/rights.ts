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
    const own = inService(await enrolled(cases, staff));
    if (onBehalfOf === undefined) return { staff, day, at, posts: postsOn(own, day) };
    const colleague = await enrolled(cases, onBehalfOf);
    // Only the deputy is told how the colleague stands.
    ensure(colleague && deputyOn(colleague, day) === staff, 'NOT_DEPUTY', { colleague: onBehalfOf });
    const absent = inService(colleague);
    return { staff, behalf: onBehalfOf, day, at, posts: postsOn(absent, day) };
  };
}

/** Of who is refused every right: nothing is allowed, unlike to the system, which has no rights at all. */
export const withoutPosts = (staff: string, at: string): Rights => ({ staff, day: baghdadDate(at), at, posts: [] });

async function enrolled(cases: Cases, staff: string): Promise<StaffState | undefined> {
  const record = await cases.glance(`staff-${staff}`);
  return record.exists && record.status !== 'retracted' ? (record.state as StaffState) : undefined;
}

function inService(staff: StaffState | undefined): StaffState {
  ensure(staff, 'NOT_ENROLLED');
  ensure(staff.status === 'active', 'SUSPENDED');
  return staff;
}
