import { z } from 'zod';
import type { CaseRecord } from './case.ts';
import { epochMs, Instant, instantOf } from './dates.ts';
import { ensure } from './errors.ts';
import { event, type KernelTable, reason, spec, wait, waitMeant } from './kernelSpec.ts';

/** Input of every `escalate` command: the wait, the level reached, and the due time that was missed. */
export function escalationInput() {
  return z.strictObject({ wait: z.string(), level: z.int().min(1).max(9), due: Instant });
}

/** Whether an escalation still holds: the wait is open, unpaused, and has not reached this level. */
export function escalationIsNews(
  record: CaseRecord<unknown>,
  c: { readonly wait: string; readonly level: number; readonly due: string },
): boolean {
  const one = record.waits.find((open) => open.key === c.wait);
  return one !== undefined && !one.paused && one.level < c.level && one.due === c.due;
}

/** Clocks of waits: paused with a reason, resumed, and escalated by the scan of deadlines. */
export const clocks: KernelTable = {
  pauseClock: spec({
    verb: 'pause',
    from: 'open',
    idle: (record) => (record.waits.some((one) => one.due !== undefined && !one.paused) ? undefined : 'NO_CLOCK'),
    input: z.strictObject({ wait, reason }),
    emits: ['ClockPaused'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      ensure(one.due !== undefined, 'NO_CLOCK', { wait: one.key });
      ensure(one.by !== 'emergency', 'EMERGENCY_CLOCK_NEVER_STOPS');
      ensure(!one.paused, 'CLOCK_ALREADY_PAUSED', { wait: one.key });
      return [event('ClockPaused', { wait: one.key, reason: c.reason })];
    },
  }),
  resumeClock: spec({
    verb: 'pause',
    from: 'open',
    idle: (record) => (record.waits.some((one) => one.paused) ? undefined : 'CLOCK_NOT_PAUSED'),
    input: z.strictObject({ wait }),
    emits: ['ClockResumed'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      ensure(one.paused && one.due !== undefined, 'CLOCK_NOT_PAUSED', { wait: one.key });
      const stood = Math.max(0, epochMs(ctx.now) - epochMs(one.paused.at));
      return [event('ClockResumed', { wait: one.key, due: instantOf(epochMs(one.due) + stood) })];
    },
  }),
  escalate: spec({
    verb: 'system',
    system: true,
    from: 'open',
    input: escalationInput(),
    emits: ['WaitEscalated'],
    decide: (c, ctx) =>
      escalationIsNews(ctx.case, c) ? [event('WaitEscalated', { wait: c.wait, level: c.level, due: c.due })] : [],
  }),
};
