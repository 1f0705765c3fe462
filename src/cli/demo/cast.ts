import type { Role } from '../../domain/access/roles.ts';

/** An office of the story and the people in it. Everything here is made up; the places are real. */
export interface DemoOffice {
  readonly key: string;
  readonly organisation: string;
  readonly names: { readonly ar: string; readonly en: string };
  readonly kind: 'headquarters' | 'branch' | 'partner_office';
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

export const OFFICES: readonly DemoOffice[] = [
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
  partner('bridge', 'bridge', 'IQG15', 'الجسر، مكتب الموصل', 'Bridge Relief, Mosul office', [
    ['منسق الإحالة ج١', 'Focal point B1'],
    ['مدير الخدمات ج١', 'Manager B1'],
  ]),
  partner('counsel', 'counsel', 'IQG01', 'العون القانوني، مكتب الرمادي', 'Legal Aid Desk, Ramadi office', [
    ['منسق الإحالة ق١', 'Focal point C1'],
    ['مدير الخدمات ق١', 'Manager C1'],
  ]),
];

export const BRANCHES = OFFICES.filter((office) => office.kind === 'branch');
export const PARTNERS = OFFICES.filter((office) => office.kind === 'partner_office');
