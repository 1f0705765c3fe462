import { z } from 'zod';
import { postsOn, type StaffState } from '../access/membership.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, defineProcess, type FactRef, fact } from '../kernel/process.ts';
import type { OrganisationState } from '../organisation/state.ts';
import { governorateOf } from '../places/pcodes.ts';
import { isSensitive, Sensitivity } from './codes.ts';
import { Capacity, events, ServiceId, ServiceTerms } from './events.ts';
import { labels } from './labels.ts';
import { confirmationWindow } from './policy.ts';
import { confirmKey, evolve, initial, type ProviderState, type Service } from './state.ts';

const reason = z.string().min(3).max(500);

const p = defineProcess({
  name: 'provider',
  plural: 'providers',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    listed: (s) => [{ key: confirmKey(s), party: 'provider', holder: { organisation: s.organisation }, clock: 'confirm' }],
  },
  ends: [],
  about: (s) => (s.status === 'none' ? {} : { parties: [s.organisation], governorates: governoratesOf(s) }),
  clocks: { confirm: confirmationWindow },
  // Corrected, these would go round the check of the organisation and the closed list of specialised services.
  decisions: ['ProviderRegistered', 'ServiceAdded'],
  labels,
});

/** Where the provider's services are offered: the desks of these governorates keep the entry too. */
function governoratesOf(state: ProviderState): readonly string[] {
  const areas = state.services.filter((one) => one.status !== 'ended').flatMap((one) => one.areas);
  return [...new Set(areas.flatMap((area) => governorateOf(area) ?? []))];
}

function serviceMeant(state: ProviderState, id: string): Service {
  const service = state.services.find((one) => one.id === id);
  ensure(service, 'SERVICE_UNKNOWN', { service: id });
  ensure(service.status !== 'ended', 'SERVICE_ENDED', { service: id });
  return service;
}

/** A focal point works for the provider on the day of the appointment. */
function ensureOfProvider(state: ProviderState, staff: string, ctx: Context<{ staff: FactRef<StaffState> }>) {
  const works = postsOn(ctx.facts.staff.state, baghdadDate(ctx.now)).some((one) => one.organisation === state.organisation);
  ensure(works, 'NOT_OF_THIS_PROVIDER', { staff });
}

