import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { keyId } from '../keyring.ts';
import { type MasterKeys, unwrapAll } from './masterKey.ts';
import type { KeyTables } from './migrations.ts';

const MAC = 'keyed hashes';

/** The name a stored secret is bound to. */
export const secretId = (name: string): string => `secret:${name}`;

/**
 * The secret of this installation's keyed hashes. It is stored, wrapped like a data key, because blind indexes must outlive a
 * change of the master key; made at the first start. Installations from before that keep the secret they had.
 */
export async function macSecretOf(table: Kysely<KeyTables>, masters: MasterKeys): Promise<Buffer> {
  const known = await find(table);
  if (known) return open(known, masters);
  await adoptOldKeys(table, masters);
  const { current } = masters;
  const old = await table.selectFrom('data_key').select('subject').limit(1).executeTakeFirst();
  const secret = old ? (current.legacyMacSecret ?? randomBytes(32)) : randomBytes(32);
  const [wrapped] = await current.wrap([{ name: secretId(MAC), bytes: secret }]);
  await table
    .insertInto('secret')
    .values({ name: MAC, wrapped: wrapped!, master: current.id })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  // Of processes that start together the first one's secret counts.
  return open((await find(table))!, masters);
}

type SecretRow = Pick<KeyTables['secret'], 'wrapped' | 'master'>;

const find = (table: Kysely<KeyTables>): Promise<SecretRow | undefined> =>
  table.selectFrom('secret').select(['wrapped', 'master']).where('name', '=', MAC).executeTakeFirst();

async function open({ wrapped, master }: SecretRow, masters: MasterKeys): Promise<Buffer> {
  const [secret] = await unwrapAll(masters, [{ name: secretId(MAC), bytes: wrapped, master }]);
  return secret!;
}

/** Keys from before master keys had ids: they get the id of the one that opens them. @throws Error where it does not. */
async function adoptOldKeys(table: Kysely<KeyTables>, { current }: MasterKeys): Promise<void> {
  const sample = await table
    .selectFrom('data_key')
    .select(['subject', 'tier', 'wrapped'])
    .where('master', 'is', null)
    .where('wrapped', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  if (!sample?.wrapped) return;
  await current.unwrap([{ name: keyId(sample), bytes: sample.wrapped }]);
  await table
    .updateTable('data_key')
    .set({ master: current.id })
    .where('master', 'is', null)
    .where('wrapped', 'is not', null)
    .execute();
}
