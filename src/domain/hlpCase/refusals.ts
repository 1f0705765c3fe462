import type { Label } from '../kernel/labels.ts';

/** Why a step of a house and land case was refused, and what to do. */
export const refusals: Readonly<Record<string, Label>> = {
  SECOND_OFFICER_NEEDED: {
    en: 'Whoever entered the request or the claim does not decide on it. Another officer has to.',
    ar: 'من أدخل الطلب أو الدعوى لا يبت فيه. يجب أن يبت فيه موظف آخر.',
  },
  PERSON_UNKNOWN: { en: 'There is no such person on record.', ar: 'لا يوجد شخص مسجل بهذا المعرّف.' },
  HOUSEHOLD_UNKNOWN: { en: 'There is no such household on record.', ar: 'لا توجد أسرة مسجلة بهذا المعرّف.' },
  CLAIM_UNKNOWN: { en: 'There is no such compensation claim.', ar: 'لا يوجد طلب تعويض كهذا.' },
  CLAIM_NOT_OF_PROPERTY: {
    en: 'That claim is not for damage to property.',
    ar: 'ذلك الطلب لا يتعلق بأضرار الممتلكات.',
  },
  CLAIMANT_MISSING: { en: 'Name who claims the house or the land.', ar: 'اذكر المطالب بالدار أو الأرض.' },
  PROPERTY_NOT_NAMED: { en: 'Give the number of the deed or the plot.', ar: 'أدخل رقم السند أو رقم القطعة.' },
  OFFICE_UNKNOWN: { en: 'There is no open office with this id.', ar: 'لا يوجد مكتب عامل بهذا المعرّف.' },
  DATE_IN_THE_FUTURE: { en: 'The date lies in the future.', ar: 'التاريخ في المستقبل.' },
  EVIDENCE_MISSING: {
    en: 'Name the paper on which this stands, as evidence or as a letter.',
    ar: 'اذكر الورقة التي يستند إليها ذلك، دليلًا أو كتابًا رسميًا.',
  },
  LETTER_MISSING: { en: 'Name the official letter.', ar: 'اذكر الكتاب الرسمي.' },
  MEDIATION_NOT_SCREENED: {
    en: 'Before any talks, record whether they may be offered at all.',
    ar: 'قبل أي وساطة سجّل ما إذا كان يجوز عرضها.',
  },
  MEDIATION_NOT_SUITABLE: {
    en: 'Talks may not be offered in this case. The court is the way.',
    ar: 'لا يجوز عرض الوساطة في هذه القضية. الطريق هو القضاء.',
  },
  WOMEN_NOT_HEARD: {
    en: 'An agreement is recorded after the women concerned have been heard.',
    ar: 'لا يُسجل الاتفاق إلا بعد سماع النساء المعنيات.',
  },
  NO_TENURE_EVIDENCE: {
    en: 'Record what shows who holds the house or the land first.',
    ar: 'سجّل أولًا ما يثبت حيازة الدار أو الأرض.',
  },
  OCCUPANT_KNOWN: { en: 'This household is recorded as occupant already.', ar: 'هذه الأسرة مسجلة شاغلةً أصلًا.' },
  OCCUPANT_UNKNOWN: { en: 'There is no such occupant in this case.', ar: 'لا يوجد شاغل كهذا في هذه القضية.' },
  OCCUPIED: { en: 'Occupants are recorded; the property is not vacant.', ar: 'هناك شاغلون مسجلون؛ العقار غير شاغر.' },
  OCCUPANCY_NOT_LOOKED_AT: {
    en: 'Record first who lives there, or that nobody does.',
    ar: 'سجّل أولًا من يشغل العقار، أو أنه شاغر.',
  },
  OCCUPANT_WITHOUT_ALTERNATIVE: {
    en: 'A family would lose its home. Offer it an alternative and record it first.',
    ar: 'ستفقد أسرة سكنها. اعرض عليها بديلًا وسجّله أولًا.',
  },
  OUTCOME_MISSING: {
    en: 'Nothing was settled yet. Say why the case is closed.',
    ar: 'لم تتم التسوية بعد. اذكر سبب الإغلاق.',
  },
};
