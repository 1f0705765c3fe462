import type { Process } from '../../domain/kernel/process.ts';
import { serviceCodes } from '../../domain/provider/codes.ts';
import type { BoardCase } from '../../projections/boards.queries.ts';
import type { CaseItem } from '../../projections/cases.queries.ts';
import type { Overtaking } from '../../projections/claimOrder.queries.ts';
import type { OfficeItem, OrganisationItem, StaffItem } from '../../projections/directory.queries.ts';
import type { ServiceItem } from '../../projections/providers.queries.ts';
import type { QueueItem } from '../../projections/queue.queries.ts';
import type { ShownLine } from '../smallCells.ts';
import { type Column, columnsOf, date, type Heading, instant, number, type Row, text } from './columns.ts';
import { HEADINGS, named } from './headings.ts';

const h = HEADINGS;
const AS_OF = instant('As of', 'كما في');
const SUPPRESSED = text('Small figures left out', 'أُخفيت الأرقام الصغيرة');

export const CASE_COLUMNS = columnsOf<CaseItem>({
  process: h.process,
  reference: h.reference,
  status: h.status,
  ownerOrganisation: h.ownerOrganisation,
  ownerOffice: h.ownerOffice,
  ownerGovernorate: h.ownerGovernorate,
  urgency: h.urgency,
  openedAt: h.openedAt,
  changedAt: h.changedAt,
  id: h.id,
});

export const QUEUE_COLUMNS = columnsOf<QueueItem>({
  process: h.process,
  reference: h.reference,
  status: h.status,
  wait: h.wait,
  party: h.party,
  holderOrganisation: h.holderOrganisation,
  holderOffice: h.holderOffice,
  holderRole: h.holderRole,
  holderGovernorate: h.holderGovernorate,
  urgency: h.urgency,
  since: h.since,
  due: h.due,
  overdue: h.overdue,
  level: h.level,
  round: h.round,
  id: h.id,
});

export const ORGANISATION_COLUMNS = columnsOf<OrganisationItem>({
  reference: h.reference,
  names: h.names,
  kind: h.kind,
  status: h.status,
  from: h.from,
  until: h.until,
  id: h.id,
});

export const OFFICE_COLUMNS = columnsOf<OfficeItem>({
  reference: h.reference,
  names: h.names,
  organisation: h.organisation,
  kind: h.kind,
  status: h.status,
  governorate: h.governorate,
  district: h.district,
  from: h.from,
  until: h.until,
  id: h.id,
});

const rolesIn: Heading['say'] = (posts, words) =>
  Array.isArray(posts) ? posts.map((post: { role?: unknown }) => words.role(post.role)).join(', ') : null;

export const STAFF_COLUMNS = columnsOf<StaffItem>({
  reference: h.reference,
  name: text('Name', 'الاسم', (name, words) => (typeof name === 'string' ? name : words.label(name))),
  posts: text('Posts', 'الوظائف', rolesIn),
  status: h.status,
  leaveFrom: date('On leave from', 'في إجازة من'),
  leaveUntil: date('On leave until', 'في إجازة لغاية'),
  unattended: text('Work unattended', 'عمله دون متابعة'),
  id: h.id,
});

const coded = (en: string, ar: string, list: keyof typeof serviceCodes): Heading =>
  text(en, ar, (codes, words) =>
    [codes]
      .flat()
      .map((code) => words.label(serviceCodes[list][code as keyof (typeof serviceCodes)[typeof list]]) ?? String(code))
      .join(', '),
  );

export const SERVICE_COLUMNS = columnsOf<ServiceItem>({
  providerReference: h.reference,
  organisationNames: text('Organisation', 'الجهة', (names, words) => words.label(names)),
  phone: text('Phone', 'الهاتف'),
  needs: coded('Needs', 'الحاجات', 'need'),
  areas: text('Areas (P-codes)', 'المناطق (الرموز)'),
  hours: text('Opening hours', 'أوقات الدوام'),
  cost: coded('Cost', 'الكلفة', 'cost'),
  capacity: text('Room', 'القدرة الاستيعابية'),
  places: number('Places', 'الأماكن المتاحة'),
  languages: text('Languages', 'اللغات'),
  confirmBy: instant('To be confirmed by', 'يؤكد قبل'),
  stale: text('Not confirmed in time', 'لم يؤكد في موعده'),
});

/** A field of what a row holds under another; nothing where the row does not hold it. */
const inside = (key: string, field: string, heading: Heading): Column => ({
  ...heading,
  key,
  say: (part, words) => {
    const value = typeof part === 'object' && part !== null ? (part as Row)[field] : undefined;
    if (value === undefined || value === null) return null;
    if (heading.say) return heading.say(value, words, {});
    return typeof value === 'number' ? value : String(value);
  },
});
const status = (process: string): Heading => text('Status', 'الحالة', (value, words) => words.status(process, value));

