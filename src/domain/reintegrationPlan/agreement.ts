import { z } from 'zod';
import type { Consent as FamilyConsent, HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, type FactRef, fact } from '../kernel/process.ts';
import type { OrganisationState } from '../organisation/state.ts';
import { Domain } from './codes.ts';
import { Owner } from './events.ts';
import type { Plan } from './state.ts';

/** A goal as it is agreed with the family. */
export const GoalInput = z.strictObject({
  domain: Domain,
  owner: Owner,
  due: LocalDate,
  what: z.string().trim().min(3).max(500).optional(),
});
export type GoalInput = z.output<typeof GoalInput>;

const recipients = z.array(Uuid).max(50);

/** The family's consent to the plan and to the organisations that see to its goals. */
export const ConsentInput = z.discriminatedUnion('basis', [
  z.strictObject({ basis: z.literal('recorded'), consent: Uuid }),
  z.strictObject({ basis: z.literal('form'), ref: z.string().trim().min(1).max(120), givenOn: LocalDate, recipients }),
]);
export type ConsentInput = z.output<typeof ConsentInput>;

const ownersOf = (goals: readonly Pick<GoalInput, 'owner'>[]): readonly string[] => [
  ...new Set(goals.flatMap(({ owner }) => (owner.by === 'organisation' ? [owner.organisation] : []))),
];

/** The facts that goals and consent are held against: the household, if it is for one, and the organisations named. */
export const agreementFacts = (goals: readonly GoalInput[], { beneficiary }: Plan) => ({
  household: beneficiary.kind === 'host_community' ? undefined : fact<HouseholdState>('household', beneficiary.household),
  ...Object.fromEntries(
    ownersOf(goals).map((id): [string, FactRef<OrganisationState>] => [
      `owner:${id}`,
      fact<OrganisationState>('organisation', id),
    ]),
  ),
});

/** Goals that can be agreed on this day, with their ids. */
export function goalsAgreed(goals: readonly GoalInput[], ctx: Context) {
  const day = baghdadDate(ctx.occurredAt);
  for (const id of ownersOf(goals)) {
    const owner = ctx.facts[`owner:${id}`] as CaseRecord<OrganisationState> | undefined;
    ensure(owner?.exists && owner.status === 'active', 'OWNER_UNKNOWN', { organisation: id });
  }
  return goals.map((one, at) => {
    ensure(one.due >= day, 'GOAL_DUE_IN_THE_PAST', { due: one.due });
    // What somebody suffers from is told in the programme's own notes (T3), never here (domain.md §7.4, privacy).
    ensure(one.domain !== 'mhpss' || one.what === undefined, 'NO_WORDS_FOR_MHPSS');
    return { goal: ctx.newId(`goal ${at}`), ...one };
  });
}

/** Refuses unless the consent stands on this day and names every organisation that is to see to a goal. */
export function ensureConsented(consent: ConsentInput, goals: readonly GoalInput[], plan: Plan, ctx: Context): void {
  const day = baghdadDate(ctx.occurredAt);
  const named = consent.basis === 'form' ? onForm(consent, day) : recorded(consent.consent, plan, day, ctx).recipients;
  const unnamed = ownersOf(goals).find((one) => one !== ctx.case.owner?.organisation && !named.includes(one));
  ensure(unnamed === undefined, 'CONSENT_DOES_NOT_NAME_OWNER', { organisation: unnamed ?? '' });
}

function onForm(form: Extract<ConsentInput, { readonly basis: 'form' }>, day: LocalDate): readonly string[] {
  ensure(form.givenOn <= day, 'CONSENT_IN_THE_FUTURE', { givenOn: form.givenOn });
  return form.recipients;
}

function recorded(id: string, { beneficiary }: Plan, day: LocalDate, ctx: Context): FamilyConsent {
  ensure(beneficiary.kind !== 'host_community', 'CONSENT_NEEDS_FORM');
  const household = ctx.facts.household as CaseRecord<HouseholdState> | undefined;
  const consent = household?.state.consents.find((one) => one.id === id);
  ensure(consent, 'CONSENT_UNKNOWN', { consent: id });
  ensure(consent.status === 'given', 'CONSENT_WITHDRAWN', { consent: id });
  ensure(consent.expiresOn === undefined || day <= consent.expiresOn, 'CONSENT_EXPIRED', { until: consent.expiresOn ?? '' });
  ensure(consent.scopes.includes('assistance'), 'CONSENT_NOT_FOR_ASSISTANCE', { consent: id });
  return consent;
}
