import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { LocalDate } from '../kernel/dates.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import { type CentralReason, ClaimType, Paper } from './codes.ts';

const Windows: z.ZodType<ClockWindows> = z.record(z.string(), Duration);

/** Papers by type of claim, each line met by any one of its alternatives. §4.3: P-SIMA-PC, P-ICRC, P-SIMA-MP; the rest [U]. */
export const checklistRule = defineRule<Readonly<Record<ClaimType, readonly (readonly Paper[])[]>>>({
  key: 'claim.checklist',
  schema: z.record(ClaimType, z.array(z.array(Paper).min(1))),
  default: {
    martyrdom: [['identity'], ['death_certificate'], ['inheritance_deed'], ['investigation_papers']],
    missing: [['identity'], ['police_complaint'], ['missing_person_certificate']],
    injury: [['identity'], ['medical_report'], ['investigation_papers']],
    property: [['identity'], ['residence_card'], ['title_or_occupancy'], ['damage_photos', 'mukhtar_statement', 'two_witnesses']],
    job_study: [['identity'], ['employer_or_school_letter']],
  },
  source: 'P-SIMA-PC, P-ICRC, P-SIMA-MP; lines for martyrdom, injury and employment [U]',
});

/** The lines of a checklist that no paper meets, by their first alternative. */
export const missingOf = (lines: readonly (readonly Paper[])[], papers: readonly Paper[]): readonly Paper[] =>
  lines.filter((line) => !line.some((one) => papers.includes(one))).flatMap((line) => line.slice(0, 1));

/** Days a claimant has to bring what was asked for, and after how many reminders a claim may lapse: 60 and 3, [C] in §4.2. */
export const informationRule = defineRule({
  key: 'claim.information',
  schema: z.strictObject({ days: z.int().min(1).max(730), reminders: z.int().min(0).max(20) }),
  default: { days: 60, reminders: 3 },
  source: '[C] domain.md §4.2',
});

/** Members of a sub-committee that make a session; a default nobody published (the membership list is [U]). */
export const quorumRule = defineRule({
  key: 'claim.quorum',
  schema: z.strictObject({ present: z.int().min(1).max(50) }),
  default: { present: 3 },
  source: '[C]',
});

/** Days from notification within which a decision may be contested: Art. 7 has a period, its length is unconfirmed. */
export const objectionRule = defineRule({
  key: 'compensation.objection.days',
  schema: z.strictObject({ days: z.int().min(1).max(365) }),
  default: { days: 30 },
  source: '[C] domain.md §4',
});

/**
 * What goes before the Central Committee: recommendations above a limit in dinars (by governorate, `*` where none is named) and
 * types that need ratification. The limit is Ninewa's practice (P-KN22); missing persons by the text of 2009 (P-ICRC).
 */
export const routingRule = defineRule({
  key: 'claim.routing',
  schema: z.strictObject({
    limitIQD: z.record(z.string(), z.int().min(0)),
    ratified: z.array(ClaimType),
  }),
  default: { limitIQD: { '*': 30_000_000 }, ratified: ['missing' as const] },
  source: 'P-KN22, P-ICRC',
});

export type Routing = z.output<typeof routingRule.schema>;

/** Why a claim has to go before the Central Committee; nothing when the sub-committee's decision is final. */
export function centralReasons(
  rule: Routing,
  claim: {
    readonly type: ClaimType;
    readonly governorate: string | undefined;
    readonly amountIQD: number;
    readonly contested: boolean;
  },
): CentralReason[] {
  const limit = rule.limitIQD[claim.governorate ?? '*'] ?? rule.limitIQD['*'] ?? 0;
  return [
    ...(claim.amountIQD > limit ? (['threshold'] as const) : []),
    ...(rule.ratified.includes(claim.type) ? (['type'] as const) : []),
    ...(claim.contested ? (['objection'] as const) : []),
  ];
}

/** How many central committees sit, from which day: one by Law 57/2015, three by the amendment of 2020 (P-MIQ); days [C]. */
export const committeesRule = defineRule({
  key: 'claim.centralCommittees',
  schema: z.array(z.strictObject({ from: z.iso.date(), count: z.int().min(1).max(9) })).min(1),
  default: [
    { from: '2003-03-20', count: 1 },
    { from: '2020-01-01', count: 3 },
  ],
  source: 'Law 57/2015, P-MIQ; the day of the change [C]',
});

/** How many central committees sat on a day. */
export const committeesOn = (periods: readonly { readonly from: LocalDate; readonly count: number }[], day: LocalDate): number =>
  periods.filter((one) => one.from <= day).reduce((last, one) => (one.from >= last.from ? one : last), { from: '', count: 1 })
    .count;

/** From the final decision to the money: 60 days after the procedures are complete, by press report on the law (P-ARABY). */
export const paymentWindow = defineRule<ClockWindows>({
  key: 'compensation.payment.days',
  schema: Windows,
  default: { '*': { days: 60 } },
  source: 'P-ARABY',
});

/** Shares of a window after which the chair is told of a delay; a default nobody published. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'claim.escalation',
  schema: z.array(z.number().positive()).min(1).max(1),
  default: [1],
  source: '[C]',
});

/** The law reaches back to 20 March 2003 (Law 20/2009). */
export const LAW_FROM: LocalDate = '2003-03-20';
