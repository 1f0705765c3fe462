/** What whoever runs Masar sees of it: probes, metrics, traces. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { duplexPair } from 'node:stream';
import { text as wholeOf } from 'node:stream/consumers';
import { Histogram } from 'prom-client';
import t from 'tap';
import { readConfig } from '../src/platform/config.ts';
import { createMetrics } from '../src/platform/metrics.ts';
import { answerOperations, type OperationsParts, serveOperations } from '../src/platform/operationsServer.ts';
import { isSampled, parentIn, spanIdOf, traceIdOf } from '../src/platform/tracing/ids.ts';
import { openTracer } from '../src/platform/tracing/otlp.ts';
import { createTracer, type Span } from '../src/platform/tracing/tracer.ts';
import { migrateRestricted } from '../src/restrictedStore.ts';
import { checksOf } from '../src/roles/checks.ts';
import { watchOverdue } from '../src/roles/figures.ts';
import { migrateAll } from '../src/schemas.ts';
import { serve } from '../src/serve.ts';
import { type ReceivedSpan, startCollector } from './support/operation/collector.ts';
import { text as infra, metricsIn, queries, runbooks } from './support/operation/infra.ts';
import { installation, until } from './support/operation/installation.ts';
import { strangeLabels } from './support/operation/promql.ts';
import { silentLog, temporaryDirectory, testDatabase } from './support/postgres.ts';
import { testRedis, withoutRedis } from './support/redis.ts';

t.setTimeout(120_000);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
/** How long a collector is waited for. */
const PATIENCE_MS = 5_000;
const CALLER = '00f067aa0ba902b7';

const collector = await startCollector();
t.teardown(() => collector.close());
const witness = temporaryDirectory();
t.teardown(() => rmSync(witness, { recursive: true, force: true }));
const restricted = await testDatabase(t);
await migrateRestricted(restricted.pool, restricted.url);
const masar = await installation(t, {
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  AUDIT_WITNESS_DIR: witness,
  RESTRICTED_DATABASE_URL: restricted.url,
});

const saying = (spans: readonly ReceivedSpan[], trace: string) => spans.filter((one) => one.traceId === trace);

t.test('one trace holds the request, the append, its events, the batches of read models and the job that followed', async (t) => {
  const person = await masar.call('POST', '/v1/persons', { name: { ar: { first: 'سعد' } }, sex: 'male' });
  t.equal(person.status, 201);
  const answer = await masar.call(
    'POST',
    `/v1/persons/${person.json.id}/record-document`,
    { docType: 'unified_national_card', status: 'lost' },
    { traceparent: `00-${TRACE}-${CALLER}-01` },
  );
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('masar-correlation-id'), TRACE, 'the caller is told what to look for');
  // Spans arrive in the order in which they ended: with these, everything before them is there.
  const isJob = (one: ReceivedSpan) => one.name.startsWith('job ');
  await until('the job in the trace', () => saying(collector.spans, TRACE).find(isJob));
  await until('a batch', () => saying(collector.spans, TRACE).find((one) => one.name.startsWith('project ')));

  const all = saying(collector.spans, TRACE);
  const named = (name: string) => all.find((one) => one.name === name);
  const parentOf = ({ parentSpanId }: ReceivedSpan) => all.find((one) => one.spanId === parentSpanId)?.name;
  const request = named('POST /v1/persons/:id/record-document');
  t.match(request, { kind: 2, parentSpanId: CALLER });
  const event = named('person.IdentityDocumentRecorded.v1');
  t.ok(event);
  const chain = [named('execute person.recordDocument'), named('append'), event].map((one) => one && parentOf(one));
  t.strictSame(chain, ['POST /v1/persons/:id/record-document', 'execute person.recordDocument', 'append']);
  const job = all.find(isJob);
  t.match(job && parentOf(job), /^person\./, 'the job hangs from the event');
  const followUp = named('execute docRequest.identifyNeed');
  t.equal(followUp && parentOf(followUp), job?.name);
  const batches = all.filter((one) => one.name.startsWith('project '));
  t.ok(batches.length > 0 && batches.every((one) => /^(person|docRequest)\./.test(parentOf(one) ?? '')));
  for (const one of all) t.ok(BigInt(one.startTimeUnixNano) <= BigInt(one.endTimeUnixNano), one.name);
  const told = JSON.stringify(collector.spans);
  t.notMatch(told, 'سعد');
  t.ok(collector.paths.every((one) => one === 'POST /v1/traces application/json'));
});

