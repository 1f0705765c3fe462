import type { OpenRows } from './caseRows.ts';
import type { Change, TableSpec } from './runtime/projection.ts';

/** What is open in the queue, once for each word by which its case is reached (see reachedBy.ts), in the orders of the queue. */
export interface QueueReachRow {
  word: string;
  since: string;
  process: string;
  case_id: string;
  wait_key: string;
  priority: number;
  /** `NEVER` where nothing is due. */
  due: string;
}

/** Sorts behind every due time. */
export const NEVER = '9999';

export const QUEUE_REACH: TableSpec = {
  name: 'queue_reach',
  columns: {
    word: 'text',
    since: 'text',
    process: 'text',
    case_id: 'text',
    wait_key: 'text',
    priority: 'integer',
    due: 'text',
  } satisfies Record<keyof QueueReachRow, string>,
  // The key is the order by age, and each index holds all that a page is found by: one word's waits are read as they are shown.
  key: ['word', 'since', 'process', 'case_id', 'wait_key'],
  indexes: [
    '(word, priority, due, since, process, case_id, wait_key)',
    '(word, due, priority, since, process, case_id, wait_key)',
  ],
};

/** What is open in a case and by whom it is reached. */
interface Reached {
  readonly open: OpenRows;
  readonly reachedBy: readonly string[];
}

/** What changes in `queue_reach` when a case comes from one standing to another: the rows that differ alone. */
export function reachChange(before: Reached, now: Reached): Change {
  const [old, rows] = [rowsOf(before), rowsOf(now)];
  return {
    table: QUEUE_REACH.name,
    remove: [...old].flatMap(([key, row]) => (rows.has(key) ? [] : [row])),
    put: [...rows].flatMap(([key, row]) => (isSame(old.get(key), row) ? [] : [row])),
  };
}

function rowsOf({ open, reachedBy }: Reached): ReadonlyMap<string, QueueReachRow> {
  const rows = new Map<string, QueueReachRow>();
  for (const { process, case_id, wait_key, since, priority, due } of open.values()) {
    for (const word of reachedBy) {
      rows.set(JSON.stringify([word, since, wait_key]), { word, since, process, case_id, wait_key, priority, due: due ?? NEVER });
    }
  }
  return rows;
}

const isSame = (old: QueueReachRow | undefined, row: QueueReachRow): boolean =>
  old !== undefined && old.priority === row.priority && old.due === row.due;
