import { type Kysely, sql } from 'kysely';
import { keyId } from '../keyring.ts';
import { type MasterKey, type MasterKeys, unwrapAll } from './masterKey.ts';
import type { KeyTables } from './migrations.ts';
import { secretId } from './secrets.ts';

export interface Rotation {
  /** Keys and secrets wrapped anew by this run. */
  readonly wrapped: number;
  /** Those the new master key already wrapped when the run began. */
  readonly before: number;
}

export interface RotationParts {
  readonly db: Kysely<unknown>;
  readonly schema: string;
  /** Every master key that wraps something now. */
  readonly masters: MasterKeys;
  readonly to: MasterKey;
  /** Keys in one step; default 500. */
  readonly batch?: number;
  /** Told after each step how many are done. */
  readonly progress?: (wrapped: number) => void;
}

/**
 * Wraps every key and secret anew by another master key. No event is touched: the keys themselves stay. Every step is written
 * by itself and only where nothing changed meanwhile (a key destroyed between stays destroyed), so a run that was killed is
 * simply run again.
 */
export async function rotate({ db, schema, masters, to, batch = 500, progress }: RotationParts): Promise<Rotation> {
  const table = (db as Kysely<KeyTables>).withSchema(schema);
  const counted = await table
    .selectFrom('data_key')
    .select((eb) => eb.fn.countAll<string>().as('keys'))
    .where('master', '=', to.id)
    .where('wrapped', 'is not', null)
    .executeTakeFirstOrThrow();
  let wrapped = 0;
  for (;;) {
    const rows = await table
      .selectFrom('data_key')
      .select(['subject', 'tier', 'wrapped', 'master'])
      .where('wrapped', 'is not', null)
      .where((eb) => eb.or([eb('master', 'is', null), eb('master', '<>', to.id)]))
      .limit(batch)
      .execute();
    if (rows.length === 0) break;
    const old = rows.map((row) => ({ name: keyId(row), bytes: row.wrapped!, master: row.master ?? masters.current.id }));
    const keys = await unwrapAll(masters, old);
    const fresh = await to.wrap(old.map(({ name }, index) => ({ name, bytes: keys[index]! })));
    const { numAffectedRows } = await sql`
      update ${sql.id(schema, 'data_key')} k set wrapped = n.fresh, master = ${to.id}
      from unnest(${rows.map((row) => row.subject)}::text[], ${rows.map((row) => row.tier)}::text[],
        ${old.map((one) => one.bytes)}::bytea[], ${[...fresh]}::bytea[]) as n (subject, tier, old, fresh)
      where k.subject = n.subject and k.tier = n.tier and k.wrapped = n.old`.execute(db);
    wrapped += Number(numAffectedRows ?? 0n);
    progress?.(wrapped);
  }
  return { wrapped: wrapped + (await rotateSecrets(table, masters, to)), before: Number(counted.keys) };
}

/** Whether a master key of this id wraps anything in a key store. */
export async function isWrapping(db: Kysely<unknown>, schema: string, id: string): Promise<boolean> {
  const table = (db as Kysely<KeyTables>).withSchema(schema);
  const [key, secret] = await Promise.all([
    table.selectFrom('data_key').select('tier').where('master', '=', id).where('wrapped', 'is not', null).limit(1).execute(),
    table.selectFrom('secret').select('name').where('master', '=', id).limit(1).execute(),
  ]);
  return key.length + secret.length > 0;
}

async function rotateSecrets(table: Kysely<KeyTables>, masters: MasterKeys, to: MasterKey): Promise<number> {
  const rows = await table.selectFrom('secret').select(['name', 'wrapped', 'master']).where('master', '<>', to.id).execute();
  for (const { name, wrapped, master } of rows) {
    const [secret] = await unwrapAll(masters, [{ name: secretId(name), bytes: wrapped, master }]);
    const [fresh] = await to.wrap([{ name: secretId(name), bytes: secret! }]);
    await table
      .updateTable('secret')
      .set({ wrapped: fresh!, master: to.id })
      .where('name', '=', name)
      .where('wrapped', '=', wrapped)
      .execute();
  }
  return rows.length;
}
