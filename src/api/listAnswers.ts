import { z } from 'zod';
import { LabelView, Reference } from './answers.ts';

/** Shapes of what lists answer, for the serializers and for the OpenAPI document. */
const text = z.string().nullable();
const instant = z.string().meta({ format: 'date-time' });

/** A case in a list: no personal values. */
export const CaseItem = z.object({
  process: z.string(),
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  ownerOrganisation: text,
  ownerOffice: text,
  ownerGovernorate: text,
  assignees: z.array(z.string()),
  households: z.array(z.string()),
  persons: z.array(z.string()),
  urgency: text,
  openedAt: instant,
  changedAt: instant,
  changedBy: z.string(),
  revision: z.int(),
  logIndex: z.string(),
});

export const QueueItemView = z.object({
  process: z.string(),
  id: z.uuid(),
  reference: Reference,
  status: text.meta({ description: 'Null for who is shown that something waits and may not find the case' }),
  revision: z.int(),
  wait: z.string(),
  party: z.string(),
  holderOrganisation: text,
  holderOffice: text,
  holderRole: text,
  holderGovernorate: text,
  since: instant,
  due: text,
  overdue: z.boolean(),
  level: z.int(),
  pausedAt: text,
  assignee: text,
  unattended: z.boolean(),
  urgency: text,
  priority: z.int().meta({ description: '0 emergency, 1 urgent, 2 normal' }),
  round: z.int().meta({ description: 'How often the case has come to this wait' }),
});

export const QueueCountView = z.object({
  process: z.string(),
  wait: z.string(),
  holderOrganisation: text,
  holderOffice: text,
  holderRole: text,
  waiting: z.int(),
  overdue: z.int(),
  unassigned: z.int(),
  unattended: z.int(),
  escalated: z.int(),
  oldest: instant,
});

const Measures = z.record(z.string(), z.number()).meta({ description: 'What of the cases adds up: numbers, whole dinars' });

const suppressed = z.boolean().optional().meta({
  description:
    'Some figures here are null: they are small and about cases that are not open to you, or would tell such a figure by their difference',
});

/** One line of a board; the columns it is rolled up by stand in it. */
export const BoardLineView = z.object({
  status: text.optional(),
  statusLabel: LabelView.optional(),
  kind: text.optional(),
  governorate: text.optional(),
  area: text.optional(),
  body: text.optional(),
  cases: z.int().nullable(),
  measures: z.record(z.string(), z.number().nullable()).meta({ description: 'What of the cases adds up: numbers, whole dinars' }),
  medianDays: z.number().nullable().meta({ description: 'Days in the present status' }),
  p90Days: z.number().nullable(),
  oldestDays: z.number().nullable(),
  suppressed,
});

const share = z.number().nullable().meta({ description: '0 to 1; null where there is nothing to take a share of' });
const dinars = z.number().meta({ description: 'Whole dinars' });

/** One line of the claim tracker. What was allocated stands only in lines of whole governorates. */
export const TrackerLineView = z.object({
  governorate: text.optional(),
  body: text.optional(),
  kind: text.optional(),
  cases: z.int().nullable(),
  submitted: z.int().nullable().meta({ description: 'Registered, and later' }),
  finalised: z
    .int()
    .nullable()
    .meta({ description: 'Ratified, amended, annulled, finally rejected or final at the sub-committee' }),
  annulled: z.int().nullable().meta({ description: 'Of the finalised; entitles to nothing' }),
  paid: z.int().nullable().meta({ description: 'To every payee, in full' }),
  finalisedOfSubmitted: share,
  paidOfSubmitted: share,
  paidOfFinalised: share,
  entitlementIQD: dinars.nullable(),
  paidIQD: dinars.nullable(),
  paidOfEntitlement: share,
  requestedIQD: dinars.optional(),
  allocatedIQD: dinars.optional(),
  releasedIQD: dinars.optional(),
  releasedOfEntitlement: share.optional(),
  stages: z.array(
    z.object({
      status: z.string(),
      label: LabelView.optional(),
      cases: z.int().nullable(),
      medianDays: z.number().nullable(),
      p90Days: z.number().nullable(),
      oldestDays: z.number().nullable(),
      suppressed,
    }),
  ),
  waits: z.array(
    z.object({
      party: z.string(),
      label: LabelView.optional(),
      cases: z.int().nullable(),
      overdue: z.int().nullable(),
      oldest: instant.nullable(),
      suppressed,
    }),
  ),
  suppressed,
});

export const OvertakingView = z.object({
  id: z.uuid(),
  reference: Reference,
  kind: text,
  governorate: text,
  body: text,
  submittedOn: z.string(),
  finalisedOn: z.string(),
  overtaken: z.int().meta({ description: 'Claims registered on an earlier day and undecided on the day of this decision' }),
  oldestOvertaken: z.string(),
});

export const BoardCaseView = z.object({
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  kind: text,
  governorate: text,
  area: text,
  body: text,
  since: z.string(),
  days: z.number(),
  measures: Measures,
  waits: z.array(z.object({ wait: z.string(), party: z.string(), since: instant, due: text })),
});

export const ChangeView = z.object({
  process: z.string(),
  id: z.uuid(),
  reference: Reference,
  revision: z.int(),
  logIndex: z.string(),
  type: z.string(),
  recordedAt: instant,
});

