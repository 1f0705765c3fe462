import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { ALIASES } from '../../src/domain/places/aliases.ts';
import { answersTo, labelOfNames, type PlaceName, withName } from '../../src/domain/places/names.ts';
import {
  Adm1,
  Adm2,
  Adm3,
  childrenOf,
  districtOf,
  governorateOf,
  isPcode,
  levelOf,
  nameOf,
  Pcode,
  PLACES,
  parentOf,
  place,
  within,
} from '../../src/domain/places/pcodes.ts';
import {
  AreaCode,
  nextProvisionalCode,
  ProvisionalArea,
  ProvisionalCode,
  Village,
  VillageRef,
} from '../../src/domain/places/register.ts';
import { searchPlaces } from '../../src/domain/places/search.ts';

t.test('the register of places', async (t) => {
  await t.test('has 18 governorates, 101 districts and 294 sub-districts, each named in English and Arabic', async (t) => {
    for (const [level, count] of [
      [1, 18],
      [2, 101],
      [3, 294],
    ] as const) {
      t.equal(PLACES.filter((place) => place.level === level).length, count);
    }
    t.equal(new Set(PLACES.map(({ pcode }) => pcode)).size, PLACES.length, 'no code twice');
    t.ok(PLACES.every(({ en, ar }) => en.trim() === en && /^[\p{Script=Arabic}]+( [\p{Script=Arabic}]+)*$/u.test(ar)));
  });

  await t.test('every place below a governorate lies in one place a level above', async (t) => {
    for (const { pcode, level, parent } of PLACES) {
      if (level === 1 ? parent !== undefined : !parent || levelOf(parent) !== level - 1) t.fail(pcode);
      if (levelOf(governorateOf(pcode) ?? '') !== 1) t.fail(`${pcode} has a governorate`);
    }
    t.equal(
      PLACES.filter(({ level }) => level < 3).reduce((sum, { pcode }) => sum + childrenOf(pcode).length, 0),
      101 + 294,
    );
  });

  await t.test('a place is followed up to its district and governorate', async (t) => {
    t.match(place('IQG15Q07N03'), { pcode: 'IQG15Q07N03', level: 3, en: 'Markaz Sinjar', parent: 'IQG15Q07' });
    t.equal(parentOf('IQG15Q07N03'), 'IQG15Q07');
    t.equal(parentOf('IQG15'), undefined);
    t.equal(governorateOf('IQG15Q07N03'), 'IQG15');
    t.equal(governorateOf('IQG15'), 'IQG15');
    t.equal(districtOf('IQG15Q07N03'), 'IQG15Q07');
    t.equal(districtOf('IQG15'), undefined);
    t.equal(nameOf('IQG15Q07', 'ar'), 'سنجار');
    t.equal(nameOf('IQG15Q07', 'ckb'), 'سنجار', 'Sorani is not invented');
    t.equal(nameOf('IQG15Q07', 'en'), 'Sinjar');
    for (const ask of [place, parentOf, governorateOf, districtOf, levelOf]) t.equal(ask('IQG99'), undefined);
    t.equal(nameOf('IQG99', 'en'), undefined);
    t.equal(place('toString'), undefined);
  });

  await t.test('within is the same, or below, and nothing else', async (t) => {
    t.ok(within('IQG15Q07N03', 'IQG15'));
    t.ok(within('IQG15Q07N03', 'IQG15Q07N03'));
    t.notOk(within('IQG15', 'IQG15Q07N03'));
    t.notOk(within('IQG15Q07N03', 'IQG15Q0'), 'a piece of a code is not an area');
    t.notOk(within('IQG99', 'IQG99'), 'an unknown place is in nothing, not even itself');
    const any = fc.constantFrom(...PLACES.map(({ pcode }) => pcode));
    fc.assert(
      fc.property(
        any,
        any,
        (a, b) => (within(a, b) && within(b, a)) === (a === b) && (!within(a, b) || governorateOf(a) === governorateOf(b)),
      ),
    );
  });

  await t.test('codes are refused when unknown, of the wrong level or of the wrong shape, with one reason', async (t) => {
    t.ok(Pcode.safeParse('IQG15').success && Pcode.safeParse('IQG15Q07').success && Pcode.safeParse('IQG15Q07N03').success);
    for (const [schema, bad] of [
      [Pcode, 'IQG19'],
      [Pcode, 'IQ'],
      [Pcode, 'iqg15'],
      [Adm1, 'IQG15Q07'],
      [Adm2, 'IQG15'],
      [Adm3, 'IQG15Q07'],
      [Adm2, 'IQG15Q99'],
    ] as const) {
      t.equal(schema.safeParse(bad).error?.issues.length, 1, bad);
    }
    t.ok(Adm1.safeParse('IQG15').success && Adm2.safeParse('IQG15Q07').success && Adm3.safeParse('IQG15Q07N03').success);
    t.match(z.toJSONSchema(Adm2), { type: 'string', pattern: /IQG/ });
    t.ok(isPcode('IQG08Q02N02') && isPcode('IQG17Q05'));
  });
});

