import { GLOSSARY, type Label } from '../kernel/labels.ts';

const term = (key: string): Label => GLOSSARY[key]!;

export const refusals: Readonly<Record<string, Label>> = {
  PERSON_UNKNOWN: { en: 'There is no such person on record.', ar: 'لا يوجد شخص كهذا في السجل.' },
  PERSON_ELSEWHERE: {
    en: 'Another office keeps the record of this person: it asks, or passes the record on.',
    ar: 'سجل هذا الشخص لدى دائرة أخرى: هي التي تطلب التصريح أو تحيل السجل.',
  },
  AGE_UNKNOWN: {
    en: 'Record when the person was born first: who may be a minor is never cleared.',
    ar: 'سجّل تاريخ الولادة أولًا: من قد يكون قاصرًا لا يُطلب له تصريح.',
  },
  MINOR_NOT_CLEARED: { en: 'Minors are never cleared for themselves.', ar: 'لا يُطلب تصريح أمني للقاصرين بأنفسهم.' },
  CONSENT_MISSING: {
    en: 'Name the consent on record (record.consentRef): the person knows what is asked of whom.',
    ar: 'اذكر الموافقة المسجلة (record.consentRef): الشخص على علم بما يُطلب وممن.',
  },
  HOUSEHOLD_UNKNOWN: { en: 'There is no such household.', ar: 'لا توجد أسرة بهذا المعرف.' },
  NOT_A_MEMBER: { en: 'This person does not belong to the household.', ar: 'هذا الشخص ليس من أفراد الأسرة.' },
  CONSENT_UNKNOWN: { en: 'The family gave no such consent.', ar: 'لم تعطِ الأسرة موافقة كهذه.' },
  CONSENT_WITHDRAWN: { en: 'The family withdrew this consent.', ar: 'سحبت الأسرة هذه الموافقة.' },
  CONSENT_EXPIRED: { en: 'This consent ran out on {until}.', ar: 'انتهت هذه الموافقة في {until}.' },
  CONSENT_NOT_FOR_CLEARANCE: {
    en: 'The family did not give this consent for clearances.',
    ar: 'لم تعطِ الأسرة هذه الموافقة لغرض التصاريح الأمنية.',
  },
  NOT_REQUIRED: { en: 'This purpose does not ask this actor.', ar: 'هذا الغرض لا يتطلب هذه الجهة.' },
  REQUIRED: { en: 'This purpose does ask this actor.', ar: 'هذا الغرض يتطلب هذه الجهة.' },
  LETTER_AHEAD: { en: 'A letter cannot be dated ahead.', ar: 'لا يكون تاريخ الكتاب لاحقًا.' },
  RUN_OUT: { en: 'By that letter the clearance has run out already.', ar: 'بموجب هذا الكتاب انتهت صلاحية التصريح.' },
};

export const codes: Readonly<Record<string, Readonly<Record<string, Label>>>> = {
  purpose: {
    return: term('return'),
    documents: { en: 'Documents', ar: 'الوثائق' },
    compensation_claim: { en: 'Compensation claim', ar: 'طلب تعويض' },
    compensation_payment: { en: 'Payment of compensation', ar: 'صرف تعويض' },
    residence: { en: 'Residence', ar: 'السكن' },
    travel: { en: 'Travel', ar: 'السفر' },
    employment_programme: { en: 'Employment programme', ar: 'برنامج تشغيل' },
  },
  actor: {
    national_security_service: term('national_security_service'),
    police: { en: 'Police', ar: 'الشرطة' },
    federal_police: term('federal_police'),
    army: { en: 'Army', ar: 'الجيش' },
    operations_command: term('operations_command'),
    popular_mobilisation_forces: term('popular_mobilisation_forces'),
    saraya_al_salam: term('saraya_al_salam'),
    asayish: term('asayish'),
  },
  is: {
    granted: { en: 'Granted', ar: 'مُنح' },
    granted_with_conditions: { en: 'Granted on conditions', ar: 'مُنح بشروط' },
    refused: { en: 'Refused', ar: 'رُفض' },
  },
  outcome: { upheld: { en: 'Upheld', ar: 'أُيّد' }, reversed: { en: 'Reversed', ar: 'نُقض' } },
  ground: {
    first: { en: 'First request', ar: 'طلب أول' },
    again: { en: 'Asked again', ar: 'طلب متكرر' },
    name_similarity: { en: 'Similar name', ar: 'تشابه أسماء' },
    new_evidence: { en: 'New evidence', ar: 'أدلة جديدة' },
    wrong_person: { en: 'Another person is meant', ar: 'المقصود شخص آخر' },
  },
  reasonCategory: {
    name_similarity: { en: 'Similar name', ar: 'تشابه أسماء' },
    applicant_must_appear: { en: 'Has to appear in person', ar: 'يجب حضوره شخصيًا' },
    applicant_pending_case: { en: 'Own case pending', ar: 'قضية خاصة به قيد النظر' },
    undisclosed: { en: 'Not told', ar: 'لم يُفصح عنه' },
  },
};
