import type { Actor } from '../../domain/kernel/envelope.ts';
import type { OfficeState } from '../../domain/office/state.ts';
import type { OrganisationState } from '../../domain/organisation/state.ts';
import type { PersonState } from '../../domain/person/state.ts';
import type { Look } from './paper.ts';
import { BLANK, nameInWords, words } from './words.ts';

/** The Arabic name of an organisation as it was called then. */
export async function organisationName(look: Look, id: string | undefined): Promise<string> {
  return id === undefined ? BLANK : (((await look('organisation', id)).state as OrganisationState).names?.ar ?? BLANK);
}

/** The Arabic name of an office as it was called then. */
export async function officeName(look: Look, id: string | undefined): Promise<string> {
  return id === undefined ? BLANK : (((await look('office', id)).state as OfficeState).names?.ar ?? BLANK);
}

/** Organisation and office of whoever hands a paper out, as far as they are known. */
export async function issuerOf(look: Look, by: Pick<Actor, 'organisation' | 'office'>): Promise<readonly string[]> {
  const names = [await organisationName(look, by.organisation), await officeName(look, by.office)];
  return names.filter((one) => one !== BLANK);
}

/** The name of a natural person in four parts, or the one a legal person is registered under. */
export async function personName(look: Look, id: string | undefined): Promise<string> {
  if (id === undefined) return BLANK;
  const state = (await look('person', id)).state as PersonState;
  return state.kind === 'legal' ? words(state.legalName) : nameInWords(state.name);
}
