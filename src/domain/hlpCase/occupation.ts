import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import { AlternativeKind } from './codes.ts';
import { notAhead } from './guards.ts';
import { p } from './process.ts';
import { COURT, SEEKING } from './state.ts';

const LOOKED_AT = [...SEEKING, ...COURT] as const;

/** Who lives there now, and what they are offered before they leave. */
export const occupation = {
  identifyOccupant: p.command({
    from: LOOKED_AT,
    permission: 'hlpCase:handle',
    input: z.strictObject({ household: z.uuid().optional(), needs: z.string().trim().min(3).max(2000).optional() }),
    emits: ['OccupantIdentified'],
    to: LOOKED_AT,
    facts: (c) => ({ household: c.household === undefined ? undefined : fact<HouseholdState>('household', c.household) }),
    decide: (c, s, ctx) => {
      const { household } = ctx.facts;
      ensure(!household || household.exists, 'HOUSEHOLD_UNKNOWN', { household: c.household ?? '' });
      const known = c.household !== undefined && s.occupants.some((one) => one.household === c.household);
      ensure(!known, 'OCCUPANT_KNOWN', { household: c.household ?? '' });
      return [{ type: 'OccupantIdentified', data: { occupant: ctx.newId('occupant'), ...c } }];
    },
  }),
  findVacant: p.command({
    from: LOOKED_AT,
    permission: 'hlpCase:handle',
    input: z.strictObject({ on: LocalDate }),
    emits: ['PropertyFoundVacant'],
    to: LOOKED_AT,
    decide: (c, s, ctx) => {
      notAhead(c.on, ctx);
      ensure(s.occupants.length === 0, 'OCCUPIED');
      return [{ type: 'PropertyFoundVacant', data: c }];
    },
  }),
  offerAlternative: p.command({
    from: LOOKED_AT,
    permission: 'hlpCase:handle',
    input: z.strictObject({ occupant: z.uuid(), kind: AlternativeKind, accepted: z.boolean() }),
    emits: ['OccupantAlternativeOffered'],
    to: LOOKED_AT,
    decide: (c, s) => {
      const known = s.occupants.some((one) => one.occupant === c.occupant);
      ensure(known, 'OCCUPANT_UNKNOWN', { occupant: c.occupant });
      return [{ type: 'OccupantAlternativeOffered', data: c }];
    },
  }),
};
