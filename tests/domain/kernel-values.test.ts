import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import {
  addDuration,
  DEFAULT_CALENDAR,
  type Duration,
  Duration as DurationSchema,
  elapsed,
  isOpen,
  isWorkingDay,
  WorkingCalendar,
} from '../../src/domain/kernel/calendar.ts';
import {
  addDays,
  ageInYears,
  ageRange,
  atBaghdad,
  baghdadDate,
  compareInstants,
  daysBetween,
  daysOf,
  epochMs,
  Instant,
  inBaghdad,
  instantOf,
  LocalDate,
  PartialDate,
} from '../../src/domain/kernel/dates.ts';
import { stripInvisible, toAsciiDigits } from '../../src/domain/kernel/digits.ts';
import { GLOSSARY, type Lang, missingSorani, pickLanguage, say } from '../../src/domain/kernel/labels.ts';
import {
  addMoney,
  CurrencyMismatch,
  compareMoney,
  formatMoney,
  iqd,
  Money,
  PositiveMoney,
  shareOut,
  subtractMoney,
  usdCents,
} from '../../src/domain/kernel/money.ts';
import { addQuantity, DTM_HOUSEHOLD_SIZE, deriveQuantity, Quantity, UnitMismatch } from '../../src/domain/kernel/quantity.ts';
import { parseReference, Reference, referenceOf } from '../../src/domain/kernel/reference.ts';

const arabic = (text: string) => text.replace(/\d/g, (d) => '٠١٢٣٤٥٦٧٨٩'[Number(d)]!);
const persian = (text: string) => text.replace(/\d/g, (d) => '۰۱۲۳۴۵۶۷۸۹'[Number(d)]!);
const digitsOnly = (reference: string) => reference.replaceAll('-', '');

t.test('references', async (t) => {
  await t.test('a case has one reference, in groups of four and a check digit', async (t) => {
    const uuid = '0197a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b';
    t.match(referenceOf(uuid), /^\d{4}-\d{4}-\d{4}-\d$/);
    t.equal(referenceOf(uuid), referenceOf(uuid.toUpperCase()));
    t.equal(digitsOnly(referenceOf(uuid)).slice(0, 12), String(0xa0b1c2d3e4f5a6bn % 10n ** 12n).padStart(12, '0'));
    t.equal(referenceOf('00000000-0000-7000-8000-000000000001').slice(0, 14), '0000-0000-0001');
    t.throws(() => referenceOf('household-7'), TypeError);
  });

  await t.test('the check digit is the one of the published procedure (572 has 4)', async (t) => {
    t.same(parseReference('0000000005724'), { ok: true, reference: '0000-0000-0572-4' });
  });

  await t.test('any single wrong digit and any swap of neighbours is noticed', async (t) => {
    let tried = 0;
    let missed = 0;
    const check = (digits: string[]) => {
      tried += 1;
      const parsed = parseReference(digits.join(''));
      if (parsed.ok || parsed.reason !== 'CHECK_DIGIT') missed += 1;
    };
    for (const uuid of fc.sample(fc.uuid(), { numRuns: 300, seed: 7 })) {
      const digits = [...digitsOnly(referenceOf(uuid))];
      for (let at = 0; at < digits.length; at += 1) {
        for (let wrong = 0; wrong < 10; wrong += 1) {
          if (String(wrong) !== digits[at]) check(digits.with(at, String(wrong)));
        }
        const next = digits[at + 1];
        if (next !== undefined && next !== digits[at]) check(digits.with(at, next).with(at + 1, digits[at]!));
      }
    }
    t.ok(tried > 35_000);
    t.equal(missed, 0);
  });

  await t.test('every way people write a reference is understood', async () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const reference = referenceOf(uuid);
        const ways = [
          reference,
          digitsOnly(reference),
          arabic(reference),
          persian(reference),
          ` ${reference.replaceAll('-', ' ')} `,
          reference.replaceAll('-', '\u2013'),
          reference.replaceAll('-', ' \u2014 '),
          reference.replaceAll('-', '\u2011'),
          reference.replaceAll('-', '\u2212'),
          reference.replaceAll('-', '\u00a0'),
          `\u2066${arabic(reference)}\u2069`,
          [...digitsOnly(reference)].join('\u200c'),
          reference.replaceAll('-', 'ـ-ـ'),
          reference.split('-').reverse().join('-'),
        ];
        for (const way of ways) {
          const parsed = parseReference(way);
          if (!parsed.ok || parsed.reference !== reference) return false;
        }
        return Reference.safeParse(reference).success;
      }),
    );
  });

  await t.test('what is not a reference is told apart from a mistyped one', async (t) => {
    for (const text of ['', '123', '4821-9037-5512', '12345678901234', 'abcd-efgh-ijkl-m', '4821/9037/5512/6', '-']) {
      t.same(parseReference(text), { ok: false, reason: 'SHAPE' }, text);
    }
    t.same(parseReference('0000-0000-0572-5'), { ok: false, reason: 'CHECK_DIGIT' });
    t.notOk(Reference.safeParse('0000-0000-0572-5').success);
    t.notOk(Reference.safeParse('0000000005724').success, 'the schema takes the canonical form only');
    t.match(JSON.stringify(z.toJSONSchema(Reference)), /pattern/);
  });
});

