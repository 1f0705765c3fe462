import { type Kysely, sql, type Transaction } from 'kysely';
import { pause } from '../../eventlog/follow.ts';
import { createWriter, type RunnerParts, type Writer } from './buildRunner.ts';
import type { Build, Lease } from './builds.ts';
import type { Projection, TableSpec } from './projection.ts';

export interface Difference {
  readonly key: Readonly<Record<string, unknown>>;
  /** The columns that differ, or that only one side has the row. */
  readonly in: readonly string[] | 'only live' | 'only rebuilt';
}

/** What a fresh rebuild of one projection showed. */
export interface Checked {
  readonly name: string;
  readonly position: string;
  readonly tables: readonly {
    readonly table: string;
    readonly rows: number;
    readonly md5: string;
    readonly same: boolean;
    /** The first row, by key, that is not the same byte for byte. Values are left out: they may be personal. */
    readonly difference?: Difference;
  }[];
}

/** A log may grow all the time: each round folds what came during the one before, and live writing pauses for the rest. */
const ROUNDS = 3;

/**
 * Builds a projection anew beside the live one and compares them byte for byte at the same position. Live writing pauses while
 * the last events are folded, not while the tables are compared.
 * @throws Error when the live build cannot be had within a minute, or halts.
 */
export async function checkProjection(parts: RunnerParts, projection: Projection, signal: AbortSignal): Promise<Checked> {
  const { builds, db } = parts;
  const live = (await builds.buildsOf(projection.name)).find((one) => one.state === 'live' && one.version === projection.version);
  if (!live) throw new Error(`${projection.name} v${projection.version} is not live`);
  const scratch = await builds.scratch(projection);
  try {
    const own = await leaseOn(parts, scratch, signal);
    const rebuilt = await createWriter(parts, projection, own, signal);
    for (let round = 0; round < ROUNDS; round += 1) await exhaust(rebuilt, signal, await parts.log.head());
    const held = await leaseOn(parts, live, signal, true);
    try {
      if (rebuilt.position > held.position) {
        const catchingUp = await createWriter(parts, projection, held, signal);
        await exhaust(catchingUp, signal, rebuilt.position);
      }
      await exhaust(rebuilt, signal, held.position);
      return await compare(db, projection, live, scratch, String(rebuilt.position), () => builds.release(held));
    } finally {
      await builds.release(held);
    }
  } finally {
    await builds.drop(scratch);
  }
}

/** To a position, or to the end of a log that ends before it; an order to stop is no end. */
async function exhaust(writer: Writer, signal: AbortSignal, upTo: bigint): Promise<void> {
  while (await writer.advance(upTo)) signal.throwIfAborted();
  signal.throwIfAborted();
}

/** Takes a lease; from whoever has it, if told to: that projector finds it lost and stands by. */
async function leaseOn(parts: RunnerParts, build: Build, signal: AbortSignal, seize = false): Promise<Lease> {
  for (let tries = 0; tries < 600; tries++) {
    const got = await parts.builds.acquire(build, parts.holder, parts.leaseMs, seize);
    if (got === 'gone') break;
    if (got !== 'held') return got;
    await pause(100, signal);
  }
  throw new Error(`nobody may write ${build.schema} now`);
}

async function compare(
  db: Kysely<unknown>,
  projection: Projection,
  live: Build,
  scratch: Build,
  position: string,
  seen: () => Promise<void>,
): Promise<Checked> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (trx) => {
      await sql`set local statement_timeout = 0`.execute(trx);
      await sql`select 1 from ${sql.id(live.schema, projection.tables[0]!.name)} limit 1`.execute(trx);
      // From here on the transaction sees what it saw: the live build may move on.
      await seen();
      const tables = [];
      for (const table of projection.tables) tables.push(await compareTable(trx, table, live.schema, scratch.schema));
      return { name: projection.name, position, tables };
    });
}

async function compareTable(trx: Transaction<unknown>, table: TableSpec, live: string, rebuilt: string) {
  const key = sql.join(table.key.map((column) => sql.id(column)));
  const digest = async (schema: string) => {
    const { rows } = await sql<{ md5: string; rows: string }>`
      select md5(coalesce(string_agg(md5(t::text), '' order by ${key}), '')) as md5, count(*) as rows
      from ${sql.id(schema, table.name)} t`.execute(trx);
    return rows[0]!;
  };
  const [before, after] = [await digest(live), await digest(rebuilt)];
  const same = before.md5 === after.md5;
  return {
    table: table.name,
    rows: Number(after.rows),
    md5: after.md5,
    same,
    ...(same ? {} : { difference: await firstDifference(trx, table, live, rebuilt) }),
  };
}

async function firstDifference(trx: Transaction<unknown>, table: TableSpec, live: string, rebuilt: string): Promise<Difference> {
  const key = sql.join(table.key.map((column) => sql.id(column)));
  const { rows } = await sql<{ live: Row | null; rebuilt: Row | null }>`
    select a.line as live, b.line as rebuilt
    from (select ${key}, t::text as bytes, to_jsonb(t) as line from ${sql.id(live, table.name)} t) a
    full join (select ${key}, t::text as bytes, to_jsonb(t) as line from ${sql.id(rebuilt, table.name)} t) b using (${key})
    where a.bytes is distinct from b.bytes order by ${key} limit 1`.execute(trx);
  const found = rows[0];
  const row = found?.live ?? found?.rebuilt ?? {};
  const told = table.key.filter((column) => !table.personalKey?.includes(column));
  return {
    key: Object.fromEntries(told.map((column) => [column, row[column]])),
    in: !found?.live
      ? 'only rebuilt'
      : !found.rebuilt
        ? 'only live'
        : Object.keys(row).filter((column) => JSON.stringify(found.live?.[column]) !== JSON.stringify(found.rebuilt?.[column])),
  };
}

type Row = Readonly<Record<string, unknown>>;
