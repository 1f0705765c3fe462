import { atBaghdad, type LocalDate } from '../kernel/dates.ts';
import { type AdoptionOf, personIn } from './adopting.ts';
import { dateIn, numberIn, partialDateIn, type Row, textIn, type Unit } from './columns.ts';
import type { RowError } from './rowErrors.ts';

/** The columns of dates in the order in which the steps of a claim go on (domain.md §4.1). */
const STEPS = [
  'submittedOn',
  'registeredOn',
  'recommendedOn',
  'rejectedOn',
  'finalOn',
  'ratifiedOn',
  'sentToFinanceOn',
  'financePassedOn',
  'paidOn',
] as const;

/** Columns that are filled together or not at all. */
const TOGETHER: readonly (readonly string[])[] = [
  ['recommendedOn', 'recommendedIQD'],
  ['rejectedOn', 'rejectionReason'],
  ['finalOn', 'finalIQD'],
  ['ratifiedOn', 'ratifiedIQD', 'committeeNo', 'decisionNo'],
  ['paidOn', 'paymentMethod', 'paymentProof'],
  ['letterNumber', 'letterDate', 'letterIssuedBy'],
];

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  martyrdom: ['victimFirstName', 'victimSex'],
  missing: ['victimFirstName', 'victimSex'],
  property: ['propertyKind', 'occupation'],
  job_study: ['jobKind', 'institution', 'jobFrom'],
};

/** Every row of a file of claims is a claim. */
export const claimsIn = (rows: readonly Row[]): readonly Unit[] => rows.map((row) => ({ unit: row.row, rows: [row], head: row }));

/** What is wrong with a claim beyond its single cells. */
export function claimErrors({ head }: Unit): readonly RowError[] {
  const { row, cells } = head;
  const has = (key: string): boolean => cells[key] !== undefined;
  const incomplete = (keys: readonly string[]): RowError[] =>
    keys.filter((key) => !has(key)).map((column) => ({ row, column, code: 'INCOMPLETE' }));
  const halves = TOGETHER.filter((keys) => keys.some(has)).flatMap(incomplete);
  const needed = incomplete(NEEDED[textIn(head, 'claimType') ?? ''] ?? []);
  const decided = has('finalOn') || has('ratifiedOn');
  const asksDecision = !decided && (has('sentToFinanceOn') || has('financePassedOn') || has('paidOn'));
  const undecided: RowError[] = asksDecision ? [{ row, column: 'ratifiedOn', code: 'INCOMPLETE' }] : [];
  return [...halves, ...needed, ...undecided, ...outOfOrder(head)];
}

function outOfOrder(head: Row): readonly RowError[] {
  let last = '';
  return STEPS.flatMap((column): RowError[] => {
    const on = dateIn(head, column);
    if (on === undefined) return [];
    if (on < last) return [{ row: head.row, column, code: 'DATES_OUT_OF_ORDER' }];
    last = on;
    return [];
  });
}

/** Who a claim speaks of: who claims, and the victim where that is somebody else. */
export function claimPersons({ head }: Unit) {
  const victim = textIn(head, 'victimFirstName');
  return [
    { key: `${head.row}`, row: head, input: personIn(head, '') },
    ...(victim === undefined ? [] : [{ key: `${head.row} victim`, row: head, input: personIn(head, 'victim') }]),
  ];
}

/** The day from which a claim is on paper. */
export const claimDay = ({ head }: Unit): LocalDate => dateIn(head, 'submittedOn') ?? '';

function lossOf(head: Row) {
  switch (textIn(head, 'claimType')) {
    case 'missing':
      return { type: 'missing', lastSeen: { on: partialDateIn(head, 'incidentDate'), area: textIn(head, 'incidentArea') } };
    case 'property': {
      const [kind, deedNo, damage] = [textIn(head, 'propertyKind'), textIn(head, 'deedNo'), numberIn(head, 'damage')];
      return { type: 'property', items: [{ item: '1', kind, deedNo, damage }], occupation: textIn(head, 'occupation') };
    }
    case 'job_study':
      return {
        type: 'job_study',
        kind: textIn(head, 'jobKind'),
        institution: textIn(head, 'institution'),
        from: dateIn(head, 'jobFrom'),
      };
    default:
      return { type: textIn(head, 'claimType') };
  }
}

/** The claim as `adopt` takes it, at the stage its last date names; what paper leaves out between is left out. */
export function claimAdoption({ head }: Unit, { office, persons, backed }: AdoptionOf) {
  const claimant = persons.get(`${head.row}`) ?? '';
  const victim = persons.get(`${head.row} victim`);
  const type = textIn(head, 'claimType');
  const awardIQD = numberIn(head, 'ratifiedIQD') ?? numberIn(head, 'finalIQD');
  const fact = (name: string, column: string, data: object) => {
    const on = dateIn(head, column);
    return on === undefined ? [] : [{ type: name, data: { ...data }, occurredAt: atBaghdad(on), ...backed }];
  };
  const prepared = {
    claimant,
    claimantKind: 'natural',
    capacity: victim !== undefined ? 'heir' : type === 'property' ? 'owner' : 'self',
    type,
    victims: victim !== undefined ? [victim] : type === 'property' ? [] : [claimant],
    incident: {
      date: partialDateIn(head, 'incidentDate'),
      area: textIn(head, 'incidentArea'),
      cause: textIn(head, 'cause'),
    },
    loss: lossOf(head),
  };
  const submitted = {
    subcommittee: office,
    receiptNo: textIn(head, 'receiptNo') ?? textIn(head, 'claimNo'),
    papers: [],
    missing: [],
    checklistVersion: 'paper',
  };
  const facts = [
    ...fact('ClaimPrepared', 'submittedOn', prepared),
    ...fact('ClaimSubmitted', 'submittedOn', submitted),
    ...fact('ClaimRegistered', 'registeredOn', {
      claimNo: textIn(head, 'claimNo'),
      year: Number(dateIn(head, 'registeredOn')?.slice(0, 4)),
    }),
    ...fact('ClaimRecommended', 'recommendedOn', { amountIQD: numberIn(head, 'recommendedIQD'), awards: [] }),
    ...fact('ClaimRejected', 'rejectedOn', { reasonCode: textIn(head, 'rejectionReason') }),
    ...fact('ClaimFinalAtSubcommittee', 'finalOn', { amountIQD: numberIn(head, 'finalIQD'), ruleVersion: 'paper' }),
    ...fact('ClaimRatified', 'ratifiedOn', {
      committeeNo: numberIn(head, 'committeeNo'),
      decisionNo: textIn(head, 'decisionNo'),
      amountIQD: numberIn(head, 'ratifiedIQD'),
    }),
    ...fact('ClaimSentToFinance', 'sentToFinanceOn', {}),
    ...fact('FinanceAuditPassed', 'financePassedOn', {}),
    ...fact('PaymentMade', 'paidOn', {
      payee: claimant,
      amountIQD: awardIQD,
      method: textIn(head, 'paymentMethod'),
      proof: textIn(head, 'paymentProof'),
      paidOn: dateIn(head, 'paidOn'),
    }),
  ];
  return { source: 'import of a register of claims', fileNo: textIn(head, 'claimNo'), facts };
}
