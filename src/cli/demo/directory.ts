import { staffIdOf } from '../../eventlog/ids.ts';
import { DEVELOPMENT_ISSUER } from '../../platform/developmentIssuer.ts';
import { ADMINISTRATOR, OFFICES, ORGANISATIONS, PARTNERS } from './cast.ts';
import type { Client } from './client.ts';

/** Ids of the story's directory by its own keys. */
export interface Directory {
  readonly organisations: Readonly<Record<string, string>>;
  readonly offices: Readonly<Record<string, string>>;
  readonly services: readonly DemoService[];
}

export interface DemoService {
  readonly partner: string;
  readonly provider: string;
  readonly organisation: string;
  readonly service: string;
  readonly need: string;
}

export const staffId = (login: string): string => staffIdOf(DEVELOPMENT_ISSUER, login);

const SERVICES: Readonly<Record<string, readonly { readonly need: string; readonly places: number }[]>> = {
  bridge: [
    { need: 'cash_assistance', places: 400 },
    { need: 'household_items', places: 900 },
    { need: 'return_transport', places: 300 },
  ],
  counsel: [
    { need: 'civil_documents', places: 500 },
    { need: 'legal_counselling', places: 500 },
    { need: 'compensation_claim', places: 200 },
  ],
};

/** Steps of `buildDirectory`, for the progress bar. */
export const DIRECTORY_STEPS =
  OFFICES.reduce((sum, office) => sum + 1 + office.staff.length * 2, 0) +
  PARTNERS.length * 5 +
  Object.keys(ORGANISATIONS).length -
  1;

/** Organisations, offices, people in their posts, and what the partners offer; as the administrator and the partners enter it. */
export async function buildDirectory(client: Client, ministry: string, done: () => void): Promise<Directory> {
  const organisations: Record<string, string> = { ministry };
  for (const [key, { kind, names }] of Object.entries(ORGANISATIONS)) {
    if (key === 'ministry') continue;
    const body = { kind, names, from: '2015-01-01', synthetic: true };
    organisations[key] = (await client.give(ADMINISTRATOR, '/v1/organisations', `organisation ${key}`, body)).id;
    done();
  }
  const offices: Record<string, string> = {};
  for (const office of OFFICES) {
    const organisation = organisations[office.organisation] ?? '';
    const body = { organisation, names: office.names, kind: office.kind, governorate: office.governorate, from: '2015-01-01' };
    const { id } = await client.give(ADMINISTRATOR, '/v1/offices', `office ${office.key}`, body);
    offices[office.key] = id;
    done();
    for (const { login, role, ar, latin } of office.staff) {
      const person = { issuer: DEVELOPMENT_ISSUER, subject: login, name: { ar, latin }, synthetic: true };
      const staff = await client.give(ADMINISTRATOR, '/v1/staff', `enrol ${login}`, person);
      done();
      const post = { role, organisation, office: id, from: '2020-01-01' };
      await client.give(ADMINISTRATOR, `/v1/staff/${staff.id}/grant-membership`, `appoint ${login}`, post);
      done();
    }
  }
  return { organisations, offices, services: await offerServices(client, organisations, done) };
}

async function offerServices(
  client: Client,
  organisations: Readonly<Record<string, string>>,
  done: () => void,
): Promise<readonly DemoService[]> {
  const offered: DemoService[] = [];
  for (const partner of PARTNERS) {
    const organisation = organisations[partner.organisation] ?? '';
    const manager = `${partner.key}.manager`;
    const entry = { organisation, phone: '+964 770 000 0000' };
    const { id: provider } = await client.give(manager, '/v1/providers', `provider ${partner.key}`, entry);
    done();
    await client.give(manager, `/v1/providers/${provider}/appoint-focal-point`, `focal ${partner.key}`, {
      staff: staffId(`${partner.key}.focal`),
    });
    done();
    for (const { need, places } of SERVICES[partner.key] ?? []) {
      const terms = {
        needs: [need],
        areas: ['IQG15', 'IQG01', 'IQG16', 'IQG13', 'IQG10'],
        eligibility: {},
        hours: 'Sunday to Thursday, 08:00 to 14:00',
        cost: 'free',
        staffSex: 'both',
        accessibility: ['step_free', 'home_visits'],
        languages: ['ar', 'ckb'],
        capacity: { level: 'open', places },
      };
      await client.give(manager, `/v1/providers/${provider}/add-service`, `service ${partner.key} ${need}`, terms);
      done();
    }
    const shown = await client.get<{
      state: { services: readonly { id?: string; service?: string; needs: readonly string[] }[] };
    }>(manager, `/v1/providers/${provider}`);
    for (const one of shown.state.services) {
      offered.push({
        partner: partner.key,
        provider,
        organisation,
        service: one.service ?? one.id ?? '',
        need: one.needs[0] ?? '',
      });
    }
  }
  return offered;
}
