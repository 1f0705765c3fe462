import { sql } from 'kysely';
import { type Reads, readDb } from './reads.queries.ts';
import { hasCome } from './runtime/waitFor.queries.ts';

/** A case with everybody it says it is about. */
export interface CaseAbout {
  readonly process: string;
  readonly id: string;
  readonly persons: readonly string[];
  readonly households: readonly string[];
}

/**
 * Every case about any of these persons and households, erasures aside, once the read model shows a position; `not yet` before.
 */
export function casesAboutSubjects(
  reads: Reads,
): (ids: Pick<CaseAbout, 'persons' | 'households'>, position: bigint) => Promise<readonly CaseAbout[] | 'not yet'> {
  const db = readDb(reads);
  return async ({ households, persons }, position) => {
    if (!(await hasCome(db, reads.schema, ['cases'], position))) return 'not yet';
    return db
      .selectFrom('case_index')
      .select(['process', 'case_id as id', 'persons', 'households'])
      .where((where) =>
        where.or([sql<boolean>`households && ${[...households]}::text[]`, sql<boolean>`persons && ${[...persons]}::text[]`]),
      )
      .where('process', '<>', 'erasure')
      .orderBy('process')
      .orderBy('case_id')
      .execute();
  };
}

/** A record that need not be kept any more. */
export interface RunOut {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  /** Last entry, RFC 3339 UTC. */
  readonly changedAt: string;
}

/**
 * Cases of these processes that nothing was entered in since an instant (by process, RFC 3339 UTC) and that wait on nobody. Only
 * a list: nothing is erased by having run out.
 */
export async function runOut(reads: Reads, before: Readonly<Record<string, string>>, limit: number): Promise<readonly RunOut[]> {
  const db = readDb(reads);
  const found: RunOut[] = [];
  for (const [process, instant] of Object.entries(before)) {
    const rows = await db
      .selectFrom('case_index as c')
      .select(['c.process', 'c.case_id as id', 'c.reference', 'c.changed_at as changedAt'])
      .where('c.process', '=', process)
      .where('c.changed_at', '<', instant)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('queue as q')
              .select('q.wait_key')
              .whereRef('q.process', '=', 'c.process')
              .whereRef('q.case_id', '=', 'c.case_id')
              .where('q.to_index', 'is', null),
          ),
        ),
      )
      .orderBy('c.changed_at')
      .limit(limit)
      .execute();
    found.push(...rows);
  }
  return found;
}
