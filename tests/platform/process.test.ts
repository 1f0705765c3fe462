import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ConfigError, readConfig } from '../../src/platform/config.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { defaultLimits } from '../../src/platform/limits/settings.ts';
import { createLogger } from '../../src/platform/logging.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { createShutdown } from '../../src/platform/shutdown.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';

const KEYS = temporaryDirectory();
t.teardown(() => rmSync(KEYS, { recursive: true }));
const KEY_FILE = join(KEYS, 'some.key');
writeFileSync(KEY_FILE, 'key', { mode: 0o600 });

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

t.test('an empty environment is the embedded way to run: loopback, own database, development issuer', async (t) => {
  const { roles, ...config } = readConfig({ DATABASE_URL: '', PORT: ' ' });
  t.strictSame([...roles], ['api', 'projector', 'worker']);
  t.strictSame(config, {
    environment: 'development',
    dataDir: resolve('.masar'),
    host: '127.0.0.1',
    port: 8080,
    operationsPort: undefined,
    databaseUrl: undefined,
    embedded: true,
    eventStoreUrl: undefined,
    redisUrl: undefined,
    oidc: undefined,
    logLevel: 'info',
    masterKeyFile: undefined,
    otherMasterKeyFiles: [],
    kms: undefined,
    keysDatabaseUrl: undefined,
    accessDatabaseUrl: undefined,
    restrictedDatabaseUrl: undefined,
    restrictedMasterKeyFile: undefined,
    otherRestrictedMasterKeyFiles: [],
    auditKeyFile: undefined,
    auditOrigin: 'masar.localhost/log',
    auditWitnessDir: undefined,
    auditPatrolHours: 24,
    erasedListFile: undefined,
    publicUrl: 'http://127.0.0.1:8080',
    trustProxy: [],
    files: { kind: 'disk', dir: resolve('.masar/files') },
    clamd: undefined,
    accessRetentionMonths: 60,
    clockSkewSeconds: 60,
    limits: defaultLimits,
    tracing: undefined,
    warnings: [],
  });
});

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://masar:secret@db-1,db-2/masar',
  OIDC_ISSUER: 'https://id.example.org/realms/masar',
  OIDC_AUDIENCE: 'masar',
  MASAR_MASTER_KEY_FILE: KEY_FILE,
  KEYS_DATABASE_URL: 'postgresql://masar_keys:secret@db-1,db-2/masar',
  FILES_DIR: '/srv/files',
  CLAMD_ADDRESS: 'scanner:3310',
  MASAR_AUDIT_KEY_FILE: KEY_FILE,
  MASAR_AUDIT_ORIGIN: 'masar.example.org/log',
  PUBLIC_URL: 'https://masar.example.org',
};

t.test('a complete production environment is read as it is', async (t) => {
  const config = readConfig({
    ...PRODUCTION,
    HOST: '0.0.0.0',
    PORT: '0',
    MASAR_ROLES: 'api, worker',
    EVENTSTORE_URL: 'esdb://admin:secret@es-1:2113,es-2:2113?tls=true',
    REDIS_URL: 'rediss://queue:6379/1',
    OIDC_JWKS_URL: 'https://id.example.org/keys',
    TRUST_PROXY: '10.0.0.0/8,::1,fd00::/8',
    LOG_LEVEL: 'warn',
  });
  t.match(config, {
    environment: 'production',
    embedded: false,
    host: '0.0.0.0',
    port: 0,
    oidc: { issuer: PRODUCTION.OIDC_ISSUER, audience: 'masar', jwksUrl: 'https://id.example.org/keys' },
    trustProxy: ['10.0.0.0/8', '::1', 'fd00::/8'],
    masterKeyFile: KEY_FILE,
    files: { kind: 'disk', dir: '/srv/files' },
    clamd: { host: 'scanner', port: 3310 },
  });
  t.strictSame([...config.roles], ['api', 'worker']);
});

