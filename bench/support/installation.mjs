/** An installation of Masar on a database of the bench: migrated, with the demo's offices and staff when they are asked for. */
import { rmSync } from 'node:fs';
import { built } from './built.mjs';
import { database } from './database.mjs';

/** Opens the core of an installation, with its database's address, its directory and what a program of it needs to run. */
export async function installation(bench, name, template) {
  const { openCore } = await built('src/compose.js');
  const { migrateAll } = await built('src/schemas.js');
  const { readConfig } = await built('src/platform/config.js');
  const { createPool } = await built('src/platform/database.js');
  const { silentLog, temporaryDirectory } = await built('tests/support/postgres.js');
  const url = await database(bench, name, template);
  const data = temporaryDirectory();
  bench.teardown(() => rmSync(data, { recursive: true, force: true }));
  // A few clients give the commands of a whole ministry.
  const env = {
    DATABASE_URL: url,
    MASAR_DATA: data,
    NODE_ENV: 'development',
    RATE_LIMITS: 'requests=999999,searches=999999,lookups=999999',
  };
  const pool = createPool(url, { applicationName: 'bench migrations', max: 2, statementTimeoutMs: 0 });
  await migrateAll(pool, url).finally(() => pool.end());
  const core = await openCore(readConfig(env), silentLog, 'bench');
  bench.teardown(() => core.close());
  return { core, url, env, data };
}

/** Starts the program with some roles in a process of its own. */
export async function program(bench, { env }, ...roles) {
  const { startProgram } = await built('tests/support/faults/program.js');
  const started = startProgram(roles, env);
  bench.teardown(() => started.stop());
  return started;
}

/** The demo's offices with their people, entered at this address. `tokenFor` gives whoever the demo names a token. */
export async function offices({ core, data }, address) {
  const { ADMINISTRATOR, ORGANISATIONS } = await built('src/cli/demo/cast.js');
  const { buildDirectory } = await built('src/cli/demo/directory.js');
  const { createClient } = await built('src/cli/demo/client.js');
  const { bootstrapAdministrator } = await built('src/eventlog/bootstrap.js');
  const { DEVELOPMENT_ISSUER, openDevelopmentIssuer } = await built('src/platform/developmentIssuer.js');
  const issuer = await openDevelopmentIssuer(data);
  const tokenFor = (login) => issuer.token(login);
  const { organisation } = await bootstrapAdministrator(
    { ...core.executor, cases: core.cases },
    {
      issuer: DEVELOPMENT_ISSUER,
      subject: ADMINISTRATOR,
      name: { ar: 'مدير النظام', latin: 'Administrator' },
      ministry: ORGANISATIONS.ministry.names,
      from: '2003-01-01',
      ranBy: 'bench',
      synthetic: true,
    },
  );
  const client = createClient(address, tokenFor);
  const directory = await buildDirectory(client, organisation, () => undefined);
  return { client, directory, tokenFor, organisation };
}