t.test('places are found however they are spelled', async (t) => {
  const first: readonly (readonly [string, string])[] = [
    ['نينوى', 'IQG15'],
    ['نينوي', 'IQG15'],
    ['الانبار', 'IQG01'],
    ['الأنبار', 'IQG01'],
    ['انبار', 'IQG01'],
    ['anbar', 'IQG01'],
    ['Al Anbar', 'IQG01'],
    ['صلاح الدين', 'IQG16'],
    ['salah al din', 'IQG16'],
    ['Mosul', 'IQG15Q05'],
    ['الموصل', 'IQG15Q05'],
    ["Ba'aj", 'IQG15Q02'],
    ['سنجار', 'IQG15Q07'],
    ['القائم', 'IQG01Q02'],
    ['القایم', 'IQG01Q02'],
    ['المناذره', 'IQG04Q02'],
    ['كركوك', 'IQG13'],
    ['کرکوک', 'IQG13'],
    ['Jurf al-Nasr', 'IQG07Q04N01'],
    ['جرف النصر', 'IQG07Q04N01'],
    ['جرف الصخر', 'IQG07Q04N01'],
    ['Qayyarah', 'IQG15Q05N01'],
    ['Nineveh', 'IQG15'],
    ['Yathrib', 'IQG16Q04N01'],
    ['iqg15q07', 'IQG15Q07'],
  ];
  for (const [text, pcode] of first) t.equal(searchPlaces(text)[0]?.pcode, pcode, text);
  t.same(
    searchPlaces('sinj').map(({ pcode }) => pcode),
    ['IQG15Q07', 'IQG15Q07N03'],
    'the district before its centre',
  );
  t.equal(searchPlaces('Rawa')[0]?.pcode, 'IQG01Q05N02', 'a whole name before the district of Rawanduz');
  t.same(searchPlaces('mosul', 'ar'), []);
  t.equal(searchPlaces('الموصل', 'ckb')[0]?.pcode, 'IQG15Q05');
  for (const nothing of ['', ' ', 'ال', 'al', 'zzz', 'IQG99']) t.same(searchPlaces(nothing), [], nothing);
  for (const { pcode, en, ar } of PLACES) {
    if (!searchPlaces(en, 'en').some((found) => found.pcode === pcode)) t.fail(`${en} is found`);
    if (!searchPlaces(ar, 'ar').some((found) => found.pcode === pcode)) t.fail(`${ar} is found`);
  }
  t.ok(Object.keys(ALIASES).every(isPcode), 'every alias belongs to a place');
});

