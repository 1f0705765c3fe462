import { z } from 'zod';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, fact, factByKey, type NewEvent } from '../kernel/process.ts';
import { isMinorOn } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import { AdviceCode, CounsellingMode, DocType, EvidenceKind, isFamilyPaper, LetterKind, PowerScope } from './codes.ts';
import type { events } from './events.ts';
import { docRequestKey } from './ids.ts';
import { prerequisites } from './policy.ts';
import { p } from './process.ts';
import { COURT, type DocRequestState, FILED, OPEN, PREPARING } from './state.ts';

export const onPaper = (ctx: Pick<Context, 'evidence' | 'letterRef'>): boolean =>
  ctx.evidence.length > 0 || ctx.letterRef !== undefined;

export function notAhead(date: LocalDate | undefined, ctx: Pick<Context, 'now'>): void {
  ensure(date === undefined || date <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: date ?? '' });
}

const Attorney = z.strictObject({
  attorneyRef: z.uuid(),
  /** Number in the notary's register. */
  notaryNo: z.string().trim().min(1).max(60).optional(),
  scope: PowerScope,
  until: LocalDate.optional(),
});

const AuthoriseInput = z.strictObject({
  /** The person, the guardian of a minor, or a lawyer with a power of attorney does what has to be done. */
  guardian: z.uuid().optional(),
  attorney: Attorney.optional(),
});
type AuthoriseInput = z.output<typeof AuthoriseInput>;

const personFact = (s: DocRequestState) => ({
  person: s.person === undefined ? undefined : fact<PersonState>('person', s.person),
});

/** For a minor a guardian agrees, who stands in the person's record as such. */
function guarded(c: AuthoriseInput, person: PersonState | undefined, today: LocalDate): void {
  ensure(c.guardian !== undefined || !person || isMinorOn(person, today) !== true, 'MINOR_NEEDS_GUARDIAN');
  if (c.guardian === undefined) return;
  const known = person?.representations.some(
    (one) =>
      one.representative === c.guardian &&
      ['parent', 'guardian', 'court_appointed'].includes(one.mandate) &&
      (one.until === undefined || one.until >= today),
  );
  ensure(known, 'GUARDIAN_UNKNOWN', { person: c.guardian });
}

function powerOfAttorney(attorney: z.output<typeof Attorney> | undefined, today: LocalDate): readonly NewEvent<typeof events>[] {
  if (!attorney) return [];
  const { notaryNo, until } = attorney;
  ensure(notaryNo !== undefined, 'POWER_OF_ATTORNEY_NOT_NOTARISED');
  ensure(until === undefined || until >= today, 'POWER_OF_ATTORNEY_EXPIRED', { until: until ?? '' });
  return [{ type: 'PowerOfAttorneyGranted', data: { ...attorney, notaryNo } }];
}

const RecordPrerequisite = z.strictObject({
  docType: DocType,
  /** Whose paper it is; the same person's, or family's, when absent. Parents' marriage stands before a child's birth. */
  person: z.uuid().optional(),
  household: z.uuid().optional(),
  /** Whether it is there already, and shown with the command. */
  held: z.boolean(),
});

/** Whose paper the prerequisite is. */
function holderOf(c: z.output<typeof RecordPrerequisite>, s: DocRequestState): string {
  return (isFamilyPaper(c.docType) ? (c.household ?? s.household) : (c.person ?? s.person)) ?? '';
}

