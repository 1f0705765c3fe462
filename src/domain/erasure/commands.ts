import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { fileLifeRule } from '../kernel/documents.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, defineProcess, type FactRef, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import type { PersonState } from '../person/state.ts';
import { type CaseRef, Extent, Ground, RefusalReason, Requester, Subject } from './codes.ts';
import { events, type Hold } from './events.ts';
import { labels } from './labels.ts';
import { backupsRule, holdsOn, holdsRule, retentionRule } from './policy.ts';
import { about, type Erasure, evolve, initial, timers, waitsOn } from './state.ts';

const p = defineProcess({
  name: 'erasure',
  plural: 'erasures',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ['certified', 'refused', 'withdrawn'],
  timers,
  about,
  decisions: [
    'ErasureExtentFound',
    'ErasureRefused',
    'ErasureApproved',
    'ErasureStopped',
    'ErasureHeldElsewhere',
    'ErasureBegun',
    'ErasureCarriedOut',
    'ErasureCertified',
  ],
  labels,
});

type Records = { readonly [key: `record:${string}`]: FactRef<unknown> };

const erasedOf = ({ persons, households, cases }: Extent): readonly CaseRef[] => [
  ...persons.map((id) => ({ process: 'person', id })),
  ...households.map((id) => ({ process: 'household', id })),
  ...cases,
];

/** Every record an erasure touches, from the log itself: a read model may not know yet of a claim filed a moment ago. */
const recordsOf = (extent: Extent): Records =>
  Object.fromEntries(
    [...erasedOf(extent), ...extent.kept].map(({ process, id }) => [`record:${process}-${id}`, fact<unknown>(process, id)]),
  );

const HOLDING = [retentionRule, holdsRule];

function holdsNow(s: Erasure, extent: Extent, ctx: Context<Records>): readonly Hold[] {
  const found = (refs: readonly CaseRef[]): readonly CaseRecord<unknown>[] =>
    refs.flatMap(({ process, id }) => ctx.facts[`record:${process}-${id}`] ?? []);
  return holdsOn(found(erasedOf(extent)), found(extent.kept), {
    ground: s.ground,
    classes: ctx.rule(retentionRule).value,
    holding: ctx.rule(holdsRule).value,
    now: ctx.now,
  });
}

