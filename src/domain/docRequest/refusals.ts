import type { Label } from '../kernel/labels.ts';

/** Why a step of a document request was refused, and what to do. */
export const refusals: Readonly<Record<string, Label>> = {
  SECOND_OFFICER_NEEDED: {
    en: 'Whoever entered the request or the claim does not decide on it. Another officer has to.',
    ar: 'من أدخل الطلب أو الدعوى لا يبت فيه. يجب أن يبت فيه موظف آخر.',
  },
  PERSON_UNKNOWN: { en: 'There is no such person on record.', ar: 'لا يوجد شخص مسجل بهذا المعرّف.' },
  HOUSEHOLD_UNKNOWN: { en: 'There is no such household on record.', ar: 'لا توجد أسرة مسجلة بهذا المعرّف.' },
  HOLDER_UNKNOWN: { en: 'Say whose paper it is.', ar: 'حدّد صاحب الوثيقة.' },
  ORGANISATION_UNKNOWN: { en: 'There is no such organisation in the directory.', ar: 'لا توجد جهة كهذه في الدليل.' },
  OFFICE_UNKNOWN: { en: 'There is no open office with this id.', ar: 'لا يوجد مكتب عامل بهذا المعرّف.' },
  DATE_IN_THE_FUTURE: { en: 'The date lies in the future.', ar: 'التاريخ في المستقبل.' },
  NEXT_DATE_IN_THE_PAST: { en: 'The next date lies before this one.', ar: 'الموعد التالي يسبق هذا الموعد.' },
  APPOINTMENT_IN_THE_PAST: { en: 'The appointment lies in the past.', ar: 'الموعد في الماضي.' },
  NOT_BLOCKED: { en: 'That case does not wait for this paper.', ar: 'ذلك الملف لا ينتظر هذه الوثيقة.' },
  ANOTHER_PROVIDER: {
    en: 'Another organisation gives the legal help in this request.',
    ar: 'جهة أخرى تقدم المساعدة القانونية في هذا الطلب.',
  },
  MINOR_NEEDS_GUARDIAN: {
    en: 'The person is under 18 or may be. Name the guardian who agrees.',
    ar: 'الشخص دون سن 18 أو قد يكون كذلك. اذكر ولي الأمر الموافق.',
  },
  GUARDIAN_UNKNOWN: {
    en: 'This person is not on record as parent or guardian. Record the representation first.',
    ar: 'هذا الشخص غير مسجل والدًا أو وصيًا. سجّل التمثيل أولًا.',
  },
  CONSENT_NOT_SHOWN: {
    en: 'Name the paper or the recorded consent by which the person agrees.',
    ar: 'اذكر الورقة أو الموافقة المسجلة التي تثبت موافقة الشخص.',
  },
  POWER_OF_ATTORNEY_NOT_NOTARISED: {
    en: 'A lawyer acts with a notarised power of attorney. Give its number.',
    ar: 'يتصرف المحامي بوكالة مصدقة من الكاتب العدل. أدخل رقمها.',
  },
  POWER_OF_ATTORNEY_EXPIRED: { en: 'The power of attorney has ended. Renew it.', ar: 'انتهت الوكالة. يجب تجديدها.' },
  NO_POWER_OF_ATTORNEY: { en: 'There is no power of attorney to revoke.', ar: 'لا توجد وكالة لإلغائها.' },
  NOT_AUTHORISED: {
    en: 'Nobody has the power to act any more. Authorise the request again.',
    ar: 'لا أحد مخول بالتصرف الآن. يجب تجديد التخويل.',
  },
  EVIDENCE_MISSING: {
    en: 'Name the paper on which this stands, as evidence or as a letter.',
    ar: 'اذكر الورقة التي يستند إليها ذلك، دليلًا أو كتابًا رسميًا.',
  },
  LETTER_MISSING: { en: 'Name the official letter.', ar: 'اذكر الكتاب الرسمي.' },
  LETTER_TOO_OLD: {
    en: 'The letter of the mukhtar is too old. Ask for a new one.',
    ar: 'مضت مدة نفاذ تأييد المختار. اطلب تأييدًا جديدًا.',
  },
  NOT_A_PREREQUISITE: { en: 'This paper does not come before the one asked for.', ar: 'هذه الوثيقة لا تسبق الوثيقة المطلوبة.' },
  PREREQUISITE_CLOSED: {
    en: 'The request for that paper has ended without it. Record the need again there first.',
    ar: 'انتهى طلب تلك الوثيقة دون إصدارها. سجّل الحاجة إليها من جديد أولًا.',
  },
  PREREQUISITE_MISSING: {
    en: 'A first issue rests on another paper. Record it, or a final judgment in its place.',
    ar: 'الإصدار الأول يستند إلى وثيقة أخرى. سجّلها أو سجّل حكمًا نهائيًا بدلها.',
  },
  LATE_REGISTRATION_NEEDS_COURT: {
    en: 'The legal period of registration has passed. It takes a final judgment.',
    ar: 'انقضت المدة القانونية للتسجيل. يلزم حكم قضائي نهائي.',
  },
  COURT_ORDER_MISSING: {
    en: 'A test is made by order of the court. Name the order.',
    ar: 'يُجرى الفحص بأمر المحكمة. اذكر الأمر.',
  },
  DEMAND_NOT_SHOWN: {
    en: 'A check is opened only where the authority demands it in writing. Name its letter.',
    ar: 'لا يُفتح التدقيق إلا بطلب مكتوب من الجهة المختصة. اذكر كتابها.',
  },
  NO_BIOMETRICS_FOR_THIS_PAPER: { en: 'No biometrics are taken for this paper.', ar: 'لا تؤخذ بصمات لهذه الوثيقة.' },
  BIOMETRICS_MISSING: {
    en: 'For this paper the person has to appear for biometrics first.',
    ar: 'يجب حضور الشخص لأخذ البصمات أولًا لهذه الوثيقة.',
  },
  EXPIRES_BEFORE_ISSUE: { en: 'The paper would expire before it was issued.', ar: 'تنتهي الوثيقة قبل تاريخ إصدارها.' },
  REASON_NEEDS_WORDS: { en: 'Say the reason in words.', ar: 'اذكر السبب كتابةً.' },
  RECEIPT_MISSING: { en: 'Name the signed receipt as evidence.', ar: 'اذكر وصل الاستلام الموقع دليلًا.' },
  DELIVERED_BEFORE_ISSUE: { en: 'It was delivered before it was issued.', ar: 'تاريخ التسليم يسبق تاريخ الإصدار.' },
  RECEIVER_NOT_ENTITLED: {
    en: 'The paper is handed to the person, the guardian or the attorney alone.',
    ar: 'تُسلّم الوثيقة إلى صاحبها أو ولي أمره أو وكيله فقط.',
  },
  BLOCKED_CASES_NOT_RESUMED: {
    en: 'Other cases still wait for this paper. See that they go on first.',
    ar: 'ملفات أخرى ما زالت تنتظر هذه الوثيقة. تأكد من استئنافها أولًا.',
  },
};
