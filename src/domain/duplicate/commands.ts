import { z } from 'zod';
import { PersonPair } from '../household/events.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, defineProcess, type FactRefs, fact, type NewEvent } from '../kernel/process.ts';
import { events, type Resolution, Subject } from './events.ts';
import { labels } from './labels.ts';
import { escalationRule, reviewWindow, takeUpRule } from './policy.ts';
import { type Candidate, ensureHasWord, mergeOf, verdictOf } from './resolution.ts';
import { branchWaits, type DuplicateState, evolve, initial } from './state.ts';

const p = defineProcess({
  name: 'duplicate',
  plural: 'duplicates',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    detected: branchWaits,
    under_review: branchWaits,
    escalated: () => [{ key: 'decide', party: 'headquarters', holder: { role: 'branchesAffairs' }, clock: 'review' }],
    merged: () => [],
    kept_separate: () => [],
    unmerged: () => [],
  },
  ends: ['merged', 'kept_separate', 'unmerged'],
  about: (s) => ({
    households: s.subject === 'household' ? s.candidates : [],
    persons: s.subject === 'person' ? s.candidates : [],
    offices: s.branches.flatMap((one) => (one.office === undefined ? [] : [one.office])),
  }),
  clocks: { review: reviewWindow },
  decisions: ['HouseholdsMerged', 'PersonsMerged', 'DuplicateRejected', 'HouseholdMergeReversed', 'PersonMergeReversed'],
  escalation: { rule: escalationRule, levels: [{ party: 'headOfBranch', role: 'headOfBranch' }] },
  labels,
});

const reason = z.string().min(10).max(2000);

const candidates = (subject: Subject | undefined, ids: readonly string[]) =>
  Object.fromEntries(ids.map((id) => [id, fact<Candidate>(subject ?? 'household', id)]));

/** One office's word on a pair, and what it leads to. */
function said(
  s: DuplicateState,
  resolution: Resolution,
  decided: (by: 'headquarters' | 'both_branches' | 'one_branch') => NewEvent<typeof events>,
  ctx: Context<FactRefs>,
): NewEvent<typeof events>[] {
  const verdict = verdictOf(s, resolution, ctx);
  if (verdict.outcome === 'decided') return [decided(verdict.by)];
  const proposed = { type: 'DuplicateResolutionProposed', data: { office: verdict.office, resolution } } as const;
  return verdict.outcome === 'proposed'
    ? [proposed]
    : [proposed, { type: 'DuplicateEscalated', data: { ground: 'branches_disagree' } }];
}

