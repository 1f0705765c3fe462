import { type SqlBool, sql } from 'kysely';
import type { Reach, Rights, Target } from '../domain/access/access.ts';
import type { Sight } from './visibility.ts';

/** A wait as far as it says who holds it. */
interface Holding {
  readonly holder_organisation: string | null;
  readonly holder_office: string | null;
}

/**
 * All by whom a case can be reached at all, and the organisations as a whole that something of it waits on, as words of one index:
 * what queries ask before they look at a case more closely.
 */
export function reachedBy(target: Target, waits: readonly Holding[] = []): string[] {
  const { owner, own } = target;
  const held = waits.filter(({ holder_office }) => holder_office === null).map((one) => one.holder_organisation);
  const words = [
    word('staff', own),
    ...target.taken.map(({ staff }) => word('staff', staff)),
    word('owner', owner?.organisation),
    word('office', owner?.office),
    word('area', owner?.governorate),
    ...target.offices.map((one) => word('office', one)),
    ...target.governorates.map((one) => word('area', one)),
    ...[...target.parties, ...held].map((one) => word('party', one)),
    ...target.shares.map(({ reader }) => word(reader.kind === 'organisation' ? 'party' : reader.kind, reader.id)),
  ];
  return [...new Set(words.flatMap((one) => one ?? []))];
}

type Kind = 'staff' | 'office' | 'owner' | 'area' | 'party';
const word = (kind: Kind, id: string | null | undefined): string | undefined => (id ? `${kind} ${id}` : undefined);

/** The words of a case that this way of reaching cases may find it by; `every` where no word is needed. */
function wordsOf({ scope, post }: Reach, { staff, behalf }: Rights): readonly (string | undefined)[] | 'every' {
  const me = [word('staff', staff), word('staff', behalf)];
  switch (scope) {
    case 'all':
      return 'every';
    case 'own':
    case 'assigned':
      return me;
    case 'shared':
      return [...me, word('office', post.office), word('party', post.organisation)];
    case 'party':
      return [word('office', post.office), word('party', post.organisation)];
    case 'office':
      return [word('office', post.office)];
    case 'organisation':
      return [word('owner', post.organisation)];
    case 'governorate':
      return [word('area', post.governorate)];
  }
}

/** The words of all cases that a sight shows (and of some that it does not); `every` where it needs none. */
export function wordsOfSight({ rights, groups }: Sight): readonly string[] | 'every' {
  const words = new Set<string>();
  for (const reach of groups.flatMap((one) => one.reach)) {
    const some = wordsOf(reach, rights);
    if (some === 'every') return some;
    for (const one of some) if (one !== undefined) words.add(one);
  }
  return [...words];
}

/**
 * True of every case that a sight shows (and of some that it does not: `visibleTo` decides), by an index where it shows few. With the
 * queue, of what waits on an organisation now as well.
 */
export function mayReach(sight: Sight, table = 'case_index') {
  const words = wordsOfSight(sight);
  return words === 'every' ? sql<SqlBool>`true` : sql<SqlBool>`${sql.ref(`${table}.reached_by`)} && ${words}::text[]`;
}
