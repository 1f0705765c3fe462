import { dataCodes, dataFields, dataRefusals } from '../household/codes.ts';
import { GLOSSARY } from '../kernel/labels.ts';
import type { ProcessLabels } from '../kernel/process.ts';

const term = (key: string) => GLOSSARY[key]!;

const refusals: ProcessLabels['refusals'] = {
  ...dataRefusals,
  FOUR_EYES: {
    en: 'Who entered an application neither verifies nor decides it. Another officer has to.',
    ar: 'من أدخل الطلب لا يدققه ولا يبتّ فيه. يجب أن يقوم بذلك موظف آخر.',
  },
  APPLICANT_IS_A_MINOR: {
    en: 'The applicant is, or may be, under 18: apply as a child head of household, with a protection focal point.',
    ar: 'مقدم الطلب دون الثامنة عشرة أو قد يكون كذلك: يُقدم الطلب بصفة طفل معيل مع مسؤول حماية.',
  },
  AUTHORITY_NOT_SHOWN: {
    en: 'A representative shows by what right they speak for the family: name the deed or letter.',
    ar: 'على الممثل بيان سند تمثيله للأسرة: اذكر الوكالة أو الحجة أو الكتاب.',
  },
  FOCAL_POINT_UNKNOWN: {
    en: 'The protection focal point is no staff member in service.',
    ar: 'مسؤول الحماية المذكور ليس موظفًا في الخدمة.',
  },
  BRANCH_NEEDED: { en: 'Say which branch decides on this application.', ar: 'حدّد الفرع الذي يبتّ في هذا الطلب.' },
  OFFICE_UNKNOWN: { en: 'There is no open branch with this id.', ar: 'لا يوجد فرع عامل بهذا المعرّف.' },
  MEMBER_TWICE: { en: 'A member stands twice in the list.', ar: 'ورد فرد مرتين في القائمة.' },
  APPLICANT_NOT_A_MEMBER: {
    en: 'The applicant is neither a member of the family nor its representative.',
    ar: 'مقدم الطلب ليس فردًا من الأسرة ولا ممثلًا لها.',
  },
  CONSENT_NOT_OF_THE_FAMILY: {
    en: 'The consent has to be given by a member of the family or by the applicant.',
    ar: 'يجب أن تصدر الموافقة عن أحد أفراد الأسرة أو عن مقدم الطلب.',
  },
  NOTHING_SUPPLIED: { en: 'Say what was supplied, or attach it.', ar: 'بيّن ما قُدّم أو أرفقه.' },
  DUPLICATE_CHECK_MISSING: {
    en: 'Look for duplicates first; after an amendment, once more.',
    ar: 'ابحث عن التكرار أولًا، وأعد البحث بعد كل تعديل.',
  },
  DUPLICATE_UNRESOLVED: {
    en: 'A possible duplicate has not been decided. Have it decided, or accept with a reason.',
    ar: 'يوجد تكرار محتمل لم يُحسم. احسمه أو اقبل الطلب مع بيان السبب.',
  },
  MEMBER_RECORD_MERGED: {
    en: 'The record of a member was merged into another. Amend the application to name the record that stays.',
    ar: 'سجل أحد الأفراد مدمج في سجل آخر. عدّل الطلب ليشير إلى السجل الباقي.',
  },
  MEMBER_OF_ANOTHER_HOUSEHOLD: {
    en: 'A member belongs to another registered household. Settle it there first, or accept with a reason.',
    ar: 'أحد الأفراد مسجل في أسرة أخرى. عالج ذلك هناك أولًا أو اقبل الطلب مع بيان السبب.',
  },
  NOTICE_MISSING: {
    en: 'A rejection is given to the family in writing: name the notice.',
    ar: 'يُبلّغ الرفض للأسرة تحريريًا: اذكر رقم التبليغ.',
  },
  OBJECTION_ROUTE_NOT_TOLD: {
    en: 'Tell the family first how it can object.',
    ar: 'أبلغ الأسرة أولًا بطريق الاعتراض.',
  },
};

