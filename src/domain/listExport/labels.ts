import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Exported list', ar: 'قائمة مُصدَّرة' },
  plural: { en: 'Exported lists', ar: 'القوائم المُصدَّرة' },
  states: { none: { en: 'Not begun', ar: 'لم تبدأ' }, made: { en: 'Handed out', ar: 'سُلّمت' } },
  commands: { make: { en: 'Export a list', ar: 'تصدير قائمة' } },
  events: { ListExported: { en: 'List exported', ar: 'صُدّرت قائمة' } },
  waits: {},
  parties: {},
  refusals: {},
  fields: {
    list: { en: 'List', ar: 'القائمة' },
    filter: { en: 'Filter', ar: 'معايير التصفية' },
    words: { en: 'Words searched for', ar: 'كلمات البحث' },
    format: { en: 'Format', ar: 'نوع الملف' },
    rows: { en: 'Rows', ar: 'عدد الأسطر' },
  },
  codes: {
    format: {
      xlsx: { en: 'Spreadsheet (XLSX)', ar: 'جدول إلكتروني (XLSX)' },
      csv: { en: 'Text (CSV)', ar: 'نص مفصول بفواصل (CSV)' },
    },
  },
};
