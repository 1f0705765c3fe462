import { z } from 'zod';
import { ROLES } from '../access/roles.ts';
import { conflictWith, overlap } from '../access/segregation.ts';
import { INSTALLATION } from '../installation/ids.ts';
import type { InstallationState } from '../installation/index.ts';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { defineProcess, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import type { OrganisationState } from '../organisation/state.ts';
import { Adm1 } from '../places/pcodes.ts';
import { events, Identity, StaffName } from './events.ts';
import { ensureNotOneself, ensureOwnOrYourPerson, ensureYourPerson, ensureYoursToFill, today, worksBeside } from './guards.ts';
import { labels } from './labels.ts';
import { evolve, initial, reopened, type Staff } from './state.ts';

const reason = z.string().min(3).max(500);
const person = Identity.extend({ name: StaffName, synthetic: z.boolean().optional() });

/** The natural key of a member of staff: one record for each sign-in identity. */
const identityKey = (c: Identity): string => JSON.stringify([c.issuer, c.subject]);

const enrolled = ({ issuer, subject, name, synthetic }: z.output<typeof person>) => ({
  type: 'StaffEnrolled' as const,
  data: { name, identity: { issuer, subject }, ...(synthetic === undefined ? {} : { synthetic }) },
});

const p = defineProcess({
  name: 'staff',
  plural: 'staff',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: { none: () => [], active: () => [], suspended: () => [], left: () => [] },
  ends: ['left'],
  about: (s, id) => ({
    staff: id,
    offices: s.memberships.flatMap((one) => (one.office === undefined ? [] : [one.office])),
    parties: s.memberships.map((one) => one.organisation),
  }),
  reopens: { from: ['left'], state: reopened },
  decisions: [
    'AdministratorBootstrapped',
    'MembershipGranted',
    'MembershipEnded',
    'LeaveStarted',
    'LeaveEnded',
    'StaffSuspended',
    'StaffReinstated',
    'StaffLeft',
    'HandoverOrdered',
  ],
  labels,
});

/** People who work with cases: which posts they hold from when to when, who stands in for them, and whether they may act. */
export const staff = p.withCommands({
  enrol: p.command({
    from: 'new',
    permission: 'staff:enrol',
    input: person,
    naturalKey: identityKey,
    emits: ['StaffEnrolled'],
    to: ['active'],
    decide: (c) => [enrolled(c)],
  }),
  bootstrap: p.command({
    from: 'new',
    permission: 'system',
    input: person.extend({ organisation: z.uuid(), ranBy: z.string().min(1).max(200) }),
    naturalKey: identityKey,
    facts: (c) => ({
      installation: fact<InstallationState>('installation', INSTALLATION),
      organisation: fact<OrganisationState>('organisation', c.organisation),
    }),
    emits: ['StaffEnrolled', 'MembershipGranted', 'AdministratorBootstrapped'],
    to: ['active'],
    decide: (c, _, ctx) => {
      ensure(ctx.facts.installation.state.administrator === ctx.id, 'ALREADY_BOOTSTRAPPED');
      ensure(ctx.facts.organisation.status === 'active', 'ORGANISATION_UNKNOWN', { organisation: c.organisation });
      const membership = ctx.newId('membership');
      return [
        enrolled(c),
        {
          type: 'MembershipGranted',
          data: { membership, role: 'systemAdmin', organisation: c.organisation, from: today(ctx) },
        },
        { type: 'AdministratorBootstrapped', data: { ranBy: c.ranBy } },
      ];
    },
  }),
  giveWay: p.command({
    from: ['active', 'suspended'],
    permission: 'system',
    input: z.strictObject({}),
    facts: () => ({ installation: fact<InstallationState>('installation', INSTALLATION) }),
    emits: ['StaffLeft'],
    to: ['left'],
    decide: (_c, _s, ctx) => {
      ensure(ctx.facts.installation.state.replaced.includes(ctx.id), 'NOT_REPLACED');
      return [{ type: 'StaffLeft', data: { on: today(ctx), reason: 'another first administrator was named' } }];
    },
  }),
  grantMembership: p.command({
    from: ['active'],
    permission: 'staff:appoint',
    input: z.strictObject({
      role: z.enum(ROLES),
      organisation: z.uuid(),
      office: z.uuid().optional(),
      governorate: Adm1.optional(),
      from: LocalDate,
      until: LocalDate.optional(),
    }),
    facts: (c) => ({
      organisation: fact<OrganisationState>('organisation', c.organisation),
      office: c.office === undefined ? undefined : fact<OfficeState>('office', c.office),
    }),
    emits: ['MembershipGranted'],
    to: ['active'],
    decide: (c, s, ctx) => {
      ensureNotOneself(ctx);
      ensureYoursToFill(ctx, c);
      const { organisation, office } = ctx.facts;
      ensure(organisation.status === 'active', 'ORGANISATION_UNKNOWN', { organisation: c.organisation });
      if (c.office !== undefined) {
        ensure(office?.status === 'open', 'OFFICE_UNKNOWN', { office: c.office });
        ensure(office.state.organisation === c.organisation, 'OFFICE_NOT_OF_ORGANISATION', { office: c.office });
      }
      const governorate = office?.state.governorate ?? c.governorate;
      ensure(c.governorate === undefined || c.governorate === governorate, 'OFFICE_ELSEWHERE', { office: c.office ?? '' });
      ensure(c.until === undefined || c.from <= c.until, 'UNTIL_BEFORE_FROM', { from: c.from });
      const same = s.memberships.find((one) => one.role === c.role && one.office === c.office && overlap(one, c));
      ensure(same === undefined || same.organisation !== c.organisation, 'POST_ALREADY_HELD', { membership: same?.id ?? '' });
      const clash = conflictWith(s.memberships, c);
      ensure(clash === undefined, 'ROLES_INCOMPATIBLE', { role: c.role, held: clash?.role ?? '' });
      return [
        {
          type: 'MembershipGranted',
          data: { membership: ctx.newId('membership'), ...c, ...(governorate === undefined ? {} : { governorate }) },
        },
      ];
    },
  }),
  endMembership: p.command({
    from: ['active', 'suspended'],
    permission: 'staff:appoint',
    input: z.strictObject({ membership: z.uuid(), until: LocalDate, reason }),
    emits: ['MembershipEnded'],
    to: ['active', 'suspended'],
    decide: (c, s, ctx) => {
      ensureNotOneself(ctx);
      const post = s.memberships.find((one) => one.id === c.membership);
      ensure(post, 'MEMBERSHIP_UNKNOWN', { membership: c.membership });
      ensureYoursToFill(ctx, post);
      ensure(post.until === undefined || c.until <= post.until, 'ENDS_EARLIER_ALREADY', { until: post.until ?? '' });
      return post.until === c.until ? [] : [{ type: 'MembershipEnded', data: c }];
    },
  }),
  startLeave: p.command({
    from: ['active'],
    permission: 'staff:leave',
    input: z.strictObject({ from: LocalDate, until: LocalDate, deputy: z.uuid().optional() }),
    facts: (c) => ({ deputy: c.deputy === undefined ? undefined : fact<Staff>('staff', c.deputy) }),
    emits: ['LeaveStarted'],
    to: ['active'],
    decide: (c, s, ctx) => {
      ensureOwnOrYourPerson(ctx, s);
      ensure(c.from <= c.until, 'UNTIL_BEFORE_FROM', { from: c.from });
      ensure(c.until >= today(ctx), 'LEAVE_IS_OVER', { until: c.until });
      ensure(s.leave === undefined || s.leave.until < today(ctx), 'LEAVE_ALREADY_SET', { until: s.leave?.until ?? '' });
      const { deputy } = ctx.facts;
      if (deputy !== undefined) {
        ensure(deputy.id !== ctx.id && deputy.id !== ctx.actor.id, 'DEPUTY_MUST_BE_ANOTHER');
        ensure(worksBeside(s, deputy.state, ctx, c.from), 'DEPUTY_NOT_A_COLLEAGUE', { staff: deputy.id });
        const away = deputy.state.leave;
        ensure(away === undefined || !overlap(away, c), 'DEPUTY_ON_LEAVE', { staff: deputy.id });
        const clash = s.memberships.find((one) => overlap(one, c) && conflictWith(deputy.state.memberships, one));
        ensure(clash === undefined, 'ROLES_INCOMPATIBLE', { role: clash?.role ?? '', held: '' });
      }
      return [{ type: 'LeaveStarted', data: c }];
    },
  }),
  endLeave: p.command({
    from: ['active', 'suspended'],
    permission: 'staff:leave',
    input: z.strictObject({}),
    emits: ['LeaveEnded'],
    to: ['active', 'suspended'],
    decide: (_, s, ctx) => {
      ensureOwnOrYourPerson(ctx, s);
      ensure(s.leave !== undefined && s.leave.until >= today(ctx), 'NOT_ON_LEAVE');
      return [{ type: 'LeaveEnded', data: { on: today(ctx) } }];
    },
  }),
  suspend: p.command({
    from: ['active'],
    permission: 'staff:suspend',
    input: z.strictObject({ reason }),
    emits: ['StaffSuspended'],
    to: ['suspended'],
    decide: (c, s, ctx) => {
      ensureNotOneself(ctx);
      ensureYourPerson(ctx, s);
      return [{ type: 'StaffSuspended', data: c }];
    },
  }),
  reinstate: p.command({
    from: ['suspended'],
    permission: 'staff:suspend',
    input: z.strictObject({ reason }),
    emits: ['StaffReinstated'],
    to: ['active'],
    decide: (c, s, ctx) => {
      ensureNotOneself(ctx);
      ensureYourPerson(ctx, s);
      return [{ type: 'StaffReinstated', data: c }];
    },
  }),
  leaveService: p.command({
    from: ['active', 'suspended'],
    permission: 'staff:suspend',
    input: z.strictObject({ on: LocalDate, reason }),
    emits: ['StaffLeft'],
    to: ['left'],
    decide: (c, s, ctx) => {
      ensureNotOneself(ctx);
      ensureYourPerson(ctx, s);
      ensure(c.on <= today(ctx), 'LEAVES_IN_THE_FUTURE', { on: c.on });
      return [{ type: 'StaffLeft', data: c }];
    },
  }),
  handover: p.command({
    from: ['active', 'suspended', 'left'],
    permission: 'staff:handover',
    input: z.strictObject({ to: z.uuid(), reason }),
    facts: (c) => ({ colleague: fact<Staff>('staff', c.to) }),
    emits: ['HandoverOrdered'],
    to: ['active', 'suspended', 'left'],
    decide: (c, s, ctx) => {
      ensureOwnOrYourPerson(ctx, s);
      ensure(c.to !== ctx.id, 'HANDOVER_TO_ANOTHER');
      ensure(worksBeside(s, ctx.facts.colleague.state, ctx, today(ctx)), 'NOT_A_COLLEAGUE', { staff: c.to });
      return [{ type: 'HandoverOrdered', data: c }];
    },
  }),
});
