import { z } from 'zod';
import { addDays, baghdadDate, Instant, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { opened } from '../kernel/privacy.ts';
import { type Context, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { notAhead } from './authorising.ts';
import { EscalatedTo, RejectReason, UnresolvedReason, UsedFor } from './codes.ts';
import { authorised, decidedOnPaper } from './court.ts';
import { unmetBy } from './need.ts';
import { letterDays, prerequisites, WITH_BIOMETRICS } from './policy.ts';
import { p } from './process.ts';
import { BLOCKED, type DocRequestState, FILED, PREPARING, UNDERWAY } from './state.ts';

type Rules = Pick<Context, 'rule' | 'now'>;

/** A first issue rests on the paper before it in the chain (domain.md §5.1); a lost or worn one was issued on it once. */
function restsOn(s: DocRequestState, ctx: Rules): void {
  const before = s.docType === undefined ? undefined : ctx.rule(prerequisites).value[s.docType];
  if (!before || opened(s.reason ?? 'never_issued', 'never_issued') !== 'never_issued') return;
  const met = s.prerequisites.some((one) => one.met && before.includes(one.docType));
  ensure(met || hasJudgment(s), 'PREREQUISITE_MISSING', { docType: before[0] ?? '' });
}

/** A final judgment that grants what was asked stands in for the papers a register would want. */
const hasJudgment = (s: DocRequestState): boolean =>
  s.court?.final === true && s.court.outcome !== undefined && opened(s.court.outcome, 'dismissed') !== 'dismissed';

/** After the legal deadline of a birth or a death only a court opens the register (P-UNHCR-B). */
function inTime(s: DocRequestState, ctx: Rules): void {
  const last = s.registerBy === undefined ? undefined : opened(s.registerBy, undefined);
  const late = s.late || (last !== undefined && last < baghdadDate(ctx.now));
  ensure(!late || hasJudgment(s), 'LATE_REGISTRATION_NEEDS_COURT');
}

/** For a residence card the mukhtar's letter is there and not too old (P-SIMA-R, P-KRG). */
function letterGood(s: DocRequestState, ctx: Rules): void {
  if (s.docType !== 'residence_card') return;
  const letter = s.letters.filter((one) => one.kind === 'mukhtar_letter').at(-1);
  ensure(letter, 'LETTER_MISSING');
  const last = addDays(letter.on, ctx.rule(letterDays).value);
  ensure(last >= baghdadDate(ctx.now), 'LETTER_TOO_OLD', { last });
}

const biometric = (s: DocRequestState): boolean => s.docType !== undefined && WITH_BIOMETRICS.includes(s.docType);
const appeared = (s: DocRequestState): void => ensure(!biometric(s) || s.application?.biometrics === true, 'BIOMETRICS_MISSING');

const CHECKED = [...PREPARING, ...FILED] as const;
const clearance = z.strictObject({ clearanceId: z.uuid().optional() });

/** The office that issues, the checks it demands, and what it answers. */
export const filing = {
  file: p.command({
    from: ['evidence_gathering', 'rejected'],
    permission: 'docRequest:handle',
    input: z.strictObject({ office: z.uuid(), applicationNo: z.string().trim().min(1).max(60) }),
    emits: ['DocumentApplicationFiled'],
    to: ['application_filed'],
    rules: [prerequisites, letterDays],
    facts: (c) => ({ office: fact<OfficeState>('office', c.office) }),
    decide: (c, s, ctx) => {
      authorised(s, ctx);
      ensure(ctx.facts.office.state.status === 'open', 'OFFICE_UNKNOWN', { office: c.office });
      restsOn(s, ctx);
      inTime(s, ctx);
      letterGood(s, ctx);
      return [{ type: 'DocumentApplicationFiled', data: c }];
    },
  }),
  bookAppointment: p.command({
    from: ['application_filed', 'appointment'],
    permission: 'docRequest:process',
    input: z.strictObject({ slot: Instant }),
    emits: ['AppointmentBooked'],
    to: ['appointment'],
    decide: (c, _s, ctx) => {
      ensure(c.slot >= ctx.occurredAt, 'APPOINTMENT_IN_THE_PAST', { slot: c.slot });
      return [{ type: 'AppointmentBooked', data: c }];
    },
  }),
  takeBiometrics: p.command({
    from: ['application_filed', 'appointment'],
    permission: 'docRequest:process',
    input: z.strictObject({}),
    emits: ['BiometricsTaken'],
    to: ['biometrics_taken'],
    decide: (_c, s) => {
      ensure(biometric(s), 'NO_BIOMETRICS_FOR_THIS_PAPER', { docType: s.docType ?? '' });
      return [{ type: 'BiometricsTaken', data: {} }];
    },
  }),
  startProduction: p.command({
    from: ['application_filed', 'appointment', 'biometrics_taken'],
    permission: 'docRequest:process',
    input: z.strictObject({}),
    emits: ['DocumentProductionStarted'],
    to: ['in_production'],
    decide: (_c, s) => {
      appeared(s);
      return [{ type: 'DocumentProductionStarted', data: {} }];
    },
  }),
  issue: p.command({
    from: FILED,
    permission: 'docRequest:decide',
    effect: 'legal',
    input: z.strictObject({ number: z.string().trim().min(1).max(60), issuedOn: LocalDate, expiresOn: LocalDate.optional() }),
    emits: ['DocumentIssued'],
    to: ['issued'],
    decide: (c, s, ctx) => {
      decidedOnPaper(ctx, 'civilAffairs');
      appeared(s);
      notAhead(c.issuedOn, ctx);
      ensure(c.expiresOn === undefined || c.expiresOn > c.issuedOn, 'EXPIRES_BEFORE_ISSUE');
      return [{ type: 'DocumentIssued', data: c }];
    },
  }),
  reject: p.command({
    from: FILED,
    permission: 'docRequest:decide',
    effect: 'legal',
    input: z.strictObject({ reason: RejectReason, text: z.string().trim().min(3).max(1000).optional() }),
    emits: ['DocumentRejected'],
    to: ['rejected'],
    decide: (c, _s, ctx) => {
      decidedOnPaper(ctx, 'civilAffairs');
      ensure(c.reason !== 'other' || c.text !== undefined, 'REASON_NEEDS_WORDS');
      return [{ type: 'DocumentRejected', data: c }];
    },
  }),
  /** Only where the authority demands it in writing (domain.md §5.1). */
  requestSecurityCheck: p.command({
    from: [...CHECKED, 'blocked_security'],
    permission: 'docRequest:handle',
    input: clearance,
    emits: ['DocSecurityCheckRequested'],
    to: ['security_check'],
    decide: (c, _s, ctx) => {
      ensure(ctx.letterRef, 'DEMAND_NOT_SHOWN');
      return [{ type: 'DocSecurityCheckRequested', data: c }];
    },
  }),
  clearSecurityCheck: p.command({
    from: ['security_check', 'blocked_security'],
    permission: 'docRequest:decide',
    effect: 'legal',
    input: clearance,
    emits: ['DocSecurityCheckCleared'],
    to: CHECKED,
    decide: (c, _s, ctx) => {
      decidedOnPaper(ctx, 'civilAffairs');
      return [{ type: 'DocSecurityCheckCleared', data: c }];
    },
  }),
  blockOnSecurity: p.command({
    from: ['security_check'],
    permission: 'docRequest:decide',
    effect: 'legal',
    input: clearance,
    emits: ['DocSecurityCheckBlocked'],
    to: ['blocked_security'],
    decide: (c, _s, ctx) => {
      decidedOnPaper(ctx, 'civilAffairs');
      return [{ type: 'DocSecurityCheckBlocked', data: c }];
    },
  }),
  recordMissingParentRecord: p.command({
    from: CHECKED,
    permission: 'docRequest:process',
    input: z.strictObject({}),
    emits: ['ParentRecordFoundMissing'],
    to: ['blocked_missing_parent_record'],
    decide: () => [{ type: 'ParentRecordFoundMissing', data: {} }],
  }),
  recordParentRecord: p.command({
    from: ['blocked_missing_parent_record'],
    permission: 'docRequest:process',
    input: z.strictObject({}),
    emits: ['ParentRecordCompleted'],
    to: CHECKED,
    decide: (_c, _s, ctx) => {
      decidedOnPaper(ctx, 'civilAffairs');
      return [{ type: 'ParentRecordCompleted', data: {} }];
    },
  }),
};

/** What becomes of the paper, and of a request that does not get there. */
export const ending = {
  deliver: p.command({
    from: ['issued'],
    permission: 'docRequest:handle',
    input: z.strictObject({ receivedBy: z.uuid(), on: LocalDate }),
    emits: ['DocumentDelivered'],
    to: ['delivered'],
    decide: (c, s, ctx) => {
      ensure(ctx.evidence.length > 0, 'RECEIPT_MISSING');
      notAhead(c.on, ctx);
      ensure(s.issued === undefined || c.on >= s.issued.issuedOn, 'DELIVERED_BEFORE_ISSUE');
      const known = [s.person, s.authority?.guardian, s.authority?.attorney];
      ensure(known.includes(c.receivedBy), 'RECEIVER_NOT_ENTITLED', { person: c.receivedBy });
      const { holder = '', docType = 'civil_record' } = s;
      const resumes = s.blocks.filter((one) => !one.resumed).map(({ process, id }) => ({ process, id }));
      return [{ type: 'DocumentDelivered', data: { holder, docType, ...c, resumes } }];
    },
  }),
  verifyInUse: p.command({
    from: ['delivered'],
    permission: 'docRequest:handle',
    input: z.strictObject({ usedFor: UsedFor, on: LocalDate }),
    emits: ['DocumentVerifiedInUse'],
    to: ['verified_in_use'],
    decide: (c, s, ctx) => {
      notAhead(c.on, ctx);
      const waiting = s.blocks.filter((one) => !one.resumed).length;
      ensure(waiting === 0, 'BLOCKED_CASES_NOT_RESUMED', { cases: waiting });
      return [{ type: 'DocumentVerifiedInUse', data: c }];
    },
  }),
  escalateBlock: p.command({
    from: BLOCKED,
    permission: 'docRequest:handle',
    input: z.strictObject({ to: EscalatedTo, reason: z.string().trim().min(3).max(1000) }),
    emits: ['DocumentBlockEscalated'],
    to: BLOCKED,
    decide: (c) => [{ type: 'DocumentBlockEscalated', data: c }],
  }),
  closeUnresolved: p.command({
    from: UNDERWAY,
    permission: 'docRequest:handle',
    effect: 'legal',
    input: z.strictObject({ reason: UnresolvedReason }),
    emits: ['DocumentRequestClosedUnresolved'],
    to: ['closed_unresolved'],
    decide: (c, s, ctx) => {
      ensure(c.reason !== 'no_legal_way' || ctx.letterRef, 'LETTER_MISSING');
      return [{ type: 'DocumentRequestClosedUnresolved', data: { ...c, ...unmetBy(s) } }];
    },
  }),
};
