import type { Random } from './random.ts';

/** Given names, Arabic and Latin side by side. Four drawn at random make a name that is nobody's. */
const MEN: readonly (readonly [string, string])[] = [
  ['محمد', 'Muhammad'],
  ['أحمد', 'Ahmed'],
  ['علي', 'Ali'],
  ['حسن', 'Hasan'],
  ['عمر', 'Omar'],
  ['خالد', 'Khalid'],
  ['إبراهيم', 'Ibrahim'],
  ['يوسف', 'Yousif'],
  ['صالح', 'Salih'],
  ['جاسم', 'Jasim'],
  ['عبد الله', 'Abdullah'],
  ['مصطفى', 'Mustafa'],
  ['سعد', 'Saad'],
  ['فارس', 'Faris'],
  ['نوري', 'Nouri'],
  ['عبد الرحمن', 'Abdulrahman'],
  ['كريم', 'Karim'],
  ['رعد', 'Raad'],
  ['بشار', 'Bashar'],
  ['زياد', 'Ziyad'],
];
const WOMEN: readonly (readonly [string, string])[] = [
  ['فاطمة', 'Fatima'],
  ['زينب', 'Zainab'],
  ['مريم', 'Maryam'],
  ['سعاد', 'Suad'],
  ['نور', 'Noor'],
  ['هدى', 'Huda'],
  ['أمل', 'Amal'],
  ['رنا', 'Rana'],
  ['سارة', 'Sara'],
  ['خديجة', 'Khadija'],
  ['عائشة', 'Aisha'],
  ['شيماء', 'Shaimaa'],
  ['بشرى', 'Bushra'],
  ['ليلى', 'Layla'],
];

export interface Name {
  readonly ar: readonly [string, string, string, string];
  readonly latin: string;
}

export interface Human {
  readonly name: Name;
  readonly sex: 'female' | 'male';
  readonly birthYear: number;
}

/** One person; the father's line is shared when given, as in a family. */
export function person(random: Random, sex: Human['sex'], years: readonly [number, number], line?: Name): Human {
  const given = random.pick(sex === 'male' ? MEN : WOMEN);
  const fathers = line ? undefined : [random.pick(MEN), random.pick(MEN), random.pick(MEN)];
  const rest = fathers?.map((one) => one[0]) ?? line?.ar.slice(0, 3) ?? [];
  const latin = fathers?.map((one) => one[1]).join(' ') ?? line?.latin.split(' ').slice(0, 3).join(' ') ?? '';
  return {
    name: { ar: [given[0], rest[0] ?? '', rest[1] ?? '', rest[2] ?? ''], latin: `${given[1]} ${latin}` },
    sex,
    birthYear: random.between(years[0], years[1]),
  };
}

/** A mother's name: two given names. */
export const motherName = (random: Random): string => `${random.pick(WOMEN)[0]} ${random.pick(MEN)[0]}`;