t.test(
  'every wrong value is named with what it should be, and no address is repeated, since it may hold a password',
  async (t) => {
    const wrong = {
      NODE_ENV: 'prod',
      HOST: 'two words',
      PORT: '80a',
      MASAR_ROLES: 'api,reporter',
      DATABASE_URL: 'mysql://root:hunter2@db/masar',
      EVENTSTORE_URL: 'http://:hunter2@es',
      REDIS_URL: 'hunter2',
      OIDC_ISSUER: 'ftp://id',
      OIDC_JWKS_URL: 'id.example.org',
      LOG_LEVEL: 'loud',
      MASAR_MASTER_KEY_FILE: '/nowhere/key',
      KEYS_IN_GENERAL_DATABASE: 'perhaps',
      MASAR_AUDIT_KEY_FILE: '/nowhere/audit',
      MASAR_AUDIT_ORIGIN: 'two words',
      TRUST_PROXY: '10.0.0.0/33',
      FILES_S3_ENDPOINT: 'ftp://:hunter2@files',
      FILES_S3_BUCKET: 'Two Words',
      FILES_S3_SECRET_FILE: '/nowhere/hunter2',
      CLAMD_ADDRESS: 'scanner',
      OPERATIONS_PORT: '80a',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://:hunter2@collector',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
      CLOCK_SKEW_SECONDS: '0',
    };
    const problems = problemsOf(wrong);
    t.strictSame(problems.map((problem) => problem.split(' ')[0]).sort(), Object.keys(wrong).sort());
    t.ok(problems.every((problem) => problem.includes('it should be')));
    t.notMatch(problems.join('\n'), 'hunter2');
    t.strictSame(problemsOf({ PORT: '70000' }), ['PORT is "70000": it should be a whole number from 0 (any free port) to 65535']);
    for (const range of ['proxy', '10.0.0.1/', '10.0.0.0/8/8', '::1/129', '']) {
      t.equal(problemsOf({ TRUST_PROXY: `127.0.0.1,${range}` }).length, 1, `"${range}" is no range`);
    }
    for (const [node, problems] of Object.entries({ leader: 0, Leader: 0, follower: 1, random: 1, readOnlyReplica: 1 })) {
      const address = `esdb://es-1:2113,es-2:2113?tls=true&nodePreference=${node}`;
      t.equal(problemsOf({ EVENTSTORE_URL: address }).length, problems, `reads of a ${node}`);
    }
  },
);

t.test('settings that need each other are asked for', async (t) => {
  t.match(problemsOf({ OIDC_ISSUER: 'https://id' }), [/^OIDC_AUDIENCE is not set/]);
  t.match(problemsOf({ OIDC_AUDIENCE: 'masar' }), [/^OIDC_ISSUER is not set/]);
  t.match(problemsOf({ FILES_S3_ENDPOINT: 'https://files', FILES_S3_BUCKET: 'masar' }), [
    /^FILES_S3_KEY_ID is not set/,
    /^FILES_S3_SECRET_FILE is not set/,
  ]);
  t.match(problemsOf({ FILES_DIR: '/srv/files', FILES_S3_ENDPOINT: 'https://files' })[0], /both set/);
});

t.test('files lie on disk or in an S3-compatible store', async (t) => {
  const s3 = {
    FILES_S3_ENDPOINT: 'https://files.example.org',
    FILES_S3_BUCKET: 'masar',
    FILES_S3_KEY_ID: 'key',
    FILES_S3_SECRET_FILE: KEY_FILE,
  };
  t.strictSame(readConfig(s3).files, {
    kind: 's3',
    endpoint: 'https://files.example.org',
    bucket: 'masar',
    region: 'us-east-1',
    keyId: 'key',
    secretFile: KEY_FILE,
  });
  t.strictSame(readConfig({ CLAMD_ADDRESS: '/run/clamd.sock' }).clamd, { path: '/run/clamd.sock' });
});

