import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { GroupCommit } from '../../eventlog/postgres/groupCommit.ts';
import type { Build, Lease } from './builds.ts';

/** What one write moves on: from the lease's checkpoint to here. */
export interface Progress {
  readonly from: bigint;
  readonly to: bigint;
  readonly logIndex: bigint;
  readonly events: number;
  /** Events a second lately. */
  readonly rate: number;
  readonly recordedAt?: string;
}

/** Another projector works on this build, or it has been retired: nothing was written. */
export class LeaseLost extends Error {
  constructor(build: Build) {
    super(`the lease on ${build.schema} is lost`);
    this.name = 'LeaseLost';
  }
}

/** Postgres tells this channel of every move of a checkpoint. */
export const channelOf = (schema: string): string => `masar_read_${schema}`;

/** A checkpoint on its way, which makes the lease last longer too. */
export interface Move {
  readonly lease: Lease;
  readonly progress: Progress;
  readonly leaseMs: number;
}

const MOST_MOVES = 100;

/** Checkpoints of the builds kept in `schema`, moved by compare-and-set. */
export function createCheckpoints(db: Kysely<unknown>, schema: string) {
  const table = sql.id(schema, 'projection_build');

  /**
   * Moves each, and sends word of it, with the transaction; which is the statement itself where there is no other. A move that
   * a crash of the server loses is only work to do again, so it does not wait for the disk.
   */
  async function moveAll(on: Kysely<unknown>, moves: readonly Move[]): Promise<readonly boolean[]> {
    const asked = moves.map(({ lease, progress, leaseMs }) => ({
      build: lease.build.id,
      epoch: lease.epoch,
      before: String(progress.from),
      after: String(progress.to),
      log_index: String(progress.logIndex),
      more: progress.events,
      rate: progress.rate,
      recorded_at: progress.recordedAt ?? null,
      lease_ms: leaseMs,
    }));
    const { rows } = await sql<{ build: number }>`
      with moved as (
        update ${table} b set position = a.after, log_index = greatest(b.log_index, a.log_index), events = b.events + a.more,
          rate = a.rate, changed_at = now(), stopped = null, last_recorded_at = coalesce(a.recorded_at, b.last_recorded_at),
          lease_until = now() + a.lease_ms * interval '1 ms'
        from json_to_recordset(${JSON.stringify(asked)}::json) as a (build int, epoch int, before numeric, after numeric,
          log_index bigint, more bigint, rate real, recorded_at text, lease_ms int)
        where b.id = a.build and b.epoch = a.epoch and b.position = a.before and b.state <> 'retired'
        returning b.id as build, b.name
      )
      select build, set_config('synchronous_commit', 'off', true), pg_notify(${channelOf(schema)}, name) from moved`.execute(on);
    const moved = new Set(rows.map(({ build }) => build));
    return moves.map(({ lease }) => moved.has(lease.build.id));
  }

  const alone = new GroupCommit<Move, boolean>({
    commit: (moves) => moveAll(db, moves),
    weight: () => 1,
    poisoned: (error) => error instanceof pg.DatabaseError,
    maxItems: MOST_MOVES,
    maxWeight: MOST_MOVES,
  });

  return {
    /** Moves a checkpoint past events that change no row; builds that do so at the same time share a statement. @throws LeaseLost */
    move: async (move: Move): Promise<void> => {
      if (!(await alone.submit(move))) throw new LeaseLost(move.lease.build);
    },

    /** Moves a checkpoint within a transaction; its row is locked until that ends. @throws LeaseLost */
    moveIn: async (trx: Kysely<unknown>, move: Move): Promise<void> => {
      const [moved] = await moveAll(trx, [move]);
      if (!moved) throw new LeaseLost(move.lease.build);
    },
  };
}
