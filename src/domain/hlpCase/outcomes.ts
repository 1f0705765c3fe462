import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import type { Context } from '../kernel/process.ts';
import { Certificate, LegalEffect, RestitutionForm, SettlementForm } from './codes.ts';
import { notAhead, onPaper } from './guards.ts';
import { p } from './process.ts';
import { COURT, type HlpCaseState, MOVING, OPEN, SEEKING, SETTLED, withoutAlternative } from './state.ts';

const text = z.string().trim().min(3).max(1000);
const form = { on: LocalDate, arrears: text.optional() };
const CERTIFIED = [...SEEKING, ...COURT, ...SETTLED] as const;

/** Giving a home back must not leave another family without one: it needs a plan for each (domain.md §6.1). */
function planForOccupants(s: HlpCaseState): void {
  ensure(s.occupants.length > 0 || s.vacant, 'OCCUPANCY_NOT_LOOKED_AT');
  const without = withoutAlternative(s).length;
  ensure(without === 0, 'OCCUPANT_WITHOUT_ALTERNATIVE', { families: without });
}

function shown(on: LocalDate, ctx: Context): void {
  ensure(onPaper(ctx), 'EVIDENCE_MISSING');
  notAhead(on, ctx);
}

const reached = (s: HlpCaseState): boolean =>
  s.certificate !== undefined || s.status === 'restitution_recorded' || s.status === 'alternative_settlement';

/** How a case ends, and how it stands still. */
export const outcomes = {
  recordRestitution: p.command({
    from: ['agreement', 'final', 'enforcement'],
    permission: 'hlpCase:handle',
    effect: 'legal',
    input: z.strictObject({ form: RestitutionForm, ...form }),
    emits: ['PropertyRestituted'],
    to: ['restitution_recorded'],
    decide: (c, s, ctx) => {
      shown(c.on, ctx);
      planForOccupants(s);
      return [{ type: 'PropertyRestituted', data: c }];
    },
  }),
  recordSettlement: p.command({
    from: ['agreement', 'final', 'enforcement'],
    permission: 'hlpCase:handle',
    effect: 'legal',
    input: z.strictObject({ form: SettlementForm, ...form }),
    emits: ['SettlementRecorded'],
    to: ['alternative_settlement'],
    decide: (c, _s, ctx) => {
      shown(c.on, ctx);
      return [{ type: 'SettlementRecorded', data: c }];
    },
  }),
  recordCertificate: p.command({
    from: CERTIFIED,
    permission: 'hlpCase:handle',
    effect: 'legal',
    input: z.strictObject({
      certificate: Certificate,
      number: z.string().trim().min(1).max(80),
      issuer: z.string().trim().min(3).max(200),
      legalEffect: LegalEffect,
      on: LocalDate,
    }),
    emits: ['TitleOrOccupancyCertificateIssued'],
    to: CERTIFIED,
    decide: (c, _s, ctx) => {
      shown(c.on, ctx);
      return [{ type: 'TitleOrOccupancyCertificateIssued', data: c }];
    },
  }),
  suspendForSafety: p.command({
    from: MOVING,
    permission: 'hlpCase:handle',
    effect: 'legal',
    input: z.strictObject({ reasonRef: z.uuid() }),
    emits: ['HLPCaseSuspendedForSafety'],
    to: ['suspended_for_safety'],
    decide: (c) => [{ type: 'HLPCaseSuspendedForSafety', data: c }],
  }),
  resume: p.command({
    from: ['suspended_for_safety'],
    permission: 'hlpCase:handle',
    input: z.strictObject({}),
    emits: ['HLPCaseResumed'],
    to: MOVING,
    decide: () => [{ type: 'HLPCaseResumed', data: {} }],
  }),
  withdraw: p.command({
    from: OPEN,
    permission: 'hlpCase:handle',
    input: z.strictObject({ by: z.enum(['claimant', 'representative']) }),
    emits: ['HLPCaseWithdrawn'],
    to: ['withdrawn'],
    decide: (c) => [{ type: 'HLPCaseWithdrawn', data: c }],
  }),
  close: p.command({
    from: MOVING,
    permission: 'hlpCase:handle',
    effect: 'legal',
    input: z.strictObject({ reason: text.optional() }),
    emits: ['HLPCaseClosed'],
    to: ['closed'],
    decide: (c, s) => {
      ensure(reached(s) || c.reason !== undefined, 'OUTCOME_MISSING');
      return [{ type: 'HLPCaseClosed', data: c }];
    },
  }),
};
