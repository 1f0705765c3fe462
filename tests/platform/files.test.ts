import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { directoryWitness } from '../../src/eventlog/audit/witness.ts';
import { createDiskStore } from '../../src/platform/files/disk.ts';
import { memoryStore } from '../../src/platform/files/memory.ts';
import { createS3Store } from '../../src/platform/files/s3.ts';
import { BrokenSeal, openBytes, openStream, sealBytes, sealStream } from '../../src/platform/files/sealing.ts';
import { bytesOf, contentOf, type FileStore, StorageFull, StorageUnavailable } from '../../src/platform/files/store.ts';
import { openErasedList } from '../../src/platform/keys/erasedList.ts';
import { clamdAddress, clamdScanner } from '../../src/platform/scanner/clamd.ts';
import { startClamd } from '../support/clamdServer.ts';
import { temporaryDirectory } from '../support/postgres.ts';
import { startS3Server } from '../support/s3Server.ts';

type Test = Pick<typeof t, 'teardown'>;

/** Runs work and answers which of these files and directories were flushed to the disk meanwhile. */
async function flushed(places: readonly string[], work: () => Promise<unknown>): Promise<readonly string[]> {
  const handle = await open(tmpdir(), 'r');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const { sync } = prototype;
  const seen = new Set<number>();
  prototype.sync = async function (this: typeof handle) {
    seen.add((await this.stat()).ino);
    return sync.call(this);
  };
  try {
    await work();
  } finally {
    prototype.sync = sync;
  }
  return places.filter((place) => seen.has(statSync(place).ino));
}

const WRITER = fileURLToPath(new URL('../support/diskWriter.js', import.meta.url));

async function s3(t: Test) {
  const server = await startS3Server('masar', 'iq-1', 'KEYID');
  t.teardown(() => server.close());
  const secretFile = join(temporaryDirectory(), 'secret');
  writeFileSync(secretFile, 'the secret\n');
  const place = { endpoint: server.endpoint, region: 'iq-1', keyId: 'KEYID', secretFile };
  return { server, place, store: createS3Store({ ...place, bucket: 'masar' }) };
}

const read = async (store: FileStore, key: string): Promise<Buffer | undefined> => {
  const content = await store.get(key);
  return content && bytesOf(content);
};

const stores: Readonly<Record<string, (t: Test) => Promise<FileStore>>> = {
  disk: () => createDiskStore(temporaryDirectory()),
  s3: async (t) => (await s3(t)).store,
  memory: async () => memoryStore(),
};

for (const [kind, open] of Object.entries(stores)) {
  t.test(`${kind}: what was put is got back byte for byte, however it was cut`, async (t) => {
    const store = await open(t);
    for (const size of [0, 1, 65_536, 1_000_003]) {
      const bytes = randomBytes(size);
      await store.put(`files/${size}`, contentOf(bytes.subarray(0, 10), bytes.subarray(10)));
      t.ok((await read(store, `files/${size}`))?.equals(bytes), `${size} bytes`);
    }
  });

  t.test(`${kind}: putting again replaces, removing removes, and what is not there is no error`, async (t) => {
    const store = await open(t);
    t.equal(await store.get('files/a'), undefined);
    await store.remove('files/a');
    await store.put('files/a', contentOf(Buffer.from('first')));
    await store.put('files/a', contentOf(Buffer.from('second')));
    t.equal(String(await read(store, 'files/a')), 'second');
    await store.remove('files/a');
    t.equal(await store.get('files/a'), undefined);
  });

  t.test(`${kind}: content whose source fails leaves what stood there before`, async (t) => {
    const store = await open(t);
    await store.put('files/a', contentOf(Buffer.from('whole')));
    async function* failing() {
      yield Buffer.from('half');
      throw new Error('the source broke');
    }
    await t.rejects(store.put('files/a', failing()), { message: 'the source broke' });
    t.equal(String(await read(store, 'files/a')), 'whole');
  });

  t.test(`${kind}: no key leads out of the store`, async (t) => {
    const store = await open(t);
    for (const key of ['../a', '/etc/passwd', 'files/../../a', 'files//a', '', 'files/A b', 'files/a\0', '.drafts/a']) {
      await t.rejects(store.put(key, contentOf(Buffer.from('x'))), RangeError, JSON.stringify(key));
      await t.rejects(store.get(key), RangeError, JSON.stringify(key));
    }
  });
}

