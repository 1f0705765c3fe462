import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import type { Context } from '../kernel/process.ts';

type RunOut = 'VOLUNTARINESS_RUN_OUT' | 'CLEARANCE_RUN_OUT' | 'FITNESS_RUN_OUT' | 'LETTER_RUN_OUT';

/**
 * What had run out already when it is entered is refused with `code`: nobody can rely on it any more. A step out of a paper file,
 * entered with its letter or a copy, is history and enters as it was; where nothing on paper followed it, its timer ends it at once.
 */
export function ensureStillHolds(
  until: LocalDate,
  ctx: Pick<Context, 'now' | 'channel' | 'letterRef' | 'evidence'>,
  code: RunOut,
): void {
  const onPaper = ctx.channel === 'paper_backlog' && (ctx.letterRef !== undefined || ctx.evidence.length > 0);
  ensure(onPaper || until >= baghdadDate(ctx.now), code, { until });
}
