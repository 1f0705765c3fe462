import { z } from 'zod';
import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { memberOf } from './composition.ts';
import { ConsentInput } from './data.ts';
import { p } from './definition.ts';
import { ACTIVE, type Consent, type HouseholdState } from './state.ts';

/** A family takes its word back whenever it likes, its file being open or not. */
const EVER = [...ACTIVE, 'file_closed'] as const;

/** Whether a consent holds on a day: neither withdrawn nor run out. Its last day is included. */
export const holdsOn = (consent: Consent, day: LocalDate): boolean =>
  consent.status === 'given' && (consent.expiresOn === undefined || day <= consent.expiresOn);

function standing(s: HouseholdState, id: string): Consent {
  const consent = s.consents.find((one) => one.id === id);
  ensure(consent, 'CONSENT_UNKNOWN', { consent: id });
  ensure(consent.status === 'given', 'CONSENT_WITHDRAWN', { consent: id });
  return consent;
}

const within = <T>(narrow: readonly T[], wide: readonly T[]): boolean => narrow.every((one) => wide.includes(one));

const { scopes, recipients, fields, expiresOn } = ConsentInput.shape;

/** What the family agrees its data may be used for, by whom. */
export const consents = {
  giveConsent: p.command({
    from: EVER,
    permission: 'household:consent',
    input: ConsentInput,
    emits: ['ConsentGiven'],
    to: EVER,
    decide: (c, s, ctx) => {
      memberOf(s, c.givenBy);
      ensure(c.expiresOn === undefined || c.expiresOn >= baghdadDate(ctx.now), 'UNTIL_IN_THE_PAST', { until: c.expiresOn ?? '' });
      return [{ type: 'ConsentGiven', data: { consent: ctx.newId('consent'), ...c } }];
    },
  }),
  narrowConsent: p.command({
    from: EVER,
    permission: 'household:consent',
    input: z.strictObject({ consent: z.uuid(), scopes, recipients, fields, expiresOn }),
    emits: ['ConsentNarrowed'],
    to: EVER,
    decide: (c, s) => {
      const old = standing(s, c.consent);
      const sooner = old.expiresOn === undefined || (c.expiresOn !== undefined && c.expiresOn <= old.expiresOn);
      const narrower = within(c.scopes, old.scopes) && within(c.recipients, old.recipients) && within(c.fields, old.fields);
      ensure(narrower && sooner, 'CONSENT_NOT_NARROWER', { consent: c.consent });
      return [{ type: 'ConsentNarrowed', data: c }];
    },
  }),
  withdrawConsent: p.command({
    from: EVER,
    permission: 'household:consent',
    input: z.strictObject({ consent: z.uuid(), by: z.uuid() }),
    emits: ['ConsentWithdrawn'],
    to: EVER,
    decide: (c, s) => {
      const { givenBy } = standing(s, c.consent);
      if (c.by !== givenBy) memberOf(s, c.by);
      return [{ type: 'ConsentWithdrawn', data: c }];
    },
  }),
};
