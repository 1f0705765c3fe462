import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { Paper } from './codes.ts';
import { p } from './definition.ts';
import { events, No, PlannedPaper } from './events.ts';
import { reservesOf } from './loss.ts';
import { checklistRule, missingOf } from './policy.ts';

/**
 * Court, police, submission, registration. First step by practice is the form at the investigative court, which asks the
 * police (P-SIMA-PC); a claim whose papers are ready may be submitted without waiting for them to be written down here.
 */
export const submitting = {
  fileAtCourt: p.command({
    from: ['draft'],
    permission: 'claim:court',
    input: z.strictObject({ court: events.ClaimFiledAtCourt.shape.court, courtOffice: z.uuid().optional(), formNo: No }),
    emits: ['ClaimFiledAtCourt'],
    to: ['filed_at_court'],
    facts: (c) => ({ court: c.courtOffice === undefined ? undefined : fact<OfficeState>('office', c.courtOffice) }),
    decide: (c, _s, ctx) => {
      const { court } = ctx.facts;
      ensure(!court || (court.state.status === 'open' && court.state.kind === 'court'), 'COURT_UNKNOWN');
      return [{ type: 'ClaimFiledAtCourt', data: c }];
    },
  }),
  requestPoliceInquiry: p.command({
    from: ['filed_at_court'],
    permission: 'claim:court',
    input: z.strictObject({ station: events.PoliceInquiryRequested.shape.station, fileNo: No.optional() }),
    emits: ['PoliceInquiryRequested'],
    to: ['police_inquiry'],
    decide: (c) => [{ type: 'PoliceInquiryRequested', data: c }],
  }),
  completePoliceInquiry: p.command({
    from: ['police_inquiry'],
    permission: 'claim:court',
    input: z.strictObject({ conclusion: z.enum(['confirmed', 'not_confirmed', 'unclear']) }),
    emits: ['PoliceInquiryCompleted'],
    to: ['court_papers_complete'],
    decide: (c) => [{ type: 'PoliceInquiryCompleted', data: c }],
  }),
  submit: p.command({
    from: ['draft', 'filed_at_court', 'police_inquiry', 'court_papers_complete'],
    permission: 'claim:submit',
    input: z.strictObject({
      subcommittee: z.uuid(),
      receiptNo: No,
      papers: z.array(Paper).max(20),
      /** When what is missing is to be brought: a missing paper never keeps a claim from being submitted. */
      plan: z.array(PlannedPaper).max(20).default([]),
    }),
    emits: ['ClaimSubmitted'],
    to: ['submitted_to_subcommittee'],
    rules: [checklistRule],
    facts: (c) => ({ office: fact<OfficeState>('office', c.subcommittee) }),
    decide: (c, s, ctx) => {
      const { office } = ctx.facts;
      const { organisation, governorate, status, kind } = office.state;
      ensure(status === 'open' && kind === 'committee' && organisation, 'SUBCOMMITTEE_UNKNOWN');
      const rule = ctx.rule(checklistRule);
      const lacking = missingOf(rule.value[s.type], c.papers);
      const unplanned = lacking.filter((paper) => !c.plan.some((one) => one.paper === paper));
      ensure(unplanned.length === 0, 'PLAN_MISSING', { papers: unplanned.join(', ') });
      const missing = c.plan.filter((one) => lacking.includes(one.paper));
      const subcommittee = { organisation, office: c.subcommittee, ...(governorate === undefined ? {} : { governorate }) };
      const { receiptNo, papers } = c;
      return [{ type: 'ClaimSubmitted', data: { subcommittee, receiptNo, papers, missing, checklistVersion: rule.version } }];
    },
  }),
  register: p.command({
    from: ['submitted_to_subcommittee'],
    permission: 'claim:register',
    input: events.ClaimRegistered,
    // The loss and the number are kept for this claim; where another holds them, a duplicate is suspected, not refused.
    reserves: (c, s) => reservesOf(s, c),
    emits: ['ClaimRegistered'],
    to: ['registered'],
    decide: (c) => [{ type: 'ClaimRegistered', data: c }],
  }),
};
