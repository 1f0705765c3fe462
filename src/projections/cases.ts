import type { Kysely } from 'kysely';
import { type CaseRecord, changesThePast, foldCase, noCase, step } from '../domain/kernel/case.ts';
import type { RecordedEvent } from '../domain/kernel/envelope.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import {
  type CaseIndexRow,
  indexRow,
  type OpenRows,
  partiesAfter,
  type QueueRow,
  queueAfter,
  type TimerRow,
  timersAfter,
} from './caseRows.ts';
import { CASE_TABLES, type CaseFoldRow } from './caseTables.ts';
import { hollow, hollowEvent } from './hollow.ts';
import { type QueueReachRow, reachChange } from './queueReach.ts';
import { forgetOldest, KEPT_CASES } from './runtime/kept.ts';
import type { Change, Fold, ProjectedEvent, Projection } from './runtime/projection.ts';

export interface CaseTables {
  case_index: CaseIndexRow;
  queue: QueueRow;
  timer: TimerRow;
  case_fold: CaseFoldRow;
  queue_reach: QueueReachRow;
}

/**
 * Every case of every process: the index of cases, the queue with its history and by whom what is open in it is reached, the timers.
 * Derived from `waitsOn`, `timers` and `about` alone.
 */
export function casesProjection(registry: Registry, store: Process['store'] = 'general'): Projection {
  return {
    name: 'cases',
    version: 10,
    categories: registry.all.filter((one) => one.store === store).map((one) => one.name),
    opening: 'none',
    tables: CASE_TABLES,
    start: (context) => foldCases(context.db as Kysely<CaseTables>, context.history),
  };
}

/** A case as folded so far, with what of it stands in the tables. */
interface Folded {
  readonly record: CaseRecord<Stated>;
  readonly open: OpenRows;
  readonly rounds: Readonly<Record<string, number>>;
  readonly partySince: CaseIndexRow['party_since'];
  readonly timers: ReadonlyMap<string, TimerRow>;
  /** By whom it was reached when its rows were last written. */
  readonly reachedBy: readonly string[];
}

type History = (stream: string, toRevision: number) => Promise<readonly RecordedEvent[]>;

function foldCases(db: Kysely<CaseTables>, history: History): Fold {
  // In order of last use: the first is the one to forget.
  const kept = new Map<string, Folded>();

  async function recall(batch: readonly ProjectedEvent[]): Promise<void> {
    const unknown = new Map<string, ProjectedEvent>();
    const seen = new Set<string>();
    for (const event of batch) {
      const { stream, revision } = event.meta;
      if (!seen.has(stream) && !kept.has(stream) && revision > 0) unknown.set(stream, event);
      seen.add(stream);
    }
    for (const [stream, folded] of await load(db, [...unknown.values()])) kept.set(stream, folded);
  }

  async function next({ record }: Folded, event: ProjectedEvent): Promise<CaseRecord<Stated>> {
    const { process, id, meta } = event;
    if (!changesThePast(event)) return step(process, record, hollowEvent(event));
    const past = await history(meta.stream, meta.revision);
    return foldCase(process, id, past.map(hollowEvent));
  }

  return async (batch) => {
    await recall(batch);
    const touched = new Map<string, { readonly before: Folded; readonly folded: Folded; readonly event: ProjectedEvent }>();
    const queue: QueueRow[] = [];
    const timerChanges: Change[] = [];
    for (const event of batch) {
      const { stream, occurredAt } = event.meta;
      const before = kept.get(stream) ?? nothing(event.process, event.id);
      const record = await next(before, event);
      const { open, rounds, changed } = queueAfter(event.process, record, before.open, before.rounds, {
        logIndex: event.logIndex,
        occurredAt,
      });
      queue.push(...changed);
      const timers = timersAfter(event.process, record, before.timers);
      for (const [key, timer] of before.timers) if (!timers.has(key)) timerChanges.push({ table: 'timer', remove: [timer] });
      for (const [key, timer] of timers)
        if (before.timers.get(key) !== timer) timerChanges.push({ table: 'timer', put: [timer] });
      const partySince = partiesAfter(event.process, record, before.partySince, event.logIndex);
      const folded = { ...before, record, open, rounds, partySince, timers };
      kept.delete(stream);
      kept.set(stream, folded);
      touched.set(stream, { before: touched.get(stream)?.before ?? before, folded, event });
    }
    const all = [...touched.values()];
    const index = all.map(({ folded, event }) => indexRow(event.process, folded.record, folded.partySince, folded.open, event));
    const reaches = all.map(({ before, folded, event }, at) => {
      const now = { ...folded, reachedBy: index[at]?.reached_by ?? [] };
      kept.set(event.meta.stream, now);
      return reachChange(before, now);
    });
    forgetOldest(kept, KEPT_CASES);
    return [
      { table: 'case_index', put: index },
      { table: 'queue', put: queue },
      ...reaches,
      ...timerChanges,
      { table: 'case_fold', put: all.map(({ folded }) => foldRow(folded)) },
    ] satisfies Change[];
  };
}

const nothing = (process: Process, id: string): Folded => ({
  record: noCase(process, id),
  open: new Map(),
  rounds: {},
  partySince: {},
  timers: new Map(),
  reachedBy: [],
});

const foldRow = ({ record, rounds }: Folded): CaseFoldRow => ({
  process: record.process,
  case_id: record.id,
  record,
  rounds,
});

/** Folds written before, with their rows. */
async function load(db: Kysely<CaseTables>, events: readonly ProjectedEvent[]): Promise<ReadonlyMap<string, Folded>> {
  const found = new Map<string, Folded>();
  for (const process of new Set(events.map((event) => event.process))) {
    const ids = events.filter((event) => event.process === process).map((event) => event.id);
    const [folds, waits, timers] = await Promise.all([
      db
        .selectFrom('case_fold')
        .innerJoin('case_index', (join) =>
          join.onRef('case_index.process', '=', 'case_fold.process').onRef('case_index.case_id', '=', 'case_fold.case_id'),
        )
        .select(['case_fold.case_id', 'case_fold.record', 'case_fold.rounds', 'case_index.party_since', 'case_index.reached_by'])
        .where('case_fold.process', '=', process.name)
        .where('case_fold.case_id', 'in', ids)
        .execute(),
      db
        .selectFrom('queue')
        .selectAll()
        .where('process', '=', process.name)
        .where('case_id', 'in', ids)
        .where('to_index', 'is', null)
        .execute(),
      db.selectFrom('timer').selectAll().where('process', '=', process.name).where('case_id', 'in', ids).execute(),
    ]);
    const waitsOf = byCase(waits);
    const timersOf = byCase(timers);
    for (const fold of folds) {
      const record = hollow(fold.record) as CaseRecord<Stated>;
      found.set(record.stream, {
        record,
        rounds: fold.rounds,
        partySince: fold.party_since,
        reachedBy: fold.reached_by,
        open: new Map(waitsOf.get(fold.case_id)?.map((row) => [row.wait_key, row])),
        timers: new Map(timersOf.get(fold.case_id)?.map((row) => [row.key, row])),
      });
    }
  }
  return found;
}

function byCase<R extends { readonly case_id: string }>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.case_id);
    if (group) group.push(row);
    else groups.set(row.case_id, [row]);
  }
  return groups;
}
