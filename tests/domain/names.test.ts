import fc from 'fast-check';
import t from 'tap';
import {
  blockingKeys,
  DEFAULT_WEIGHTS,
  MatchWeights,
  matchScore,
  type PersonDescriptor,
} from '../../src/domain/household/matching.ts';
import { foldName, nameMatches, nameTokens } from '../../src/domain/kernel/names.ts';
import { comparableNumber, normaliseDocumentNumber, normalisePhone } from '../../src/domain/kernel/numbers.ts';
import { soundOf, soundsLike } from '../../src/domain/kernel/sounds.ts';
import { NAME_GROUPS } from '../support/namePairs.ts';
import { SCRIPT_PAIRS } from '../support/scriptPairs.ts';

t.test('spellings of one name fold alike', async (t) => {
  const alike: readonly (readonly string[])[] = [
    ['أحمد', 'احمد', 'إحمد', 'آحمد', 'ٱحمد', 'أَحْمَد', 'احـــمد', 'اح\u200cمد', '\u200fأحمد'],
    ['محمّد', 'محمد', 'مُحَمَّدٌ', 'مـحـمـد'],
    ['فاطمة', 'فاطمه', 'فاطمە', 'فاطمۀ'],
    ['مصطفى', 'مصطفي', 'مصطفی'],
    ['الجبوري', 'جبوري', 'الجبورى', 'الجُبوريّ', 'ال جبوري'],
    ['علاء', 'علا', 'عـلاء'],
    ['رؤوف', 'روؤف', 'رووف'],
    ['عائشة', 'عايشه', 'عایشە'],
    ['عبد الله', 'عبدالله', 'عبد اللّٰه', 'عَبدُ اللهِ', 'عبدﷲ'],
    ['عبد الرحمن', 'عبدالرحمن', 'عبد الـرحمن', 'عبد ال رحمن', 'عبد الرحمٰن', 'عبد-الرحمن'],
    ['كريم', 'کریم', 'كريـم'],
    ['شێرکۆ', 'شيركو', 'شیرکۆ'],
    ['ڕێبوار', 'ريبوار'],
    ['دڵشاد', 'دلشاد'],
    ['چیا', 'جيا'],
    ['پشتیوان', 'بشتيوان'],
    ['هەڵۆ', 'ھەڵۆ', 'هه\u200cڵۆ', 'هلو'],
    ['ئەحمەد', 'احمد', 'ئه\u200cحمه\u200cد', 'أحمد'],
    ['محەمەد', 'محمد'],
    ['نەورۆز', 'نوروز'],
    ['ئارام', 'آرام', 'ارام'],
    ['ئۆمێد', 'اوميد'],
    ['عەلی', 'علي'],
    ['الحمدانية', 'الحمدانیه', 'حمدانية'],
    ['ﻣﺤﻤﺪ', 'محمد'],
    ['Al-Jabouri', 'al jabouri', 'el-Jabouri', 'JABOURI', 'Jaboúri'],
    ["Ba'aj", 'Baʿaj', 'Al-Ba’aj', 'baaj'],
    ['Abd al-Rahman', 'Abdul Rahman', 'Abdulrahman', 'Abdel-Rahman', 'abd el rahman', 'ABDULRAHMAN', 'Abdul al-Rahman'],
    ['Abdullah', 'Abdallah', 'Abd Allah', 'Abdul Lah'],
    ['Şêrko', 'şerko', 'serko'],
    ['الآلوسي', 'آلوسي', 'الالوسي'],
  ];
  for (const [first, ...rest] of alike) {
    for (const other of rest) t.equal(foldName(other), foldName(first!), `${other} is ${first}`);
  }
});

t.test('different names stay apart', async (t) => {
  const apart: readonly (readonly [string, string])[] = [
    ['حسن', 'حسين'],
    ['علي', 'علاء'],
    ['محمد', 'محمود'],
    ['عبد محمد', 'عبد المحمد'],
    ['عمر', 'عمار'],
    ['آلاء', 'علاء'],
    ['Ali', 'Alaa'],
    ['Abd Ali', 'Abdul Ali'],
  ];
  for (const [a, b] of apart) t.not(foldName(a), foldName(b), `${a} is not ${b}`);
});

