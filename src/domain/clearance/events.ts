import { z } from 'zod';
import { Instant, LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { personal } from '../kernel/privacy.ts';
import { ClearanceActor, ClearanceRefusal } from '../movement/codes.ts';
import { PersonName } from '../person/data.ts';
import { Purpose, ReviewGround } from './codes.ts';

const sealed = <S extends z.ZodType>(schema: S) => personal(schema, 'T3', 'person');

/** The movement's slot that waits for the answer, by its opaque ids alone. */
export const Asks = z.strictObject({ movement: z.uuid(), slot: z.uuid() });

/** The least an actor needs to tell people apart, copied from the register (domain.md §3.1: minimum data only). */
export const Subject = z.strictObject({
  name: PersonName,
  motherName: z.string().optional(),
  birthYear: z.string().optional(),
  documentNo: z.string().optional(),
  origin: z.string().optional(),
});

const of = { person: z.uuid(), asks: Asks.optional() };
/** An answer is a letter: number and date are never missing. */
const answer = { ...of, letter: sealed(LetterRef) };

export const events = {
  ClearanceRequirementsDetermined: z.strictObject({
    person: z.uuid(),
    purpose: Purpose,
    requiredActors: z.array(ClearanceActor).optional(),
    ruleVersion: z.string(),
    required: z.boolean(),
  }),
  ClearanceRequested: z.strictObject({
    ...of,
    actor: ClearanceActor,
    purpose: Purpose,
    /** The organisation that answers with accounts of its own; by letter alone when absent. */
    organisation: z.uuid().optional(),
    subject: sealed(Subject),
    listRef: sealed(z.string()).optional(),
    letter: sealed(LetterRef),
    ground: z.enum(['first', 'again']),
    /** The family that agreed to it, and by which consent. */
    household: z.uuid().optional(),
    consent: z.uuid().optional(),
    /** From this day on the branch reminds the actor. */
    remindOn: LocalDate.optional(),
  }),
  ClearanceReceivedByActor: z.strictObject({
    person: z.uuid(),
    letter: sealed(LetterRef),
    actorRefNo: sealed(z.string()).optional(),
  }),
  ClearanceUnderCheck: z.strictObject({ person: z.uuid() }),
  ClearanceMoreInformationRequested: z.strictObject({ person: z.uuid(), items: sealed(z.array(z.string())) }),
  ClearanceRequestWithdrawn: z.strictObject(of),
  ClearanceReminderDue: z.strictObject({ person: z.uuid() }),
  ClearanceReminderSent: z.strictObject({ person: z.uuid(), letter: sealed(LetterRef) }),
  ClearanceGranted: z.strictObject({ ...answer, validUntil: LocalDate }),
  ClearanceGrantedWithConditions: z.strictObject({ ...answer, validUntil: LocalDate, conditions: sealed(z.array(z.string())) }),
  ClearanceRefused: z.strictObject({
    ...answer,
    reasonCategory: sealed(ClearanceRefusal),
    reviewUntil: LocalDate.optional(),
  }),
  ClearanceOverdue: z.strictObject({ wait: z.string(), level: z.int(), due: Instant, daysOpen: z.int() }),
  ClearanceReviewRequested: z.strictObject({
    person: z.uuid(),
    ground: ReviewGround,
    representative: z.uuid().optional(),
    letter: sealed(LetterRef).optional(),
  }),
  ClearanceUpheld: z.strictObject(answer),
  ClearanceReversed: z.strictObject({ ...answer, validUntil: LocalDate }),
  ClearanceRevoked: z.strictObject(answer),
  ClearanceExpired: z.strictObject({ ...of, validUntil: LocalDate }),
} as const;
