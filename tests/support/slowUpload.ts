/** A program that uploads until it is killed: `slowUpload.js <database> <directory> <master key> <document> <staff> <size>`. */
import { setImmediate } from 'node:timers/promises';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { masterKeyOf, masterKeys } from '../../src/platform/keys/masterKey.ts';
import { openPostgresKeyring } from '../../src/platform/keys/postgresKeyring.ts';
import { filesBeside, pdfOf } from './documents.ts';
import { world } from './scenario.ts';

const [, , url = '', root = '', master = '', document = '', staff = '', size = '0'] = process.argv;
const pool = createPool(url, { applicationName: 'slow upload' });
const keyring = await openPostgresKeyring({
  db: createKysely(pool),
  schema: 'keys',
  masters: masterKeys(masterKeyOf(Buffer.from(master, 'base64'))),
});
const documents = await filesBeside({ ...world([]), keyring }, { pool, root });

async function* pieces() {
  const bytes = pdfOf(Number(size));
  for (let at = 0; at < bytes.length; at += 50_000) {
    await setImmediate();
    yield bytes.subarray(at, at + 50_000);
  }
}
await documents.append(document, staff, 0, pieces());
await pool.end();