/** Erasure of a person's or a household's data: asked for, examined, decided by a second officer, carried out, certified. */
export const erasure = p.withCommands({
  request: p.command({
    from: 'new',
    permission: 'erasure:request',
    input: z.strictObject({
      subject: Subject,
      ground: Ground,
      requester: Requester,
      /** The office whose head decides; the own one when absent. */
      branch: z.uuid().optional(),
    }),
    emits: ['ErasureRequested'],
    to: ['requested'],
    facts: (c) => ({
      subject: fact<PersonState | HouseholdState>(c.subject.kind, c.subject.id),
      branch: c.branch === undefined ? undefined : fact<OfficeState>('office', c.branch),
    }),
    decide: (c, _s, ctx) => {
      const { subject, branch } = ctx.facts;
      ensure(subject.exists && !subject.retracted, 'SUBJECT_UNKNOWN');
      const { owner } = subject;
      const { organisation, office, governorate } = ctx.actor;
      ensure(owner?.organisation === organisation && owner?.office === office, 'NOT_YOUR_RECORD');
      ensure(subject.status !== 'merged_into', 'RECORD_MERGED');
      ensure(!branch || branch.exists, 'OFFICE_UNKNOWN');
      // A branch decides on its own records; of a partner's, the branch of the governorate does.
      const isNear = branch?.state.kind === 'branch' && branch.state.governorate === governorate;
      ensure(!branch || c.branch === office || (branch.state.organisation !== organisation && isNear), 'NOT_THE_BRANCH');
      const decider = c.branch ?? office;
      ensure(decider !== undefined, 'OFFICE_UNKNOWN');
      const onPaper = ctx.evidence.length > 0 || ctx.letterRef !== undefined;
      ensure(c.ground !== 'court_order' || onPaper, 'ORDER_MISSING');
      return [{ type: 'ErasureRequested', data: { ...c, branch: decider } }];
    },
  }),
  withdraw: p.command({
    from: ['requested', 'examined'],
    permission: 'erasure:withdraw',
    input: z.strictObject({}),
    emits: ['ErasureWithdrawn'],
    to: ['withdrawn'],
    decide: () => [{ type: 'ErasureWithdrawn', data: {} }],
  }),
  refuse: p.command({
    from: ['requested', 'examined'],
    permission: 'erasure:decide',
    effect: 'legal',
    input: z.strictObject({ reason: RefusalReason }),
    emits: ['ErasureRefused'],
    to: ['refused'],
    decide: (c, _s, ctx) => {
      secondOfficer(ctx);
      return [{ type: 'ErasureRefused', data: c }];
    },
  }),
  approve: p.command({
    from: ['examined'],
    permission: 'erasure:decide',
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['ErasureApproved'],
    to: ['approved'],
    rules: HOLDING,
    facts: (_c, s) => recordsOf(s.extent ?? NOTHING),
    decide: (_c, s, ctx) => {
      secondOfficer(ctx);
      const [hold] = holdsNow(s, s.extent ?? NOTHING, ctx);
      ensure(hold?.because !== 'open_case', 'HELD_BY_OPEN_CASE', hold?.case);
      ensure(!hold, 'HELD_BY_RETENTION', { ...hold?.case, until: hold?.until ?? '' });
      return [{ type: 'ErasureApproved', data: {} }];
    },
  }),
  recordExtent: p.command({
    from: ['requested'],
    permission: 'system',
    input: z.strictObject({ extent: Extent }),
    emits: ['ErasureExtentFound'],
    to: ['examined'],
    decide: (c) => [{ type: 'ErasureExtentFound', data: c }],
  }),
  /** The last look before keys go: what came up since the approval brings it back to who decides. */
  begin: p.command({
    from: ['approved'],
    permission: 'system',
    input: z.strictObject({ extent: Extent, heldElsewhere: z.boolean().optional() }),
    emits: ['ErasureBegun', 'ErasureStopped', 'ErasureHeldElsewhere', 'ErasureExtentFound'],
    to: ['erasing', 'requested', 'examined'],
    rules: HOLDING,
    facts: (c) => recordsOf(c.extent),
    decide: (c, s, ctx) => {
      const holds = holdsNow(s, c.extent, ctx);
      if (holds.length > 0) return [{ type: 'ErasureStopped', data: { holds: [...holds] } }];
      if (c.heldElsewhere) return [{ type: 'ErasureHeldElsewhere', data: {} }];
      const approved = new Set(subjectsOf(s.extent ?? NOTHING));
      const isApproved = subjectsOf(c.extent).every((one) => approved.has(one));
      return [{ type: isApproved ? 'ErasureBegun' : 'ErasureExtentFound', data: { extent: c.extent } }];
    },
  }),
  /** Given once the keys are destroyed. */
  finish: p.command({
    from: ['erasing'],
    permission: 'system',
    input: z.strictObject({ keys: z.int().min(0) }),
    emits: ['ErasureCarriedOut'],
    to: ['carried_out'],
    rules: [backupsRule, fileLifeRule],
    decide: (c, s, ctx) => {
      // A file of many people is not looked through for one: its own end comes, and then that of the backups of its key.
      const { imports, exports } = ctx.rule(fileLifeRule).value;
      const days = Math.max(imports, exports) + ctx.rule(backupsRule).value.days;
      const finalOn = addDays(baghdadDate(ctx.now), days);
      return [{ type: 'ErasureCarriedOut', data: { subjects: [...subjectsOf(s.extent ?? NOTHING)], keys: c.keys, finalOn } }];
    },
  }),
  certify: p.command({
    from: ['carried_out'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ErasureCertified'],
    to: ['certified'],
    decide: (_c, s, ctx) =>
      s.certificate !== undefined && baghdadDate(ctx.now) >= s.certificate.finalOn
        ? [{ type: 'ErasureCertified', data: {} }]
        : [],
  }),
});

const NOTHING: Extent = { persons: [], households: [], cases: [], kept: [], files: [] };

/** Entry is not approval (domain.md §14). */
const secondOfficer = (ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>): void =>
  ensureAnother(ctx, 'FOUR_EYES', ['ErasureRequested']);

/** Every subject whose keys an erasure destroys. */
export const subjectsOf = ({ persons, households, cases, files }: Extent): readonly string[] => [
  ...new Set([...persons, ...households, ...cases.map((one) => one.id), ...files]),
];