/** Pairs of records that may be one: found by matching or by people, decided by people (domain specification §1.3). */
export const duplicate = p.withCommands({
  detect: p.command({
    from: 'new',
    permission: 'duplicate:detect',
    input: z.strictObject({
      subject: Subject,
      candidates: z.array(z.uuid()).length(2),
      matchFields: z.array(z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/)).max(40),
      score: z.int().min(0).max(100),
      algorithmVersion: z.string().min(1).max(120),
      /** What an officer noticed where the matching did not. */
      suspicion: reason.optional(),
    }),
    // One pair is one case, whoever finds it and however often.
    naturalKey: (c) => `${c.subject} ${[...c.candidates].sort().join(' ')}`,
    emits: ['DuplicateDetected'],
    to: ['detected'],
    rules: [takeUpRule],
    facts: (c) => candidates(c.subject, c.candidates),
    decide: (c, _s, ctx) => {
      const pair = [...c.candidates].sort();
      ensure(pair[0] !== pair[1], 'SAME_RECORD');
      for (const id of pair) ensure(ctx.facts[id]?.exists, 'CANDIDATE_UNKNOWN', { candidate: id });
      const alike = c.score >= ctx.rule(takeUpRule).value;
      ensure(alike || c.suspicion !== undefined, 'NOT_ALIKE_ENOUGH', { score: c.score });
      const branches = pair.flatMap((id) => ctx.facts[id]?.owner ?? []);
      return [{ type: 'DuplicateDetected', data: { ...c, candidates: pair, branches } }];
    },
  }),
  beginReview: p.command({
    from: ['detected', 'unmerged'],
    permission: 'duplicate:review',
    input: z.strictObject({}),
    emits: ['DuplicateReviewStarted'],
    to: ['under_review'],
    decide: () => [{ type: 'DuplicateReviewStarted', data: {} }],
  }),
  merge: p.command({
    from: ['under_review', 'escalated'],
    permission: 'duplicate:resolve',
    effect: 'legal',
    input: z.strictObject({
      survivor: z.uuid(),
      fields: z.record(z.string().max(40), z.uuid()),
      persons: z.array(PersonPair).max(60).optional(),
      documentsCompared: z.boolean(),
      benefitsDiffer: z.boolean(),
      familyHeardOn: LocalDate.optional(),
    }),
    emits: ['HouseholdsMerged', 'PersonsMerged', 'DuplicateResolutionProposed', 'DuplicateEscalated'],
    to: ['merged', 'under_review', 'escalated'],
    facts: (_c, s) => candidates(s.subject, s.candidates),
    decide: (c, s, ctx) => {
      ensureHasWord(s, ctx);
      ensure((c.familyHeardOn ?? '') <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: c.familyHeardOn ?? '' });
      for (const id of s.candidates)
        ensure(ctx.facts[id]?.status !== 'merged_into', 'CANDIDATE_ALREADY_MERGED', { candidate: id });
      const record = (id: string): Candidate => {
        const found = ctx.facts[id];
        ensure(found?.exists, 'CANDIDATE_UNKNOWN', { candidate: id });
        return found.state;
      };
      const resolution = mergeOf({ ...c, persons: c.persons ?? [] }, s, record);
      ensure(resolution.kind === 'merge', 'SURVIVOR_NOT_A_CANDIDATE');
      const { kind: _, ...data } = resolution;
      const type = s.subject === 'person' ? 'PersonsMerged' : 'HouseholdsMerged';
      return said(s, resolution, (decidedBy) => ({ type, data: { ...data, decidedBy } }), ctx);
    },
  }),
  keepSeparate: p.command({
    from: ['under_review', 'escalated'],
    permission: 'duplicate:resolve',
    effect: 'legal',
    input: z.strictObject({ reason }),
    emits: ['DuplicateRejected', 'DuplicateResolutionProposed', 'DuplicateEscalated'],
    to: ['kept_separate', 'under_review', 'escalated'],
    decide: (c, s, ctx) => {
      ensureHasWord(s, ctx);
      return said(s, { kind: 'keep_separate' }, (decidedBy) => ({ type: 'DuplicateRejected', data: { ...c, decidedBy } }), ctx);
    },
  }),
  escalateToHeadquarters: p.command({
    from: ['detected', 'under_review'],
    permission: 'duplicate:review',
    input: z.strictObject({}),
    emits: ['DuplicateEscalated'],
    to: ['escalated'],
    decide: () => [{ type: 'DuplicateEscalated', data: { ground: 'asked_by_branch' } }],
  }),
  unmerge: p.command({
    from: ['merged'],
    permission: 'duplicate:unmerge',
    effect: 'legal',
    input: z.strictObject({ reason }),
    emits: ['HouseholdMergeReversed', 'PersonMergeReversed'],
    to: ['unmerged'],
    decide: (c, s) => {
      const { decision } = s;
      ensure(decision?.kind === 'merge', 'NOTHING_MERGED');
      const { survivor, absorbed, persons } = decision;
      return s.subject === 'person'
        ? [{ type: 'PersonMergeReversed', data: { survivor, absorbed, reason: c.reason } }]
        : [{ type: 'HouseholdMergeReversed', data: { survivor, absorbed, persons, reason: c.reason } }];
    },
  }),
});
