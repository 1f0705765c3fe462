import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import { addDays, type LocalDate } from '../kernel/dates.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import { DocType, type VitalPlace } from './codes.ts';

const window = (key: string, days: number) =>
  defineRule<ClockWindows>({
    key,
    schema: z.record(z.string(), Duration),
    default: { '*': { days } },
    source: '[C]',
  });

/** Service periods of domain.md §5.1; nobody published them. */
export const counsellingWindow = window('document.counselling', 7);
export const filingWindow = window('document.filing', 30);
export const courtWindow = window('document.courtFollowUp', 14);
export const deliveryWindow = window('document.delivery', 14);

/** Share of a window at which the head of branch is told. Nobody published one. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'document.escalation',
  schema: z.array(z.number().positive().max(10)).length(1).readonly(),
  default: [1],
  source: '[C]',
});

const Days = z.int().positive().max(3650);

/** Days from a birth in which parents register it without a court, by where it happened. */
export const birthDays = defineRule<Readonly<Record<VitalPlace, number>>>({
  key: 'birth.registration.days',
  schema: z.strictObject({ facility: Days, home: Days, abroad: Days }),
  default: { facility: 15, home: 30, abroad: 60 },
  source: 'P-UNHCR-B; P-MOFA',
});

/** Days in which a death abroad is registered. */
export const deathAbroadDays = defineRule<number>({
  key: 'death.abroad.days',
  schema: Days,
  default: 45,
  source: 'P-MOFA',
});

/** Days a supporting letter for a residence card stays good (a step published for the Kurdistan Region). */
export const letterDays = defineRule<number>({
  key: 'residence.letter.validity',
  schema: Days,
  default: 30,
  source: 'P-KRG',
});

/**
 * Which papers a first issue rests on, any one of them being enough: marriage → birth → civil record → identity card →
 * nationality → residence → ration card (domain.md §5.1).
 */
export const prerequisites = defineRule<Readonly<Partial<Record<DocType, readonly DocType[]>>>>({
  key: 'document.prerequisites',
  schema: z.partialRecord(DocType, z.array(DocType).min(1).readonly()),
  default: {
    birth_certificate: ['marriage_contract', 'lineage_proof'],
    civil_record: ['birth_certificate'],
    civil_status_id: ['civil_record'],
    unified_national_card: ['civil_record', 'civil_status_id'],
    nationality_certificate: ['civil_status_id', 'unified_national_card'],
    passport: ['nationality_certificate', 'unified_national_card'],
    residence_card: ['nationality_certificate', 'unified_national_card'],
    ration_card: ['residence_card', 'housing_confirmation_letter'],
  },
  source: 'domain.md §5.1',
});

/** Papers for which the person appears with fingerprints and photograph (P-UKHO). */
export const WITH_BIOMETRICS: readonly DocType[] = ['unified_national_card', 'passport'];

/**
 * Last day of registering a birth or a death without a court; undefined where the law sets none. Where it is not known in
 * what kind of place a child was born, the longest period counts.
 */
export function lastDayToRegister(
  docType: DocType,
  vital: { readonly on: LocalDate; readonly where?: VitalPlace | undefined },
  rules: { readonly birth: Readonly<Record<VitalPlace, number>>; readonly deathAbroad: number },
): LocalDate | undefined {
  const { on, where } = vital;
  if (docType === 'birth_certificate') {
    return addDays(on, where === undefined ? Math.max(...Object.values(rules.birth)) : rules.birth[where]);
  }
  return docType === 'death_certificate' && where === 'abroad' ? addDays(on, rules.deathAbroad) : undefined;
}
