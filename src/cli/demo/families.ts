import { PLACES } from '../../domain/places/pcodes.ts';
import { BRANCHES } from './cast.ts';
import type { Client } from './client.ts';
import type { Directory } from './directory.ts';
import { type Human, motherName, person } from './people.ts';
import type { Random } from './random.ts';

/** A family of the story, as far as it got. */
export interface Family {
  readonly branch: string;
  readonly head: Human;
  readonly headId: string;
  readonly application: string;
  /** Set once the application was accepted. */
  readonly household?: string;
}

const CONSENTED = ['name', 'ageBand', 'sex', 'area', 'safeContact', 'needSummary'];
const WAVES = ['jun_jul_2014', 'aug_2014', 'post_sep_2014', 'post_apr_2015', 'post_mar_2016'];

/** Sub-districts of a governorate. */
const subdistricts = (governorate: string): readonly string[] =>
  PLACES.filter((one) => one.level === 3 && one.pcode.startsWith(governorate)).map((one) => one.pcode);

/** How far an application gets; most are accepted, the rest fill the queues. */
function fateOf(index: number): 'draft' | 'submitted' | 'asked' | 'verifying' | 'accepted' {
  const turn = index % 12;
  if (turn === 3) return 'submitted';
  if (turn === 5) return 'asked';
  if (turn === 7) return 'verifying';
  return turn === 9 ? 'draft' : 'accepted';
}

/** One family, registered by one officer and decided by another, papers or no papers. */
export async function registerFamily(client: Client, random: Random, index: number, directory: Directory): Promise<Family> {
  const branch = BRANCHES[index % BRANCHES.length];
  if (!branch) throw new Error('no branch');
  const registrar = `${branch.key}.registrar`;
  const verifier = `${branch.key}.verifier`;
  const key = (what: string) => `family ${index} ${what}`;
  const head = person(random, random.chance(0.28) ? 'female' : 'male', [1955, 1998]);
  const children = Array.from({ length: random.between(1, 6) }, () =>
    person(random, random.chance(0.5) ? 'female' : 'male', [2004, 2024], head.name),
  );
  const mother = motherName(random);
  const humans: readonly { readonly human: Human; readonly relation: string }[] = [
    { human: head, relation: 'head' },
    ...children.map((human) => ({ human, relation: human.sex === 'female' ? 'daughter' : 'son' })),
  ];
  const members = await Promise.all(
    humans.map(async ({ human, relation }, at) => {
      const body = {
        name: nameOf(human),
        motherName: at === 0 ? motherName(random) : mother,
        sex: human.sex,
        birth: { date: `${human.birthYear}-01-01`, precision: 'year' },
        ...(at === 0 ? { phones: [`07${random.between(700_000_000, 799_999_999)}`] } : {}),
      };
      const { id } = await client.give(registrar, '/v1/persons', key(`person ${at}`), body);
      return { person: id, relation };
    }),
  );
  const headId = members[0]?.person ?? '';
  const opened = await client.give(registrar, '/v1/applications', key('start'), { applicant: headId, capacity: 'adult_member' });
  const family = { branch: branch.key, head, headId, application: opened.id };
  const fate = fateOf(index);
  if (fate === 'draft') return family;

  const path = `/v1/applications/${opened.id}`;
  const origin = random.pick(subdistricts(branch.governorate));
  const place = random.pick(subdistricts(random.pick(BRANCHES).governorate));
  const submission = {
    members,
    head: headId,
    origin: { adm1: origin.slice(0, 5), adm2: origin.slice(0, 8), adm3: origin },
    legs: [
      {
        from: origin,
        to: place,
        on: { date: '2014-08-01', precision: 'month' },
        wave: random.pick(WAVES),
        cause: 'conflict',
        source: 'family',
      },
    ],
    place: { siteType: 'rented', shelter: 'rent', area: place },
    documents: random.chance(0.6)
      ? [{ docType: 'ration_card', number: String(random.between(100_000, 999_999)), status: 'valid' }]
      : [],
    consent: {
      scopes: ['registration', 'referral'],
      recipients: Object.values(directory.organisations),
      fields: CONSENTED,
      givenBy: headId,
      means: 'signature',
      language: 'ar',
      explainedBy: 'registration desk',
    },
  };
  await client.give(registrar, `${path}/submit`, key('submit'), submission);
  if (fate === 'submitted') return family;
  await client.give(verifier, `${path}/begin-verification`, key('verify'), {});
  if (fate === 'asked') {
    await client.give(verifier, `${path}/request-information`, key('ask'), {
      items: ['identity_papers'],
      text: 'copy of the residence card',
    });
    return family;
  }
  const check = await client.give(verifier, `${path}/record-duplicate-check`, key('check'), {
    algorithmVersion: 'demo',
    findings: [],
  });
  if (fate === 'verifying') return family;
  const fileNo = `${branch.governorate.slice(3)}-${String(10_000 + index)}`;
  await client.give(verifier, `${path}/accept`, key('accept'), { fileNo }, check.revision);
  const { state } = await client.get<{ state: { household: string } }>(verifier, path);
  return { ...family, household: state.household };
}

/** A name as the register takes it. */
export function nameOf({ name }: Human): object {
  const [first, father, grandfather, family] = name.ar;
  const [lFirst, lFather, lGrandfather, lFamily] = name.latin.split(' ');
  return {
    ar: { first, father, grandfather, family },
    latin: { first: lFirst, father: lFather, grandfather: lGrandfather, family: lFamily },
  };
}
