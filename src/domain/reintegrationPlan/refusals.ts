import type { Label } from '../kernel/labels.ts';

/** What to do when a rule of the plan says no. */
export const refusals: Readonly<Record<string, Label>> = {
  HOUSEHOLD_UNKNOWN: {
    en: 'There is no such household, or its file was voided or merged.',
    ar: 'لا توجد أسرة كهذه، أو أن ملفها أُبطل أو دُمج.',
  },
  PERSON_UNKNOWN: { en: 'There is no such person in the register.', ar: 'لا يوجد شخص كهذا في السجل.' },
  NOT_A_MEMBER: { en: 'This person is not a member of the household.', ar: 'هذا الشخص ليس من أفراد الأسرة.' },
  ASSESSMENT_INCOMPLETE: {
    en: 'The assessment looks at every domain. Still missing: {domains}.',
    ar: 'يشمل التقييم جميع المجالات، وما زال ينقص: {domains}.',
  },
  REVIEW_INCOMPLETE: {
    en: 'The review scores every domain the plan still works on. Missing: {domains}.',
    ar: 'تقيّم المراجعة كل مجال ما زالت الخطة تعمل عليه. الناقص: {domains}.',
  },
  OWNER_UNKNOWN: {
    en: 'The organisation that is to see to a goal is not in the directory, or has ended.',
    ar: 'الجهة المكلفة بالهدف غير موجودة في الدليل أو انتهى عملها.',
  },
  GOAL_DUE_IN_THE_PAST: { en: 'A goal is due on a day to come, not on {due}.', ar: 'موعد الهدف يكون لاحقًا، لا في {due}.' },
  NO_WORDS_FOR_MHPSS: {
    en: 'For mental health and psychosocial support the plan says the domain only. Leave the words out.',
    ar: 'في الصحة النفسية والدعم النفسي الاجتماعي تذكر الخطة المجال فقط. احذف النص.',
  },
  CONSENT_MISSING: {
    en: 'New goals need a consent that covers them.',
    ar: 'تتطلب الأهداف الجديدة موافقة تشملها.',
  },
  CONSENT_NEEDS_FORM: {
    en: 'A resident of the host community consents on paper. Name the form.',
    ar: 'موافقة المقيم من المجتمع المضيف تكون خطية. اذكر الاستمارة.',
  },
  CONSENT_UNKNOWN: { en: 'The household has given no such consent.', ar: 'لم تعطِ الأسرة موافقة كهذه.' },
  CONSENT_WITHDRAWN: { en: 'This consent was withdrawn. Ask anew.', ar: 'سُحبت هذه الموافقة. اطلب موافقة جديدة.' },
  CONSENT_EXPIRED: { en: 'This consent ended on {until}. Ask anew.', ar: 'انتهت هذه الموافقة في {until}. اطلب موافقة جديدة.' },
  CONSENT_NOT_FOR_ASSISTANCE: {
    en: 'This consent was not given for assistance. Ask for one that is.',
    ar: 'لم تُعطَ هذه الموافقة لغرض المساعدة. اطلب موافقة تشملها.',
  },
  CONSENT_IN_THE_FUTURE: {
    en: 'The consent cannot have been given on {givenOn}, a day to come.',
    ar: 'لا يمكن أن تكون الموافقة قد أُعطيت في {givenOn} وهو تاريخ لاحق.',
  },
  CONSENT_DOES_NOT_NAME_OWNER: {
    en: 'The consent does not name an organisation that is to see to a goal. Ask the family, or choose another.',
    ar: 'لا تذكر الموافقة جهة مكلفة بأحد الأهداف. اسأل الأسرة أو اختر جهة أخرى.',
  },
  GOAL_UNKNOWN: { en: 'The plan has no such goal.', ar: 'لا يوجد هدف كهذا في الخطة.' },
  GOAL_CLOSED: { en: 'This goal is closed already ({status}).', ar: 'أُغلق هذا الهدف من قبل ({status}).' },
  GOAL_NOT_YOURS: {
    en: 'Another organisation sees to this goal. Only it, or who keeps the plan, may record on it.',
    ar: 'جهة أخرى مكلفة بهذا الهدف، ولا يسجل عليه سواها أو الجهة التي تحفظ الخطة.',
  },
  REFERRAL_UNKNOWN: {
    en: 'There is no such referral, or it is not under way.',
    ar: 'لا توجد إحالة كهذه، أو أنها ليست قيد العمل.',
  },
  REFERRAL_OF_OTHERS: {
    en: 'The referral is not on record as one of this household or person.',
    ar: 'هذه الإحالة ليست مسجلة لهذه الأسرة أو لهذا الشخص.',
  },
  SERVICE_ALREADY_LINKED: { en: 'The referral is linked to a goal already.', ar: 'الإحالة مرتبطة بهدف من قبل.' },
  NOTE_MISSING: { en: 'For another reason, say which.', ar: 'إذا كان السبب غير ما ذُكر فاكتبه.' },
  GOALS_STILL_OPEN: {
    en: 'Goals are still open ({goals}). Say of each whether it was met, not met or dropped.',
    ar: 'ما زالت أهداف مفتوحة ({goals}). بيّن لكل منها هل تحقق أم لم يتحقق أم تُرك.',
  },
  NO_GOAL_MET: {
    en: 'No goal was met. A plan without one is discontinued, with its reason.',
    ar: 'لم يتحقق أي هدف. تُوقف الخطة مع ذكر السبب.',
  },
};
