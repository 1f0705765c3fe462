import { randomUUID } from 'node:crypto';
import { ROLES, type Role } from '../../../src/domain/access/roles.ts';
import { importRun } from '../../../src/domain/importRun/index.ts';
import { registry } from '../../../src/domain/index.ts';
import { addDays, baghdadDate } from '../../../src/domain/kernel/dates.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import { reservation } from '../../../src/domain/reservation/index.ts';
import { rule } from '../../../src/domain/rule/index.ts';
import { staffIdOf } from '../../../src/eventlog/ids.ts';
import { ISSUER } from '../api.ts';
import { sampleOf } from '../sample.ts';
import { type Person, someone, world } from '../scenario.ts';

/** Where a case lies as seen from the one officer of the matrix. `protected` lies in the own office, above every tier of a post. */
export const PLACES = ['own', 'shared', 'party', 'sameOffice', 'otherOffice', 'otherGovernorate', 'protected', 'absent'] as const;
export type Place = (typeof PLACES)[number];

/** What samples say wherever an id stands: the organisation that takes part. */
export const SAMPLE_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const SUBJECT = randomUUID();
/** The one officer of the matrix. */
export const ME = { id: staffIdOf(ISSUER, SUBJECT), subject: SUBJECT };
/** Samples lie in Ninewa, the officer does not. */
export const HERE = { organisation: randomUUID(), office: randomUUID(), governorate: 'IQG01' };
export const START = '2026-03-01T08:00:00.000Z';

/**
 * One officer who holds every role, each on a day of its own with a day of none after it; and of every process a case in every
 * place, opened by its own first event. Nothing is written after that.
 */
export async function matrixWorld() {
  const closed = new Set<string>();
  const processes = registry.all.filter((one) => one.store === 'general').map((one) => sealedIn(one, closed));
  const w = world(processes, START);
  await w.given('staff', ME.id, ...inEveryRole());

  const cases = new Map<string, Readonly<Partial<Record<Place, string>>>>();
  for (const process of processes) {
    const event = opening(process);
    if (event === undefined) continue;
    const ids: Partial<Record<Place, string>> = { absent: randomUUID() };
    for (const place of PLACES) {
      if (place === 'absent') continue;
      const id = randomUUID();
      if (place === 'protected') closed.add(id);
      await open(process, event, id, place);
      ids[place] = id;
    }
    cases.set(process.name, ids);
  }

  async function open(process: Process, type: string, id: string, place: Place): Promise<void> {
    const by = ownerOf(place);
    const other = place === 'party' ? HERE.organisation : randomUUID();
    const data = JSON.parse(JSON.stringify(sampleOf(process.events[type]!)).replaceAll(SAMPLE_ID, other)) as object;
    await w.given(process.name, id, { type, data, by });
    if (place === 'shared') {
      const share = { reader: { kind: 'staff', id: ME.id }, purpose: 'advice', until: '2099-01-01' };
      await w.given(process.name, id, { type: 'CaseShared', data: share, by });
    }
    const wait = (await w.cases.glance(`${process.name}-${id}`)).waits[0]?.key;
    if (place === 'own' && wait !== undefined) {
      await w.given(process.name, id, { type: 'CaseTaken', data: { wait, staff: ME.id }, by });
    }
  }

  return {
    w,
    processes,
    /** Ids by process and place; processes that nobody opens have none. */
    cases,
  };
}

/** The last second of the day on which the officer holds a role, and the first in which no longer. */
export function secondsOf(role: Role): { readonly valid: string; readonly ended: string } {
  const end = Date.parse(`${dayOf(ROLES.indexOf(role))}T21:00:00.000Z`);
  return { valid: new Date(end - 1000).toISOString(), ended: new Date(end).toISOString() };
}

/** The officer with every role, each on a day of its own. */
export const inEveryRole = (): readonly { readonly type: string; readonly data: object }[] => [
  enrolled(),
  ...ROLES.map((role, at) => membership(role, dayOf(at))),
];

const dayOf = (at: number): string => addDays(baghdadDate(START), 2 * at + 1);

/** The first event of a process: that of the command of its own that opens a case. */
const opening = (process: Process): string | undefined =>
  Object.values(process.commands).find((one) => one.from === 'new' && !one.kernel && one.permission !== 'system')?.emits[0];

/** The process with some of its cases above every tier; but those that somebody imports by name stay as they are. */
export const sealedIn = (process: Process, closed: ReadonlySet<string>): Process =>
  ([rule.name, reservation.name, importRun.name] as readonly string[]).includes(process.name)
    ? process
    : {
        ...process,
        about: (state, id) => ({ ...process.about?.(state, id), ...(closed.has(id) ? { tier: 'T3' as const } : {}) }),
      };

export function ownerOf(place: Place): Person {
  if (place === 'otherOffice') return someone('registrar', { ...HERE, office: randomUUID() });
  if (place === 'own' || place === 'sameOffice' || place === 'protected') return someone('registrar', HERE);
  return someone('registrar', { governorate: 'IQG08' });
}

const enrolled = () => ({
  type: 'StaffEnrolled',
  data: { name: { ar: 'موظف' }, identity: { issuer: ISSUER, subject: SUBJECT }, synthetic: true },
});

const membership = (role: Role, day: string) => ({
  type: 'MembershipGranted',
  data: { membership: randomUUID(), role, ...HERE, from: day, until: day },
});
