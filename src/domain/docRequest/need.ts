import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate, daysOf, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { opened } from '../kernel/privacy.ts';
import { type Context, fact, type NewEvent } from '../kernel/process.ts';
import type { OrganisationState } from '../organisation/state.ts';
import type { PersonState } from '../person/state.ts';
import { Block, DocType, isFamilyPaper, NeedReason, VitalPlace } from './codes.ts';
import type { events } from './events.ts';
import { docRequestKey } from './ids.ts';
import { birthDays, deathAbroadDays, lastDayToRegister } from './policy.ts';
import { p } from './process.ts';
import { type DocRequestState, ENDS, ISSUED, OPEN, UNDERWAY } from './state.ts';

const NeedInput = z
  .strictObject({
    docType: DocType,
    /** Whose paper: a person, or for a family's paper the household. */
    person: z.uuid().optional(),
    household: z.uuid().optional(),
    reason: NeedReason,
    /** Of a birth or a death: when and in what kind of place. */
    vital: z.strictObject({ on: LocalDate, where: VitalPlace.optional() }).optional(),
  })
  .refine((one) => (isFamilyPaper(one.docType) ? one.household !== undefined : one.person !== undefined), {
    error: 'a family’s paper needs the household, any other the person',
    path: ['person'],
  });
type NeedInput = z.output<typeof NeedInput>;

const holderOf = (c: NeedInput): string => (isFamilyPaper(c.docType) ? c.household : c.person) ?? '';

const needFacts = (c: NeedInput) => ({
  person: c.person === undefined ? undefined : fact<PersonState>('person', c.person),
  household: c.household === undefined ? undefined : fact<HouseholdState>('household', c.household),
});
type NeedContext = Context<ReturnType<typeof needFacts>>;

const onRecord = (person: CaseRecord<PersonState>): boolean =>
  person.state.kind === 'natural' && (person.state.status === 'recorded' || person.state.status === 'deceased');

/** When and where it happened; of a child whose papers were never made, the birth date on record. */
function vitalOf(c: NeedInput, person: PersonState | undefined): NeedInput['vital'] {
  if (c.vital) return c.vital;
  const birth = c.docType === 'birth_certificate' && c.reason === 'never_issued' ? opened(person?.birth, undefined) : undefined;
  return birth && { on: daysOf(birth).last };
}

/** A need as recorded, with the day after which only a court helps. Missing papers never block: they open this request (§0.2, rule 4). */
function need(c: NeedInput, ctx: NeedContext): readonly NewEvent<typeof events>[] {
  const { person, household } = ctx.facts;
  ensure(person === undefined || onRecord(person), 'PERSON_UNKNOWN', { person: c.person ?? '' });
  ensure(household === undefined || household.exists, 'HOUSEHOLD_UNKNOWN', { household: c.household ?? '' });
  const today = baghdadDate(ctx.occurredAt);
  const vital = vitalOf(c, person?.state);
  ensure(c.vital === undefined || c.vital.on <= today, 'DATE_IN_THE_FUTURE', { date: c.vital?.on ?? '' });
  const rules = { birth: ctx.rule(birthDays).value, deathAbroad: ctx.rule(deathAbroadDays).value };
  const registerBy = vital && c.reason === 'never_issued' ? lastDayToRegister(c.docType, vital, rules) : undefined;
  return [
    {
      type: 'DocumentNeedIdentified',
      data: {
        holder: holderOf(c),
        docType: c.docType,
        person: c.person ?? household?.state.head,
        household: c.household ?? person?.state.household,
        reason: c.reason,
        registerBy,
        late: registerBy !== undefined && registerBy < today,
      },
    },
  ];
}

const opening = {
  input: NeedInput,
  emits: ['DocumentNeedIdentified'],
  to: ['need_identified'],
  rules: [birthDays, deathAbroadDays],
  facts: needFacts,
} as const;

const linked = (s: DocRequestState, block: Block): boolean =>
  s.blocks.some((one) => one.process === block.process && one.id === block.id && !one.resumed);

