import { type Kysely, sql } from 'kysely';

/** How far any read model has come: its position, and the logIndex of the last event it handled. */
export async function farthest(db: Kysely<unknown>, schema: string): Promise<{ position: bigint; logIndex: bigint }> {
  const { rows } = await sql<{ position: string; log_index: string }>`
    select coalesce(max(position), 0)::text as position, coalesce(max(log_index), 0)::text as log_index
    from ${sql.id(schema, 'projection_build')} where state in ('live', 'building')`.execute(db);
  return { position: BigInt(rows[0]?.position ?? 0), logIndex: BigInt(rows[0]?.log_index ?? 0) };
}

/**
 * Makes the read models anew once for a set of erasures (by its digest) that the log they were made from does not tell of, so that
 * none keeps what it folded while there were keys. Answers whether it was the first time in this database.
 */
export async function forgetOnce(db: Kysely<unknown>, schema: string, digest: string): Promise<boolean> {
  const table = sql.id(schema, 'forgotten');
  // Of two that start together, the slower would take away what the faster has begun to make.
  return db.transaction().execute(async (alone) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`forgetting in ${schema}`}))`.execute(alone);
    const { rows } = await sql`select from ${table} where digest = ${digest}`.execute(alone);
    if (rows.length > 0) return false;
    await resetReadModels(db, schema);
    await sql`insert into ${table} (digest) values (${digest})`.execute(alone);
    return true;
  });
}

/**
 * Takes every read model away, to be made anew from the beginning of the log: whoever asks meanwhile finds nothing rather than
 * what is no longer so. A projector that was at work on one finds its lease lost. Answers how many there were.
 */
export async function resetReadModels(db: Kysely<unknown>, schema: string): Promise<number> {
  const table = sql.id(schema, 'projection_build');
  const { rows: names } = await sql<{ name: string }>`select distinct name from ${table} where state <> 'retired'`.execute(db);
  for (const { name } of names) {
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`builds of ${schema} ${name}`}))`.execute(trx);
      const { rows: views } = await sql<{ view: string }>`
        select t.tablename as view from ${table} b join pg_tables t on t.schemaname = b.schema
        where b.name = ${name} and b.state = 'live'`.execute(trx);
      for (const { view } of views) await sql`drop view if exists ${sql.id(schema, view)}`.execute(trx);
      await sql`update ${table} set state = 'retired' where name = ${name}`.execute(trx);
    });
  }
  return names.length;
}

/** Forgets which events beyond the head of a log were to be passed over: their positions are given out again. */
export async function forgetSkipsBeyond(db: Kysely<unknown>, schema: string, head: bigint): Promise<void> {
  await sql`delete from ${sql.id(schema, 'projection_skip')} where position > ${String(head)}`.execute(db);
}
