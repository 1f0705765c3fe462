import { z } from 'zod';
import type { StaffState } from '../access/membership.ts';
import { addMilliseconds, Instant } from './dates.ts';
import { ensure } from './errors.ts';
import { event, type KernelTable, reason, spec } from './kernelSpec.ts';
import { fact } from './process.ts';

const staff = z.uuid();
/** Days a grant lasts at most; whoever needs the case longer is granted it again. Nobody published a bound. */
const MOST_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * Grants of restricted cases: T3 is opened case by case, to a named person, until an instant, by somebody else (domain.md §0.4).
 * The policy table says who may grant; no row of it opens T3 by itself.
 */
export const granting: KernelTable = {
  grant: spec({
    verb: 'grant',
    from: 'any',
    input: z.strictObject({ staff, until: Instant, reason }),
    emits: ['AccessGranted'],
    facts: (c) => ({ colleague: fact<StaffState>('staff', c.staff) }),
    decide: (c, ctx) => {
      ensure(c.staff !== ctx.actor.id && c.staff !== ctx.onBehalfOf, 'GRANTED_TO_ONESELF');
      ensure(c.until > ctx.now, 'UNTIL_IN_THE_PAST', { until: c.until });
      ensure(c.until <= addMilliseconds(ctx.now, MOST_DAYS * DAY_MS), 'GRANTED_TOO_LONG', { days: MOST_DAYS });
      ensure(ctx.facts.colleague.exists && ctx.facts.colleague.state.status === 'active', 'STAFF_UNKNOWN', { staff: c.staff });
      return [event('AccessGranted', c)];
    },
  }),
  revokeGrant: spec({
    verb: 'grant',
    from: 'any',
    input: z.strictObject({ staff }),
    emits: ['AccessRevoked'],
    decide: (c, ctx) => {
      const granted = ctx.case.shares.some((one) => one.reader.kind === 'staff' && one.reader.id === c.staff);
      return granted ? [event('AccessRevoked', c)] : [];
    },
  }),
  /** What a confirmed emergency access opens; it was asked for and confirmed in a case of its own. */
  grantEmergency: spec({
    verb: 'system',
    system: true,
    from: 'any',
    input: z.strictObject({ staff, until: Instant, emergency: z.uuid() }),
    emits: ['AccessGranted'],
    decide: (c, ctx) => (c.until > ctx.now ? [event('AccessGranted', c)] : []),
  }),
};
