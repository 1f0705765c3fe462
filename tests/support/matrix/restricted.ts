import { randomUUID } from 'node:crypto';
import type t from 'tap';
import type { Role } from '../../../src/domain/access/roles.ts';
import { registry } from '../../../src/domain/index.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import { registryOf } from '../../../src/domain/kernel/registry.ts';
import { restrictedBeside } from '../bothStores.ts';
import { sampleOf } from '../sample.ts';
import { type Person, world } from '../scenario.ts';
import type { Setting } from './ask.ts';
import { HERE, inEveryRole, ME, ownerOf, type Place, SAMPLE_ID, START, sealedIn, secondsOf } from './prepared.ts';

/** Where a restricted case lies; what is shared there is shared by a grant. */
const LAID = ['own', 'party', 'sameOffice', 'otherOffice', 'otherGovernorate', 'protected'] as const satisfies readonly Place[];
/** Whether the officer has a grant of the case that opens T3: until long after, none, or one that ended a second ago. */
const GRANTS = ['no grant', 'granted', 'grant ended'] as const;

const PLACES = [...LAID.flatMap((place) => GRANTS.map((grant) => `${place}, ${grant}`)), 'absent'];

/**
 * The restricted processes in a store of their own beside a general one: of each a case in every place under every grant, and for
 * each role one whose grant ended a second before what is asked in the last second of that role.
 */
export async function restrictedSetting(test: Pick<typeof t, 'teardown'>, roles: readonly Role[]): Promise<Setting> {
  const closed = new Set<string>();
  const general = registry.all.filter((one) => one.store === 'general');
  const processes = registry.all.filter((one) => one.store === 'restricted').map((one) => sealedIn(one, closed));
  const w = world(general, START);
  await w.given('staff', ME.id, ...inEveryRole());
  const beside = await restrictedBeside(test, w, registryOf([...w.registry.all, ...processes]));

  const ids = new Map<string, string>();
  for (const process of processes) {
    for (const place of LAID) {
      await open(process, place, `${process.name} ${place}, no grant`);
      await open(process, place, `${process.name} ${place}, granted`, '2099-01-01T00:00:00.000Z');
      for (const role of roles) {
        const until = new Date(Date.parse(secondsOf(role).valid) - 1000).toISOString();
        await open(process, place, `${process.name} ${place}, grant ended ${role}`, until);
      }
    }
  }

  async function open(process: Process, place: (typeof LAID)[number], name: string, until?: string): Promise<void> {
    const id = randomUUID();
    if (place === 'protected') closed.add(id);
    ids.set(name, id);
    const by = place === 'own' ? mine() : ownerOf(place);
    const type = openingOf(process);
    await beside.given(process.name, id, { type, data: takingPart(sampleOf(process.events[type]!), place), by });
    const wait = (await beside.glance(`${process.name}-${id}`)).waits[0]?.key;
    if (place === 'own' && wait !== undefined) {
      await beside.given(process.name, id, { type: 'CaseTaken', data: { wait, staff: ME.id }, by });
    }
    if (until !== undefined) await beside.given(process.name, id, { type: 'AccessGranted', data: { staff: ME.id, until }, by });
  }

  const records = await Promise.all([...ids].map(([name, id]) => beside.glance(`${name.slice(0, name.indexOf(' '))}-${id}`)));
  return {
    ...{ w, processes, records, places: PLACES, atOnce: 3 },
    isAsked: ({ url }) => processes.some((one) => url.split('/')[2] === one.plural),
    idAt: (process, place, role) => ids.get(`${process} ${place}`) ?? ids.get(`${process} ${place} ${role}`),
    opens: (process, place, role) => (process === 'clearance' ? opensClearance(place, role) : undefined),
    besides: async (parts) => {
      if (!(await beside.caughtUp())) throw new Error('the restricted read models lag behind');
      return beside.over(parts);
    },
  };
}

/** Security actors see what they were themselves asked (domain.md §3, Privacy). */
const ASKED: readonly Role[] = ['counterExtremism', 'securityActor', 'pmfHumanRights'];
/** Columns 3b of domain.md §14: who reads letters, each by a grant of the one case (§0.4, T3). */
const BY_GRANT: readonly Role[] = ['verifier', 'headOfBranch', 'legalDepartment', 'courtClerk', 'legalPartner'];

/** A clearance, as domain.md has it: written here once more, so that the policy's own code is not asked about itself. */
const opensClearance = (place: string, role: Role): boolean =>
  (place.startsWith('party') && ASKED.includes(role)) || (place.endsWith(', granted') && BY_GRANT.includes(role));

/** As the officer opens a case: the own request for emergency access is by nobody else. */
const mine = (): Person => ({ ...ownerOf('own'), id: ME.id });

/** The event that opens a case; that of a bar comes of the system. */
function openingOf({ name, commands }: Process): string {
  const openers = Object.values(commands).filter((one) => one.from === 'new' && !one.kernel);
  const type = (openers.find((one) => one.permission !== 'system') ?? openers[0])?.emits[0];
  if (type === undefined) throw new Error(`nothing opens a ${name}`);
  return type;
}

/** The sample with the officer's organisation and office taking part, with the officer in it where it is the own one, or nobody known. */
function takingPart(sample: unknown, place: Place): object {
  const nobody = randomUUID();
  const known = (key: string): string => {
    if (place === 'own') return ME.id;
    if (place !== 'party') return nobody;
    return key === 'office' ? HERE.office : HERE.organisation;
  };
  return JSON.parse(JSON.stringify(sample, (key, value) => (value === SAMPLE_ID ? known(key) : value))) as object;
}
