import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Organisation', ar: 'جهة' },
  plural: { en: 'Organisations', ar: 'الجهات' },
  states: {
    none: { en: 'Not registered', ar: 'غير مسجلة' },
    active: { en: 'Active', ar: 'عاملة' },
    ended: { en: 'Ended', ar: 'منتهية' },
  },
  commands: {
    register: { en: 'Register', ar: 'تسجيل جهة' },
    rename: { en: 'Rename', ar: 'تغيير الاسم' },
    end: { en: 'End', ar: 'إنهاء العمل' },
  },
  events: {
    OrganisationRegistered: { en: 'The organisation was registered', ar: 'سُجلت الجهة' },
    OrganisationRenamed: { en: 'The organisation was renamed', ar: 'تغير اسم الجهة' },
    OrganisationEnded: { en: 'The organisation ended', ar: 'انتهى عمل الجهة' },
  },
  waits: {},
  parties: {},
  refusals: {
    ENDS_IN_THE_FUTURE: {
      en: 'The last day lies in the future; record the end when it has come.',
      ar: 'اليوم الأخير في المستقبل؛ سجّل الإنهاء عند حلوله.',
    },
    ENDS_BEFORE_IT_BEGAN: { en: 'The last day lies before the first.', ar: 'اليوم الأخير يسبق اليوم الأول.' },
  },
  fields: {
    kind: { en: 'Kind', ar: 'النوع' },
    names: { en: 'Name', ar: 'الاسم' },
    from: { en: 'From', ar: 'من تاريخ' },
    until: { en: 'Until', ar: 'إلى تاريخ' },
    reason: { en: 'Reason', ar: 'السبب' },
    synthetic: { en: 'Made up for demonstration', ar: 'بيانات تجريبية' },
  },
  codes: {
    kind: {
      ministry: { en: 'Ministry', ar: 'وزارة' },
      branch_directorate: { en: 'MoMD branch', ar: 'فرع الوزارة' },
      committee: { en: 'Committee', ar: 'لجنة' },
      court: { en: 'Court', ar: 'محكمة', ckb: 'دادگا' },
      security_actor: { en: 'Security actor', ar: 'جهة أمنية' },
      public_directorate: { en: 'Public directorate', ar: 'دائرة حكومية' },
      local_authority: { en: 'Local authority', ar: 'إدارة محلية' },
      krg_office: { en: 'Kurdistan Region office', ar: 'دائرة في إقليم كردستان' },
      un_agency: { en: 'United Nations agency', ar: 'وكالة تابعة للأمم المتحدة' },
      ngo: { en: 'Non-governmental organisation', ar: 'منظمة غير حكومية' },
      legal_partner: { en: 'Legal aid partner', ar: 'شريك للمساعدة القانونية' },
      provider: { en: 'Service provider', ar: 'جهة مقدمة للخدمة' },
    },
  },
};
