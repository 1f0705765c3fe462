import { claimsFiles, FIRST_ROW, type Register, ROWS_A_FILE } from './backlog.ts';
import type { Teller } from './client.ts';
import { type Directory, staffId } from './directory.ts';
import { askFor, moneyFor, payBatch, tooLittle } from './money.ts';
import { importClaims } from './papers.ts';
import { person } from './people.ts';
import { randomFrom } from './random.ts';
import { dayOf } from './referrals.ts';

/** Claims of the story that are shown by name. */
export interface Claims {
  /** What the imports said, in words and tables. */
  readonly told: readonly string[];
  /** Heirs share it, and one of them was held back: partly paid. */
  readonly shared: string;
  /** Decided before many that are older. */
  readonly outOfOrder: string;
  readonly batches: readonly string[];
}

/**
 * Ninewa's register as the numbers of 2021–2023 tell it, a thousandth at scale 1: of 132,000 claims submitted 12,000 were
 * decided and 5,000 paid; Anbar's, where the money released was a tenth of what people are entitled to (domain.md §4).
 */
function registers(scale: number): { readonly ninewa: Register; readonly anbar: Register } {
  const of = (count: number, least: number) => Math.max(least, Math.round(count * scale));
  const paid = of(5, 2);
  // One decided claim is not in the file: it is decided by hand, out of order. One more is paid to some of its heirs.
  const finalised = Math.max(of(12, 6), paid + 3) - 1;
  const ninewa = { submitted: of(132, finalised + 30), payable: paid + 1, finalised, heirs: Math.min(2, paid), wrong: true };
  const tenth = of(20, 12);
  const anbar = { submitted: tenth + 4, payable: tenth, finalised: tenth, wrong: false };
  return {
    ninewa: { governorate: 'IQG15', deed: '00412/7', ...ninewa },
    anbar: { governorate: 'IQG01', ...anbar },
  };
}

/** What the telling of claims needs to know. `head` answers the position of the log's end. */
export interface Setting {
  readonly client: Teller;
  readonly directory: Directory;
  readonly scale: number;
  /** Beginning of the story. */
  readonly start: number;
  readonly head: () => Promise<string>;
}

/** The paper backlog of two governorates, from the file to the money. */
export async function tellClaims({ client, directory, scale, start, head }: Setting, done: () => void): Promise<Claims> {
  const { ninewa, anbar } = registers(scale);
  const today = dayOf(start);
  const told: string[] = [];
  const take = async (key: string, register: Register, seed: number): Promise<(at: number) => string> => {
    const officers = { clerk: `${key}.clerk`, chair: `${key}.chair`, office: directory.offices[`${key}Claims`] ?? '' };
    const ids: ReadonlyMap<number, string>[] = [];
    for (const [file, bytes] of claimsFiles(register, seed).entries()) {
      const { claims, told: words } = await importClaims(client, officers, `${key}-claims-${file + 1}`, bytes);
      ids.push(claims);
      told.push(words);
      done();
    }
    return (at) => ids[Math.floor(at / ROWS_A_FILE)]?.get((at % ROWS_A_FILE) + FIRST_ROW) ?? '';
  };

  const ofNinewa = await take('ninewa', ninewa, 400_000);
  const shared = ofNinewa(ninewa.heirs ?? 0);
  const child = await recordHeirs(client, shared, today);
  done();
  const outOfOrder = ofNinewa(decidedEarly(ninewa));
  await decideOutOfOrder(client, outOfOrder, today);
  done();
  const forNinewa = await moneyFor(client, { governorate: 'IQG15', key: 'ninewa', share: 1, today }, await head());
  const inNinewa = await payBatch(client, forNinewa, { batchNo: 1, lines: ninewa.payable + 2, heldPayee: child });
  done();

  // The same house is claimed in Anbar too, under its deed without the padding: the file says so before anything is entered.
  await take('anbar', { ...anbar, deed: '412/7' }, 700_000);
  const forAnbar = await moneyFor(client, { governorate: 'IQG01', key: 'anbar', share: 0.1, today }, await head());
  const refused = await askFor(client, forAnbar, { batchNo: 1, lines: anbar.payable - 1 });
  await tooLittle(client, forAnbar, refused);
  done();
  const inAnbar = await payBatch(client, forAnbar, { batchNo: 2, upToIQD: forAnbar.releasedIQD });
  done();
  return { told, shared, outOfOrder, batches: [inNinewa, refused, inAnbar] };
}

