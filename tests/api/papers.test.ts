/** What stands on each paper, made from real cases. How it is set on the page is in prints.test.ts. */
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { Opener } from '../../src/api/opener.ts';
import { caseThen } from '../../src/api/prints/caseThen.ts';
import { decisionNotice } from '../../src/api/prints/papers/decisionNotice.ts';
import { layoutOf } from '../../src/api/prints/papers/index.ts';
import type { Sheet } from '../../src/api/prints/sheet.ts';
import { apart } from '../../src/api/prints/visualRuns.ts';
import { dinars } from '../../src/api/prints/words.ts';
import { claims, letter } from '../support/claims.ts';
import { movements } from '../support/movements.ts';
import { refused, someone, type world } from '../support/scenario.ts';

t.setTimeout(120_000);

type World = ReturnType<typeof world>;

/** The text of a paper of a case as it stands now, with personal values opened as its layout says. */
async function sheetOf({ log, codec, registry }: World, name: string, id: string, paper: string): Promise<Sheet> {
  const [process, layout] = [registry.byName(name), layoutOf(name, paper)];
  if (!process || !layout) throw new Error(`no paper ${name}.${paper}`);
  const until = await log.head();
  const then = (of: typeof process, at: string) => caseThen({ log }, new Opener(codec), of, at, until, layout.tier);
  return layout.compose(
    await then(process, id),
    async (other, at) => {
      const of = registry.byName(other);
      if (!of) throw new Error(`no process ${other}`);
      return (await then(of, at)).record;
    },
    process,
  );
}

const fieldsOf = (sheet: Sheet): Record<string, string> =>
  Object.fromEntries(sheet.blocks.flatMap((block) => (block.kind === 'fields' ? block.rows : [])));
const rowsOf = (sheet: Sheet) => sheet.blocks.flatMap((block) => (block.kind === 'table' ? [block.rows] : []));

t.test('the receipt of a claim names what was handed in, and what is missing with the day it is planned for', async (t) => {
  const c = await claims();
  const id = await c.prepared('property');
  const print = { paper: 'receipt' };
  await refused(t, c.when(c.clerk, 'print', id, print), 'WRONG_STATE');
  const plan = ['residence_card', 'title_or_occupancy', 'power_of_attorney'].map((paper) => ({ paper, by: '2026-05-01' }));
  await c.when(c.clerk, 'submit', id, { ...c.submission, papers: ['identity', 'mukhtar_statement'], plan });
  const sheet = await sheetOf(c.w, 'claim', id, 'receipt');
  t.match(fieldsOf(sheet), {
    'صاحب المعاملة': 'سلمى',
    'نوع الضرر': 'أضرار الممتلكات',
    'اللجنة الفرعية': 'دائرة',
    'رقم الوصل': apart('77'),
    'تاريخ الاستلام': '1 آذار 2026',
  });
  const text = JSON.stringify(sheet);
  t.match(text, 'تأييد المختار');
  t.match(text, 'بطاقة السكن – لغاية 1 أيار 2026');
  t.notMatch(text, /00412|destroyed/, 'the story of the loss is not on it');
  t.match((await c.when(c.clerk, 'print', id, print)).events, [{ data: { paper: 'receipt', number: 1, copy: 1 } }]);
  t.match((await c.when(c.clerk, 'print', id, print)).events, [{ data: { number: 2, copy: 2 } }]);
  await refused(t, c.when(c.finance, 'print', id, print), 'FORBIDDEN');
  await refused(t, c.when(c.clerk, 'print', id, { paper: 'decisionNotice' }), 'PAPER_NOT_YET');
});

t.test('a decision notice tells what was decided and what can be done against it, and never passes for a payment', async (t) => {
  const c = await claims();
  const id = await c.upTo('contestation_open', 'property', 20_000_000);
  const first = await sheetOf(c.w, 'claim', id, 'decisionNotice');
  t.match(fieldsOf(first), { القرار: 'أوصت اللجنة الفرعية بالتعويض', 'مبلغ التعويض': dinars(20_000_000) });
  t.match(JSON.stringify(first), /الاعتراض على القرار لغاية 31 آذار 2026.*ليس أمر صرف/);
  t.match((await c.when(c.clerk, 'print', id, { paper: 'decisionNotice' })).events, [{ data: { copy: 1 } }]);
  await c.periodOver(id);
  await c.when(c.clerk, 'forward', id, {}, letter);
  const last = await sheetOf(c.w, 'claim', id, 'decisionNotice');
  t.match(fieldsOf(last), { القرار: 'اكتسب قرار اللجنة الفرعية الدرجة النهائية' });
  t.notMatch(JSON.stringify(last), 'الاعتراض');
  const again = await c.when(c.clerk, 'print', id, { paper: 'decisionNotice' });
  t.match(again.events, [{ data: { number: 2, copy: 1 } }], 'the notice of another decision is no reprint');
});

