import { GLOSSARY, type Label } from '../kernel/labels.ts';

const term = (key: string): Label => GLOSSARY[key]!;

/** Words for the codes of a house and land case. */
export const codes = {
  type: {
    secondary_occupation: term('secondary_occupation'),
    disputed_ownership: { en: 'Disputed ownership', ar: 'نزاع على الملكية' },
    inheritance: { en: 'Inheritance', ar: 'إرث' },
    lost_or_burnt_deed: { en: 'Deed lost or burnt', ar: 'سند مفقود أو محترق' },
    informal_or_customary_tenure: { en: 'Informal or customary tenure', ar: 'حيازة عرفية أو غير رسمية' },
    occupancy_certificate: { en: 'Certificate of occupancy', ar: 'شهادة إشغال' },
    rent_dispute: { en: 'Dispute about rent', ar: 'نزاع إيجار' },
    land_grab: { en: 'Land grab', ar: 'استيلاء على أرض' },
    demolition_damage: { en: 'Demolition or damage', ar: 'هدم أو ضرر' },
    agricultural_land: { en: 'Agricultural land', ar: 'أرض زراعية' },
  },
  role: {
    claimant: { en: 'Claimant', ar: 'المطالب' },
    occupant: { en: 'Occupant', ar: 'الشاغل' },
    owner: { en: 'Owner', ar: 'المالك' },
    heir: { en: 'Heir', ar: 'الوارث' },
    tenant: { en: 'Tenant', ar: 'المستأجر' },
    other_party: { en: 'Other party', ar: 'طرف آخر' },
  },
  urgency: {
    emergency: { en: 'Emergency', ar: 'طارئة' },
    urgent: { en: 'Urgent', ar: 'عاجلة' },
    normal: { en: 'Normal', ar: 'اعتيادية' },
  },
  kind: {
    tapu_deed: term('title_deed'),
    court_ruling: { en: 'Court ruling', ar: 'قرار محكمة' },
    occupancy_certificate: { en: 'Certificate of occupancy', ar: 'شهادة إشغال' },
    utility_bill: { en: 'Bill for water or electricity', ar: 'قائمة ماء أو كهرباء' },
    witness: { en: 'Witness', ar: 'شاهد' },
    satellite: { en: 'Satellite image', ar: 'صورة فضائية' },
    authority_letter: { en: 'Letter of the local authority', ar: 'كتاب السلطة المحلية' },
    inheritance_deed: term('inheritance_deed'),
    own_home_restored: { en: 'Own home restored', ar: 'إصلاح دارهم الأصلية' },
    rental_help: { en: 'Help with rent', ar: 'مساعدة إيجار' },
    other_housing: { en: 'Other housing', ar: 'سكن آخر' },
    compensation: term('compensation'),
    time_to_leave: { en: 'Time to leave', ar: 'مهلة للإخلاء' },
  },
  strength: {
    strong: { en: 'Strong', ar: 'قوي' },
    medium: { en: 'Medium', ar: 'متوسط' },
    weak: { en: 'Weak', ar: 'ضعيف' },
  },
  mediator: {
    community_police: term('community_police'),
    tribal: { en: 'Tribal mediators', ar: 'وسطاء عشائريون' },
    mukhtar: term('mukhtar'),
    endowment: { en: 'Endowment', ar: 'ديوان الوقف' },
  },
  womenHeard: {
    yes: { en: 'Yes', ar: 'نعم' },
    no: { en: 'No', ar: 'لا' },
    none_concerned: { en: 'No woman is concerned', ar: 'لا توجد نساء معنيات' },
  },
  outcome: {
    for_claimant: { en: 'For the claimant', ar: 'لصالح المدعي' },
    in_part: { en: 'In part', ar: 'جزئيًا' },
    against_claimant: { en: 'Against the claimant', ar: 'ضد المدعي' },
  },
  by: {
    claimant: { en: 'Claimant', ar: 'المطالب' },
    other_party: { en: 'Other party', ar: 'الطرف الآخر' },
    representative: { en: 'Representative', ar: 'الممثل' },
  },
  form: {
    keys_handed_over: { en: 'Keys handed over', ar: 'تسليم المفاتيح' },
    vacated_by_agreement: { en: 'Vacated by agreement', ar: 'إخلاء بالاتفاق' },
    enforced: { en: 'Enforced', ar: 'تنفيذ قضائي' },
    registered_in_name: { en: 'Registered in the name', ar: 'تسجيل بالاسم' },
    exchange: { en: 'Exchange', ar: 'مبادلة' },
    sale: { en: 'Sale', ar: 'بيع' },
    rent_agreed: { en: 'Rent agreed', ar: 'اتفاق إيجار' },
    shared_use: { en: 'Shared use', ar: 'انتفاع مشترك' },
    payment: { en: 'Payment', ar: 'دفع مبلغ' },
    division_among_heirs: { en: 'Division among heirs', ar: 'قسمة بين الورثة' },
  },
  certificate: {
    title_deed: term('title_deed'),
    occupancy_certificate: { en: 'Certificate of occupancy', ar: 'شهادة إشغال' },
    usage_right: { en: 'Right of use', ar: 'حق انتفاع' },
    replacement_deed: { en: 'Replacement deed', ar: 'سند بدل ضائع' },
  },
  legalEffect: {
    ownership: { en: 'Ownership', ar: 'ملكية' },
    occupancy: { en: 'Occupancy', ar: 'إشغال' },
    use: { en: 'Use', ar: 'انتفاع' },
    registration_pending: { en: 'Registration pending', ar: 'التسجيل قيد الإنجاز' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Label>>>>;
