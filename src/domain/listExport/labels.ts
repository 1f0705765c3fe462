import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Exported list', ar: 'قائمة مُصدَّرة' },
  plural: { en: 'Exported lists', ar: 'القوائم المُصدَّرة' },
  states: { none: { en: 'Not begun', ar: 'لم تبدأ' }, made: { en: 'Handed out', ar: 'سُلّمت' } },
  commands: {
    make: { en: 'Export a list', ar: 'تصدير قائمة' },
    sign: { en: 'Export a signed list', ar: 'تصدير قائمة موقّعة' },
    forget: { en: 'Forget the words searched for', ar: 'محو كلمات البحث' },
  },
  events: {
    ListExported: { en: 'List exported', ar: 'صُدّرت قائمة' },
    SignedListExported: { en: 'Signed list exported', ar: 'صُدّرت قائمة موقّعة' },
    ListExportForgotten: { en: 'Words searched for are no longer kept', ar: 'لم تعد كلمات البحث محفوظة' },
  },
  waits: {},
  parties: {},
  refusals: {},
  fields: {
    list: { en: 'List', ar: 'القائمة' },
    filter: { en: 'Filter', ar: 'معايير التصفية' },
    words: { en: 'Words searched for', ar: 'كلمات البحث' },
    format: { en: 'Format', ar: 'نوع الملف' },
    rows: { en: 'Rows', ar: 'عدد الأسطر' },
    keptUntil: { en: 'Kept until', ar: 'تُحفظ حتى' },
    sha256: { en: 'Digest (SHA-256)', ar: 'البصمة (SHA-256)' },
  },
  codes: {
    format: {
      xlsx: { en: 'Spreadsheet (XLSX)', ar: 'جدول إلكتروني (XLSX)' },
      csv: { en: 'Text (CSV)', ar: 'نص مفصول بفواصل (CSV)' },
      ndjson: { en: 'Signed lines (NDJSON)', ar: 'أسطر موقّعة (NDJSON)' },
    },
  },
};
