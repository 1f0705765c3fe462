import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { Affected, AreaKey, Condition, DecisionLevel, decision, Proposal, ReasonCategory } from './data.ts';

const reviewDue = LocalDate;

export const events = {
  /** `parent` is the area it lies in; a governorate has none. Level 4 is a village. */
  AreaRegistered: z.strictObject({
    area: AreaKey,
    level: z.int().min(1).max(4),
    parent: z.string().optional(),
    governorate: z.string(),
    pcodeStatus: z.enum(['confirmed', 'provisional']),
  }),
  ReturnAuthorisationOpened: z.strictObject(decision),
  ReturnAuthorisationMadeConditional: z.strictObject({ ...decision, conditions: z.array(Condition), reviewDue }),
  ReturnAuthorisationSuspended: z.strictObject({
    ...decision,
    scope: z.enum(['all', 'group']),
    reasonCategory: ReasonCategory,
    reviewDue,
    until: LocalDate.optional(),
    affected: Affected.optional(),
  }),
  ReturnAuthorisationResumed: z.strictObject(decision),
  AreaDeclaredClosed: z.strictObject({
    ...decision,
    reasonCategory: ReasonCategory,
    reviewDue,
    affected: Affected.optional(),
  }),
  AreaReopened: z.strictObject(decision),
  AreaDesignatedMilitaryZone: z.strictObject({ ...decision, reviewDue, affected: Affected.optional() }),
  AreaMilitaryZoneLifted: z.strictObject(decision),
  AreaStatusProposed: z.strictObject({
    status: Proposal,
    reasonCategory: ReasonCategory.optional(),
    letterRef: LetterRef.optional(),
  }),
  AreaProposalAnswered: z.strictObject({ answer: z.enum(['taken_up', 'declined']) }),
  AreaStatusReviewed: z.strictObject({ decisionLevel: DecisionLevel, letterRef: LetterRef.optional(), reviewDue }),
};
