import { addDays, type LocalDate } from '../../domain/kernel/dates.ts';
import { PLACES } from '../../domain/places/pcodes.ts';
import { motherName, person } from './people.ts';
import { type Random, randomFrom } from './random.ts';

/** A register of paper claims as a sub-committee keeps it, oldest first. */
export interface Register {
  readonly governorate: string;
  /** Rows without errors, and how many of them, from the oldest on, are decided and passed by Finance, or decided only. */
  readonly submitted: number;
  readonly payable: number;
  readonly finalised: number;
  /** The row, counted from the oldest, in which heirs claim for a death; their shares are entered later by hand. */
  readonly heirs?: number;
  /** Rows that are wrong on purpose. */
  readonly wrong: boolean;
  /** Deed of the house in the oldest row, as this register writes it. */
  readonly deed?: string;
}

type Cells = Readonly<Record<string, string>>;

const OLDEST: LocalDate = '2015-03-01';
const YEARS = 6;
/** Five kinds of damage as they come in; property is most of it. */
const KINDS = [
  'property',
  'property',
  'martyrdom',
  'property',
  'injury',
  'property',
  'property',
  'missing',
  'property',
  'job_study',
] as const;

/** Rows of one file; an import takes some more. */
export const ROWS_A_FILE = 10_000;
/** Lines above the first row, as a spreadsheet counts. */
export const FIRST_ROW = 2;

/** Files of claims, the oldest first: one line a claim under the keys of the template; what is wrong stands at the end. */
export function claimsFiles(register: Register, seed: number): readonly Buffer[] {
  const rows = Array.from({ length: register.submitted }, (_, at) => claimRow(randomFrom(seed + at), at, register));
  const files = Array.from({ length: Math.ceil(rows.length / ROWS_A_FILE) }, (_, file) =>
    rows.slice(file * ROWS_A_FILE, (file + 1) * ROWS_A_FILE),
  );
  return files.map((part, file) => csv(register.wrong && file === files.length - 1 ? [...part, ...wrongRows(part)] : part));
}

function csv(rows: readonly Cells[]): Buffer {
  const columns = [...new Set(rows.flatMap((one) => Object.keys(one)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))];
  return Buffer.from(`\ufeff${lines.map((line) => line.join(',')).join('\r\n')}\r\n`);
}

const kindOf = (at: number, { payable, heirs, deed }: Register): (typeof KINDS)[number] => {
  if (at === heirs) return 'martyrdom';
  return at < payable || (at === 0 && deed !== undefined) ? 'property' : (KINDS[at % KINDS.length] ?? 'property');
};

function claimRow(random: Random, at: number, register: Register): Cells {
  const kind = kindOf(at, register);
  const submittedOn = addDays(OLDEST, Math.floor((at * YEARS * 365) / register.submitted));
  const areas = PLACES.filter((one) => one.level === 3 && one.pcode.startsWith(register.governorate));
  const claimant = person(random, random.chance(0.4) ? 'female' : 'male', [1950, 1990]);
  const year = submittedOn.slice(0, 4);
  return {
    claimNo: `${100 + at}/${year}`,
    claimType: kind,
    ...named(claimant.name.ar, ''),
    motherName: motherName(random),
    sex: claimant.sex,
    birth: String(claimant.birthYear),
    phone: `07${random.between(700_000_000, 799_999_999)}`,
    incidentDate: at === 0 ? '2014-08' : `2014-${String(random.between(8, 12)).padStart(2, '0')}`,
    incidentArea: random.pick(areas).pcode,
    cause: random.pick(['military_operation', 'armed_attack', 'explosive_remnant']),
    ...lossCells(kind, random, at === 0 ? register.deed : undefined, at),
    submittedOn,
    receiptNo: String(at + 1),
    registeredOn: addDays(submittedOn, random.between(0, 3)),
    ...stageCells(at, register, submittedOn, random),
  };
}

const named = ([first, father, grandfather, family]: readonly [string, string, string, string], of: string): Cells => {
  const key = (name: string) => (of === '' ? name : of + name.charAt(0).toUpperCase() + name.slice(1));
  return {
    [key('firstName')]: first,
    [key('fatherName')]: father,
    [key('grandfatherName')]: grandfather,
    [key('familyName')]: family,
  };
};

function lossCells(kind: (typeof KINDS)[number], random: Random, deed: string | undefined, at: number): Cells {
  switch (kind) {
    case 'property':
      return {
        propertyKind: deed === undefined ? random.pick(['house', 'house', 'shop', 'agricultural_land']) : 'house',
        deedNo: deed ?? `${2_000 + at}/${random.between(1, 90)}`,
        damage: String(random.between(2, 4)),
        occupation: random.pick(['owner', 'empty', 'destroyed']),
      };
    case 'martyrdom':
    case 'missing': {
      const victim = person(random, 'male', [1950, 1995]);
      return { ...named(victim.name.ar, 'victim'), victimSex: 'male', victimBirth: String(victim.birthYear) };
    }
    case 'job_study':
      return { jobKind: random.pick(['employment', 'study']), institution: 'مديرية التربية', jobFrom: '2014-06-10' };
    default:
      return {};
  }
}

/** Millions of dinars: what is above 30 goes before the Central Committee. */
const amountAt = (at: number): string => `${8 + ((at * 7) % 34)}000000`;

/** How far the claim got on paper. Decisions follow the order of the register, so that whoever came first is decided first. */
function stageCells(at: number, { payable, finalised, submitted }: Register, submittedOn: LocalDate, random: Random): Cells {
  const amount = amountAt(at);
  if (at >= finalised) {
    const waits = at >= submitted / 4 || random.chance(0.5);
    return waits ? {} : { recommendedOn: addDays(submittedOn, 420), recommendedIQD: amount };
  }
  const decidedOn = addDays('2021-01-10', Math.floor((at * 900) / finalised));
  const recommended = { recommendedOn: addDays(submittedOn, 420), recommendedIQD: amount };
  const decided =
    Number(amount) > 30_000_000
      ? { ratifiedOn: decidedOn, ratifiedIQD: amount, committeeNo: String(1 + (at % 3)), decisionNo: `${at + 1}/2021` }
      : { finalOn: decidedOn, finalIQD: amount };
  const sent = at < payable || at % 2 === 0 ? { sentToFinanceOn: addDays(decidedOn, 30) } : {};
  const passed = at < payable ? { financePassedOn: addDays(decidedOn, 75) } : {};
  const letter = { letterNumber: `${400 + at}/7`, letterDate: decidedOn, letterIssuedBy: 'اللجنة الفرعية' };
  return { ...recommended, ...decided, ...sent, ...passed, ...letter };
}

/** What clerks meet in such files: no name, a place that is none, a day to come, a number that only padding tells from another. */
function wrongRows(rows: readonly Cells[]): readonly Cells[] {
  const like = (at: number, claimNo: string, change: Cells): Cells => {
    const { recommendedOn: _, recommendedIQD: __, ...row } = rows.at(-1 - at) ?? {};
    return { ...row, claimNo, ...change };
  };
  return [
    like(0, '9001/2021', { firstName: '' }),
    like(1, '9002/2021', { incidentArea: 'IQG99Q01N01' }),
    like(2, '9003/2021', { submittedOn: '2031-01-01', registeredOn: '2031-01-02' }),
    like(3, `00${rows.at(-4)?.claimNo ?? ''}`, {}),
  ];
}
