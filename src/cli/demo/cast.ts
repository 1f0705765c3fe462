import type { Role } from '../../domain/access/roles.ts';

/** An office of the story and the people in it. Everything here is made up; the places are real. */
export interface DemoOffice {
  readonly key: string;
  readonly organisation: string;
  readonly names: { readonly ar: string; readonly en: string };
  readonly kind: 'headquarters' | 'branch' | 'committee' | 'partner_office';
  readonly governorate: string;
  readonly staff: readonly DemoStaff[];
}

export interface DemoStaff {
  /** Sign-in name: `npm run token -- --as ninewa.registrar`. */
  readonly login: string;
  readonly role: Role;
  readonly ar: string;
  readonly latin: string;
}

export const ADMINISTRATOR = 'demo.admin';

export const ORGANISATIONS = {
  ministry: { kind: 'ministry', names: { ar: 'وزارة الهجرة والمهجرين (عرض)', en: 'Ministry of Migration and Displaced (demo)' } },
  bridge: { kind: 'ngo', names: { ar: 'منظمة الجسر للإغاثة (عرض)', en: 'Bridge Relief (demo)' } },
  counsel: { kind: 'legal_partner', names: { ar: 'مكتب العون القانوني (عرض)', en: 'Legal Aid Desk (demo)' } },
  compensation: { kind: 'committee', names: { ar: 'لجان التعويض (عرض)', en: 'Compensation committees (demo)' } },
  finance: { kind: 'ministry', names: { ar: 'وزارة المالية (عرض)', en: 'Ministry of Finance (demo)' } },
} as const;

export type OrganisationKey = keyof typeof ORGANISATIONS;

const branch = (
  key: string,
  governorate: string,
  ar: string,
  en: string,
  people: readonly (readonly [string, string])[],
): DemoOffice => ({
  key,
  organisation: 'ministry',
  names: { ar: `فرع ${ar}`, en: `${en} branch` },
  kind: 'branch',
  governorate,
  staff: (['registrar', 'verifier', 'headOfBranch', 'referralDesk'] as const).map((role, index) => ({
    login: `${key}.${role === 'headOfBranch' ? 'head' : role === 'referralDesk' ? 'desk' : role}`,
    role,
    ar: people[index]?.[0] ?? '',
    latin: people[index]?.[1] ?? '',
  })),
});

const partner = (
  key: string,
  organisation: string,
  governorate: string,
  ar: string,
  en: string,
  people: readonly (readonly [string, string])[],
): DemoOffice => ({
  key,
  organisation,
  names: { ar, en },
  kind: 'partner_office',
  governorate,
  staff: (['referralFocalPoint', 'providerManager'] as const).map((role, index) => ({
    login: `${key}.${role === 'providerManager' ? 'manager' : 'focal'}`,
    role,
    ar: people[index]?.[0] ?? '',
    latin: people[index]?.[1] ?? '',
  })),
});

/** Branches at which the families of the caseload register. */
export const BRANCHES: readonly DemoOffice[] = [
  branch('ninewa', 'IQG15', 'نينوى', 'Ninewa', [
    ['موظف التسجيل ن١', 'Registrar N1'],
    ['مدقق ن١', 'Verifier N1'],
    ['مدير فرع ن١', 'Head N1'],
    ['مكتب الإحالة ن١', 'Desk N1'],
  ]),
  branch('anbar', 'IQG01', 'الأنبار', 'Anbar', [
    ['موظف التسجيل ب١', 'Registrar A1'],
    ['مدقق ب١', 'Verifier A1'],
    ['مدير فرع ب١', 'Head A1'],
    ['مكتب الإحالة ب١', 'Desk A1'],
  ]),
  branch('salahaldin', 'IQG16', 'صلاح الدين', 'Salah al-Din', [
    ['موظف التسجيل ص١', 'Registrar S1'],
    ['مدقق ص١', 'Verifier S1'],
    ['مدير فرع ص١', 'Head S1'],
    ['مكتب الإحالة ص١', 'Desk S1'],
  ]),
  branch('kirkuk', 'IQG13', 'كركوك', 'Kirkuk', [
    ['موظف التسجيل ك١', 'Registrar K1'],
    ['مدقق ك١', 'Verifier K1'],
    ['مدير فرع ك١', 'Head K1'],
    ['مكتب الإحالة ك١', 'Desk K1'],
  ]),
  branch('diyala', 'IQG10', 'ديالى', 'Diyala', [
    ['موظف التسجيل د١', 'Registrar D1'],
    ['مدقق د١', 'Verifier D1'],
    ['مدير فرع د١', 'Head D1'],
    ['مكتب الإحالة د١', 'Desk D1'],
  ]),
];

