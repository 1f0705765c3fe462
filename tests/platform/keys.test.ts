import { createHash, randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { catalogueOf } from '../../src/api/catalogue.ts';
import { problemBody } from '../../src/api/problemBody.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { gathered } from '../../src/platform/gathered.ts';
import { DESTROYED } from '../../src/platform/keyring.ts';
import { type MasterKey, masterKeyOf, masterKeys } from '../../src/platform/keys/masterKey.ts';
import { keyringMigrations } from '../../src/platform/keys/migrations.ts';
import { CACHE_MS, openPostgresKeyring } from '../../src/platform/keys/postgresKeyring.ts';
import { rotate } from '../../src/platform/keys/rotation.ts';
import { transitMasterKey } from '../../src/platform/keys/transit.ts';
import { unwrap, wrap } from '../../src/platform/keys/wrapping.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { isOutage } from '../../src/workers/runtime/faults.ts';
import { temporaryDirectory, testDatabase } from '../support/postgres.ts';

const schema = 'keys';
type Test = Pick<typeof t, 'teardown'>;

async function keyStore(test: Test, current: MasterKey = masterKeyOf(randomBytes(32))) {
  const place = await testDatabase(test);
  await migrate(place.pool, { schema, migrations: keyringMigrations });
  const db = createKysely<unknown>(place.pool);
  const open = (masters = masterKeys(current), now?: () => number) =>
    openPostgresKeyring({ db, schema, masters, ...(now ? { now } : {}) });
  const rows = async () =>
    (await place.pool.query(`select subject, tier, wrapped, master, destroyed_at from keys.data_key order by subject, tier`))
      .rows;
  return { ...place, db, open, rows, current };
}

const names = (count: number, tier = 'T1') => Array.from({ length: count }, (_, n) => ({ subject: `s${n}`, tier }));
const hexOf = async (keyring: Awaited<ReturnType<typeof openPostgresKeyring>>, all: ReturnType<typeof names>, make = false) => {
  const keys = await keyring.fetch(all, make);
  return all.map((name) => {
    const key = keys(name);
    return key === DESTROYED ? key : key?.toString('hex');
  });
};

t.test('a destroyed key leaves a tombstone, is never made again, and takes other tiers along unless told which', async (t) => {
  const store = await keyStore(t);
  const keyring = await store.open();
  const wanted = [...names(2), ...names(2, 'T2')];
  const before = await hexOf(keyring, wanted, true);
  t.equal(new Set(before).size, 4);
  t.equal(await keyring.destroy('s0', ['T2']), 1);
  t.strictSame(await hexOf(keyring, wanted, true), [before[0], before[1], DESTROYED, before[3]]);
  t.equal(await keyring.destroy(['s0', 's1']), 3);
  t.strictSame(await hexOf(keyring, wanted, true), [DESTROYED, DESTROYED, DESTROYED, DESTROYED]);
  t.equal(await keyring.destroy('never seen'), 0);
  t.same(await hexOf(keyring, [{ subject: 'never seen', tier: 'T3' }], true), [DESTROYED]);
  t.same(
    await hexOf(keyring, [{ subject: 'unheard of', tier: 'T3' }]),
    [undefined],
    'what was never made is not told as destroyed',
  );
  const rows = await store.rows();
  t.equal(rows.length, 9);
  t.ok(rows.every((row) => row.wrapped === null && row.master === null && row.destroyed_at !== null));
});

t.test('keys asked for in one moment are made and fetched together, and the fault of one is nobody else’s', async (t) => {
  const master = masterKeyOf(randomBytes(32));
  const made: number[] = [];
  const read: number[] = [];
  const store = await keyStore(t, {
    ...master,
    wrap: (keys) => {
      made.push(keys.length);
      return master.wrap(keys);
    },
    unwrap: (keys) => {
      read.push(keys.length);
      return master.unwrap(keys);
    },
  });
  const [writer, reader] = [await store.open(), await store.open()];
  made.length = 0;
  read.length = 0;
  const wanted = names(20);
  const keys = await Promise.all(wanted.map((one) => hexOf(writer, [one], true)));
  t.equal(new Set(keys.flat()).size, 20);
  t.same([made, read], [[20], [20]]);
  t.same(await Promise.all(wanted.map((one) => hexOf(reader, [one]))), keys);
  t.same(read, [20, 20]);

  const halved = gathered(async (numbers: readonly number[]) => {
    if (numbers.some((one) => one % 2 === 1)) throw new Error('odd');
    return numbers.map((one) => one / 2);
  });
  const told = await Promise.allSettled([2, 3, 4].map(halved));
  t.match(told, [{ value: 1 }, { status: 'rejected' }, { value: 2 }]);
});

t.test('more keys than a statement has parameters are looked up, counted and destroyed together', async (t) => {
  const store = await keyStore(t);
  const made = await hexOf(await store.open(), names(1), true);
  const keyring = await store.open();
  const all = names(65_536);
  t.same(
    (await hexOf(keyring, all)).filter((key) => key !== undefined),
    made,
  );
  const many = all.map((one) => one.subject);
  t.equal(await keyring.destroyed(many), 0);
  t.equal(await keyring.destroy(many, ['T1']), 1);
  t.equal(await keyring.destroyed(many), 1);
});

t.test('more keys than a statement has parameters for are made together, each wrapped for itself', async (t) => {
  const store = await keyStore(t);
  const all = names(40_000);
  const made = await hexOf(await store.open(), all, true);
  t.equal(new Set(made).size, 40_000);
  t.ok((await hexOf(await store.open(), all)).join() === made.join(), 'and each opens under its own name');
});

t.test('a key destroyed elsewhere is forgotten within the time of the cache, and at once by who is told', async (t) => {
  const store = await keyStore(t);
  let now = 0;
  const here = await store.open(undefined, () => now);
  const elsewhere = await store.open();
  await hexOf(here, names(2), true);
  await elsewhere.destroy(['s0', 's1']);
  const [still] = await hexOf(here, names(1));
  t.ok(still, 'the control: it is cached');
  here.forget(['s0']);
  const [told, untold] = await hexOf(here, names(2));
  t.equal(told, DESTROYED);
  t.ok(untold);
  now = CACHE_MS;
  t.strictSame(await hexOf(here, names(2)), [DESTROYED, DESTROYED]);
});

t.test('a key read before it was destroyed is not remembered after', async (t) => {
  const master = masterKeyOf(randomBytes(32));
  let inRead: (() => Promise<void>) | undefined;
  const slow: MasterKey = {
    ...master,
    unwrap: async (wrapped) => {
      const meanwhile = inRead;
      inRead = undefined;
      await meanwhile?.();
      return master.unwrap(wrapped);
    },
  };
  const store = await keyStore(t, slow);
  await hexOf(await store.open(), names(1), true);
  const keyring = await store.open();
  inRead = async () => void (await keyring.destroy('s0'));
  await hexOf(keyring, names(1));
  t.strictSame(await hexOf(keyring, names(1)), [DESTROYED]);
});

t.test('a rotation killed in the middle goes on where it stopped, both master keys being readable meanwhile', async (t) => {
  const store = await keyStore(t);
  const next = masterKeyOf(randomBytes(32));
  const keyring = await store.open();
  const all = names(25);
  const before = await hexOf(keyring, all, true);
  const mac = keyring.mac('scope', 'text');
  await keyring.destroy('s7');
  let steps = 0;
  const dying: MasterKey = {
    ...next,
    wrap: async (keys) => {
      steps += 1;
      if (steps > 2) throw new Error('killed');
      return next.wrap(keys);
    },
  };
  const masters = masterKeys(store.current);
  await t.rejects(rotate({ db: store.db, schema, masters, to: dying, batch: 5 }), { message: 'killed' });
  const half = await store.rows();
  t.equal(half.filter((row) => row.master === next.id).length, 10);
  const both = await store.open(masterKeys(store.current, [next]));
  const expected = before.map((key, n) => (n === 7 ? DESTROYED : key));
  t.strictSame(await hexOf(both, all), expected, 'both are readable');
  await t.rejects(
    store.open(masterKeys(store.current)).then((one) => hexOf(one, all)),
    { message: /was not given/ },
  );
  const rest = await rotate({ db: store.db, schema, masters: masterKeys(store.current, [next]), to: next, batch: 5 });
  t.strictSame(rest, { wrapped: 15, before: 10 }, '14 keys and the secret of keyed hashes');
  const after = await store.open(masterKeys(next));
  t.strictSame(await hexOf(after, all), expected);
  t.equal(after.mac('scope', 'text'), mac, 'keyed hashes stay what they were');
  await t.rejects(store.open(masterKeys(store.current)), { message: /was not given/ });
  t.equal((await rotate({ db: store.db, schema, masters: masterKeys(next), to: next })).wrapped, 0);
});

t.test('a key destroyed while it is being rotated stays destroyed', async (t) => {
  const store = await keyStore(t);
  const next = masterKeyOf(randomBytes(32));
  const keyring = await store.open();
  await hexOf(keyring, names(3), true);
  const slow: MasterKey = {
    ...next,
    wrap: async (keys) => {
      await keyring.destroy('s1');
      return next.wrap(keys);
    },
  };
  await rotate({ db: store.db, schema, masters: masterKeys(store.current), to: slow });
  const keys = await hexOf(await store.open(masterKeys(next)), names(3));
  t.same(
    keys.map((key) => key !== DESTROYED),
    [true, false, true],
  );
});

t.test('keys and keyed hashes from before master keys had ids go on as they were', async (t) => {
  const master = randomBytes(32);
  const place = await testDatabase(t);
  const { '001_data_key': first } = keyringMigrations;
  await migrate(place.pool, { schema, migrations: { '001_data_key': first! } });
  const secret = Buffer.from(
    await crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: Buffer.from('masar data key wrapping') },
      await crypto.subtle.importKey('raw', master, 'HKDF', false, ['deriveBits']),
      256,
    ),
  );
  const key = randomBytes(32);
  await place.pool.query('insert into keys.data_key (subject, tier, wrapped) values ($1, $2, $3)', [
    's0',
    'T1',
    wrap(secret, 'T1:s0', key),
  ]);
  await migrate(place.pool, { schema, migrations: keyringMigrations });
  const db = createKysely<unknown>(place.pool);
  await t.rejects(
    openPostgresKeyring({ db, schema, masters: masterKeys(masterKeyOf(randomBytes(32))) }),
    'another master key is told apart',
  );
  const keyring = await openPostgresKeyring({ db, schema, masters: masterKeys(masterKeyOf(master)) });
  t.same(await hexOf(keyring, names(1)), [key.toString('hex')]);
  const { legacyMacSecret } = masterKeyOf(master);
  const { createHmac } = await import('node:crypto');
  t.equal(keyring.mac('a', 'b'), createHmac('sha256', legacyMacSecret!).update('a\0b').digest('hex'));
});

