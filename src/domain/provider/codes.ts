import { z } from 'zod';
import type { Label } from '../kernel/labels.ts';

/** Kinds of service whose clients are known only by a code outside the specialised providers (domain.md §8, privacy; §18 row 54). */
export const SENSITIVITIES = ['gbv', 'child_protection', 'mhpss', 'ysl', 'tip'] as const;
export const Sensitivity = z.enum(SENSITIVITIES);
export type Sensitivity = z.infer<typeof Sensitivity>;

export const CATEGORIES = [
  'legal',
  'shelter',
  'livelihood',
  'education',
  'health',
  'social_protection',
  'basic_needs',
  'mine_action',
  'community',
  'specialised',
] as const;
export const Category = z.enum(CATEGORIES);
export type Category = z.infer<typeof Category>;

export const NEEDS = [
  'civil_documents',
  'legal_counselling',
  'housing_land_property',
  'compensation_claim',
  'housing_rehabilitation',
  'emergency_shelter',
  'eviction_support',
  'job_placement',
  'business_grant',
  'vocational_training',
  'agriculture_support',
  'school_enrolment',
  'catch_up_classes',
  'primary_health',
  'medical_treatment',
  'disability_support',
  'social_safety_net',
  'cash_assistance',
  'food',
  'household_items',
  'water_sanitation',
  'return_transport',
  'risk_education',
  'victim_assistance',
  'mediation',
  'reintegration_support',
  'specialised_support',
  ...SENSITIVITIES,
] as const;
/** What a person needs, in the words a service is offered and a referral is asked in. */
export const Need = z.enum(NEEDS);
export type Need = z.infer<typeof Need>;

/** The category a need belongs to. */
export const CATEGORY_OF: Readonly<Record<Need, Category>> = {
  civil_documents: 'legal',
  legal_counselling: 'legal',
  housing_land_property: 'legal',
  compensation_claim: 'legal',
  housing_rehabilitation: 'shelter',
  emergency_shelter: 'shelter',
  eviction_support: 'shelter',
  job_placement: 'livelihood',
  business_grant: 'livelihood',
  vocational_training: 'livelihood',
  agriculture_support: 'livelihood',
  school_enrolment: 'education',
  catch_up_classes: 'education',
  primary_health: 'health',
  medical_treatment: 'health',
  disability_support: 'health',
  social_safety_net: 'social_protection',
  cash_assistance: 'social_protection',
  food: 'basic_needs',
  household_items: 'basic_needs',
  water_sanitation: 'basic_needs',
  return_transport: 'basic_needs',
  risk_education: 'mine_action',
  victim_assistance: 'mine_action',
  mediation: 'community',
  reintegration_support: 'community',
  specialised_support: 'specialised',
  gbv: 'specialised',
  child_protection: 'specialised',
  mhpss: 'specialised',
  ysl: 'specialised',
  tip: 'specialised',
};

/** Whether a need names a kind of sensitive service; `specialised_support` is the word that does not. */
export const isSensitive = (need: Need): need is Sensitivity => Sensitivity.safeParse(need).success;

export const Sex = z.enum(['female', 'male']);
export type Sex = z.infer<typeof Sex>;

/** Age bands of a referral; the first three are minors. */
export const AGE_BANDS = ['0-4', '5-11', '12-17', '18-59', '60+'] as const;
export const AgeBand = z.enum(AGE_BANDS);
export type AgeBand = z.infer<typeof AgeBand>;

export const Cost = z.enum(['free', 'subsidised', 'paid']);
export const StaffSex = z.enum(['female', 'male', 'both']);
export const Accessibility = z.enum(['step_free', 'sign_language', 'home_visits', 'transport', 'remote', 'child_friendly']);
export const Language = z.enum(['ar', 'ckb', 'kmr', 'tk', 'syr', 'en']);

