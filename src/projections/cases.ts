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
import { hollow, hollowEvent } from './hollow.ts';
import type { Change, Fold, ProjectedEvent, Projection, TableSpec } from './runtime/projection.ts';

/**
 * The fold of a case, kept so that the next event needs no look at the log. Holds no personal values. It is `jsonb`, which knows no
 * order of keys: a fold that goes on from a row has them in another order than one that goes on in memory.
 */
interface CaseFoldRow {
  process: string;
  case_id: string;
  record: CaseRecord<Stated>;
  rounds: Readonly<Record<string, number>>;
}

export interface CaseTables {
  case_index: CaseIndexRow;
  queue: QueueRow;
  timer: TimerRow;
  case_fold: CaseFoldRow;
}

const CASE_KEY = { process: 'text', case_id: 'text' } as const;

const tables: readonly TableSpec[] = [
  {
    name: 'case_index',
    columns: {
      ...CASE_KEY,
      reference: 'text',
      status: 'text',
      owner_organisation: 'text',
      owner_office: 'text',
      owner_governorate: 'text',
      parties: 'text[]',
      party_since: 'jsonb',
      offices: 'text[]',
      offered_to: 'text',
      governorates: 'text[]',
      assignees: 'text[]',
      taken: 'jsonb',
      own_staff: 'text',
      shares: 'jsonb',
      reached_by: 'text[]',
      tier: 'text',
      households: 'text[]',
      persons: 'text[]',
      urgency: 'text',
      opened_at: 'text',
      opened_by: 'text',
      changed_at: 'text',
      changed_by: 'text',
      revision: 'integer',
      position: 'numeric',
      log_index: 'bigint',
    } satisfies Record<keyof CaseIndexRow, string>,
    key: ['process', 'case_id'],
    indexes: [
      '(reference)',
      '(process, opened_at, case_id)',
      '(opened_by)',
      '(owner_office)',
      'using gin (households)',
      'using gin (persons)',
      'using gin (reached_by)',
    ],
  },
  {
    name: 'queue',
    columns: {
      ...CASE_KEY,
      wait_key: 'text',
      from_index: 'bigint',
      to_index: 'bigint',
      from_at: 'text',
      to_at: 'text',
      reference: 'text',
      status: 'text',
      party: 'text',
      holder_organisation: 'text',
      holder_office: 'text',
      holder_role: 'text',
      holder_governorate: 'text',
      since: 'text',
      since_revision: 'integer',
      clock_start: 'text',
      due: 'text',
      rule: 'text',
      rule_version: 'text',
      level: 'integer',
      paused_at: 'text',
      assignee: 'text',
      discreet: 'boolean',
      urgency: 'text',
      priority: 'integer',
      round: 'integer',
    } satisfies Record<keyof QueueRow, string>,
    key: ['process', 'case_id', 'wait_key', 'from_index'],
    indexes: [
      '(holder_office, since) where to_index is null',
      '(holder_organisation, since) where to_index is null',
      '(assignee) where to_index is null and assignee is not null',
      '(due) where to_index is null and due is not null',
      // The orders in which the queue is shown: whoever sees much of it gets a page without sorting the rest.
      `(priority, (coalesce(due, '9999')), since, process, case_id, wait_key) where to_index is null`,
      `((coalesce(due, '9999')), priority, since, process, case_id, wait_key) where to_index is null`,
      '(since, process, case_id, wait_key) where to_index is null',
    ],
  },
  {
    name: 'timer',
    columns: {
      ...CASE_KEY,
      key: 'text',
      at: 'text',
      command: 'text',
      revision: 'integer',
    } satisfies Record<keyof TimerRow, string>,
    key: ['process', 'case_id', 'key'],
    indexes: ['(at)'],
  },
  {
    name: 'case_fold',
    columns: { ...CASE_KEY, record: 'jsonb', rounds: 'jsonb' } satisfies Record<keyof CaseFoldRow, string>,
    key: ['process', 'case_id'],
  },
];

/**
 * Every case of every process: the index of cases, the queue with its history, the timers. Derived from `waitsOn`, `timers` and
 * `about` alone.
 */
export function casesProjection(registry: Registry, store: Process['store'] = 'general'): Projection {
  return {
    name: 'cases',
    version: 9,
    categories: registry.all.filter((one) => one.store === store).map((one) => one.name),
    opening: 'none',
    tables,
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
}

const KEPT_CASES = 20_000;

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
    const touched = new Map<string, { readonly folded: Folded; readonly event: ProjectedEvent }>();
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
      const folded = { record, open, rounds, partySince, timers };
      kept.delete(stream);
      kept.set(stream, folded);
      touched.set(stream, { folded, event });
    }
    const all = [...touched.values()];
    for (const stream of kept.keys()) {
      if (kept.size <= KEPT_CASES) break;
      kept.delete(stream);
    }
    return [
      {
        table: 'case_index',
        put: all.map(({ folded, event }) => indexRow(event.process, folded.record, folded.partySince, folded.open, event)),
      },
      { table: 'queue', put: queue },
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
        .select(['case_fold.case_id', 'case_fold.record', 'case_fold.rounds', 'case_index.party_since'])
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
