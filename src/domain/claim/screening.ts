import { z } from 'zod';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { Paper } from './codes.ts';
import { byLetter, p } from './definition.ts';
import { Text } from './events.ts';
import { informationRule } from './policy.ts';

/** Screening: papers asked for and brought, and the security check, of which only the result is known here. */
export const screening = {
  beginScreening: p.command({
    from: ['registered'],
    permission: 'claim:examine',
    input: z.strictObject({}),
    emits: ['ClaimScreeningBegun'],
    to: ['screening'],
    decide: () => [{ type: 'ClaimScreeningBegun', data: {} }],
  }),
  requestInformation: p.command({
    from: ['registered', 'screening', 'assessment'],
    permission: 'claim:examine',
    input: z.strictObject({
      items: z
        .array(z.strictObject({ item: Paper, note: Text.optional() }))
        .min(1)
        .max(20),
    }),
    emits: ['ClaimInformationRequested'],
    to: ['information_requested'],
    rules: [informationRule],
    decide: (c, _s, ctx) => {
      const { days } = ctx.rule(informationRule).value;
      const dueOn = addDays(baghdadDate(ctx.occurredAt), days);
      return [{ type: 'ClaimInformationRequested', data: { items: c.items, dueOn } }];
    },
  }),
  supplyInformation: p.command({
    from: ['information_requested', 'returned_to_subcommittee'],
    permission: 'claim:enter',
    input: z.strictObject({ items: z.array(Paper).max(20), note: Text.optional() }),
    emits: ['ClaimInformationSupplied'],
    to: ['screening', 'returned_to_subcommittee'],
    decide: (c, _s, ctx) => {
      ensure(c.items.length > 0 || c.note !== undefined || ctx.evidence.length > 0, 'NOTHING_SUPPLIED');
      return [{ type: 'ClaimInformationSupplied', data: c }];
    },
  }),
  /** What is not brought in time is reminded of; only after all reminders does the claim lapse, and it can be reopened. */
  expireInformation: p.command({
    from: ['information_requested'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ClaimInformationReminded', 'ClaimLapsed'],
    to: ['information_requested', 'lapsed'],
    rules: [informationRule],
    decide: (_c, s, ctx) => {
      const today = baghdadDate(ctx.now);
      if (!s.request || s.request.pausedOn !== undefined || today <= s.request.dueOn) return [];
      const { days, reminders } = ctx.rule(informationRule).value;
      const so = s.request.reminders;
      return so < reminders
        ? [{ type: 'ClaimInformationReminded', data: { reminder: so + 1, dueOn: addDays(today, days) } }]
        : [{ type: 'ClaimLapsed', data: { reminders: so } }];
    },
  }),
  requestSecurityCheck: p.command({
    from: ['registered', 'screening', 'assessment'],
    permission: 'claim:examine',
    input: z.strictObject({ clearanceSet: z.uuid().optional() }),
    emits: ['ClaimSecurityCheckRequested'],
    to: ['security_check'],
    decide: (c, _s, ctx) => {
      byLetter(ctx);
      return [{ type: 'ClaimSecurityCheckRequested', data: c }];
    },
  }),
  completeSecurityCheck: p.command({
    from: ['security_check'],
    permission: 'claim:examine',
    input: z.strictObject({ result: z.enum(['passed', 'not_passed', 'pending']) }),
    emits: ['ClaimSecurityCheckCompleted'],
    to: ['assessment', 'security_check'],
    decide: (c, _s, ctx) => {
      byLetter(ctx);
      return [{ type: 'ClaimSecurityCheckCompleted', data: { result: c.result, done: c.result !== 'pending' } }];
    },
  }),
};
