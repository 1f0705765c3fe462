import type { CaseRecord } from '../kernel/case.ts';
import { ensure } from '../kernel/errors.ts';
import { isOpen } from '../kernel/privacy.ts';
import { within } from '../places/pcodes.ts';
import { isSensitive, type Need, type Sensitivity } from '../provider/codes.ts';
import type { ProviderState, Service } from '../provider/state.ts';
import type { Client } from './payload.ts';

/** What is asked of a provider. */
export interface Ask {
  readonly serviceId: string;
  readonly needCode: Need;
  readonly client: Client;
  readonly householdId?: string | undefined;
  readonly personId?: string | undefined;
}

/**
 * The service, if it may be asked of the provider today: the provider is in the directory and its entry confirmed in time, the service
 * runs, answers the need, works in the client's area, is for people like the client, and has room (domain.md §8, §8.1).
 */
export function serviceOffered(provider: CaseRecord<ProviderState>, ask: Ask, now: string): Service {
  ensure(provider.state.status === 'listed' && !provider.retracted, 'PROVIDER_UNKNOWN', { provider: provider.id });
  // The wait for the next confirmation carries the due time that the directory's own rule gave it.
  const confirmBy = provider.waits.find((wait) => wait.key.startsWith('confirm:'))?.due;
  ensure(confirmBy === undefined || now <= confirmBy, 'PROVIDER_ENTRY_STALE', { due: confirmBy ?? '' });
  const service = provider.state.services.find((one) => one.id === ask.serviceId);
  ensure(service, 'SERVICE_UNKNOWN', { service: ask.serviceId });
  ensure(service.status === 'offered', 'SERVICE_NOT_OFFERED', { service: service.id, status: service.status });
  ensure(answers(service, ask.needCode), 'NEED_NOT_MET', { need: ask.needCode });
  ensure(service.capacity.level !== 'full', 'NO_CAPACITY', { service: service.id });
  if (ask.client.kind === 'person') {
    const { area, sex, ageBand } = ask.client;
    ensure(
      service.areas.some((one) => within(area, one)),
      'OUT_OF_AREA',
      { area },
    );
    const { eligibility } = service;
    const fits =
      (!eligibility.sex || !isOpen(sex) || eligibility.sex.includes(sex)) &&
      (!eligibility.ageBands || !isOpen(ageBand) || eligibility.ageBands.includes(ageBand));
    ensure(fits, 'NOT_ELIGIBLE', { service: service.id });
  }
  return service;
}

const answers = (service: Service, need: Need): boolean =>
  need === 'specialised_support' ? service.sensitive !== undefined : service.needs.includes(need);

/**
 * Sensitive services (T3) are asked for by code alone: who the client is passes by phone between the two specialised
 * providers, and this store holds no family or person beside it (domain.md §8, privacy).
 */
export function ensureByCodeIfSensitive(service: Service, ask: Ask): void {
  if (service.sensitive === undefined && !isSensitive(ask.needCode)) return;
  const anonymous = ask.client.kind === 'code' && ask.householdId === undefined && ask.personId === undefined;
  ensure(anonymous, 'SENSITIVE_BY_PHONE', { service: service.id });
}

/** The need as it may be kept here: a sensitive one is never named. */
export const needKept = (service: Service, need: Need): Exclude<Need, Sensitivity> =>
  service.sensitive !== undefined || isSensitive(need) ? 'specialised_support' : need;

/** Both ends of a sensitive referral stand in the closed list for that kind of service. */
export function ensureSpecialisedSender(
  service: Service,
  sender: ProviderState | undefined,
  organisation: string | undefined,
): void {
  if (service.sensitive === undefined) return;
  const listed =
    sender !== undefined &&
    sender.organisation === organisation &&
    sender.services.some((one) => one.sensitive === service.sensitive && one.status !== 'ended');
  ensure(listed, 'NOT_A_SPECIALISED_SENDER', { service: service.id });
}
