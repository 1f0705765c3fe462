import type { Answer, Teller } from './client.ts';
import type { Directory } from './directory.ts';
import { afterReturn } from './journeyAfter.ts';
import { type Days, daysOfAStory, ORIGIN, registerTravellers, type Travellers } from './journeyFamily.ts';
import { printed } from './papers.ts';
import { until } from './steps.ts';

/** The family's way as it can be looked up afterwards. */
export interface Journey {
  readonly family: Travellers;
  readonly movement: string;
  readonly claim: string;
  /** The departure letter as a file. */
  readonly letter: string;
}

export interface MovementView {
  readonly status: string;
  readonly state: {
    readonly checks?: { readonly clearances: readonly { readonly slot: string; readonly person: string }[] };
  };
}

const CAMP = 'IQG09';
const letter = (number: string, date: string, issuedBy = 'فرع دهوك') => ({ number, date, issuedBy });

/**
 * The worked example of domain.md §11.1, every deed on its own day: a family goes home from a camp, waits out a suspension of the
 * way, arrives, and has to leave again.
 */
export async function tellJourney(client: Teller, directory: Directory, dataDir: string, done: () => void): Promise<Journey> {
  const on = daysOfAStory();
  const family = await registerTravellers(client, directory, on);
  done();
  const decide = await openTheWay(client, on);
  const { movement, give, asked } = await intend(client, family, on);
  done();
  await letters(client, movement, give, { asked: '2024-06-02', answered: '2024-06-10', round: 0 }, on);
  await decide('suspend', '2024-06-20', { scope: 'all', reasonCategory: 'political' });
  await happened(client, movement, 'MovementPutOnHold');
  done();
  await decide('resume', '2024-09-30', {});
  await happened(client, movement, 'MovementResumed');
  await give('confirm-voluntariness', '2024-10-15', asked('st-2'));
  await letters(client, movement, give, { asked: '2024-10-15', answered: '2024-11-05', round: 1 }, on);
  done();
  const departure = await goHome({ client, directory, dataDir, family, movement, give, on });
  done();
  const claim = await afterReturn({ client, directory, family, movement, on });
  done();
  return { family, movement, claim, letter: departure };
}

export const JOURNEY_STEPS = 6;

export type Give = (command: string, day: string, input?: object, as?: string) => Promise<unknown>;

/** Headquarters opens the district for returns; later it suspends and resumes it. */
async function openTheWay(client: Teller, on: Days) {
  const as = 'hq.branches';
  const known = { area: ORIGIN.adm2, record: on('2024-01-10') };
  const { id } = await client.give(as, '/v1/areas', 'the way', known);
  const decide = (command: string, day: string, input: object) => {
    const decision = { decisionLevel: 'federal', letterRef: letter(`7/${day}`, day, 'مقر الوزارة'), effectiveFrom: day };
    return client.decide(as, `/v1/areas/${id}`, command, `the way ${command}`, { ...decision, ...input, record: on(day) });
  };
  await decide('open', '2024-01-15', {});
  return decide;
}

/** Help desk, intention, counselling, the word of every adult alone. */
async function intend(client: Teller, { household, mother, father, children }: Travellers, on: Days) {
  const as = 'duhok.registrar';
  const first = {
    household,
    area: ORIGIN.adm3,
    topics: ['area_profile', 'grants', 'rights'],
    language: 'ar',
    record: on('2024-05-06'),
  };
  const { id: movement } = await client.give(as, '/v1/movements', 'movement', first);
  const path = `/v1/movements/${movement}`;
  const give: Give = (command, day, input = {}, who = as) =>
    client.give(who, `${path}/${command}`, `movement ${command} ${day} ${JSON.stringify(input)}`, { ...input, record: on(day) });
  const asked = (ref: string) => ({
    interviews: [mother, father].map((one) => ({ person: one, interviewer: 'protection_partner', private: true, willing: true })),
    minors: children,
    statement: { ref, means: 'thumbprint', rightToChangeMindTold: true },
  });
  const wish = { pathway: 'return', area: ORIGIN.adm3, timeframe: 'within_three_months', statedBy: mother };
  const why = {
    conditions: ['house_repaired'],
    blockers: ['destroyed_housing', 'documentation'],
    instrumentVersion: 'intention-4',
  };
  await give('record-intention', '2024-05-20', { ...wish, ...why });
  await give('counsel', '2024-05-21', {
    topics: ['risks', 'alternatives', 'entitlements', 'right_to_change_mind'],
    language: 'ar',
  });
  await give('confirm-voluntariness', '2024-06-01', asked('st-1'));
  await give('open-checks', '2024-06-01');
  return { movement, give, asked };
}

/**
 * A letter for every adult and actor, and its answer, which is entered and kept where only a grant opens it; the movement is told
 * that the way is clear. Each round adds a request and an answer to a clearance.
 */
