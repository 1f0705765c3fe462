import { randomUUID } from 'node:crypto';
import { ADMINISTRATOR } from '../../../src/cli/demo/cast.ts';
import type { Client, Teller } from '../../../src/cli/demo/client.ts';
import { type Directory, staffId } from '../../../src/cli/demo/directory.ts';
import { daysOfAStory, registerTravellers } from '../../../src/cli/demo/journeyFamily.ts';
import type { Core } from '../../../src/compose.ts';
import { Purpose } from '../../../src/domain/clearance/codes.ts';
import type { Actor } from '../../../src/domain/kernel/envelope.ts';
import { ClearanceActor } from '../../../src/domain/movement/codes.ts';
import { DEVELOPMENT_ISSUER } from '../../../src/platform/developmentIssuer.ts';
import { until } from './rig.ts';

const HOUR_MS = 3_600_000;
const LAWYER = 'hq.legal';

/** What a story was told to do and did. */
export interface RestrictedCounts {
  readonly cleared: number;
  readonly granted: number;
  readonly emergencies: number;
  readonly reviewed: number;
}

/** Work on cases of the restricted store, of one family. */
export interface RestrictedWork {
  readonly person: string;
  readonly counts: () => RestrictedCounts;
  /** One clearance from letter to answer, opened by a grant and in an emergency; an emergency of yesterday is reviewed. */
  round(): Promise<void>;
}

/** A client that gives a decision on the case as it stands, and again when something came in between. */
export function telling(client: Client): Pick<Teller, 'give' | 'get' | 'given' | 'decide'> {
  const decide: Teller['decide'] = async (as, path, command, key, body) => {
    for (let tries = 1; ; tries++) {
      const { revision } = await client.get<{ revision: number }>(as, path);
      try {
        return await client.give(as, `${path}/${command}`, key, body, revision);
      } catch (error) {
        if (tries === 5 || !String(error).includes('answered 412')) throw error;
      }
    }
  };
  return { ...client, given: () => client.given(), decide };
}

/** Registers the family with a consent for clearances, and who looks at emergencies afterwards. */
export async function openRestrictedWork(client: Client, directory: Directory, core: () => Core): Promise<RestrictedWork> {
  const { give, get, decide, given } = telling(client);
  const noFiles = () => Promise.reject(new Error('the story of this family names no files'));
  const teller: Teller = { give, get, decide, given, file: noFiles, upload: noFiles };
  const { mother, father, household, consent } = await registerTravellers(teller, directory, daysOfAStory());
  await enrolLawyer(client, directory);
  const asked = [mother, father].flatMap((person) =>
    Purpose.options.flatMap((purpose) => ClearanceActor.options.map((actor) => ({ person, actor, purpose }))),
  );
  const counts = { cleared: 0, granted: 0, emergencies: 0, reviewed: 0 };
  const today = new Date().toISOString().slice(0, 10);
  const letter = () => ({ number: `r/${counts.cleared}`, date: today, issuedBy: 'فرع دهوك' });
  const [verifier, head] = ['duhok.verifier', 'duhok.head'];
  let last: string | undefined;
  const opens = (as: string, path: string, wanted: boolean) =>
    until(`${path} ${wanted ? 'opens' : 'closes'}`, 60_000, () =>
      get(as, path).then(
        () => wanted,
        (error: unknown) => !wanted && String(error).includes('answered 403'),
      ),
    );

  const known: string[] = [];

  /** Every actor is asked once about everything; after that there is a case to open again. */
  async function clear(): Promise<string> {
    const who = asked[counts.cleared];
    if (!who) return known[counts.granted % known.length] ?? '';
    const record = { consentRef: consent };
    const { id } = await give(verifier, '/v1/clearances', '', { ...who, household, letter: letter(), record });
    const outcome = { is: 'granted_with_conditions', conditions: ['reports to the office every month'] };
    await give(verifier, `/v1/clearances/${id}/record-decision`, '', { letter: letter(), outcome }, 0);
    counts.cleared += 1;
    known.push(id);
    return id;
  }

  async function underGrant(path: string): Promise<void> {
    const ends = new Date(Date.now() + HOUR_MS).toISOString();
    const grant = { staff: staffId(verifier), until: ends, reason: 'an appeal of the family' };
    await give('hq.branches', `${path}/grant`, '', grant);
    await opens(verifier, path, true);
    await give('hq.branches', `${path}/revoke-grant`, '', { staff: staffId(verifier) });
    await opens(verifier, path, false);
    counts.granted += 1;
  }

  /** The first is confirmed and open for its hour; of another officer one after the other is asked for and declined. */
  async function inEmergency(id: string): Promise<void> {
    const wish = { process: 'clearance', case: id, hours: 1, reason: 'a family is held at a gate' };
    if (counts.emergencies === 0) {
      const { id: open } = await give(head, '/v1/emergency-accesses', '', wish);
      await decide('hq.branches', `/v1/emergency-accesses/${open}`, 'confirm', '', {});
      await opens(head, `/v1/clearances/${id}`, true);
    } else {
      const { id: one } = await give(verifier, '/v1/emergency-accesses', '', { ...wish, ...(last ? { after: last } : {}) });
      await give(head, `/v1/emergency-accesses/${one}/decline`, '', { reason: 'nobody is held at the gate' });
      last = one;
    }
    counts.emergencies += 1;
  }

  /** Only one whose hour is over is reviewed; without ground it bars who asked and who confirmed. */
  async function afterwards(id: string): Promise<void> {
    const emergency = await yesterday(core(), directory, id);
    const finding = { justified: counts.reviewed % 2 === 0, finding: 'the family was looked for at the gate' };
    await decide(LAWYER, `/v1/emergency-accesses/${emergency}`, 'review', '', finding);
    counts.reviewed += 1;
  }

  return {
    person: mother,
    counts: () => counts,
    round: async () => {
      const id = await clear();
      await underGrant(`/v1/clearances/${id}`);
      await inEmergency(id);
      await afterwards(id);
    },
  };
}

