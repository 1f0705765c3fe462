import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { baghdadDate, daysBetween } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import { AreaCode } from '../places/register.ts';
import { areaLine, isShut } from '../places/standing.ts';
import { Blocker, CounsellingTopic, FamilyCondition, InformationTopic, MovementPathway, Timeframe } from './codes.ts';
import { p } from './definition.ts';
import { events } from './events.ts';
import { profileAge } from './policy.ts';
import { areaFacts, householdOf, livingHousehold, presentMembers, standingOf } from './readiness.ts';
import type { Place } from './state.ts';

const ALWAYS = ['risks', 'alternatives', 'entitlements'] as const;

/** A place as it is written: under threat only the governorate stands open. */
export function placeFields(area: string | undefined, village: string | undefined, shielded: boolean): Place {
  const sealed = village === undefined ? {} : { village };
  if (area === undefined) return {};
  return shielded ? { area: areaLine(area).at(-1) ?? area, exactArea: area, ...sealed } : { area, ...sealed };
}

/** Help desk, intention, counselling (domain.md §2.2, §2.3). */
export const informing = {
  giveInformation: p.command({
    from: 'new',
    permission: 'movement:inform',
    rules: [profileAge],
    input: z.strictObject({
      household: z.uuid(),
      area: AreaCode.optional(),
      topics: z.array(InformationTopic).min(1).max(10),
      profile: z.strictObject({ version: z.string().trim().min(1).max(80), asOf: z.iso.date() }).optional(),
      /** The family was told that the profile is old. */
      toldStale: z.boolean().optional(),
      language: events.MovementInformationProvided.shape.language,
    }),
    facts: (c) => ({ household: fact<HouseholdState>('household', c.household) }),
    emits: ['MovementInformationProvided'],
    to: ['information_given'],
    decide: (c, _s, ctx) => {
      livingHousehold(ctx.facts.household);
      const { profile, toldStale = false, ...told } = c;
      const age = profile === undefined ? 0 : daysBetween(profile.asOf, baghdadDate(ctx.occurredAt));
      ensure(age >= 0, 'PROFILE_AHEAD');
      ensure(age <= ctx.rule(profileAge).value || toldStale, 'PROFILE_STALE', { days: age });
      const shown = profile === undefined ? {} : { areaProfileVersion: profile.version, profileAsOf: profile.asOf };
      return [{ type: 'MovementInformationProvided', data: { ...told, ...shown, toldStale } }];
    },
  }),
  /** May be asked again; the answers before stay in the log. */
  recordIntention: p.command({
    from: ['information_given', 'intention_recorded', 'counselled', 'voluntariness_confirmed'],
    permission: 'movement:inform',
    input: z.strictObject({
      pathway: MovementPathway,
      area: AreaCode.optional(),
      village: z.uuid().optional(),
      /** Somebody threatens the family: where it goes is sealed. */
      shielded: z.boolean().optional(),
      timeframe: Timeframe,
      conditions: z.array(FamilyCondition).max(10),
      blockers: z.array(Blocker).max(21),
      instrumentVersion: z.string().trim().min(1).max(40),
      statedBy: z.uuid(),
    }),
    facts: (c, s) => ({ household: householdOf(s), ...areaFacts(placeFields(c.area, c.village, false)) }),
    emits: ['IntentionRecorded'],
    to: ['intention_recorded'],
    decide: (c, _s, ctx) => {
      const { area, village, shielded = false, ...said } = c;
      ensure(c.pathway === 'undecided' || area !== undefined, 'DESTINATION_MISSING');
      const members = presentMembers(livingHousehold(ctx.facts.household));
      ensure(members.includes(c.statedBy), 'NOT_A_MEMBER', { person: c.statedBy });
      const standing = area === undefined ? {} : { areaStatus: standingOf({ area, village }, ctx.facts).status };
      return [{ type: 'IntentionRecorded', data: { ...said, ...placeFields(area, village, shielded), shielded, ...standing } }];
    },
  }),
  /** After a family was turned back, or changed its mind, it is counselled again. */
  counsel: p.command({
    from: ['intention_recorded', 'turned_back'],
    permission: 'movement:inform',
    input: z.strictObject({
      topics: z.array(CounsellingTopic).min(1).max(5),
      language: events.CounsellingCompleted.shape.language,
    }),
    facts: (_c, s) => areaFacts(s.destination),
    emits: ['CounsellingCompleted'],
    to: ['counselled'],
    decide: (c, s, ctx) => {
      const missing = ALWAYS.filter((one) => !c.topics.includes(one));
      ensure(missing.length === 0, 'COUNSELLING_INCOMPLETE', { topics: missing.join(', ') });
      // Returning to a shut area: integration and relocation are offered as well (domain.md §11).
      const shut = s.pathway === 'return' && isShut(standingOf(s.destination, ctx.facts));
      ensure(!shut || c.topics.includes('other_pathways'), 'ALTERNATIVES_NOT_OFFERED');
      return [{ type: 'CounsellingCompleted', data: c }];
    },
  }),
};
