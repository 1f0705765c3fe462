import type { Metadata } from './envelope.ts';
import { ensure } from './errors.ts';
import type { Context } from './process.ts';

/**
 * Whether an entry is the actor's own: made by the actor or on behalf of the actor, or by or for the colleague the actor stands
 * in for. Entry is not approval (domain.md §14), whatever post somebody holds by then.
 */
export function isOwnEntry(
  entry: Pick<Metadata, 'actor' | 'onBehalfOf'> | undefined,
  ctx: Pick<Context, 'actor' | 'onBehalfOf'>,
): boolean {
  if (!entry) return false;
  const deciding = [ctx.actor.id, ctx.onBehalfOf];
  return [entry.actor.id, entry.onBehalfOf].some((one) => one !== undefined && deciding.includes(one));
}

/**
 * Refuses with `code` who made an entry of one of these types in the case, or for whom it was made: they leave the next step to
 * another officer (domain.md §14, entry ≠ approval).
 */
export function ensureAnother(
  ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>,
  code: string,
  entries: readonly string[],
): void {
  ensure(!ctx.history.some(({ type, meta }) => entries.includes(type) && isOwnEntry(meta, ctx)), code);
}

/** Refuses with `code` who made the last entry of one of these types, or for whom it was made: earlier ones are settled. */
export function ensureAnotherThanLast(
  ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>,
  code: string,
  entries: readonly string[],
): void {
  ensure(!isOwnEntry(ctx.history.findLast((one) => entries.includes(one.type))?.meta, ctx), code);
}
