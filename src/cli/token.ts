/**
 * `npm run token -- --as NAME` prints a bearer token of the development issuer, for trying the API on this machine.
 */
import { parseArgs } from 'node:util';
import { readConfig } from '../platform/config.ts';
import { openDevelopmentIssuer } from '../platform/developmentIssuer.ts';
import { run } from './run.ts';

await run(async () => {
  const { values } = parseArgs({ options: { as: { type: 'string' }, hours: { type: 'string', default: '12' } } });
  if (!values.as) throw new Error('say for whom: npm run token -- --as ninewa.registrar');
  const hours = Number(values.hours);
  if (!Number.isInteger(hours) || hours < 1 || hours > 24) throw new Error('--hours is a whole number from 1 to 24');
  const config = readConfig(process.env);
  if (config.oidc) throw new Error(`tokens come from ${config.oidc.issuer}: unset OIDC_ISSUER to use the development issuer`);
  if (config.environment === 'production') throw new Error('the development issuer does not exist in production');
  const issuer = await openDevelopmentIssuer(config.dataDir);
  process.stdout.write(`${await issuer.token(values.as, hours)}\n`);
});
