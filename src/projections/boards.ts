import type { Kysely } from 'kysely';
import { changesThePast } from '../domain/kernel/case.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import { type BoardCountTables, countedOf, countTables, createCounts } from './boardCounts.ts';
import { type BoardRow, dayOf, rowsAfter, type Standing, standingOf, standingsIn, standingsOf } from './boardRows.ts';
import { createFolds, type FoldedEvent } from './runtime/folds.ts';
import type { FoldContext, ProjectedEvent, Projection } from './runtime/projection.ts';

export interface BoardTables extends BoardCountTables {
  board: BoardRow;
}

const KEPT_CASES = 20_000;

/**
 * Where the cases of every process with a board stand, what of them adds up, and since when: in the world and to our knowledge,
 * so that a figure can be given for any day as it was known at any moment. How many stand alike now is counted as they move, so
 * that a roll-up takes no longer with more cases.
 */
export function boardsProjection(registry: Registry): Projection {
  return {
    name: 'boards',
    version: 2,
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
      const rows = createRows(db);
      const counts = createCounts(db);
      return async (batch) => {
        const folded = await fold(batch);
        await rows.recall(batch);
        const put: BoardRow[] = [];
        for (const one of folded) {
          const { event, before, record } = one;
          const was = countedOf(event.process, before, rows.of(one).at(-1));
          put.push(...rows.change(record, await standings(one, rows.of(one), context), event));
          counts.move(was, countedOf(event.process, record, rows.of(one).at(-1)));
        }
        rows.forget();
        return [{ table: 'board', put }, ...(await counts.changes())];
      };
    },
  };
}

/** The standings after an event. In the common case, news of the last day or a later one, they only grow at the end. */
async function standings(
  { event, before, record }: FoldedEvent,
  rows: readonly BoardRow[],
  context: FoldContext,
): Promise<readonly Standing[]> {
  const known = standingsIn(rows);
  const last = known.at(-1);
  const day = dayOf(event);
  const anew =
    changesThePast(event) || before.adoption?.confirmed === false || record.retracted || (last !== undefined && day < last.on);
  if (anew) return standingsOf(event.process, record, await context.history(event.meta.stream, event.meta.revision));
  const next = standingOf(event.process, record, day, last);
  return next ? [...known.filter((one) => one.on < day), next] : known;
}

/** Rows still held to be true, by case; read from the table where this process has not seen the case yet. */
function createRows(db: Kysely<BoardTables>) {
  const kept = new Map<string, readonly BoardRow[]>();
  const of = ({ record }: Pick<FoldedEvent, 'record'>): readonly BoardRow[] => kept.get(record.stream) ?? [];
  return {
    of,
    async recall(batch: readonly ProjectedEvent[]): Promise<void> {
      const unknown = batch.filter(({ meta }) => meta.revision > 0 && !kept.has(meta.stream));
      for (const process of new Set(unknown.map((event) => event.process.name))) {
        const ids = new Set(unknown.filter((event) => event.process.name === process).map((event) => event.id));
        const found = await db
          .selectFrom('board')
          .selectAll()
          .where('process', '=', process)
          .where('case_id', 'in', [...ids])
          .where('known_to', 'is', null)
          .orderBy('valid_from')
          .execute();
        for (const id of ids) {
          const own = found.filter((row) => row.case_id === id);
          kept.set(`${process}-${id}`, own);
        }
      }
    },
    change(record: FoldedEvent['record'], next: readonly Standing[], event: ProjectedEvent): readonly BoardRow[] {
      const { rows, changed } = rowsAfter(record, of({ record }), next, event.logIndex);
      kept.delete(record.stream);
      kept.set(record.stream, rows);
      return changed;
    },
    /** Lets go of what was not used for longest, once a batch is folded. */
    forget(): void {
      for (const stream of kept.keys()) {
        if (kept.size <= KEPT_CASES) break;
        kept.delete(stream);
      }
    },
  };
}
