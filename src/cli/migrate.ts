/** `npm run migrate` brings the schemas of DATABASE_URL up to date: a step of its own before a new version starts. */

import { readConfig } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { migrateRestricted } from '../restrictedStore.ts';
import { ensureAccessOwner, migrateAll } from '../schemas.ts';
import { run } from './run.ts';

await run(async () => {
  const config = readConfig(process.env);
  const { databaseUrl, keysDatabaseUrl, accessDatabaseUrl, restrictedDatabaseUrl } = config;
  if (databaseUrl === undefined) throw new Error('DATABASE_URL is not set: the embedded database migrates itself when it starts');
  const pool = createPool(databaseUrl, { applicationName: 'masar migrate', max: 2 });
  const keysPool =
    keysDatabaseUrl === undefined ? undefined : createPool(keysDatabaseUrl, { applicationName: 'masar migrate keys', max: 2 });
  const accessPool =
    accessDatabaseUrl === undefined
      ? undefined
      : createPool(accessDatabaseUrl, { applicationName: 'masar migrate access', max: 2 });
  try {
    await ensureAccessOwner(config, accessPool ?? pool);
    const general = await migrateAll(pool, databaseUrl, keysPool, accessPool);
    const ran = [...general, ...(await migrateApart(restrictedDatabaseUrl))];
    process.stdout.write(ran.length === 0 ? 'nothing to do\n' : `${ran.join('\n')}\n`);
  } finally {
    await pool.end();
    await keysPool?.end();
    await accessPool?.end();
  }
});

/** The restricted store's database, under its own login. */
async function migrateApart(url: string | undefined): Promise<readonly string[]> {
  if (url === undefined) return [];
  const pool = createPool(url, { applicationName: 'masar migrate restricted', max: 2 });
  try {
    return await migrateRestricted(pool, url);
  } finally {
    await pool.end();
  }
}