t.test('shares are listed where several are entitled, and a rejection says why', async (t) => {
  const notice = {
    claimant: 'سلمى',
    type: 'استشهاد',
    claimNo: apart('7'),
    subcommittee: 'دائرة',
    outcome: 'ratified',
    on: '2026-03-01',
    amountIQD: 3_000_000,
    reason: undefined,
    decisionNo: apart('D-1'),
    contestUntil: undefined,
    isLastWord: true,
    payees: [],
  } as const;
  t.same(rowsOf(decisionNotice(notice)), []);
  const payees = [
    { name: 'سلمى', amountIQD: 2_000_000 },
    { name: 'نور', amountIQD: 1_000_000 },
  ];
  t.same(rowsOf(decisionNotice({ ...notice, payees })), [
    [
      ['1', 'سلمى', dinars(2_000_000)],
      ['2', 'نور', dinars(1_000_000)],
    ],
  ]);
  const rejected = decisionNotice({ ...notice, outcome: 'rejected', amountIQD: 0, reason: 'لم يثبت الضرر', isLastWord: false });
  t.match(fieldsOf(rejected), { القرار: 'ردّت اللجنة الفرعية الطلب', السبب: 'لم يثبت الضرر' });
  t.notOk('مبلغ التعويض' in fieldsOf(rejected));
});

t.test('a departure letter names who leaves, where to and how long it holds', async (t) => {
  const m = await movements();
  const j = await m.journey();
  await j.to('approved');
  const sheet = await sheetOf(m.w, 'movement', j.id, 'departureLetter');
  t.match(fieldsOf(sheet), {
    العدد: apart('dep-1'),
    التاريخ: '1 آذار 2026',
    'رب الأسرة': 'شخص',
    'الفرع المستقبل': 'فرع نينوى',
    'نافذ من': '1 آذار 2026',
  });
  t.equal(rowsOf(sheet)[0]?.length, 4);
  t.match((await j.give('print', { paper: 'departureLetter' })).events, [{ data: { number: 1 } }]);
  await refused(t, j.give('print', { paper: 'departureLetter' }, m.headquarters), 'FORBIDDEN');
});

t.test('under threat the letter says no more than the governorate', async (t) => {
  const m = await movements();
  const j = await m.journey({ shielded: true });
  await j.to('approved');
  const { shielded, destination } = await j.state();
  t.ok(shielded && destination.exactArea);
  const text = JSON.stringify(await sheetOf(m.w, 'movement', j.id, 'departureLetter'));
  t.notMatch(text, /سنجار|القيروان|IQG15Q/);
});

t.test('a manifest holds name, document number and seat of each traveller, and nothing else of them', async (t) => {
  const m = await movements();
  const j = await m.journey();
  const number = { docType: 'civil_status_id', number: 'A12345', status: 'valid', usable: true, document: randomUUID() };
  await m.w.given('person', j.home.mother, { type: 'IdentityDocumentRecorded', data: number });
  await j.to('manifested');
  const { manifest } = await j.state();
  const convoy = manifest?.convoy ?? '';
  const sheet = await sheetOf(m.w, 'convoy', convoy, 'manifest');
  t.match(fieldsOf(sheet), { 'تاريخ الرحلة': '1 آذار 2026', 'عدد المسافرين': '4' });
  t.same(rowsOf(sheet)[0]?.[0], ['1', 'شخص', apart('A12345')]);
  t.same(rowsOf(sheet)[0]?.[1], ['2', 'شخص', '—']);
  t.match((await m.when(m.registrar, 'convoy', 'print', convoy, { paper: 'manifest' })).events, [{ data: { number: 1 } }]);
  await refused(t, m.w.when(someone('governorate'), 'convoy', 'print', convoy, { paper: 'manifest' }), 'FORBIDDEN');
});

t.test('a payee list adds up, and leaves out who is held', async (t) => {
  const c = await claims();
  const [one, other, held] = [await c.someoneNamed('سلمى'), await c.someoneNamed('نور'), await c.someoneNamed('هدى')];
  const id = randomUUID();
  const claim = randomUUID();
  const allocation = randomUUID();
  const lines = [one, other, held].map((payee, index) => ({ payee, amountIQD: 1_000_000 * (index + 1) }));
  await c.w.given(
    'paymentBatch',
    id,
    { type: 'PaymentBatchOpened', data: { batchNo: 4, allocation, governorate: 'IQG15', fiscalYear: 2026 } },
    { type: 'BatchClaimAdded', data: { claim, lines } },
    { type: 'BatchListPublished', data: { count: 3, amountIQD: 6_000_000, allocation } },
    { type: 'BatchFundsGranted', data: {} },
    {
      type: 'BatchAudited',
      data: {
        passed: [
          { claim, payee: one },
          { claim, payee: other },
        ],
        held: [{ claim, payee: held, reason: 'other' }],
        passedIQD: 3_000_000,
        heldIQD: 3_000_000,
        allocation,
      },
    },
  );
  const sheet = await sheetOf(c.w, 'paymentBatch', id, 'payeeList');
  t.match(fieldsOf(sheet), { 'رقم الوجبة': '4', المحافظة: 'نينوى', 'عدد المستفيدين': '2', المجموع: dinars(3_000_000) });
  t.match(rowsOf(sheet), [
    [
      ['1', 'سلمى', /\d{4}/, dinars(1_000_000)],
      ['2', 'نور'],
    ],
  ]);
  t.match((await c.w.when(c.accounts, 'paymentBatch', 'print', id, { paper: 'payeeList' })).events, [{ data: { number: 1 } }]);
  await refused(t, c.w.when(c.lawyer, 'paymentBatch', 'print', id, { paper: 'payeeList' }), 'NOT_FOUND');
});
