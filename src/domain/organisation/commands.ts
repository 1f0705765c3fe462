import { z } from 'zod';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { defineProcess } from '../kernel/process.ts';
import { events, Names, OrganisationKind } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial, reopened } from './state.ts';

const p = defineProcess({
  name: 'organisation',
  plural: 'organisations',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: { none: () => [], active: () => [], ended: () => [] },
  ends: ['ended'],
  about: (_, id) => ({ parties: [id] }),
  reopens: { from: ['ended'], state: reopened },
  labels,
});

/** The directory of organisations: who can own a case, take part in one or employ staff. */
export const organisation = p.withCommands({
  register: p.command({
    from: 'new',
    permission: 'organisation:manage',
    input: z.strictObject({ kind: OrganisationKind, names: Names, from: LocalDate, synthetic: z.boolean().optional() }),
    emits: ['OrganisationRegistered'],
    to: ['active'],
    decide: (c) => [{ type: 'OrganisationRegistered', data: c }],
  }),
  rename: p.command({
    from: ['active'],
    permission: 'organisation:manage',
    input: z.strictObject({ names: Names, from: LocalDate }),
    emits: ['OrganisationRenamed'],
    to: ['active'],
    decide: (c) => [{ type: 'OrganisationRenamed', data: c }],
  }),
  end: p.command({
    from: ['active'],
    permission: 'organisation:manage',
    input: z.strictObject({ until: LocalDate, reason: z.string().min(3).max(500) }),
    emits: ['OrganisationEnded'],
    to: ['ended'],
    decide: (c, s, ctx) => {
      ensure(c.until <= baghdadDate(ctx.now), 'ENDS_IN_THE_FUTURE', { until: c.until });
      ensure(s.from === undefined || s.from <= c.until, 'ENDS_BEFORE_IT_BEGAN', { from: s.from ?? '' });
      return [{ type: 'OrganisationEnded', data: c }];
    },
  }),
});