t.test('digits of every hand are read, invisible marks are dropped', async (t) => {
  t.equal(toAsciiDigits('٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ０９ ab'), '0123456789 0123456789 09 ab');
  t.equal(stripInvisible('\ufeffمـحـمـد\u200f\u200c12\u2066'), 'محمد12');
});

t.test('money', async (t) => {
  await t.test('amounts are whole numbers of dinars or cents and nothing else', async (t) => {
    t.ok(Money.safeParse({ amount: 1_500_000, currency: 'IQD' }).success);
    for (const bad of [
      { amount: 0.5, currency: 'IQD' },
      { amount: 2 ** 53, currency: 'IQD' },
      { amount: '5', currency: 'IQD' },
      { amount: 5, currency: 'EUR' },
      { amount: 5, currency: 'IQD', note: '' },
      { amount: 5 },
    ]) {
      t.notOk(Money.safeParse(bad).success, JSON.stringify(bad));
    }
    t.notOk(PositiveMoney.safeParse(iqd(0)).success);
    t.ok(PositiveMoney.safeParse(iqd(1)).success);
    t.throws(() => iqd(1.5), RangeError);
  });

  await t.test('sums are exact or refused, and currencies never mix', async (t) => {
    t.same(addMoney(iqd(1), iqd(2)), iqd(3));
    t.same(subtractMoney(iqd(1), iqd(1)), iqd(0));
    t.ok(compareMoney(iqd(1), iqd(2)) < 0 && compareMoney(iqd(2), iqd(1)) > 0 && compareMoney(iqd(2), iqd(2)) === 0);
    for (const both of [addMoney, subtractMoney, compareMoney]) t.throws(() => both(iqd(1), usdCents(1)), CurrencyMismatch);
    t.throws(() => addMoney(iqd(Number.MAX_SAFE_INTEGER), iqd(1)), RangeError);
  });

  await t.test('sharing out loses no unit and nobody is a whole unit away from their part', async (t) => {
    t.same(shareOut(iqd(100), [1, 1, 1]), [iqd(34), iqd(33), iqd(33)]);
    t.same(shareOut(iqd(10), [0, 1, 0]), [iqd(0), iqd(10), iqd(0)]);
    t.same(shareOut(iqd(-100), [1, 1, 1]), [iqd(-34), iqd(-33), iqd(-33)]);
    for (const weights of [[], [0], [-1, 2], [0.5]]) t.throws(() => shareOut(iqd(10), weights), RangeError);
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 20 }).filter((w) => w.some((x) => x > 0)),
        (amount, weights) => {
          const shares = shareOut(iqd(amount), weights);
          const whole = BigInt(amount < 0 ? -amount : amount);
          const sum = weights.reduce((a, b) => a + BigInt(b), 0n);
          return (
            shares.reduce((a, b) => a + BigInt(b.amount), 0n) === BigInt(amount) &&
            shares.every((share, i) => {
              const off = BigInt(Math.abs(share.amount)) * sum - whole * BigInt(weights[i]!);
              return off > -sum && off < sum && (weights[i] !== 0 || share.amount === 0);
            })
          );
        },
      ),
    );
  });

  await t.test('amounts are written the same on every machine', async (t) => {
    t.equal(formatMoney(iqd(1_500_000)), '1,500,000 IQD');
    t.equal(formatMoney(iqd(-500), 'ar'), '-500 د.ع');
    t.equal(formatMoney(iqd(0), 'ckb'), '0 د.ع');
    t.equal(formatMoney(usdCents(123_456)), '1,234.56 USD');
    t.equal(formatMoney(usdCents(5)), '0.05 USD');
  });
});

