import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, type FactRef, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { Adm3 } from '../places/pcodes.ts';
import type { ReferralState } from '../referral/state.ts';
import { Basis, Ground, Opinion, Tenure } from './events.ts';
import { p } from './process.ts';
import { type EvictionState, notReferred, THREATENED } from './state.ts';

const Households = z.int().positive().max(100_000);
const text = z.string().trim().min(3).max(2000);

const onPaper = (ctx: Pick<Context, 'evidence' | 'letterRef'>): boolean => ctx.evidence.length > 0 || ctx.letterRef !== undefined;

function notAhead(date: LocalDate, ctx: Pick<Context, 'now'>): void {
  ensure(date <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date });
}

type Linked = { readonly [key: `household:${string}`]: FactRef<HouseholdState> } & {
  readonly site: FactRef<OfficeState> | undefined;
};

const linkedFacts = (c: { readonly site?: string | undefined; readonly linked: readonly string[] }): Linked => ({
  site: c.site === undefined ? undefined : fact<OfficeState>('office', c.site),
  ...Object.fromEntries(c.linked.map((id) => [`household:${id}`, fact<HouseholdState>('household', id)])),
});

/** How many households an order may still be about. */
const within = (s: EvictionState, count: number): void =>
  ensure(count <= s.households, 'MORE_THAN_CONCERNED', { households: s.households });

/** Before the law has spoken: a threat, a notice, the review. */
const before = {
  report: p.command({
    from: 'new',
    permission: 'eviction:report',
    input: z.strictObject({
      adm3: Adm3,
      site: z.uuid().optional(),
      tenure: Tenure,
      households: Households,
      linked: z.array(z.uuid()).max(500),
      expectedOn: LocalDate.optional(),
    }),
    emits: ['EvictionThreatReported'],
    to: ['threat_reported'],
    facts: linkedFacts,
    decide: (c, _s, ctx) => {
      ensure(!ctx.facts.site || ctx.facts.site.exists, 'OFFICE_UNKNOWN', { office: c.site ?? '' });
      for (const id of c.linked) ensure(ctx.facts[`household:${id}`]?.exists, 'HOUSEHOLD_UNKNOWN', { household: id });
      ensure(new Set(c.linked).size <= c.households, 'MORE_THAN_CONCERNED', { households: c.households });
      return [{ type: 'EvictionThreatReported', data: { ...c, linked: [...new Set(c.linked)] } }];
    },
  }),
  recordNotice: p.command({
    from: ['threat_reported'],
    permission: 'eviction:handle',
    input: z.strictObject({
      by: z.string().trim().min(2).max(200),
      basis: Basis,
      orderNo: z.string().trim().min(1).max(60).optional(),
      date: LocalDate,
      households: Households,
    }),
    emits: ['EvictionNoticeRecorded'],
    to: ['notice_recorded'],
    decide: (c, s, ctx) => {
      notAhead(c.date, ctx);
      ensure(onPaper(ctx) || c.basis === 'no_order', 'EVIDENCE_MISSING');
      ensure(s.linked.length <= c.households, 'FEWER_THAN_LINKED', { linked: s.linked.length });
      return [{ type: 'EvictionNoticeRecorded', data: c }];
    },
  }),
  linkHousehold: p.command({
    from: [...THREATENED, 'executed'],
    permission: 'eviction:handle',
    input: z.strictObject({ household: z.uuid() }),
    emits: ['HouseholdLinked'],
    to: [...THREATENED, 'executed'],
    facts: (c) => ({ household: fact<HouseholdState>('household', c.household) }),
    decide: (c, s, ctx) => {
      ensure(ctx.facts.household.exists, 'HOUSEHOLD_UNKNOWN', { household: c.household });
      if (s.linked.includes(c.household)) return [];
      ensure(s.linked.length < s.households, 'MORE_THAN_CONCERNED', { households: s.households });
      return [{ type: 'HouseholdLinked', data: c }];
    },
  }),
  review: p.command({
    from: ['notice_recorded', 'legal_review'],
    permission: 'eviction:handle',
    input: z.strictObject({ opinion: Opinion, advice: text.optional() }),
    emits: ['EvictionReviewed'],
    to: ['legal_review'],
    decide: (c) => [{ type: 'EvictionReviewed', data: c }],
  }),
  requestPostponement: p.command({
    from: ['legal_review', 'upheld'],
    permission: 'eviction:handle',
    input: z.strictObject({ on: LocalDate }),
    emits: ['EvictionPostponementRequested'],
    to: ['postponement_requested'],
    decide: (c, _s, ctx) => {
      notAhead(c.on, ctx);
      return [{ type: 'EvictionPostponementRequested', data: c }];
    },
  }),
};

