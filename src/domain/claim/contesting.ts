import { z } from 'zod';
import { addDays, baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { Objector } from './codes.ts';
import { afterTheDecision, byLetter, notAhead, p } from './definition.ts';
import { events, Text } from './events.ts';
import { centralReasons, objectionRule, routingRule } from './policy.ts';
import type { Claim } from './state.ts';

const { method, language } = events.DecisionNotified.shape;
const CONTESTABLE = [
  'contestation_open',
  'objection',
  'contestation_ended',
  'final_at_subcommittee',
  'finally_rejected',
] as const;

/** Whether the last word came from Baghdad; what it returned and the sub-committee decided anew may be objected to. */
const decidedCentrally = ({ final }: Claim): boolean => final?.committeeNo !== undefined;

/** Notification, objections within or after the time for them, and where the claim goes then. */
export const contesting = {
  notify: p.command({
    from: ['recommended', 'rejected'],
    permission: 'claim:notify',
    effect: 'legal',
    input: z.strictObject({ deliveredOn: LocalDate, method, language }),
    emits: ['DecisionNotified'],
    to: ['contestation_open'],
    rules: [objectionRule],
    decide: (c, s, ctx) => {
      notAhead(c.deliveredOn, ctx);
      ensure(s.decision === undefined || c.deliveredOn >= s.decision.on, 'NOTIFIED_BEFORE_DECIDED');
      ensure(ctx.evidence.length > 0 || ctx.letterRef, 'DELIVERY_NOT_PROVED');
      const contestUntil = addDays(c.deliveredOn, ctx.rule(objectionRule).value.days);
      return [{ type: 'DecisionNotified', data: { ...c, contestUntil } }];
    },
  }),
  allowLateObjection: p.command({
    from: ['contestation_open', 'contestation_ended', 'final_at_subcommittee', 'finally_rejected'],
    permission: 'claim:leave',
    effect: 'legal',
    input: z.strictObject({ by: Objector, reason: Text }),
    emits: ['LateObjectionAllowed'],
    to: ['contestation_open', 'contestation_ended', 'final_at_subcommittee', 'finally_rejected'],
    decide: (c, s) => {
      ensure(!decidedCentrally(s), 'DECIDED_CENTRALLY');
      return s.leave.includes(c.by) ? [] : [{ type: 'LateObjectionAllowed', data: c }];
    },
  }),
  fileObjection: p.command({
    from: CONTESTABLE,
    permission: 'claim:object',
    input: z.strictObject({ by: Objector, filedOn: LocalDate, grounds: Text }),
    emits: ['ObjectionFiled'],
    to: ['objection'],
    decide: (c, s, ctx) => {
      ensure((c.by === 'finance') === (ctx.actor.post === 'financeMinistry'), 'OBJECTION_NOT_YOURS', { by: c.by });
      ensure(!decidedCentrally(s), 'DECIDED_CENTRALLY');
      notAhead(c.filedOn, ctx);
      const late = s.notified === undefined || c.filedOn > s.notified.contestUntil;
      ensure(!late || s.leave.includes(c.by), 'OBJECTION_TOO_LATE', { until: s.notified?.contestUntil ?? '' });
      return [{ type: 'ObjectionFiled', data: { ...c, late } }];
    },
  }),
  endContestation: p.command({
    from: ['contestation_open'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ContestationPeriodEnded'],
    to: ['contestation_ended'],
    decide: (_c, s, ctx) =>
      s.notified && baghdadDate(ctx.now) > s.notified.contestUntil
        ? [{ type: 'ContestationPeriodEnded', data: { contestUntil: s.notified.contestUntil } }]
        : [],
  }),
  /** To Baghdad by the rule of the day, or final here. What has been there, or is objected to, goes there. */
  forward: p.command({
    from: ['contestation_ended', 'objection', 'returned_to_subcommittee', 'finance_objection'],
    permission: 'claim:forward',
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['ClaimForwardedToCentral', 'ClaimFinalAtSubcommittee'],
    to: ['central_review', 'final_at_subcommittee', 'finally_rejected'],
    rules: [routingRule],
    decide: (_c, s, ctx) => {
      ensure(s.status !== 'returned_to_subcommittee' || s.completion?.supplied, 'NOT_COMPLETED');
      afterTheDecision(s.decision?.on, ctx);
      const amountIQD = s.decision?.amountIQD ?? 0;
      const rule = ctx.rule(routingRule);
      const contested = s.status === 'finance_objection' || s.objections.some((one) => one.outcome === undefined);
      const found = centralReasons(rule.value, { type: s.type, governorate: s.subcommittee?.governorate, amountIQD, contested });
      const reasons = found.length > 0 ? found : (s.central?.reasons ?? []);
      if (reasons.length === 0) return [{ type: 'ClaimFinalAtSubcommittee', data: { amountIQD, ruleVersion: rule.version } }];
      byLetter(ctx);
      return [{ type: 'ClaimForwardedToCentral', data: { reasons, ruleVersion: rule.version } }];
    },
  }),
};
