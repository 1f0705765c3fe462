import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { isOpen } from '../kernel/privacy.ts';
import type { ClaimType } from './codes.ts';
import { notAhead, p } from './definition.ts';
import { No, SurveyItem } from './events.ts';
import type { Claim } from './state.ts';

const AT = ['registered', 'screening', 'assessment'] as const;

/** Who assesses is neither related to the claimant (§4.2) nor the one who registered the claim (entry ≠ approval, §14). */
const Assessors = z
  .array(z.strictObject({ staff: z.uuid(), related: z.boolean() }))
  .min(1)
  .max(10);

function assessorsOf(c: { readonly assessors: z.output<typeof Assessors> }, s: Claim, type: ClaimType): string[] {
  ensure(s.type === type, 'ANOTHER_TYPE', { type: s.type });
  ensure(
    c.assessors.every((one) => !one.related),
    'ASSESSOR_RELATED',
  );
  ensure(!c.assessors.some((one) => one.staff === s.registered?.by), 'ASSESSOR_REGISTERED_IT');
  return c.assessors.map((one) => one.staff);
}

/** A survey speaks of the items claimed, and its sums are right to the dinar. */
function surveyFits(items: readonly z.output<typeof SurveyItem>[], s: Claim): void {
  const claimed = s.loss && isOpen(s.loss) && s.loss.type === 'property' ? s.loss.items.map((one) => one.item) : undefined;
  for (const one of items) {
    ensure(claimed === undefined || claimed.includes(one.item), 'ITEM_UNKNOWN', { item: one.item });
    ensure(Math.round(one.quantity * one.unitCostIQD) === one.estimateIQD, 'ESTIMATE_DOES_NOT_ADD_UP', { item: one.item });
  }
}

/** The inquiry its type asks for. */
export const assessing = {
  assessDamage: p.command({
    from: AT,
    permission: 'claim:assess',
    input: z.strictObject({
      items: z.array(SurveyItem).min(1).max(50),
      assessors: Assessors,
      visitDate: LocalDate,
      photos: z.array(z.string().min(1).max(200)).max(100).default([]),
      gps: z.strictObject({ lat: z.number().min(29).max(37.5), lon: z.number().min(38.7).max(48.8) }).optional(),
    }),
    emits: ['DamageAssessed'],
    to: ['assessment'],
    decide: (c, s, ctx) => {
      const assessors = assessorsOf(c, s, 'property');
      surveyFits(c.items, s);
      notAhead(c.visitDate, ctx);
      return [{ type: 'DamageAssessed', data: { ...c, assessors } }];
    },
  }),
  reportMedicalCommittee: p.command({
    from: AT,
    permission: 'claim:assess',
    input: z.strictObject({
      reportNo: No,
      percentage: z.int().min(0).max(100),
      kind: z.enum(['total_disability', 'partial_disability', 'temporary_treatment']),
      assessors: Assessors,
    }),
    emits: ['MedicalCommitteeReported'],
    to: ['assessment'],
    decide: (c, s) => [{ type: 'MedicalCommitteeReported', data: { ...c, assessors: assessorsOf(c, s, 'injury') } }],
  }),
  concludeMissingInquiry: p.command({
    from: AT,
    permission: 'claim:assess',
    input: z.strictObject({
      outcome: z.enum(['missing_confirmed', 'found_alive', 'found_dead', 'unclear']),
      certificateNo: No.optional(),
      assessors: Assessors,
    }),
    emits: ['MissingInquiryConcluded'],
    to: ['assessment'],
    decide: (c, s) => [{ type: 'MissingInquiryConcluded', data: { ...c, assessors: assessorsOf(c, s, 'missing') } }],
  }),
  concludeJobStudyInquiry: p.command({
    from: AT,
    permission: 'claim:assess',
    input: z.strictObject({
      outcome: z.enum(['loss_confirmed', 'loss_not_confirmed', 'unclear']),
      months: z.int().min(0).max(1200).optional(),
      assessors: Assessors,
    }),
    emits: ['JobStudyInquiryConcluded'],
    to: ['assessment'],
    decide: (c, s) => [{ type: 'JobStudyInquiryConcluded', data: { ...c, assessors: assessorsOf(c, s, 'job_study') } }],
  }),
};
