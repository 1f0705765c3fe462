import type { Label } from '../kernel/labels.ts';
import type { Column, ColumnKind } from './columns.ts';

type Words = Readonly<Record<string, Label>>;

const types: Words = {
  martyrdom: { en: 'Martyrdom', ar: 'استشهاد' },
  missing: { en: 'Missing or abducted', ar: 'مفقود أو مختطف' },
  injury: { en: 'Injury or disability', ar: 'إصابة أو عجز' },
  property: { en: 'Property damage', ar: 'أضرار الممتلكات' },
  job_study: { en: 'Employment and study', ar: 'الوظيفة والدراسة' },
};

const causes: Words = {
  military_operation: { en: 'Military operation', ar: 'عملية عسكرية' },
  military_error: { en: 'Military error', ar: 'خطأ عسكري' },
  armed_attack: { en: 'Armed attack', ar: 'هجوم مسلح' },
  explosive_remnant: { en: 'Mine or explosive remnant', ar: 'لغم أو مخلف حربي' },
  abduction: { en: 'Abduction', ar: 'اختطاف' },
  other: { en: 'Other', ar: 'أخرى' },
};

const sexes: Words = {
  female: { en: 'Female', ar: 'أنثى' },
  male: { en: 'Male', ar: 'ذكر' },
  unknown: { en: 'Not known', ar: 'غير معروف' },
};

const properties: Words = {
  house: { en: 'House', ar: 'دار' },
  furniture: { en: 'Furniture', ar: 'أثاث' },
  vehicle: { en: 'Vehicle', ar: 'مركبة' },
  land: { en: 'Land', ar: 'أرض' },
  agricultural_land: { en: 'Agricultural land', ar: 'أرض زراعية' },
  shop: { en: 'Shop', ar: 'محل' },
  business: { en: 'Business', ar: 'منشأة' },
  other: { en: 'Other', ar: 'أخرى' },
};

const occupations: Words = {
  owner: { en: 'By the owner', ar: 'من المالك' },
  others: { en: 'By others', ar: 'من آخرين' },
  empty: { en: 'Empty', ar: 'شاغرة' },
  destroyed: { en: 'Destroyed', ar: 'مدمرة' },
  unknown: { en: 'Not known', ar: 'غير معروف' },
};

const jobs: Words = { employment: { en: 'Employment', ar: 'وظيفة' }, study: { en: 'Study', ar: 'دراسة' } };

const rejections: Words = {
  not_covered_by_law: { en: 'Not covered by the law', ar: 'غير مشمول بالقانون' },
  damage_not_proved: { en: 'Damage not proved', ar: 'لم يثبت الضرر' },
  title_not_proved: { en: 'Title not proved', ar: 'لم تثبت الملكية' },
  already_compensated: { en: 'Already compensated', ar: 'سبق تعويضه' },
  outside_period: { en: 'Outside the period', ar: 'خارج المدة' },
  other: { en: 'Other', ar: 'أخرى' },
};

const methods: Words = {
  bank_transfer: { en: 'Bank transfer', ar: 'تحويل مصرفي' },
  card: { en: 'Card', ar: 'بطاقة' },
  cheque: { en: 'Cheque', ar: 'صك' },
  cash: { en: 'Cash', ar: 'نقدًا' },
};

const column = (
  key: string,
  en: string,
  ar: string,
  kind: ColumnKind,
  example: string,
  more: Partial<Pick<Column, 'required' | 'codes' | 'most' | 'unique'>> = {},
): Column => ({ key, heading: { en, ar }, kind, example, ...more });

const row = { required: 'row' } as const;
const name = { most: 80 };

/**
 * The template for claims: one row a claim of a natural person, at the stage that the last of its dates names (domain.md §4.1).
 * Claims with several heirs, of legal persons or by lawyers are entered by hand.
 */
