import { headTypeOf } from '../household/data.ts';
import { atBaghdad, type LocalDate } from '../kernel/dates.ts';
import { normaliseDocumentNumber } from '../kernel/numbers.ts';
import { isMinorOn } from '../person/data.ts';
import { districtOf, governorateOf, levelOf } from '../places/pcodes.ts';
import { type AdoptionOf, personIn } from './adopting.ts';
import { dateIn, partialDateIn, type Row, textIn, type Unit } from './columns.ts';
import type { RowError, RowErrorCode } from './rowErrors.ts';

/** A file number as it is compared: spelled alike, without zeros put before it. */
export const comparable = (number: string): string => normaliseDocumentNumber(number).replace(/^0+(?=.)/, '');

/** Brings rows together under their file numbers, in the order in which the families begin. */
export function familiesIn(rows: readonly Row[]): readonly Unit[] {
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
export function familyErrors({ rows, head }: Unit): readonly RowError[] {
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

/** Who a household consists of. */
export const familyPersons = ({ rows }: Unit) => rows.map((row) => ({ key: `${row.row}`, row, input: personIn(row, '') }));

/** The day a family was registered on paper. */
export const familyDay = ({ head }: Unit): LocalDate => dateIn(head, 'registeredOn') ?? '';

const originOf = (code: string) => ({
  adm1: governorateOf(code),
  ...(levelOf(code) === 1 ? {} : { adm2: districtOf(code) }),
  ...(levelOf(code) === 3 ? { adm3: code } : {}),
});

/** The household as `adopt` takes it: its dated facts, backed by the letter of the row and by the file itself. */
export function familyAdoption(family: Unit, { office: branch, persons, backed, newId }: AdoptionOf) {
  const { head, rows } = family;
  const day = familyDay(family);
  const fileNo = textIn(head, 'fileNo') ?? '';
  const person = (row: Row): string => persons.get(`${row.row}`) ?? '';
  const fact = (type: string, data: object, on = day) => ({ type, data: { ...data }, occurredAt: atBaghdad(on), ...backed });
  const [legacyNumber, qCard, rationCard] = [textIn(head, 'legacyNumber'), textIn(head, 'qCard'), textIn(head, 'rationCard')];
  const displacedOn = partialDateIn(head, 'displacedOn');
  const pathway = pathwayOf(head);
  const facts = [
    fact('HouseholdRegistered', {
      momdFileNo: fileNo,
      branch,
      acceptedBy: 'paper',
      head: person(head),
      headType: headTypeOf({ sex: personIn(head, '').sex, birth: partialDateIn(head, 'birth') }, day),
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