/** What governor and courts decide. */
const decided = {
  postpone: p.command({
    from: ['postponement_requested', 'postponed'],
    permission: 'eviction:postpone',
    effect: 'legal',
    input: z.strictObject({ until: LocalDate }),
    emits: ['EvictionPostponed'],
    to: ['postponed'],
    decide: (c, _s, ctx) => {
      ensureAnother(ctx, 'SECOND_OFFICER_NEEDED', ['EvictionPostponementRequested']);
      ensure(c.until >= baghdadDate(ctx.now), 'UNTIL_IN_THE_PAST', { until: c.until });
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      return [{ type: 'EvictionPostponed', data: { until: c.until, by: ctx.actor.organisation ?? '' } }];
    },
  }),
  refusePostponement: p.command({
    from: ['postponement_requested'],
    permission: 'eviction:postpone',
    effect: 'legal',
    input: z.strictObject({ reason: text.optional() }),
    emits: ['EvictionPostponementRefused'],
    to: ['legal_review'],
    decide: (c, _s, ctx) => {
      ensureAnother(ctx, 'SECOND_OFFICER_NEEDED', ['EvictionPostponementRequested']);
      return [{ type: 'EvictionPostponementRefused', data: c }];
    },
  }),
  /** The time is over: the case is looked at again, and nobody is put out by it. */
  endPostponement: p.command({
    from: ['postponed'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['EvictionPostponementEnded'],
    to: ['legal_review'],
    decide: (_c, s, ctx) =>
      s.until !== undefined && baghdadDate(ctx.now) > s.until
        ? [{ type: 'EvictionPostponementEnded', data: { until: s.until } }]
        : [],
  }),
  /** For some of the families or for all; the case ends with the last (Qayyarah 2023: orders against 25 families annulled, S-AR). */
  annul: p.command({
    from: THREATENED,
    permission: 'eviction:decide',
    effect: 'legal',
    input: z.strictObject({ count: Households, ground: Ground }),
    emits: ['EvictionOrderAnnulled'],
    to: [...THREATENED, 'annulled'],
    decide: (c, s, ctx) => {
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      within(s, c.count);
      return [{ type: 'EvictionOrderAnnulled', data: c }];
    },
  }),
  uphold: p.command({
    from: ['legal_review', 'postponement_requested'],
    permission: 'eviction:decide',
    effect: 'legal',
    input: z.strictObject({ date: LocalDate }),
    emits: ['EvictionOrderUpheld'],
    to: ['upheld'],
    decide: (c, _s, ctx) => {
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      notAhead(c.date, ctx);
      return [{ type: 'EvictionOrderUpheld', data: c }];
    },
  }),
};

/** What happened to the families. */
const afterwards = {
  recordExecution: p.command({
    from: THREATENED,
    permission: 'eviction:handle',
    effect: 'legal',
    input: z.strictObject({ on: LocalDate, force: z.boolean(), relocationOffered: z.boolean(), households: Households }),
    emits: ['EvictionExecuted'],
    to: ['executed'],
    decide: (c, s, ctx) => {
      notAhead(c.on, ctx);
      within(s, c.households);
      return [{ type: 'EvictionExecuted', data: c }];
    },
  }),
  referHousehold: p.command({
    from: ['executed'],
    permission: 'eviction:handle',
    input: z.strictObject({ household: z.uuid(), referral: z.uuid().optional() }),
    emits: ['EvictedHouseholdReferred'],
    to: ['executed'],
    facts: (c) => ({ referral: c.referral === undefined ? undefined : fact<ReferralState>('referral', c.referral) }),
    decide: (c, s, ctx) => {
      const { referral } = ctx.facts;
      ensure(s.linked.includes(c.household), 'HOUSEHOLD_NOT_CONCERNED', { household: c.household });
      ensure(!referral || referral.exists, 'REFERRAL_UNKNOWN', { referral: c.referral ?? '' });
      return [{ type: 'EvictedHouseholdReferred', data: c }];
    },
  }),
  followUp: p.command({
    from: ['executed'],
    permission: 'eviction:handle',
    input: z.strictObject({ on: LocalDate, rehoused: z.int().nonnegative() }),
    emits: ['EvictionFollowedUp'],
    to: ['followed_up'],
    decide: (c, s, ctx) => {
      notAhead(c.on, ctx);
      within(s, c.rehoused);
      const without = s.executed?.relocationOffered ? 0 : notReferred(s).length;
      ensure(without === 0, 'HOUSEHOLDS_NOT_REFERRED', { households: without });
      return [{ type: 'EvictionFollowedUp', data: c }];
    },
  }),
};

/** From the first word of an eviction to what became of the families (domain.md §6.2). */
export const eviction = p.withCommands({ ...before, ...decided, ...afterwards });
