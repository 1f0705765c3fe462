import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Office', ar: 'مكتب' },
  plural: { en: 'Offices', ar: 'المكاتب' },
  states: {
    none: { en: 'Not opened', ar: 'غير مفتوح' },
    open: { en: 'Open', ar: 'مفتوح' },
    closed: { en: 'Closed', ar: 'مغلق' },
  },
  commands: {
    open: { en: 'Open', ar: 'افتتاح مكتب' },
    rename: { en: 'Rename', ar: 'تغيير الاسم' },
    close: { en: 'Close', ar: 'إغلاق المكتب' },
  },
  events: {
    OfficeOpened: { en: 'The office was opened', ar: 'افتُتح المكتب' },
    OfficeRenamed: { en: 'The office was renamed', ar: 'تغير اسم المكتب' },
    OfficeClosed: { en: 'The office was closed', ar: 'أُغلق المكتب' },
  },
  waits: {},
  parties: {},
  refusals: {
    ORGANISATION_UNKNOWN: { en: 'There is no active organisation with this id.', ar: 'لا توجد جهة عاملة بهذا المعرّف.' },
    DISTRICT_ELSEWHERE: { en: 'The district does not lie in this governorate.', ar: 'القضاء لا يقع في هذه المحافظة.' },
    CLOSES_IN_THE_FUTURE: {
      en: 'The last day lies in the future; record the closing when it has come.',
      ar: 'اليوم الأخير في المستقبل؛ سجّل الإغلاق عند حلوله.',
    },
    CLOSES_BEFORE_IT_OPENED: { en: 'The last day lies before the first.', ar: 'اليوم الأخير يسبق اليوم الأول.' },
  },
  fields: {
    organisation: { en: 'Organisation', ar: 'الجهة' },
    names: { en: 'Name', ar: 'الاسم' },
    kind: { en: 'Kind', ar: 'النوع' },
    governorate: { en: 'Governorate', ar: 'محافظة', ckb: 'پارێزگا' },
    district: { en: 'District', ar: 'قضاء', ckb: 'قەزا' },
    from: { en: 'From', ar: 'من تاريخ' },
    until: { en: 'Until', ar: 'إلى تاريخ' },
    reason: { en: 'Reason', ar: 'السبب' },
  },
  codes: {
    kind: {
      headquarters: { en: 'Headquarters', ar: 'المقر العام' },
      branch: { en: 'MoMD branch', ar: 'فرع الوزارة' },
      camp: { en: 'Camp', ar: 'مخيم', ckb: 'کەمپ' },
      centre: { en: 'Centre', ar: 'مركز' },
      court: { en: 'Court', ar: 'محكمة', ckb: 'دادگا' },
      committee: { en: 'Committee', ar: 'لجنة' },
      partner_office: { en: 'Partner office', ar: 'مكتب شريك' },
    },
  },
};
