/** What makes the first administrator: who ran it is on record. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openCore } from '../../src/compose.ts';
import { staffIdOf } from '../../src/eventlog/ids.ts';
import { readConfig } from '../../src/platform/config.ts';
import { migrateAll } from '../../src/schemas.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';

t.setTimeout(60_000);
const ADMIN = fileURLToPath(new URL('../../src/cli/admin.js', import.meta.url));

t.test('the first administrator is made by somebody who says who they are, and that stays on record', async (t) => {
  const { url, pool } = await testDatabase(t);
  await migrateAll(pool, url);
  const data = temporaryDirectory();
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const env = { DATABASE_URL: url, MASAR_DATA: data, NODE_ENV: 'development', PORT: '0' };
  const wish = ['--issuer', 'https://id.example.org', '--subject', 'first', '--name-ar', 'مدير'];
  const bootstrap = (by: string, more: Readonly<Record<string, string>> = {}) => {
    const argv = [ADMIN, 'bootstrap', ...wish, '--ministry-ar', 'وزارة', '--ministry-en', 'Ministry', '--by', by];
    return spawnSync(process.execPath, argv, { env: { ...process.env, ...env, ...more }, encoding: 'utf8' });
  };
  t.match(bootstrap(' '), { status: 1, stderr: /^usage: .*--by "WHO"[\s\S]* claim "sub" of the person's token/ });
  const oidc = { OIDC_ISSUER: 'https://id.example.org/', OIDC_AUDIENCE: 'masar' };
  t.match(
    bootstrap('an operator on duty', oidc),
    { status: 1, stderr: /^--issuer is not OIDC_ISSUER .*\n$/ },
    'a slash too many',
  );
  const made = bootstrap('an operator on duty');
  t.match(made, { status: 0, stdout: /is the first administrator/ }, made.stderr);

  t.match(bootstrap('another'), { status: 1, stderr: /^the first run gave another [^\n]*\n$/ }, 'told without a stack');

  const core = await openCore(readConfig(env), silentLog, 'admin test', { onlyLooks: true });
  t.teardown(() => core.close());
  const staff = staffIdOf('https://id.example.org', 'first');
  const { history } = await core.cases.load(core.registry.ofStream(`staff-${staff}`), staff);
  t.match(
    history.find(({ type }) => type === 'AdministratorBootstrapped'),
    { data: { ranBy: 'an operator on duty' } },
  );
});