t.test('with a login of its own, the application cannot read the key store, nor the key store the log', async (t) => {
  const { url, pool } = await testDatabase(t);
  const tag = createHash('sha256').update(url).digest('hex').slice(0, 12);
  // The embedded server lets in its superuser alone, so sessions take a role on; what that may read is the same.
  const as = (role: string) => {
    const own = new URL(url);
    own.searchParams.set('options', `-c role=${role}`);
    return createPool(own.href, { applicationName: role, max: 2 });
  };
  const [app, keeper] = [`app_${tag}`, `keys_${tag}`];
  const database = new URL(url).pathname.slice(1);
  for (const role of [app, keeper]) {
    await pool.query(`create role ${role}`);
    await pool.query(`grant create on database ${database} to ${role}`);
  }
  const [appPool, keysPool] = [as(app), as(keeper)];
  t.teardown(async () => {
    await Promise.all([appPool.end(), keysPool.end()]);
    for (const role of [app, keeper]) await pool.query(`drop owned by ${role} cascade`);
    for (const role of [app, keeper]) await pool.query(`drop role ${role}`);
  });
  await migrate(keysPool, { schema, migrations: keyringMigrations });
  await migrate(appPool, { schema: 'log', migrations: {} });
  await appPool.query('create table log.event (n int)');
  const keyring = await openPostgresKeyring({
    db: createKysely(keysPool),
    schema,
    masters: masterKeys(masterKeyOf(randomBytes(32))),
  });
  await hexOf(keyring, names(1), true);
  await t.rejects(appPool.query('select * from keys.data_key'), { message: /permission denied/ });
  await t.rejects(appPool.query('select * from keys.secret'), { message: /permission denied/ });
  await t.rejects(keysPool.query('select * from log.event'), { message: /permission denied/ });
});