t.test('what is convenient in development refuses to start in production', async (t) => {
  t.strictSame(problemsOf(PRODUCTION), []);
  t.match(problemsOf({ NODE_ENV: 'production' }), [
    /^DATABASE_URL is not set.*embedded database/,
    /^OIDC_ISSUER is not set.*token to anybody/,
    /^MASAR_MASTER_KEY_FILE is not set.*beside the data/,
    /^FILES_DIR is not set.*not seen by the others/,
    /^CLAMD_ADDRESS is not set.*nobody scanned/,
    /^MASAR_AUDIT_KEY_FILE is not set.*beside the tree/,
    /^MASAR_AUDIT_ORIGIN is not set.*told apart/,
    /^PUBLIC_URL is not set.*this machine alone/,
  ]);
  t.match(problemsOf({ ...PRODUCTION, OIDC_ISSUER: 'http://id' }), [/^OIDC_ISSUER .*https/]);
});

t.test('keys lie under a login of their own in production, unless somebody says that they are not meant to', async (t) => {
  const { KEYS_DATABASE_URL: _own, ...without } = PRODUCTION;
  t.match(problemsOf(without), [/^KEYS_DATABASE_URL is not set.*KEYS_IN_GENERAL_DATABASE=yes/]);
  t.strictSame(problemsOf({ ...without, KEYS_IN_GENERAL_DATABASE: 'yes' }), []);
  t.match(problemsOf({ ...PRODUCTION, KEYS_IN_GENERAL_DATABASE: 'yes' }), [/are both set/]);
});

t.test('no master key of the general store opens the restricted one', async (t) => {
  const next = join(KEYS, 'next.key');
  writeFileSync(next, 'key', { mode: 0o600 });
  for (const general of ['MASAR_MASTER_KEY_FILE', 'MASAR_MASTER_KEY_ALSO']) {
    for (const restricted of ['RESTRICTED_MASTER_KEY_FILE', 'RESTRICTED_MASTER_KEY_ALSO']) {
      const said = problemsOf({ ...PRODUCTION, [general]: next, [restricted]: next });
      t.match(said, [new RegExp(`^${restricted} names a general key`)], `${general} ${restricted}`);
    }
  }
  t.strictSame(problemsOf({ ...PRODUCTION, RESTRICTED_MASTER_KEY_FILE: next }), [], 'control');
});

t.test('a key-management service is reached under TLS in production, unless it is on this machine', async (t) => {
  const { MASAR_MASTER_KEY_FILE: _file, ...without } = PRODUCTION;
  const at = (host: string) =>
    problemsOf({ ...without, MASAR_KMS_URL: `${host}/v1/transit/keys/masar`, MASAR_KMS_TOKEN_FILE: KEY_FILE });
  for (const host of ['https://kms.example.org', 'http://127.0.0.1:8200', 'http://localhost:8200', 'http://[::1]:8200']) {
    t.strictSame(at(host), [], host);
  }
  for (const host of [
    'http://kms.example.org',
    'http://127.0.0.1.example.org',
    'http://localhost.example.org',
    'http://10.0.0.1',
  ]) {
    t.match(at(host), [/^MASAR_KMS_URL is not right.*https/], host);
  }
});

t.test('a key file that others may read keeps production from starting, and is warned of before', async (t) => {
  for (const mode of [0o640, 0o604, 0o660, 0o777]) {
    const loose = join(KEYS, 'loose');
    writeFileSync(loose, 'key');
    chmodSync(loose, mode);
    const others = ['MASAR_MASTER_KEY_ALSO', 'RESTRICTED_MASTER_KEY_FILE', 'RESTRICTED_MASTER_KEY_ALSO'];
    for (const key of ['MASAR_MASTER_KEY_FILE', 'MASAR_AUDIT_KEY_FILE', ...others]) {
      const said = new RegExp(`^${key} is ".*loose".*others|^${key} is ".*loose".*owner`);
      t.match(problemsOf({ ...PRODUCTION, [key]: loose }), [said], `${key} ${mode.toString(8)}`);
      t.match(readConfig({ [key]: loose }).warnings, [said]);
    }
  }
  for (const mode of [0o600, 0o400]) {
    const own = join(KEYS, mode.toString(8));
    writeFileSync(own, 'key', { mode });
    t.strictSame(problemsOf({ ...PRODUCTION, MASAR_MASTER_KEY_FILE: own }), []);
    t.strictSame(readConfig({ MASAR_MASTER_KEY_FILE: own }).warnings, []);
  }
});

