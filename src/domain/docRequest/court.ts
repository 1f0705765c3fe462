import { z } from 'zod';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { notAhead, onPaper } from './authorising.ts';
import { CourtClaim, JudgmentOutcome, WaiverBasis } from './codes.ts';
import { p } from './process.ts';
import { type DocRequestState, mayStillAct } from './state.ts';

/** Nobody acts for a person without a power that holds. */
export function authorised(s: DocRequestState, ctx: Pick<Context, 'now'>): void {
  ensure(s.authority, 'NOT_AUTHORISED');
  ensure(mayStillAct(s, ctx.now), 'POWER_OF_ATTORNEY_EXPIRED', { until: s.authority.until ?? '' });
}

/** What is put before the court or the office: who entered it, in whatever post, does not decide on it there. */
const ENTRIES = {
  courtClerk: ['DocumentNeedIdentified', 'CourtCaseOpened'],
  civilAffairs: ['DocumentNeedIdentified', 'DocumentApplicationFiled', 'DocSecurityCheckRequested'],
} as const;

/** What a court or an office decided is entered by its own clerk, or by others from the paper. */
export const decidedOnPaper = (
  ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history' | 'evidence' | 'letterRef'>,
  clerk: 'courtClerk' | 'civilAffairs',
): void => {
  if (ctx.actor.post === clerk) ensureAnother(ctx, 'SECOND_OFFICER_NEEDED', ENTRIES[clerk]);
  else ensure(onPaper(ctx), 'EVIDENCE_MISSING');
};

function next(date: LocalDate | undefined, on: LocalDate): void {
  ensure(date === undefined || date >= on, 'NEXT_DATE_IN_THE_PAST', { date: date ?? '' });
}

/** The court room: a claim, hearings, the judgment and its way to being final, and tests the court orders. */
export const court = {
  openCourtCase: p.command({
    from: ['evidence_gathering', 'blocked_missing_parent_record', 'rejected'],
    permission: 'docRequest:handle',
    input: z.strictObject({
      court: z.string().trim().min(3).max(200),
      /** The court as an office of the directory, so that its clerk reaches the case. */
      courtOffice: z.uuid().optional(),
      caseNo: z.string().trim().min(1).max(60),
      claimType: CourtClaim,
      nextDate: LocalDate.optional(),
    }),
    emits: ['CourtCaseOpened'],
    to: ['court_case_open'],
    facts: (c) => ({ office: c.courtOffice === undefined ? undefined : fact<OfficeState>('office', c.courtOffice) }),
    decide: (c, s, ctx) => {
      authorised(s, ctx);
      const { office } = ctx.facts;
      ensure(!office || office.state.status === 'open', 'OFFICE_UNKNOWN', { office: c.courtOffice ?? '' });
      next(c.nextDate, baghdadDate(ctx.occurredAt));
      return [{ type: 'CourtCaseOpened', data: c }];
    },
  }),
  holdHearing: p.command({
    from: ['court_case_open', 'hearing', 'lineage_result'],
    permission: 'docRequest:judge',
    input: z.strictObject({ on: LocalDate, nextDate: LocalDate.optional() }),
    emits: ['HearingHeld'],
    to: ['hearing'],
    decide: (c, _s, ctx) => {
      notAhead(c.on, ctx);
      next(c.nextDate, c.on);
      return [{ type: 'HearingHeld', data: c }];
    },
  }),
  issueJudgment: p.command({
    from: ['court_case_open', 'hearing', 'lineage_result'],
    permission: 'docRequest:judge',
    effect: 'legal',
    input: z.strictObject({ on: LocalDate, outcome: JudgmentOutcome, judgmentNo: z.string().trim().min(1).max(60) }),
    emits: ['JudgmentIssued'],
    to: ['judgment'],
    decide: (c, _s, ctx) => {
      decidedOnPaper(ctx, 'courtClerk');
      notAhead(c.on, ctx);
      return [{ type: 'JudgmentIssued', data: c }];
    },
  }),
  appealJudgment: p.command({
    from: ['judgment'],
    permission: 'docRequest:handle',
    input: z.strictObject({ by: z.enum(['applicant', 'prosecutor', 'other_party']), nextDate: LocalDate.optional() }),
    emits: ['JudgmentAppealed'],
    to: ['court_case_open'],
    decide: (c, _s, ctx) => {
      next(c.nextDate, baghdadDate(ctx.occurredAt));
      return [{ type: 'JudgmentAppealed', data: c }];
    },
  }),
  makeJudgmentFinal: p.command({
    from: ['judgment'],
    permission: 'docRequest:judge',
    effect: 'legal',
    input: z.strictObject({ on: LocalDate }),
    emits: ['JudgmentFinal'],
    to: ['evidence_gathering'],
    decide: (c, _s, ctx) => {
      decidedOnPaper(ctx, 'courtClerk');
      notAhead(c.on, ctx);
      return [{ type: 'JudgmentFinal', data: c }];
    },
  }),
  /** By order of the court and with consent alone; what is tested is kept elsewhere. */
  orderLineageTest: p.command({
    from: ['court_case_open', 'hearing'],
    permission: 'docRequest:judge',
    input: z.strictObject({ orderRef: z.uuid(), labRef: z.uuid() }),
    emits: ['LineageTestOrdered'],
    to: ['lineage_test_ordered'],
    decide: (c, _s, ctx) => {
      ensure(ctx.letterRef, 'COURT_ORDER_MISSING');
      ensure(ctx.consentRef !== undefined, 'CONSENT_NOT_SHOWN');
      return [{ type: 'LineageTestOrdered', data: c }];
    },
  }),
  recordLineageResult: p.command({
    from: ['lineage_test_ordered'],
    permission: 'docRequest:judge',
    input: z.strictObject({ outcomeRef: z.uuid() }),
    emits: ['LineageTestResultReceived'],
    to: ['lineage_result'],
    decide: (c) => [{ type: 'LineageTestResultReceived', data: c }],
  }),
  waiveLineageTest: p.command({
    from: ['court_case_open', 'hearing', 'lineage_test_ordered'],
    permission: 'docRequest:judge',
    input: z.strictObject({ waiverBasis: WaiverBasis }),
    emits: ['LineageTestWaived'],
    to: ['lineage_result'],
    decide: (c, _s, ctx) => {
      decidedOnPaper(ctx, 'courtClerk');
      return [{ type: 'LineageTestWaived', data: c }];
    },
  }),
};