t.test('probes and metrics are answered on a port of their own, and every figure that is asked for is there', async (t) => {
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${masar.operations}${path}`, init);
    return { status: answer.status, text: await answer.text() };
  };
  t.match(await ask('/health/live'), { status: 200, text: /live/ });
  t.match(await ask('/health/ready'), { status: 200, text: /"ready".*database.*log/ });
  t.equal((await ask('/health/ready', { method: 'POST' })).status, 404);
  t.equal((await ask('/v1/my-work')).status, 404, 'the API is not there');
  t.equal((await masar.call('GET', '/v1/persons?colour=red')).status, 400);

  // The restricted store's roles begin once it is open.
  const text = await until('the figures of the restricted store', async () => {
    const told = (await ask('/metrics')).text;
    return told.includes('masar_restricted_worker_') && told.includes('masar_restricted_audit_') ? told : undefined;
  });
  t.match(text, /^masar_problems_total\{status="400",code="[A-Z_]+"\} 1$/m);
  t.match(text, /^masar_pool_size\{pool="queries"\} 12$/m);
  t.match(text, /^masar_pool_waiting\{pool="commands"\} 0$/m);
  t.match(text, /^masar_key_service_failing 0$/m);
  t.match(text, /^masar_restricted_store_away 0$/m, 'it can be reached');
  const shown = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
  const asked = queries();
  t.ok(asked.length > 40);
  for (const { where, expr } of asked) {
    t.same(
      metricsIn(expr).filter((one) => !shown.has(one)),
      [],
      `${where} asks for what is shown`,
    );
  }
  /** Prometheus gives some by itself: scrape.yaml and compose.yaml say which. */
  const has = (metric: string, label: string) => ['job', 'instance', 'role'].includes(label) || labelsOf(metric).includes(label);
  const labelsOf = (name: string): readonly string[] => {
    const metric = masar.metrics.registry.getSingleMetric(name);
    const own = metric && 'labelNames' in metric ? (metric.labelNames as readonly string[]) : [];
    return metric instanceof Histogram ? [...own, 'le'] : own;
  };
  for (const query of asked) t.same(strangeLabels(query, has), [], `${query.where} asks for labels that are there`);
  for (const [expr, words, strange] of [
    ['max by (state) (masar_projection_lag_seconds{stat="live"})', '', ['masar_projection_lag_seconds has no stat']],
    ['max by (projektion) (masar_projection_lag_seconds)', '', ['masar_projection_lag_seconds has no projektion']],
    ['sum by (le) (rate(masar_http_request_seconds_bucket{status=~"5.."}[5m])) / sum by (code) (up)', '', ['up has no code']],
    [
      'max by (pool) (masar_pool_size)',
      '{{ $labels.instance }} {{ $labels.pool }} {{ $value }}',
      ['its answers have no instance'],
    ],
    ['max(masar_pool_size)', '{{pool}}', ['its answers have no pool']],
    ['masar_pool_size > 3', '{{ $labels.instance }} {{ $labels.pole }}', ['masar_pool_size has no pole']],
  ] as const) {
    t.same(strangeLabels({ where: 'control', expr, words }, has), strange, `control: ${expr}`);
  }
  // Logins of the database are named alike.
  const logins = [...infra('postgres/logins.sh').matchAll(/create role (\w+)/g)].map(([, login]) => login);
  for (const book of runbooks()) {
    const named = metricsIn(infra(`runbooks/${book}`)).filter((one) => !logins.includes(one));
    const strange = named.filter((one) => !shown.has(one));
    t.same(strange, [], book);
  }
});

t.test(
  'a worker whose queue is away is ready, since it finds its jobs again, and shows it',
  { skip: withoutRedis },
  async (t) => {
    const redis = await testRedis(t);
    await redis.kill();
    const working = await installation(t, { MASAR_ROLES: 'worker', REDIS_URL: redis.url });
    const figure = async () =>
      /^masar_queue_failing (\d)$/m.exec(await (await fetch(`${working.operations}/metrics`)).text())?.[1];
    t.equal(await figure(), '1');
    t.equal((await fetch(`${working.operations}/health/ready`)).status, 200);
    await redis.restart();
    t.ok(await until('the queue to be there again', async () => ((await figure()) === '0' ? true : undefined)));
    await working.stop();
  },
);

t.test('where no wait is overdue the figure is 0, or nothing would stand against what there is tomorrow', async (t) => {
  const metrics = createMetrics({ processMetrics: false });
  const { registry } = masar.core;
  watchOverdue(
    metrics,
    registry,
    async () => new Map([['referral', 3]]),
    () => '2026-03-01T08:00:00.000Z',
  );
  const shown = (await metrics.scrape()).body.match(/^masar_waits_overdue\{.*$/gm);
  const waits = registry.all.map(({ name }) => `masar_waits_overdue{process="${name}"} ${name === 'referral' ? 3 : 0}`);
  t.strictSame(shown?.sort(), waits.sort());
});

t.test('a process that leans on what is away is alive and not ready, and one whose checks hang as well', async (t) => {
  const checks: { now: OperationsParts['checks'] } = { now: async () => [{ name: 'database', ok: false }] };
  const parts = { host: '127.0.0.1', port: 0, metrics: createMetrics({ processMetrics: false }), checks: () => checks.now() };
  const server = await serveOperations(parts);
  t.teardown(() => server.close());
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${server.port}${path}`)).status;
  t.equal(await status('/health/live'), 200);
  t.equal(await status('/health/ready'), 503);
  checks.now = () => Promise.reject(new Error('broken'));
  t.equal(await status('/health/ready'), 503);
  checks.now = () => new Promise(() => {});
  t.equal(await status('/health/ready'), 503);
  const { core } = masar;
  const log: typeof core.log = Object.assign(Object.create(core.log), { head: () => new Promise(() => {}) });
  checks.now = async () => checksOf({ ...core, log });
  const told = await (await fetch(`http://127.0.0.1:${server.port}/health/ready`)).text();
  t.match(told, /"database","ok":true.*"log","ok":false/, 'of its own checks it says which one hangs');
});

