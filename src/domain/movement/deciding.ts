import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type FactRef, fact } from '../kernel/process.ts';
import { isMinorOn } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import { Interviewer, Pressure } from './codes.ts';
import { p } from './definition.ts';
import { events } from './events.ts';
import { voluntarinessValidity } from './policy.ts';
import { householdOf, livingHousehold, presentMembers } from './readiness.ts';
import { leavingOf, type MovementState } from './state.ts';
import { ensureStillHolds } from './validity.ts';

type Asked = { readonly household: FactRef<HouseholdState> } & { readonly [key: `minor:${string}`]: FactRef<PersonState> };

const NOT_NEUTRAL: readonly string[] = ['security_actor', 'camp_closure_officer'];
const FROM = ['counselled', 'voluntariness_confirmed', 'checks_in_progress', 'on_hold'] as const;

const Interview = z.strictObject({
  person: z.uuid(),
  interviewer: Interviewer,
  /** Alone with the interviewer; women are asked apart from the men of the family. */
  private: z.boolean(),
  willing: z.boolean(),
});

/** Who stands open to be asked: at the stages before the gate, also while the movement is held. */
const mayBeAsked = (s: MovementState): boolean =>
  (['counselled', 'voluntariness_confirmed', 'checks_in_progress'] as string[]).includes(s.stage);

/** The family's own word, every adult heard alone (domain.md §2.2, §2.3). */
export const deciding = {
  confirmVoluntariness: p.command({
    from: FROM,
    permission: 'movement:voluntariness',
    rules: [voluntarinessValidity],
    input: z.strictObject({
      interviews: z.array(Interview).min(1).max(60),
      /** Members too young to be interviewed for themselves. */
      minors: z.array(z.uuid()).max(60),
      /** A threat, a deadline or a cut of aid that was named as the only reason for going. */
      soleReason: Pressure.optional(),
      statement: z.strictObject({
        ref: z.string().trim().min(1).max(200),
        means: events.VoluntarinessConfirmed.shape.means,
        witnessed: z.boolean().optional(),
        rightToChangeMindTold: z.boolean(),
      }),
    }),
    facts: (c, s): Asked => ({
      ...Object.fromEntries(c.minors.map((one) => [`minor:${one}`, fact<PersonState>('person', one)])),
      household: householdOf(s),
    }),
    emits: ['VoluntarinessConfirmed', 'VoluntarinessNotConfirmed'],
    to: FROM,
    decide: (c, s, ctx) => {
      ensure(mayBeAsked(s), 'NOT_AT_THIS_STAGE', { stage: s.stage });
      const day = baghdadDate(ctx.occurredAt);
      ensureEverybodyAsked(c, presentMembers(livingHousehold(ctx.facts.household)));
      const adult = c.minors.find((one) => isMinorOn(ctx.facts[`minor:${one}`]?.state ?? {}, day) !== true);
      ensure(adult === undefined, 'ADULT_NOT_INTERVIEWED', { person: adult ?? '' });
      ensure(!c.interviews.some((one) => NOT_NEUTRAL.includes(one.interviewer)), 'INTERVIEWER_NOT_NEUTRAL');
      ensure(
        c.interviews.every((one) => one.private),
        'INTERVIEW_NOT_PRIVATE',
      );
      ensure(c.statement.rightToChangeMindTold, 'RIGHT_NOT_TOLD');
      ensure(c.statement.means !== 'spoken_before_witness' || c.statement.witnessed, 'WITNESS_MISSING');
      const interviews = c.interviews.map(({ person, interviewer }) => ({ person, interviewer, private: true as const }));
      const heard = { interviews, minors: c.minors };
      const ground = c.soleReason ?? (c.interviews.every((one) => one.willing) ? undefined : ('unwilling' as const));
      if (ground !== undefined) return [{ type: 'VoluntarinessNotConfirmed', data: { ...heard, ...leavingOf(s), ground } }];
      const { ref: statementRef, means } = c.statement;
      const validUntil = addDays(day, ctx.rule(voluntarinessValidity).value);
      // Said so long ago that it would run out before anybody could rely on it: the family is asked again.
      ensureStillHolds(validUntil, ctx, 'VOLUNTARINESS_RUN_OUT');
      return [{ type: 'VoluntarinessConfirmed', data: { ...heard, statementRef, means, validUntil } }];
    },
  }),
  recordProtectionFollowUp: p.command({
    from: 'open',
    permission: 'movement:protect',
    input: z.strictObject({ outcome: z.string().trim().min(3).max(2000) }),
    emits: ['ProtectionFollowUpRecorded'],
    to: ['counselled', 'turned_back', 'on_hold', 'voluntariness_confirmed', 'checks_in_progress', 'intention_recorded'],
    decide: (c, s) => {
      ensure(s.alert, 'NO_ALERT_OPEN');
      return [{ type: 'ProtectionFollowUpRecorded', data: c }];
    },
  }),
};

/** Every member is either interviewed or too young for it, and nobody else is. */
function ensureEverybodyAsked(
  c: { readonly interviews: readonly { readonly person: string }[]; readonly minors: readonly string[] },
  members: readonly string[],
): void {
  const named = [...c.interviews.map((one) => one.person), ...c.minors];
  const twice = named.find((one, index) => named.indexOf(one) !== index);
  ensure(twice === undefined, 'NAMED_TWICE', { person: twice ?? '' });
  const stranger = named.find((one) => !members.includes(one));
  ensure(stranger === undefined, 'NOT_A_MEMBER', { person: stranger ?? '' });
  const left = members.find((one) => !named.includes(one));
  ensure(left === undefined, 'MEMBER_NOT_ASKED', { person: left ?? '' });
}