/** Persons found in the register with their households: as far as the reader may see each. */
export const REGISTER_COLUMNS: readonly Column[] = [
  ...columnsOf<{ personReference: unknown }>({ personReference: text('Person', 'الشخص') }),
  inside('person', 'name', h.personName),
  inside(
    'person',
    'motherName',
    text("Mother's name", 'اسم الأم', (name) => (typeof name === 'string' ? name : null)),
  ),
  inside(
    'person',
    'sex',
    text('Sex', 'الجنس', (sex, words) => words.code('person', 'sex', sex)),
  ),
  inside('person', 'status', status('person')),
  ...columnsOf<{ householdReference: unknown; branchOffice: unknown }>({
    householdReference: text('Household', 'الأسرة'),
    branchOffice: named('office', 'Branch', 'الفرع'),
  }),
  inside('household', 'fileNo', text('File number', 'رقم الإضبارة')),
  inside('household', 'status', status('household')),
  inside('household', 'members', number('Members', 'عدد الأفراد')),
  inside('household', 'originAdm3', text('Origin (P-code)', 'منطقة الأصل (الرمز)')),
  inside('household', 'place', text('Lives in (P-code)', 'مكان السكن (الرمز)')),
];

const BOARD_COLUMNS = columnsOf<BoardCase>({
  reference: h.reference,
  status: h.status,
  kind: h.kind,
  governorate: h.governorate,
  area: text('Area (P-code)', 'المنطقة (الرمز)'),
  body: named('office', 'Body', 'الجهة المعنية'),
  since: date('Since', 'منذ'),
  days: number('Days', 'الأيام'),
});

const kindOfClaim: Heading = { ...h.kind, say: (kind, words) => words.code('claim', 'type', kind) };
const body = named('office', 'Body', 'الجهة المعنية');

/** Claims decided before older ones. */
export const OVERTAKING_COLUMNS = columnsOf<Overtaking>({
  reference: h.reference,
  kind: kindOfClaim,
  governorate: h.governorate,
  body,
  submittedOn: date('Registered', 'تاريخ التسجيل'),
  finalisedOn: date('Decided', 'تاريخ الحسم'),
  overtaken: number('Older claims undecided', 'معاملات أقدم غير محسومة'),
  oldestOvertaken: date('Oldest of them registered', 'تسجيل أقدمها'),
});

/** Cases behind a board, with a column for each figure that any of them has. */
export const boardColumns =
  (process: Process) =>
  (rows: readonly Row[]): readonly Column[] => [...BOARD_COLUMNS, ...measureColumns(process, rows)];

function measureColumns({ labels }: Process, rows: readonly Row[]): readonly Column[] {
  const measures = [...new Set(rows.flatMap((row) => Object.keys((row.measures as object | undefined) ?? {})))];
  return measures.map((name) =>
    inside('measures', name, { title: labels.fields[name] ?? { en: name, ar: name }, kind: 'number' }),
  );
}

/** The claim tracker, without its stages and waits, which are lists of their own. */
export const TRACKER_COLUMNS = columnsOf<Readonly<Record<TrackerField, unknown>>>({
  governorate: h.governorate,
  body,
  kind: kindOfClaim,
  cases: number('Claims', 'المعاملات'),
  submitted: number('Submitted', 'المقدَّمة'),
  finalised: number('Finalised', 'المحسومة'),
  annulled: number('Annulled', 'الملغاة'),
  paid: number('Paid', 'المدفوعة'),
  finalisedOfSubmitted: number('Finalised of submitted', 'نسبة المحسوم من المقدَّم'),
  paidOfSubmitted: number('Paid of submitted', 'نسبة المدفوع من المقدَّم'),
  paidOfFinalised: number('Paid of finalised', 'نسبة المدفوع من المحسوم'),
  entitlementIQD: number('Entitlement (IQD)', 'الاستحقاق (دينار)'),
  allocatedIQD: number('Allocated (IQD)', 'المخصَّص (دينار)'),
  releasedIQD: number('Released (IQD)', 'المُطلَق (دينار)'),
  paidIQD: number('Paid (IQD)', 'المدفوع (دينار)'),
  releasedOfEntitlement: number('Released of entitlement', 'نسبة المُطلَق من الاستحقاق'),
  paidOfEntitlement: number('Paid of entitlement', 'نسبة المدفوع من الاستحقاق'),
  suppressed: SUPPRESSED,
  asOf: AS_OF,
});
type TrackerField =
  | 'governorate'
  | 'body'
  | 'kind'
  | 'cases'
  | 'submitted'
  | 'finalised'
  | 'annulled'
  | 'paid'
  | 'finalisedOfSubmitted'
  | 'paidOfSubmitted'
  | 'paidOfFinalised'
  | 'entitlementIQD'
  | 'allocatedIQD'
  | 'releasedIQD'
  | 'paidIQD'
  | 'releasedOfEntitlement'
  | 'paidOfEntitlement'
  | 'suppressed'
  | 'asOf';

const BOARD_LINE_COLUMNS = columnsOf<ShownLine & { readonly asOf: string }>({
  status: h.status,
  kind: h.kind,
  governorate: h.governorate,
  area: text('Area (P-code)', 'المنطقة (الرمز)'),
  body,
  cases: number('Cases', 'الحالات'),
  medianDays: number('Median days in status', 'وسيط الأيام في الحالة'),
  p90Days: number('Days in status, nine of ten', 'الأيام في الحالة لتسعة من عشرة'),
  oldestDays: number('Most days in status', 'أقصى الأيام في الحالة'),
  suppressed: SUPPRESSED,
  asOf: AS_OF,
});

/** Lines of a board: what they are rolled up by, the numbers, and a column for each figure that any of them has. */
export const boardLineColumns =
  (process: Process) =>
  (rows: readonly Row[]): readonly Column[] => [
    ...BOARD_LINE_COLUMNS.filter(({ key }) => rows.some((row) => key in row)),
    ...measureColumns(process, rows),
  ];
