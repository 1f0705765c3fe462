import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import writeExcel from 'write-excel-file/node';
import { MAX_DOCUMENT_BYTES } from '../../src/domain/kernel/documents.ts';
import { documentTable } from '../../src/eventlog/documents/table.ts';
import { createKysely } from '../../src/platform/database.ts';
import { BrokenSeal } from '../../src/platform/files/sealing.ts';
import { bytesOf } from '../../src/platform/files/store.ts';
import { masterKeyOf, masterKeys } from '../../src/platform/keys/masterKey.ts';
import { keyringMigrations } from '../../src/platform/keys/migrations.ts';
import { openPostgresKeyring } from '../../src/platform/keys/postgresKeyring.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { clamdScanner } from '../../src/platform/scanner/clamd.ts';
import type { SignedIn } from '../support/api.ts';
import { startClamd } from '../support/clamdServer.ts';
import { filesBeside, pdfOf, placeForFiles, sha256, startApiWithFiles, wordFile } from '../support/documents.ts';
import { referrals } from '../support/referrals.ts';
import { parcel } from '../support/sampleProcess.ts';
import { world } from '../support/scenario.ts';

t.setTimeout(120_000);

type Api = Awaited<ReturnType<typeof startApiWithFiles>>;

const PIECE = 'application/offset+octet-stream';
const DAY_MS = 86_400_000;
const SLOW_UPLOAD = fileURLToPath(new URL('../support/slowUpload.js', import.meta.url));

const place = await placeForFiles(t);
const story = await referrals();
const clamd = await startClamd('EVIL');
t.teardown(() => clamd.close());
const api = await startApiWithFiles(t, story.w, place, clamdScanner(clamd.address));
const { sender, receiver } = story;
const officer = api.person('partnerCaseworker', sender.post as { organisation: string; office: string });
const colleague = api.colleague(officer);
const stranger = api.person('partnerCaseworker');
const focal = api.person('referralFocalPoint', { organisation: receiver.organisation });

const announce = (as: SignedIn, body: object, on: Api = api, key = randomUUID()) =>
  on.call('POST', '/v1/documents', { as, key, body: { name: 'هوية.pdf', ...body } });

const piece = (as: SignedIn, id: string, offset: number | string, body: Uint8Array, headers = {}, on: Api = api) =>
  on.call('PATCH', `/v1/documents/${id}`, {
    as,
    body,
    headers: { 'content-type': PIECE, 'upload-offset': String(offset), ...headers },
  });

const offsetOf = async (as: SignedIn, id: string, on: Api = api) =>
  Number((await on.call('HEAD', `/v1/documents/${id}`, { as })).headers.get('upload-offset'));

/** Uploads in one go; answers the state as the uploader sees it. */
async function upload(as: SignedIn, bytes: Uint8Array, more: object = {}, on: Api = api) {
  const { json } = await announce(as, { size: bytes.length, ...more }, on);
  await piece(as, json.id, 0, bytes, {}, on);
  return (await on.call('GET', `/v1/documents/${json.id}`, { as })).json;
}

const evidenceOf = (file: { id: string; sha256: string }) => ({
  docType: 'civil_id',
  ref: 'paper 12',
  document: file.id,
  sha256: file.sha256,
});
const attach = (as: SignedIn, referral: string, document: object) =>
  api.call('POST', `/v1/referrals/${referral}/attach`, { as, body: { document } });
const listOf = async (as: SignedIn, referral: string): Promise<{ document: string; name: string }[]> =>
  (await api.call('GET', `/v1/referrals/${referral}/documents`, { as })).json.items;

/** Every byte that lies on the disk. */
const onDisk = (): Buffer =>
  Buffer.concat(
    readdirSync(place.root, { recursive: true, encoding: 'utf8' })
      .map((name) => join(place.root, name))
      .filter((path) => statSync(path).isFile())
      .map((path) => readFileSync(path)),
  );