t.test('labelled pairs of spellings are told apart as well as the figures below say', async (t) => {
  let [same, different, bothSame, wronglySame] = [0, 0, 0, 0];
  const wrong: string[] = [];
  const compare = (a: string, b: string, areOne: boolean) => {
    const alike = foldName(a) === foldName(b);
    if (alike !== areOne) wrong.push(`${a} ${areOne ? 'is not found as' : 'is taken for'} ${b}`);
    if (areOne) [same, bothSame] = [same + 1, bothSame + Number(alike)];
    else [different, wronglySame] = [different + 1, wronglySame + Number(alike)];
  };
  for (const group of NAME_GROUPS) {
    for (const [at, spellings] of group.entries()) {
      for (const [index, one] of spellings.entries()) for (const two of spellings.slice(index + 1)) compare(one, two, true);
      for (const other of group.slice(at + 1)) for (const two of other) compare(spellings[0] ?? '', two, false);
    }
  }
  const precision = bothSame / (bothSame + wronglySame);
  const recall = bothSame / same;
  t.comment(`${same} pairs of one name, ${different} of two: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`);
  for (const line of wrong) t.comment(line);
  t.ok(same >= 200 && different >= 300, 'enough of both');
  t.ok(precision >= 0.98, `precision ${precision}`);
  t.ok(recall >= 0.97, `recall ${recall}`);
});

t.test('a name is found across scripts by how it sounds, as well as the figures below say', async (t) => {
  const alike = (a: string, b: string): boolean => {
    const [one, other] = [nameTokens(a), nameTokens(b)];
    return one.length === other.length && one.every((word, at) => soundsLike(word, other[at] ?? ''));
  };
  let [found, missed, wrong, apart] = [0, 0, 0, 0];
  const told: string[] = [];
  for (const [at, { arabic }] of SCRIPT_PAIRS.entries()) {
    for (const [index, { latin }] of SCRIPT_PAIRS.entries()) {
      for (const [a, b] of arabic.flatMap((a) => latin.map((b) => [a, b] as const))) {
        const isFound = alike(a, b);
        if (at === index) [found, missed] = [found + Number(isFound), missed + Number(!isFound)];
        else [wrong, apart] = [wrong + Number(isFound), apart + Number(!isFound)];
        if (isFound !== (at === index)) told.push(`${a} ${isFound ? 'sounds like' : 'is not found as'} ${b}`);
      }
    }
  }
  const [precision, recall] = [found / (found + wrong), found / (found + missed)];
  const pairs = `${found + missed} pairs of one name in two scripts, ${wrong + apart} of two`;
  t.comment(`${pairs}: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`);
  for (const line of told) t.comment(line);
  t.ok(found + missed >= 300 && apart >= 20_000, 'enough of both');
  // Hasan and Husayn have the same consonants: a search shows both, and people choose.
  t.ok(precision >= 0.8, `precision ${precision}`);
  t.ok(recall >= 0.95, `recall ${recall}`);
  t.notOk(soundsLike('احمد', 'احمد'), 'within one script spelling decides');
  t.notOk(soundsLike('12', 'احمد'));
  t.same(['', 'او', '12'].map(soundOf), ['', '', '']);
});