t.test(
  'a probe is answered wherever it comes from, as a node may have any address, and figures to near ones alone',
  async (t) => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.gauge('x', 'x').set(7);
    const server = createServer(answerOperations({ metrics, checks: async () => [] }));
    /** Asks as somebody at an address would: the same requests over a connection that says so. */
    const ask = (address: string, path: string) =>
      new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        const [theirs, ours] = duplexPair();
        server.emit('connection', Object.assign(ours, { remoteAddress: address }));
        const asked = request({ path, headers: { connection: 'close' }, createConnection: () => theirs }, (answer) =>
          wholeOf(answer).then((text) => resolve({ status: answer.statusCode, text }), reject),
        );
        asked.on('error', reject).end();
      });
    for (const address of ['203.0.113.7', '100.64.0.9', '2001:db8::7', '::ffff:203.0.113.7']) {
      t.equal((await ask(address, '/health/live')).status, 200, `${address} live`);
      t.equal((await ask(address, '/health/ready')).status, 200, `${address} ready`);
      const figures = await ask(address, '/metrics');
      t.equal(figures.status, 404, address);
      t.notMatch(figures.text, 'masar_x');
    }
    for (const address of ['127.0.0.1', '::ffff:10.1.2.3', '172.20.0.4', 'fd00::7']) {
      t.match(await ask(address, '/metrics'), { status: 200, text: /^masar_x 7$/m }, address);
    }
  },
);

t.test('a collector that is away holds up nothing and costs bounded memory', async (t) => {
  const tracer = openTracer({ endpoint: 'http://127.0.0.1:1', share: 1 }, 'test', silentLog);
  const result = await tracer.within({ trace: TRACE }, { name: 'work', kind: 'internal', attributes: {} }, async () => {
    t.match(tracer.current(), { trace: TRACE, span: /^[0-9a-f]{16}$/ });
    return 'done';
  });
  t.equal(result, 'done');
  for (let n = 0; n < 10_000; n++) {
    tracer.record({ name: 'work', kind: 'internal', trace: TRACE, start: 0, end: 1, attributes: {} });
  }
  await tracer.close();
});

t.test('a collector that takes everything and never answers holds up no request, and what waits for it has an end', async (t) => {
  const told: unknown[] = [];
  const log = { ...silentLog, warn: (about: unknown) => void told.push(about) };
  collector.stall();
  t.teardown(() => collector.resume());
  const busy = (name: string) => {
    const tracer = openTracer({ endpoint: collector.endpoint, share: 1 }, 'test', log);
    for (let n = 0; n < 10_000; n++) tracer.record({ name, kind: 'internal', trace: TRACE, start: 0, end: 1, attributes: {} });
    return tracer;
  };
  const tracer = busy('never told');
  const began = performance.now();
  const closed = tracer.close().then(() => performance.now() - began);
  // The program's own spans wait as well.
  const waited: number[] = [];
  const ask = async () => {
    const asked = performance.now();
    t.equal((await masar.call('GET', '/v1/my-work')).status, 200);
    waited.push(performance.now() - asked);
  };
  await ask();
  await until('a second request that is not answered', () => (collector.held() > 1 ? true : undefined));
  for (let n = 0; n < 20; n++) await ask();
  t.ok(Math.max(...waited) < PATIENCE_MS, `the slowest of ${waited.length} took ${Math.max(...waited).toFixed(0)} ms`);
  const took = await closed;
  t.ok(took > PATIENCE_MS / 2, 'control: it was waited for');
  t.ok(took < 2 * PATIENCE_MS, `the first batch that fails takes the other seven with it: ${took.toFixed(0)} ms`);
  t.match(told, [{ spans: 10_000 }], 'all of them are dropped and told of');

  const ending = busy('told late').close();
  const before = collector.held();
  await until('its first batch', () => (collector.held() > before ? true : undefined));
  collector.resume();
  await ending;
  const late = collector.spans.filter((one) => one.name === 'told late').length;
  t.equal(late, 4_096 - 512, 'no more than so many ever waited behind the first batch');
});