t.test('a file is announced, sent in pieces, checked, and told by its content', async (t) => {
  const bytes = pdfOf(700_001);
  const begun = await announce(officer, { size: bytes.length, sha256: sha256(bytes) });
  t.match(begun, { status: 201, json: { state: 'uploading', received: 0, name: 'هوية.pdf' } });
  t.equal(begun.headers.get('location'), `/v1/documents/${begun.json.id}`);
  t.equal(begun.headers.get('tus-resumable'), '1.0.0');
  const first = await piece(officer, begun.json.id, 0, bytes.subarray(0, 300_000));
  t.equal(first.status, 204);
  t.equal(first.headers.get('upload-offset'), '300000');
  const head = await api.call('HEAD', `/v1/documents/${begun.json.id}`, { as: officer });
  t.match(Object.fromEntries(head.headers), {
    'upload-offset': '300000',
    'upload-length': '700001',
    'cache-control': 'no-store',
    'masar-document-state': 'uploading',
  });
  const last = await piece(officer, begun.json.id, 300_000, bytes.subarray(300_000));
  t.equal(last.headers.get('masar-document-state'), 'ready');
  const { json } = await api.call('GET', `/v1/documents/${begun.json.id}`, { as: officer });
  t.match(json, { state: 'ready', mediaType: 'application/pdf', sha256: sha256(bytes), stateLabel: { ar: /\S/ } });
});

