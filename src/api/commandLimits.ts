import type { Limited } from '../platform/limits/settings.ts';

/** Commands that give out much at once, alone and in a bulk: a file that is read tells of each of its rows who may be on record. */
const LIMITS: Readonly<Record<string, Limited>> = { 'importRun.upload': 'imports' };

/** What a command counts as beside a request. */
export const limitOf = (process: string, command: string): Limited | undefined => LIMITS[`${process}.${command}`];

/** The member that holds a number for which it is answered, when a command is only tried, that another case has it. */
const NUMBERS_TRIED: Readonly<Record<string, string>> = { household: 'fileNo' };

/**
 * The numbers that are tried with a command: said by it, by what it corrects, or by the events of a paper file it adopts. Given, the
 * command is in the log; tried, each is a lookup, counted and on record as one.
 */
export function numbersTriedIn({ process, input }: { readonly process: string; readonly input?: unknown }): readonly string[] {
  const member = NUMBERS_TRIED[process];
  if (member === undefined) return [];
  const { fields, facts } = recordOf(input);
  const places = [input, fields, ...(Array.isArray(facts) ? facts.map((fact) => recordOf(fact).data) : [])];
  return places.map((place) => recordOf(place)[member]).filter((number) => typeof number === 'string');
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