t.test('figures', async (t) => {
  const families: Quantity = { value: 1486, unit: 'household', asOf: '2025-06-03', source: 'ministry' };

  await t.test('a figure has its unit, day and source', async (t) => {
    t.ok(Quantity.safeParse(families).success);
    for (const { asOf, source, ...rest } of [families]) {
      t.notOk(Quantity.safeParse(rest).success);
      t.notOk(Quantity.safeParse({ ...rest, asOf }).success);
      t.notOk(Quantity.safeParse({ ...rest, source }).success);
    }
    t.notOk(Quantity.safeParse({ ...families, value: 1.5 }).success);
    t.notOk(Quantity.safeParse({ ...families, value: -1 }).success);
    t.ok(Quantity.safeParse({ ...families, value: 1.5, unit: 'km2' }).success);
    t.notOk(Quantity.safeParse({ ...families, factor: 6 }).success, 'a factor belongs to a derived figure');
  });

  await t.test('households and individuals never add up', async (t) => {
    t.throws(() => addQuantity(families, { ...families, unit: 'individual' }), UnitMismatch);
    t.same(addQuantity(families, { ...families, value: 14, asOf: '2024-08-20', source: 'branch' }), {
      value: 1500,
      unit: 'household',
      asOf: '2024-08-20',
      source: 'ministry; branch',
    });
  });

  await t.test('a converted figure says so, and is not converted again', async (t) => {
    const people = deriveQuantity(families, 'individual', DTM_HOUSEHOLD_SIZE.outOfCamp);
    t.same(people, { ...families, value: 8916, unit: 'individual', derived: true, factor: 6 });
    t.ok(Quantity.safeParse(people).success);
    t.throws(() => deriveQuantity(people, 'household', 1 / 6), RangeError);
    const counted: Quantity = { ...families, unit: 'individual', value: 4 };
    t.match(addQuantity(people, counted), { value: 8920, derived: true });
    t.notOk('factor' in addQuantity(people, counted));
    t.equal(addQuantity(people, people).factor, 6);
  });
});

