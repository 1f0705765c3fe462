import { z } from 'zod';
import { Instant, LocalDate } from './dates.ts';
import { Evidence } from './envelope.ts';
import { personal } from './privacy.ts';

export const OfficeRef = z.strictObject({
  organisation: z.string(),
  office: z.string().optional(),
  governorate: z.string().optional(),
});
export type OfficeRef = z.infer<typeof OfficeRef>;

export const Reader = z.strictObject({ kind: z.enum(['staff', 'office', 'organisation']), id: z.uuid() });
export type Reader = z.infer<typeof Reader>;

/** Words of an officer may name a person, so they can be erased with the case. */
const reason = personal(z.string(), 'T1');

/**
 * The events every process has from the kernel, stored as `<process>.<name>.v1`. Names and shapes are the storage format.
 */
export const caseEvents = {
  CaseTaken: z.strictObject({ wait: z.string(), staff: z.string() }),
  CaseAssigned: z.strictObject({ wait: z.string(), staff: z.string() }),
  CaseReleased: z.strictObject({ wait: z.string(), reason: reason.optional() }),
  NoteAdded: z.strictObject({ text: personal(z.string(), 'T2') }),
  DocumentAttached: z.strictObject({ document: Evidence }),
  CaseShared: z.strictObject({ reader: Reader, purpose: reason, until: LocalDate }),
  CaseUnshared: z.strictObject({ reader: Reader }),
  /** A restricted case opened to one person until an instant; `emergency` names the emergency access it rests on. */
  AccessGranted: z.strictObject({ staff: z.uuid(), until: Instant, reason: reason.optional(), emergency: z.uuid().optional() }),
  AccessRevoked: z.strictObject({ staff: z.uuid() }),
  TransferOffered: z.strictObject({ to: OfficeRef, reason }),
  TransferAccepted: z.strictObject({ to: OfficeRef }),
  TransferDeclined: z.strictObject({ reason }),
  /**
   * `after` is the corrected event's whole data, sealed field by field like the event it corrects; `version` is that event's
   * stored version it was written in, 1 when absent.
   */
  CorrectionProposed: z.strictObject({
    of: z.int(),
    type: z.string(),
    fields: z.array(z.string()),
    version: z.int().min(1).optional(),
    after: z.record(z.string(), z.unknown()),
    reason,
  }),
  CorrectionDeclined: z.strictObject({ of: z.int(), reason }),
  CaseCorrected: z.strictObject({
    of: z.int(),
    type: z.string(),
    fields: z.array(z.string()),
    version: z.int().min(1).optional(),
    after: z.record(z.string(), z.unknown()),
    reason,
  }),
  CaseRetracted: z.strictObject({ reason }),
  CaseReopened: z.strictObject({ reason }),
  CaseAdopted: z.strictObject({ source: z.string(), fileNo: z.string().optional(), facts: z.int() }),
  AdoptionConfirmed: z.strictObject({}),
  AdoptionDeclined: z.strictObject({ reason }),
  ClockPaused: z.strictObject({ wait: z.string(), reason }),
  ClockResumed: z.strictObject({ wait: z.string(), due: Instant }),
  WaitEscalated: z.strictObject({ wait: z.string(), level: z.int(), due: Instant }),
  /** `number` counts every print of the case; a `copy` above 1 is a reprint of the same paper. */
  PaperPrinted: z.strictObject({ paper: z.string(), number: z.int(), copy: z.int(), edition: z.string().optional() }),
  ReservationRequested: z.strictObject({ scope: z.string(), hash: z.string() }),
  ReservationConfirmed: z.strictObject({ scope: z.string(), hash: z.string() }),
  ReservationRefused: z.strictObject({ scope: z.string(), hash: z.string(), heldBy: z.string() }),
} as const;

export type CaseEventName = keyof typeof caseEvents;
export type CaseEventData<K extends CaseEventName> = z.output<(typeof caseEvents)[K]>;

/** One kernel event with its data, as a union over all names. */
export type CaseEvent = { [K in CaseEventName]: { readonly type: K; readonly data: CaseEventData<K> } }[CaseEventName];

export const isCaseEvent = (type: string): type is CaseEventName => Object.hasOwn(caseEvents, type);
