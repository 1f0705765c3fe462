import { z } from 'zod';
import { Instant, LocalDate } from './dates.ts';

export const Uuid = z.uuid();

/** How a fact reached us, domain.md §0.3. */
export const Channel = z.enum(['in_person', 'phone', 'paper_backlog', 'partner_feed', 'online', 'mobile_team', 'system']);
export type Channel = z.infer<typeof Channel>;

/** Who acted, in the post held then. `office` and `governorate` are absent for people who act for a whole organisation. */
export const Actor = z.strictObject({
  id: z.string(),
  organisation: z.string().optional(),
  office: z.string().optional(),
  governorate: z.string().optional(),
  post: z.string(),
});
export type Actor = z.infer<typeof Actor>;

/** An official letter: the main tool between institutions (domain.md §0.2 rule 10). */
export const LetterRef = z.strictObject({
  number: z.string().min(1).max(80),
  date: LocalDate,
  issuedBy: z.string().min(1).max(200),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
export type LetterRef = z.infer<typeof LetterRef>;

/**
 * A piece of evidence, by reference; never the file itself. `document` is the id of an uploaded file, named together with its
 * SHA-256: the log then proves which bytes were meant.
 */
export const Evidence = z
  .strictObject({
    docType: z.string().min(1).max(80),
    ref: z.string().min(1).max(200),
    document: z.uuid().optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    issuedBy: z.string().max(200).optional(),
    issuedOn: LocalDate.optional(),
  })
  .refine((one) => one.document === undefined || one.sha256 !== undefined, { path: ['sha256'] });
export type Evidence = z.infer<typeof Evidence>;

/** What a caller may say about a command besides its input: the `record` member of every command body. */
export const RecordNote = z.strictObject({
  occurredAt: Instant.optional(),
  channel: Channel.exclude(['system']).optional(),
  evidence: z.array(Evidence).max(50).optional(),
  letterRef: LetterRef.optional(),
  consentRef: z.string().max(200).optional(),
  legalBasis: z.string().max(200).optional(),
  onBehalfOf: Uuid.optional(),
  office: Uuid.optional(),
});
export type RecordNote = z.infer<typeof RecordNote>;

/** A fact from another stream that a decision rested on, at the revision it was read. */
export const Relied = z.strictObject({ stream: z.string(), revision: z.int() });
export type Relied = z.infer<typeof Relied>;

/** When a wait that begins with this event falls due, under which version of which rule. */
export const ClockSet = z.strictObject({ due: Instant, rule: z.string(), version: z.string() });
export type ClockSet = z.infer<typeof ClockSet>;

export const Metadata = z.strictObject({
  commandId: z.string(),
  command: z.string(),
  inputMac: z.string(),
  correlationId: z.string(),
  causationId: z.string().optional(),
  actor: Actor,
  onBehalfOf: z.string().optional(),
  channel: Channel,
  occurredAt: Instant,
  evidence: z.array(Evidence).optional(),
  letterRef: LetterRef.optional(),
  consentRef: z.string().optional(),
  legalBasis: z.string().optional(),
  relied: z.array(Relied).optional(),
  correctionOf: z.int().optional(),
  clocks: z.record(z.string(), ClockSet).optional(),
});
export type Metadata = z.infer<typeof Metadata>;

/** What `evolve` and read models see of an event besides its data. */
export interface EventMeta extends Metadata {
  readonly eventId: string;
  readonly stream: string;
  readonly revision: number;
  readonly recordedAt: string;
}

/** An event in memory: decoded, upcast to the newest version, personal fields open or Hidden. */
export interface RecordedEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
  readonly meta: EventMeta;
}

/** `referral-0190…` → `referral`. */
export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'));

/** `referral-0190…` → `0190…`. */
export const idOf = (stream: string): string => stream.slice(stream.indexOf('-') + 1);
