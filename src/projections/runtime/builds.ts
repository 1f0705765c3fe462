import { type Kysely, sql, type Transaction } from 'kysely';
import { createCheckpoints, LeaseLost, type Progress } from './checkpoints.ts';
import type { Projection } from './projection.ts';
import { createTables, type Statement } from './tables.ts';

export type BuildState = 'building' | 'live' | 'retired' | 'scratch';

/** One set of tables of one version of a projection. */
export interface Build {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  /** The Postgres schema its tables are in. */
  readonly schema: string;
  readonly state: BuildState;
}

/** The right to write one build from a checkpoint on. A later lease has a higher epoch and ends this one. */
export interface Lease {
  readonly build: Build;
  readonly epoch: number;
  readonly position: bigint;
}

/** Where and why a projection came to a halt. */
export interface Halt {
  readonly position: string;
  readonly logIndex: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly kind: 'unknown_type' | 'undecodable' | 'failed';
  readonly reason: string;
  readonly since: string;
}

export type Builds = ReturnType<typeof createBuilds>;

/** The builds of every projection, kept beside the read models in `schema`. */
export function createBuilds(db: Kysely<unknown>, schema: string) {
  const table = sql.id(schema, 'projection_build');
  const skips = sql.id(schema, 'projection_skip');
  const checkpoints = createCheckpoints(db, schema);
  const columns = sql`id, name, version, schema, state`;

  async function buildsOf(name: string, on: Kysely<unknown> = db): Promise<readonly Build[]> {
    return (await sql<Build>`select ${columns} from ${table} where name = ${name} order by id`.execute(on)).rows;
  }

  async function create(trx: Transaction<unknown>, projection: Projection, state: BuildState): Promise<Build> {
    const { name, version, tables } = projection;
    const { rows } = await sql<Build>`
      insert into ${table} (name, version, state, schema)
      select ${name}, ${version}::int, ${state}, ${`${schema}_${name}_v${version}_`} || nextval(pg_get_serial_sequence(${`${schema}.projection_build`}, 'id'))
      returning ${columns}`.execute(trx);
    const build = rows[0]!;
    await createTables(trx, build.schema, tables);
    return build;
  }

  async function showViews(trx: Transaction<unknown>, build: Build, before?: Build): Promise<void> {
    for (const [from, drop] of before ? [[before, true] as const, [build, false] as const] : [[build, false] as const]) {
      const { rows } = await sql<{ name: string }>`
        select tablename as name from pg_tables where schemaname = ${from.schema} order by tablename`.execute(trx);
      for (const { name } of rows) {
        const view = sql.id(schema, name);
        if (drop) await sql`drop view if exists ${view}`.execute(trx);
        else await sql`create view ${view} as select * from ${sql.id(build.schema, name)}`.execute(trx);
      }
    }
  }

  /** Runs alone among everybody who makes or swaps builds of this projection. */
  function alone<T>(name: string, work: (trx: Transaction<unknown>) => Promise<T>): Promise<T> {
    return db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`builds of ${schema} ${name}`}))`.execute(trx);
      return work(trx);
    });
  }

  return {
    schema,
    buildsOf,

    /** Every build of every projection. */
    all: async (): Promise<readonly Build[]> => (await sql<Build>`select ${columns} from ${table} order by id`.execute(db)).rows,

    /**
     * Makes sure there is a build of this version to work on: the first is shown at once, a newer version is built beside the
     * one that is shown. A version older than one that exists is not built.
     */
    ensure: (projection: Projection): Promise<void> =>
      alone(projection.name, async (trx) => {
        const kept = (await buildsOf(projection.name, trx)).filter((one) => one.state === 'live' || one.state === 'building');
        if (kept.length === 0) return showViews(trx, await create(trx, projection, 'live'));
        if (kept.some((one) => one.version >= projection.version)) return;
        await sql`update ${table} set state = 'retired' where name = ${projection.name} and state = 'building'`.execute(trx);
        await create(trx, projection, 'building');
      }),

    /**
     * Begins a build of the same version beside the one that is shown; one that is under way is begun anew. It reads again what was
     * passed over, which may be readable by now; what the one that is shown has yet to pass over stays so.
     */
    rebuild: (projection: Projection): Promise<Build> =>
      alone(projection.name, async (trx) => {
        await sql`update ${table} set state = 'retired' where name = ${projection.name} and state = 'building'`.execute(trx);
        await sql`
          delete from ${skips} s using ${table} live where live.name = ${projection.name} and live.state = 'live'
          and s.name = live.name and s.version = ${projection.version} and s.position <= live.position`.execute(trx);
        return create(trx, projection, 'building');
      }),

    /** A build that nobody is shown and no projector works on. */
    scratch: (projection: Projection): Promise<Build> => alone(projection.name, (trx) => create(trx, projection, 'scratch')),

    /** Takes the lease if nobody has it, or in any case with `seize`; 'gone' when the build is no longer worked on. */
    acquire: async (build: Build, holder: string, leaseMs: number, seize = false): Promise<Lease | 'held' | 'gone'> => {
      const { rows } = await sql<{ epoch: number; position: string; state: BuildState }>`
        update ${table} set epoch = epoch + 1, holder = ${holder}, lease_until = now() + ${leaseMs} * interval '1 ms'
        where id = ${build.id} and state <> 'retired' and (lease_until < now() or ${seize})
        returning epoch, position, state`.execute(db);
      const [row] = rows;
      if (row) return { build: { ...build, state: row.state }, epoch: row.epoch, position: BigInt(row.position) };
      const { rows: there } = await sql<{ state: BuildState }>`select state from ${table} where id = ${build.id}`.execute(db);
      return there[0] === undefined || there[0].state === 'retired' ? 'gone' : 'held';
    },

    /** @throws LeaseLost */
    renew: async ({ build, epoch }: Lease, leaseMs: number): Promise<void> => {
      const { numAffectedRows } = await sql`
        update ${table} set lease_until = now() + ${leaseMs} * interval '1 ms'
        where id = ${build.id} and epoch = ${epoch} and state <> 'retired'`.execute(db);
      if (numAffectedRows !== 1n) throw new LeaseLost(build);
    },

    release: async ({ build, epoch }: Lease): Promise<void> => {
      await sql`update ${table} set lease_until = '-infinity', holder = null where id = ${build.id} and epoch = ${epoch}`.execute(
        db,
      );
    },

    /**
     * Writes rows and checkpoint as one. The checkpoint's row is locked first, so nobody else can write this build meanwhile.
     * @throws LeaseLost
     */
    commit: async (lease: Lease, progress: Progress, statements: readonly Statement[], leaseMs: number): Promise<void> => {
      const move = { lease, progress, leaseMs };
      if (statements.length === 0) return checkpoints.move(move);
      await db.transaction().execute(async (trx) => {
        await checkpoints.moveIn(trx, move);
        for (const statement of statements) await statement(trx);
      });
    },

    halt: async ({ build, epoch }: Lease, halt: Omit<Halt, 'since'>): Promise<void> => {
      await sql`
        update ${table} set rate = 0, stopped = ${JSON.stringify(halt)}::jsonb || jsonb_build_object('since', coalesce(
          case when stopped ->> 'position' = ${halt.position} then stopped ->> 'since' end, to_char(now(), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
        where id = ${build.id} and epoch = ${epoch}`.execute(db);
    },

    /** Positions an operator told this version to pass over. */
    skipped: async ({ name, version }: Build): Promise<ReadonlySet<bigint>> => {
      const { rows } = await sql<{ position: string }>`
        select position from ${skips} where name = ${name} and version = ${version}`.execute(db);
      return new Set(rows.map((row) => BigInt(row.position)));
    },

    /** Records that an operator passes over the one event a build is halted at; false when no build is halted there. */
    skip: async (name: string, position: bigint, by: string, reason: string): Promise<boolean> => {
      const { numAffectedRows } = await sql`
        insert into ${skips} (name, version, position, reason, by)
        select distinct name, version, ${String(position)}::numeric, ${reason}, ${by} from ${table}
        where name = ${name} and stopped ->> 'position' = ${String(position)}
        on conflict do nothing`.execute(db);
      return numAffectedRows !== undefined && numAffectedRows > 0n;
    },

    /**
     * Shows a build that has caught up with the one shown until now, which is retired; false while it has not.
     * @throws LeaseLost where somebody else writes it, or it was retired meanwhile
     */
    swap: ({ build, epoch }: Lease): Promise<boolean> =>
      alone(build.name, async (trx) => {
        const { rows } = await sql<{ position: string }>`
          select position from ${table} where id = ${build.id} and epoch = ${epoch} and state = 'building' for update`.execute(
          trx,
        );
        const [fresh] = rows;
        if (!fresh) throw new LeaseLost(build);
        const before = (await buildsOf(build.name, trx)).find((one) => one.state === 'live');
        if (before) {
          const { numAffectedRows } = await sql`
            update ${table} set state = 'retired' where id = ${before.id} and position <= ${fresh.position}`.execute(trx);
          if (numAffectedRows !== 1n) return false;
        }
        await sql`update ${table} set state = 'live' where id = ${build.id}`.execute(trx);
        await showViews(trx, build, before);
        return true;
      }),

    /** Drops the tables of retired builds, and of checks that died. */
    sweep: async (): Promise<void> => {
      const { rows } = await sql<Build>`
        select ${columns} from ${table} where state = 'retired'
        or (state = 'scratch' and greatest(changed_at, lease_until) < now() - interval '10 minutes')`.execute(db);
      for (const build of rows) await drop(build);
    },
    drop,
  };

  async function drop(build: Build): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const { numAffectedRows } = await sql`
        delete from ${table} where id = ${build.id} and state in ('retired', 'scratch')`.execute(trx);
      if (numAffectedRows === 1n) await sql`drop schema if exists ${sql.id(build.schema)} cascade`.execute(trx);
    });
  }
}
