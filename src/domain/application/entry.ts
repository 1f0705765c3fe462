import { z } from 'zod';
import { postsOn, type StaffState } from '../access/membership.ts';
import { headTypeOf, isOnePlace, type Submission, SubmissionInput } from '../household/data.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, type FactRef, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { isMinorOn } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import { p } from './definition.ts';
import { Capacity, events, WithdrawalReason } from './events.ts';
import type { ApplicationState } from './state.ts';

/** Posts of the ministry's own branches, whose office decides on what it enters. */
const OF_A_BRANCH = ['registrar', 'verifier', 'headOfBranch'];

const living = (person: CaseRecord<PersonState> | undefined): boolean =>
  person?.state.status === 'recorded' && person.state.kind === 'natural';

function focalPointKnown(staff: CaseRecord<StaffState> | undefined, now: string): void {
  ensure(!staff || postsOn(staff.state, baghdadDate(now)).length > 0, 'FOCAL_POINT_UNKNOWN');
}

type Persons = Readonly<Record<string, CaseRecord<PersonState>>>;

/** Everyone a submission speaks of, by id. */
const personsOf = (c: SubmissionInput): Record<string, FactRef<PersonState>> =>
  Object.fromEntries([...c.members.map((one) => one.person), c.head].map((id) => [id, fact<PersonState>('person', id)]));

type Begun = Exclude<ApplicationState, { status: 'none' }>;

/** What is declared, held to the rules of entry; missing papers are not among them (domain specification §0.2, rule 4). */
function declared(c: SubmissionInput, s: Begun, persons: Persons, ctx: Pick<Context, 'now'>): Submission {
  const ids = c.members.map((one) => one.person);
  ensure(new Set(ids).size === ids.length, 'MEMBER_TWICE');
  for (const id of ids) ensure(living(persons[id]), 'PERSON_UNKNOWN', { person: id });
  ensure(ids.includes(c.head), 'HEAD_NOT_A_MEMBER');
  ensure(s.capacity === 'representative' || ids.includes(s.applicant), 'APPLICANT_NOT_A_MEMBER');
  ensure(ids.includes(c.consent.givenBy) || c.consent.givenBy === s.applicant, 'CONSENT_NOT_OF_THE_FAMILY');
  for (const need of c.needs ?? []) ensure(ids.includes(need.person), 'NOT_A_MEMBER', { person: need.person });
  ensure(isOnePlace(c.origin), 'PLACES_DISAGREE');
  const day = baghdadDate(ctx.now);
  const head = persons[c.head]?.state ?? {};
  ensure(!isMinorOn(head, day) || s.focalPoint !== undefined, 'PROTECTION_FOCAL_POINT_NEEDED');
  return {
    ...c,
    headType: headTypeOf(head, day),
    documents: (c.documents ?? []).map((one) => ({ ...one, usable: one.status === 'valid' })),
    needs: c.needs ?? [],
    legacyNumbers: c.legacyNumbers ?? [],
  };
}

/** What the office that helps the family does: start, submit, amend, withdraw. */
export const entry = {
  start: p.command({
    from: 'new',
    permission: 'application:enter',
    input: z.strictObject({
      applicant: z.uuid(),
      capacity: Capacity,
      focalPoint: z.uuid().optional(),
      /** The branch that decides; for a ministry branch its own office unless said otherwise. */
      branch: z.uuid().optional(),
    }),
    emits: ['RegistrationStarted'],
    to: ['draft'],
    facts: (c) => ({
      applicant: fact<PersonState>('person', c.applicant),
      branch: c.branch === undefined ? undefined : fact<OfficeState>('office', c.branch),
      focalPoint: c.focalPoint === undefined ? undefined : fact<StaffState>('staff', c.focalPoint),
    }),
    decide: (c, _s, ctx) => {
      const { applicant, branch, focalPoint } = ctx.facts;
      ensure(living(applicant), 'PERSON_UNKNOWN', { person: c.applicant });
      const minor = isMinorOn(applicant.state, baghdadDate(ctx.now)) === true;
      ensure(!minor || c.capacity === 'child_head', 'APPLICANT_IS_A_MINOR');
      ensure(c.capacity !== 'representative' || ctx.evidence.length > 0 || ctx.letterRef, 'AUTHORITY_NOT_SHOWN');
      ensure(c.capacity !== 'child_head' || c.focalPoint !== undefined, 'PROTECTION_FOCAL_POINT_NEEDED');
      focalPointKnown(focalPoint, ctx.now);
      ensure(branch || OF_A_BRANCH.includes(ctx.actor.post), 'BRANCH_NEEDED');
      ensure(!branch || (branch.state.status === 'open' && branch.state.kind === 'branch'), 'OFFICE_UNKNOWN');
      const {
        organisation = '',
        office,
        governorate,
      } = branch ? { ...branch.state, office: c.branch } : { ...ctx.actor, organisation: ctx.actor.organisation };
      const data = { applicant: c.applicant, capacity: c.capacity, focalPoint: c.focalPoint };
      return [{ type: 'RegistrationStarted', data: { ...data, branch: { organisation, office, governorate } } }];
    },
  }),
  nameFocalPoint: p.command({
    from: ['draft', 'submitted', 'under_verification', 'information_requested'],
    permission: 'application:enter',
    input: events.ProtectionFocalPointNamed,
    emits: ['ProtectionFocalPointNamed'],
    to: ['draft', 'submitted', 'under_verification', 'information_requested'],
    facts: (c) => ({ focalPoint: fact<StaffState>('staff', c.focalPoint) }),
    decide: (c, _s, ctx) => {
      focalPointKnown(ctx.facts.focalPoint, ctx.now);
      return [{ type: 'ProtectionFocalPointNamed', data: c }];
    },
  }),
  submit: p.command({
    from: ['draft'],
    permission: 'application:enter',
    input: SubmissionInput,
    emits: ['RegistrationSubmitted'],
    to: ['submitted'],
    facts: personsOf,
    decide: (c, s, ctx) => [{ type: 'RegistrationSubmitted', data: declared(c, s, ctx.facts, ctx) }],
  }),
  amend: p.command({
    from: ['submitted', 'under_verification', 'information_requested'],
    permission: 'application:enter',
    input: z.strictObject({ ...SubmissionInput.shape, amendment: z.string().min(3).max(1000) }),
    emits: ['RegistrationAmended'],
    to: ['submitted', 'under_verification', 'information_requested'],
    facts: personsOf,
    decide: (c, s, ctx) => {
      const { amendment, ...content } = c;
      return [{ type: 'RegistrationAmended', data: { ...declared(content, s, ctx.facts, ctx), reason: amendment } }];
    },
  }),
  withdraw: p.command({
    from: ['draft', 'submitted', 'under_verification', 'information_requested'],
    permission: 'application:enter',
    input: z.strictObject({ reasonCode: WithdrawalReason, text: z.string().max(2000).optional() }),
    emits: ['RegistrationWithdrawn'],
    to: ['withdrawn'],
    decide: (c) => [{ type: 'RegistrationWithdrawn', data: c }],
  }),
};
