import type { ProcessLabels } from '../kernel/process.ts';

export const labels: ProcessLabels = {
  name: { en: 'Emergency access', ar: 'اطلاع اضطراري' },
  plural: { en: 'Emergency accesses', ar: 'حالات الاطلاع الاضطراري' },
  states: {
    none: { en: 'Not begun', ar: 'لم يبدأ' },
    requested: { en: 'Asked for', ar: 'مطلوب' },
    open: { en: 'Open', ar: 'مفتوح' },
    review_due: { en: 'Lapsed, review due', ar: 'انتهى وتستحق المراجعة' },
    declined: { en: 'Declined', ar: 'مرفوض' },
    withdrawn: { en: 'Withdrawn', ar: 'مسحوب' },
    reviewed: { en: 'Reviewed', ar: 'تمت المراجعة' },
  },
  commands: {
    request: { en: 'Ask for emergency access', ar: 'طلب اطلاع اضطراري' },
    confirm: { en: 'Confirm', ar: 'تأكيد' },
    decline: { en: 'Decline', ar: 'رفض' },
    withdraw: { en: 'Withdraw the request', ar: 'سحب الطلب' },
    lapse: { en: 'Lapse', ar: 'انتهاء المدة' },
    review: { en: 'Review', ar: 'مراجعة' },
  },
  events: {
    EmergencyAccessRequested: { en: 'Emergency access asked for', ar: 'طُلب اطلاع اضطراري' },
    EmergencyAccessConfirmed: { en: 'Confirmed by a second person', ar: 'أكده شخص ثانٍ' },
    EmergencyAccessDeclined: { en: 'Declined', ar: 'رُفض' },
    EmergencyAccessWithdrawn: { en: 'Withdrawn by who asked for it', ar: 'سحبه من طلبه' },
    EmergencyAccessLapsed: { en: 'Lapsed', ar: 'انتهت مدته' },
    EmergencyAccessFoundUnjustified: { en: 'Found to be without ground', ar: 'تبيّن أنه بلا مبرر' },
    EmergencyAccessReviewed: { en: 'Reviewed', ar: 'تمت مراجعته' },
  },
  waits: {
    confirm: { en: 'Confirmation by a second person', ar: 'تأكيد شخص ثانٍ' },
    review: { en: 'Review', ar: 'المراجعة' },
  },
  parties: {
    secondPerson: { en: 'Second person', ar: 'شخص ثانٍ' },
    reviewer: { en: 'Legal Department', ar: 'الدائرة القانونية' },
    branchesAffairs: { en: 'Branches Affairs Department', ar: 'دائرة شؤون الفروع' },
  },
  refusals: {
    BARRED: {
      en: 'An earlier request was found to be without ground: the head of the branch decides whether you may ask again.',
      ar: 'تبيّن أن طلباً سابقاً كان بلا مبرر: يقرر مدير الفرع إن كان يحق لك الطلب مجدداً.',
    },
    BARRED_FROM_CONFIRMING: {
      en: 'What you confirmed was found to be without ground: the head of the branch decides whether you may confirm again.',
      ar: 'تبيّن أن ما أكدته كان بلا مبرر: يقرر مدير الفرع إن كان يحق لك التأكيد مجدداً.',
    },
    ASKER_BARRED: {
      en: 'An earlier request of who asks was found to be without ground: the head of the branch decides whether they may ask again.',
      ar: 'تبيّن أن طلباً سابقاً لمقدم الطلب كان بلا مبرر: يقرر مدير الفرع إن كان يحق له الطلب مجدداً.',
    },
    ALREADY_EXISTS: {
      en: 'You have asked for an emergency access before: name the last one.',
      ar: 'سبق أن طلبت اطلاعاً اضطرارياً: اذكر آخر طلب.',
    },
    NOT_YOUR_LAST: { en: 'The last one that is named is none of yours.', ar: 'الطلب الأخير المذكور ليس طلبك.' },
    ANOTHER_OPEN: {
      en: 'An emergency access of yours is still under way.',
      ar: 'لا يزال لديك اطلاع اضطراري قائم.',
    },
    ANOTHER_UNREVIEWED: {
      en: 'Your last emergency access has to be reviewed first.',
      ar: 'يجب أن تتم مراجعة اطلاعك الاضطراري الأخير أولاً.',
    },
    CASE_UNKNOWN: { en: 'There is no such case.', ar: 'لا يوجد ملف كهذا.' },
    TOO_LONG: { en: 'An emergency opens a case for {most} hours at most.', ar: 'لا تتجاوز مدة الاطلاع الاضطراري {most} ساعة.' },
    SECOND_PERSON_NEEDED: { en: 'Somebody else confirms it.', ar: 'يؤكده شخص آخر.' },
    CONFIRMED_BY_ITS_OFFICE: {
      en: 'The office of that case confirms it, or the Branches Affairs Department.',
      ar: 'تؤكده الدائرة صاحبة الملف أو دائرة شؤون الفروع.',
    },
    REVIEWED_BY_ANOTHER: {
      en: 'Who asked for it or confirmed it does not review it.',
      ar: 'لا يراجعه من طلبه أو أكده.',
    },
    STILL_OPEN: { en: 'It is reviewed once it has lapsed, from {until}.', ar: 'يُراجع بعد انتهاء مدته، ابتداءً من {until}.' },
  },
  fields: {
    process: { en: 'Process', ar: 'الإجراء' },
    case: { en: 'Case', ar: 'الملف' },
    office: { en: 'Office', ar: 'الدائرة' },
    hours: { en: 'Hours', ar: 'عدد الساعات' },
    reason: { en: 'Reason', ar: 'السبب' },
    staff: { en: 'For whom', ar: 'لمن' },
    confirmer: { en: 'Confirmed by', ar: 'أكده' },
    after: { en: 'The last one before', ar: 'الطلب السابق' },
    until: { en: 'Until', ar: 'لغاية' },
    justified: { en: 'Justified', ar: 'مبرر' },
    finding: { en: 'Finding', ar: 'نتيجة المراجعة' },
    requestedBy: { en: 'Asked for by', ar: 'طلبه' },
    confirmedBy: { en: 'Confirmed by', ar: 'أكده' },
  },
  codes: { process: { clearance: { en: 'Security clearance', ar: 'التصريح الأمني' } } },
};
