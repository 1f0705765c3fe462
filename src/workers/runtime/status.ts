import pg from 'pg';

export interface ReactorStatus {
  readonly name: string;
  /** The log was read up to here. */
  readonly position: bigint;
  readonly pending: number;
  /** Age in seconds of the oldest job that is not ended, 0 without one. */
  readonly oldestSeconds: number;
  readonly refused: number;
  /** Why it stands still before an event, when it does. */
  readonly fault?: { readonly position: bigint; readonly what: string; readonly since: string };
}

/** A job that needs a look: refused by a rule, or put off again and again. */
export interface TroubledJob {
  readonly id: string;
  readonly reactor: string;
  readonly stream: string;
  readonly event: string;
  readonly step: string;
  readonly attempts: number;
  readonly createdAt: string;
  readonly refusal?: unknown;
  readonly fault?: string;
}

export interface Status {
  readonly reactors: readonly ReactorStatus[];
}

/** What an operator sees of the workers and decides about them. */
export interface Operator {
  status(): Promise<Status>;
  /** Jobs refused or put off at least three times, newest first. */
  troubled(limit: number): Promise<readonly TroubledJob[]>;
  /** Gives a refused or dropped job, or one that was put off, another try now; that it was dropped stays on record. @returns whether there was such a job. */
  retry(job: string): Promise<boolean>;
  /** Ends a job that is not done without its effect, on record. @returns whether there was such a job. */
  drop(job: string, by: string, reason: string): Promise<boolean>;
  /** Lets a reactor pass over the one event it stands still at, on record. @returns whether it stands there. */
  skipEvent(reactor: string, position: bigint, by: string, reason: string): Promise<boolean>;
}

/** The operator's view of the workers' tables. */
export function createOperator(pool: pg.Pool, schema: string): Operator {
  const within = pg.escapeIdentifier(schema);
  const changes = async (text: string, values: unknown[]) => ((await pool.query(text, values)).rowCount ?? 0) > 0;

  return {
    status: async () => {
      const { rows } = await pool.query<{
        name: string;
        position: string;
        fault: string | null;
        fault_position: string | null;
        fault_since: string | null;
        pending: number;
        oldest: number;
        refused: number;
      }>(
        `select r.*, open.pending, open.oldest,
           (select count(*)::int from ${within}.jobs j where j.ending = 'refused' and j.reactor = r.name) as refused
         from ${within}.reactors r, lateral (
           select count(*)::int as pending, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest
           from ${within}.jobs j where j.reactor = r.name and j.ended_at is null
         ) open
         order by r.name`,
      );
      return {
        reactors: rows.map((row) => ({
          name: row.name,
          position: BigInt(row.position),
          pending: row.pending,
          oldestSeconds: row.oldest,
          refused: row.refused,
          ...(row.fault === null
            ? {}
            : { fault: { what: row.fault, position: BigInt(row.fault_position ?? 0), since: row.fault_since ?? '' } }),
        })),
      };
    },

    troubled: async (limit) => {
      const { rows } = await pool.query<{
        id: string;
        reactor: string;
        stream: string;
        event: string;
        step: string;
        attempts: number;
        created_at: string;
        refusal: unknown;
        fault: string | null;
      }>(
        `select id, reactor, stream, event, step, attempts, created_at, refusal, fault from ${within}.jobs
         where ending = 'refused' or (ended_at is null and attempts >= 3)
         order by created_at desc limit $1`,
        [limit],
      );
      return rows.map(({ created_at, refusal, fault, ...row }) => ({
        ...row,
        createdAt: created_at,
        ...(refusal === null ? {} : { refusal }),
        ...(fault === null ? {} : { fault }),
      }));
    },

    retry: (job) =>
      changes(
        `update ${within}.jobs set ended_at = null, ending = null, refusal = null, by_whom = null, due = now()
         where id = $1 and ending is distinct from 'done'`,
        [job],
      ),

    drop: (job, by, reason) =>
      changes(
        `with dropped as (
           update ${within}.jobs set ended_at = now(), ending = 'dropped', by_whom = $2
           where id = $1 and (ended_at is null or ending = 'refused')
           returning id, reactor, step, event
         )
         insert into ${within}.dropped_jobs (job, reactor, step, event, by_whom, reason)
         select id, reactor, step, event, $2, $3 from dropped`,
        [job, by, reason],
      ),

    skipEvent: (reactor, position, by, reason) =>
      changes(
        `insert into ${within}.skipped_events (reactor, position, by_whom, reason)
         select name, fault_position, $3, $4 from ${within}.reactors where name = $1 and fault_position = $2
         on conflict do nothing`,
        [reactor, String(position), by, reason],
      ),
  };
}
