import type { PersonDescriptor } from '../household/matching.ts';
import { opened, type Personal } from '../kernel/privacy.ts';
import type { DocumentType } from './data.ts';
import type { PersonState } from './state.ts';

/** The papers that bear a national number, the likeliest first. */
export const NATIONAL_PAPERS: readonly DocumentType[] = ['unified_national_card', 'civil_status_id'];

/** The person's national number, the unified card's before the older civil status card's. */
export const nationalNumberOf = (person: Pick<PersonState, 'documents'>): Personal<string> | undefined =>
  NATIONAL_PAPERS.flatMap((docType) => person.documents.filter((one) => one.docType === docType && one.number))[0]?.number;

/**
 * A person's record in the words of the matching. What the household knows (district of origin, ration card, Q-Card) is
 * added by the caller. Nothing comes out for a legal person, or when the name is hidden or erased.
 */
export function descriptorOf(
  person: PersonState,
  household: Pick<PersonDescriptor, 'originAdm2' | 'pdsNumber' | 'qCard'> = {},
): PersonDescriptor | undefined {
  const name = person.name === undefined ? undefined : opened(person.name, undefined);
  if (!name) return undefined;
  return {
    names: name.ar,
    motherName: opened(person.motherName, undefined),
    sex: person.sex === 'unknown' ? undefined : person.sex,
    birth: opened(person.birth, undefined),
    phone: opened(person.phones, undefined)?.[0],
    nationalNumber: opened(nationalNumberOf(person), undefined),
    ...household,
  };
}
