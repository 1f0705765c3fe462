import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import type { Context } from '../kernel/process.ts';

/** A paper stands behind it, named as evidence or as a letter. */
export const onPaper = (ctx: Pick<Context, 'evidence' | 'letterRef'>): boolean =>
  ctx.evidence.length > 0 || ctx.letterRef !== undefined;

/** Refuses a day that lies in the future. */
export function notAhead(date: LocalDate, ctx: Pick<Context, 'now'>): void {
  ensure(date <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date });
}

/** What a court decided is entered by its clerk, or by others from the paper. */
export const fromTheCourt = (ctx: Pick<Context, 'actor' | 'evidence' | 'letterRef'>): void =>
  ensure(ctx.actor.post === 'courtClerk' || onPaper(ctx), 'EVIDENCE_MISSING');
