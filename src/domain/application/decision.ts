import { z } from 'zod';
import type { DuplicateState } from '../duplicate/state.ts';
import { FileNumber } from '../household/data.ts';
import type { DuplicateResult } from '../household/events.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { ensure, Refused } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, type FactRef, fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { p } from './definition.ts';
import { Finding, RejectionReason, RequestedItem } from './events.ts';
import { informationWindow } from './policy.ts';
import type { Filed } from './state.ts';

/** Four eyes: who put words into an application neither verifies nor decides it (domain specification §1.3 and §14). */
const fourEyes = (ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>): void =>
  ensureAnother(ctx, 'FOUR_EYES', ['RegistrationStarted', 'RegistrationSubmitted', 'RegistrationAmended']);

type Relied = { readonly [key: `person:${string}`]: FactRef<PersonState> } & {
  readonly [key: `duplicate:${string}`]: FactRef<DuplicateState>;
};

function reliedOn(s: Filed): Relied {
  const persons = s.submission.members.map((one) => [`person:${one.person}`, fact<PersonState>('person', one.person)]);
  const cases = (s.check?.findings ?? []).flatMap(({ duplicate }) =>
    duplicate === undefined ? [] : [[`duplicate:${duplicate}`, fact<DuplicateState>('duplicate', duplicate)]],
  );
  return Object.fromEntries([...persons, ...cases]) as Relied;
}

const SETTLED: readonly string[] = ['merged', 'kept_separate', 'unmerged'];

/** Whether the look for duplicates lets an acceptance through, and what is written of it. */
function duplicatesSettled(
  s: Filed,
  override: string | undefined,
  duplicateOf: (id: string) => CaseRecord<DuplicateState> | undefined,
  elsewhere: readonly string[],
): DuplicateResult {
  ensure(s.check, 'DUPLICATE_CHECK_MISSING');
  const { algorithmVersion, findings } = s.check;
  const open = findings.filter(
    ({ duplicate }) => duplicate === undefined || !SETTLED.includes(duplicateOf(duplicate)?.status ?? ''),
  );
  if (override !== undefined) return { algorithmVersion, result: 'overridden', reason: override };
  if (open.length > 0) throw new Refused('DUPLICATE_UNRESOLVED', { open: open.length });
  ensure(elsewhere.length === 0, 'MEMBER_OF_ANOTHER_HOUSEHOLD', { person: elsewhere[0] ?? '' });
  return { algorithmVersion, result: findings.length > 0 ? 'resolved' : 'clear' };
}

/** What the branch does: verify, ask, look for duplicates, accept or reject. */
export const decision = {
  beginVerification: p.command({
    from: ['submitted'],
    permission: 'application:verify',
    input: z.strictObject({}),
    emits: ['RegistrationVerificationStarted'],
    to: ['under_verification'],
    decide: (_c, _s, ctx) => {
      fourEyes(ctx);
      return [{ type: 'RegistrationVerificationStarted', data: {} }];
    },
  }),
  requestInformation: p.command({
    from: ['under_verification'],
    permission: 'application:verify',
    input: z.strictObject({ items: z.array(RequestedItem).min(1).max(10), text: z.string().max(2000).optional() }),
    emits: ['RegistrationInformationRequested'],
    to: ['information_requested'],
    rules: [informationWindow],
    decide: (c, _s, ctx) => {
      const { days } = ctx.rule(informationWindow).value['*'];
      const dueOn = addDays(baghdadDate(ctx.occurredAt), days);
      return [{ type: 'RegistrationInformationRequested', data: { ...c, dueOn } }];
    },
  }),
  supplyInformation: p.command({
    from: ['information_requested'],
    permission: 'application:enter',
    input: z.strictObject({ items: z.array(RequestedItem).max(10), text: z.string().max(2000).optional() }),
    emits: ['RegistrationInformationSupplied'],
    to: ['under_verification'],
    decide: (c, _s, ctx) => {
      ensure(c.items.length > 0 || c.text !== undefined || ctx.evidence.length > 0, 'NOTHING_SUPPLIED');
      return [{ type: 'RegistrationInformationSupplied', data: c }];
    },
  }),
  expireInformationRequest: p.command({
    from: ['information_requested'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['RegistrationInformationRequestExpired'],
    to: ['under_verification'],
    decide: (_c, s, ctx) =>
      baghdadDate(ctx.now) > s.request.dueOn
        ? [{ type: 'RegistrationInformationRequestExpired', data: { dueOn: s.request.dueOn } }]
        : [],
  }),
  recordDuplicateCheck: p.command({
    from: ['submitted', 'under_verification'],
    permission: 'application:verify',
    input: z.strictObject({ algorithmVersion: z.string().min(1).max(120), findings: z.array(Finding).max(200) }),
    emits: ['DuplicateCheckRecorded'],
    to: ['submitted', 'under_verification'],
    decide: (c, s) => {
      const members = s.submission.members.map((one) => one.person);
      for (const one of c.findings) ensure(members.includes(one.person), 'NOT_A_MEMBER', { person: one.person });
      return [{ type: 'DuplicateCheckRecorded', data: c }];
    },
  }),
  accept: p.command({
    from: ['under_verification'],
    permission: 'application:decide',
    effect: 'legal',
    input: z.strictObject({ fileNo: FileNumber, duplicateOverride: z.string().min(10).max(500).optional() }),
    emits: ['RegistrationAccepted'],
    to: ['accepted'],
    facts: (_c, s) => reliedOn(s),
    decide: (c, s, ctx) => {
      fourEyes(ctx);
      const members = s.submission.members.map((one) => ({ id: one.person, now: ctx.facts[`person:${one.person}`]?.state }));
      for (const { id, now } of members) ensure(now?.status !== 'merged_into', 'MEMBER_RECORD_MERGED', { person: id });
      const elsewhere = members.filter(({ now }) => now?.household !== undefined).map(({ id }) => id);
      const settled = duplicatesSettled(s, c.duplicateOverride, (id) => ctx.facts[`duplicate:${id}`], elsewhere);
      const data = { household: ctx.newId('household'), fileNo: c.fileNo, duplicateCheck: settled };
      return [{ type: 'RegistrationAccepted', data }];
    },
  }),
  reject: p.command({
    from: ['under_verification'],
    permission: 'application:decide',
    effect: 'legal',
    input: z.strictObject({
      reasonCode: RejectionReason,
      text: z.string().max(2000).optional(),
      /** Reference of the written notice given to the family. */
      noticeRef: z.string().min(1).max(200).optional(),
      objectionRouteTold: z.boolean(),
    }),
    emits: ['RegistrationRejected'],
    to: ['rejected'],
    decide: (c, _s, ctx) => {
      fourEyes(ctx);
      const noticeRef = c.noticeRef ?? ctx.letterRef?.number;
      ensure(noticeRef !== undefined, 'NOTICE_MISSING');
      ensure(c.objectionRouteTold, 'OBJECTION_ROUTE_NOT_TOLD');
      const data = { reasonCode: c.reasonCode, text: c.text, noticeRef, objectionRouteTold: true as const };
      return [{ type: 'RegistrationRejected', data }];
    },
  }),
};