export const PARTNERS: readonly DemoOffice[] = [
  partner('bridge', 'bridge', 'IQG15', 'الجسر، مكتب الموصل', 'Bridge Relief, Mosul office', [
    ['منسق الإحالة ج١', 'Focal point B1'],
    ['مدير الخدمات ج١', 'Manager B1'],
  ]),
  partner('counsel', 'counsel', 'IQG01', 'العون القانوني، مكتب الرمادي', 'Legal Aid Desk, Ramadi office', [
    ['منسق الإحالة ق١', 'Focal point C1'],
    ['مدير الخدمات ق١', 'Manager C1'],
  ]),
];

const office = (
  key: string,
  organisation: OrganisationKey,
  kind: DemoOffice['kind'],
  governorate: string,
  names: DemoOffice['names'],
  staff: readonly DemoStaff[],
): DemoOffice => ({ key, organisation, kind, governorate, names, staff });

const at = (login: string, role: Role, ar: string, latin: string): DemoStaff => ({ login, role, ar, latin });

/** A compensation sub-committee: who keeps its register, who assesses damage, who chairs. */
const subcommittee = (key: string, governorate: string, ar: string, en: string, letter: readonly [string, string]) =>
  office(`${key}Claims`, 'compensation', 'committee', governorate, { ar: `اللجنة الفرعية في ${ar}`, en: `${en} sub-committee` }, [
    at(`${key}.clerk`, 'subcommitteeClerk', `كاتب اللجنة ${letter[0]}١`, `Clerk ${letter[1]}1`),
    at(`${key}.assessor`, 'subcommitteeClerk', `خبير التقدير ${letter[0]}١`, `Assessor ${letter[1]}1`),
    at(`${key}.chair`, 'subcommitteeChair', `رئيس اللجنة ${letter[0]}١`, `Chair ${letter[1]}1`),
  ]);

/** The accounts of a governorate: one orders payments, another pays. */
const accounts = (key: string, governorate: string, ar: string, en: string, letter: readonly [string, string]) =>
  office(`${key}Accounts`, 'finance', 'branch', governorate, { ar: `حسابات ${ar}`, en: `${en} accounts` }, [
    at(`${key}.accounts`, 'financeMinistry', `محاسب ${letter[0]}١`, `Accountant ${letter[1]}1`),
    at(`${key}.cashier`, 'financeMinistry', `أمين الصندوق ${letter[0]}١`, `Cashier ${letter[1]}1`),
  ]);

/** Who follows a claim to the money and a family home. */
const COUNTRY: readonly DemoOffice[] = [
  branch('duhok', 'IQG09', 'دهوك', 'Duhok', [
    ['موظف التسجيل هـ١', 'Registrar H1'],
    ['مدقق هـ١', 'Verifier H1'],
    ['مدير فرع هـ١', 'Head H1'],
    ['مكتب الإحالة هـ١', 'Desk H1'],
  ]),
  office('hq', 'ministry', 'headquarters', 'IQG08', { ar: 'مقر الوزارة', en: 'Ministry headquarters' }, [
    at('hq.branches', 'branchesAffairs', 'شؤون الفروع م١', 'Branches Affairs M1'),
    at('hq.planning', 'planning', 'التخطيط م١', 'Planning M1'),
  ]),
  office('central', 'compensation', 'committee', 'IQG08', { ar: 'اللجنة المركزية', en: 'Central Committee' }, [
    at('central.member', 'centralCommittee', 'عضو اللجنة المركزية م٢', 'Central Committee M2'),
  ]),
  office('treasury', 'finance', 'headquarters', 'IQG08', { ar: 'دائرة الموازنة', en: 'Budget department' }, [
    at('treasury.auditor', 'financeMinistry', 'مدقق المالية م٣', 'Finance M3'),
  ]),
  subcommittee('ninewa', 'IQG15', 'نينوى', 'Ninewa', ['ن', 'N']),
  subcommittee('anbar', 'IQG01', 'الأنبار', 'Anbar', ['ب', 'A']),
  accounts('ninewa', 'IQG15', 'نينوى', 'Ninewa', ['ن', 'N']),
  accounts('anbar', 'IQG01', 'الأنبار', 'Anbar', ['ب', 'A']),
  office(
    'mosulCounsel',
    'counsel',
    'partner_office',
    'IQG15',
    { ar: 'العون القانوني، مكتب الموصل', en: 'Legal Aid Desk, Mosul office' },
    [at('mosul.lawyer', 'legalPartner', 'محام ق٢', 'Lawyer C2')],
  ),
];

export const OFFICES: readonly DemoOffice[] = [...BRANCHES, ...PARTNERS, ...COUNTRY];
