import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { addDuration, DEFAULT_CALENDAR } from '../kernel/calendar.ts';
import { addDays, ageRange, baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { isOpen, opened } from '../kernel/privacy.ts';
import { type Context, type FactRef, fact, type NewEvent } from '../kernel/process.ts';
import { ClearanceActor } from '../movement/codes.ts';
import type { PersonState } from '../person/state.ts';
import { Purpose } from './codes.ts';
import { ensureConsent } from './consent.ts';
import { Asks, type events, type Subject } from './events.ts';
import { accounts, answerWindow, minimumAge, reminderDays, requiredActors } from './policy.ts';
import { p } from './process.ts';
import { PENDING } from './state.ts';

const asked = { person: z.uuid(), actor: ClearanceActor, purpose: Purpose };
const Letter = { letter: LetterRef, listRef: z.string().trim().min(1).max(120).optional() };
/** The family whose consent `record.consentRef` names. */
const Family = { household: z.uuid() };
const byPeople = z.strictObject({ ...asked, ...Letter, ...Family });
const forMovement = z.strictObject({ ...asked, ...Letter, asks: Asks });

type Asked = Omit<z.output<typeof forMovement>, 'asks'> & {
  readonly asks?: z.output<typeof Asks>;
  readonly household?: string;
  readonly consent?: string;
};
type PersonFact = { readonly person: FactRef<PersonState> };
type FamilyFacts = PersonFact & { readonly household: FactRef<HouseholdState> };
type Proposed = NewEvent<typeof events>;

/** One stream a person, actor and purpose: whoever asks again asks in the same. */
const key = (c: Pick<Asked, 'person' | 'actor' | 'purpose'>): string => `${c.person} ${c.actor} ${c.purpose}`;
const facts = (c: Pick<Asked, 'person'>): PersonFact => ({ person: fact<PersonState>('person', c.person) });
const familyFacts = (c: Pick<Asked, 'person'> & { readonly household: string }): FamilyFacts => ({
  ...facts(c),
  household: fact<HouseholdState>('household', c.household),
});
const rules = [accounts, minimumAge, requiredActors, answerWindow, reminderDays];

/** The person as the register has them, grown up on the day; no one younger is cleared for oneself. */
function adultOf(ctx: Context<PersonFact>): PersonState {
  const { exists, state } = ctx.facts.person;
  ensure(exists && state.status === 'recorded' && state.kind === 'natural', 'PERSON_UNKNOWN');
  const birth = opened(state.birth, undefined);
  const age = birth ? ageRange(birth, baghdadDate(ctx.occurredAt)).atLeast : undefined;
  ensure(age !== undefined, 'AGE_UNKNOWN');
  ensure(age >= ctx.rule(minimumAge).value, 'MINOR_NOT_CLEARED');
  return state;
}

function subjectOf(person: PersonState): z.output<typeof Subject> {
  ensure(person.name !== undefined && isOpen(person.name), 'PERSON_UNKNOWN');
  const birth = opened(person.birth, undefined);
  const motherName = opened(person.motherName, undefined);
  const documentNo = person.documents.filter((one) => one.usable).map((one) => opened(one.number, undefined))[0];
  return {
    name: person.name,
    ...(motherName === undefined ? {} : { motherName }),
    ...(birth ? { birthYear: birth.date.slice(0, 4) } : {}),
    ...(documentNo === undefined ? {} : { documentNo }),
  };
}

/** The day of the reminder; none for a request of long ago. */
function reminder(ctx: Context<PersonFact>): { readonly remindOn?: LocalDate } {
  const window = ctx.rule(answerWindow).value['*'];
  const due = window && baghdadDate(addDuration(ctx.occurredAt, window, DEFAULT_CALENDAR));
  const remindOn = due && addDays(due, -ctx.rule(reminderDays).value);
  return remindOn !== undefined && remindOn > baghdadDate(ctx.now) ? { remindOn } : {};
}

function requested(c: Asked, ctx: Context<PersonFact>, ground: 'first' | 'again'): readonly Proposed[] {
  ensure(c.letter.date <= baghdadDate(ctx.now), 'LETTER_AHEAD', { date: c.letter.date });
  const subject = subjectOf(adultOf(ctx));
  const organisation = ctx.rule(accounts).value[c.actor];
  const data = { ...c, ...reminder(ctx), subject, ground, ...(organisation === undefined ? {} : { organisation }) };
  return [{ type: 'ClearanceRequested', data }];
}

/** Only the office that keeps a person's record has others ask about them: the copy of it would otherwise go anywhere. */
function ensureOwnPerson({ facts: { person }, actor }: Context<PersonFact>): void {
  ensure(person.exists, 'PERSON_UNKNOWN');
  ensure(person.owner?.office === actor.office, 'PERSON_ELSEWHERE');
}

/** What officers ask for by themselves, with a consent of the family that stands, and only of whom the purpose asks. */
function requestedByOfficer(c: Asked, ctx: Context<FamilyFacts>, ground: 'first' | 'again'): readonly Proposed[] {
  ensureOwnPerson(ctx);
  ensureConsent(ctx.facts.household, c.person, ctx.consentRef, baghdadDate(ctx.occurredAt));
  const required = ctx.rule(requiredActors).value[c.purpose];
  ensure(required === undefined || required.includes(c.actor), 'NOT_REQUIRED', { actor: c.actor, purpose: c.purpose });
  return requested({ ...c, ...(ctx.consentRef === undefined ? {} : { consent: ctx.consentRef }) }, ctx, ground);
}

const AGAIN = [
  'not_required',
  'granted',
  'granted_with_conditions',
  'refused',
  'upheld',
  'reversed',
  'expired',
  'revoked',
] as const;

/** Asking an actor: by an officer, or because a movement asks (domain.md §3.1). */
export const requesting = {
  request: p.command({
    from: 'new',
    permission: 'clearance:request',
    input: byPeople,
    naturalKey: key,
    facts: familyFacts,
    rules,
    emits: ['ClearanceRequested'],
    to: ['requested'],
    decide: (c, _s, ctx) => requestedByOfficer(c, ctx, 'first'),
  }),
  requestAgain: p.command({
    from: AGAIN,
    permission: 'clearance:request',
    input: z.strictObject({ ...Letter, ...Family }),
    facts: (c, s) => familyFacts({ ...c, person: s.person ?? '' }),
    rules,
    emits: ['ClearanceRequested'],
    to: ['requested'],
    decide: (c, s, ctx) => {
      const { person, actor, purpose } = s;
      ensure(person !== undefined && actor !== undefined && purpose !== undefined, 'PERSON_UNKNOWN');
      return requestedByOfficer({ ...c, person, actor, purpose }, ctx, 'again');
    },
  }),
  requestForMovement: p.command({
    from: 'new',
    permission: 'system',
    input: forMovement,
    naturalKey: key,
    facts,
    rules,
    emits: ['ClearanceRequested'],
    to: ['requested'],
    decide: (c, _s, ctx) => requested(c, ctx, 'first'),
  }),
  requestAgainForMovement: p.command({
    from: AGAIN,
    permission: 'system',
    input: forMovement,
    naturalKey: key,
    facts,
    rules,
    emits: ['ClearanceRequested'],
    to: ['requested'],
    decide: (c, _s, ctx) => requested(c, ctx, 'again'),
  }),
  /** The family of who travels consents no more: the actor is asked for nothing, until somebody asks again with a consent. */
  withdrawRequest: p.command({
    from: PENDING,
    permission: 'system',
    input: z.strictObject({ ...asked, asks: Asks }),
    naturalKey: key,
    emits: ['ClearanceRequestWithdrawn'],
    to: [...PENDING, 'not_required'],
    decide: (c, s) =>
      s.asks?.movement === c.asks.movement && s.asks.slot === c.asks.slot
        ? [{ type: 'ClearanceRequestWithdrawn', data: { person: c.person, asks: c.asks } }]
        : [],
  }),
  /** The day has come on which an actor that has not answered is reminded (domain.md §3.1). */
  remind: p.command({
    from: PENDING,
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ClearanceReminderDue'],
    to: PENDING,
    decide: (_c, s, ctx) => {
      if (s.remindOn === undefined || s.remindOn > baghdadDate(ctx.now)) return [];
      return [{ type: 'ClearanceReminderDue', data: { person: s.person ?? '' } }];
    },
  }),
  sendReminder: p.command({
    from: [...PENDING],
    permission: 'clearance:request',
    input: z.strictObject({ letter: LetterRef }),
    emits: ['ClearanceReminderSent'],
    to: PENDING,
    decide: (c, s, ctx) => {
      ensure(c.letter.date <= baghdadDate(ctx.now), 'LETTER_AHEAD', { date: c.letter.date });
      return [{ type: 'ClearanceReminderSent', data: { person: s.person ?? '', letter: c.letter } }];
    },
  }),
  /** Puts on record that nobody has to be asked: the purpose does not ask this actor, or the person is too young. */
  determineRequirements: p.command({
    from: 'new',
    permission: 'clearance:request',
    input: z.strictObject(asked),
    naturalKey: key,
    facts,
    rules,
    emits: ['ClearanceRequirementsDetermined'],
    to: ['not_required'],
    decide: (c, _s, ctx) => {
      ensureOwnPerson(ctx);
      const { state } = ctx.facts.person;
      ensure(state.status === 'recorded', 'PERSON_UNKNOWN');
      const birth = opened(state.birth, undefined);
      const day = baghdadDate(ctx.occurredAt);
      const minor = birth !== undefined && ageRange(birth, day).atMost < ctx.rule(minimumAge).value;
      const { value, version } = ctx.rule(requiredActors);
      const actors = value[c.purpose];
      ensure(minor || (actors !== undefined && !actors.includes(c.actor)), 'REQUIRED', { actor: c.actor, purpose: c.purpose });
      const { person, purpose } = c;
      const named = actors === undefined ? {} : { requiredActors: [...actors] };
      return [
        { type: 'ClearanceRequirementsDetermined', data: { person, purpose, ...named, ruleVersion: version, required: false } },
      ];
    },
  }),
};
