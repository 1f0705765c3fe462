import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import type { Context } from '../kernel/process.ts';

/** A paper stands behind it, named as evidence or as a letter. */
export const onPaper = (ctx: Pick<Context, 'evidence' | 'letterRef'>): boolean =>
  ctx.evidence.length > 0 || ctx.letterRef !== undefined;

/** Refuses a day that lies in the future. */
export function notAhead(date: LocalDate, ctx: Pick<Context, 'now'>): void {
  ensure(date <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date });
}

/** What a court decided is entered by its clerk, who did not bring the case, or by others from the paper. */
export function fromTheCourt(ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history' | 'evidence' | 'letterRef'>): void {
  if (ctx.actor.post === 'courtClerk') ensureAnother(ctx, 'SECOND_OFFICER_NEEDED', ['HLPCaseOpened', 'CourtClaimFiled']);
  else ensure(onPaper(ctx), 'EVIDENCE_MISSING');
}
