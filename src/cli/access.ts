/**
 * `npm run access` holds every month of the access log against its tree and its last signed head, and
 * names the first entry that is not what was sealed. With `-- drop`, months past ACCESS_RETENTION_MONTHS are dropped, as workers do.
 */

import { auditSigner, openCore, SCHEMAS } from '../compose.ts';
import { keepMonths } from '../eventlog/access/months.ts';
import { checkMonth, sealMonths } from '../eventlog/access/trees.ts';
import { readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { accessHeads, accessOrigin, openAccessPool } from '../roles/accessLog.ts';
import { run } from './run.ts';

await run(async () => {
  const config = readConfig(process.env);
  const core = await openCore(config, createLogger({ level: 'error' }), 'masar access');
  try {
    const signer = auditSigner(config, accessOrigin(config));
    const now = new Date().toISOString();
    if (process.argv.includes('drop')) {
      const [sealing, keeping] = [await openAccessPool(core, 'sealer', 2), await openAccessPool(core, 'keeper', 1)];
      try {
        await sealMonths(sealing, SCHEMAS.access, signer, now, accessHeads(config, core.logger));
        const { dropped } = await keepMonths(keeping, SCHEMAS.access, now, config.accessRetentionMonths);
        process.stdout.write(`dropped: ${dropped.join(', ') || 'none'}\n`);
      } finally {
        await sealing.end();
        await keeping.end();
      }
    }
    const { rows } = await core.pool.query<{ starts: string; entries: number }>(
      `select starts, entries from "${SCHEMAS.access}".month where dropped_at is null order by starts`,
    );
    for (const { starts, entries } of rows) {
      const { sealed, firstWrong, signed } = await checkMonth(core.pool, SCHEMAS.access, starts, signer.key);
      const wrong =
        firstWrong === undefined ? (signed ? 'as signed' : 'NOT AS SIGNED') : `ENTRY ${firstWrong} IS NOT WHAT WAS SEALED`;
      process.stdout.write(`${starts.slice(0, 7)}  ${entries} entries, ${sealed} sealed, ${wrong}\n`);
      if (firstWrong !== undefined || !signed) process.exitCode = 1;
    }
  } finally {
    await core.close();
  }
});
