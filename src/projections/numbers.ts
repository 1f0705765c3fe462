import type { Kysely } from 'kysely';
import type { HouseholdState } from '../domain/household/index.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import { comparableNumber, normalisePhone } from '../domain/kernel/numbers.ts';
import { opened, type Personal } from '../domain/kernel/privacy.ts';
import type { Stated } from '../domain/kernel/process.ts';
import { NATIONAL_PAPERS, type PersonState } from '../domain/person/index.ts';
import type { Mac } from './duplicates.ts';
import { createFolds, ofRecord } from './runtime/folds.ts';
import type { Change, Projection } from './runtime/projection.ts';

/** What somebody is looked up by. A national number stands on the unified card and on the older civil status card. */
export const LOOKUP_KINDS = ['national_number', 'phone', 'document_number'] as const;
export type LookupKind = (typeof LOOKUP_KINDS)[number];

/** That a record carries a number. The hash is keyed: it says nothing to who has only the table. */
export interface BlindNumberRow {
  hash: string;
  /** `person` or `household`. */
  process: string;
  case_id: string;
}

export interface NumberTables {
  blind_number: BlindNumberRow;
}

/** 128 bits of the keyed hash: half the space, and still no two numbers that meet by chance. */
const HASH_LETTERS = 32;

/** A number as it lies in the index, each kind under a scope of its own; undefined where it cannot be a number of that kind. */
export function blindNumber(mac: Mac, kind: LookupKind, number: string): string | undefined {
  const compared = kind === 'phone' ? normalisePhone(number) : comparableNumber(number);
  return compared ? mac(`lookup ${kind}`, compared).slice(0, HASH_LETTERS) : undefined;
}

/** Blind indexes over the numbers of persons and families. Numbers are opened to be hashed and are not kept. */
export const numbersProjection = (mac: Mac): Projection => ({
  name: 'numbers',
  version: 1,
  categories: ['person', 'household', 'erasure'],
  opening: 'T2',
  tables: [
    {
      name: 'blind_number',
      columns: { hash: 'text', process: 'text', case_id: 'text' } satisfies Record<keyof BlindNumberRow, string>,
      key: ['hash', 'process', 'case_id'],
      indexes: ['(case_id)'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context, ['person', 'household']);
    const db = context.db as Kysely<NumberTables>;
    const rows = ofRecord((record) => rowsOf(record, mac));
    return async (batch) => {
      const changes: Change[] = [];
      for (const { before, record, erased } of await fold(batch)) {
        // What an erased record was found by cannot be worked out any more.
        const written = erased ? await db.selectFrom('blind_number').selectAll().where('case_id', '=', record.id).execute() : [];
        const coming = erased ? putFor(record.id, changes) : [];
        changes.push(
          { table: 'blind_number', remove: [...written, ...coming, ...rows(before)] },
          { table: 'blind_number', put: rows(record) },
        );
      }
      return changes;
    };
  },
});

const putFor = (id: string, changes: readonly Change[]): readonly BlindNumberRow[] =>
  changes.flatMap((one) => (one.put ?? []) as readonly BlindNumberRow[]).filter((row) => row.case_id === id);

/** A record folded into another, withdrawn or erased is not found. */
function rowsOf(record: CaseRecord<Stated>, mac: Mac): readonly BlindNumberRow[] {
  if (!record.exists || record.retracted || record.status === 'merged_into') return [];
  const numbers =
    record.process === 'person' ? ofPerson(record.state as PersonState) : ofHousehold(record.state as HouseholdState);
  const hashes = numbers.flatMap(([kind, number]) => blindNumber(mac, kind, number) ?? []);
  return [...new Set(hashes)].map((hash) => ({ hash, process: record.process, case_id: record.id }));
}

type Numbered = readonly (readonly [LookupKind, string])[];

const numberIn = (kind: LookupKind, value: Personal<string> | undefined): Numbered => {
  const number = value === undefined ? undefined : opened(value, undefined);
  return number === undefined ? [] : [[kind, number]];
};

const ofPerson = ({ documents, phones }: PersonState): Numbered => [
  ...documents.flatMap(({ docType, number }) => [
    ...numberIn('document_number', number),
    ...(NATIONAL_PAPERS.includes(docType) ? numberIn('national_number', number) : []),
  ]),
  ...(phones === undefined ? [] : opened(phones, [])).map((phone) => ['phone', phone] as const),
];

const ofHousehold = ({ documents, qCard }: HouseholdState): Numbered => [
  ...documents.flatMap(({ number }) => numberIn('document_number', number)),
  ...numberIn('document_number', qCard),
];