t.test('what the dataset does not have', async (t) => {
  const village = '0197a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b';

  await t.test('a village is an entry of our own in a sub-district', async (t) => {
    t.ok(VillageRef.safeParse({ village, adm3: 'IQG15Q07N03' }).success);
    t.notOk(VillageRef.safeParse({ village, adm3: 'IQG16Q06' }).success);
    t.notOk(VillageRef.safeParse({ village: 'Al-Awja', adm3: 'IQG16Q04N01' }).success);
    const known = {
      id: village,
      adm3: 'IQG15Q01N01',
      adm3Standing: 'provisional',
      names: [{ text: 'قرية المثال', lang: 'ar', kind: 'local' }],
      adminBy: { authority: 'kurdistan_region', governorate: 'IQG09', asOf: '2025-06-03', source: 'branch' },
    };
    t.ok(Village.safeParse(known).success);
    t.notOk(Village.safeParse({ ...known, names: [] }).success);
    t.notOk(Village.safeParse({ ...known, gps: { lat: 48.2, lon: 16.4 } }).success, 'it lies in Iraq');
    t.notOk(
      Village.safeParse({ ...known, adminBy: { authority: 'kurdistan_region' } }).success,
      'who administers it is an assertion',
    );
  });

  await t.test('a new official name makes the one before it former, and no name is lost', async (t) => {
    const sakhar: PlaceName = { text: 'جرف الصخر', lang: 'ar', kind: 'official' };
    const nasr: PlaceName = { text: 'جرف النصر', lang: 'ar', kind: 'official', since: '2015-01-01' };
    const english: PlaceName = { text: 'Jurf al-Sakhar', lang: 'en', kind: 'official' };
    const renamed = withName(withName([sakhar], english), nasr);
    t.same(renamed, [{ ...sakhar, kind: 'former' }, english, nasr]);
    t.same(withName(renamed, { ...nasr, text: 'جُرف النَّصر' }).length, 3, 'another spelling is the same name');
    t.same(labelOfNames([renamed[0]!, ...renamed.slice(1)]), { en: 'Jurf al-Sakhar', ar: 'جرف النصر' });
    t.same(labelOfNames([{ text: 'Example', lang: 'en', kind: 'local' }]), { en: 'Example', ar: 'Example' });
    t.same(labelOfNames([sakhar]), { en: 'جرف الصخر', ar: 'جرف الصخر' });
    for (const typed of ['الصخر', 'جرف النصر', 'sakhar', 'Jurf']) t.ok(answersTo(renamed, typed), typed);
    t.notOk(answersTo(renamed, 'الموصل'));
  });

  await t.test('a district without a P-code gets a code that no official one can be', async (t) => {
    t.equal(nextProvisionalCode('IQG01', []), 'IQG01P01');
    t.equal(nextProvisionalCode('IQG01', ['IQG01P01', 'IQG01P03']), 'IQG01P02');
    t.equal(nextProvisionalCode('IQG01Q03', []), 'IQG01Q03P01');
    t.throws(() => nextProvisionalCode('IQG15Q07N03', []), RangeError);
    t.throws(() => nextProvisionalCode('IQG99', []), RangeError);
    t.ok(PLACES.every(({ pcode }) => !ProvisionalCode.safeParse(pcode).success));
    t.ok(AreaCode.safeParse('IQG01P01').success && AreaCode.safeParse('IQG01').success);
    t.notOk(AreaCode.safeParse('IQG19').success);
  });

  await t.test('a provisional area lies directly one level up, whatever its code looks like', async (t) => {
    const area = {
      code: 'IQG01P01',
      level: 2,
      parent: 'IQG01',
      names: [{ text: 'الخالدية', lang: 'ar', kind: 'official' }],
      validFrom: '2023-01-01',
      recognisedBy: 'Anbar provincial council',
    };
    t.ok(ProvisionalArea.safeParse(area).success);
    t.ok(ProvisionalArea.safeParse({ ...area, parent: 'IQG08' }).success, 'areas change hands and keep their code');
    t.notOk(ProvisionalArea.safeParse({ ...area, parent: 'IQG01Q03' }).success);
    t.ok(ProvisionalArea.safeParse({ ...area, officialCode: 'IQG01Q07' }).success);
    t.notOk(ProvisionalArea.safeParse({ ...area, officialCode: 'IQG01' }).success);
  });
});