t.test('a full name is cut into its names, in order', async (t) => {
  t.same(nameTokens('  أحمد عبد الله   حسين الجُبوري '), ['احمد', 'عبدله', 'حسين', 'جبوري']);
  t.same(nameTokens('عبد محمد علي'), ['عبد', 'محمد', 'علي'], 'عبد alone is a name of its own');
  t.same(nameTokens('Zaynab Abd al-Karim Al-Dulaimi'), ['zaynab', 'abdkarim', 'dulaimi']);
  t.same(nameTokens('محمد Ahmed ١٢'), ['محمد', 'ahmed', '12']);
  t.same(nameTokens('علي، حسن/حسين'), ['علي', 'حسن', 'حسين']);
  for (const nothing of ['', ' ', '-', 'ـ', 'ال', 'al-', '\u200f', 'ء', '😀']) t.same(nameTokens(nothing), [], nothing);
  t.same(nameTokens('علي الى'), ['علي', 'الي'], 'the article is kept where too little would be left');
});

t.test('folding twice changes nothing, and marks nobody sees never matter', async (t) => {
  const letters = 'اأإآبتثجحخدذرزسشصضطظعغفقكلمنهويىةءئؤڕڵۆێەکیگچپژ';
  const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 9 });
  const name = fc.array(fc.oneof(word, fc.constantFrom('عبد', 'ال', 'الله', 'عبدالرحمن')), { maxLength: 5 });
  fc.assert(
    fc.property(name, (words) => foldName(foldName(words.join(' '))) === foldName(words.join(' '))),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), fc.constantFrom('\u200c', '\u200f', 'ـ', '\u064e', '\u0651'), (words, mark) => {
      // A mark that parts ه from the next letter does matter: it makes the vowel of Sorani of it.
      const text = mark === '\u200c' ? words.join(' ').replaceAll('ه', '') : words.join(' ');
      return foldName([...text].join(mark)) === foldName(text);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => !/[\p{M}\p{Lu}\u0640]/u.test(foldName(text))),
    { examples: [['\ufe7f'], ['ـ\ufe77'], ['\ufdfa']], numRuns: 2000 },
  );
  t.pass();
});

t.test('a person is found by any of the names in any order, from their first letters', async (t) => {
  const tokens = nameTokens('أحمد عبد الرحمن حسين الجبوري');
  for (const typed of ['احم', 'جبو', 'الجب', 'حسين أحمد', 'عبد', 'عبد الر', 'عبدالرحمن', 'جبوري احمد حسين عبد الرحمن']) {
    t.ok(nameMatches(typed, tokens), typed);
  }
  for (const typed of ['', 'ال', 'محمد', 'احمد احمد', 'حسن', 'احمد علي']) t.notOk(nameMatches(typed, tokens), typed);
  t.ok(nameMatches('علي عليا', ['عليا', 'علي']), 'the longer one is placed first');
});

t.test('document numbers are compared without their dress', async (t) => {
  t.equal(normaliseDocumentNumber(' ١٩٨٧-٠٠١٢ / أ '), '19870012ا');
  t.equal(normaliseDocumentNumber('a 00-12.b'), 'A0012B');
  t.equal(normaliseDocumentNumber('۰۰۱۲'), '0012');
});

