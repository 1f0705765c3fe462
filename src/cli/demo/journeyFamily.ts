import type { Teller } from './client.ts';
import type { Directory } from './directory.ts';
import { nameOf } from './families.ts';
import { person } from './people.ts';
import { randomFrom } from './random.ts';
import { until } from './steps.ts';

/** The family of the worked example: a mother, a father, three children, two of whom have no papers. */
export interface Travellers {
  readonly household: string;
  readonly mother: string;
  readonly father: string;
  readonly children: readonly string[];
  readonly members: readonly string[];
  readonly consent: string;
}

/** What is recorded of a day in the past, as the family's paper file tells it: each deed a minute after the one before. */
export type Days = (day: string) => {
  readonly occurredAt: string;
  readonly channel: 'paper_backlog';
  readonly letterRef: { readonly number: string; readonly date: string; readonly issuedBy: string };
};

/** The days of a story: deeds of one day keep their order. */
export function daysOfAStory(): Days {
  const told = new Map<string, number>();
  return (day) => {
    const minute = told.get(day) ?? 0;
    told.set(day, minute + 1);
    const occurredAt = new Date(Date.parse(`${day}T06:00:00.000Z`) + minute * 60_000).toISOString();
    const letterRef = { number: `1101/${minute + 1}`, date: day, issuedBy: 'أضبارة الأسرة' };
    return { occurredAt, channel: 'paper_backlog', letterRef };
  };
}

/** Where the family comes from and where it lives now. */
export const ORIGIN = { adm1: 'IQG15', adm2: 'IQG15Q07', adm3: 'IQG15Q07N03' } as const;
const CAMP_AREA = 'IQG09Q03N02';
const REGISTERED = '2024-05-02';

/** Registered in Duhok on 2 May 2024, as one officer entered it and another decided (domain.md §11.1). */
export async function registerTravellers(client: Teller, directory: Directory, on: Days): Promise<Travellers> {
  const registrar = 'duhok.registrar';
  const verifier = 'duhok.verifier';
  const key = (what: string) => `travellers ${what}`;
  const random = randomFrom(1_101);
  const father = person(random, 'male', [1980, 1984]);
  const people = [
    { human: person(random, 'female', [1984, 1988]), relation: 'head', born: undefined },
    { human: father, relation: 'spouse', born: undefined },
    { human: person(random, 'female', [2009, 2010], father.name), relation: 'daughter', born: undefined },
    { human: person(random, 'male', [2016, 2016], father.name), relation: 'son', born: '2016-03-04' },
    { human: person(random, 'female', [2018, 2018], father.name), relation: 'daughter', born: '2018-10-09' },
  ];
  const members: { readonly person: string; readonly relation: string }[] = [];
  for (const [at, { human, relation, born }] of people.entries()) {
    const birth = born === undefined ? { date: `${human.birthYear}-01-01`, precision: 'year' } : { date: born, precision: 'day' };
    const body = { name: nameOf(human), sex: human.sex, birth, record: on(REGISTERED) };
    const { id } = await client.give(registrar, '/v1/persons', key(`person ${at}`), body);
    members.push({ person: id, relation });
  }
  const [mother = '', husband = '', ...children] = members.map((one) => one.person);
  const opening = { applicant: mother, capacity: 'adult_member', record: on(REGISTERED) };
  const { id: application } = await client.give(registrar, '/v1/applications', key('start'), opening);
  const path = `/v1/applications/${application}`;
  await client.give(registrar, `${path}/submit`, key('submit'), {
    members,
    head: mother,
    origin: ORIGIN,
    legs: [
      {
        from: ORIGIN.adm3,
        to: CAMP_AREA,
        on: { date: '2014-08-03', precision: 'day' },
        wave: 'aug_2014',
        cause: 'conflict',
        source: 'family',
      },
    ],
    place: { siteType: 'camp', shelter: 'camp', area: CAMP_AREA },
    documents: [{ docType: 'ration_card', number: '471102', status: 'valid' }],
    qCard: '5566778899',
    consent: {
      scopes: ['registration', 'referral', 'movement', 'clearance', 'follow_up', 'documentation', 'compensation'],
      recipients: Object.values(directory.organisations),
      fields: ['name', 'ageBand', 'sex', 'area', 'safeContact', 'needSummary'],
      givenBy: mother,
      means: 'thumbprint',
      language: 'ar',
      explainedBy: 'registration desk',
    },
    record: on(REGISTERED),
  });
  await client.give(verifier, `${path}/begin-verification`, key('verify'), { record: on(REGISTERED) });
  const clean = { algorithmVersion: 'demo', findings: [], record: on(REGISTERED) };
  await client.give(verifier, `${path}/record-duplicate-check`, key('check'), clean);
  await client.decide(verifier, path, 'accept', key('accept'), { fileNo: '09-1101', record: on(REGISTERED) });
  const { state } = await client.get<{ state: { household: string } }>(verifier, path);
  const { household } = state;
  const consent = await until('the file of the family that travels', async () => {
    const { items } = await client.get<{ items: readonly { process: string; id: string }[] }>(
      registrar,
      '/v1/households?limit=100',
    );
    if (!items.some((one) => one.id === household)) return undefined;
    const found = await client.get<{ state: { consents: readonly { id: string }[] } }>(registrar, `/v1/households/${household}`);
    return found.state.consents[0]?.id;
  });
  // Nobody ever issued these two a certificate: nothing is blocked by it, and each opens a request (domain.md §0.2, rule 4).
  for (const child of children.slice(1)) {
    await until('the children to be of the household', async () => {
      const { state: known } = await client.get<{ state: { household?: string } }>(registrar, `/v1/persons/${child}`);
      return known.household;
    });
    const missing = { docType: 'birth_certificate', status: 'never_issued', record: on(REGISTERED) };
    await client.give(registrar, `/v1/persons/${child}/record-document`, key(`papers ${child}`), missing);
  }
  return { household, mother, father: husband, children, members: members.map((one) => one.person), consent };
}
