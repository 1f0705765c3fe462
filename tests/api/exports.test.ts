import { readSheet } from 'read-excel-file/node';
import t from 'tap';
import { z } from 'zod';
import { csvOf, type Table, xlsxOf } from '../../src/api/exports/files.ts';
import { gatherRows } from '../../src/api/exports/gather.ts';
import type { ExportableList } from '../../src/api/lists.ts';
import { Opener } from '../../src/api/opener.ts';
import { listExport } from '../../src/domain/listExport/index.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { harmless } from '../../src/platform/tables/writeTable.ts';
import { type Api, type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { parcel } from '../support/sampleProcess.ts';

t.setTimeout(120_000);

t.test('a cell that a spreadsheet would run is shown instead', async (t) => {
  for (const cell of [
    '=1+1',
    '=HYPERLINK("http://example.org","x")',
    '+964 770 000 0001',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '  =1',
    '\u200f=1',
    '\ufeff=1',
    '\u00a0=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '\u22121',
  ]) {
    t.equal(harmless(cell), `'${cell}`, JSON.stringify(cell));
  }
  for (const cell of ['', 'سارة', 'a=b', '4821-9037-5512-3', 'IQG15Q07N03', '0012', "'=1", 'a; b', '1-2'])
    t.equal(harmless(cell), cell);
  t.equal(harmless('سارة;=1+1;x'), "سارة;'=1+1;x", 'Excel in Arabic divides by the semicolon');
  t.equal(harmless('a;\u200f ＝1|@x\t-1'), "a;'\u200f ＝1|'@x\t'-1");
});

const table: Table = {
  name: 'Synthetic / list',
  lang: 'ar',
  columns: [
    { title: 'الاسم', kind: 'text' },
    { title: '=عدد', kind: 'number' },
    { title: 'يوم', kind: 'date' },
    { title: 'وقت', kind: 'instant' },
  ],
  rows: [
    ['=1+1', -5, '2026-03-01', '2026-03-01T22:30:00.000Z'],
    ['a "b", c\nd', 7, null, null],
    ['0012345678901234567', 0, null, null],
  ],
};

t.test('CSV says its encoding, quotes what it must, keeps numbers numbers and runs nothing', async (t) => {
  t.equal(
    csvOf(table).toString('utf8'),
    '\ufeffالاسم,\'=عدد,يوم,وقت\r\n\'=1+1,-5,2026-03-01,2026-03-02 01:30\r\n"a ""b"", c\nd",7,,\r\n0012345678901234567,0,,\r\n',
  );
});

t.test('XLSX holds typed cells: text stays text, numbers numbers, dates dates', async (t) => {
  const sheet = await readSheet(await xlsxOf(table));
  t.same(sheet[1], ['=1+1', -5, new Date('2026-03-01T00:00:00Z'), new Date('2026-03-02T01:30:00Z')]);
  t.equal(sheet[3]?.[0], '0012345678901234567');
});

let api: Api;
let registrar: SignedIn;
t.before(async () => {
  api = await startApi([parcel, listExport, organisation, office], withReadModels(t));
  t.teardown(() => api.close());
  registrar = api.person('registrar');
  const { organisation: id, office: branch } = registrar.post;
  const names = { ar: 'فرع نينوى', en: '=Branch' };
  await api.given('organisation', id, {
    type: 'OrganisationRegistered',
    data: { kind: 'ministry', names, from: '2020-01-01' },
  });
  await api.given('office', branch ?? '', {
    type: 'OfficeOpened',
    data: { organisation: id, names, kind: 'branch', governorate: 'IQG15', from: '2020-01-01' },
  });
  for (let index = 0; index < 3; index += 1) {
    const body = { to: registrar.post.organisation, name: `Synthetic ${index}`, need: 'insulin' };
    await api.call('POST', '/v1/parcels', { as: registrar, body });
  }
});

async function exported(body: object, as: SignedIn, headers: Record<string, string> = {}) {
  const answer = await fetch(`${api.base}/v1/list-exports`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await api.token(as)}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
      'masar-after': String(await api.log.head()),
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, headers: answer.headers, bytes, text: bytes.toString('utf8') };
}

