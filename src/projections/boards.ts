import type { Kysely } from 'kysely';
import { changesThePast } from '../domain/kernel/case.ts';
import type { RecordedEvent } from '../domain/kernel/envelope.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import { byCase, type Counted, countedOf, createCounts, recallWaits } from './boardCounts.ts';
import { type BoardCountTables, countTables } from './boardCountTables.ts';
import { type BoardRow, dayOf, rowsAfter, type Standing, standingOf, standingsIn, standingsOf } from './boardRows.ts';
import { createFolds, type FoldedEvent } from './runtime/folds.ts';
import { forgetOldest, KEPT_CASES } from './runtime/kept.ts';
import type { FoldContext, ProjectedEvent, Projection } from './runtime/projection.ts';

export interface BoardTables extends BoardCountTables {
  board: BoardRow;
}

/**
 * Where the cases of every process with a board stand, what of them adds up, and since when: in the world and to our knowledge,
 * so that a figure can be given for any day as it was known at any moment. How many stand alike now is counted as they move, so
 * that a roll-up takes no longer with more cases; what was counted of a case is kept with it, and is what its next event takes back,
 * whatever the case has become meanwhile.
 */
export function boardsProjection(registry: Registry): Projection {
  return {
    name: 'boards',
    version: 3,
    categories: registry.all.filter((one) => one.board !== undefined && one.store === 'general').map((one) => one.name),
    opening: 'none',
    tables: [
      {
        name: 'board',
        columns: {
          process: 'text',
          case_id: 'text',
          known_from: 'bigint',
          known_to: 'bigint',
          valid_from: 'text',
          valid_to: 'text',
          reference: 'text',
          since: 'text',
          status: 'text',
          kind: 'text',
          governorate: 'text',
          area: 'text',
          body: 'text',
          measures: 'jsonb',
          cell: 'text',
        } satisfies Record<keyof BoardRow, string>,
        key: ['process', 'case_id', 'known_from', 'valid_from'],
        indexes: [
          '(process, case_id) where known_to is null',
          '(process, governorate, status) where known_to is null and valid_to is null',
          '(process, known_from)',
        ],
      },
      ...countTables,
    ],
    start: (context) => {
      const fold = createFolds(context);
      const db = context.db as Kysely<BoardTables>;
      const kept = createKept(db);
      const counts = createCounts(db);
      return async (batch) => {
        const folded = await fold(batch);
        await kept.recall(batch);
        const confirmed = await historiesOf(folded.filter(isConfirmed), context);
        const put: BoardRow[] = [];
        for (const one of folded) {
          const { event, record } = one;
          const { rows, counted: was } = kept.of(record.stream);
          const after = rowsAfter(record, rows, await standings(one, rows, confirmed.get(event), context), event.logIndex);
          const now = countedOf(event.process, record, after.rows.at(-1));
          const placed = inCell(after.rows, now?.cell.cell);
          put.push(...after.changed, ...placed.changed);
          counts.move(was, now);
          kept.put(record.stream, { rows: placed.rows, counted: now && { ...now, cell: now.cell.cell } });
        }
        kept.forget();
        return [{ table: 'board', put }, ...(await counts.changes())];
      };
    },
  };
}

/** A case from paper counts from its confirmation on: until then nothing is asked about it. */
const isPending = ({ adoption }: FoldedEvent['record']): boolean => adoption?.confirmed === false;
const isConfirmed = ({ before, record }: FoldedEvent): boolean => isPending(before) && !isPending(record) && !record.retracted;

/** What stands before each of these events in its case, read side by side: files from paper come by the hundred. */
async function historiesOf(folded: readonly FoldedEvent[], { history }: FoldContext) {
  const read = folded.map(async ({ event }) => [event, await history(event.meta.stream, event.meta.revision)] as const);
  return new Map(await Promise.all(read));
}

/** The standings after an event. In the common case, news of the last day or a later one, they only grow at the end. */
async function standings(
  { event, before, record }: FoldedEvent,
  rows: readonly BoardRow[],
  confirmed: readonly RecordedEvent[] | undefined,
  context: FoldContext,
): Promise<readonly Standing[]> {
  if (record.retracted || isPending(record)) return [];
  const known = standingsIn(rows);
  const last = known.at(-1);
  const day = dayOf(event);
  const anew = changesThePast(event) || isPending(before) || (last !== undefined && day < last.on);
  if (anew) {
    const history = confirmed ?? (await context.history(event.meta.stream, event.meta.revision));
    return standingsOf(event.process, record, history);
  }
  const next = standingOf(event.process, record, day, last);
  return next ? [...known.filter((one) => one.on < day), next] : known;
}

/** The rows of a case, the last of them in the cell where the case counts now. */
function inCell(rows: readonly BoardRow[], cell: string | undefined): Pick<ReturnType<typeof rowsAfter>, 'rows' | 'changed'> {
  const last = rows.at(-1);
  if (!last || cell === undefined || last.cell === cell) return { rows, changed: [] };
  const placed = { ...last, cell };
  return { rows: [...rows.slice(0, -1), placed], changed: [placed] };
}

/** What is written of a case: its rows still held to be true, oldest day first, and what was counted of it. */
interface KeptCase {
  readonly rows: readonly BoardRow[];
  readonly counted: Counted | undefined;
}

const NOTHING: KeptCase = { rows: [], counted: undefined };

/** What is written, by case; read from the tables where this process has not seen the case yet. */
function createKept(db: Kysely<BoardTables>) {
  const kept = new Map<string, KeptCase>();
  return {
    of: (stream: string): KeptCase => kept.get(stream) ?? NOTHING,
    async recall(batch: readonly ProjectedEvent[]): Promise<void> {
      // Of a case that begins here nothing is written yet.
      const begun = new Set(batch.filter(({ meta }) => meta.revision === 0).map(({ meta }) => meta.stream));
      const unknown = batch.filter(({ meta: { stream } }) => !begun.has(stream) && !kept.has(stream));
      for (const process of new Set(unknown.map((event) => event.process.name))) {
        const ids = [...new Set(unknown.filter((event) => event.process.name === process).map((event) => event.id))];
        const [found, waits] = await Promise.all([
          db
            .selectFrom('board')
            .selectAll()
            .where('process', '=', process)
            .where('case_id', 'in', ids)
            .where('known_to', 'is', null)
            .orderBy('valid_from')
            .execute(),
          recallWaits(db, process, ids),
        ]);
        const rowsOf = byCase(found);
        for (const id of ids) {
          const rows = rowsOf.get(id) ?? [];
          const { cell, measures, since } = rows.at(-1) ?? { cell: null };
          const counted = cell === null ? undefined : { cell, measures, since, waits: waits.get(id) ?? [] };
          kept.set(`${process}-${id}`, { rows, counted });
        }
      }
    },
    put(stream: string, now: KeptCase): void {
      kept.delete(stream);
      kept.set(stream, now);
    },
    /** Lets go of what was not used for longest, once a batch is folded. */
    forget(): void {
      forgetOldest(kept, KEPT_CASES);
    },
  };
}
