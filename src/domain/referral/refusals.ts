import type { Label } from '../kernel/labels.ts';

/** Why a referral was refused, and what to do. */
export const refusals: Readonly<Record<string, Label>> = {
  PROVIDER_UNKNOWN: {
    en: 'There is no such provider in the directory. Choose one from the list of service providers.',
    ar: 'لا يوجد مقدم خدمة كهذا في الدليل. اختر من قائمة مقدمي الخدمات.',
  },
  PROVIDER_ENTRY_STALE: {
    en: 'The provider has not confirmed its directory entry in time, so its services are not offered. Ask it to confirm.',
    ar: 'لم يؤكد مقدم الخدمة معلوماته في الدليل في الموعد، لذا لا تُعرض خدماته. اطلب منه تأكيدها.',
  },
  SERVICE_UNKNOWN: { en: 'The provider has no such service.', ar: 'لا توجد لدى مقدم الخدمة خدمة كهذه.' },
  SERVICE_NOT_OFFERED: { en: 'The service is paused or has ended.', ar: 'الخدمة متوقفة أو منتهية.' },
  NEED_NOT_MET: { en: 'The service does not answer this need.', ar: 'الخدمة لا تلبي هذه الحاجة.' },
  OUT_OF_AREA: { en: "The service does not work in the client's sub-district.", ar: 'الخدمة لا تعمل في ناحية المستفيد.' },
  NOT_ELIGIBLE: {
    en: 'The service is not for people of this sex or age.',
    ar: 'الخدمة غير مخصصة لهذا الجنس أو لهذه الفئة العمرية.',
  },
  NO_CAPACITY: { en: 'The service is full. Choose another provider.', ar: 'الخدمة ممتلئة. اختر مقدم خدمة آخر.' },
  OWN_ORGANISATION: {
    en: 'A referral goes to another organisation. Inside your own, assign or transfer the work.',
    ar: 'الإحالة تكون إلى جهة أخرى. داخل جهتك كلّف زميلًا أو انقل العمل.',
  },
  SENSITIVE_BY_PHONE: {
    en:
      'This service is sensitive. Record nothing about the person here: call the specialised provider on the number in the ' +
      'directory, and refer by code alone, without a household or a person.',
    ar:
      'هذه خدمة حساسة. لا تسجل هنا شيئًا عن الشخص: اتصل بمقدم الخدمة المتخصصة على الرقم المدرج في الدليل، وأحل بالرمز ' +
      'فقط دون أسرة أو شخص.',
  },
  NOT_A_SPECIALISED_SENDER: {
    en:
      'Sensitive referrals pass only between listed specialised providers. Call one on the number in the directory; it takes ' +
      'over from there.',
    ar: 'الإحالات الحساسة تتم فقط بين مقدمي الخدمات المتخصصة المدرجين. اتصل بأحدهم على الرقم المدرج في الدليل ليتولى الأمر.',
  },
  SUMMARY_SAYS_WHY: {
    en:
      'The summary says what is needed, never why. Leave out security matters, affiliation, perpetrators, illness and what ' +
      'the person has suffered.',
    ar: 'يذكر الملخص ما هو مطلوب لا سببه. احذف ما يتعلق بالأمن أو الانتماء أو الجناة أو المرض أو ما تعرض له الشخص.',
  },
  HOUSEHOLD_UNKNOWN: { en: 'There is no such household.', ar: 'لا توجد أسرة كهذه.' },
  PERSON_UNKNOWN: { en: 'There is no such person.', ar: 'لا يوجد شخص كهذا.' },
  CONSENT_UNKNOWN: {
    en: 'No such consent is on record. Record the consent first, or send on a signed form.',
    ar: 'لا توجد موافقة كهذه. سجل الموافقة أولًا أو أرسل بناءً على استمارة موقعة.',
  },
  CONSENT_WITHDRAWN: { en: 'This consent was withdrawn. Ask again.', ar: 'سُحبت هذه الموافقة. اطلبها من جديد.' },
  CONSENT_EXPIRED: { en: 'This consent has run out. Ask again.', ar: 'انتهت مدة هذه الموافقة. اطلبها من جديد.' },
  CONSENT_NOT_FOR_REFERRAL: { en: 'This consent was not given for referrals.', ar: 'لم تُمنح هذه الموافقة لغرض الإحالة.' },
  CONSENT_IN_THE_FUTURE: { en: 'The form bears a date in the future.', ar: 'تاريخ الاستمارة في المستقبل.' },
  CONSENT_DOES_NOT_NAME_RECEIVER: {
    en: 'The consent does not name this receiver. Ask the client whether this organisation may know.',
    ar: 'الموافقة لا تشمل هذه الجهة. اسأل المستفيد إن كان يوافق على إبلاغها.',
  },
  CONSENT_DOES_NOT_COVER_FIELDS: {
    en: 'The consent does not cover every field that would be sent. Ask the client about the fields named.',
    ar: 'الموافقة لا تشمل كل الحقول المطلوب إرسالها. اسأل المستفيد عن الحقول المذكورة.',
  },
  LIFE_SAVING_IS_AN_EMERGENCY: {
    en: 'Sending without consent is for emergencies only, to save a life.',
    ar: 'الإرسال دون موافقة يقتصر على الحالات الطارئة لإنقاذ الحياة.',
  },
  MINOR_NEEDS_GUARDIAN: {
    en: 'The client is under 18: name the guardian who agreed and the determination of best interest.',
    ar: 'المستفيد دون سن 18: اذكر ولي الأمر الموافق وتقرير المصلحة الفضلى.',
  },
  CLIENT_ERASED: { en: "The client's data was erased; nothing can be sent.", ar: 'مُحيت بيانات المستفيد، ولا يمكن إرسال شيء.' },
  OWNER_NOT_OF_RECEIVER: {
    en: 'The person named holds no post in the receiving organisation today.',
    ar: 'الشخص المسمى لا يشغل وظيفة في الجهة المستلمة اليوم.',
  },
  PLANNED_IN_THE_PAST: { en: 'The planned date lies in the past.', ar: 'الموعد المخطط في الماضي.' },
  ALTERNATIVE_NOT_NAMED: {
    en: 'Name the other provider if that is the alternative, and only then.',
    ar: 'اذكر مقدم الخدمة الآخر إن كان هو البديل، وفي هذه الحالة فقط.',
  },
  ALTERNATIVE_UNKNOWN: {
    en: 'The alternative has to be another provider of the directory.',
    ar: 'يجب أن يكون البديل مقدم خدمة آخر مدرجًا في الدليل.',
  },
  CONTACT_IN_THE_FUTURE: {
    en: 'Work starts once the client has been contacted; the date lies in the future.',
    ar: 'يبدأ العمل بعد الاتصال بالمستفيد، والتاريخ في المستقبل.',
  },
  SHORTFALL_NEEDS_REASON: {
    en: 'Say why the service was not, or only partly, delivered.',
    ar: 'اذكر سبب عدم تقديم الخدمة أو تقديمها جزئيًا.',
  },
  NO_SHORTFALL_TO_EXPLAIN: { en: 'A delivered service needs no reason.', ar: 'الخدمة المقدمة لا تحتاج إلى سبب.' },
  NOTHING_TO_DELETE: {
    en: 'Your organisation is not asked to delete anything of this referral.',
    ar: 'لم يُطلب من جهتك حذف شيء من هذه الإحالة.',
  },
  ASKED_SEPARATELY: {
    en: 'Client and receiver are asked separately: the sender records what the client says, the receiver answers for itself.',
    ar: 'يُسأل المستفيد والجهة المستلمة كل على حدة: تسجل الجهة المرسلة رأي المستفيد، وتجيب الجهة المستلمة عن نفسها.',
  },
  FEEDBACK_ALREADY_GIVEN: { en: 'This side has answered already.', ar: 'أجاب هذا الطرف من قبل.' },
  FEEDBACK_INCOMPLETE: {
    en: 'An answer says both whether the service was received and whether one is satisfied.',
    ar: 'الإجابة تبين استلام الخدمة والرضا عنها معًا.',
  },
  NO_ANSWER_NO_FEEDBACK: {
    en: 'Who did not answer cannot be satisfied or dissatisfied.',
    ar: 'من لم يجب لا يُسجل له رضا أو عدمه.',
  },
  FEEDBACK_STILL_DUE: {
    en: 'Client and receiver have both to be asked before the referral is closed; if one cannot be reached, record that.',
    ar: 'يُسأل المستفيد والجهة المستلمة قبل الإغلاق؛ وإذا تعذر الوصول إلى أحدهما فسجل ذلك.',
  },
  ANSWERS_DISAGREE: {
    en: 'The answers and the outcome disagree about whether help happened. Say in the note what was found.',
    ar: 'الإجابات والنتيجة متعارضة بشأن تقديم المساعدة. اذكر في الملاحظة ما تبين.',
  },
};