/** Whose paper will not come, and which cases waited for it. */
export const unmetBy = ({ holder, docType, blocks }: DocRequestState) => ({
  holder,
  docType,
  blocked: blocks.filter((one) => !one.resumed).map(({ process, id }) => ({ process, id })),
});

/** Who needs which paper, what cannot go on without it, and who helps. */
export const needing = {
  /** One request stands for a paper of a person for good: its id comes from both. */
  identifyNeed: p.command({
    ...opening,
    from: 'new',
    permission: 'docRequest:need',
    naturalKey: (c) => docRequestKey(holderOf(c), c.docType),
    decide: (c, _s, ctx) => need(c, ctx),
  }),
  /** The paper is needed once more: lost after delivery, or asked for again after a withdrawal. */
  needAgain: p.command({
    from: ['delivered', ...ENDS],
    permission: 'docRequest:need',
    input: z.strictObject({ reason: NeedReason }),
    emits: ['DocumentNeedIdentified'],
    to: ['need_identified'],
    decide: (c, s) => {
      const { holder = '', docType = 'civil_record', person, household } = s;
      return [{ type: 'DocumentNeedIdentified', data: { holder, docType, person, household, reason: c.reason, late: false } }];
    },
  }),
  /** The same from the register of papers, which knows the paper and not its request. */
  needArose: p.command({
    ...opening,
    from: ['delivered', ...ENDS],
    permission: 'system',
    naturalKey: (c) => docRequestKey(holderOf(c), c.docType),
    decide: (c, _s, ctx) => need(c, ctx),
  }),
  linkBlocked: p.command({
    from: OPEN,
    permission: 'docRequest:need',
    input: Block,
    emits: ['BlockedCaseLinked'],
    to: OPEN,
    decide: (c, s) => {
      if (linked(s, c)) return [];
      const { status, holder, docType } = s;
      return [{ type: 'BlockedCaseLinked', data: { ...c, ready: status === 'delivered', holder, docType } }];
    },
  }),
  /** Somebody saw to it that a case which waited for the paper goes on. */
  resumeBlocked: p.command({
    from: ISSUED,
    permission: 'docRequest:need',
    input: Block,
    emits: ['BlockedCaseResumed'],
    to: ISSUED,
    decide: (c, s) => {
      ensure(linked(s, c), 'NOT_BLOCKED', { case: c.id });
      return [{ type: 'BlockedCaseResumed', data: c }];
    },
  }),
  /** The case itself said that it goes on; what an officer saw to meanwhile stays so. */
  noteResumed: p.command({
    from: [...OPEN, ...ENDS],
    permission: 'system',
    input: Block,
    emits: ['BlockedCaseResumed'],
    to: [...OPEN, ...ENDS],
    decide: (c, s) => (linked(s, c) ? [{ type: 'BlockedCaseResumed', data: c }] : []),
  }),
  confirmEligibility: p.command({
    from: ['need_identified'],
    permission: 'docRequest:need',
    input: z.strictObject({ provider: z.uuid() }),
    emits: ['ServiceEligibilityConfirmed'],
    to: ['eligible_for_service'],
    facts: (c) => ({ provider: fact<OrganisationState>('organisation', c.provider) }),
    decide: (c, _s, ctx) => {
      ensure(ctx.facts.provider.state.status === 'active', 'ORGANISATION_UNKNOWN', { organisation: c.provider });
      return [{ type: 'ServiceEligibilityConfirmed', data: c }];
    },
  }),
  withdraw: p.command({
    from: UNDERWAY,
    permission: 'docRequest:need',
    input: z.strictObject({ by: z.enum(['applicant', 'guardian', 'representative']) }),
    emits: ['DocumentRequestWithdrawn'],
    to: ['withdrawn'],
    decide: (c, s) => [{ type: 'DocumentRequestWithdrawn', data: { ...c, ...unmetBy(s) } }],
  }),
};