function captured(level = 'debug'): {
  log: ReturnType<typeof createLogger>;
  records: () => Record<string, unknown>[];
  text: () => string;
} {
  let text = '';
  const log = createLogger(
    { level, role: 'api' },
    {
      write: (line) => {
        text += line;
      },
    },
  );
  const records = () =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, records, text: () => text };
}

t.test('logs carry ids, never names, tokens or rows', async (t) => {
  const { log, records, text } = captured();
  log.info({ case: 'referral-1', body: { names: 'Noor' }, request: { headers: { authorization: 'Bearer noor' } } }, 'sent');
  const refused = Object.assign(new Error('duplicate key value (Noor)'), {
    severity: 'ERROR',
    code: '23505',
    constraint: 'one_file',
    detail: 'Key (name)=(Noor)',
  });
  log.error({ err: new Error('could not store', { cause: refused }) }, 'failed');
  t.notMatch(text().toLowerCase(), 'noor');
  t.match(records(), [
    { level: 'info', role: 'api', message: 'sent', case: 'referral-1' },
    { level: 'error', err: { kind: 'Error', message: 'could not store', cause: { code: '23505', constraint: 'one_file' } } },
  ]);
});

t.test('metrics of two servers in one process do not mix, and a name asked for twice is one metric', async (t) => {
  const [one, two] = [createMetrics({ processMetrics: false }), createMetrics({ processMetrics: false })];
  one.counter('commands_total', 'Commands', ['process']).inc({ process: 'referral' });
  one.counter('commands_total', 'Commands', ['process']).inc({ process: 'referral' });
  two.counter('commands_total', 'Commands', ['process']).inc({ process: 'referral' });
  one.histogram('append_seconds', 'Appends').observe(0.003);
  let lag = 5;
  one.gauge('projection_lag', 'Lag', ['projection'], (gauge) => gauge.set({ projection: 'queue' }, lag));
  lag = 7;
  const { body, contentType } = await one.scrape();
  t.match(contentType, 'text/plain');
  t.match(body, 'masar_commands_total{process="referral"} 2');
  t.match(body, 'masar_append_seconds_bucket{le="0.005"} 1');
  t.match(body, 'masar_projection_lag{projection="queue"} 7');
  t.match((await createMetrics().scrape()).body, 'process_cpu_seconds_total');
});

t.test('a figure whose source is away keeps its last answer, and the others are told all the same', async (t) => {
  const metrics = createMetrics({ processMetrics: false });
  let isAway = false;
  metrics.gauge('told_at_once', 'At once', [], (gauge) => {
    if (isAway) throw new Error('away');
    gauge.set(3);
  });
  metrics.gauge('told_later', 'Later', ['of'], async (gauge) => {
    await Promise.resolve();
    if (isAway) throw new Error('away');
    gauge.set({ of: 'queue' }, 4);
  });
  metrics.gauge('there', 'There', [], (gauge) => gauge.set(isAway ? 6 : 5));
  t.match((await metrics.scrape()).body, /at_once 3$[\s\S]*later\{of="queue"\} 4$[\s\S]*there 5$/m);
  isAway = true;
  t.match((await metrics.scrape()).body, /at_once 3$[\s\S]*later\{of="queue"\} 4$[\s\S]*there 6$/m);
});

