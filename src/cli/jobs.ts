/** `npm run jobs -- status | troubled | retry ID | drop ID … | skip REACTOR POSITION …`: looks after follow-ups. */
import { openCore } from '../compose.ts';
import { readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { RESTRICTED_SCHEMAS } from '../restrictedStore.ts';
import { SCHEMAS } from '../schemas.ts';
import { createOperator } from '../workers/runtime/status.ts';
import { jobsCommand } from './jobs/commands.ts';
import { run } from './run.ts';

await run(async () => {
  const core = await openCore(readConfig(process.env), createLogger({ level: 'error' }), 'masar jobs', { onlyLooks: true });
  try {
    const { restricted } = core;
    const restrictedOperator = restricted && createOperator(restricted.pool, RESTRICTED_SCHEMAS.workers);
    const tools = {
      general: createOperator(core.pool, SCHEMAS.workers),
      ...(restrictedOperator ? { restricted: restrictedOperator } : {}),
      print: console.log,
    };
    process.exitCode = await jobsCommand(process.argv.slice(2), tools);
  } finally {
    await core.close();
  }
});
