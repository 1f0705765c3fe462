import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { Appellant, Mediator, Outcome, WomenHeard } from './codes.ts';
import { fromTheCourt, notAhead, onPaper } from './guards.ts';
import { p } from './process.ts';

const number = z.string().trim().min(1).max(80);
const officeFact = (office: string | undefined) => (office === undefined ? undefined : fact<OfficeState>('office', office));

/** Talks or the court. */
export const settling = {
  /**
   * Before any talks. They are never offered where there was violence against a woman or where a party cannot refuse freely
   * (domain.md §6.1); only the answer is kept.
   */
  screenForMediation: p.command({
    from: ['counselled', 'evidence', 'mediation_failed'],
    permission: 'hlpCase:handle',
    effect: 'legal',
    input: z.strictObject({ violenceAgainstWomen: z.boolean(), allMayRefuseFreely: z.boolean() }),
    emits: ['MediationScreened'],
    to: ['counselled', 'evidence', 'mediation_failed'],
    decide: (c) => [{ type: 'MediationScreened', data: { suitable: !c.violenceAgainstWomen && c.allMayRefuseFreely } }],
  }),
  startMediation: p.command({
    from: ['evidence', 'mediation_failed'],
    permission: 'hlpCase:mediate',
    input: z.strictObject({ mediator: Mediator, office: z.uuid().optional() }),
    emits: ['MediationStarted'],
    to: ['mediation_open'],
    facts: (c) => ({ office: officeFact(c.office) }),
    decide: (c, s, ctx) => {
      const { office } = ctx.facts;
      ensure(s.mediationSuitable !== undefined, 'MEDIATION_NOT_SCREENED');
      ensure(s.mediationSuitable, 'MEDIATION_NOT_SUITABLE');
      ensure(!office || office.state.status === 'open', 'OFFICE_UNKNOWN', { office: c.office ?? '' });
      return [{ type: 'MediationStarted', data: c }];
    },
  }),
  reachAgreement: p.command({
    from: ['mediation_open'],
    permission: 'hlpCase:mediate',
    effect: 'legal',
    input: z.strictObject({ termsRef: number, womenHeard: WomenHeard }),
    emits: ['MediationAgreementReached'],
    to: ['agreement'],
    decide: (c, _s, ctx) => {
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      ensure(c.womenHeard !== 'no', 'WOMEN_NOT_HEARD');
      return [{ type: 'MediationAgreementReached', data: c }];
    },
  }),
  failMediation: p.command({
    from: ['mediation_open', 'agreement'],
    permission: 'hlpCase:mediate',
    input: z.strictObject({ reason: z.string().trim().min(3).max(1000).optional() }),
    emits: ['MediationFailed'],
    to: ['mediation_failed'],
    decide: (c) => [{ type: 'MediationFailed', data: c }],
  }),
  fileCourtClaim: p.command({
    from: ['evidence', 'mediation_failed', 'agreement'],
    permission: 'hlpCase:handle',
    input: z.strictObject({ court: z.string().trim().min(3).max(200), courtOffice: z.uuid().optional(), caseNo: number }),
    emits: ['CourtClaimFiled'],
    to: ['court_open'],
    facts: (c) => ({ office: officeFact(c.courtOffice) }),
    decide: (c, s, ctx) => {
      const { office } = ctx.facts;
      ensure(!office || office.state.status === 'open', 'OFFICE_UNKNOWN', { office: c.courtOffice ?? '' });
      ensure(s.evidence.length > 0, 'NO_TENURE_EVIDENCE');
      return [{ type: 'CourtClaimFiled', data: c }];
    },
  }),
  issueJudgment: p.command({
    from: ['court_open', 'appeal'],
    permission: 'hlpCase:judge',
    effect: 'legal',
    input: z.strictObject({ judgmentNo: number, on: LocalDate, outcome: Outcome }),
    emits: ['JudgmentIssued'],
    to: ['judgment'],
    decide: (c, _s, ctx) => {
      fromTheCourt(ctx);
      notAhead(c.on, ctx);
      return [{ type: 'JudgmentIssued', data: c }];
    },
  }),
  fileAppeal: p.command({
    from: ['judgment'],
    permission: 'hlpCase:handle',
    input: z.strictObject({ by: Appellant, on: LocalDate }),
    emits: ['AppealFiled'],
    to: ['appeal'],
    decide: (c, _s, ctx) => {
      notAhead(c.on, ctx);
      return [{ type: 'AppealFiled', data: c }];
    },
  }),
  makeJudgmentFinal: p.command({
    from: ['judgment'],
    permission: 'hlpCase:judge',
    effect: 'legal',
    input: z.strictObject({ on: LocalDate }),
    emits: ['JudgmentFinal'],
    to: ['final'],
    decide: (c, _s, ctx) => {
      fromTheCourt(ctx);
      notAhead(c.on, ctx);
      return [{ type: 'JudgmentFinal', data: c }];
    },
  }),
  enforce: p.command({
    from: ['final'],
    permission: 'hlpCase:judge',
    effect: 'legal',
    input: z.strictObject({ on: LocalDate, executionNo: number }),
    emits: ['JudgmentEnforced'],
    to: ['enforcement'],
    decide: (c, _s, ctx) => {
      fromTheCourt(ctx);
      notAhead(c.on, ctx);
      return [{ type: 'JudgmentEnforced', data: c }];
    },
  }),
};
