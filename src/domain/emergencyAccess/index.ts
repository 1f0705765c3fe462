import { z } from 'zod';
import { type Act, keyOfBar } from '../emergencyBar/ids.ts';
import type { EmergencyBarState } from '../emergencyBar/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import type { OfficeRef } from '../kernel/caseEvents.ts';
import { addMilliseconds } from '../kernel/dates.ts';
import { idOf } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, defineProcess, type FactRef, fact, factByKey } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { escalationShares, mostHours, reviewWindow } from './policy.ts';
import { about, type EmergencyAccessState, ENDS, evolve, initial, seeks, timers, waitsOn } from './state.ts';

const HOUR_MS = 3_600_000;
const Words = z.string().trim().min(10).max(2000);

const p = defineProcess({
  name: 'emergencyAccess',
  plural: 'emergency-accesses',
  store: 'restricted',
  // It names a case of T3 by an opaque id; its words are sealed, and open to who confirms and reviews.
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  timers,
  about,
  seeks,
  // That another office owns the case would tell who asks that there is one.
  keptFromOwner: ['office'],
  clocks: { review: reviewWindow },
  escalation: { rule: escalationShares, levels: [{ party: 'branchesAffairs', role: 'branchesAffairs' }] },
  retracts: [],
  decisions: [
    'EmergencyAccessRequested',
    'EmergencyAccessConfirmed',
    'EmergencyAccessDeclined',
    'EmergencyAccessWithdrawn',
    'EmergencyAccessLapsed',
    'EmergencyAccessReviewed',
    'EmergencyAccessFoundUnjustified',
  ],
  labels,
});

const barOf = (staff: string, act: Act): FactRef<EmergencyBarState> => factByKey('emergencyBar', keyOfBar({ staff, act }));

/**
 * An officer's requests stand in a row: each names the one before and takes its id from it, so that of two at once one is no
 * request. The next comes when the last was declined, withdrawn or reviewed, and after one without ground when the bar for that
 * very one was lifted, whether or not it is on record yet. domain.md §14 asks for the review, nobody published this.
 */
function ensureSettled(last: CaseRecord<EmergencyAccessState> | undefined, bar: EmergencyBarState, officer: string): void {
  ensure(last?.state.requestedBy === officer, 'NOT_YOUR_LAST');
  const { status, justified } = last.state;
  ensure(status !== 'requested' && status !== 'open', 'ANOTHER_OPEN');
  ensure(status !== 'review_due', 'ANOTHER_UNREVIEWED');
  ensure(justified !== false || bar.lifted.includes(idOf(last.stream)), 'BARRED');
}

/** Who confirmed it, and the office they did it from. */
function confirmerIn({ history }: Pick<Context, 'history'>): { readonly confirmer?: { staff: string; office: OfficeRef } } {
  const by = history.findLast((one) => one.type === 'EmergencyAccessConfirmed')?.meta.actor;
  if (by?.organisation === undefined) return {};
  const { id: staff, organisation, office, governorate } = by;
  const place = { organisation, ...(office ? { office } : {}), ...(governorate ? { governorate } : {}) };
  return { confirmer: { staff, office: place } };
}