async function enrolLawyer(client: Client, { organisations, offices }: Directory): Promise<void> {
  const person = { issuer: DEVELOPMENT_ISSUER, subject: LAWYER, name: { ar: 'الدائرة القانونية م٤' }, synthetic: true };
  const { id } = await client.give(ADMINISTRATOR, '/v1/staff', '', person);
  const post = { role: 'legalDepartment', organisation: organisations.ministry, office: offices.hq, from: '2020-01-01' };
  await client.give(ADMINISTRATOR, `/v1/staff/${id}/grant-membership`, '', post);
}

/** An emergency access that was confirmed yesterday and is over. */
async function yesterday(core: Core, { organisations, offices }: Directory, clearance: string): Promise<string> {
  const staff = staffId('duhok.desk');
  const at = new Date(Date.now() - 24 * HOUR_MS).toISOString();
  const ended = new Date(Date.now() - 23 * HOUR_MS).toISOString();
  const of = { process: 'clearance', case: clearance };
  const place = { organisation: organisations.ministry ?? '', office: offices.duhok ?? '', governorate: 'IQG09' };
  const asked = { ...of, hours: 1, reason: 'a family is held at a gate' };
  const id = randomUUID();
  await giveRestricted(core, `emergencyAccess-${id}`, [
    { type: 'EmergencyAccessRequested', data: asked, at, actor: { id: staff, post: 'verifier', ...place } },
    {
      type: 'EmergencyAccessConfirmed',
      data: { ...of, staff, until: ended },
      at,
      actor: { id: staffId('duhok.registrar'), post: 'headOfBranch', ...place },
    },
  ]);
  return id;
}

interface Told {
  readonly type: string;
  readonly data: object;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly actor: Actor;
}

/** Writes a new stream of the restricted log as it might have come about. */
export async function giveRestricted(core: Core, stream: string, events: readonly Told[]): Promise<void> {
  const store = await core.restricted?.open();
  if (!store) throw new Error('there is no restricted store');
  const drafts = events.map(({ type, data, at, actor }, revision) => ({
    ...{ id: randomUUID(), stream, revision, type, recordedAt: at, data },
    metadata: {
      ...{ commandId: randomUUID(), command: 'given', inputMac: '', correlationId: 'told', channel: 'in_person' as const },
      ...{ occurredAt: at, actor },
    },
  }));
  await store.log.append(stream, 'none', await store.codec.encode(drafts));
}