t.test('a line that drops loses nothing that was acknowledged, and the upload goes on where it stopped', async (t) => {
  const bytes = pdfOf(1_500_000, 2);
  const { json } = await announce(officer, { size: bytes.length });
  const address = new URL(`${api.base}/v1/documents/${json.id}`);
  const authorization = `Bearer ${await api.token(officer)}`;
  const headers = { authorization, 'content-type': PIECE, 'upload-offset': '0', 'content-length': bytes.length };
  const sending = request(address, { method: 'PATCH', headers });
  sending.on('error', () => {});
  await new Promise((done) => sending.write(bytes.subarray(0, 800_000), done));
  const torn = (await announce(officer, { size: bytes.length })).json;
  async function* breaking() {
    yield bytes.subarray(0, 700_000);
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  await api.documents.append(torn.id, officer.id, 0, breaking());
  t.equal(await offsetOf(officer, torn.id), 700_000, 'every byte that came counts');

  let arrived = 0;
  while (arrived < 524_288) arrived = await offsetOf(officer, json.id);
  sending.destroy();
  for (let state = ''; state !== 'ready'; ) {
    const at = await offsetOf(officer, json.id);
    t.ok(at >= 524_288);
    const answer = await piece(officer, json.id, at, bytes.subarray(at));
    t.ok([204, 409].includes(answer.status), 'what was still on its way may come first');
    state = answer.headers.get('masar-document-state') ?? '';
  }
  const file = await api.documents.read(json.id);
  t.ok(file && (await bytesOf(file.content)).equals(bytes));
});

t.test('a process killed in the middle of a piece loses no acknowledged byte', async (t) => {
  const size = 8_000_000;
  await migrate(place.pool, { schema: 'keys', migrations: keyringMigrations });
  const master = randomBytes(32);
  const keyring = await openPostgresKeyring({
    db: createKysely(place.pool),
    schema: 'keys',
    masters: masterKeys(masterKeyOf(master)),
  });
  const documents = await filesBeside({ ...world([]), keyring }, place);
  const [id, staff] = [randomUUID(), randomUUID()];
  await documents.begin({ id, name: 'a.pdf', size, by: { staff } });
  const args = [SLOW_UPLOAD, place.url, place.root, master.toString('base64'), id, staff, String(size)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const ended = once(child, 'exit');
  const received = async () => (await documents.describe(id))?.received ?? 0;
  let seen = 0;
  while (seen < 2_000_000) seen = await received();
  child.kill('SIGKILL');
  await ended;
  const kept = await received();
  t.ok(kept >= seen && kept < size, `${kept} of ${size} bytes, ${seen} acknowledged`);
  async function* rest() {
    yield pdfOf(size).subarray(kept);
  }
  t.match(await documents.append(id, staff, kept, rest()), { state: 'ready', sha256: sha256(pdfOf(size)) });
});

t.test('what does not fit is refused, and what was kept stays', async (t) => {
  const bytes = pdfOf(1_000);
  t.match(await announce(officer, { size: 20 * 1024 * 1024 + 1 }), { status: 413, json: { code: 'FILE_TOO_LARGE' } });
  t.equal((await announce(officer, { size: 0 })).status, 400);
  t.equal((await announce(officer, { size: 10, surprise: 1 })).status, 400);
  const { json } = await announce(officer, { size: bytes.length });
  const { id } = json;
  t.match(await piece(officer, id, 5, bytes), { status: 409, json: { code: 'UPLOAD_OFFSET_WRONG', params: { offset: 0 } } });
  t.match(await piece(officer, id, 'x', bytes), { status: 400, json: { code: 'UPLOAD_OFFSET_MALFORMED' } });
  const json_ = await piece(officer, id, 0, Buffer.from('{}'), { 'content-type': 'application/json' });
  t.match(json_, { status: 415, json: { code: 'UPLOAD_CONTENT_TYPE' } });
  const surplus = await piece(officer, id, 0, pdfOf(1_001));
  t.match(surplus, { status: 413, json: { code: 'UPLOAD_TOO_LONG' } });
  t.equal(await offsetOf(officer, id), 0);
  t.equal((await piece(officer, id, 0, bytes)).status, 204);
  t.match(await piece(officer, id, 1_000, bytes), { status: 409, json: { code: 'UPLOAD_COMPLETE' } });
  t.equal((await piece(officer, 'no-uuid', 0, bytes)).status, 400);
});

t.test('announced again with the same key it is the same upload; with another wish the key is spent', async (t) => {
  const key = randomUUID();
  const first = await announce(officer, { size: 10 }, api, key);
  t.equal((await announce(officer, { size: 10 }, api, key)).json.id, first.json.id);
  t.match(await announce(officer, { size: 11 }, api, key), { status: 422, json: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  t.not((await announce(colleague, { size: 10 }, api, key)).json.id, first.json.id);
  const none = await api.call('POST', '/v1/documents', { as: officer, key: null, body: { name: 'a', size: 1 } });
  t.match(none, { status: 400, json: { code: 'IDEMPOTENCY_KEY_MISSING' } });
});

t.test('until a case names it, a file is there for its uploader alone, and its content for nobody', async (t) => {
  const { id } = await upload(officer, pdfOf(100));
  for (const other of [colleague, stranger, focal]) {
    t.equal((await api.call('GET', `/v1/documents/${id}`, { as: other })).status, 404);
    t.equal((await api.call('HEAD', `/v1/documents/${id}`, { as: other })).status, 404);
    t.match(await piece(other, id, 0, pdfOf(100)), { status: 404, json: { code: 'NOT_FOUND' } });
  }
  t.equal((await api.call('GET', `/v1/documents/${id}`)).status, 401);
  t.equal((await api.call('GET', `/v1/documents/${id}/content`, { as: officer })).json.code, 'ROUTE_UNKNOWN');
  const outsider = { subject: randomUUID() };
  t.match(await api.call('POST', '/v1/documents', { as: outsider, body: { name: 'a', size: 1 } }), {
    status: 403,
    json: { code: 'NOT_ENROLLED' },
  });
});

/** One value of a TIFF's directory: tag, a 16-bit number, once. */
const tiffEntry = (tag: number, value: number): Buffer => {
  const entry = Buffer.alloc(12);
  entry.writeUInt16LE(tag, 0);
  entry.writeUInt16LE(3, 2);
  entry.writeUInt32LE(1, 4);
  entry.writeUInt16LE(value, 8);
  return entry;
};

t.test('content that is not what is accepted is refused, whatever its name says', async (t) => {
  const jpeg = Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), randomBytes(3_000)]);
  const png = Buffer.from(
    '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082',
    'hex',
  );
  const zipEnd = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
  // One white point each, as a scanner (TIFF), a messenger (WebP) and a telephone (HEIC: its head, the image left to noise) save it.
  const tiff = Buffer.concat([
    Buffer.from('49492a00080000000700', 'hex'),
    ...[0x100, 0x101, 0x102, 0x103, 0x106, 0x111, 0x117].map((tag, at) => tiffEntry(tag, [1, 1, 8, 1, 1, 98, 1][at] ?? 0)),
    Buffer.from('00000000ff00', 'hex'),
  ]);
  const webp = Buffer.from('524946461a000000574542505650384c0d0000002f00000010071011118888fe0700', 'hex');
  const heic = Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), randomBytes(2_000)]);
  const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
  const xlsx = await writeExcel([[{ value: 'الاسم' }, { value: 1 }]]).toBuffer();
  const kinds: readonly (readonly [string, Uint8Array, string | undefined])[] = [
    ['a PDF', pdfOf(5_000), 'application/pdf'],
    ['a picture', jpeg, 'image/jpeg'],
    ['a picture under the name of a PDF', png, 'image/png'],
    ['a table', Buffer.from('\ufeffالاسم;العمر\r\nفلان;33\r\n'), 'text/csv'],
    ['a table in an old encoding', Buffer.from('c7e1c7d3e32cc7e1dac3e30d0a', 'hex'), 'text/csv'],
    ['a spreadsheet', xlsx, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['a scan', tiff, 'image/tiff'],
    ['a picture of a messenger', webp, 'image/webp'],
    ['a picture of a telephone', heic, 'image/heic'],
    ['a text document', wordFile(`${word}.main+xml`), word],
    ['a document with macros', wordFile('application/vnd.ms-word.document.macroEnabled.main+xml'), undefined],
    ['a page', Buffer.from('<!doctype html><p>a,b</p>'), undefined],
    ['a page as a table', Buffer.from('a,b\n1,<script>alert(1)</script>\n'), undefined],
    ['a drawing with a program', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="x(1,2)"/>'), undefined],
    ['a PDF that starts like a page', Buffer.from('%PDF-1.4\n<html><script>1</script></html>'), undefined],
    ['a picture that is a page', Buffer.concat([jpeg.subarray(0, 20), Buffer.from('<html>'), jpeg]), undefined],
    ['a picture that ends as an archive', Buffer.concat([png, zipEnd]), undefined],
    ['an archive', Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), randomBytes(60), zipEnd]), undefined],
    ['a program', Buffer.concat([Buffer.from('MZ'), randomBytes(500)]), undefined],
    ['a text', Buffer.from('only words\n'), undefined],
    ['noise', randomBytes(2_000), undefined],
  ];
  for (const [what, bytes, mediaType] of kinds) {
    const file = await upload(officer, bytes, { name: 'paper.pdf' });
    if (mediaType) t.match(file, { state: 'ready', mediaType }, what);
    else t.match(file, { state: 'refused', refusal: { code: 'TYPE_NOT_ALLOWED', label: { ar: /\S/ } } }, what);
  }
});