/** Breaking the glass: a reason, a second person, an end by the clock, a review that is due (domain.md §14, segregation rules). */
export const emergencyAccess = p.withCommands({
  request: p.command({
    from: 'new',
    permission: 'emergencyAccess:request',
    rules: [mostHours],
    input: z.strictObject({
      ...{ process: z.literal('clearance'), case: z.uuid(), hours: z.int().min(1), reason: Words },
      after: z.uuid().optional().meta({ description: 'The last one this officer asked for; absent for the first' }),
    }),
    naturalKey: (c, by) => `${by} after ${c.after ?? 'none'}`,
    facts: (c, _s, _id, actor) => ({
      asked: fact<unknown>(c.process, c.case),
      bar: barOf(actor.id, 'asking'),
      ...(c.after === undefined ? {} : { last: fact<EmergencyAccessState>('emergencyAccess', c.after) }),
    }),
    emits: ['EmergencyAccessRequested'],
    to: ['requested'],
    decide: ({ after, ...c }, _s, ctx) => {
      ensure(ctx.facts.bar.state.status !== 'barred', 'BARRED');
      if (after !== undefined) ensureSettled(ctx.facts.last, ctx.facts.bar.state, ctx.actor.id);
      const most = ctx.rule(mostHours).value;
      ensure(c.hours <= most, 'TOO_LONG', { most });
      // Whether there is such a case is not told: the id of a clearance follows from ids that many know.
      const office = ctx.facts.asked.owner?.office;
      const foreign = office === undefined || office === ctx.actor.office ? {} : { office };
      return [{ type: 'EmergencyAccessRequested', data: { ...c, ...foreign } }];
    },
  }),
  confirm: p.command({
    from: ['requested'],
    permission: 'emergencyAccess:confirm',
    effect: 'legal',
    input: z.strictObject({}),
    facts: (_c, s, _id, actor) => ({
      asked: fact<unknown>('clearance', s.case ?? ''),
      bar: barOf(actor.id, 'confirming'),
      askersBar: barOf(s.requestedBy ?? '', 'asking'),
    }),
    emits: ['EmergencyAccessConfirmed'],
    to: ['open'],
    decide: (_c, s, ctx) => {
      ensureAnother(ctx, 'SECOND_PERSON_NEEDED', ['EmergencyAccessRequested']);
      ensure(ctx.facts.bar.state.status !== 'barred', 'BARRED_FROM_CONFIRMING');
      ensure(ctx.facts.askersBar.state.status !== 'barred', 'ASKER_BARRED');
      // Two of one office would else open any case of the country between them.
      const { owner } = ctx.facts.asked;
      ensure(ctx.actor.post === 'branchesAffairs' || owner?.office === ctx.actor.office, 'CONFIRMED_BY_ITS_OFFICE');
      ensure(ctx.facts.asked.exists, 'CASE_UNKNOWN');
      const { process = '', case: id = '', requestedBy: staff = '', hours = 0 } = s;
      const until = addMilliseconds(ctx.now, hours * HOUR_MS);
      return [{ type: 'EmergencyAccessConfirmed', data: { process, case: id, staff, until } }];
    },
  }),
  decline: p.command({
    from: ['requested'],
    permission: 'emergencyAccess:confirm',
    input: z.strictObject({ reason: Words }),
    emits: ['EmergencyAccessDeclined'],
    to: ['declined'],
    decide: (c) => [{ type: 'EmergencyAccessDeclined', data: c }],
  }),
  withdraw: p.command({
    from: ['requested'],
    permission: 'emergencyAccess:withdraw',
    input: z.strictObject({}),
    emits: ['EmergencyAccessWithdrawn'],
    to: ['withdrawn'],
    decide: () => [{ type: 'EmergencyAccessWithdrawn', data: {} }],
  }),
  lapse: p.command({
    from: ['open'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['EmergencyAccessLapsed'],
    to: ['open', 'review_due'],
    decide: (_c, s, ctx) => (s.until !== undefined && s.until <= ctx.now ? [{ type: 'EmergencyAccessLapsed', data: {} }] : []),
  }),
  review: p.command({
    from: ['open', 'review_due'],
    permission: 'emergencyAccess:review',
    effect: 'legal',
    input: z.strictObject({ justified: z.boolean(), finding: Words }),
    emits: ['EmergencyAccessReviewed', 'EmergencyAccessFoundUnjustified'],
    to: ['reviewed'],
    decide: (c, s, ctx) => {
      ensureAnother(ctx, 'REVIEWED_BY_ANOTHER', ['EmergencyAccessRequested', 'EmergencyAccessConfirmed']);
      ensure(s.until !== undefined && s.until <= ctx.now, 'STILL_OPEN', { until: s.until ?? '' });
      const reviewed = { type: 'EmergencyAccessReviewed' as const, data: c };
      const { owner } = ctx.case;
      if (c.justified || s.requestedBy === undefined || owner === undefined) return [reviewed];
      const data = { staff: s.requestedBy, office: owner, ...confirmerIn(ctx) };
      return [reviewed, { type: 'EmergencyAccessFoundUnjustified', data }];
    },
  }),
});

export { followUps as emergencyAccessFollowUps } from './followUps.ts';
export type { EmergencyAccessState } from './state.ts';
