import type { FoldEvent } from '../kernel/process.ts';
import type { Member } from './data.ts';
import type { events, PersonPair } from './events.ts';
import type { HouseholdMember, HouseholdState, MergeFields } from './state.ts';

type Merged = Extract<FoldEvent<typeof events>, { type: 'HouseholdsMerged' }>['data'];

const FIELDS = ['head', 'origin', 'place', 'preference'] as const satisfies readonly (keyof MergeFields)[];

/** Who a person is after a merge: the record that stays. */
const after = (pairs: readonly PersonPair[], person: string): string =>
  pairs.find((one) => one.absorbed === person)?.survivor ?? person;

/** Both families as one, every person once. The first mention keeps its relation. */
function union(
  mine: readonly HouseholdMember[],
  added: readonly Member[],
  pairs: readonly PersonPair[],
): readonly HouseholdMember[] {
  const all = [...mine, ...added].map((one) => ({ ...one, person: after(pairs, one.person) }));
  return all.filter((one, index) => all.findIndex((other) => other.person === one.person) === index);
}

/** The household after it took in another, remembering what it was. */
export function merged(state: HouseholdState, data: Merged): HouseholdState {
  const { absorbed, duplicate, members: added, persons, fileNo } = data;
  const taken = FIELDS.filter((field) => data.taken[field] !== undefined);
  const { head, origin, place, preference, members, legacyNumbers } = state;
  const before = { head, origin, place, preference, members, legacyNumbers };
  const chosen = { ...state, ...Object.fromEntries(taken.map((field) => [field, data.taken[field]])) };
  return {
    ...chosen,
    head: chosen.head === undefined ? undefined : after(persons, chosen.head),
    members: union(members, added, persons),
    legacyNumbers: fileNo === undefined ? legacyNumbers : [...legacyNumbers, fileNo],
    merges: [...state.merges, { absorbed, duplicate, added, persons, taken, before }],
  };
}

/** The household as if the merge had not been: what came with it goes, what was recorded since stays. */
export function mergeReversed(state: HouseholdState, duplicate: string): HouseholdState {
  const merge = state.merges.find((one) => one.duplicate === duplicate);
  if (!merge) return state;
  const { before, added, persons, taken } = merge;
  const came = added.map((one) => after(persons, one.person));
  const had = before.members.map((one) => after(persons, one.person));
  const joinedSince = state.members.filter((one) => !came.includes(one.person) && !had.includes(one.person));
  const stayed = before.members.flatMap((one) => {
    const now = state.members.find((other) => other.person === after(persons, one.person));
    return now ? [{ ...now, person: one.person }] : [];
  });
  const members = [...stayed, ...joinedSince];
  const restored = { ...state, ...Object.fromEntries(taken.map((field) => [field, before[field]])) };
  return {
    ...restored,
    head: members.some((one) => one.person === restored.head) ? restored.head : before.head,
    members,
    legacyNumbers: before.legacyNumbers,
    merges: state.merges.filter((one) => one !== merge),
  };
}
