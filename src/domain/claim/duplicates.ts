import { z } from 'zod';
import type { CaseRecord } from '../kernel/case.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, fact } from '../kernel/process.ts';
import { DuplicateGround } from './codes.ts';
import { p } from './definition.ts';
import { Text } from './events.ts';
import { reservesBeside } from './loss.ts';
import { ENDS, LINE } from './stages.ts';
import type { Claim, ClaimState } from './state.ts';

const LIVE = [...LINE, 'suspended'] as const;
const EVER = [...LIVE, ...ENDS] as const;
const BEFORE_MONEY = LINE.slice(0, LINE.indexOf('batch_listed'));

/** Claims found to hold what this one asked to keep, also where the note of it could not be made yet (a file from paper). */
const refusedBy = (record: CaseRecord<unknown>): readonly string[] =>
  record.reservations.flatMap((one) => (one.status === 'refused' && one.heldBy ? [one.heldBy.replace(/^claim-/, '')] : []));

/** Claims this one may repeat and nobody has decided on yet. */
export const suspected = (s: Claim, record: CaseRecord<unknown>): readonly string[] => [
  ...new Set([...s.suspicions.map((one) => one.of), ...refusedBy(record)]),
];

/** The same damage is not compensated twice (P-SIMA-PC): no decision and no money before a suspicion is settled. */
export const duplicatesSettled = (s: Claim, ctx: Pick<Context, 'case'>): void =>
  ensure(suspected(s, ctx.case).length === 0, 'DUPLICATE_UNRESOLVED');

/** Suspicions are recorded and resolved by people; a merge can be taken back. */
export const duplicates = {
  detectDuplicate: p.command({
    from: EVER,
    permission: 'system',
    input: z.strictObject({ of: z.uuid(), ground: DuplicateGround }),
    emits: ['ClaimDuplicateDetected'],
    to: EVER,
    decide: (c, s, ctx) =>
      c.of === ctx.id || s.suspicions.some((one) => one.of === c.of) ? [] : [{ type: 'ClaimDuplicateDetected', data: c }],
  }),
  suspectDuplicate: p.command({
    from: LIVE,
    permission: 'claim:suspect',
    input: z.strictObject({ of: z.uuid(), ground: DuplicateGround }),
    emits: ['ClaimDuplicateDetected'],
    to: LIVE,
    facts: (c) => ({ other: fact<ClaimState>('claim', c.of) }),
    decide: (c, s, ctx) => {
      ensure(c.of !== ctx.id && ctx.facts.other.exists, 'CLAIM_UNKNOWN');
      return s.suspicions.some((one) => one.of === c.of) ? [] : [{ type: 'ClaimDuplicateDetected', data: c }];
    },
  }),
  keepSeparate: p.command({
    from: LIVE,
    permission: 'claim:resolve',
    effect: 'legal',
    input: z.strictObject({ of: z.uuid(), reason: Text }),
    reserves: (c, s) => reservesBeside(s, c.of),
    emits: ['ClaimKeptSeparate'],
    to: LIVE,
    decide: (c, s, ctx) => {
      ensure(suspected(s, ctx.case).includes(c.of), 'NOT_SUSPECTED');
      return [{ type: 'ClaimKeptSeparate', data: c }];
    },
  }),
  mergeInto: p.command({
    from: BEFORE_MONEY,
    permission: 'claim:resolve',
    effect: 'legal',
    input: z.strictObject({ claim: z.uuid(), reason: Text }),
    emits: ['ClaimMerged'],
    to: ['duplicate'],
    facts: (c) => ({ other: fact<ClaimState>('claim', c.claim) }),
    decide: (c, s, ctx) => {
      ensure(suspected(s, ctx.case).includes(c.claim), 'NOT_SUSPECTED');
      const { other } = ctx.facts;
      const live = other.exists && !other.retracted && !['duplicate', 'withdrawn', 'lapsed'].includes(other.state.status);
      ensure(live, 'OTHER_CLAIM_HAS_ENDED');
      return [{ type: 'ClaimMerged', data: { into: c.claim, reason: c.reason } }];
    },
  }),
  reverseMerge: p.command({
    from: ['duplicate'],
    permission: 'claim:resolve',
    effect: 'legal',
    input: z.strictObject({ reason: Text }),
    emits: ['ClaimMergeReversed'],
    to: BEFORE_MONEY,
    decide: (c, s, ctx) => {
      ensure(s.mergedInto !== undefined, 'NOT_SUSPECTED', { claim: ctx.id });
      return [{ type: 'ClaimMergeReversed', data: { from: s.mergedInto, reason: c.reason } }];
    },
  }),
};