export const claimColumns: readonly Column[] = [
  column('claimNo', 'Claim number', 'رقم المعاملة', 'text', '118/2016', { ...row, most: 80, unique: true }),
  column('claimType', 'Type of claim', 'نوع المطالبة', 'code', 'property', { ...row, codes: types }),
  column('firstName', "Claimant's first name", 'اسم صاحب المعاملة', 'text', 'اسم', { ...row, ...name }),
  column('fatherName', "Claimant's father", 'اسم والد صاحب المعاملة', 'text', 'أب', name),
  column('grandfatherName', "Claimant's grandfather", 'اسم جد صاحب المعاملة', 'text', 'جد', name),
  column('familyName', "Claimant's family name", 'لقب صاحب المعاملة', 'text', 'لقب', name),
  column('motherName', "Claimant's mother", 'اسم والدة صاحب المعاملة', 'text', 'أم'),
  column('sex', "Claimant's sex", 'جنس صاحب المعاملة', 'code', 'female', { ...row, codes: sexes }),
  column('birth', 'Claimant born', 'تاريخ ولادة صاحب المعاملة', 'partialDate', '1970'),
  column('phone', 'Telephone', 'الهاتف', 'phone', '07700000000'),
  column('nationalNumber', 'Number of the unified national card', 'رقم البطاقة الوطنية الموحدة', 'text', '197000000001', {
    most: 60,
  }),
  column('victimFirstName', "Victim's first name", 'اسم الضحية', 'text', '', name),
  column('victimFatherName', "Victim's father", 'اسم والد الضحية', 'text', '', name),
  column('victimGrandfatherName', "Victim's grandfather", 'اسم جد الضحية', 'text', '', name),
  column('victimFamilyName', "Victim's family name", 'لقب الضحية', 'text', '', name),
  column('victimMotherName', "Victim's mother", 'اسم والدة الضحية', 'text', ''),
  column('victimSex', "Victim's sex", 'جنس الضحية', 'code', '', { codes: sexes }),
  column('victimBirth', 'Victim born', 'تاريخ ولادة الضحية', 'partialDate', ''),
  column('incidentDate', 'Date of the incident', 'تاريخ الحادث', 'partialDate', '2014-08', row),
  column('incidentArea', 'Place of the incident', 'مكان الحادث', 'place', 'IQG15Q07N03', row),
  column('cause', 'Cause', 'السبب', 'code', 'military_operation', { ...row, codes: causes }),
  column('propertyKind', 'Kind of property', 'نوع الممتلكات', 'code', 'house', { codes: properties }),
  column('deedNo', 'Number of the deed', 'رقم السند', 'text', '77/4', name),
  column('damage', 'Degree of damage, 1 to 4', 'درجة الضرر من 1 إلى 4', 'amount', '3'),
  column('occupation', 'Occupied', 'الإشغال', 'code', 'empty', { codes: occupations }),
  column('jobKind', 'Employment or study', 'وظيفة أو دراسة', 'code', '', { codes: jobs }),
  column('institution', 'Employer or school', 'جهة العمل أو الدراسة', 'text', ''),
  column('jobFrom', 'Lost since', 'تاريخ الانقطاع', 'date', ''),
  column('submittedOn', 'Submitted on', 'تاريخ التقديم', 'date', '2016-03-01', row),
  column('receiptNo', 'Number of the receipt', 'رقم الوصل', 'text', '3', { most: 80 }),
  column('registeredOn', 'Registered on', 'تاريخ التسجيل', 'date', '2016-03-02', row),
  column('recommendedOn', 'Recommended on', 'تاريخ التوصية', 'date', '2018-01-10'),
  column('recommendedIQD', 'Recommended amount (IQD)', 'المبلغ الموصى به (د.ع)', 'amount', '25000000'),
  column('rejectedOn', 'Rejected on', 'تاريخ الرفض', 'date', ''),
  column('rejectionReason', 'Reason of the rejection', 'سبب الرفض', 'code', '', { codes: rejections }),
  column('finalOn', 'Final at the sub-committee on', 'تاريخ اكتساب الدرجة القطعية في اللجنة الفرعية', 'date', ''),
  column('finalIQD', 'Final amount (IQD)', 'المبلغ القطعي (د.ع)', 'amount', ''),
  column('ratifiedOn', 'Ratified on', 'تاريخ المصادقة', 'date', '2019-05-05'),
  column('ratifiedIQD', 'Ratified amount (IQD)', 'المبلغ المصادق عليه (د.ع)', 'amount', '25000000'),
  column('committeeNo', 'Number of the Central Committee', 'رقم اللجنة المركزية', 'amount', '1'),
  column('decisionNo', 'Number of the decision', 'رقم القرار', 'text', '71', { most: 80 }),
  column('sentToFinanceOn', 'Sent to Finance on', 'تاريخ الإرسال إلى المالية', 'date', ''),
  column('financePassedOn', 'Passed by Finance on', 'تاريخ تدقيق المالية', 'date', ''),
  column('paidOn', 'Paid on', 'تاريخ الصرف', 'date', ''),
  column('paymentMethod', 'Paid by', 'طريقة الصرف', 'code', '', { codes: methods }),
  column('paymentProof', 'Proof of payment', 'مستند الصرف', 'text', '', { most: 80 }),
  column('letterNumber', 'Number of the letter', 'رقم الكتاب', 'text', '', { most: 80 }),
  column('letterDate', 'Date of the letter', 'تاريخ الكتاب', 'date', ''),
  column('letterIssuedBy', 'Letter issued by', 'جهة إصدار الكتاب', 'text', ''),
];
