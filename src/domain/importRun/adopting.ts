import type { OfficeRef } from '../kernel/caseEvents.ts';
import type { Evidence, LetterRef } from '../kernel/envelope.ts';
import { dateIn, partialDateIn, type Row, textIn, type Unit } from './columns.ts';

/** What an adoption needs to know besides its rows. */
export interface AdoptionOf {
  readonly office: OfficeRef;
  /** Ids of the registered persons by their keys. */
  readonly persons: ReadonlyMap<string, string>;
  /** What every fact rests on: the file itself, and the letter of the row. */
  readonly backed: { readonly evidence: readonly Evidence[]; readonly letterRef?: LetterRef };
  /** An id that a second run meets again. */
  newId(name: string): string;
}

/** The letter named in the row that stands for its unit, if any. */
export function letterOf({ head }: Unit): LetterRef | undefined {
  const [number, date, issuedBy] = [textIn(head, 'letterNumber'), dateIn(head, 'letterDate'), textIn(head, 'letterIssuedBy')];
  return number !== undefined && date !== undefined && issuedBy !== undefined ? { number, date, issuedBy } : undefined;
}

/** A person of a row as `person.register` takes it; `of` names the columns of somebody else than the row is about first. */
export function personIn(row: Row, of: '' | 'victim') {
  const key = (name: string): string => (of === '' ? name : of + name.charAt(0).toUpperCase() + name.slice(1));
  const phone = textIn(row, key('phone'));
  return {
    name: {
      ar: {
        first: textIn(row, key('firstName')) ?? '',
        father: textIn(row, key('fatherName')),
        grandfather: textIn(row, key('grandfatherName')),
        family: textIn(row, key('familyName')),
      },
    },
    motherName: textIn(row, key('motherName')),
    sex: sexOf(textIn(row, key('sex'))),
    birth: partialDateIn(row, key('birth')),
    phones: phone === undefined ? undefined : [phone],
  };
}

const sexOf = (sex: string | undefined): 'female' | 'male' | 'unknown' => (sex === 'female' || sex === 'male' ? sex : 'unknown');

/** The papers of a row, as `person.recordDocument` takes them: with a number, or missing and said to be so. */
export function papersIn(row: Row) {
  const papers = [
    { docType: 'unified_national_card', number: textIn(row, 'nationalNumber'), status: textIn(row, 'nationalCardStatus') },
    { docType: 'civil_status_id', number: textIn(row, 'civilIdNumber'), status: textIn(row, 'civilIdStatus') },
  ];
  return papers
    .filter((one) => one.number !== undefined || one.status !== undefined)
    .map((one) => ({ ...one, status: one.status ?? 'valid' }));
}