/** Steps of `tellClaims` for the progress bar. */
export const claimSteps = (scale: number): number => {
  const { ninewa, anbar } = registers(scale);
  const files = (one: Register) => Math.ceil(one.submitted / ROWS_A_FILE);
  return files(ninewa) + files(anbar) + 5;
};

/** A property claim from the middle of the register, registered and no further. */
const decidedEarly = ({ submitted }: Register): number => Math.floor(submitted / 2 / 10) * 10;

/** The widow and two children of the victim, by the deed of inheritance. @returns who of them is held back */
async function recordHeirs(client: Teller, claim: string, today: string): Promise<string> {
  const random = randomFrom(31_415);
  const heirs: { readonly person: string; readonly weight: number }[] = [];
  for (const [at, [sex, years, weight]] of (
    [
      ['female', [1980, 1985], 1],
      ['male', [2002, 2004], 4],
      ['female', [2010, 2012], 2],
    ] as const
  ).entries()) {
    const { name, birthYear } = person(random, sex, years);
    const [first, father, grandfather, family] = name.ar;
    const body = {
      name: { ar: { first, father, grandfather, family } },
      sex,
      birth: { date: `${birthYear}-01-01`, precision: 'year' },
    };
    const { id } = await client.give('ninewa.registrar', '/v1/persons', `heir ${at}`, body);
    heirs.push({ person: id, weight });
  }
  const record = { letterRef: { number: '55/1', date: today, issuedBy: 'محكمة الأحوال الشخصية' } };
  const shares = { heirs, papers: 'seen', deedNo: '55', record };
  await client.give('ninewa.clerk', `/v1/claims/${claim}/record-shares`, 'heirs shares', shares);
  return heirs.at(-1)?.person ?? '';
}

/** Decided before older ones, objected to by its owner, and amended in Baghdad. */
async function decideOutOfOrder(client: Teller, claim: string, today: string): Promise<void> {
  const path = `/v1/claims/${claim}`;
  const record = { letterRef: { number: '118/3', date: today, issuedBy: 'اللجنة الفرعية في نينوى' } };
  const clerk = (command: string, body: object) => client.give('ninewa.clerk', `${path}/${command}`, `early ${command}`, body);
  const decide = (as: string, command: string, body: object) => client.decide(as, path, command, `early ${command}`, body);
  const votes = { present: 3, votes: { for: 3, against: 0, abstained: 0 } };
  await clerk('begin-screening', {});
  await clerk('request-security-check', { record });
  await clerk('complete-security-check', { result: 'passed', record });
  const survey = { item: '1', kind: 'house', category: 4, quantity: 120, unitCostIQD: 200_000, estimateIQD: 24_000_000 };
  const assessors = [{ staff: staffId('ninewa.assessor'), related: false }];
  await clerk('assess-damage', { items: [survey], assessors, visitDate: today });
  await clerk('schedule-session', { sessionNo: '12', on: today });
  await decide('ninewa.chair', 'recommend', { ...votes, amountIQD: 24_000_000 });
  await decide('ninewa.clerk', 'notify', { deliveredOn: today, method: 'in_person', language: 'ar', record });
  await clerk('file-objection', { by: 'claimant', filedOn: today, grounds: 'the upper floor was not counted' });
  await decide('ninewa.clerk', 'forward', { record });
  const amended = { committeeNo: 2, decisionNo: '31', amountIQD: 29_000_000, reason: 'the upper floor was surveyed again' };
  await decide('central.member', 'amend', amended);
}
