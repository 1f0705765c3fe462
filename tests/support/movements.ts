import { randomUUID } from 'node:crypto';
import { area } from '../../src/domain/area/index.ts';
import { type ConvoyState, convoy, convoyFollowUps } from '../../src/domain/convoy/index.ts';
import { type HouseholdState, household } from '../../src/domain/household/index.ts';
import { categoryOf, idOf, type RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import type { FollowUp } from '../../src/domain/kernel/followUp.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { type MovementState, movement, movementFollowUps } from '../../src/domain/movement/index.ts';
import { office } from '../../src/domain/office/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { naturalId } from '../../src/eventlog/ids.ts';
import { colleague, type Person, someone, world } from './scenario.ts';

type Table = (event: never) => readonly FollowUp[];
const TABLES: Readonly<Record<string, Table>> = { movement: movementFollowUps, convoy: convoyFollowUps };
const followUpsOf = (event: RecordedEvent): readonly FollowUp[] => TABLES[categoryOf(event.meta.stream)]?.(event as never) ?? [];

/** Where the family of these tests comes from. */
export const HOME = 'IQG15Q07N03';
export const DISTRICT = 'IQG15Q07';
export const areaId = (code: string): string => naturalId('area', code);
export const letterOf = (number: string, date = '2026-02-01') => ({ number, date, issuedBy: 'an office' });

/** The way a family goes, one name a step. */
const STEPS = [
  'informed',
  'intended',
  'counselled',
  'voluntary',
  'checks',
  'ready',
  'cleared',
  'approved',
  'manifested',
] as const;
type Step = (typeof STEPS)[number] | 'departed' | 'arrived' | 'confirmed';
const WAY: readonly Step[] = [...STEPS, 'departed', 'arrived', 'confirmed'];

/**
 * A world in which families move: the branch they leave and the one that receives them, headquarters, a family of two adults
 * and two children in a camp. Reactors follow at once.
 */
export async function movements(start = '2026-03-01T08:00:00.000Z', beside: readonly Process[] = []) {
  const w = world([person, household, office, area, movement, convoy, ...beside], start);
  const registrar = someone('registrar', { governorate: 'IQG09' });
  const organisation = registrar.post.organisation;
  const verifier = colleague(registrar, 'verifier');
  const receiver = someone('registrar', { organisation, governorate: 'IQG15' });
  const receiverHead = colleague(receiver, 'headOfBranch');
  const caller = colleague(receiver);
  const headquarters = someone('branchesAffairs', { organisation, governorate: 'IQG07' });
  const receivingBranch = receiver.post.office ?? '';
  await w.given('office', receivingBranch, {
    type: 'OfficeOpened',
    data: {
      organisation,
      names: { ar: 'فرع نينوى', en: 'Ninewa branch' },
      kind: 'branch',
      governorate: 'IQG15',
      from: '2010-01-01',
    },
  });

  async function follow(stream: string, from: number): Promise<void> {
    const { history } = await w.cases.load(w.registry.ofStream(stream), idOf(stream));
    for (const event of history.slice(from)) {
      for (const [at, { process, command, id, input }] of followUpsOf(event).entries()) {
        // Grants and what else hangs on a movement have tests of their own.
        if (!w.registry.byName(process)) continue;
        const before = (await w.log.read(`${process}-${id}`)).length;
        const principal = { kind: 'system', name: 'followUps' } as const;
        const key = `${event.meta.eventId} ${at}`;
        await w.executor.execute({ process, command, id, input, principal, key, record: { occurredAt: event.meta.occurredAt } });
        await follow(`${process}-${id}`, before);
      }
    }
  }
  const when: typeof w.when = async (by, process, command, id, input, extra) => {
    const before = id === undefined ? 0 : (await w.log.read(`${process}-${id}`)).length;
    const done = await w.when(by, process, command, id, input, extra);
    await follow(`${process}-${done.outcome.id}`, before);
    return done;
  };

  async function somebody(sex: 'female' | 'male', born: string | undefined): Promise<string> {
    const id = randomUUID();
    const birth = born === undefined ? {} : { birth: { date: born, precision: 'day' } };
    await w.given('person', id, { type: 'PersonRegistered', data: { name: { ar: { first: 'شخص' } }, sex, ...birth } });
    return id;
  }

  const consentTo = (scopes: readonly string[], givenBy: string) => ({
    type: 'ConsentGiven',
    data: {
      ...{ consent: randomUUID(), scopes, recipients: [], fields: [], givenBy, means: 'thumbprint' },
      ...{ language: 'ar', explainedBy: 'officer' },
    },
  });

  /** A registered family in a camp: mother, father and two children. */
  async function family(scopes: readonly string[] = ['registration', 'movement', 'clearance', 'follow_up']) {
    const id = randomUUID();
    const [mother, father] = [await somebody('female', '1985-05-05'), await somebody('male', '1980-05-05')];
    const children = [await somebody('female', '2018-05-05'), await somebody('male', '2020-05-05')] as const;
    const branch = { organisation, office: registrar.post.office, governorate: 'IQG09' };
    const joined = (one: string, relation: string) => ({
      type: 'HouseholdMemberAdded',
      data: { person: one, relation, ground: 'registration', papers: 'seen' },
      by: registrar,
    });
    await w.given(
      'household',
      id,
      { type: 'HouseholdRegistered', data: { momdFileNo: id.slice(0, 8), branch, acceptedBy: 'x', head: mother }, by: registrar },
      joined(mother, 'head'),
      joined(father, 'spouse'),
      ...children.map((one) => joined(one, 'daughter')),
      { ...consentTo(scopes, mother), by: registrar },
    );
    return { id, mother, father, children, members: [mother, father, ...children] };
  }

  /** Decides about an area as headquarters, registering it first where it is not. */
  async function decide(code: string, command: string, input: object = {}) {
    const id = areaId(code);
    if ((await w.log.read(`area-${id}`)).length === 0) await w.when(headquarters, 'area', 'register', undefined, { area: code });
    const told = { decisionLevel: 'federal', letterRef: letterOf('7/1', w.now().slice(0, 10)) };
    return w.when(headquarters, 'area', command, id, { ...told, ...input });
  }

  const told = { topics: ['area_profile', 'grants'], language: 'ar' };
  const intention = (statedBy: string, change: object = {}) => ({
    pathway: 'return',
    area: HOME,
    timeframe: 'within_three_months',
    conditions: [],
    blockers: ['destroyed_housing'],
    instrumentVersion: 'intention-4',
    statedBy,
    ...change,
  });

  /** A movement of a family, with one way to give its commands and one to bring it to a step. */
  async function journey(change: object = {}, scopes?: readonly string[]) {
    const home = await family(scopes);
    const opened = await when(registrar, 'movement', 'giveInformation', undefined, { household: home.id, ...told });
    const id = opened.outcome.id;
    const give = (command: string, input: object = {}, by: Person | string = registrar, extra: object = {}) =>
      when(by, 'movement', command, id, input, extra);
    const record = async () => (await w.cases.load(movement, id)).record;
    const state = async () => (await record()).state as MovementState;
    const waits = async () => (await record()).waits.map((one) => one.key);
    const kinds = async () => (await waits()).map((one) => one.split(':')[0]);
    const asked = {
      interviews: [home.mother, home.father].map((one) => ({
        person: one,
        interviewer: 'protection_partner',
        private: true,
        willing: true,
      })),
      minors: home.children,
      statement: { ref: 'st-1', means: 'thumbprint', rightToChangeMindTold: true },
    };

    const slots = async () => (await state()).checks?.clearances ?? [];
    async function clearances(validUntil?: string): Promise<void> {
      const until = validUntil === undefined ? {} : { validUntil };
      for (const { slot } of await slots()) {
        await give('requestClearance', { slot, letter: letterOf('req', w.now().slice(0, 10)) });
        const outcome = { is: 'granted', ...until };
        await give('recordClearance', { slot, letter: letterOf('ans', w.now().slice(0, 10)), outcome });
      }
    }
    async function fitness(): Promise<void> {
      for (const one of home.members) await give('assessFitness', { person: one, result: 'fit' });
    }
    async function checked(): Promise<void> {
      await clearances();
      await fitness();
      await give('recordDestinationShelter', { shelterType: 'relatives' });
      await give('giveHazardInformation', { accessibility: 'clear_information' });
      await give('recordDocumentsPlan', { children: [home.children[0]], planned: true });
    }
    async function plannedConvoy(seats = 20, date = w.now().slice(0, 10), more: object = {}) {
      const plan = { date, from: 'IQG09', to: HOME, route: ['IQG15'], focalOffice: registrar.post.office, ...more };
      const made = await when(registrar, 'convoy', 'plan', undefined, { ...plan, vehicles: [{ kind: 'bus', seats }] });
      const { vehicles } = made.record.state as ConvoyState;
      return { convoy: made.outcome.id, vehicle: vehicles[0]?.vehicle ?? '' };
    }
    const booking = (on: { convoy: string; vehicle: string }) => ({
      ...on,
      seats: home.members.map((one, index) => ({ person: one, seat: index + 1 })),
      escorts: home.children.map((minor) => ({ minor, escort: home.mother })),
    });
    const atGate = {
      present: home.members,
      asked: [home.mother, home.father].map((one) => ({ person: one, yes: true })),
    };
    const approval = { receivingBranch, letter: letterOf('dep-1', '2026-03-01') };
    const word = { by: 'household', method: 'call', member: home.mother };

    const steps: Readonly<Record<Step, () => Promise<unknown>>> = {
      informed: async () => undefined,
      intended: () => give('recordIntention', intention(home.mother, change)),
      counselled: () => give('counsel', { topics: ['risks', 'alternatives', 'entitlements', 'other_pathways'], language: 'ar' }),
      voluntary: () => give('confirmVoluntariness', asked),
      checks: () => give('openChecks'),
      ready: checked,
      cleared: () => give('clear'),
      approved: () => give('approve', approval, verifier),
      manifested: async () => {
        const { shielded } = await state();
        return give('addToManifest', booking(await plannedConvoy(20, undefined, shielded ? { shielded } : {})));
      },
      departed: () => give('depart', atGate),
      arrived: () => give('reportArrival', { area: HOME }),
      confirmed: async () => {
        await give('confirmArrival', { by: 'receiving_branch', method: 'visit', shelterType: 'relatives' }, receiver);
        await give('confirmArrival', word, caller);
      },
    };
    let come = 0;
    /** Brings the movement to this step, from wherever it was brought before. */
    async function to(step: Step): Promise<void> {
      while (come < WAY.indexOf(step)) {
        come += 1;
        await steps[WAY[come] ?? 'informed']();
      }
    }
    const familyNow = async () => (await w.cases.load(household, home.id)).record.state as HouseholdState;
    return {
      ...{ id, home, give, record, state, waits, kinds, asked, slots, clearances, fitness, checked, plannedConvoy, booking },
      ...{
        atGate,
        approval,
        word,
        to,
        familyNow,
        intention: (more: object = {}) => intention(home.mother, { ...change, ...more }),
      },
    };
  }

  const people = { registrar, verifier, receiver, receiverHead, caller, headquarters };
  return { w, when, follow, family, somebody, decide, journey, told, receivingBranch, ...people };
}
