import PDFDocument from 'pdfkit';
import t, { type Test } from 'tap';
import { layoutOf } from '../../src/api/prints/papers/index.ts';
import { slipLayout } from '../../src/api/prints/papers/referralSlip.ts';
import { pdfOf, reprintMark } from '../../src/api/prints/pdf.ts';
import { qrModules } from '../../src/api/prints/qrCode.ts';
import type { Frame, Sheet } from '../../src/api/prints/sheet.ts';
import { createTypesetter, wrapped } from '../../src/api/prints/typesetter.ts';
import { apart, forShaper, visualRuns } from '../../src/api/prints/visualRuns.ts';
import { dateInWords, dinars, momentInWords, nameInWords } from '../../src/api/prints/words.ts';
import { registry } from '../../src/domain/index.ts';
import { Hidden } from '../../src/domain/kernel/privacy.ts';
import { referral } from '../../src/domain/referral/index.ts';
import { type Api, type SignedIn, startApi } from '../support/api.ts';
import { readQr } from '../support/qr.ts';
import { client, referrals } from '../support/referrals.ts';

t.setTimeout(120_000);

const seen = (line: string) => visualRuns(line).map((run) => `${run.direction} ${run.text}`);

t.test('a line is seen in runs from left to right, each in the direction it is read in', async (t) => {
  t.same(seen('سلام دنيا'), ['rtl سلام دنيا']);
  t.same(seen('رقم 20 لسنة 2009'), ['ltr 2009', 'rtl  لسنة ', 'ltr 20', 'rtl رقم ']);
  t.same(seen(`الملف ${apart('4821-9037-5512-3')}`), ['ltr 4821-9037-5512-3', 'rtl الملف ']);
  t.same(seen('الملف 4821-9037'), ['ltr 9037', 'rtl -', 'ltr 4821', 'rtl الملف '], 'what is not set apart is turned round');
  t.same(seen(`هاتف ${apart('+964 770 000 0001')}`), ['ltr +964 770 000 0001', 'rtl هاتف ']);
  t.same(seen('منظمة (Aid X) هنا'), ['rtl ( هنا', 'ltr Aid X', 'rtl منظمة )'], 'brackets face the other way');
  t.same(seen(''), []);
});

t.test('the shaper, which goes by script, is given a run so that it comes out in the right direction', async (t) => {
  for (const [text, direction, given] of [
    ['سلام', 'rtl', 'سلام'],
    ['2009', 'ltr', '2009'],
    ['١٢٣', 'ltr', '٣٢١'],
    [') ', 'rtl', ' )'],
    ['Aid', 'ltr', 'Aid'],
    ['، سلام', 'rtl', '، سلام'],
  ] as const) {
    t.equal(forShaper({ text, direction }), given, text);
  }
});

t.test(
  'a paragraph is broken between words, a word that fits nowhere is cut, and what is set apart stays so on each line',
  async (t) => {
    const upTo = (length: number) => (line: string) => line.replace(/[\u2066\u2069]/g, '').length <= length;
    t.same(wrapped('aa bb cc', upTo(5)), ['aa bb', 'cc']);
    t.same(wrapped('aaaaaaa b', upTo(3)), ['aaa', 'aaa', 'a b']);
    t.same(wrapped(apart('aa bb'), upTo(2)), [apart('aa'), apart('bb')]);
    t.same(wrapped('', upTo(3)), ['']);
  },
);

t.test('Arabic is joined when it is measured and drawn, and no line is wider than its room', async (t) => {
  const type = createTypesetter(new PDFDocument({ size: 'A4' }));
  const style = { size: 12 };
  const alone = [...'بيت'].reduce((sum, letter) => sum + type.width(letter, style), 0);
  t.ok(type.width('بيت', style) < alone - 1, 'letters that join are narrower than letters that stand alone');
  t.ok(type.width('بيت', { ...style, face: 'bold' }) > type.width('بيت', style));
  const text = 'قررت اللجنة الموافقة على صرف المبلغ المبين أعلاه بموجب القانون رقم 20 لسنة 2009 المعدل '.repeat(5).trim();
  const lines = type.lines(text, 200, style);
  t.ok(lines.length > 5);
  t.ok(lines.every((line) => type.width(line, style) <= 200));
  t.equal(lines.join(' '), text);
});