/** The service provider directory (domain.md §8): one entry an organisation, which referrals are matched against. */
export const provider = p.withCommands({
  register: p.command({
    from: 'new',
    permission: 'provider:register',
    input: z.strictObject({ organisation: Uuid, phone: z.string().regex(/^[+0-9 ()-]{3,40}$/) }),
    naturalKey: (c) => c.organisation,
    facts: (c) => ({ organisation: fact<OrganisationState>('organisation', c.organisation) }),
    emits: ['ProviderRegistered'],
    to: ['listed'],
    decide: (c, _s, ctx) => {
      ensure(ctx.facts.organisation.state.status === 'active', 'ORGANISATION_UNKNOWN', { organisation: c.organisation });
      const own = c.organisation === ctx.actor.organisation;
      ensure(own || ctx.actor.post === 'referralDesk', 'NOT_YOUR_ORGANISATION', { organisation: c.organisation });
      return [{ type: 'ProviderRegistered', data: c }];
    },
  }),
  addService: p.command({
    from: ['listed'],
    permission: 'provider:keep',
    input: ServiceTerms,
    emits: ['ServiceAdded'],
    to: ['listed'],
    decide: (c, _s, ctx) => {
      const special = c.needs.find((need) => isSensitive(need) || need === 'specialised_support');
      ensure(special === undefined, 'SENSITIVE_SERVICE_NEEDS_LISTING', { need: special ?? '' });
      return [{ type: 'ServiceAdded', data: { ...c, service: ctx.newId('service') } }];
    },
  }),
  /** The closed list of specialised providers is kept by the referral desk, not by the providers (domain.md §8, actors). */
  listSpecialised: p.command({
    from: ['listed'],
    permission: 'provider:listSpecialised',
    input: ServiceTerms.omit({ needs: true }).extend({ sensitive: Sensitivity }),
    emits: ['ServiceAdded'],
    to: ['listed'],
    decide: (c, s, ctx) => {
      const listed = s.services.some((one) => one.sensitive === c.sensitive && one.status !== 'ended');
      ensure(!listed, 'ALREADY_LISTED', { sensitive: c.sensitive });
      return [{ type: 'ServiceAdded', data: { ...c, needs: [c.sensitive], service: ctx.newId('service') } }];
    },
  }),
  changeCapacity: p.command({
    from: ['listed'],
    permission: 'provider:keep',
    input: z.strictObject({ service: ServiceId, capacity: Capacity }),
    emits: ['CapacityChanged'],
    to: ['listed'],
    decide: (c, s) => {
      serviceMeant(s, c.service);
      return [{ type: 'CapacityChanged', data: c }];
    },
  }),
  pauseService: p.command({
    from: ['listed'],
    permission: 'provider:keep',
    input: z.strictObject({ service: ServiceId, reason, until: LocalDate.optional() }),
    emits: ['ServicePaused'],
    to: ['listed'],
    decide: (c, s, ctx) => {
      ensure(serviceMeant(s, c.service).status === 'offered', 'SERVICE_PAUSED', { service: c.service });
      ensure(c.until === undefined || c.until >= baghdadDate(ctx.now), 'UNTIL_IN_THE_PAST', { until: c.until ?? '' });
      return [{ type: 'ServicePaused', data: c }];
    },
  }),
  resumeService: p.command({
    from: ['listed'],
    permission: 'provider:keep',
    input: z.strictObject({ service: ServiceId }),
    emits: ['ServiceResumed'],
    to: ['listed'],
    decide: (c, s) => {
      ensure(serviceMeant(s, c.service).status === 'paused', 'SERVICE_NOT_PAUSED', { service: c.service });
      return [{ type: 'ServiceResumed', data: c }];
    },
  }),
  endService: p.command({
    from: ['listed'],
    permission: 'provider:keep',
    input: z.strictObject({ service: ServiceId, reason }),
    emits: ['ServiceEnded'],
    to: ['listed'],
    decide: (c, s) => {
      serviceMeant(s, c.service);
      return [{ type: 'ServiceEnded', data: c }];
    },
  }),
  appointFocalPoint: p.command({
    from: ['listed'],
    permission: 'provider:appoint',
    input: z.strictObject({ staff: Uuid }),
    facts: (c) => ({ staff: fact<StaffState>('staff', c.staff) }),
    emits: ['FocalPointAppointed'],
    to: ['listed'],
    decide: (c, s, ctx) => {
      ensure(!s.focalPoints.includes(c.staff), 'ALREADY_FOCAL_POINT', { staff: c.staff });
      ensureOfProvider(s, c.staff, ctx);
      return [{ type: 'FocalPointAppointed', data: c }];
    },
  }),
  replaceFocalPoint: p.command({
    from: ['listed'],
    permission: 'provider:appoint',
    input: z.strictObject({ staff: Uuid, by: Uuid }),
    facts: (c) => ({ staff: fact<StaffState>('staff', c.by) }),
    emits: ['FocalPointReplaced'],
    to: ['listed'],
    decide: (c, s, ctx) => {
      ensure(s.focalPoints.includes(c.staff), 'NOT_A_FOCAL_POINT', { staff: c.staff });
      ensure(c.by !== c.staff, 'ALREADY_FOCAL_POINT', { staff: c.by });
      ensureOfProvider(s, c.by, ctx);
      return [{ type: 'FocalPointReplaced', data: c }];
    },
  }),
  confirmEntry: p.command({
    from: ['listed'],
    permission: 'provider:keep',
    input: z.strictObject({}),
    emits: ['DirectoryEntryConfirmed'],
    to: ['listed'],
    decide: () => [{ type: 'DirectoryEntryConfirmed', data: {} }],
  }),
});