t.test('content that is not what was announced is refused', async (t) => {
  const file = await upload(officer, pdfOf(500), { sha256: 'a'.repeat(64) });
  t.match(file, { state: 'refused', refusal: { code: 'HASH_DIFFERS' } });
  t.equal(await api.documents.read(file.id), undefined);
});

t.test('a case opens the files it names: to its office all, to who takes part those since it does', async (t) => {
  const id = await story.draft();
  t.same(await listOf(officer, id), []);
  const [before, since] = [await upload(officer, pdfOf(90_000, 3)), await upload(officer, pdfOf(70_000, 4))];
  t.equal((await attach(officer, id, evidenceOf(before))).status, 200);
  await story.send(id);
  t.equal((await attach(officer, id, evidenceOf(since))).status, 200);

  t.same(
    (await listOf(colleague, id)).map((one) => one.document),
    [before.id, since.id],
  );
  t.same(
    (await listOf(focal, id)).map((one) => one.document),
    [since.id],
  );
  const content = (as: SignedIn, document: string) => fetchFile(as, `/v1/referrals/${id}/documents/${document}`);
  const opened = await content(colleague, before.id);
  t.ok(opened.bytes.equals(pdfOf(90_000, 3)));
  t.match(opened.headers, {
    'content-type': 'application/pdf',
    'content-length': '90000',
    'content-security-policy': /^sandbox/,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-disposition': `attachment; filename="document-${before.id.slice(-12)}.pdf"`,
  });
  t.ok((await content(focal, since.id)).bytes.equals(pdfOf(70_000, 4)));
  t.equal((await content(focal, before.id)).status, 404, 'sent before the receiver took part');
  t.equal((await content(stranger, since.id)).status, 404);
  t.equal((await content(colleague, randomUUID())).status, 404);
  t.equal((await content(colleague, (await upload(officer, pdfOf(10))).id)).status, 404, 'a file this case does not name');
});

