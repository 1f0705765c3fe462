/**
 * `npm run admin -- bootstrap …` makes the first administrator of an installation, once, on record.
 */
import { parseArgs } from 'node:util';
import { openCore } from '../compose.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { bootstrapAdministrator } from '../eventlog/bootstrap.ts';
import { readConfig } from '../platform/config.ts';
import { DEVELOPMENT_ISSUER } from '../platform/developmentIssuer.ts';
import { createLogger } from '../platform/logging.ts';
import { run } from './run.ts';

const USAGE = `npm run admin -- bootstrap --subject SIGN-IN --name-ar NAME [--name-latin NAME] --ministry-ar NAME --ministry-en NAME --by "WHO" [--issuer URL] [--from YYYY-MM-DD]

WHO runs it stays on record: in a container the account is everybody's.`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      issuer: { type: 'string' },
      subject: { type: 'string' },
      'name-ar': { type: 'string' },
      'name-latin': { type: 'string' },
      'ministry-ar': { type: 'string' },
      'ministry-en': { type: 'string' },
      by: { type: 'string' },
      from: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    },
  });
  const { subject, 'name-ar': ar, 'name-latin': latin, 'ministry-ar': ministryAr, 'ministry-en': ministryEn } = values;
  const by = values.by?.trim();
  if (positionals[0] !== 'bootstrap' || !subject || !ar || !ministryAr || !ministryEn || !by) throw new Error(`usage: ${USAGE}`);
  const config = readConfig(process.env);
  const issuer = values.issuer ?? config.oidc?.issuer ?? DEVELOPMENT_ISSUER;
  const core = await openCore(config, createLogger({ level: 'warn' }), 'masar admin');
  try {
    const { staff } = await bootstrapAdministrator(
      { ...core.executor, cases: core.cases },
      {
        issuer,
        subject,
        name: { ar, ...(latin ? { latin } : {}) },
        ministry: { ar: ministryAr, en: ministryEn },
        from: values.from,
        ranBy: by,
      },
    );
    process.stdout.write(`${subject} (${issuer}) is the first administrator: staff ${staff}\n`);
  } catch (error) {
    if (error instanceof Refused && error.code === 'ALREADY_BOOTSTRAPPED') {
      throw new Error(
        'this installation already has its first administrator; further ones are appointed by that person through the API',
      );
    }
    throw error;
  } finally {
    await core.close();
  }
});
