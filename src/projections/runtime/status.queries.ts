import { type Kysely, sql } from 'kysely';
import type { Halt } from './builds.ts';

/** How one build of a read model stands. Positions and logIndexes are decimal strings. */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  readonly state: 'live' | 'building';
  readonly position: string;
  readonly logIndex: string;
  /** Events folded since the build began. */
  readonly events: number;
  /** Events a second while it last worked. */
  readonly rate: number;
  /** Whether the log holds events it has not seen; unknown when the head was not given. */
  readonly behind?: boolean;
  /** Seconds since its last event was recorded, 0 when it is not behind. */
  readonly lagSeconds: number;
  /** Whether a projector works on it now. */
  readonly worked: boolean;
  readonly halted?: Halt;
  readonly skipped: number;
}

/** Whether each of these read models is shown, and in this version. `schema` is that of the read models. */
export async function areShown<Tables>(
  db: Kysely<Tables>,
  schema: string,
  asked: readonly Pick<ProjectionStatus, 'name' | 'version'>[],
): Promise<boolean> {
  const { rows } = await sql<{ name: string; version: number }>`
    select name, version from ${sql.id(schema, 'projection_build')} where state = 'live'`.execute(db);
  return asked.every((one) => rows.some(({ name, version }) => name === one.name && version === one.version));
}

interface Row {
  readonly name: string;
  readonly version: number;
  readonly state: 'live' | 'building';
  readonly position: string;
  readonly log_index: string;
  readonly events: string;
  readonly rate: number;
  readonly lag: number | null;
  readonly worked: boolean;
  readonly stopped: Halt | null;
  readonly skipped: number;
}

/**
 * Every build that is shown or being made, by name; for `GET /health/projections` and metrics. `schema` is that of the read
 * models, `head` the log's last position.
 */
export async function projectionStatus<Tables>(
  db: Kysely<Tables>,
  schema: string,
  head?: bigint,
): Promise<readonly ProjectionStatus[]> {
  const { rows } = await sql<Row>`
    select name, version, state, position, log_index, events, rate, lease_until > now() as worked, stopped,
      extract(epoch from now() - last_recorded_at::timestamptz)::float8 as lag,
      (select count(*)::int from ${sql.id(schema, 'projection_skip')} s where s.name = b.name and s.version = b.version) as skipped
    from ${sql.id(schema, 'projection_build')} b where state in ('live', 'building') order by name, version, id`.execute(db);
  return rows.map((row) => {
    const behind = head === undefined ? undefined : BigInt(row.position) < head;
    return {
      name: row.name,
      version: row.version,
      state: row.state,
      position: row.position,
      logIndex: row.log_index,
      events: Number(row.events),
      rate: row.rate,
      lagSeconds: behind === false ? 0 : Math.max(0, Math.round(row.lag ?? 0)),
      worked: row.worked,
      skipped: row.skipped,
      ...(behind === undefined ? {} : { behind }),
      ...(row.stopped ? { halted: row.stopped } : {}),
    };
  });
}