export const labels: ProcessLabels = {
  name: { en: 'Application for registration', ar: 'طلب تسجيل' },
  plural: { en: 'Applications for registration', ar: 'طلبات التسجيل' },
  states: {
    none: { en: 'Not started', ar: 'لم يبدأ' },
    draft: { en: 'Draft', ar: 'مسودة' },
    submitted: { en: 'Submitted', ar: 'مُقدَّم' },
    under_verification: { en: 'Under verification', ar: 'قيد التدقيق' },
    information_requested: { en: 'Information requested', ar: 'طُلبت معلومات' },
    accepted: { en: 'Accepted', ar: 'مقبول' },
    rejected: { en: 'Rejected', ar: 'مرفوض' },
    withdrawn: { en: 'Withdrawn', ar: 'مسحوب' },
  },
  commands: {
    start: { en: 'Start a registration', ar: 'بدء تسجيل' },
    nameFocalPoint: { en: 'Name a protection focal point', ar: 'تسمية مسؤول حماية' },
    submit: { en: 'Submit', ar: 'تقديم الطلب' },
    amend: { en: 'Amend', ar: 'تعديل الطلب' },
    withdraw: { en: 'Withdraw', ar: 'سحب الطلب' },
    beginVerification: { en: 'Begin verification', ar: 'بدء التدقيق' },
    requestInformation: { en: 'Request information', ar: 'طلب معلومات' },
    supplyInformation: { en: 'Supply information', ar: 'تقديم المعلومات' },
    expireInformationRequest: { en: 'Let the request run out', ar: 'انتهاء مهلة طلب المعلومات' },
    recordDuplicateCheck: { en: 'Record the look for duplicates', ar: 'تسجيل نتيجة البحث عن التكرار' },
    accept: { en: 'Accept', ar: 'قبول الطلب' },
    reject: { en: 'Reject', ar: 'رفض الطلب' },
  },
  events: {
    RegistrationStarted: { en: 'Registration started', ar: 'بدأ التسجيل' },
    ProtectionFocalPointNamed: { en: 'Protection focal point named', ar: 'سُمّي مسؤول الحماية' },
    RegistrationSubmitted: { en: 'Registration submitted', ar: 'قُدّم طلب التسجيل' },
    RegistrationAmended: { en: 'Registration amended', ar: 'عُدّل طلب التسجيل' },
    RegistrationVerificationStarted: { en: 'Verification started', ar: 'بدأ التدقيق' },
    RegistrationInformationRequested: { en: 'Information requested', ar: 'طُلبت معلومات' },
    RegistrationInformationSupplied: { en: 'Information supplied', ar: 'قُدّمت المعلومات' },
    RegistrationInformationRequestExpired: { en: 'The request for information ran out', ar: 'انتهت مهلة طلب المعلومات' },
    DuplicateCheckRecorded: { en: 'Looked for duplicates', ar: 'جرى البحث عن التكرار' },
    RegistrationAccepted: { en: 'Registration accepted', ar: 'قُبل التسجيل' },
    RegistrationRejected: { en: 'Registration rejected', ar: 'رُفض التسجيل' },
    RegistrationWithdrawn: { en: 'Registration withdrawn', ar: 'سُحب طلب التسجيل' },
  },
  waits: {
    submit: { en: 'Submit the application', ar: 'تقديم الطلب' },
    verify: { en: 'Verify and decide', ar: 'التدقيق والبتّ' },
    supplyInformation: { en: 'Bring what was asked for', ar: 'تقديم ما طُلب' },
  },
  parties: {
    registrar: { en: 'Registration officer', ar: 'موظف التسجيل' },
    verifier: { en: 'Verifying officer', ar: 'موظف التدقيق' },
    household: term('household'),
    headOfBranch: { en: 'Head of branch', ar: 'مدير الفرع' },
  },
  refusals,
  fields: {
    ...dataFields,
    applicant: { en: 'Applicant', ar: 'مقدم الطلب' },
    capacity: { en: 'Speaks for the family as', ar: 'صفة مقدم الطلب' },
    reasonCode: { en: 'Reason', ar: 'السبب' },
    text: { en: 'In words', ar: 'التفاصيل' },
    amendment: { en: 'Why it is amended', ar: 'سبب التعديل' },
    items: { en: 'What is asked for', ar: 'المطلوب' },
    dueOn: { en: 'Until', ar: 'لغاية' },
    findings: { en: 'Possible duplicates', ar: 'التكرارات المحتملة' },
    other: { en: 'Other record', ar: 'السجل الآخر' },
    score: { en: 'Score', ar: 'درجة التشابه' },
    duplicate: { en: 'Duplicate case', ar: 'ملف التكرار' },
    household: term('household'),
    noticeRef: { en: 'Written notice', ar: 'رقم التبليغ' },
    objectionRouteTold: { en: 'Told how to object', ar: 'أُبلغت بطريق الاعتراض' },
    duplicateOverride: { en: 'Why it is accepted all the same', ar: 'سبب القبول رغم ذلك' },
  },
  codes: {
    ...dataCodes,
    capacity: {
      adult_member: { en: 'Adult member', ar: 'فرد بالغ من الأسرة' },
      representative: { en: 'Representative', ar: 'ممثل' },
      child_head: { en: 'Child heading the household', ar: 'طفل معيل للأسرة' },
    },
    items: {
      identity_papers: { en: 'Identity papers', ar: 'الوثائق الثبوتية' },
      proof_of_displacement: { en: 'Proof of displacement', ar: 'ما يثبت النزوح' },
      family_composition: { en: 'Composition of the family', ar: 'تكوين الأسرة' },
      area_of_origin: term('area_of_origin'),
      current_address: { en: 'Current address', ar: 'العنوان الحالي' },
      coming_in_person: { en: 'Coming in person', ar: 'الحضور شخصيًا' },
      other: { en: 'Other', ar: 'أخرى' },
    },
    reasonCode: {
      not_displaced: { en: 'Not displaced', ar: 'غير نازحة' },
      already_registered: { en: 'Registered already', ar: 'مسجلة سابقًا' },
      outside_mandate: { en: 'Outside the mandate', ar: 'خارج الاختصاص' },
      statements_not_true: { en: 'Statements not true', ar: 'بيانات غير صحيحة' },
      registered_elsewhere: { en: 'Registered with another branch', ar: 'مسجلة في فرع آخر' },
      family_request: { en: 'At the request of the family', ar: 'بطلب من الأسرة' },
      family_not_found: { en: 'The family could not be found', ar: 'تعذّر العثور على الأسرة' },
      entered_in_error: { en: 'Entered in error', ar: 'أُدخل خطأً' },
      other: { en: 'Other', ar: 'أخرى' },
    },
  },
};