/** Counselling, the power to act, and the papers the application rests on. */
export const authorising = {
  counsel: p.command({
    from: ['need_identified', 'eligible_for_service'],
    permission: 'docRequest:counsel',
    input: z.strictObject({
      by: z.enum(['lawyer', 'paralegal']),
      mode: CounsellingMode,
      minutes: z.int().min(1).max(600),
      advice: z.array(AdviceCode).min(1).max(10),
    }),
    emits: ['LegalCounsellingGiven'],
    to: ['counselled'],
    decide: (c, s, ctx) => {
      const provider = ctx.actor.organisation ?? '';
      ensure(s.provider === undefined || s.provider === provider, 'ANOTHER_PROVIDER');
      return [{ type: 'LegalCounsellingGiven', data: { provider, ...c } }];
    },
  }),
  /** Also renews a power that ended while the request went on. */
  authorise: p.command({
    from: ['counselled', ...PREPARING, 'rejected'],
    permission: 'docRequest:handle',
    effect: 'legal',
    input: AuthoriseInput,
    emits: ['DocumentRequestAuthorised', 'PowerOfAttorneyGranted'],
    to: [...PREPARING, 'rejected'],
    facts: (_c, s) => personFact(s),
    decide: (c, _s, ctx) => {
      const today = baghdadDate(ctx.now);
      guarded(c, ctx.facts.person?.state, today);
      ensure(onPaper(ctx) || ctx.consentRef !== undefined, 'CONSENT_NOT_SHOWN');
      const acting = c.attorney ? 'lawyer' : c.guardian === undefined ? 'applicant' : 'guardian';
      return [
        { type: 'DocumentRequestAuthorised', data: { acting, guardian: c.guardian } },
        ...powerOfAttorney(c.attorney, today),
      ];
    },
  }),
  revokePowerOfAttorney: p.command({
    from: 'open',
    permission: 'docRequest:handle',
    effect: 'legal',
    input: z.strictObject({ reason: z.string().trim().min(3).max(1000).optional() }),
    emits: ['PowerOfAttorneyRevoked'],
    to: [
      'counselled',
      ...COURT,
      ...FILED,
      'security_check',
      'blocked_security',
      'blocked_missing_parent_record',
      'rejected',
      'issued',
      'delivered',
    ],
    decide: (c, s) => {
      ensure(s.authority?.attorney !== undefined, 'NO_POWER_OF_ATTORNEY');
      return [{ type: 'PowerOfAttorneyRevoked', data: { attorneyRef: s.authority.attorney, reason: c.reason } }];
    },
  }),
  recordEvidence: p.command({
    from: [...PREPARING, 'rejected', ...COURT],
    permission: 'docRequest:handle',
    input: z.strictObject({ kind: EvidenceKind }),
    emits: ['DocumentEvidenceRecorded'],
    to: ['evidence_gathering', 'rejected', ...COURT],
    decide: (c, _s, ctx) => {
      ensure(onPaper(ctx), 'EVIDENCE_MISSING');
      return [{ type: 'DocumentEvidenceRecorded', data: c }];
    },
  }),
  /** What mukhtar, mayor or sub-district director confirm in writing. */
  recordSupportingLetter: p.command({
    from: 'open',
    permission: 'docRequest:letters',
    input: z.strictObject({ kind: LetterKind }),
    emits: ['SupportingLetterRecorded'],
    to: OPEN,
    decide: (c, _s, ctx) => {
      ensure(ctx.letterRef, 'LETTER_MISSING');
      notAhead(ctx.letterRef.date, ctx);
      return [{ type: 'SupportingLetterRecorded', data: { kind: c.kind, on: ctx.letterRef.date } }];
    },
  }),
  /** Community Police go with people to an office. */
  recordEscort: p.command({
    from: 'open',
    permission: 'docRequest:escort',
    input: z.strictObject({ to: z.uuid(), on: LocalDate }),
    emits: ['EscortProvided'],
    to: OPEN,
    decide: (c, _s, ctx) => {
      notAhead(c.on, ctx);
      return [{ type: 'EscortProvided', data: c }];
    },
  }),
  recordPrerequisite: p.command({
    from: [...PREPARING, 'awaiting_prerequisite'],
    permission: 'docRequest:handle',
    input: RecordPrerequisite,
    emits: ['PrerequisiteLinked', 'AwaitingPrerequisite'],
    to: ['evidence_gathering', 'awaiting_prerequisite'],
    rules: [prerequisites],
    facts: (c, s) => ({ other: factByKey<DocRequestState>('docRequest', docRequestKey(holderOf(c, s), c.docType)) }),
    decide: (c, s, ctx) => {
      const before = s.docType === undefined ? undefined : ctx.rule(prerequisites).value[s.docType];
      ensure(before?.includes(c.docType), 'NOT_A_PREREQUISITE', { docType: c.docType });
      const holder = holderOf(c, s);
      ensure(holder !== '', 'HOLDER_UNKNOWN', { docType: c.docType });
      ensure(!c.held || onPaper(ctx), 'EVIDENCE_MISSING');
      const { other } = ctx.facts;
      const closed = ['withdrawn', 'closed_unresolved'].includes(other.state.status);
      ensure(c.held || !closed, 'PREREQUISITE_CLOSED', { request: other.reference });
      const met = c.held || ['delivered', 'verified_in_use'].includes(other.state.status);
      const data = { holder, docType: c.docType, request: other.id };
      const household = isFamilyPaper(c.docType) ? holder : undefined;
      return [
        { type: 'PrerequisiteLinked', data: { ...data, met } },
        ...(met ? [] : [{ type: 'AwaitingPrerequisite', data: { ...data, household } } as const]),
      ];
    },
  }),
  meetPrerequisite: p.command({
    from: 'open',
    permission: 'system',
    input: z.strictObject({ request: z.uuid() }),
    emits: ['PrerequisiteMet'],
    to: ['evidence_gathering', 'awaiting_prerequisite'],
    decide: (c, s) => {
      const waits = s.status === 'awaiting_prerequisite' && s.prerequisites.some((one) => one.request === c.request && !one.met);
      return waits ? [{ type: 'PrerequisiteMet', data: c }] : [];
    },
  }),
};
