import { headTypeOf } from '../household/data.ts';
import type { OfficeRef } from '../kernel/caseEvents.ts';
import { atBaghdad, type LocalDate } from '../kernel/dates.ts';
import type { Evidence, LetterRef } from '../kernel/envelope.ts';
import { normaliseDocumentNumber } from '../kernel/names.ts';
import { isMinorOn } from '../person/data.ts';
import { districtOf, governorateOf, levelOf } from '../places/pcodes.ts';
import { dateIn, partialDateIn, type Row, textIn } from './columns.ts';
import type { RowError, RowErrorCode } from './rowErrors.ts';

/** The rows of one household, which is committed whole. */
export interface Family {
  /** Its first row, by which it is called. */
  readonly unit: number;
  readonly rows: readonly Row[];
  /** The row of its head; the first row where none or several are marked. */
  readonly head: Row;
}

/** A file number as it is compared: spelled alike, without zeros put before it. */
export const comparable = (number: string): string => normaliseDocumentNumber(number).replace(/^0+(?=.)/, '');

/** Brings rows together under their file numbers, in the order in which the families begin. */
export function familiesIn(rows: readonly Row[]): readonly Family[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    // Without a file number a row stands alone, with its error.
    const key = comparable(textIn(row, 'fileNo') ?? '') || `row ${row.row}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    const head = members.find(isHead) ?? first;
    return first && head ? [{ unit: first.row, rows: members, head }] : [];
  });
}

const isHead = (row: Row): boolean => textIn(row, 'relation') === 'head';

/** What is wrong with a family beyond its single cells. */
export function familyErrors({ rows, head }: Family): readonly RowError[] {
  const errors: RowError[] = [];
  const wrong = ({ row }: Row, column: string, code: RowErrorCode): void => {
    errors.push({ row, column, code });
  };
  const heads = rows.filter(isHead);
  if (heads.length === 0) wrong(head, 'relation', 'HEAD_MISSING');
  for (const other of heads.slice(1)) wrong(other, 'relation', 'HEAD_TWICE');
  if (rows.length > 60) wrong(head, 'fileNo', 'TOO_MANY_MEMBERS');
  const registeredOn = dateIn(head, 'registeredOn');
  if (registeredOn && isMinorOn({ birth: partialDateIn(head, 'birth') }, registeredOn)) wrong(head, 'birth', 'CHILD_HEADED');
  for (const column of goTogether(head, ['letterNumber', 'letterDate', 'letterIssuedBy'])) wrong(head, column, 'INCOMPLETE');
  for (const column of goTogether(head, ['displacedOn', 'wave', 'cause'])) wrong(head, column, 'INCOMPLETE');
  if (pathwayOf(head)) {
    for (const column of ['standingOn', 'standingArea']) if (!textIn(head, column)) wrong(head, column, 'INCOMPLETE');
    const on = dateIn(head, 'standingOn');
    if (on && registeredOn && on < registeredOn) wrong(head, 'standingOn', 'DATES_OUT_OF_ORDER');
  }
  return errors;
}

/** Those of these columns that are empty although another of them is filled. */
function goTogether({ cells }: Row, columns: readonly string[]): readonly string[] {
  const empty = columns.filter((key) => cells[key] === undefined);
  return empty.length === columns.length ? [] : empty;
}

const PATHWAYS = {
  returned: { pathway: 'return', basis: 'arrival_confirmed' },
  locally_integrated: { pathway: 'local_integration', basis: 'integration_approved' },
  relocated: { pathway: 'relocation', basis: 'relocation_approved' },
} as const;

function pathwayOf(head: Row) {
  const standing = textIn(head, 'standing');
  return standing === 'returned' || standing === 'locally_integrated' || standing === 'relocated'
    ? PATHWAYS[standing]
    : undefined;
}

/** The person of a row, as `person.register` takes it. */
export function personOf(row: Row) {
  const phone = textIn(row, 'phone');
  return {
    name: {
      ar: {
        first: textIn(row, 'firstName') ?? '',
        father: textIn(row, 'fatherName'),
        grandfather: textIn(row, 'grandfatherName'),
        family: textIn(row, 'familyName'),
      },
    },
    motherName: textIn(row, 'motherName'),
    sex: sexOf(row),
    birth: partialDateIn(row, 'birth'),
    phones: phone === undefined ? undefined : [phone],
  };
}

function sexOf(row: Row): 'female' | 'male' | 'unknown' {
  const sex = textIn(row, 'sex');
  return sex === 'female' || sex === 'male' ? sex : 'unknown';
}

/** The papers of a row, as `person.recordDocument` takes them: with a number, or missing and said to be so. */
export function papersOf(row: Row) {
  const papers = [
    { docType: 'unified_national_card', number: textIn(row, 'nationalNumber'), status: textIn(row, 'nationalCardStatus') },
    { docType: 'civil_status_id', number: textIn(row, 'civilIdNumber'), status: textIn(row, 'civilIdStatus') },
  ];
  return papers
    .filter((one) => one.number !== undefined || one.status !== undefined)
    .map((one) => ({ ...one, status: one.status ?? 'valid' }));
}

/** The day a family was registered on paper. */
export const registeredOn = ({ head }: Family): LocalDate => dateIn(head, 'registeredOn') ?? '';

/** The letter named in the row of the head, if any. */
export function letterOf({ head }: Family): LetterRef | undefined {
  const [number, date, issuedBy] = [textIn(head, 'letterNumber'), dateIn(head, 'letterDate'), textIn(head, 'letterIssuedBy')];
  return number !== undefined && date !== undefined && issuedBy !== undefined ? { number, date, issuedBy } : undefined;
}

const originOf = (code: string) => ({
  adm1: governorateOf(code),
  ...(levelOf(code) === 1 ? {} : { adm2: districtOf(code) }),
  ...(levelOf(code) === 3 ? { adm3: code } : {}),
});

/** What an adoption needs to know besides the rows. `persons` are the ids of the registered persons by row. */
export interface AdoptionOf {
  readonly branch: OfficeRef;
  readonly persons: ReadonlyMap<number, string>;
  readonly evidence: readonly Evidence[];
  /** An id that a second run meets again. */
  newId(name: string): string;
}

/** The household as `adopt` takes it: its dated facts, backed by the letter of the row and by the file itself. */
export function adoptionOf(family: Family, { branch, persons, evidence, newId }: AdoptionOf) {
  const { head, rows } = family;
  const day = registeredOn(family);
  const fileNo = textIn(head, 'fileNo') ?? '';
  const person = (row: Row): string => persons.get(row.row) ?? '';
  const letterRef = letterOf(family);
  const fact = (type: string, data: object, on = day) => ({
    type,
    data: { ...data },
    occurredAt: atBaghdad(on),
    ...(letterRef ? { letterRef } : {}),
    evidence,
  });
  const [legacyNumber, qCard, rationCard] = [textIn(head, 'legacyNumber'), textIn(head, 'qCard'), textIn(head, 'rationCard')];
  const displacedOn = partialDateIn(head, 'displacedOn');
  const pathway = pathwayOf(head);
  const facts = [
    fact('HouseholdRegistered', {
      momdFileNo: fileNo,
      branch,
      acceptedBy: 'paper',
      head: person(head),
      headType: headTypeOf({ sex: sexOf(head), birth: partialDateIn(head, 'birth') }, day),
      legacyNumbers: legacyNumber === undefined ? undefined : [legacyNumber],
      qCard,
    }),
    fact('DisplacementFileOpened', { fileNo, branch, reason: 'registration' }),
    ...rows.map((row) =>
      fact('HouseholdMemberAdded', {
        person: person(row),
        relation: textIn(row, 'relation'),
        ground: 'registration',
        papers: 'pending',
      }),
    ),
    fact('OriginDeclared', originOf(textIn(head, 'origin') ?? '')),
    ...(displacedOn
      ? [
          fact('DisplacementLegRecorded', {
            from: textIn(head, 'origin'),
            to: textIn(head, 'area'),
            on: displacedOn,
            wave: textIn(head, 'wave'),
            cause: textIn(head, 'cause'),
            source: 'branch_file',
          }),
        ]
      : []),
    fact('SiteAssigned', { siteType: textIn(head, 'siteType'), shelter: textIn(head, 'shelter'), area: textIn(head, 'area') }),
    ...(rationCard === undefined
      ? []
      : [
          fact('IdentityDocumentRecorded', {
            document: newId('ration card'),
            docType: 'ration_card',
            number: rationCard,
            status: 'valid',
            usable: true,
          }),
        ]),
    ...(pathway ? [fact('PathwayAchieved', { ...pathway, area: textIn(head, 'standingArea') }, dateIn(head, 'standingOn'))] : []),
  ];
  return { source: 'import of a paper register', fileNo, facts };
}
