import { randomUUID } from 'node:crypto';
import { BRANCHES, type DemoOffice } from '../../../src/cli/demo/cast.ts';
import type { Client } from '../../../src/cli/demo/client.ts';
import { buildDirectory, type Directory } from '../../../src/cli/demo/directory.ts';
import { type Family, registerFamily } from '../../../src/cli/demo/families.ts';
import { motherName, person } from '../../../src/cli/demo/people.ts';
import { type Random, randomFrom } from '../../../src/cli/demo/random.ts';
import { until } from './rig.ts';

/** Of so many stories the first is a family's, another a claim, another a movement; the others are of persons. */
const ROUND = 14;
const [FAMILY, CLAIM, MOVEMENT] = [0, 2, 4];
const COMMON_PERSONS = 12;
/** Beyond all families of the stories; it is of the first branch, and accepted. */
const TRAVELLERS = 900_000;
const FILE_OPEN_WITHIN_MS = 60_000;
const DISTRICT = 'IQG15Q07N03';
const PAPERS = ['identity', 'residence_card', 'title_or_occupancy', 'damage_photos'];

/**
 * What offices do all day, as commands: cheap ones on many persons, some on the same few, families with a file number, claims, and
 * what a family that wishes to go home is told.
 */
export interface OfficeWork {
  readonly directory: Directory;
  /**
   * Registers a family that lost its house and wishes to go home, without which there are no movements; a worker has to open its
   * file. From here on there is something in every read model.
   */
  welcome(client: Client): Promise<void>;
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
  let story = 0;
  let travellers: Family | undefined;
  return {
    directory,
    welcome: async (by) => {
      const family = await registerFamily(by, randomFrom(seed), TRAVELLERS, directory);
      await until('the file of the family', FILE_OPEN_WITHIN_MS, async () => {
        await by.get(registrar, `/v1/households/${family.household}`);
        return true;
      });
      await claim(by, TRAVELLERS, family.headId, directory);
      await movement(by, registrar, family);
      travellers = family;
    },
    run: async (work, lanes, commands) => {
      const lane = async () => {
        while (work.given() < commands) {
          const mine = story++;
          const own = randomFrom(seed * 100_003 + mine);
          const turn = mine % ROUND;
          if (turn === FAMILY) await registerFamily(work, own, Math.floor(mine / ROUND), directory);
          else if (turn === CLAIM) await claim(work, mine, own.pick(common), directory);
          else if (turn === MOVEMENT && travellers) await movement(work, registrar, travellers);
          else await persons(work, registrar, own, own.pick(common));
        }
      };
      await Promise.all(Array.from({ length: lanes }, lane));
    },
  };
}

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

/** A house that was destroyed, as far as a paper that is missing. */
async function claim(client: Client, index: number, claimant: string, { offices }: Directory): Promise<void> {
  const clerk = 'ninewa.clerk';
  const { id } = await client.give(clerk, '/v1/claims', '', {
    claimant,
    capacity: 'owner',
    incident: { date: { date: '2014-08-01', precision: 'month' }, area: DISTRICT, cause: 'military_operation' },
    loss: { type: 'property', items: [{ item: 'house', kind: 'house', deedNo: `${index}/7` }], occupation: 'destroyed' },
  });
  const give = (command: string, body: object) => client.give(clerk, `/v1/claims/${id}/${command}`, '', body);
  await give('submit', { subcommittee: offices.ninewaClaims, receiptNo: `${index}`, papers: PAPERS });
  await give('register', { claimNo: `${index}`, year: 2026 });
  await give('begin-screening', {});
  await give('request-information', { items: [{ item: 'identity' }] });
}

/** What the family is told, and what it wishes. */
async function movement(client: Client, as: string, { household, headId }: Family): Promise<void> {
  const told = { household, area: DISTRICT, topics: ['area_profile', 'grants'], language: 'ar' };
  const { id } = await client.give(as, '/v1/movements', '', told);
  const give = (command: string, body: object) => client.give(as, `/v1/movements/${id}/${command}`, '', body);
  const wish = { pathway: 'return', area: DISTRICT, timeframe: 'within_three_months', statedBy: headId };
  await give('record-intention', { ...wish, conditions: [], blockers: ['destroyed_housing'], instrumentVersion: '4' });
  await give('counsel', { topics: ['risks', 'alternatives', 'entitlements'], language: 'ar' });
}
