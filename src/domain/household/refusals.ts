import type { ProcessLabels } from '../kernel/process.ts';
import { dataRefusals } from './codes.ts';

/** Words for every way a household's commands refuse. */
export const refusals: ProcessLabels['refusals'] = {
  ...dataRefusals,
  EVIDENCE_MISSING: {
    en: 'Name the paper or the letter this rests on, or say that it is still to come.',
    ar: 'اذكر الوثيقة أو الكتاب الذي يستند إليه ذلك، أو بيّن أنها ستُقدم لاحقًا.',
  },
  DATE_IN_THE_FUTURE: { en: 'The date lies in the future.', ar: 'التاريخ في المستقبل.' },
  UNTIL_IN_THE_PAST: { en: 'The last day lies in the past.', ar: 'اليوم الأخير في الماضي.' },
  NOTHING_CHANGED: { en: 'Nothing in this is new.', ar: 'لا جديد في ما أُدخل.' },
  BRANCH_NEEDED: { en: 'A household is opened for a branch.', ar: 'تُفتح الأسرة لحساب فرع.' },
  APPLICATION_NOT_ACCEPTED: {
    en: 'There is no accepted application for this household.',
    ar: 'لا يوجد طلب تسجيل مقبول لهذه الأسرة.',
  },
  ANOTHER_FILE_NUMBER: { en: 'The application was accepted under another file number.', ar: 'قُبل الطلب برقم إضبارة آخر.' },
  SPLIT_UNKNOWN: { en: 'No household split into this one.', ar: 'لم تنفصل أسرة إلى هذه الأسرة.' },
  ALREADY_A_MEMBER: { en: 'This person is a member already.', ar: 'هذا الشخص من أفراد الأسرة أصلًا.' },
  IN_ANOTHER_HOUSEHOLD: {
    en: 'This person belongs to another household. Have them removed there first, or raise a possible duplicate.',
    ar: 'هذا الشخص مسجل في أسرة أخرى. يُرفع منها أولًا أو يُبلّغ عن تكرار محتمل.',
  },
  MEMBER_DECEASED: { en: 'This member is recorded as deceased.', ar: 'هذا الفرد مسجل متوفى.' },
  HEAD_CANNOT_LEAVE: { en: 'Name another head first.', ar: 'سمِّ رب أسرة آخر أولًا.' },
  IS_THE_HEAD: { en: 'This person heads the household already.', ar: 'هذا الشخص هو رب الأسرة أصلًا.' },
  NOT_ABSENT: { en: 'This member was not reported missing or detained.', ar: 'لم يُبلّغ عن فقدان هذا الفرد أو احتجازه.' },
  DOCUMENT_NOT_ISSUED: { en: 'No such paper was issued in that request.', ar: 'لم تصدر وثيقة كهذه في ذلك الطلب.' },
  DOCUMENT_UNKNOWN: { en: 'No such document is recorded here.', ar: 'لا توجد وثيقة كهذه مسجلة هنا.' },
  LEG_WITHOUT_AREA: { en: 'Say where the family left from or where it went.', ar: 'بيّن من أين نزحت الأسرة أو إلى أين.' },
  NO_SITE: { en: 'No current place is recorded.', ar: 'لا يوجد مكان سكن حالي مسجل.' },
  ORIGIN_ALREADY_DECLARED: { en: 'An origin is on record; correct it.', ar: 'منطقة الأصل مسجلة؛ صحّحها.' },
  NEED_UNKNOWN: { en: 'No such need is recorded here.', ar: 'لا يوجد احتياج كهذا مسجل هنا.' },
  NO_OUTREACH_ASKED: { en: 'Nothing calls for a visit or a call.', ar: 'لا يوجد ما يستدعي زيارة أو اتصالًا.' },
  NO_OBSERVATION: { en: 'Say who saw the family at its origin, and when.', ar: 'بيّن من شاهد الأسرة في منطقة الأصل ومتى.' },
  REPORTS_NOT_INDEPENDENT: {
    en: 'Two reports from different sources are needed, or a visit or a call.',
    ar: 'يلزم بلاغان من مصدرين مختلفين، أو زيارة أو اتصال.',
  },
  ANOTHER_MOVEMENT: { en: 'The household departs with another movement.', ar: 'الأسرة مغادرة ضمن رحلة أخرى.' },
  BASIS_DOES_NOT_FIT: { en: 'This is no ground for that pathway.', ar: 'هذا الأساس لا يوافق ذلك المسار.' },
  BASIS_NOT_SHOWN: {
    en: 'Name the movement, the letter or the paper that shows it.',
    ar: 'اذكر الرحلة أو الكتاب أو الوثيقة التي تثبت ذلك.',
  },
  HOUSEHOLD_NOT_ASKED: {
    en: 'A file is closed when the family asked for it or confirmed it.',
    ar: 'يُغلق القيد بطلب من الأسرة أو بتأكيدها.',
  },
  NOT_THE_DISPLACEMENT_BRANCH: { en: 'Only the branch of the file closes it.', ar: 'لا يغلق القيد إلا فرعه.' },
  FILE_ON_HOLD: { en: 'The file cannot be closed at present.', ar: 'لا يمكن غلق القيد في الوقت الحاضر.' },
  NOT_YOUR_FILE: { en: 'Your office does not keep this file.', ar: 'القيد لا يعود إلى مكتبك.' },
  FILE_NOT_TRANSFERRED: { en: 'The file was not transferred to your branch.', ar: 'لم يُنقل القيد إلى فرعك.' },
  SECOND_OFFICER_NEEDED: {
    en: 'Another officer than the one who opened it has to do this.',
    ar: 'يجب أن يقوم بذلك موظف آخر غير الذي فتح الملف.',
  },
  CONSENT_UNKNOWN: { en: 'There is no such consent.', ar: 'لا توجد موافقة كهذه.' },
  CONSENT_WITHDRAWN: { en: 'This consent was withdrawn.', ar: 'سُحبت هذه الموافقة.' },
  CONSENT_NOT_NARROWER: {
    en: 'A consent is only narrowed; for more, ask for a new one.',
    ar: 'لا يمكن إلا تضييق الموافقة؛ لما هو أوسع اطلب موافقة جديدة.',
  },
  NOBODY_STAYS: { en: 'Somebody has to stay in the household.', ar: 'يجب أن يبقى أحد في الأسرة.' },
  REMAINING_HEAD_NEEDED: { en: 'Name the head of those who stay.', ar: 'سمِّ رب أسرة الباقين.' },
  HEAD_IS_ALIVE: { en: 'The head is not recorded as deceased.', ar: 'رب الأسرة غير مسجل متوفى.' },
  AGREEMENT_MISSING: {
    en: 'The head has to agree, or a court paper is needed. On a protection ground nobody is asked.',
    ar: 'تلزم موافقة رب الأسرة أو وثيقة من المحكمة. ولا يُسأل أحد إذا كان السبب هو الحماية.',
  },
  MERGE_NOT_DECIDED: { en: 'No decision says that these households are one.', ar: 'لا يوجد قرار بأن الأسرتين واحدة.' },
};
