/**
 * `npm run access` holds every month of the access log against its tree, its last signed head and the heads outside the database
 * (AUDIT_WITNESS_DIR), and names the first entry that is not what was sealed. With `-- drop`, months past ACCESS_RETENTION_MONTHS are
 * dropped, as workers do. `-- --key KEY`, several times, names keys that signed before the one that signs now.
 */

import { parseArgs } from 'node:util';
import { openCore } from '../compose.ts';
import { checkMonths } from '../eventlog/access/check.ts';
import { keepMonths } from '../eventlog/access/months.ts';
import { sealMonths } from '../eventlog/access/trees.ts';
import { readConfig } from '../platform/config.ts';
import { createLogger } from '../platform/logging.ts';
import { accessHeads, accessOrigin, openAccessPool } from '../roles/accessLog.ts';
import { SCHEMAS } from '../schemas.ts';
import { auditSigner } from '../signing.ts';
import { run } from './run.ts';

await run(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { key: { type: 'string', multiple: true } } });
  const config = readConfig(process.env);
  const core = await openCore(config, createLogger({ level: 'error' }), 'masar access');
  try {
    const signer = auditSigner(config, accessOrigin(config));
    const now = new Date().toISOString();
    if (positionals.includes('drop')) {
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
    const outside = accessHeads(config, core.logger);
    for await (const { line, isRight } of checkMonths({
      pool: core.pool,
      schema: SCHEMAS.access,
      keys: [signer.key, ...(values.key ?? [])],
      now,
      outside,
    })) {
      process.stdout.write(`${line}\n`);
      if (!isRight) process.exitCode = 1;
    }
  } finally {
    await core.close();
  }
});
