import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { baghdadDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { Adm3 } from '../places/pcodes.ts';
import { agreementFacts, ConsentInput, ensureConsented, GoalInput, goalsAgreed } from './agreement.ts';
import { Domain, Scores } from './codes.ts';
import { p } from './definition.ts';
import { reviewMonths, roundsFrom } from './policy.ts';

const BeneficiaryInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('household'), household: Uuid }),
  z.strictObject({ kind: z.literal('member'), household: Uuid, person: Uuid }),
  z.strictObject({ kind: z.literal('host_community'), person: Uuid, area: Adm3 }),
]);
const ProposeInput = z.strictObject({ beneficiary: BeneficiaryInput });
type ProposeInput = z.output<typeof ProposeInput>;

const proposeFacts = ({ beneficiary }: ProposeInput) => ({
  household: beneficiary.kind === 'host_community' ? undefined : fact<HouseholdState>('household', beneficiary.household),
  person: beneficiary.kind === 'household' ? undefined : fact<PersonState>('person', beneficiary.person),
});

/** Statuses of a household that is none any more. */
const GONE = ['none', 'void', 'merged_into', 'retracted'];

/** Refuses a beneficiary the registers do not know, or know as somebody else's member. */
function ensureKnown({ beneficiary }: ProposeInput, { facts }: Context<ReturnType<typeof proposeFacts>>): void {
  const { household, person } = facts;
  if (beneficiary.kind !== 'host_community') {
    ensure(household?.exists && !GONE.includes(household.status), 'HOUSEHOLD_UNKNOWN', { household: beneficiary.household });
  }
  if (beneficiary.kind === 'household') return;
  ensure(person?.exists && person.status !== 'retracted', 'PERSON_UNKNOWN', { person: beneficiary.person });
  const isMember = household === undefined || household.state.members.some((one) => one.person === beneficiary.person);
  ensure(isMember, 'NOT_A_MEMBER', { person: beneficiary.person });
}

/** How a plan comes about: proposed, assessed, agreed with the family. */
export const planning = {
  /** One plan for each household or person; one that has ended is reopened. */
  propose: p.command({
    from: 'new',
    permission: 'reintegrationPlan:propose',
    input: ProposeInput,
    naturalKey: ({ beneficiary }) =>
      beneficiary.kind === 'household' ? `household ${beneficiary.household}` : `person ${beneficiary.person}`,
    facts: proposeFacts,
    emits: ['ReintegrationPlanProposed'],
    to: ['proposed'],
    decide: (c, _s, ctx) => {
      ensureKnown(c, ctx);
      const branch = ctx.facts.household?.owner?.office;
      return [{ type: 'ReintegrationPlanProposed', data: { beneficiary: c.beneficiary, ...(branch ? { branch } : {}) } }];
    },
  }),
  assess: p.command({
    from: ['proposed', 'assessed'],
    permission: 'reintegrationPlan:assess',
    input: z.strictObject({ scores: Scores }),
    emits: ['ReintegrationAssessmentDone'],
    to: ['assessed'],
    decide: (c) => {
      const missing = Domain.options.filter((one) => c.scores[one] === undefined);
      ensure(missing.length === 0, 'ASSESSMENT_INCOMPLETE', { domains: missing.join(', ') });
      return [{ type: 'ReintegrationAssessmentDone', data: c }];
    },
  }),
  agree: p.command({
    from: ['assessed'],
    permission: 'reintegrationPlan:agree',
    input: z.strictObject({ goals: z.array(GoalInput).min(1).max(40), consent: ConsentInput }),
    facts: (c, s) => agreementFacts(c.goals, s),
    rules: [reviewMonths],
    emits: ['ReintegrationPlanAgreed'],
    to: ['agreed'],
    decide: (c, s, ctx) => {
      ensureConsented(c.consent, c.goals, s, ctx);
      const goals = goalsAgreed(c.goals, ctx);
      const reviews = roundsFrom(baghdadDate(ctx.occurredAt), ctx.rule(reviewMonths).value, s.round);
      return [{ type: 'ReintegrationPlanAgreed', data: { goals, consent: c.consent, reviews: [...reviews] } }];
    },
  }),
};
