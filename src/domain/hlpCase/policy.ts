import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import { toAsciiDigits } from '../kernel/digits.ts';
import { normaliseDocumentNumber } from '../kernel/numbers.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

/** Opening to the first counselling (domain.md §6, deadlines). Nobody published one. */
export const intakeWindow = defineRule<ClockWindows>({
  key: 'hlp.intake',
  schema: z.record(z.string(), Duration),
  default: { '*': { days: 14 } },
  source: '[C]',
});

/** Share of a window at which the head of branch is told. Nobody published one. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'hlp.escalation',
  schema: z.array(z.number().positive().max(10)).length(1).readonly(),
  default: [1],
  source: '[C]',
});

/** A number of a deed or a plot as it is compared, as claims compare theirs: digits, padding zeros, spaces and hyphens make no difference. */
export const compared = (text: string | undefined): string =>
  text === undefined
    ? ''
    : normaliseDocumentNumber(toAsciiDigits(text).replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '')));