async function fetchFile(as: SignedIn, path: string) {
  const answer = await fetch(api.base + path, { headers: { authorization: `Bearer ${await api.token(as)}` } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, headers: Object.fromEntries(answer.headers), bytes };
}

t.test('a case names only files that are ready, meant, and the namer’s to show', async (t) => {
  const id = await story.draft();
  const file = await upload(officer, pdfOf(400, 5));
  const refused = async (answer: ReturnType<typeof attach>, code: string) => t.match(await answer, { json: { code } }, code);
  await refused(attach(officer, id, { ...evidenceOf(file), document: randomUUID() }), 'FILE_UNKNOWN');
  await refused(attach(colleague, id, evidenceOf(file)), 'FILE_UNKNOWN');
  await refused(attach(officer, id, evidenceOf({ ...file, sha256: 'b'.repeat(64) })), 'FILE_DIFFERS');
  await refused(attach(officer, id, { docType: 'civil_id', ref: 'paper', document: file.id }), 'INVALID_INPUT');
  const { json: begun } = await announce(officer, { size: 10 });
  await refused(attach(officer, id, evidenceOf({ id: begun.id, sha256: file.sha256 })), 'FILE_NOT_READY');
  const evidence = [evidenceOf(file)];
  const note = (as: SignedIn, of: string) =>
    api.call('POST', `/v1/referrals/${of}/note`, { as, body: { text: 'a note', record: { evidence } } });
  t.match(await note(colleague, id), { json: { code: 'FILE_UNKNOWN' } }, 'evidence is held to the same');
  t.equal((await note(officer, id)).status, 200);
  t.equal((await note(colleague, id)).status, 200, 'the case names it already');
  t.equal((await attach(colleague, await story.draft(), evidenceOf(file))).status, 200, 'who may open it may show it elsewhere');
  const other = api.person('partnerCaseworker', { organisation: stranger.post.organisation, office: stranger.post.office! });
  const theirs = (await api.call('POST', '/v1/referrals', { as: other, body: story.ask })).json;
  t.match(await attach(other, theirs.id, evidenceOf(file)), { json: { code: 'FILE_UNKNOWN' } }, 'an id alone opens nothing');
});

t.test('who may read a case below tier 2 opens none of its files', async (t) => {
  const w = world([parcel]);
  const on = await startApiWithFiles(t, w, await placeForFiles(t));
  const clerk = on.person('registrar');
  const carrier = on.person('partnerCaseworker');
  const body = { to: carrier.post.organisation, name: 'A' };
  const { json } = await on.call('POST', '/v1/parcels', { as: clerk, body });
  const file = await upload(clerk, pdfOf(300), {}, on);
  await on.call('POST', `/v1/parcels/${json.id}/attach`, { as: clerk, body: { document: evidenceOf(file) } });
  const list = (as: SignedIn) => on.call('GET', `/v1/parcels/${json.id}/documents`, { as });
  t.equal((await list(clerk)).json.items.length, 1);
  t.match(await list(carrier), { status: 403, json: { code: 'FORBIDDEN' } });
  t.equal((await on.call('GET', `/v1/parcels/${json.id}/documents/${file.id}`, { as: carrier })).status, 403);
});

t.test('neither on the disk nor in the database does a byte lie open', async (t) => {
  const secret = `Synthetic person ${randomUUID()}`;
  const table = Buffer.from(`name,age\n${`${secret},33\n`.repeat(9_000)}`);
  const { json } = await announce(officer, { size: table.length, name: `${secret}.csv` });
  await piece(officer, json.id, 0, table.subarray(0, 300_000));
  t.notOk(onDisk().includes(secret), 'while it is sent');
  await piece(officer, json.id, 300_000, table.subarray(300_000));
  const disk = onDisk();
  t.notOk(disk.includes(secret), 'once it is there');
  t.ok(disk.length > table.length);
  const { rows } = await place.pool.query('select * from files.document where id = $1', [json.id]);
  t.notOk(JSON.stringify(rows).includes(secret) || Buffer.from(rows[0].sealed_name).includes(secret));
});

t.test('a file that was changed or cut in the store is never handed out as if it were whole', async (t) => {
  const file = await upload(officer, pdfOf(300_000, 6));
  const { rows } = await place.pool.query('select storage_key from files.document where id = $1', [file.id]);
  truncateSync(join(place.root, rows[0].storage_key), 200_000);
  const read = await api.documents.read(file.id);
  await t.rejects(bytesOf(read!.content), BrokenSeal);
  rmSync(join(place.root, rows[0].storage_key));
  await t.rejects(bytesOf((await api.documents.read(file.id))!.content), /missing/);
});

t.test('with its key destroyed a file is gone for good', async (t) => {
  const id = await story.draft();
  const file = await upload(officer, pdfOf(2_000, 7));
  await attach(officer, id, evidenceOf(file));
  story.w.keyring.destroy(file.id);
  t.equal(await api.documents.read(file.id), undefined);
  t.match(await api.call('GET', `/v1/documents/${file.id}`, { as: officer }), { json: { state: 'erased', name: undefined } });
  t.match(await api.call('GET', `/v1/referrals/${id}/documents/${file.id}`, { as: officer }), {
    status: 410,
    json: { code: 'FILE_ERASED' },
  });
  t.match(await listOf(officer, id), [{ document: file.id, state: 'erased' }]);
});

t.test('harmful content is refused and its bytes removed', async (t) => {
  const bytes = Buffer.concat([pdfOf(1_000), Buffer.from('EVIL')]);
  const file = await upload(officer, bytes);
  t.match(file, { state: 'refused', refusal: { code: 'INFECTED', finding: 'Test.Virus-1' } });
  const { rows } = await place.pool.query('select * from files.part where document = $1', [file.id]);
  t.same(rows, []);
  t.match(await upload(officer, pdfOf(1_000)), { state: 'ready' });
});

t.test('while the scanner is away a complete file waits, is served to nobody, and is judged when it is back', async (t) => {
  clamd.breakDown();
  const [asked, swept] = [await upload(officer, pdfOf(800)), await upload(officer, pdfOf(801))];
  t.match([asked, swept], [{ state: 'scanning' }, { state: 'scanning' }]);
  t.equal(await api.documents.read(asked.id), undefined);
  await api.documents.sweep(new Date().toISOString());
  t.match(await api.documents.describe(swept.id), { state: 'scanning' });
  clamd.breakDown(false);
  t.equal((await api.call('HEAD', `/v1/documents/${asked.id}`, { as: officer })).headers.get('masar-document-state'), 'ready');
  await api.documents.sweep(new Date().toISOString());
  t.match(await api.documents.describe(swept.id), { state: 'ready' });
});

t.test('what the system makes is kept under a seal too, and read like an upload', async (t) => {
  const made = await api.documents.store(pdfOf(123_456, 8), { name: 'notice.pdf', by: 'prints' });
  t.match(made, { state: 'ready', mediaType: 'application/pdf', sha256: sha256(pdfOf(123_456, 8)), uploader: 'prints' });
  const read = await api.documents.read(made.id);
  t.match(read, { name: 'notice.pdf', size: 123_456 });
  t.ok((await bytesOf(read!.content)).equals(pdfOf(123_456, 8)));
  await t.rejects(api.documents.store(Buffer.from('<html>'), { name: 'a', by: 'prints' }), RangeError);
});

t.test('an upload no case names is removed after the days of the rule; one that is named stays', async (t) => {
  const { sweep } = api.documents;
  const named = await upload(officer, pdfOf(3_000, 9));
  await attach(officer, await story.draft(), evidenceOf(named));
  const loose = await upload(officer, pdfOf(3_000, 10));
  const begun = (await announce(officer, { size: 3_000 })).json;
  await piece(officer, begun.id, 0, pdfOf(1_000));
  const noted = await upload(officer, pdfOf(3_000, 11));
  const id = await story.draft();
  const loaded = await story.w.cases.load(story.w.registry.byName('referral')!, id);
  const naming = { stream: `referral-${id}`, loaded, rights: undefined, dryRun: false };
  await api.documents.attaching.admit({ document: noted.id, sha256: noted.sha256 }, naming);

  const table = documentTable(createKysely(place.pool), 'files');
  t.equal(await table.abandon(named.id), false, 'what a case names is not taken for abandoned, whatever was thought before');

  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
  const there = async () =>
    Promise.all([named, loose, begun, noted].map(async (one) => (await api.documents.describe(one.id)) !== undefined));
  await sweep(inDays(6));
  t.same(await there(), [true, true, true, true]);
  await sweep(inDays(8));
  t.same(await there(), [true, false, false, false], 'an event that never came keeps nothing');
  t.same(await sweep(inDays(9)), { judged: 0, removed: 0 });
  const { rows } = await place.pool.query('select storage_key from files.document union select storage_key from files.part');
  const expected = rows.map((row: { storage_key: string }) => row.storage_key);
  const found = ['files', 'parts'].flatMap((folder) => readdirSync(join(place.root, folder)).map((name) => `${folder}/${name}`));
  t.same(
    found.filter((one) => !expected.includes(one)),
    [],
    'nothing lies in the store that no row knows',
  );
  t.match(await attach(officer, id, evidenceOf(loose)), { json: { code: 'FILE_UNKNOWN' } });
});

t.test('one person cannot fill the store with uploads that are never finished, or that no case names', async (t) => {
  const someone = api.person('partnerCaseworker');
  const size = MAX_DOCUMENT_BYTES;
  const answers = await Promise.all(Array.from({ length: 60 }, () => announce(someone, { size })));
  t.equal(answers.filter(({ status }) => status === 201).length, 50, 'also when they are announced at once');
  t.match(await announce(someone, { size: 10 }), { status: 409, json: { code: 'TOO_MANY_UPLOADS' } });

  await place.pool.query(
    `update files.document set state = 'ready', sha256 = '', media_type = 'application/pdf' where uploader = $1`,
    [someone.id],
  );
  t.equal((await announce(someone, { size })).status, 201, 'what is complete leaves room');
  const full = { status: 409, json: { code: 'UPLOADS_UNNAMED', params: { files: 500, bytes: 1_073_741_824 } } };
  t.match(await announce(someone, { size }), full, 'and not for ever, where no case names it');
  const { id } = answers.find(({ status }) => status === 201)?.json ?? {};
  await place.pool.query(`insert into files.attachment (document, stream) values ($1, 'referral-x')`, [id]);
  t.equal((await announce(someone, { size })).status, 201);

  const crowd = api.person('partnerCaseworker');
  await place.pool.query(
    `insert into files.document (id, uploader, origin, wish, sealed_name, size, storage_key, state)
     select gen_random_uuid(), $1, 'upload', '', '', 1, 'x' || n, 'scanning' from generate_series(1, 500) n`,
    [crowd.id],
  );
  t.match(await announce(crowd, { size: 10 }), full, 'however small they are');
});
