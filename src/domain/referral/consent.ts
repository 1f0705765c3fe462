import type { Consent, HouseholdState } from '../household/state.ts';
import type { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import type { ClientField } from './payload.ts';

/** Refuses unless the consent names the receiver and every field sent (IASC referral note 2017, P-IASCR). */
export function ensureCovers(
  consent: { readonly recipients: readonly string[]; readonly fields: readonly string[] },
  receiver: string,
  fields: readonly ClientField[],
): void {
  ensure(consent.recipients.includes(receiver), 'CONSENT_DOES_NOT_NAME_RECEIVER', { receiver });
  const uncovered = fields.filter((field) => !consent.fields.includes(field));
  ensure(uncovered.length === 0, 'CONSENT_DOES_NOT_COVER_FIELDS', { fields: uncovered.join(', ') });
}

/** The family's recorded consent that is meant, standing on this day and given for referrals; or a refusal. */
export function consentStanding(household: HouseholdState, id: string, day: LocalDate): Consent {
  const consent = household.consents.find((one) => one.id === id);
  ensure(consent, 'CONSENT_UNKNOWN', { consent: id });
  ensure(consent.status === 'given', 'CONSENT_WITHDRAWN', { consent: id });
  ensure(consent.expiresOn === undefined || day <= consent.expiresOn, 'CONSENT_EXPIRED', { until: consent.expiresOn ?? '' });
  ensure(consent.scopes.includes('referral'), 'CONSENT_NOT_FOR_REFERRAL', { consent: id });
  return consent;
}
