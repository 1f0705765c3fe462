/**
 * `npm run admin -- bootstrap …` makes the first administrator of an installation, once, on record.
 */
import { parseArgs } from 'node:util';
import { openCore } from '../compose.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { bootstrapAdministrator } from '../eventlog/bootstrap.ts';
import { endReplaced, replaceAdministrator } from '../eventlog/replaceAdministrator.ts';
import { readConfig } from '../platform/config.ts';
import { DEVELOPMENT_ISSUER } from '../platform/developmentIssuer.ts';
import { createLogger } from '../platform/logging.ts';
import { run } from './run.ts';

const USAGE = `npm run admin -- bootstrap --subject SIGN-IN --name-ar NAME [--name-latin NAME] --ministry-ar NAME --ministry-en NAME --by "WHO" [--issuer URL] [--from YYYY-MM-DD] [--instead "WHY"]

SIGN-IN is the claim "sub" of the person's token, not the user name (Keycloak: the user's ID). The issuer is OIDC_ISSUER, letter by
letter. Both together are the person: another of either is another person.
--from is the ministry's first day in the directory, by default the day of the first run.
--instead names this person in the place of one who was mistyped, while nobody has given a command yet; WHY is kept.
WHO runs it stays on record: in a container the account is everybody's.`;

const REFUSALS: Readonly<Record<string, string>> = {
  ALREADY_BOOTSTRAPPED:
    'this installation already has its first administrator, who appoints others through the API; ' +
    'if that sign-in was mistyped and nobody has given a command yet, say so: --instead "WHY"',
  IDEMPOTENCY_KEY_REUSED:
    'the first run gave another ministry, --from, or for this person another name or --by: give what was given then',
  INSTALLATION_IN_USE: 'people have given commands here: its administrator appoints others through the API',
  NAMED_BEFORE: 'this person was named before and gave way to another',
};

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
      from: { type: 'string' },
      instead: { type: 'string' },
    },
  });
  const { subject, 'name-ar': ar, 'name-latin': latin, 'ministry-ar': ministryAr, 'ministry-en': ministryEn } = values;
  const by = values.by?.trim();
  if (positionals[0] !== 'bootstrap' || !subject || !ar || !ministryAr || !ministryEn || !by) throw new Error(`usage: ${USAGE}`);
  const config = readConfig(process.env);
  const issuer = values.issuer ?? config.oidc?.issuer ?? DEVELOPMENT_ISSUER;
  if (config.oidc && issuer !== config.oidc.issuer)
    throw new Error(`--issuer is not OIDC_ISSUER (${config.oidc.issuer}): whoever signs in there would be somebody else`);
  const core = await openCore(config, createLogger({ level: 'warn' }), 'masar admin');
  try {
    const parts = { ...core.executor, cases: core.cases, codec: core.codec, log: core.log };
    const reason = values.instead?.trim();
    const wish = {
      ...{ issuer, subject, from: values.from, ranBy: by },
      name: { ar, ...(latin ? { latin } : {}) },
      ministry: { ar: ministryAr, en: ministryEn },
    };
    if (reason) await replaceAdministrator(parts, wish, reason);
    const { staff } = await bootstrapAdministrator(parts, wish);
    await endReplaced(parts);
    process.stdout.write(`${subject} (${issuer}) is the first administrator: staff ${staff}\n`);
  } catch (error) {
    const words = error instanceof Refused ? REFUSALS[error.code] : undefined;
    throw words === undefined ? error : new Error(words);
  } finally {
    await core.close();
  }
});