t.test('dates and instants', async (t) => {
  await t.test('only days that exist are dates', async (t) => {
    for (const good of ['2024-02-29', '2000-02-29', '1931-07-01']) t.ok(LocalDate.safeParse(good).success, good);
    for (const bad of [
      '2025-02-29',
      '1900-02-29',
      '2024-13-01',
      '2024-04-31',
      '2024-1-1',
      '2024-01-01T00:00:00Z',
      '٢٠٢٤-٠١-٠١',
    ]) {
      t.notOk(LocalDate.safeParse(bad).success, bad);
    }
  });

  await t.test('instants are UTC with Z and come out with three decimals', async (t) => {
    t.equal(Instant.parse('2025-06-03T08:15:30Z'), '2025-06-03T08:15:30.000Z');
    t.equal(Instant.parse('2025-06-03T08:15:30.1239Z'), '2025-06-03T08:15:30.123Z');
    for (const bad of ['2025-06-03T08:15:30+03:00', '2025-06-03T08:15:30', '2025-06-03', '2025-06-31T00:00:00Z', 'x', '']) {
      t.notOk(Instant.safeParse(bad).success, bad);
    }
    t.match(z.toJSONSchema(Instant), { type: 'string', format: 'date-time' });
    t.ok(compareInstants('2025-06-03T08:15:30.000Z', '2025-06-03T08:15:30.001Z') < 0);
  });

  await t.test('Baghdad shows what the time zone database says, through every summer it had', async (t) => {
    const host = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Asia/Baghdad',
      dateStyle: 'short',
      timeStyle: 'medium',
      hourCycle: 'h23',
    });
    let wrong = 0;
    for (let ms = Date.UTC(1981, 0, 1); ms < Date.UTC(2010, 0, 1); ) {
      for (const at of [ms, ms - 1000]) {
        const { date, time } = inBaghdad(instantOf(at));
        if (`${date} ${time.slice(0, 8)}` !== host.format(at)) wrong += 1;
      }
      // Clocks were changed in March, April, May and September, October; elsewhere one look a day is enough.
      ms += [2, 3, 4, 8, 9].includes(new Date(ms).getUTCMonth()) ? 3_600_000 : 86_400_000;
    }
    t.equal(wrong, 0);
    t.equal(baghdadDate('2025-06-03T20:59:59.999Z'), '2025-06-03');
    t.equal(baghdadDate('2025-06-03T21:00:00.000Z'), '2025-06-04');
  });

  await t.test('a Baghdad time and its instant lead to each other', async (t) => {
    t.equal(atBaghdad('2025-06-03'), '2025-06-02T21:00:00.000Z');
    t.equal(atBaghdad('2025-06-03', '15:00'), '2025-06-03T12:00:00.000Z');
    t.equal(atBaghdad('2006-07-01', '12:00'), '2006-07-01T08:00:00.000Z', 'summer time');
    t.equal(atBaghdad('1982-05-01', '00:30'), '1982-04-30T21:30:00.000Z', 'a skipped half hour is an hour later');
    fc.assert(
      fc.property(fc.date({ min: new Date('1975-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }), (date) => {
        const { date: day, time } = inBaghdad(date.toISOString());
        const back = epochMs(atBaghdad(day, time));
        // The hour shown twice at the end of a summer is read as the first of the two.
        return back === date.getTime() || (date.getUTCFullYear() < 2008 && date.getTime() - back === 3_600_000);
      }),
    );
  });

  await t.test('ages are full years, and a partly known birth date gives the youngest and oldest', async (t) => {
    t.equal(ageInYears('2007-06-04', '2025-06-03'), 17);
    t.equal(ageInYears('2007-06-03', '2025-06-03'), 18);
    t.equal(ageInYears('2008-02-29', '2025-02-28'), 16);
    t.equal(ageInYears('2008-02-29', '2025-03-01'), 17);
    t.same(ageRange({ date: '2007-01-01', precision: 'year' }, '2025-06-03'), { atLeast: 17, atMost: 18 });
    t.same(ageRange({ date: '2007-06-01', precision: 'month' }, '2025-06-03'), { atLeast: 17, atMost: 18 });
    t.same(ageRange({ date: '2007-06-02', precision: 'day' }, '2025-06-03'), { atLeast: 18, atMost: 18 });
    t.same(daysOf({ date: '2024-02-01', precision: 'month' }), { first: '2024-02-01', last: '2024-02-29' });
    t.same(daysOf({ date: '2024-12-01', precision: 'month' }), { first: '2024-12-01', last: '2024-12-31' });
    t.same(PartialDate.parse({ date: '1987-07-01', precision: 'year' }), { date: '1987-01-01', precision: 'year' });
    t.same(PartialDate.parse({ date: '1987-07-19', precision: 'month' }), { date: '1987-07-01', precision: 'month' });
    t.same(PartialDate.parse({ date: '1987-07-19', precision: 'day' }), { date: '1987-07-19', precision: 'day' });
    t.notOk(PartialDate.safeParse({ date: '1987-02-30', precision: 'year' }).success);
    t.notOk(PartialDate.safeParse({ date: 5, precision: 'year' }).success);
    t.ok(z.toJSONSchema(PartialDate));
  });

  await t.test('adding days undoes subtracting them', async (t) => {
    t.equal(addDays('2024-02-28', 2), '2024-03-01');
    t.equal(daysBetween('2024-03-01', '2024-02-28'), -2);
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 20_000 }), (n) => daysBetween('2001-05-17', addDays('2001-05-17', n)) === n),
    );
  });
});

