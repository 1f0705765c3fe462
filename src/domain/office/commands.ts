import { z } from 'zod';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { defineProcess, fact } from '../kernel/process.ts';
import { Names } from '../organisation/events.ts';
import type { OrganisationState } from '../organisation/state.ts';
import { within } from '../places/pcodes.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { evolve, initial, reopened } from './state.ts';

const p = defineProcess({
  name: 'office',
  plural: 'offices',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: { none: () => [], open: () => [], closed: () => [] },
  ends: ['closed'],
  about: (s, id) => ({
    offices: [id],
    ...(s.organisation ? { parties: [s.organisation] } : {}),
    ...(s.governorate ? { governorates: [s.governorate] } : {}),
  }),
  reopens: { from: ['closed'], state: reopened },
  labels,
});

/** Offices: where people work and cases wait. An office belongs to one organisation and lies in one governorate. */
export const office = p.withCommands({
  open: p.command({
    from: 'new',
    permission: 'office:manage',
    input: events.OfficeOpened,
    facts: (c) => ({ organisation: fact<OrganisationState>('organisation', c.organisation) }),
    emits: ['OfficeOpened'],
    to: ['open'],
    decide: (c, _, ctx) => {
      ensure(ctx.facts.organisation.status === 'active', 'ORGANISATION_UNKNOWN', { organisation: c.organisation });
      ensure(c.district === undefined || within(c.district, c.governorate), 'DISTRICT_ELSEWHERE', {
        district: c.district ?? '',
        governorate: c.governorate,
      });
      return [{ type: 'OfficeOpened', data: c }];
    },
  }),
  rename: p.command({
    from: ['open'],
    permission: 'office:manage',
    input: z.strictObject({ names: Names, from: LocalDate }),
    emits: ['OfficeRenamed'],
    to: ['open'],
    decide: (c) => [{ type: 'OfficeRenamed', data: c }],
  }),
  close: p.command({
    from: ['open'],
    permission: 'office:manage',
    input: z.strictObject({ until: LocalDate, reason: z.string().min(3).max(500) }),
    emits: ['OfficeClosed'],
    to: ['closed'],
    decide: (c, s, ctx) => {
      ensure(c.until <= baghdadDate(ctx.now), 'CLOSES_IN_THE_FUTURE', { until: c.until });
      ensure(s.from === undefined || s.from <= c.until, 'CLOSES_BEFORE_IT_OPENED', { from: s.from ?? '' });
      return [{ type: 'OfficeClosed', data: c }];
    },
  }),
});