/** Words for the codes of services and needs; also those of a referral, which uses the same codes. */
export const serviceCodes = {
  need: {
    civil_documents: { en: 'Civil documents', ar: 'الوثائق المدنية' },
    legal_counselling: { en: 'Legal counselling', ar: 'استشارة قانونية' },
    housing_land_property: { en: 'Housing, land and property', ar: 'السكن والأراضي والممتلكات' },
    compensation_claim: { en: 'Help with a compensation claim', ar: 'المساعدة في معاملة التعويض' },
    housing_rehabilitation: { en: 'Housing rehabilitation', ar: 'إعادة تأهيل المساكن' },
    emergency_shelter: { en: 'Emergency shelter', ar: 'مأوى طارئ' },
    eviction_support: { en: 'Help against eviction', ar: 'المساعدة عند الإخلاء' },
    job_placement: { en: 'Finding work', ar: 'التوظيف' },
    business_grant: { en: 'Small business grant', ar: 'منحة مشروع صغير' },
    vocational_training: { en: 'Vocational training', ar: 'تدريب مهني' },
    agriculture_support: { en: 'Support to farming', ar: 'دعم زراعي' },
    school_enrolment: { en: 'School enrolment', ar: 'التسجيل في المدرسة' },
    catch_up_classes: { en: 'Catch-up classes', ar: 'تعليم تعويضي' },
    primary_health: { en: 'Primary health care', ar: 'رعاية صحية أولية' },
    medical_treatment: { en: 'Medical treatment', ar: 'علاج طبي' },
    disability_support: { en: 'Support for people with disabilities', ar: 'دعم الأشخاص ذوي الإعاقة' },
    social_safety_net: { en: 'Social protection network', ar: 'شبكة الحماية الاجتماعية' },
    cash_assistance: { en: 'Cash assistance', ar: 'مساعدة نقدية' },
    food: { en: 'Food', ar: 'غذاء' },
    household_items: { en: 'Household items', ar: 'مواد منزلية' },
    water_sanitation: { en: 'Water and sanitation', ar: 'المياه والصرف الصحي' },
    return_transport: { en: 'Transport for return', ar: 'النقل للعودة' },
    risk_education: { en: 'Mine risk education', ar: 'التوعية بمخاطر الألغام' },
    victim_assistance: { en: 'Assistance to victims of explosives', ar: 'مساعدة ضحايا المخلفات الحربية' },
    mediation: { en: 'Mediation in the community', ar: 'وساطة مجتمعية' },
    reintegration_support: { en: 'Support to reintegration', ar: 'دعم إعادة الاندماج' },
    specialised_support: { en: 'Specialised support', ar: 'دعم متخصص' },
    gbv: { en: 'Gender-based violence services', ar: 'خدمات العنف القائم على النوع الاجتماعي' },
    child_protection: { en: 'Child protection', ar: 'حماية الطفل' },
    mhpss: { en: 'Mental health and psychosocial support', ar: 'الصحة النفسية والدعم النفسي الاجتماعي' },
    ysl: { en: 'Services under the Yazidi Survivors Law', ar: 'خدمات قانون الناجيات الأيزيديات' },
    tip: { en: 'Services against human trafficking', ar: 'خدمات مكافحة الاتجار بالبشر' },
  },
  category: {
    legal: { en: 'Legal help and documents', ar: 'المساعدة القانونية والوثائق' },
    shelter: { en: 'Shelter', ar: 'المأوى' },
    livelihood: { en: 'Livelihood', ar: 'سبل العيش' },
    education: { en: 'Education', ar: 'التعليم' },
    health: { en: 'Health', ar: 'الصحة' },
    social_protection: { en: 'Social protection', ar: 'الحماية الاجتماعية' },
    basic_needs: { en: 'Basic needs', ar: 'الاحتياجات الأساسية' },
    mine_action: { en: 'Mine action', ar: 'شؤون الألغام' },
    community: { en: 'Community', ar: 'المجتمع' },
    specialised: { en: 'Specialised services', ar: 'خدمات متخصصة' },
  },
  sensitive: {
    gbv: { en: 'Gender-based violence', ar: 'العنف القائم على النوع الاجتماعي' },
    child_protection: { en: 'Child protection', ar: 'حماية الطفل' },
    mhpss: { en: 'Mental health and psychosocial support', ar: 'الصحة النفسية والدعم النفسي الاجتماعي' },
    ysl: { en: 'Yazidi Survivors Law', ar: 'قانون الناجيات الأيزيديات' },
    tip: { en: 'Human trafficking', ar: 'الاتجار بالبشر' },
  },
  sex: { female: { en: 'Female', ar: 'أنثى' }, male: { en: 'Male', ar: 'ذكر' } },
  ageBand: {
    '0-4': { en: '0 to 4 years', ar: 'من 0 إلى 4 سنوات' },
    '5-11': { en: '5 to 11 years', ar: 'من 5 إلى 11 سنة' },
    '12-17': { en: '12 to 17 years', ar: 'من 12 إلى 17 سنة' },
    '18-59': { en: '18 to 59 years', ar: 'من 18 إلى 59 سنة' },
    '60+': { en: '60 years and over', ar: '60 سنة فأكثر' },
  },
  cost: {
    free: { en: 'Free of charge', ar: 'مجاني' },
    subsidised: { en: 'Subsidised', ar: 'مدعوم' },
    paid: { en: 'Paid', ar: 'بأجر' },
  },
  staffSex: {
    female: { en: 'Female staff', ar: 'كادر نسوي' },
    male: { en: 'Male staff', ar: 'كادر رجالي' },
    both: { en: 'Female and male staff', ar: 'كادر نسوي ورجالي' },
  },
  accessibility: {
    step_free: { en: 'Step-free access', ar: 'مدخل بلا درج' },
    sign_language: { en: 'Sign language', ar: 'لغة الإشارة' },
    home_visits: { en: 'Home visits', ar: 'زيارات منزلية' },
    transport: { en: 'Transport provided', ar: 'توفير النقل' },
    remote: { en: 'By phone or online', ar: 'عبر الهاتف أو الإنترنت' },
    child_friendly: { en: 'Child-friendly', ar: 'ملائم للأطفال' },
  },
  language: {
    ar: { en: 'Arabic', ar: 'العربية' },
    ckb: { en: 'Sorani Kurdish', ar: 'الكردية السورانية' },
    kmr: { en: 'Kurmanji Kurdish', ar: 'الكردية الكرمانجية' },
    tk: { en: 'Turkmen', ar: 'التركمانية' },
    syr: { en: 'Syriac', ar: 'السريانية' },
    en: { en: 'English', ar: 'الإنكليزية' },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, Label>>>>;