t.test('disk: a writer that is killed leaves whole files only, and its drafts out of the way', async (t) => {
  const root = temporaryDirectory();
  const writer = spawn(process.execPath, [WRITER, root, String(4 * 1024 * 1024)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let last = -1;
  for await (const line of createInterface({ input: writer.stdout })) {
    last = Number(line);
    if (last >= 5) writer.kill('SIGKILL');
  }
  if (writer.exitCode === null && writer.signalCode === null) await once(writer, 'exit');
  const store = await createDiskStore(root);
  const kept = readdirSync(join(root, 'files')).map(Number);
  t.ok(kept.length > last, 'what was said to be stored is there');
  for (const number of kept) {
    t.ok((await read(store, `files/${number}`))?.equals(Buffer.alloc(4 * 1024 * 1024, number % 251)), `file ${number}`);
  }
});

t.test('disk: no room left is said as such, and nothing half written stays', async (t) => {
  const root = temporaryDirectory();
  // The test runner's own settings for every process it sees would write more than there is room for.
  const limited = `ulimit -f 512; exec env -i "${process.execPath}" "${WRITER}" "${root}" ${4 * 1024 * 1024}`;
  const { stdout } = spawnSync('bash', ['-c', limited], { encoding: 'utf8' });
  t.equal(stdout.trim(), 'StorageFull');
  t.same(readdirSync(join(root, '.drafts')), []);
});

t.test('disk: a directory that cannot be used is said at once', async (t) => {
  const file = join(temporaryDirectory(), 'file');
  writeFileSync(file, '');
  await t.rejects(createDiskStore(join(file, 'files')), StorageUnavailable);
});

t.test('s3: a service that stumbles is asked again; one that stays away, is full or cuts off is said so', async (t) => {
  const { server, store, place } = await s3(t);
  server.fail('error');
  await store.put('files/a', contentOf(randomBytes(100_000)));
  t.equal(server.objects.size, 1);
  server.fail('full', 'full', 'full', 'full');
  await t.rejects(store.put('files/b', contentOf(Buffer.from('x'))), StorageFull);
  server.fail('cut');
  await t.rejects(read(store, 'files/a'), StorageUnavailable);
  await t.rejects(createS3Store({ ...place, bucket: 'other' }).put('files/a', contentOf(Buffer.from('x'))), StorageUnavailable);
  await t.rejects(createS3Store({ ...place, keyId: 'NOT', bucket: 'masar' }).get('files/a'), StorageUnavailable);
  await server.close();
  await t.rejects(store.get('files/a'), StorageUnavailable);
});

t.test('sealed content opens under its own key and name, in its own order, and whole', async (t) => {
  const key = randomBytes(32);
  const frame = 64 * 1024;
  const sealed = 28 + frame;
  for (const size of [0, 1, frame - 1, frame, frame + 1, 3 * frame]) {
    const bytes = randomBytes(size);
    const closed = await bytesOf(sealStream(key, 'one', contentOf(bytes.subarray(0, 7), bytes.subarray(7))));
    t.notOk(size > 16 && closed.includes(bytes.subarray(0, 16)), 'nothing of it lies open');
    const cut = [closed.subarray(0, 13), closed.subarray(13)];
    t.ok((await bytesOf(openStream(key, 'one', contentOf(...cut)))).equals(bytes), `${size} bytes`);
  }
  const closed = await bytesOf(sealStream(key, 'one', contentOf(randomBytes(3 * frame))));
  const changed = Buffer.from(closed);
  changed[sealed + 40]! ^= 1;
  const [first, second, third] = [0, 1, 2].map((at) => closed.subarray(at * sealed, (at + 1) * sealed));
  for (const [why, bytes, name, with_] of [
    ['another name', closed, 'two', key],
    ['another key', closed, 'one', randomBytes(32)],
    ['a changed byte', changed, 'one', key],
    ['cut off at a frame', closed.subarray(0, 2 * sealed), 'one', key],
    ['cut off inside a frame', closed.subarray(0, 2 * sealed + 100), 'one', key],
    ['frames swapped', Buffer.concat([second!, first!, third!]), 'one', key],
    ['a frame left out', Buffer.concat([first!, third!]), 'one', key],
    ['nothing at all', Buffer.alloc(0), 'one', key],
  ] as const) {
    await t.rejects(bytesOf(openStream(with_, name, contentOf(bytes))), BrokenSeal, why);
  }
  t.equal(String(openBytes(key, 'name', sealBytes(key, 'name', Buffer.from('كتاب')))), 'كتاب');
  t.throws(() => openBytes(key, 'name', Buffer.from('short')), BrokenSeal);
});

t.test('the scanner is asked over TCP or a socket, and its silence is no verdict', async (t) => {
  const path = join(temporaryDirectory(), 'clamd.sock');
  const bytes = randomBytes(300_000);
  for (const where of [0, path]) {
    const clamd = await startClamd('EVIL', where);
    const scanner = clamdScanner(clamd.address);
    t.same(await scanner.scan(contentOf(bytes)), { verdict: 'clean' });
    t.ok(clamd.scanned[0]?.equals(bytes), 'it saw every byte');
    t.same(await scanner.scan(contentOf(bytes, Buffer.from('EVIL'))), { verdict: 'infected', finding: 'Test.Virus-1' });
    clamd.breakDown();
    t.same(await scanner.scan(contentOf(bytes)), { verdict: 'unavailable' }, 'an error is no verdict');
    await clamd.close();
    t.same(await scanner.scan(contentOf(bytes)), { verdict: 'unavailable' }, 'nobody there');
  }
  t.strictSame(clamdAddress('/run/clamd.sock'), { path: '/run/clamd.sock' });
  t.strictSame(clamdAddress('[::1]:3310'), { host: '::1', port: 3310 });
  for (const wrong of ['scanner', 'scanner:0', 'scanner:70000', 'a b:1', '']) t.equal(clamdAddress(wrong), undefined, wrong);
});

t.test('a file that is new is on the disk with its name, and with the directories made for it', async (t) => {
  const root = temporaryDirectory();
  const disk = await createDiskStore(join(root, 'files'));
  const stored = ['files', 'files/ab'].map((name) => join(root, name));
  t.strictSame(await flushed(stored, () => disk.put('ab/cd', contentOf(Buffer.from('x')))), stored, 'a stored file');

  const list = openErasedList(join(root, 'erased', 'list'), (work) => work());
  const listed = ['', 'erased', 'erased/list'].map((name) => join(root, name));
  t.strictSame(await flushed(listed, () => list.add(['somebody'])), listed, 'the list of the erased');

  const head = { size: 1, root: Buffer.alloc(32), note: 'note', key: 'key' };
  const kept = ['', 'heads', 'heads/origin.heads'].map((name) => join(root, name));
  t.strictSame(await flushed(kept, () => directoryWitness(join(root, 'heads'), 'origin').keep(head)), kept, 'a kept head');
});