t.test('the working calendar', async (t) => {
  // 2025-06-05 is a Thursday; 6–9 June stand for a feast.
  const feast: WorkingCalendar = {
    ...DEFAULT_CALENDAR,
    holidays: ['2025-06-06', '2025-06-07', '2025-06-08', '2025-06-09'],
  };
  const at = (date: string, time: string) => atBaghdad(date, time);

  await t.test('Friday and Saturday are off, and so are holidays', async (t) => {
    const week = ['2025-06-01', '2025-06-02', '2025-06-03', '2025-06-04', '2025-06-05', '2025-06-06', '2025-06-07'];
    t.same(
      week.map((day) => isWorkingDay(day, DEFAULT_CALENDAR)),
      [true, true, true, true, true, false, false],
    );
    t.notOk(isWorkingDay('2025-06-08', feast));
    t.ok(isWorkingDay('1969-12-31', DEFAULT_CALENDAR), 'a Wednesday before 1970');
  });

  await t.test('an office is open from opening until just before closing, by the Baghdad clock', async (t) => {
    for (const [time, open] of [
      ['07:59:59.999', false],
      ['08:00', true],
      ['14:59:59.999', true],
      ['15:00', false],
    ] as const) {
      t.equal(isOpen(at('2025-06-03', time), DEFAULT_CALENDAR), open, time);
    }
    t.notOk(isOpen(at('2025-06-06', '10:00'), DEFAULT_CALENDAR));
  });

  await t.test('hours run day and night, days keep the hour, working days end at closing time', async (t) => {
    const thursday = at('2025-06-05', '14:00');
    const due = (duration: Duration, calendar = DEFAULT_CALENDAR) => {
      const { date, time } = inBaghdad(addDuration(thursday, duration, calendar));
      return `${date} ${time.slice(0, 5)}`;
    };
    t.equal(due({ hours: 72 }), '2025-06-08 14:00');
    t.equal(due({ days: 14 }), '2025-06-19 14:00');
    t.equal(due({ workingDays: 1 }), '2025-06-08 15:00');
    t.equal(due({ workingDays: 1 }, feast), '2025-06-10 15:00');
    t.equal(due({ workingDays: 5 }, feast), '2025-06-16 15:00');
    t.equal(inBaghdad(addDuration(at('2007-09-30', '12:00'), { days: 2 }, DEFAULT_CALENDAR)).time, '12:00:00.000');
  });

  await t.test('which working day is due does not depend on the hour, only on the Baghdad date', async (t) => {
    const due = (instant: Instant) => baghdadDate(addDuration(instant, { workingDays: 1 }, DEFAULT_CALENDAR));
    t.equal(due(at('2025-06-03', '00:00')), '2025-06-04');
    t.equal(due(at('2025-06-03', '23:59:59.999')), '2025-06-04');
    t.equal(due(at('2025-06-04', '00:00')), '2025-06-05');
    t.equal(due('2025-06-03T21:00:00.000Z'), '2025-06-05', 'midnight in Baghdad is nine in the evening in UTC');
    t.equal(due(at('2025-06-05', '00:00')), '2025-06-08', 'from Thursday over the weekend');
    t.equal(due(at('2025-06-06', '12:00')), '2025-06-08', 'from Friday');
    t.equal(due(at('2025-06-07', '23:59')), '2025-06-08', 'from Saturday');
  });

  await t.test('every working day of half a year is found by counting one by one', async (t) => {
    const calendar: WorkingCalendar = { ...feast, holidays: [...feast.holidays, '2025-03-31', '2025-04-01', '2025-07-14'] };
    const days = Array.from({ length: 180 }, (_, i) => addDays('2025-03-01', i));
    for (const start of days.slice(0, 60)) {
      const working = days.filter((day) => day > start && isWorkingDay(day, calendar));
      for (const n of [1, 2, 3, 5, 10, 21, 60]) {
        const expected = atBaghdad(working[n - 1]!, '15:00');
        if (addDuration(at(start, '09:30'), { workingDays: n }, calendar) !== expected) t.fail(`${n} after ${start}`);
      }
    }
  });

  await t.test('a period is over exactly when as much has elapsed', async (t) => {
    const moment = fc
      .integer({ min: Date.UTC(2024, 0, 1) / 60_000, max: Date.UTC(2026, 0, 1) / 60_000 })
      .map((m) => instantOf(m * 60_000));
    const unit = fc.constantFrom('hours', 'days', 'workingDays');
    fc.assert(
      fc.property(moment, unit, fc.integer({ min: 1, max: 40 }), fc.integer({ min: -3, max: 3 }), (from, key, n, minutes) => {
        const duration = { [key]: n } as Duration;
        const due = addDuration(from, duration, feast);
        const to = instantOf(epochMs(due) + minutes * 60_000);
        return elapsed(from, to, feast)[key] >= n === minutes >= 0;
      }),
      { numRuns: 1000 },
    );
    t.same(elapsed(at('2025-06-03', '10:00'), at('2025-06-02', '10:00'), feast), { hours: 0, days: 0, workingDays: 0 });
    t.same(elapsed(at('2025-06-05', '10:00'), at('2025-06-10', '15:00'), feast), { hours: 125, days: 5, workingDays: 1 });
  });

  await t.test('a calendar without working days and a duration of two kinds are refused', async (t) => {
    const all = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
    t.notOk(WorkingCalendar.safeParse({ ...DEFAULT_CALENDAR, weekend: all }).success);
    t.notOk(WorkingCalendar.safeParse({ ...DEFAULT_CALENDAR, closes: '08:00' }).success);
    t.notOk(WorkingCalendar.safeParse({ ...DEFAULT_CALENDAR, closes: '24:00' }).success);
    t.ok(WorkingCalendar.safeParse(feast).success);
    t.ok(DurationSchema.safeParse({ workingDays: 5 }).success);
    for (const bad of [{}, { hours: 0 }, { days: 1.5 }, { hours: 1, days: 1 }, { weeks: 1 }]) {
      t.notOk(DurationSchema.safeParse(bad).success, JSON.stringify(bad));
    }
  });
});

