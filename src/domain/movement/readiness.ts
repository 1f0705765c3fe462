import type { AreaState } from '../area/state.ts';
import type { ConsentScope } from '../household/data.ts';
import type { HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import type { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type FactRef, fact, factByKey } from '../kernel/process.ts';
import { areaLine, areaStanding, decisionKey, isShut, type Standing } from '../places/standing.ts';
import { areaOf, type MovementState, type Place, travellersOf, villageOf, whoseIs } from './state.ts';
import { isClear } from './waits.ts';

export type AreaFacts = { readonly [key: `area:${string}`]: FactRef<AreaState> };
export type TravelFacts = { readonly household: FactRef<HouseholdState> } & AreaFacts;

type Loaded<S> = Pick<CaseRecord<S>, 'exists' | 'state'> | undefined;

/** The areas whose decisions reach a place, nearest first. */
export function lineOf(place: Place): readonly string[] {
  const area = areaOf(place);
  return area === undefined ? [] : areaLine(area, villageOf(place));
}

/** Those areas as facts. */
export const areaFacts = (place: Place): AreaFacts =>
  Object.fromEntries(lineOf(place).map((key) => [`area:${key}`, factByKey<AreaState>('area', key)]));

/** What is decided about a place, from its areas as loaded. */
export function standingOf(place: Place, facts: { readonly [key: `area:${string}`]: Loaded<AreaState> }): Standing {
  const [own, ...parents] = lineOf(place).map((key) => facts[`area:${key}`]?.state);
  return areaStanding(own, parents);
}

export const householdOf = (s: MovementState): FactRef<HouseholdState> => fact<HouseholdState>('household', whoseIs(s));

/** What every guard from the checks to the gate looks at. */
export const travelFacts = (s: MovementState): TravelFacts => ({ ...areaFacts(s.destination), household: householdOf(s) });

/** Members who are there to travel. */
export const presentMembers = (household: HouseholdState): readonly string[] =>
  household.members.filter((one) => !one.deceased && one.absence === undefined).map((one) => one.person);

/** The members as a guard finds them, or a refusal where the household no longer stands for itself. */
export function livingHousehold(found: Loaded<HouseholdState>): HouseholdState {
  ensure(found?.exists, 'HOUSEHOLD_UNKNOWN');
  ensure(!['void', 'merged_into', 'none'].includes(found.state.status), 'HOUSEHOLD_NOT_ACTIVE', { status: found.state.status });
  return found.state;
}

/** Whether a consent of the family for this use stands on the day. */
export const consents = (household: HouseholdState, scope: ConsentScope, day: LocalDate): boolean =>
  household.consents.some(
    (one) => one.status === 'given' && one.scopes.includes(scope) && (one.expiresOn === undefined || day <= one.expiresOn),
  );

/** Refuses unless the family's consent for this use stands on the day. */
export function ensureConsent(household: HouseholdState, scope: ConsentScope, day: LocalDate): void {
  ensure(consents(household, scope, day), 'CONSENT_MISSING', { scope });
}

/** Refuses while the way to the place is shut, and nobody has found that the suspension is about others only. */
export function ensureOpenWay(s: MovementState, standing: Standing): void {
  const exempt = standing.scope === 'group' && s.outsideGroup === decisionKey(standing);
  // What is sealed is not told by a refusal either.
  const area = (s.shielded ? s.destination.area : standing.area) ?? '';
  ensure(!isShut(standing) || exempt, 'AREA_SHUT', { area, status: standing.status });
}

function ensureWay(s: MovementState, standing: Standing): void {
  ensureOpenWay(s, standing);
  const unmet = (standing.conditions ?? []).filter((one) => !s.checks?.conditionsMet.includes(one));
  ensure(standing.status !== 'conditional' || unmet.length === 0, 'AREA_CONDITIONS_NOT_MET', { conditions: unmet.join(', ') });
  ensure(s.checks?.hazard !== undefined, 'HAZARD_INFORMATION_MISSING');
  ensure(s.checks.hazard !== 'do_not_facilitate', 'NOT_FACILITATED');
}

function ensurePeople(s: MovementState, household: HouseholdState, day: LocalDate): void {
  ensure(s.voluntariness && s.voluntariness.until >= day, 'VOLUNTARINESS_NOT_IN_FORCE', { until: s.voluntariness?.until ?? '' });
  const travellers = travellersOf(s);
  const left = presentMembers(household).filter((one) => !travellers.includes(one));
  ensure(left.length === 0, 'MEMBER_NOT_ASKED', { person: left[0] ?? '' });
  const open = (s.checks?.clearances ?? []).filter((one) => !isClear(one) || (one.until !== undefined && one.until < day));
  ensure(s.checks && open.length === 0, 'CLEARANCE_OPEN', { open: open.length });
  if (s.pathway === 'local_integration') return;
  const fit = travellers.filter((person) =>
    s.checks?.medical.some(
      (one) => one.person === person && (one.status === 'waived' || (one.status === 'passed' && (one.until ?? day) >= day)),
    ),
  );
  ensure(fit.length === travellers.length, 'FITNESS_OPEN', { open: travellers.length - fit.length });
}

/**
 * Refuses unless every safeguard of domain.md §2.3 holds on a day: asked again when the movement is cleared, approved, booked
 * and at the gate, so that nothing slips between.
 */
export function ensureReady(
  s: MovementState,
  facts: { readonly household: Loaded<HouseholdState> } & { readonly [key: `area:${string}`]: Loaded<AreaState> },
  day: LocalDate,
): void {
  ensurePeople(s, livingHousehold(facts.household), day);
  ensureWay(s, standingOf(s.destination, facts));
  ensure(s.checks?.shelter !== undefined || s.checks?.shelterWaived, 'SHELTER_UNKNOWN');
}