t.test('a span says that its work failed, by code and never by message', async (t) => {
  const spans: Span[] = [];
  const tracer = createTracer({ add: (span) => void spans.push(span), close: async () => {} }, 1);
  const about = { name: 'work', kind: 'internal', attributes: {} } as const;
  const refused = Object.assign(new Error('Noor'), { code: 'WRONG_STATE' });
  await t.rejects(tracer.within({ trace: TRACE }, about, () => Promise.reject(refused)));
  await t.rejects(tracer.within({ trace: TRACE }, about, () => Promise.reject(new TypeError('Noor'))));
  t.match(spans, [{ failed: 'WRONG_STATE' }, { failed: 'TypeError' }]);
  t.notMatch(JSON.stringify(spans), 'Noor');
});

t.test('a trace is made of the correlation id, the same in every process, and kept or not by its id alone', async (t) => {
  t.equal(traceIdOf(TRACE), TRACE);
  t.equal(traceIdOf('0190A5D0-ac96-774b-bcce-b302099a8057'), '0190a5d0ac96774bbcceb302099a8057');
  t.match(traceIdOf('faults-00000042'), /^[0-9a-f]{32}$/);
  t.equal(traceIdOf('faults-00000042'), traceIdOf('faults-00000042'));
  t.equal(spanIdOf('0190A5D0-ac96-774b-bcce-b302099a8057'), 'bcceb302099a8057');
  t.same(parentIn(`00-${TRACE}-${CALLER}-01`), { trace: TRACE, span: CALLER });
  for (const bad of [
    undefined,
    '',
    `00-${'0'.repeat(32)}-${CALLER}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-${CALLER}-01`,
  ]) {
    t.equal(parentIn(bad), undefined, bad ?? 'none');
  }
  const traces = Array.from({ length: 2_000 }, (_, n) => traceIdOf(`piece of work ${n}`));
  const kept = (share: number) => traces.filter((one) => isSampled(one, share)).length;
  t.equal(kept(1), 2_000);
  t.equal(kept(0), 0);
  t.ok(Math.abs(kept(0.1) - 200) < 60, `${kept(0.1)} of 2,000 at a tenth`);
});

t.test('what sends traces is loaded only when something is traced', async (t) => {
  const lines = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => readFileSync(`src/${file}`, 'utf8').split('\n'))
    .filter((line) => line.includes('tracing/otlp.ts'));
  t.ok(lines.some((line) => line.includes('await import(')));
  t.ok(lines.every((line) => line.includes('await import(') || line.startsWith('import type ')));
});

t.test('a start that fails closes all that it opened, whichever step it is', async (t) => {
  const directory = temporaryDirectory();
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const { url, pool } = await testDatabase(t);
  await migrateAll(pool, url);
  const base = readConfig({ DATABASE_URL: url, MASAR_DATA: directory, PORT: '0' });
  /** The programs that are still connected, other than this test. */
  const connected = async (): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ name: string }>(
      `select application_name as name from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name like 'masar%'`,
    );
    return rows.map((row) => row.name);
  };
  const gone = async (): Promise<true | undefined> => ((await connected()).length === 0 ? true : undefined);

  const whole = await serve(base, silentLog);
  const works = async () => ((await connected()).includes('masar worker') ? true : undefined);
  t.ok(await until('the worker at work', works), 'control: what runs is connected');
  const port = Number(new URL(whole.address ?? '').port);
  const second = serve({ ...base, port }, silentLog);
  await t.rejects(second, { code: 'EADDRINUSE' }, 'the last step');
  await whole.stop();
  t.ok(await until('all connections are closed', gone));

  // The projector runs already when the key that signs the log is asked for.
  const keyless = { ...base, roles: new Set(['projector'] as const), auditKeyFile: join(directory, 'none.key') };
  await t.rejects(serve(keyless, silentLog), { code: 'ENOENT' }, 'a step in the middle');
  t.ok(await until('all connections are closed', gone));
});