t.test('labels', async (t) => {
  await t.test('a missing Sorani term is said in Arabic and listed, never invented', async (t) => {
    t.equal(say(GLOSSARY.household!, 'ckb'), 'خێزان');
    t.equal(say(GLOSSARY.referral!, 'ckb'), 'إحالة');
    t.equal(say(GLOSSARY.referral!, 'en'), 'Referral');
    t.same(missingSorani({ b: { en: 'B', ar: 'ب' }, a: { en: 'A', ar: 'ا' }, c: { en: 'C', ar: 'ج', ckb: 'ج' } }), ['a', 'b']);
  });

  await t.test('the glossary has every row, each in English and Arabic', async (t) => {
    const labels = Object.values(GLOSSARY);
    t.equal(labels.length, 123);
    t.ok(labels.every(({ en, ar }) => en.trim() === en && en !== '' && /\p{Script=Arabic}/u.test(ar)));
    t.ok(labels.every(({ ckb }) => ckb === undefined || /\p{Script=Arabic}/u.test(ckb)));
    t.equal(missingSorani(GLOSSARY).length + labels.filter((label) => label.ckb).length, 123);
  });

  await t.test('the language is the one the reader asked for', async (t) => {
    const cases: [string | undefined, Lang][] = [
      [undefined, 'en'],
      ['', 'en'],
      ['ar', 'ar'],
      ['ar-IQ', 'ar'],
      ['AR-iq,en;q=0.8', 'ar'],
      ['ckb', 'ckb'],
      ['ku', 'ckb'],
      ['ku-IQ', 'ckb'],
      ['ku-Arab-IQ', 'ckb'],
      ['ku-Latn, ar;q=0.5', 'ar'],
      ['fr, de;q=0.9', 'en'],
      ['fr, ar;q=0.1', 'ar'],
      ['en;q=0.5, ar;q=0.9', 'ar'],
      ['en, ar', 'en'],
      ['ar, en', 'ar'],
      ['*', 'en'],
      ['en;q=0, *', 'ar'],
      ['ar;q=0', 'en'],
      ['fr, *;q=0.1', 'en'],
      ['ckb;q=0.3, *;q=0.2', 'ckb'],
      ['ar;q=2, ckb;q=0.1', 'ckb'],
      [';;q=,,=', 'en'],
      ['ar ; q=0.5', 'ar'],
    ];
    for (const [header, lang] of cases) t.equal(pickLanguage(header), lang, String(header));
    t.equal(pickLanguage(undefined, 'ar'), 'ar');
    t.equal(pickLanguage('fr, *', 'ar'), 'ar');
    fc.assert(fc.property(fc.string(), (text) => ['en', 'ar', 'ckb'].includes(pickLanguage(text))));
  });
});