t.test('a list leaves as a file with its rows in words, and only when it is on record who took it', async (t) => {
  const { status, headers, text } = await exported({ list: 'parcelList', format: 'csv' }, registrar);
  t.equal(status, 201, text);
  t.equal(headers.get('content-type'), 'text/csv; charset=utf-8');
  t.match(headers.get('content-disposition'), 'attachment; filename="parcelList-2026-03-01.csv"');
  const [head, ...rows] = text.trimEnd().split('\r\n');
  t.match(head, /^\ufeffProcess,Reference,Status,/);
  t.equal(rows.length, 3);
  t.match(rows[0], /^Parcel,\d{4}-\d{4}-\d{4}-\d,Requested,'=Branch,/);
  t.notMatch(text, /Synthetic|insulin/, 'what the list does not show is not in the file');
  const record = await api.call('GET', headers.get('location') ?? '', { as: registrar });
  t.match(record.json, { status: 'made', state: { list: 'parcelList', format: 'csv', rows: 3, by: registrar.id } });
});

t.test('headings and words come in the language asked for, the sheet from right to left', async (t) => {
  const { bytes, headers } = await exported({ list: 'parcelList' }, registrar, { 'accept-language': 'ar' });
  t.match(headers.get('content-type'), /spreadsheetml/);
  const [head, first] = await readSheet(bytes);
  t.same(head?.slice(0, 3), ['العملية', 'الرقم المرجعي', 'الحالة']);
  t.same([first?.[0], first?.[2], first?.[4]], ['طرد', 'مطلوب', 'فرع نينوى']);
  t.type(first?.[7], Date);
});

t.test('an export takes the filters of its list, and shows what its reader may see', async (t) => {
  const of = async (filter: object, as = registrar) => (await exported({ list: 'parcelList', format: 'csv', filter }, as)).text;
  t.equal((await of({ status: 'sent' })).trimEnd().split('\r\n').length, 1);
  t.equal((await of({ status: 'requested' })).trimEnd().split('\r\n').length, 4);
  t.equal((await of({}, api.person('registrar'))).trimEnd().split('\r\n').length, 1);
  for (const filter of [{ sort: 'name' }, { limit: '5' }, { office: 'mine' }]) {
    const { status, text } = await exported({ list: 'parcelList', filter }, registrar);
    t.match({ status, code: JSON.parse(text).code }, { status: 400, code: 'INVALID_INPUT' });
  }
  t.equal((await exported({ list: 'nothing' }, registrar)).status, 400);
});

t.test('who does not work with lists exports none, and nothing is written', async (t) => {
  const head = await api.log.head();
  const { status, text } = await exported({ list: 'parcelList' }, api.person('auditor'));
  t.match({ status, code: JSON.parse(text).code }, { status: 403, code: 'FORBIDDEN' });
  t.equal(await api.log.head(), head);
});

t.test('words searched for are sealed on record, codes are not', async (t) => {
  const id = crypto.randomUUID();
  const asked = {
    list: 'registerSearch',
    filter: { status: 'active' },
    words: { name: 'Synthetic Name' },
    format: 'csv',
    rows: 1,
  };
  await api.given('listExport', id, { type: 'ListExported', data: asked });
  const [stored] = await api.log.read(`listExport-${id}`);
  const text = Buffer.from(stored?.bytes ?? []).toString('utf8');
  t.match(text, 'registerSearch');
  t.match(text, 'active');
  t.notMatch(text, 'Synthetic Name');
});

t.test('a list too long for one file says so instead of ending early', async (t) => {
  const pages = [1, 2, 3].map((page) => ({ items: [{ page }], ...(page < 3 ? { next: String(page) } : {}) }));
  const list: ExportableList = {
    name: 'synthetic',
    summary: 'Synthetic',
    process: undefined,
    schema: z.object({}),
    words: [],
    readModels: [],
    columns: [],
    page: async (_ask, _filter, { cursor = '0' }) => pages[Number(cursor)] ?? { items: [] },
  };
  const ask = {
    staff: '',
    rights: { staff: '', day: '2026-03-01', posts: [] },
    now: '2026-03-01T08:00:00.000Z',
    opener: new Opener(api.codec),
    count: async () => {},
  };
  t.same(await gatherRows(list, ask, {}, 3), [{ page: 1 }, { page: 2 }, { page: 3 }]);
  await t.rejects(gatherRows(list, ask, {}, 2), { code: 'EXPORT_TOO_LARGE', params: { limit: 2 } });
});