t.test('dates, amounts and names read as Iraqi papers write them', async (t) => {
  t.equal(dateInWords('2026-11-22'), '22 تشرين الثاني 2026');
  t.equal(momentInWords('2026-03-01T22:30:00.000Z'), `2 آذار 2026 ${apart('01:30')}`);
  t.equal(dinars(1_500_000), `${apart('1,500,000')} د.ع`);
  const part = { first: 'سارة', father: 'علي', family: 'حسن' };
  t.equal(nameInWords({ ar: part }), 'سارة علي حسن');
  t.equal(nameInWords(new Hidden('erased', { $sealed: 'T1', subject: '', nonce: '', text: '' })), '—');
});

const frame: Frame = {
  issuer: ['وزارة الهجرة والمهجرين', 'فرع نينوى'],
  reference: '4821-9037-5512-3',
  number: 1,
  copy: 1,
  printedAt: '2026-03-01T08:00:00.000Z',
  address: 'https://masar.test/v1/referrals/4821-9037-5512-3',
};
const table = (rows: number): Sheet => ({
  title: 'قائمة',
  blocks: [
    {
      kind: 'table',
      columns: [
        { title: 'ت', share: 1 },
        { title: 'الاسم', share: 4 },
      ],
      rows: Array.from({ length: rows }, (_, index) => [String(index + 1), 'سارة علي حسن']),
    },
  ],
});
const pages = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;

t.test('a sheet takes as many pages as it needs, and is the same file every time', async (t) => {
  const short = await pdfOf(table(5), frame);
  t.equal(short.subarray(0, 5).toString(), '%PDF-');
  t.equal(pages(short), 1);
  t.equal(pages(await pdfOf(table(60), frame)), 3);
  t.ok(short.equals(await pdfOf(table(5), frame)));
  t.notOk(short.equals(await pdfOf(table(5), { ...frame, copy: 2 })));
  t.notOk(short.equals(await pdfOf(table(6), frame)));
  t.match(short.toString('latin1'), /\/MediaBox \[0 0 595\.28 841\.89\]/);
});

t.test('the QR code says where the case is', async (t) => {
  t.equal(readQr(qrModules(frame.address)), frame.address);
  const damaged = qrModules(frame.address).map((row, y) => row.map((dark, x) => (y > 20 && x > 20 ? !dark : dark)));
  t.throws(() => readQr(damaged), 'the reader does read');
});

t.test('only a second copy is called a reprint', async (t) => {
  t.equal(reprintMark({ copy: 1 }), undefined);
  t.equal(reprintMark({ copy: 3 }), 'نسخة مكررة رقم 2');
});

t.test('every paper a process declares has its layout and its words', async (t) => {
  for (const process of registry.all) {
    for (const [name, { label, from }] of Object.entries(process.papers ?? {})) {
      t.ok(layoutOf(process.name, name), `${process.name}.${name}`);
      t.match(label.ar, /\p{Script=Arabic}/u);
      t.ok(label.en && from.length > 0 && from.every((one) => process.statuses.includes(one)), `${process.name}.${name}`);
    }
  }
});

let api: Api;
let sender: SignedIn;
let field: Awaited<ReturnType<typeof referrals>>;
t.before(async () => {
  field = await referrals();
  api = await startApi(field.w);
  const { organisation, office, governorate } = field.sender.post;
  sender = api.person('partnerCaseworker', {
    organisation,
    ...(office ? { office } : {}),
    ...(governorate ? { governorate } : {}),
  });
});
t.teardown(() => api.close());

const print = (id: string, as: SignedIn, paper = 'slip', key?: string) =>
  api.call('POST', `/v1/referrals/${id}/print`, { as, body: { paper }, ...(key ? { key } : {}) });

