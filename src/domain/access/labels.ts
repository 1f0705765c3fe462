import type { Label } from '../kernel/labels.ts';
import { ROLES, type Role } from './roles.ts';

/** Posts as people read them. Sorani only where the glossary of the domain specification gives the whole term. */
export const ROLE_LABELS: Readonly<Record<Role, Label>> = {
  registrar: { en: 'Registrar', ar: 'موظف التسجيل' },
  verifier: { en: 'Verifier', ar: 'موظف التدقيق' },
  headOfBranch: { en: 'Head of branch', ar: 'مدير الفرع' },
  branchesAffairs: { en: 'Branches Affairs Department', ar: 'دائرة شؤون الفروع' },
  legalDepartment: { en: 'Legal Department', ar: 'الدائرة القانونية' },
  adminFinance: { en: 'Administration and Finance', ar: 'الدائرة الإدارية والمالية' },
  planning: { en: 'Planning and information', ar: 'التخطيط والمعلومات' },
  campManager: { en: 'Camp or centre manager', ar: 'مدير المخيم أو المركز' },
  counterExtremism: { en: 'National Security Service, counter-extremism', ar: 'جهاز الأمن الوطني – مكافحة التطرف' },
  securityActor: { en: 'Security actor', ar: 'جهة أمنية' },
  pmfHumanRights: { en: 'PMF Human Rights Directorate', ar: 'مديرية حقوق الإنسان في الحشد الشعبي' },
  courtClerk: { en: 'Court clerk', ar: 'كاتب المحكمة' },
  subcommitteeClerk: { en: 'Clerk of the sub-committee', ar: 'كاتب اللجنة الفرعية' },
  subcommitteeChair: { en: 'Chair of the sub-committee', ar: 'رئيس اللجنة الفرعية' },
  centralCommittee: { en: 'Central Compensation Committee', ar: 'اللجنة المركزية لتعويض المتضررين' },
  financeMinistry: { en: 'Ministry of Finance', ar: 'وزارة المالية', ckb: 'وەزارەتی دارایی' },
  governorate: { en: 'Governorate office', ar: 'ديوان المحافظة' },
  krgOffice: { en: 'Kurdistan Region office', ar: 'دائرة في إقليم كردستان' },
  localAuthority: { en: 'Local authority', ar: 'الإدارة المحلية' },
  civilAffairs: { en: 'Civil Affairs Directorate', ar: 'مديرية الأحوال المدنية' },
  mineAction: { en: 'Directorate for Mine Action', ar: 'دائرة شؤون الألغام' },
  tribalAffairs: { en: 'Tribal Affairs Directorate', ar: 'مديرية شؤون العشائر' },
  communityPolice: { en: 'Community Police', ar: 'الشرطة المجتمعية' },
  socialAffairs: {
    en: 'Ministry of Labour and Social Affairs',
    ar: 'وزارة العمل والشؤون الاجتماعية',
    ckb: 'وەزارەتی کار و کاروباری کۆمەڵایەتی',
  },
  martyrsFoundation: { en: 'Martyrs Foundation', ar: 'مؤسسة الشهداء' },
  serviceDirectorate: { en: 'Education, health or trade directorate', ar: 'مديرية خدمية (تربية، صحة، تجارة)' },
  partnerCaseworker: { en: 'Partner caseworker', ar: 'موظف إدارة الحالة لدى الشريك' },
  legalPartner: { en: 'Legal aid partner', ar: 'شريك المساعدة القانونية' },
  protectionPartner: { en: 'Protection partner', ar: 'شريك الحماية' },
  pseaFocalPoint: { en: 'PSEA focal point', ar: 'منسق الحماية من الاستغلال والاعتداء الجنسيين' },
  returnsCoordinator: { en: 'Returns coordinator', ar: 'منسق شؤون العودة' },
  auditor: { en: 'Auditor', ar: 'مدقق' },
  systemAdmin: { en: 'System administrator', ar: 'مدير النظام' },
  referralFocalPoint: { en: 'Referral focal point', ar: 'منسق الإحالة' },
  providerManager: { en: 'Provider manager', ar: 'مسؤول جهات تقديم الخدمة' },
  referralDesk: { en: 'Referral desk', ar: 'مكتب الإحالة الوطنية' },
  reintegrationCommittee: { en: 'Re-integration committee', ar: 'لجنة إعادة الاندماج' },
};

const SYSTEM: Label = { en: 'Masar', ar: 'منظومة مسار' };

/** The words for the post an event's actor held then; what Masar did by itself says so. */
export const postLabel = (post: string): Label => {
  const role = ROLES.find((one) => one === post);
  return role ? ROLE_LABELS[role] : SYSTEM;
};
