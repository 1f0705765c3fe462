import { type Membership, postsDated, type StaffState } from '../access/membership.ts';
import { mayFill } from '../access/segregation.ts';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import type { Context } from '../kernel/process.ts';

/** The day a command is given, in Baghdad. */
export const today = (ctx: Pick<Context, 'now'>): string => baghdadDate(ctx.now);

/** Whether this record is the actor's own, or that of the colleague the actor stands in for. */
const isOwn = (ctx: Context): boolean => ctx.actor.id === ctx.id || ctx.onBehalfOf === ctx.id;

/** Nobody decides about their own posts, nor does a deputy about those of the person stood in for. */
export function ensureNotOneself(ctx: Context): void {
  ensure(!isOwn(ctx), 'NOT_ABOUT_ONESELF');
}

/** A head of branch fills the posts of the own office; everything else is the administrator's. */
export function ensureYoursToFill(ctx: Context, post: Pick<Membership, 'role' | 'office'>): void {
  ensure(mayFill(ctx.actor.post, post.role), 'ROLE_NOT_YOURS_TO_GIVE', { role: post.role });
  ensure(ctx.actor.post === 'systemAdmin' || (post.office !== undefined && post.office === ctx.actor.office), 'NOT_YOUR_OFFICE', {
    office: post.office ?? '',
  });
}

/** The posts held now or, for somebody without any, all held before: whoever answers for these answers for the person. */
function postsOf(staff: StaffState, ctx: Context): readonly Membership[] {
  const now = postsDated(staff, today(ctx));
  return now.length > 0 ? now : staff.memberships;
}

/** What holds for the whole person (suspension, leaving) is a head's only where every post is the head's to fill. */
export function ensureYourPerson(ctx: Context, staff: StaffState): void {
  for (const post of postsOf(staff, ctx)) ensureYoursToFill(ctx, post);
}

/** Leave and handover are one's own to declare, else the head's. */
export function ensureOwnOrYourPerson(ctx: Context, staff: StaffState): void {
  if (ctx.actor.id !== ctx.id) ensureYourPerson(ctx, staff);
}

/** Whether somebody works where this person does on a day: in one office, or both for the whole of one organisation. */
export function worksBeside(staff: StaffState, other: StaffState, ctx: Context, day: string): boolean {
  if (other.status !== 'active') return false;
  const places = new Set(postsOf(staff, ctx).map((one) => one.office ?? one.organisation));
  return postsDated(other, day).some((one) => places.has(one.office ?? one.organisation));
}