/** What a key-management service does on a bad day. */
type Trouble = 'away' | 'sealed' | 'error' | 'page of a proxy' | 'one failed' | 'one lost' | 'silent';

/** A key-management service of our own that speaks the transit protocol. */
async function transitService(test: Test) {
  const secret = randomBytes(32);
  const asked: { path: string; token: string; size: number }[] = [];
  const read = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString()) as { batch_input: Record<string, string>[] };
  };
  let broken: Trouble | undefined;
  let accepted = 'of-a-test';
  const server = createServer(async (request, response) => {
    const { batch_input: batch } = await read(request);
    asked.push({ path: request.url ?? '', token: String(request.headers['x-vault-token']), size: batch.length });
    const name = (one: Record<string, string>) => Buffer.from(one.associated_data ?? '', 'base64').toString();
    const fail = (status: number, body: string) => {
      response.statusCode = status;
      response.end(body);
    };
    // As Vault and OpenBao answer for a token that is unknown, or whose lease has run out.
    if (request.headers['x-vault-token'] !== accepted) return fail(403, '{"errors":["permission denied"]}');
    if (broken === 'silent') return;
    if (broken === 'away') return void request.socket.destroy();
    if (broken === 'sealed') return fail(503, '{"errors":["Vault is sealed"]}');
    if (broken === 'error') return fail(500, '{"errors":["internal error"]}');
    if (broken === 'page of a proxy') return fail(200, '<html>please log in</html>');
    if (broken === 'one failed')
      return fail(200, '{"data":{"batch_results":[{"error":"cipher: message authentication failed"}]}}');
    if (broken === 'one lost') return fail(200, '{"data":{"batch_results":[]}}');
    try {
      const batch_results = batch.map((one) =>
        request.url?.includes('/encrypt/')
          ? { ciphertext: `vault:v1:${wrap(secret, name(one), Buffer.from(one.plaintext ?? '', 'base64')).toString('base64')}` }
          : {
              plaintext: unwrap(secret, name(one), Buffer.from((one.ciphertext ?? '').slice(9), 'base64')).toString('base64'),
            },
      );
      response.end(JSON.stringify({ data: { batch_results } }));
    } catch {
      response.statusCode = 400;
      response.end('{}');
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  test.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const dir = temporaryDirectory();
  test.teardown(() => rmSync(dir, { recursive: true }));
  const tokenFile = join(dir, 'token');
  writeFileSync(tokenFile, 'of-a-test\n');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/transit/keys/masar`;
  return {
    place: { url, tokenFile, patienceMs: 300 },
    asked,
    breakDown: (how: Trouble | undefined) => {
      broken = how;
    },
    /** From now on only this token is good. */
    accept: (token: string) => {
      accepted = token;
    },
    renew: (token: string) => writeFileSync(tokenFile, `${token}\n`),
  };
}

t.test('a master key may stay in a key-management service, which is asked once for many keys', async (t) => {
  const service = await transitService(t);
  const store = await keyStore(t, transitMasterKey(service.place));
  const keyring = await store.open();
  const before = await hexOf(keyring, names(250), true);
  t.equal(new Set(before).size, 250);
  t.ok(service.asked.length <= 8, `${service.asked.length} calls`);
  t.ok(service.asked.every((one) => one.token === 'of-a-test'));
  t.match(service.asked[0], { path: '/v1/transit/encrypt/masar' });
  t.same(await hexOf(await store.open(), names(250)), before);
  const text = (await store.rows()).map((row) => String(row.wrapped));
  t.ok(text.every((one) => one.startsWith('vault:v1:')));
  t.notOk(text.some((one) => one.includes(Buffer.from(before[0]!, 'hex').toString('base64'))));
  const fresh = await store.open();
  service.breakDown('away');
  await t.rejects(hexOf(fresh, names(1)), { name: 'KeyServiceUnavailable' });
  service.breakDown(undefined);
  const next = masterKeyOf(randomBytes(32));
  await rotate({ db: store.db, schema, masters: masterKeys(store.current), to: next });
  t.same(await hexOf(await store.open(masterKeys(next)), names(250)), before, 'and from there to a file');
  await rotate({ db: store.db, schema, masters: masterKeys(store.current, [next]), to: store.current });
  t.same(await hexOf(await store.open(), names(250)), before, 'and back: the file is needed no longer');
  t.throws(() => transitMasterKey({ ...service.place, url: 'http://127.0.0.1/v1/transit' }), { message: /keys\/NAME/ });
});

t.test('a wrapped key moved to another subject does not open', async (t) => {
  const store = await keyStore(t);
  await hexOf(await store.open(), names(2), true);
  await store.pool.query(
    `update keys.data_key a set wrapped = b.wrapped from keys.data_key b where a.subject = 's0' and b.subject = 's1'`,
  );
  await t.rejects(store.open().then((one) => hexOf(one, names(1))));
});

t.test(
  'what a destruction that broke off had done counts when it is done again, and tombstones of what never was do not',
  async (t) => {
    const store = await keyStore(t);
    const keyring = await store.open();
    await hexOf(keyring, [...names(2), ...names(1, 'T2')], true);
    t.equal(await keyring.destroy(['s0']), 2);
    t.equal(await keyring.destroy(['s0', 's1', 'never seen']), 1, 'those that were still there');
    t.equal(await keyring.destroyed(['s0', 's1', 'never seen']), 3);
    t.equal(await keyring.destroy(['s0', 's1']), 0);
    t.equal(await (await store.open()).destroyed(['s0', 's1']), 3, 'the same, asked elsewhere');
  },
);

t.test(
  'while the key-management service fails, keys in hand go on for the time of the cache, the rest says so, and it recovers',
  async (t) => {
    const service = await transitService(t);
    const store = await keyStore(t, transitMasterKey(service.place));
    let now = 0;
    const keyring = await store.open(undefined, () => now);
    const before = await hexOf(keyring, names(2), true);
    const unknown = names(3).slice(2);
    for (const trouble of ['away', 'sealed', 'error', 'page of a proxy', 'one failed', 'one lost', 'silent'] as const) {
      service.breakDown(trouble);
      t.same(await hexOf(keyring, names(2)), before, `${trouble}: keys in hand open`);
      await t.rejects(hexOf(keyring, unknown, true), { name: 'KeyServiceUnavailable' }, `${trouble}: a new key waits`);
    }
    now = CACHE_MS;
    await t.rejects(hexOf(keyring, names(2)), { name: 'KeyServiceUnavailable' }, 'and no longer than the cache');
    service.breakDown(undefined);
    t.same(await hexOf(keyring, names(2)), before, 'it recovers by itself');
    t.ok((await hexOf(keyring, unknown, true))[0]);

    now += CACHE_MS;
    service.accept('renewed');
    await t.rejects(hexOf(keyring, names(2)), { message: /answered 403/ }, 'the lease of the token ran out');
    service.renew('renewed');
    t.same(await hexOf(keyring, names(2)), before, 'a renewed token is read without a start');
    service.breakDown('sealed');
    now += CACHE_MS;
    const fault = await hexOf(keyring, names(1)).catch((error: unknown) => error);
    t.ok(isOutage(fault), 'workers take it for an outage, not for a task that fails');
    const about = { lang: 'en', instance: 'x' } as const;
    t.match(problemBody(catalogueOf(registryOf([])), fault, about), { status: 503, code: 'KEYS_UNAVAILABLE' });
  },
);