/** The file as bytes: an answer of `call` is text. */
async function file(t: Test, id: string, number: number, as: SignedIn): Promise<Buffer> {
  const answer = await fetch(`${api.base}/v1/referrals/${id}/prints/${number}`, {
    headers: { authorization: `Bearer ${await api.token(as)}` },
  });
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('content-type'), 'application/pdf');
  t.match(answer.headers.get('content-disposition'), /^attachment; filename="referrals-[\d-]+-\d+\.pdf"$/);
  return Buffer.from(await answer.arrayBuffer());
}

t.test('a paper is printed under a number, and asked for again it is the same file under the same number', async (t) => {
  const id = await field.upTo('sent');
  t.equal((await print(id, sender, 'slip', 'first-print')).status, 200);
  t.equal((await print(id, sender, 'slip', 'first-print')).headers.get('idempotency-replayed'), 'true');
  const first = await file(t, id, 1, sender);
  t.equal(pages(first), 1);
  t.equal((await print(id, sender)).status, 200);
  await field.w.when(field.focal, 'referral', 'acknowledge', id, {});
  const names = { ar: 'اسم آخر', en: 'Another name' };
  const renamed = { type: 'OrganisationRenamed', data: { names, from: '2026-03-01' } };
  await field.w.given('organisation', field.receiver.organisation, renamed);
  t.ok(first.equals(await file(t, id, 1, sender)), 'what happened since changes nothing on it');
  t.notOk(first.equals(await file(t, id, 2, sender)));
  const { json } = await api.call('GET', `/v1/referrals/${id}/prints`, { as: sender });
  t.match(json.items, [
    { number: 1, copy: 1, paper: 'slip', label: { en: 'Referral slip' }, by: sender.id, post: 'partnerCaseworker' },
    { number: 2, copy: 2 },
  ]);
  t.match(await api.call('GET', `/v1/referrals/${id}/prints/3`, { as: sender }), { status: 404, json: { code: 'NOT_FOUND' } });
});

t.test('a paper is handed out only when its time has come, by who hands it out', async (t) => {
  const draft = await field.upTo('draft');
  t.match(await print(draft, sender), { status: 409, json: { code: 'WRONG_STATE' } });
  const id = await field.upTo('sent');
  t.match(await print(id, sender, 'passport'), { json: { code: 'PAPER_UNKNOWN' } });
  const { organisation, office, governorate } = field.focal.post;
  const receiver = api.person('referralFocalPoint', {
    organisation,
    ...(office ? { office } : {}),
    ...(governorate ? { governorate } : {}),
  });
  t.match(await print(id, receiver), { status: 403, json: { code: 'FORBIDDEN' } });
  const stranger = api.person('partnerCaseworker');
  t.match(await print(id, stranger), { status: 404, json: { code: 'NOT_FOUND' } });
  t.equal((await print(id, sender)).status, 200);
  t.match(await api.call('GET', `/v1/referrals/${id}/prints/1`, { as: stranger }), { status: 404 });
  t.equal((await api.call('GET', `/v1/referrals/${id}/prints/1`, { as: receiver })).status, 200);
});

t.test('a slip tells no more than a pocket may hold', async (t) => {
  const id = await field.upTo('sent');
  const { record, history } = await field.w.cases.load(referral, id);
  const look = async (process: string, other: string) => field.w.cases.glance(`${process}-${other}`);
  const text = JSON.stringify(await slipLayout.compose({ record, history }, look, referral));
  t.match(text, client.name);
  t.match(text, field.ask.contact);
  for (const secret of [client.needSummary, client.safeContact.at, client.area]) t.notMatch(text, secret);
  const sensitive = { ...record, state: { ...record.state, needCode: 'gbv' } };
  t.notMatch(JSON.stringify(await slipLayout.compose({ record: sensitive, history }, look, referral)), 'الحاجة');
  t.match(text, 'الحاجة');
});