async function letters(
  client: Teller,
  movement: string,
  give: Give,
  { asked, answered, round }: { readonly asked: string; readonly answered: string; readonly round: number },
  on: Days,
): Promise<void> {
  const as = 'duhok.verifier';
  const { state } = await client.get<MovementView>('duhok.registrar', `/v1/movements/${movement}`);
  const clearances = state.checks?.clearances ?? [];
  for (const [at, { slot, person }] of clearances.entries()) {
    await give('request-clearance', asked, { slot, letter: letter(`${round}${at}/1`, asked) });
    const revision = 2 * round;
    const id = await until('a clearance that was asked for', async () => {
      const { items } = await client.get<{ items: readonly Answer[] }>(as, `/v1/clearances?person=${person}`);
      return items.find((one) => one.revision >= revision)?.id;
    });
    const letterRef = letter(`${round}${at}/2`, answered, 'جهاز الأمن الوطني');
    const decision = { letter: letterRef, outcome: { is: 'granted' }, record: on(answered) };
    await client.give(as, `/v1/clearances/${id}/record-decision`, `clearance ${round} ${at}`, decision, revision);
  }
  await happened(client, movement, 'ClearanceOutcomeReceived', (round + 1) * clearances.length);
}

/** Waits for what a reactor does to the movement. */
async function happened(client: Teller, movement: string, type: string, times = 1): Promise<void> {
  await until(`${type} of the family that travels`, async () => {
    const { items } = await client.get<{ items: readonly { type: string }[] }>(
      'duhok.registrar',
      `/v1/movements/${movement}/timeline?limit=100`,
    );
    return items.filter((one) => one.type === type).length >= times || undefined;
  });
}

interface Going {
  readonly client: Teller;
  readonly directory: Directory;
  readonly dataDir: string;
  readonly family: Travellers;
  readonly movement: string;
  readonly give: Give;
  readonly on: Days;
}

/** Checks, approval by a second officer, a seat each in a convoy, the road, and two voices that say they are there. */
async function goHome({ client, directory, dataDir, family, movement, give, on }: Going): Promise<string> {
  const { members, mother, father, children } = family;
  const path = `/v1/movements/${movement}`;
  const checks = '2024-11-05';
  for (const one of members) await give('assess-fitness', checks, { person: one, result: 'fit' });
  await give('record-documents-plan', checks, { children: children.slice(1), planned: true });
  await give('record-destination-shelter', checks, { shelterType: 'own_house' });
  await give('give-hazard-information', checks, { accessibility: 'clear_information' });
  await give('clear', checks);
  const approval = { receivingBranch: directory.offices.ninewa, letter: letter('dep-1', checks), record: on(checks) };
  await client.decide('duhok.verifier', path, 'approve', 'movement approve', approval);
  const paper = { of: path, paper: 'departureLetter', as: 'duhok.verifier', name: 'departure-letter' };
  const file = await printed(client, dataDir, paper);

  const leaves = '2024-11-12';
  const plan = { date: leaves, from: CAMP, to: ORIGIN.adm3, route: ['IQG15'], focalOffice: directory.offices.duhok };
  const vehicles = [{ kind: 'bus', seats: 40 }];
  const registrar = 'duhok.registrar';
  const { id: convoy } = await client.give(registrar, '/v1/convoys', 'convoy', { ...plan, vehicles, record: on(checks) });
  const road = `/v1/convoys/${convoy}`;
  const drive = (command: string, day: string, input: object = {}) =>
    client.give(registrar, `${road}/${command}`, `convoy ${command}`, { ...input, record: on(day) });
  const { state } = await client.get<{ state: { vehicles: readonly { vehicle: string }[] } }>(registrar, road);
  await give('add-to-manifest', checks, {
    convoy,
    vehicle: state.vehicles[0]?.vehicle,
    seats: members.map((one, index) => ({ person: one, seat: index + 1 })),
    escorts: children.map((minor) => ({ minor, escort: mother })),
  });
  await drive('notify-checkpoint', checks, { area: 'IQG15', letterRef: letter('cp-1', checks) });
  await until('the seats of the family', async () => {
    const found = await client.get<{ state: { households: readonly unknown[] } }>(registrar, road);
    return found.state.households.length > 0 || undefined;
  });
  await drive('depart', leaves);
  await give('depart', leaves, { present: members, asked: [mother, father].map((one) => ({ person: one, yes: true })) });
  await give('report-arrival', leaves, { area: ORIGIN.adm3 });
  await drive('report-arrival', leaves, { area: ORIGIN.adm3 });
  const there = '2024-11-14';
  await give('confirm-arrival', there, { by: 'receiving_branch', method: 'visit', shelterType: 'own_house' }, 'ninewa.registrar');
  await give('confirm-arrival', there, { by: 'household', method: 'call', member: mother }, 'ninewa.verifier');
  return file;
}
