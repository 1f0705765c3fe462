import { type Reads, readDb } from './reads.queries.ts';

/**
 * Finds the ids of the cases of a process with a reference: usually one, rarely two, sometimes none yet. Whoever asks: the
 * command or the read that follows checks rights itself.
 */
export function caseIdsOf(reads: Reads): (process: string, reference: string) => Promise<readonly string[]> {
  const db = readDb(reads);
  return async (process, reference) => {
    const rows = await db
      .selectFrom('case_index')
      .select('case_id')
      .where('reference', '=', reference)
      .where('process', '=', process)
      .orderBy('case_id')
      .limit(20)
      .execute();
    return rows.map((row) => row.case_id);
  };
}
