import pg from 'pg';
import { GroupCommit } from '../../eventlog/postgres/groupCommit.ts';
import type { Cause, Task } from './reactor.ts';

/** A task as it waits in the table. */
export interface Job {
  readonly id: string;
  readonly reactor: string;
  readonly task: Task;
  readonly cause: Cause;
}

/** How a task that will not be done ended. */
export interface Refusal {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

interface Row {
  readonly id: string;
  readonly reactor: string;
  readonly step: string;
  readonly task: Task['ids'];
  readonly event: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
  readonly occurred_at: string;
  readonly correlation: string;
}

/** How far a reactor has come. */
export interface Reached {
  readonly position: bigint;
  /** Of the last event it was given on the way; 0n when there was none. */
  readonly logIndex: bigint;
}

export interface Store {
  /** Where a reactor stands; a reactor met for the first time begins at `start`. */
  position(reactor: string, start: () => Promise<bigint>): Promise<bigint>;
  /**
   * Moves a reactor on and writes what it asked for, both or neither.
   * @returns false when another worker has moved it meanwhile or holds its lease.
   */
  advance(reactor: string, epoch: string, from: bigint, to: Reached, jobs: readonly Job[]): Promise<boolean>;
  /** Records why a reactor stands still before the event at this position. */
  halt(reactor: string, position: bigint, fault: string): Promise<void>;
  /** Whether an operator decided that a reactor passes over this event. */
  isSkipped(reactor: string, position: bigint): Promise<boolean>;
  /**
   * Ids of jobs that should be in the queue now: due, and the first of their reactor and stream that is not ended. They are
   * due again after `againMs`, in case the queue loses them.
   */
  ready(limit: number, againMs: number): Promise<readonly string[]>;
  /** A job that is not ended. */
  find(id: string): Promise<Job | undefined>;
  /**
   * Ends a job once. @returns the id of the job that waited behind it, now claimed for `againMs` as `ready` does, if there is
   * one and it is due.
   */
  end(job: Job, againMs: number, ending: 'done' | 'refused', refusal?: Refusal): Promise<string | undefined>;
  /** Puts a job off after a fault, twice as long each time from `firstMs` up to `longestMs`. */
  putOff(job: Job, fault: string, firstMs: number, longestMs: number): Promise<void>;
  /** Makes jobs due that were claimed but could not be queued. */
  unclaim(ids: readonly string[], inMs: number): Promise<void>;
  /** Forgets jobs that were done long ago; refused and dropped ones stay on record. */
  prune(olderThanDays: number): Promise<void>;
}

/** One reactor's move. */
interface Move {
  readonly reactor: string;
  readonly epoch: string;
  readonly from: bigint;
  readonly to: Reached;
  readonly jobs: readonly Job[];
}

/** Moves, and jobs, that go into one statement at most. */
const MOST_MOVES = 100;
const MOST_JOBS = 2_000;

/** The workers' tables. Every method is one statement; reactors that move at the same time share one. */
export function createStore(pool: pg.Pool, schema: string): Store {
  const within = pg.escapeIdentifier(schema);

  async function moveAll(asked: readonly Move[]): Promise<readonly boolean[]> {
    const moves = asked.map(({ reactor, epoch, from, to }, n) => ({
      n,
      reactor,
      epoch,
      before: String(from),
      after: String(to.position),
      log_index: String(to.logIndex),
    }));
    const jobs = asked.flatMap((one, n) => one.jobs.map((job, part) => ({ n, ...toRow(job, part) })));
    const { rows } = await pool.query<{ n: number }>(
      `with moved as (
         update ${within}.reactors r set position = a.after, log_index = greatest(r.log_index, a.log_index), fault = null,
           fault_position = null, fault_since = null
         from jsonb_to_recordset($1::jsonb) as a (n int, reactor text, epoch bigint, before numeric, after numeric,
           log_index bigint)
         where r.name = a.reactor and r.position = a.before
           and exists (select from ${within}.leases l where l.name = 'reactor ' || r.name and l.epoch = a.epoch)
         returning a.n, r.name
       ), written as (
         insert into ${within}.jobs
           (id, reactor, step, task, event, stream, revision, position, part, occurred_at, correlation)
         select j.id, moved.name, j.step, j.task, j.event, j.stream, j.revision, j.position, j.part, j.occurred_at, j.correlation
         from moved join jsonb_to_recordset($2::jsonb) as j (n int, id uuid, step text, task jsonb, event uuid, stream text,
           revision int, position numeric, part int, occurred_at text, correlation text) on j.n = moved.n
         on conflict (id) do nothing
       )
       -- A move without jobs that a crash of the server loses is only made again, so it does not wait for the disk.
       select n${jobs.length > 0 ? '' : ", set_config('synchronous_commit', 'off', true)"} from moved`,
      [JSON.stringify(moves), JSON.stringify(jobs)],
    );
    const moved = new Set(rows.map(({ n }) => n));
    return asked.map((_, n) => moved.has(n));
  }

  const moves = new GroupCommit<Move, boolean>({
    commit: moveAll,
    weight: ({ jobs }) => jobs.length,
    poisoned: (error) => error instanceof pg.DatabaseError,
    maxItems: MOST_MOVES,
    maxWeight: MOST_JOBS,
  });

  return {
    position: async (reactor, start) => {
      const select = `select position from ${within}.reactors where name = $1`;
      const known = await pool.query<{ position: string }>(select, [reactor]);
      if (known.rows[0]) return BigInt(known.rows[0].position);
      await pool.query(`insert into ${within}.reactors (name, position) values ($1, $2) on conflict do nothing`, [
        reactor,
        String(await start()),
      ]);
      const { rows } = await pool.query<{ position: string }>(select, [reactor]);
      return BigInt(rows[0]!.position);
    },

    advance: (reactor, epoch, from, to, jobs) => moves.submit({ reactor, epoch, from, to, jobs }),

    halt: async (reactor, position, fault) => {
      await pool.query(
        `update ${within}.reactors set fault = $3, fault_position = $2,
           fault_since = case when fault_position = $2 then fault_since else now() end
         where name = $1`,
        [reactor, String(position), fault],
      );
    },

    isSkipped: async (reactor, position) => {
      const { rows } = await pool.query(`select from ${within}.skipped_events where reactor = $1 and position = $2`, [
        reactor,
        String(position),
      ]);
      return rows.length === 1;
    },

    ready: async (limit, againMs) => {
      const { rows } = await pool.query<{ id: string }>(
        `with ready as (
           select id from ${within}.jobs j
           where ended_at is null and due <= now() and not exists (
             select from ${within}.jobs earlier
             where earlier.reactor = j.reactor and earlier.stream = j.stream and earlier.ended_at is null
               and (earlier.position, earlier.part) < (j.position, j.part))
           order by due, position, part limit $1
           for update skip locked
         )
         update ${within}.jobs j set due = now() + $2 * interval '1 ms' from ready where j.id = ready.id returning j.id`,
        [limit, againMs],
      );
      return rows.map((row) => row.id);
    },

    find: async (id) => {
      const { rows } = await pool.query<Row>(`select * from ${within}.jobs where id = $1 and ended_at is null`, [id]);
      return rows[0] && fromRow(rows[0]);
    },

    end: async (job, againMs, ending, refusal) => {
      // A job that a crash of the server finds not ended is done again without harm; a refusal may not be met again.
      const durability = ending === 'done' ? ", set_config('synchronous_commit', 'off', true)" : '';
      const { rows } = await pool.query<{ id: string }>(
        `with ended as (
           update ${within}.jobs set ended_at = now(), ending = $2, refusal = $3, fault = null
           where id = $1 and ended_at is null
           returning reactor, stream${durability}
         )
         update ${within}.jobs next set due = now() + $4 * interval '1 ms'
         where next.due <= now() and next.ended_at is null and next.id = (
           select j.id from ${within}.jobs j, ended
           where j.reactor = ended.reactor and j.stream = ended.stream and j.ended_at is null and j.id <> $1
           order by j.position, j.part limit 1)
         returning next.id`,
        [job.id, ending, refusal ? JSON.stringify(refusal) : null, againMs],
      );
      return rows[0]?.id;
    },

    putOff: async (job, fault, firstMs, longestMs) => {
      await pool.query(
        `update ${within}.jobs set attempts = attempts + 1, fault = $2,
           due = now() + least($4, $3 * 2 ^ least(attempts, 20)) * (0.75 + random() / 2) * interval '1 ms'
         where id = $1 and ended_at is null`,
        [job.id, fault, firstMs, longestMs],
      );
    },

    unclaim: async (ids, inMs) => {
      await pool.query(`update ${within}.jobs set due = now() + $2 * interval '1 ms' where id = any($1) and ended_at is null`, [
        ids,
        inMs,
      ]);
    },

    prune: async (olderThanDays) => {
      await pool.query(`delete from ${within}.jobs where ending = 'done' and ended_at < now() - $1 * interval '1 day'`, [
        olderThanDays,
      ]);
    },
  };
}

const toRow = ({ id, task, cause }: Job, index: number) => ({
  id,
  step: task.step,
  task: task.ids,
  event: cause.event,
  stream: cause.stream,
  revision: cause.revision,
  position: String(cause.position),
  part: index,
  occurred_at: cause.occurredAt,
  correlation: cause.correlationId,
});

const fromRow = (row: Row): Job => ({
  id: row.id,
  reactor: row.reactor,
  task: { step: row.step, ids: row.task },
  cause: {
    event: row.event,
    stream: row.stream,
    revision: row.revision,
    position: BigInt(row.position),
    occurredAt: row.occurred_at,
    correlationId: row.correlation,
  },
});
