import t from 'tap';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { createPool } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { eventLogContract } from '../support/eventLogContract.ts';
import { startKillablePostgres } from '../support/killablePostgres.ts';

const schema = 'eventlog';

// A server of its own, since it is killed.
await eventLogContract(t, 'postgres', async (t) => {
  const server = await startKillablePostgres();
  const pool = createPool(server.url, { applicationName: 'contract' });
  await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema });
  t.teardown(async () => {
    await log.close();
    await pool.end();
    await server.remove();
  });
  return {
    log,
    fresh: true,
    open: async () => createPostgresLog({ pool, schema }),
    server,
  };
});
