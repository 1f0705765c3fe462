import { z } from 'zod';
import { baghdadDate, LocalDate, PartialDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { AreaCode } from '../places/register.ts';
import { memberOf } from './composition.ts';
import { Pathway } from './data.ts';
import { notAhead, onPaper, p } from './definition.ts';
import { events, Observer } from './events.ts';
import { circularMovement, circularMovementRule, independentVoices } from './policy.ts';
import { ACTIVE, reachedBy } from './state.ts';

const BASIS = {
  return: 'arrival_confirmed',
  local_integration: 'integration_approved',
  relocation: 'relocation_approved',
} as const;

const observation = { observer: Observer, observedOn: LocalDate };
const ANYWHERE = [...ACTIVE, 'file_closed'] as const;

/** Where a family is seen, wants to go and settles. Only a decision moves its status (domain specification §0.2, rule 5). */
export const pathways = {
  reportPresence: p.command({
    from: ANYWHERE,
    permission: 'household:presence',
    input: events.PresenceReported,
    emits: ['PresenceReported', 'CircularMovementPatternDetected'],
    to: ANYWHERE,
    rules: [circularMovementRule],
    decide: (c, s, ctx) => {
      notAhead(c.observedOn, ctx);
      const rule = ctx.rule(circularMovementRule).value;
      const pattern = s.outreachOpen ? undefined : circularMovement([...s.presences, c], baghdadDate(ctx.occurredAt), rule);
      return [
        { type: 'PresenceReported' as const, data: c },
        ...(pattern ? [{ type: 'CircularMovementPatternDetected' as const, data: { ...pattern } }] : []),
      ];
    },
  }),
  recordOutreach: p.command({
    from: ANYWHERE,
    permission: 'household:update',
    input: events.OutreachRecorded,
    emits: ['OutreachRecorded'],
    to: ANYWHERE,
    decide: (c, s, ctx) => {
      ensure(s.outreachOpen, 'NO_OUTREACH_ASKED');
      notAhead(c.on, ctx);
      return [{ type: 'OutreachRecorded', data: c }];
    },
  }),
  reportUnregisteredReturn: p.command({
    from: ['displaced', 'secondary_displaced', 'departing', 'returned_unverified'],
    permission: 'household:reportReturn',
    input: z.strictObject({
      area: AreaCode,
      since: PartialDate.optional(),
      /** Who saw it and when; needless where a presence at the origin is on file. */
      observation: z.strictObject({ ...observation, organisation: z.uuid().optional() }).optional(),
    }),
    emits: ['UnregisteredReturnReported'],
    to: ['returned_unverified'],
    decide: (c, s, ctx) => {
      const onFile = s.presences.filter((one) => one.kind === 'origin').at(-1);
      const seen = c.observation ?? onFile;
      ensure(seen, 'NO_OBSERVATION');
      notAhead(seen.observedOn, ctx);
      notAhead(c.since, ctx);
      const { observer, observedOn } = seen;
      const organisation = c.observation?.organisation;
      return [{ type: 'UnregisteredReturnReported', data: { area: c.area, since: c.since, observer, observedOn, organisation } }];
    },
  }),
  verifyReturn: p.command({
    from: ['returned_unverified'],
    permission: 'household:verifyReturn',
    effect: 'legal',
    input: events.ReturnRecognised,
    emits: ['ReturnRecognised'],
    to: ['returned'],
    decide: (c, s, ctx) => {
      const voices = independentVoices(s.returnReports);
      ensure(c.method !== 'two_independent_reports' || voices >= 2, 'REPORTS_NOT_INDEPENDENT', { voices });
      notAhead(c.since, ctx);
      return [{ type: 'ReturnRecognised', data: c }];
    },
  }),
  dismissReturn: p.command({
    from: ['returned_unverified'],
    permission: 'household:verifyReturn',
    effect: 'legal',
    input: z.strictObject({
      method: events.UnregisteredReturnDismissed.shape.method,
      reason: z.string().min(3).max(1000),
    }),
    emits: ['UnregisteredReturnDismissed'],
    to: ['displaced', 'secondary_displaced', 'departing'],
    decide: (c) => [{ type: 'UnregisteredReturnDismissed', data: c }],
  }),
  recordPreference: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: events.PathwayPreferenceRecorded,
    emits: ['PathwayPreferenceRecorded'],
    to: ACTIVE,
    decide: (c, s) => {
      memberOf(s, c.statedBy);
      return [{ type: 'PathwayPreferenceRecorded', data: c }];
    },
  }),
  beginDeparture: p.command({
    from: ['displaced', 'secondary_displaced'],
    permission: 'system',
    input: events.HouseholdDepartureBegun,
    emits: ['HouseholdDepartureBegun'],
    to: ['departing'],
    decide: (c) => [{ type: 'HouseholdDepartureBegun', data: c }],
  }),
  cancelDeparture: p.command({
    from: ['departing'],
    permission: 'system',
    input: events.HouseholdDepartureCancelled,
    emits: ['HouseholdDepartureCancelled'],
    to: ['displaced', 'secondary_displaced'],
    decide: (c, s) => {
      ensure(s.movement === c.movement, 'ANOTHER_MOVEMENT', { movement: s.movement ?? '' });
      return [{ type: 'HouseholdDepartureCancelled', data: c }];
    },
  }),
  confirmPathway: p.command({
    from: ['displaced', 'departing', 'secondary_displaced'],
    permission: 'household:pathway',
    effect: 'legal',
    input: z.strictObject({
      pathway: Pathway,
      area: AreaCode,
      basis: events.PathwayAchieved.shape.basis,
      movement: z.uuid().optional(),
    }),
    emits: ['PathwayAchieved'],
    to: [reachedBy('return'), reachedBy('local_integration'), reachedBy('relocation')],
    decide: (c, _s, ctx) => {
      ensure(BASIS[c.pathway] === c.basis, 'BASIS_DOES_NOT_FIT', { basis: c.basis });
      ensure(c.movement !== undefined || onPaper(ctx), 'BASIS_NOT_SHOWN');
      return [{ type: 'PathwayAchieved', data: c }];
    },
  }),
};
