import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Bar on emergency access', ar: 'المنع في الاطلاع الاضطراري' },
  plural: { en: 'Bars on emergency access', ar: 'حالات المنع في الاطلاع الاضطراري' },
  states: {
    none: { en: 'Not barred', ar: 'غير ممنوع' },
    barred: { en: 'Barred', ar: 'ممنوع' },
    lifted: { en: 'Lifted', ar: 'رُفع المنع' },
  },
  commands: {
    bar: { en: 'Bar', ar: 'منع' },
    barAgain: { en: 'Bar again', ar: 'منع مجدداً' },
    lift: { en: 'Lift', ar: 'رفع المنع' },
  },
  events: {
    EmergencyRequestsBarred: { en: 'Barred from asking for emergency access', ar: 'مُنع من طلب الاطلاع الاضطراري' },
    EmergencyConfirmationsBarred: { en: 'Barred from confirming emergency access', ar: 'مُنع من تأكيد الاطلاع الاضطراري' },
    EmergencyBarLifted: { en: 'Bar lifted', ar: 'رُفع المنع' },
  },
  waits: { lift: { en: 'Decision whether they may ask or confirm again', ar: 'قرار السماح بالطلب أو التأكيد مجدداً' } },
  parties: { headOfBranch: { en: 'Head of the branch', ar: 'مدير الفرع' } },
  refusals: {
    LIFTED_BY_ANOTHER: {
      en: 'Who asked for or confirmed any access it stands for does not lift it.',
      ar: 'لا يرفع المنع من طلب أي اطلاع صدر بسببه أو أكده.',
    },
  },
  fields: {
    staff: { en: 'For whom', ar: 'لمن' },
    emergency: { en: 'Emergency access', ar: 'الاطلاع الاضطراري' },
    emergencies: { en: 'Barred for', ar: 'مُنع بسبب' },
    lifted: { en: 'Lifted for', ar: 'رُفع المنع عن' },
    act: { en: 'Barred from', ar: 'مُنع من' },
    reason: { en: 'Reason', ar: 'السبب' },
  },
  codes: { act: { asking: { en: 'Asking', ar: 'الطلب' }, confirming: { en: 'Confirming', ar: 'التأكيد' } } },
};
