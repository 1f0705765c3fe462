import type { Label } from '../kernel/labels.ts';

/** What may be wrong with a row, in the words an officer reads. */
export const rowErrors = {
  MISSING: { en: 'Nothing is written here.', ar: 'لم يُكتب شيء هنا.' },
  TOO_LONG: { en: 'The text is too long.', ar: 'النص أطول من المسموح.' },
  CODE_UNKNOWN: { en: 'This is not in the list of the template.', ar: 'القيمة ليست من قائمة النموذج.' },
  DATE_MALFORMED: { en: 'Write the date as 2014-08-03 or 3/8/2014.', ar: 'اكتب التاريخ هكذا: 2014-08-03 أو 3/8/2014.' },
  DATE_IN_THE_FUTURE: { en: 'The date lies in the future.', ar: 'التاريخ في المستقبل.' },
  DATES_OUT_OF_ORDER: { en: 'This date cannot lie before the earlier steps.', ar: 'لا يصح أن يسبق هذا التاريخ الخطوات السابقة.' },
  PLACE_UNKNOWN: {
    en: 'No such place: write its P-code, or its name as in the list of places.',
    ar: 'مكان غير معروف: اكتب رمزه (P-code) أو اسمه كما في قائمة الأماكن.',
  },
  PLACE_AMBIGUOUS: {
    en: 'Several places have this name: write governorate / district / sub-district, or the P-code.',
    ar: 'أكثر من مكان بهذا الاسم: اكتب المحافظة / القضاء / الناحية أو الرمز (P-code).',
  },
  PHONE_MALFORMED: { en: 'This is no telephone number.', ar: 'هذا ليس رقم هاتف.' },
  NUMBER_MALFORMED: { en: 'Write a whole number.', ar: 'اكتب عددًا صحيحًا.' },
  INCOMPLETE: { en: 'This goes with another column that is empty.', ar: 'هذا العمود يرتبط بعمود آخر فارغ.' },
  HEAD_MISSING: { en: 'No row of this household is marked as its head.', ar: 'لم يُذكر رب الأسرة في أي من صفوفها.' },
  HEAD_TWICE: { en: 'Two rows of this household are marked as its head.', ar: 'ذُكر رب الأسرة مرتين.' },
  CHILD_HEADED: {
    en: 'A household headed by somebody under 18 needs a protection focal point: enter it by hand.',
    ar: 'الأسرة التي يعيلها من هو دون الثامنة عشرة تحتاج إلى مسؤول حماية: أدخلها يدويًا.',
  },
  WITHIN_FILE_TWICE: { en: 'The same number stands in another row of this file.', ar: 'الرقم نفسه وارد في صف آخر من هذا الملف.' },
  FILE_NUMBER_TAKEN: {
    en: 'The branch has a household under this file number already.',
    ar: 'لدى الفرع أسرة مسجلة بهذا الرقم.',
  },
  CLAIM_NUMBER_TAKEN: {
    en: 'The sub-committee has a claim under this number already.',
    ar: 'لدى اللجنة الفرعية معاملة مسجلة بهذا الرقم.',
  },
  NOT_ACCEPTED: {
    en: 'Put together, this is no case that can be entered: hold its values and dates against each other.',
    ar: 'لا يمكن إدخال الملف بهذه القيم مجتمعة: راجع القيم والتواريخ.',
  },
  TOO_MANY_MEMBERS: { en: 'A household has at most 60 members.', ar: 'لا يزيد عدد أفراد الأسرة على 60.' },
} as const satisfies Readonly<Record<string, Label>>;

export type RowErrorCode = keyof typeof rowErrors;

/** One thing wrong with a row: `column` is a key of the template. Never the value itself. */
export interface RowError {
  readonly row: number;
  readonly column: string;
  readonly code: RowErrorCode;
}
