import type { LocalDate, PartialDate } from '../kernel/dates.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { DocumentStatus, DocumentType, Heir, Language, Mandate, PersonField, PersonName, Sex } from './data.ts';
import type { events } from './events.ts';

export interface IdentityDocument {
  readonly document: string;
  readonly docType: DocumentType;
  readonly number?: Personal<string> | undefined;
  readonly issuer?: string | undefined;
  readonly issuedOn?: LocalDate | undefined;
  readonly expiresOn?: LocalDate | undefined;
  readonly status: Personal<DocumentStatus>;
  readonly usable: boolean;
}

export interface Representation {
  readonly representation: string;
  readonly representative: string;
  readonly mandate: Mandate;
  readonly until?: LocalDate | undefined;
}

/** A natural or legal person, in a household or not. */
export interface PersonState {
  readonly status: 'none' | 'recorded' | 'deceased' | 'merged_into';
  readonly kind?: 'natural' | 'legal';
  readonly name?: Personal<PersonName> | undefined;
  readonly legalName?: Personal<string> | undefined;
  readonly registrationNumber?: Personal<string> | undefined;
  readonly motherName?: Personal<string> | undefined;
  readonly sex?: Sex | undefined;
  readonly birth?: Personal<PartialDate> | undefined;
  readonly phones?: Personal<string[]> | undefined;
  readonly languages?: Language[] | undefined;
  readonly documents: readonly IdentityDocument[];
  readonly representations: readonly Representation[];
  readonly heirs: readonly Heir[];
  readonly died?: Personal<PartialDate> | undefined;
  readonly absence?: 'missing' | 'detained' | undefined;
  /** The household the person belongs to now. */
  readonly household?: string | undefined;
  readonly mergedInto?: { readonly into: string; readonly duplicate: string; readonly was: 'recorded' | 'deceased' } | undefined;
  /** Records folded into this one, with what this one said before, so that a merge can be taken back. */
  readonly merges: readonly { readonly absorbed: string; readonly duplicate: string; readonly before: PersonDetails }[];
}

export type PersonDetails = Pick<PersonState, PersonField>;

export const initial: PersonState = { status: 'none', documents: [], representations: [], heirs: [], merges: [] };

/** Only what is given, so that what is not given stays as it was. */
const given = <T extends object>(details: T): Partial<T> =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)) as Partial<T>;

export function evolve(state: PersonState, event: FoldEvent<typeof events>): PersonState {
  switch (event.type) {
    case 'PersonRegistered':
      return { ...state, status: 'recorded', kind: 'natural', ...event.data };
    case 'LegalPersonRegistered':
      return { ...state, status: 'recorded', kind: 'legal', ...event.data };
    case 'PersonDetailsUpdated': {
      const { ground: _, ...details } = event.data;
      return { ...state, ...given(details) };
    }
    case 'IdentityDocumentRecorded':
      return { ...state, documents: [...state.documents, event.data] };
    case 'IdentityDocumentStatusChanged': {
      const { document, docType: _, ...now } = event.data;
      return { ...state, documents: state.documents.map((one) => (one.document === document ? { ...one, ...now } : one)) };
    }
    case 'RepresentativeAppointed':
      return { ...state, representations: [...state.representations, event.data] };
    case 'RepresentationEnded':
      return {
        ...state,
        representations: state.representations.filter((one) => one.representation !== event.data.representation),
      };
    case 'PersonReportedMissing':
      return { ...state, absence: 'missing' };
    case 'PersonReportedDetained':
      return { ...state, absence: 'detained' };
    case 'PersonReunited':
      return { ...state, absence: undefined };
    case 'DeathRecorded':
      return { ...state, status: 'deceased', died: event.data.on, absence: undefined };
    case 'HeirsRecorded':
      return { ...state, heirs: event.data.heirs };
    case 'HouseholdJoined':
      return { ...state, household: event.data.household };
    case 'HouseholdLeft':
      return state.household === event.data.household ? { ...state, household: undefined } : state;
    case 'PersonsMerged': {
      const { absorbed, duplicate, taken } = event.data;
      return { ...state, ...given(taken), merges: [...state.merges, { absorbed, duplicate, before: detailsOf(state) }] };
    }
    case 'PersonAbsorbed':
      return state.status === 'recorded' || state.status === 'deceased'
        ? { ...state, status: 'merged_into', mergedInto: { ...event.data, was: state.status } }
        : state;
    case 'PersonMergeReversed':
      return mergeReversed(state, event.data.duplicate);
  }
}

function detailsOf(state: PersonState): PersonDetails {
  const { name, motherName, sex, birth, phones, languages } = state;
  return { name, motherName, sex, birth, phones, languages };
}

function mergeReversed(state: PersonState, duplicate: string): PersonState {
  if (state.mergedInto?.duplicate === duplicate) return { ...state, status: state.mergedInto.was, mergedInto: undefined };
  const merge = state.merges.find((one) => one.duplicate === duplicate);
  return merge ? { ...state, ...merge.before, merges: state.merges.filter((one) => one.duplicate !== duplicate) } : state;
}

/** Who may act for a person on a day: every representation that has not run out. */
export const representativesOn = (state: PersonState, day: LocalDate): readonly Representation[] =>
  state.representations.filter((one) => one.until === undefined || day <= one.until);