export const TrailEntryView = z.object({
  process: z.string(),
  id: z.uuid(),
  reference: Reference,
  revision: z.int(),
  logIndex: z.string(),
  type: z.string(),
  label: LabelView.optional(),
  command: z.string(),
  actor: z.string(),
  actorName: z.unknown().meta({ description: 'The name known then' }),
  post: z.string().meta({ description: 'The role of the post held then' }),
  postLabel: LabelView.optional(),
  office: text,
  officeName: z.unknown(),
  organisation: text,
  organisationName: z.unknown(),
  onBehalfOf: text,
  onBehalfOfName: z.unknown(),
  occurredAt: instant,
  recordedAt: instant,
  channel: z.string(),
  letter: z.unknown(),
  evidence: z.array(z.unknown()),
  legalBasis: text,
  consentRef: text,
  correctionOf: z.int().nullable(),
  correctedBy: z.int().nullable().meta({ description: 'Revision of the entry that corrected this one last' }),
  data: z.unknown().optional().meta({ description: 'What the entry says, as far as you may open the case' }),
  changes: z.array(
    z.object({ field: z.string(), label: LabelView.optional(), before: z.unknown().optional(), after: z.unknown().optional() }),
  ),
});

export const HeldView = z.object({
  wait: z.string(),
  party: z.string(),
  holderOrganisation: text,
  holderOffice: text,
  holderRole: text,
  round: z.int(),
  from: instant,
  to: text,
  seconds: z.number(),
});

export const DwellFiguresView = z.object({
  process: z.string(),
  asOf: instant.meta({ description: 'Now, or the end of a finished period where cases are closed to you' }),
  wait: z.string(),
  holderOrganisation: text,
  holderOffice: text,
  holderRole: text,
  ended: z.int().nullable(),
  median: z.number().nullable(),
  p90: z.number().nullable(),
  longest: z.number().nullable(),
  running: z.int().nullable(),
  oldestRunning: z.number().nullable(),
  suppressed,
});

export const OrganisationItem = z.object({
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  kind: text,
  names: z.unknown(),
  from: text,
  until: text,
  synthetic: z.boolean(),
});

export const OfficeItem = z.object({
  id: z.uuid(),
  reference: Reference,
  organisation: text,
  status: z.string(),
  kind: text,
  names: z.unknown(),
  governorate: text,
  district: text,
  from: text,
  until: text,
});

export const StaffItem = z.object({
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  name: z.unknown(),
  posts: z.array(
    z.object({
      id: z.string(),
      role: z.string(),
      organisation: z.string(),
      office: text,
      governorate: text,
      from: z.string(),
      until: text,
    }),
  ),
  leaveFrom: text,
  leaveUntil: text,
  deputy: text,
  unattended: z.boolean().meta({ description: "Nobody looks after this person's work that day" }),
  synthetic: z.boolean(),
});

export const ServiceItem = z.object({
  provider: z.uuid(),
  providerReference: Reference,
  organisation: z.string(),
  organisationNames: z.unknown(),
  phone: z.string(),
  service: z.string(),
  status: z.string(),
  needs: z.array(z.string()),
  areas: z.array(z.string()),
  sex: z.array(z.string()).nullable(),
  ageBands: z.array(z.string()).nullable(),
  terms: text,
  hours: z.string(),
  cost: z.string(),
  staffSex: z.string(),
  accessibility: z.array(z.string()),
  languages: z.array(z.string()),
  capacity: z.string(),
  places: z.int().nullable(),
  sensitive: text,
  confirmBy: text,
  stale: z.boolean(),
});

const RegisterPerson = z.object({
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  name: z.unknown(),
  motherName: z.unknown(),
  sex: text,
  birth: z.unknown(),
  relation: text,
});

const RegisterHousehold = z.object({
  id: z.uuid(),
  reference: Reference,
  status: z.string(),
  fileNo: text,
  head: text,
  headName: z.unknown(),
  members: z.int(),
  branchOffice: text,
  originAdm1: text,
  originAdm2: text,
  originAdm3: text,
  siteType: text,
  place: text,
  absorbedBy: text,
});

/** `person` and `household` are there for who may read them. */
export const RegisterHitView = z.object({
  personReference: Reference,
  householdReference: text,
  branchOrganisation: text,
  branchOffice: text,
  person: RegisterPerson.optional(),
  household: RegisterHousehold.optional(),
});

export const HouseholdCard = z.object({ household: RegisterHousehold, members: z.array(RegisterPerson) });

export const MatchView = z.object({
  score: z.int().meta({ description: '0 to 100' }),
  algorithmVersion: z.string(),
  fields: z
    .array(z.object({ field: z.string(), agreement: z.number() }))
    .optional()
    .meta({ description: 'How far each known field agrees; only for a record you may read' }),
  hits: z.array(RegisterHitView),
});

/** A family with every case of theirs the caller may read, last opened first, and what those wait on, the soonest due first. */
export const HouseholdPage = z.object({
  card: HouseholdCard,
  cases: z.array(CaseItem.extend({ processLabel: LabelView.optional(), statusLabel: LabelView.optional() })),
  waits: z.array(QueueItemView),
});