t.test('a shutdown stops what started last first, and goes on past a step that fails', async (t) => {
  const order: string[] = [];
  const codes: number[] = [];
  const listeners = process.listenerCount('SIGUSR2');
  const shutdown = createShutdown({ log: silentLog, exit: (code) => codes.push(code), signals: ['SIGUSR2'] });
  shutdown.defer('database', async () => order.push(`database, draining ${shutdown.signal.aborted}`));
  shutdown.defer('projector', async () => Promise.reject(new Error('stuck')));
  shutdown.defer('server', () => order.push('server'));
  t.equal(shutdown.signal.aborted, false);
  // A signal listener alone does not keep Node waiting for the signal.
  const awake = setInterval(() => {}, 1000);
  const sent = once(process, 'SIGUSR2');
  process.kill(process.pid, 'SIGUSR2');
  await sent;
  clearInterval(awake);
  await shutdown.run('again');
  t.strictSame(order, ['server', 'database, draining true']);
  t.strictSame(codes, [1]);
  t.equal(process.listenerCount('SIGUSR2'), listeners, 'and no longer listens');
});

t.test('a shutdown that hangs ends at its deadline, saying where', async (t) => {
  const { log, records } = captured('error');
  let release = () => {};
  const exited = new Promise<number>((resolve) => {
    const shutdown = createShutdown({ log, deadlineMs: 30, exit: resolve, signals: [] });
    shutdown.defer('server', () => new Promise<void>((done) => (release = done)));
    void shutdown.run('test');
  });
  t.equal(await exited, 1);
  t.match(records(), [{ step: 'server', message: 'shutdown took too long' }]);
  release();
});

t.test('an uncaught error drains the process and ends it with 1', async (t) => {
  const module = new URL('../../src/platform/shutdown.js', import.meta.url).href;
  const program = `
    import { createShutdown } from ${JSON.stringify(module)};
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    createShutdown({ log }).defer('work', () => console.log('drained'));
    setInterval(() => {}, 1000);
    Promise.reject(new Error('bug'));`;
  const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  t.match(ended, { status: 1, stdout: 'drained\n' });
});

t.test('a heap that is kept small holds less garbage than one left alone', async (t) => {
  const module = new URL('../../src/platform/heap.js', import.meta.url).href;
  const program = (kept: boolean) => `
    import { getHeapStatistics } from 'node:v8';
    import { keepHeapSmall } from ${JSON.stringify(module)};
    if (${kept}) keepHeapSmall();
    const alive = [];
    let most = 0;
    for (let n = 0; n < 3_000_000; n += 1) {
      alive[n % 400_000] = { n, text: 'text ' + n };
      if (n % 5_000 === 0) most = Math.max(most, getHeapStatistics().used_heap_size);
    }
    console.log(most);`;
  const most = (kept: boolean): number => {
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program(kept)], { encoding: 'utf8' });
    return Number(stdout);
  };
  const [kept, alone] = [most(true), most(false)];
  t.ok(kept > 0 && kept < alone * 0.8, `${kept} of ${alone} bytes`);
});

t.test('db:reset empties the embedded database only after a yes, and never a server or a database in use', async (t) => {
  const dataDir = temporaryDirectory();
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const cluster = join(dataDir, 'postgres');
  mkdirSync(cluster);
  writeFileSync(join(cluster, 'PG_VERSION'), '18\n');
  const program = fileURLToPath(new URL('../../src/cli/db-reset.js', import.meta.url));
  const reset = async (args: string[], more: Record<string, string> = {}) => {
    const env = { ...process.env, MASAR_DATA: dataDir, DATABASE_URL: '', NODE_ENV: '', ...more };
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };
  t.match(await reset(['--yes'], { DATABASE_URL: 'postgres://db/masar' }), { code: 1, output: /DATABASE_URL is set/ });
  t.match(await reset([]), { code: 1, output: /--yes/ });
  t.ok(existsSync(cluster), 'still there');
  t.match(await reset(['--yes']), { code: 0, output: /Deleted/ });
  t.notOk(existsSync(cluster));
  t.match(await reset(['--yes']), { code: 0, output: /no database/ });

  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  t.teardown(() => server.stop());
  t.match(await reset(['--yes']), { code: 1, output: new RegExp(`in use by process ${process.pid} `) });
  t.ok(existsSync(cluster));
});
