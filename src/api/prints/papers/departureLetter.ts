import type { HouseholdState } from '../../../domain/household/index.ts';
import type { MovementState } from '../../../domain/movement/index.ts';
import { officeName, personName } from '../names.ts';
import type { PaperLayout } from '../paper.ts';
import type { Sheet } from '../sheet.ts';
import { apart } from '../visualRuns.ts';
import { BLANK, dateInWords, placeName } from '../words.ts';

/** The letter a family leaves with (domain.md §2.3, Approve). Dates are `YYYY-MM-DD`. */
export interface DepartureLetter {
  readonly letterNo: string;
  readonly letterDate: string | undefined;
  readonly head: string;
  readonly fileNo: string;
  readonly pathway: string;
  /** As far as it may be known: under threat the governorate alone. */
  readonly destination: string;
  readonly approvingBranch: string;
  readonly receivingBranch: string;
  readonly validFrom: string | undefined;
  readonly validTo: string | undefined;
  readonly travellers: readonly string[];
}

const day = (date: string | undefined): string => (date === undefined ? BLANK : dateInWords(date));

export const departureLetter = (letter: DepartureLetter): Sheet => ({
  title: 'كتاب مغادرة',
  blocks: [
    {
      kind: 'fields',
      rows: [
        ['العدد', letter.letterNo],
        ['التاريخ', day(letter.letterDate)],
        ['رب الأسرة', letter.head],
        ['رقم الإضبارة', letter.fileNo],
        ['المسار', letter.pathway],
        ['الوجهة', letter.destination],
        ['الفرع الموافق', letter.approvingBranch],
        ['الفرع المستقبل', letter.receivingBranch],
        ['نافذ من', day(letter.validFrom)],
        ['نافذ لغاية', day(letter.validTo)],
      ],
    },
    { kind: 'text', text: 'حصلت موافقتنا على مغادرة الأسرة المبينة أسماء أفرادها أدناه طوعًا. يُرجى تسهيل مرورها.' },
    {
      kind: 'table',
      columns: [
        { title: 'ت', share: 1 },
        { title: 'الاسم', share: 9 },
      ],
      rows: letter.travellers.map((name, index) => [String(index + 1), name]),
    },
    { kind: 'text', text: 'للأسرة أن تعدل عن المغادرة في أي وقت قبلها دون أن يترتب عليها شيء.' },
    { kind: 'signatures', of: ['توقيع المخول والختم'] },
  ],
});

interface Approved {
  readonly letterRef?: { readonly number: string; readonly date: string };
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly approverBranch?: { readonly office?: string };
}

export const departureLayout: PaperLayout = {
  tier: 'T1',
  compose: async ({ record, history }, look, process) => {
    const movement = record.state as MovementState;
    const approved = history.findLast((event) => event.type === 'DepartureApproved')?.data as Approved | undefined;
    const household =
      movement.household === undefined ? undefined : ((await look('household', movement.household)).state as HouseholdState);
    const { pathway } = movement;
    return departureLetter({
      letterNo: approved?.letterRef ? apart(approved.letterRef.number) : BLANK,
      letterDate: approved?.letterRef?.date,
      head: await personName(look, household?.head),
      fileNo: household?.fileNo === undefined ? BLANK : apart(household.fileNo),
      pathway: (pathway && process.labels.codes.pathway?.[pathway]?.ar) ?? BLANK,
      destination: placeName(movement.destination.area),
      approvingBranch: await officeName(look, approved?.approverBranch?.office),
      receivingBranch: await officeName(look, movement.receivingBranch?.office),
      validFrom: approved?.validFrom,
      validTo: approved?.validTo,
      travellers: await Promise.all([...movement.adults, ...movement.minors].map((one) => personName(look, one))),
    });
  },
};
