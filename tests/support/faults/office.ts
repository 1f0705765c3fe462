import { randomUUID } from 'node:crypto';
import { BRANCHES, type DemoOffice } from '../../../src/cli/demo/cast.ts';
import type { Client } from '../../../src/cli/demo/client.ts';
import { buildDirectory, type Directory } from '../../../src/cli/demo/directory.ts';
import { registerFamily } from '../../../src/cli/demo/families.ts';
import { motherName, person } from '../../../src/cli/demo/people.ts';
import { type Random, randomFrom } from '../../../src/cli/demo/random.ts';

const FAMILY_EVERY = 14;
const COMMON_PERSONS = 12;

/** What an office does all day, as commands: cheap ones on many persons, some on the same few, families with a file number. */
export interface OfficeWork {
  readonly directory: Directory;
  /** Gives commands over so many lanes until `commands` were begun. */
  run(client: Client, lanes: number, commands: number): Promise<void>;
}

/** Sets up the offices, and the persons whom everybody works on. */
export async function openOffices(client: Client, ministry: string, seed: number): Promise<OfficeWork> {
  const directory = await buildDirectory(client, ministry, () => undefined);
  const branch = BRANCHES[0] as DemoOffice;
  const registrar = `${branch.key}.registrar`;
  const random = randomFrom(seed);
  const common = await Promise.all(Array.from({ length: COMMON_PERSONS }, () => register(client, registrar, random)));
  return {
    directory,
    run: async (work, lanes, commands) => {
      let story = 0;
      const lane = async () => {
        while (work.given() < commands) {
          const mine = story++;
          const own = randomFrom(seed * 100_003 + mine);
          if (mine % FAMILY_EVERY === 0) await family(work, own, mine, directory);
          else await persons(work, registrar, own, own.pick(common));
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    },
  };
}

const family = (client: Client, random: Random, index: number, directory: Directory) =>
  registerFamily(client, random, index, directory);

async function register(client: Client, as: string, random: Random): Promise<string> {
  const human = person(random, random.chance(0.5) ? 'female' : 'male', [1950, 2010]);
  const [first, father, grandfather, line] = human.name.ar;
  const body = {
    name: { ar: { first, father, grandfather, family: line } },
    motherName: motherName(random),
    sex: human.sex,
    birth: { date: `${human.birthYear}-01-01`, precision: 'year' },
  };
  // Some clients choose the id themselves.
  const chosen = random.chance(0.5) ? { id: randomUUID() } : {};
  return (await client.give(as, '/v1/persons', '', { ...body, ...chosen })).id;
}

async function persons(client: Client, as: string, random: Random, common: string): Promise<void> {
  const path = `/v1/persons/${await register(client, as, random)}`;
  const phone = () => `07${random.between(700_000_000, 799_999_999)}`;
  await client.give(as, `${path}/update-details`, '', { phones: [phone()], ground: 'changed' });
  await client.give(as, `${path}/note`, '', { text: 'asked for an appointment' });
  await client.give(as, `${path}/record-document`, '', {
    docType: 'unified_national_card',
    number: String(random.between(10_000, 99_999)),
    status: 'valid',
  });
  await client.give(as, `/v1/persons/${common}/note`, '', { text: 'rang again' });
}