t.test('one number however it is written meets itself, and no other', async (t) => {
  for (const written of [
    '198700000001',
    '١٩٨٧٠٠٠٠٠٠٠١',
    '۱۹۸۷ ۰۰۰۰ ۰۰۰۱',
    '1987-0000-0001',
    '1987/00000001',
    '\u200f1987ـ00000001\u200c',
  ]) {
    t.equal(comparableNumber(written), '198700000001', written);
  }
  t.equal(comparableNumber('000123'), comparableNumber('١٢٣'), 'zeros that a spreadsheet leaves out');
  t.not(comparableNumber('A000123'), comparableNumber('A123'), 'behind a letter they are part of the number');
  t.equal(comparableNumber('000'), '0');
  t.equal(comparableNumber(' -/ '), '');

  const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 14 });
  const series = fc.constantFrom('', 'A', 'ب', 'G');
  const dress = fc.record({
    zero: fc.constantFrom(0x30, 0x0660, 0x06f0, 0xff10),
    between: fc.constantFrom('', ' ', '-', '/', '.', 'ـ', '\u200c', '\u200f', '\u202b', '–'),
    pad: fc.nat(4),
  });
  const worn = (letter: string, number: string, { zero, between, pad }: { zero: number; between: string; pad: number }) =>
    [...`${letter}${letter === '' ? '0'.repeat(pad) : ''}${number}`]
      .map((one) => (/\d/.test(one) ? String.fromCharCode(zero + Number(one)) : one))
      .join(between);
  const value = (letter: string, number: string) => `${letter} ${letter === '' ? String(BigInt(number)) : number}`;
  fc.assert(
    fc.property(series, digits, dress, series, digits, dress, (letterA, a, dressA, letterB, b, dressB) => {
      const [one, other] = [comparableNumber(worn(letterA, a, dressA)), comparableNumber(worn(letterB, b, dressB))];
      const itself = comparableNumber(worn(letterA, a, dressB));
      return one === itself && comparableNumber(one) === one && (one === other) === (value(letterA, a) === value(letterB, b));
    }),
    { numRuns: 3000 },
  );
  const mobile = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 9, maxLength: 9 });
  const prefix = fc.constantFrom('07', '7', '+9647', '009647', '9647', '+96407');
  fc.assert(
    fc.property(mobile, mobile, prefix, prefix, dress, (a, b, one, other, { zero, between }) => {
      const written = (text: string) =>
        text.replace(/\d/g, (digit) => `${String.fromCharCode(zero + Number(digit))}${between === '\u202b' ? '' : between}`);
      const [first, second] = [normalisePhone(written(one + a)), normalisePhone(other + b)];
      return first === `+9647${a}` && normalisePhone(first) === first && (first === second) === (a === b);
    }),
    { numRuns: 2000 },
  );
});

t.test('telephone numbers come out in one international form', async (t) => {
  const mobile = '+9647700000001';
  for (const written of [
    '07700000001',
    '7700000001',
    '0770 000 0001',
    '+964 770 000 0001',
    '+964 (0) 770-000-0001',
    '00964 7700000001',
    '9647700000001',
    '٠٧٧٠ ٠٠٠ ٠٠٠١',
    '۰۷۷۰۰۰۰۰۰۰۱',
    '\u202a+9647700000001\u202c',
    '0770.000.0001',
  ]) {
    t.equal(normalisePhone(written), mobile, written);
  }
  t.equal(normalisePhone('01 700 0001'), '+96417000001');
  t.equal(normalisePhone('066 200 0001'), '+964662000001');
  t.equal(normalisePhone('+49 30 1234567'), '+49301234567');
  for (const written of [
    '',
    '123',
    '0770000000',
    '077000000011',
    '+0770000001',
    'phone',
    '0770000000x',
    '+9649700000001',
    '80000000',
  ]) {
    t.equal(normalisePhone(written), undefined, written);
  }
});

const sara: PersonDescriptor = {
  names: { first: 'سارة', father: 'كريم', grandfather: 'عبد الرحمن', family: 'الجبوري' },
  motherName: 'فاطمة حسن علي',
  sex: 'female',
  birth: { date: '1987-03-14', precision: 'day' },
  phone: '0770 000 0001',
  nationalNumber: '198700000001',
  pdsNumber: '12345678',
  qCard: '9000000001',
  originAdm2: 'IQG15Q07',
};
const { nationalNumber: _, ...withoutNumber } = sara;

