import type { HouseholdState } from '../household/state.ts';
import type { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';

/**
 * Refuses unless the consent that is named is one the person's family gave for clearances, and stands on the day (domain.md §3.1:
 * consent informed).
 */
export function ensureConsent(
  household: { readonly exists: boolean; readonly state: HouseholdState },
  person: string,
  id: string | undefined,
  day: LocalDate,
): void {
  ensure(id !== undefined, 'CONSENT_MISSING');
  const { exists, state } = household;
  ensure(exists && !['none', 'void', 'merged_into'].includes(state.status), 'HOUSEHOLD_UNKNOWN');
  ensure(
    state.members.some((one) => one.person === person),
    'NOT_A_MEMBER',
    { person },
  );
  const consent = state.consents.find((one) => one.id === id);
  ensure(consent, 'CONSENT_UNKNOWN');
  ensure(consent.status === 'given', 'CONSENT_WITHDRAWN');
  ensure(consent.expiresOn === undefined || day <= consent.expiresOn, 'CONSENT_EXPIRED', { until: consent.expiresOn ?? '' });
  ensure(consent.scopes.includes('clearance'), 'CONSENT_NOT_FOR_CLEARANCE');
}
