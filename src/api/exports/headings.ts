import { date, type Heading, instant, number, text } from './columns.ts';
import { formatName } from './personNames.ts';

const URGENCY: Readonly<Record<string, { readonly en: string; readonly ar: string }>> = {
  emergency: { en: 'Emergency', ar: 'طارئة' },
  urgent: { en: 'Urgent', ar: 'عاجلة' },
  normal: { en: 'Normal', ar: 'اعتيادية' },
};

/** The id of an organisation or office, written as its name. */
export const named = (names: 'organisation' | 'office', en: string, ar: string): Heading => ({
  ...text(en, ar, (id, words) => words.named(id)),
  names,
});

/** Headings that several lists share. */
export const HEADINGS = {
  process: text('Process', 'العملية', (name, words) => words.process(name)),
  reference: text('Reference', 'الرقم المرجعي'),
  id: text('Id', 'المعرّف'),
  status: text('Status', 'الحالة', (status, words, row) => words.status(row.process, status)),
  ownerOrganisation: named('organisation', 'Organisation in charge', 'الجهة المسؤولة'),
  ownerOffice: named('office', 'Office in charge', 'المكتب المسؤول'),
  ownerGovernorate: text('Governorate (P-code)', 'المحافظة (الرمز)'),
  urgency: text('Urgency', 'درجة الاستعجال', (code, words) => words.label(URGENCY[String(code)]) ?? String(code)),
  openedAt: instant('Opened', 'تاريخ الفتح'),
  changedAt: instant('Last changed', 'آخر تغيير'),
  wait: text('Waits for', 'بانتظار', (wait, words, row) => words.wait(row.process, wait)),
  party: text('Waits on', 'الطرف المنتظر', (party, words, row) => words.party(row.process, party)),
  holderOrganisation: named('organisation', 'Held by organisation', 'لدى الجهة'),
  holderOffice: named('office', 'Held by office', 'لدى المكتب'),
  holderRole: text('Held by role', 'لدى الوظيفة', (role, words) => words.role(role)),
  holderGovernorate: text('Held in governorate (P-code)', 'لدى المحافظة (الرمز)'),
  since: instant('Since', 'منذ'),
  due: instant('Due', 'موعد الاستحقاق'),
  overdue: text('Overdue', 'متأخر'),
  level: number('Level of escalation', 'مستوى التصعيد'),
  round: number('Round', 'المرة'),
  names: text('Name', 'الاسم', (names, words) => words.label(names)),
  kind: text('Kind', 'النوع', (kind, words) => words.code(undefined, 'kind', kind)),
  from: date('From', 'من تاريخ'),
  until: date('Until', 'لغاية'),
  organisation: named('organisation', 'Organisation', 'الجهة'),
  governorate: text('Governorate (P-code)', 'المحافظة (الرمز)'),
  district: text('District (P-code)', 'القضاء (الرمز)'),
  personName: text('Name', 'الاسم', formatName),
} as const satisfies Readonly<Record<string, Heading>>;