t.test('possible duplicates are scored', async (t) => {
  const score = (b: Partial<PersonDescriptor>, a: PersonDescriptor = withoutNumber) => matchScore(a, { ...a, ...b }).score;

  await t.test('the same person written in two offices comes out high', async (t) => {
    t.equal(score({}, sara), 100);
    const { names, motherName, birth, sex } = sara;
    t.equal(matchScore({ names, motherName, birth, sex }, { names, motherName, birth, sex }).score, 96, 'without any number');
    t.ok(
      score({
        names: { first: 'ساره', father: 'کریم', grandfather: 'عبدالرحمن', family: 'جبوري' },
        motherName: 'فاطمه حسن علي',
        phone: '+9647700000002',
      }) >= 90,
      'spelling and a new telephone',
    );
    t.ok(score({ birth: { date: '1987-01-01', precision: 'year' } }) >= 80, 'only the year is known');
    t.ok(score({ birth: { date: '1988-07-01', precision: 'day' } }) >= 80, 'a birthday of the first of July, a year off');
    t.ok(score({ names: { ...sara.names, grandfather: 'عبد الرحيم', family: 'الدليمي' } }) >= 70);
  });

  await t.test('brothers and sisters, twins too, do not come out as one', async (t) => {
    const sister = { names: { ...sara.names, first: 'مريم' } };
    t.ok(score({ ...sister, birth: { date: '1990-05-02', precision: 'day' } }) < 30);
    t.ok(score(sister) < 60, 'twin sister');
    t.ok(score({ ...sister, sex: 'male' }) < 40, 'twin brother');
    const hasan = { ...withoutNumber, names: { ...sara.names, first: 'حسن' }, sex: 'male' };
    t.ok(score({ names: { ...sara.names, first: 'حسين' } }, hasan) < 80, 'twins named alike');
    t.ok(
      score(
        { names: { ...sara.names, first: 'حسين' }, nationalNumber: '198700000099' },
        { ...hasan, nationalNumber: '198700000500' },
      ) < 40,
    );
  });

  await t.test('strangers who share a common name come out low', async (t) => {
    const a: PersonDescriptor = { names: { first: 'محمد', father: 'علي' } };
    t.ok(matchScore(a, a).score < 50, 'two names alone prove little');
    t.equal(
      score({ birth: { date: '1960-01-05', precision: 'day' }, motherName: 'زهرة', names: { first: 'سارة', father: 'جاسم' } }) <
        40,
      true,
    );
  });

  await t.test('one national number is always looked at, by a person', async (t) => {
    const other = { names: { first: 'ليلى', father: 'صالح' }, sex: 'male', birth: sara.birth, motherName: 'هدى' };
    t.equal(matchScore(sara, { ...other, nationalNumber: '١٩٨٧-٠٠٠٠-٠٠٠١' }).score, 90);
    t.ok(blockingKeys(sara).some((key) => blockingKeys({ ...other, nationalNumber: sara.nationalNumber }).includes(key)));
  });

  await t.test('what is unknown on one side counts neither for nor against, nor does another script', async (t) => {
    const { phone: _p, qCard: _q, ...less } = withoutNumber;
    t.same(
      matchScore(withoutNumber, less).fields.map(({ field }) => field),
      ['firstName', 'fatherName', 'grandfatherName', 'familyName', 'motherName', 'sex', 'birth', 'originAdm2', 'pdsNumber'],
    );
    const latin = { ...sara, names: { first: 'Sara', father: 'Karim' } };
    t.notOk(matchScore(sara, latin).fields.some(({ field }) => field.endsWith('Name') && field !== 'motherName'));
    t.same(matchScore({ names: { first: '' } }, { names: { first: '' } }), {
      score: 0,
      fields: [],
      algorithmVersion: 'person-match-2/default-1',
    });
  });

  await t.test('agreement is graded: a slip of the pen is between the same and another', async (t) => {
    const first = (a: string, b: string) =>
      matchScore({ names: { first: a } }, { names: { first: b } }).fields.map(({ agreement }) => agreement);
    t.same(first('إبراهيم', 'ابراهيم'), [1]);
    t.same(first('ابراهيم', 'ابرهيم'), [0.8], 'a letter left out');
    t.same(first('مصطفى', 'مصفطى'), [0.8], 'two letters swapped');
    t.same(first('سليمان', 'سليمات'), [0.8], 'a letter changed');
    t.same(first('علي', 'علا'), [0.5], 'a short name');
    t.same(first('محمد', 'احمد'), [0.5]);
    t.same(first('محمد', 'خالد'), [0]);
    const birth = (a: PersonDescriptor['birth'], b: PersonDescriptor['birth']) =>
      matchScore({ names: { first: '' }, birth: a }, { names: { first: '' }, birth: b }).fields[0]?.agreement;
    const day = (date: string) => ({ date, precision: 'day' }) as const;
    t.equal(birth(day('1987-03-14'), day('1987-03-14')), 1);
    t.equal(birth(day('1987-03-04'), day('1987-04-03')), 0.9, 'day and month changed places');
    t.equal(birth(day('1987-03-14'), { date: '1987-03-01', precision: 'month' }), 0.9);
    t.equal(birth(day('1987-03-14'), { date: '1987-04-01', precision: 'month' }), 0.5);
    t.equal(birth(day('1987-03-14'), day('1987-07-01')), 0.8, 'registered on the first of July');
    t.equal(birth(day('1987-03-14'), day('1987-11-20')), 0.5);
    t.equal(birth(day('1987-03-14'), day('1988-03-14')), 0.5);
    t.equal(birth(day('1987-03-14'), day('1989-03-14')), 0);
  });

  await t.test('a score is whole, from 0 to 100, and the same both ways round', async (t) => {
    const names = ['محمد', 'محمود', 'علي', 'سارة', 'Ali', '', 'عبد الله'];
    const maybe = <T>(...values: T[]) => fc.constantFrom(undefined, ...values);
    const person: fc.Arbitrary<PersonDescriptor> = fc.record({
      names: fc.record({
        first: fc.constantFrom(...names),
        father: maybe(...names),
        grandfather: maybe(...names),
        family: maybe(...names),
      }),
      motherName: maybe(...names),
      sex: maybe('female', 'male'),
      birth: maybe<PersonDescriptor['birth']>(
        { date: '1987-03-04', precision: 'day' },
        { date: '1987-04-03', precision: 'day' },
        { date: '1988-01-01', precision: 'year' },
        { date: '1990-05-01', precision: 'month' },
      ),
      phone: maybe('07700000001', '+9647700000001', 'none'),
      nationalNumber: maybe('1', '2', ''),
      pdsNumber: maybe('12345', '12354'),
      qCard: maybe('1'),
      originAdm2: maybe('IQG15Q07', 'IQG15Q05'),
    });
    fc.assert(
      fc.property(person, person, (a, b) => {
        const there = matchScore(a, b);
        return (
          JSON.stringify(there) === JSON.stringify(matchScore(b, a)) &&
          Number.isInteger(there.score) &&
          there.score >= 0 &&
          there.score <= 100
        );
      }),
      { numRuns: 2000 },
    );
    t.ok(MatchWeights.safeParse(DEFAULT_WEIGHTS).success);
    t.notOk(MatchWeights.safeParse({ ...DEFAULT_WEIGHTS, fields: {} }).success, 'every field has its weight');
  });

  await t.test('records are compared when names and birth year (one apart) or names and origin agree', async (t) => {
    const meets = (b: Partial<PersonDescriptor>) => {
      const keys = blockingKeys({ ...withoutNumber, originAdm2: undefined });
      return blockingKeys({ ...withoutNumber, originAdm2: undefined, ...b }).some((key) => keys.includes(key));
    };
    for (let year = 1980; year <= 1994; year += 1) {
      t.equal(meets({ birth: { date: `${year}-01-01`, precision: 'year' } }), Math.abs(year - 1987) <= 1, String(year));
    }
    t.ok(meets({ names: { first: 'ساره', father: 'الكريم' } }), 'folded');
    t.notOk(meets({ names: { first: 'سارة', father: 'خالد' } }));
    const origin = { names: sara.names, originAdm2: 'IQG15Q07' };
    t.ok(blockingKeys(origin).some((key) => blockingKeys(sara).includes(key)));
    t.same(blockingKeys({ names: { first: 'سارة' } }), ['name:ساره|']);
    t.same(blockingKeys({ names: { first: ' ' } }), []);
  });
});
