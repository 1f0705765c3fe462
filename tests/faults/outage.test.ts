import pg from 'pg';
import t from 'tap';
import { createStubbornClient } from '../support/faults/clients.ts';
import { openOffices } from '../support/faults/office.ts';
import { createRig, until, whileAppendsWait } from '../support/faults/rig.ts';
import { seed } from '../support/faults/size.ts';

const REGISTRAR = 'ninewa.registrar';
/** What Prometheus waits for figures when nothing else is said. */
const SCRAPE_MS = 10_000;
const PERSON = { name: { ar: { first: 'سعد' } }, sex: 'male' };

t.setTimeout(180_000);

const rig = await createRig(t);
const program = rig.start('api', 'projector', 'worker');
const client = createStubbornClient({ tokenFor: rig.tokenFor, address: program.ready, prefix: 'outage' });
const offices = await openOffices(client, rig.ministry, seed(t));

/** One try, as it is answered. */
async function once(path: string, body?: object): Promise<Response> {
  const headers = {
    authorization: `Bearer ${await rig.tokenFor(REGISTRAR)}`,
    ...(body ? { 'content-type': 'application/json', 'idempotency-key': 'once-and-only-once' } : {}),
  };
  const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
  return fetch(`${await program.ready()}${path}`, init);
}

t.test('while Postgres is away requests get 503 and when to come back; then all is well by itself', async (t) => {
  const { pid } = program;
  const before = pid();
  const known = await client.give(REGISTRAR, '/v1/persons', '', PERSON);
  await rig.postgres.kill();
  for (const [path, body] of [
    ['/v1/persons', PERSON],
    [`/v1/persons/${known.id}`, undefined],
    [`/v1/persons/${known.id}/timeline`, undefined],
    ['/v1/my-work', undefined],
  ] as const) {
    const answer = await once(path, body);
    t.equal(answer.status, 503, `${body ? 'POST' : 'GET'} ${path}`);
    t.match(answer.headers.get('retry-after'), /^\d+$/, 'with Retry-After');
    t.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    t.match(await answer.json(), { status: 503, code: /^[A-Z_]+$/ });
  }
  t.equal((await once('/health/ready')).status, 503, 'it says that it is not ready');
  t.equal((await once('/health/live')).status, 200, 'it is alive all the same');
  const asked = performance.now();
  const figures = await (await once('/metrics')).text();
  t.match(figures, /^masar_check_failing\{check="database"\} 1$/m, 'and its figures say so');
  t.match(figures, /^masar_check_failing\{check="clock"\} 0$/m);
  t.ok(performance.now() - asked < SCRAPE_MS, 'while Prometheus still waits for them');

  await rig.postgres.start();
  const { id, position } = await client.give(REGISTRAR, '/v1/persons', '', PERSON);
  await until('the new person in the read models', 45_000, async () => {
    const answer = await once(`/v1/persons/${id}/timeline`);
    return answer.ok && ((await answer.json()) as { items: readonly unknown[] }).items.length > 0;
  });
  const query = await client.get<{ items: readonly unknown[] }>(REGISTRAR, `/v1/persons/${id}/timeline`, position);
  t.equal(query.items.length, 1);
  await until('readiness', 10_000, async () => (await once('/health/ready')).ok);
  await offices.run(client, 4, client.begun() + 40);
  t.equal(pid(), before, 'the same process all along');
  t.strictSame(program.fell, { early: [], late: [] });
  t.equal(client.mute(), 0, 'every 503 said when to come back');
  t.comment(
    `6 requests while away, ${client.acknowledged.length} commands, answers ${JSON.stringify(Object.fromEntries(client.answers))}`,
  );
});

t.test('control: connections that nobody takes up again stay broken, although Postgres is back', async (t) => {
  const kept = new pg.Client({ connectionString: rig.postgres.url });
  kept.on('error', () => undefined);
  await kept.connect();
  t.teardown(() => kept.end().catch(() => undefined));
  await rig.postgres.kill();
  await rig.postgres.start();
  await t.rejects(kept.query('select 1'), 'who holds on to its one connection needs to be started again');
  t.ok((await client.give(REGISTRAR, '/v1/persons', '', PERSON)).id, 'the program went on by itself');
  t.comment('1 outage, 1 naive client broken, 1 program well');
});

t.test('SIGTERM lets what is in hand finish, takes nothing new, and ends with 0', async (t) => {
  const base = await program.ready();
  let stopped: ReturnType<typeof program.stop> | undefined;
  const [answer] = await Promise.all([
    once('/v1/persons', PERSON),
    whileAppendsWait(rig, async () => {
      stopped = program.stop();
      await until('new requests are refused', 10_000, () =>
        fetch(`${base}/health/live`).then(
          ({ status }) => status === 503,
          () => true,
        ),
      );
    }),
  ]);
  t.equal(answer.status, 201, 'the request in hand is answered');
  t.ok(((await answer.json()) as { id: string }).id);
  t.strictSame(await stopped, { code: 0, signal: null });
});
