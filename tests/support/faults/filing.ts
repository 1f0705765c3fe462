import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Client } from '../../../src/cli/demo/client.ts';
import { Client as FileClient } from '../../../src/cli/imports/client.ts';
import type { Core } from '../../../src/compose.ts';
import { isOpen } from '../../../src/domain/kernel/privacy.ts';
import type { PersonState } from '../../../src/domain/person/index.ts';
import { readLines } from '../../../src/platform/backup/lines.ts';
import { RESTRICTED_SCHEMAS } from '../../../src/restrictedStore.ts';
import { giveRestricted, telling } from './restrictedWork.ts';
import { until } from './rig.ts';

const REGISTRAR = 'ninewa.registrar';
const ERASED_WITHIN_MS = 60_000;

/** A file in the log: its digest, and the position at which a case named it. */
interface Filed {
  readonly document: string;
  readonly sha256: string;
  readonly position: number;
}

/** Somebody with a file of their own, and a clearance that nobody answers any more. */
interface Someone {
  readonly person: string;
  readonly clearance: string;
  readonly file: Filed;
}

/** Papers of persons, and persons who are erased: one before everything else, one after it, one never. */
export interface Filing {
  /** Uploads a paper and puts it into a person's record. */
  file(): Promise<void>;
  erase(who: 'before' | 'after'): Promise<void>;
  /** Whether a backup of keys still holds the key of who was erased since. */
  isIn(keysFrom: string): Promise<boolean>;
  /** How many papers were filed. */
  count(): number;
  /** Holds an installation whose log has so many events to what was filed and who is erased. */
  check(t: Test, core: Core, events: number): Promise<void>;
}

export interface FilingParts {
  readonly client: Client;
  readonly tokenFor: (login: string) => Promise<string>;
  readonly address: () => Promise<string>;
  readonly core: () => Core;
}

export async function openFiling({ client, tokenFor, address, core }: FilingParts): Promise<Filing> {
  const { give, get, decide } = telling(client);
  const filed: Filed[] = [];

  async function attach(person: string): Promise<Filed> {
    const bytes = Buffer.from(`%PDF-1.4\n% ${randomUUID()}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`);
    const files = new FileClient(await address(), await tokenFor(REGISTRAR));
    const { document, sha256 } = await files.upload('paper.pdf', bytes, () => {});
    const paper = { docType: 'ration_card', ref: 'a paper', document, sha256 };
    const { position } = await give(REGISTRAR, `/v1/persons/${person}/attach`, '', { document: paper });
    return { document, sha256, position: Number(position) };
  }

  async function register(first: string): Promise<Someone> {
    const birth = { date: '1980-05-05', precision: 'day' };
    const body = { name: { ar: { first, father: 'كريم', family: 'المعاد' } }, sex: 'female', birth };
    const { id: person } = await give(REGISTRAR, '/v1/persons', '', body);
    const clearance = randomUUID();
    await givenUp(core(), clearance, person, first);
    return { person, clearance, file: await attach(person) };
  }

  const people = { before: await register('زليخة'), after: await register('بلقيس'), never: await register('ميسون') };

  return {
    file: async () => {
      filed.push(await attach(people.never.person));
    },
    erase: async (who) => {
      const wish = { subject: { kind: 'person', id: people[who].person }, ground: 'registered_in_error', requester: 'branch' };
      const path = `/v1/erasures/${(await give(REGISTRAR, '/v1/erasures', '', wish)).id}`;
      const reaches = (status: string) =>
        until(`the erasure is ${status}`, ERASED_WITHIN_MS, async () => {
          return (await get<{ status: string }>('ninewa.head', path)).status === status;
        });
      await reaches('examined');
      await decide('ninewa.head', path, 'approve', '', {});
      await reaches('carried_out');
    },
    isIn: async (keysFrom) => {
      for await (const line of readLines(join(keysFrom, 'general/keys.data_key.ndjson'))) {
        const { subject, wrapped } = JSON.parse(line) as { subject: string; wrapped: string | null };
        if (subject === people.after.person && wrapped !== null) return true;
      }
      return false;
    },
    count: () => filed.length,
    check: async (t, core, events) => {
      const within = [people.never.file, ...filed.filter(({ position }) => position <= events)];
      const unread: string[] = [];
      for (const { document, sha256 } of within) if ((await digestOf(core, document)) !== sha256) unread.push(document);
      t.strictSame(unread, [], `${within.length} files open as they were`);
      t.strictSame(await knownOf(core, people.never), { name: true, clearance: true, file: true }, 'who was not erased is there');
      const nothing = { name: false, clearance: false, file: false };
      t.strictSame(await knownOf(core, people.before), nothing, 'who was erased before the backup is erased');
      t.strictSame(await knownOf(core, people.after), nothing, 'and so is who was erased since');
      t.equal(await liveKeys(core, people.after), 0);
    },
  };
}

async function digestOf({ documents }: Core, id: string): Promise<string | undefined> {
  const file = await documents.read(id);
  if (!file) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of file.content) hash.update(chunk);
  return hash.digest('hex');
}

/** A clearance that was asked for and is needed no more. */
async function givenUp(core: Core, id: string, person: string, first: string): Promise<void> {
  const at = new Date().toISOString();
  const about = { actor: { id: 'system:test', post: 'system' }, at };
  const letter = { number: '17', date: at.slice(0, 10), issuedBy: 'the branch' };
  const asked = { person, actor: 'police', purpose: 'travel', ground: 'first' };
  await giveRestricted(core, `clearance-${id}`, [
    { ...about, type: 'ClearanceRequested', data: { ...asked, subject: { name: { ar: { first } } }, letter } },
    { ...about, type: 'ClearanceRequestWithdrawn', data: { person } },
  ]);
}

/** What an installation can still tell of somebody. */
async function knownOf(core: Core, { person, clearance, file }: Someone) {
  const store = await core.restricted?.open();
  const { record } = await core.cases.load(core.registry.ofStream(`person-${person}`), person);
  const apart = await store?.cases.load(core.registry.ofStream(`clearance-${clearance}`), clearance);
  const { name } = record.state as PersonState;
  const { subject } = (apart?.record.state ?? {}) as { readonly subject?: unknown };
  return {
    name: name !== undefined && isOpen(name),
    clearance: subject !== undefined && isOpen(subject),
    file: (await core.documents.read(file.document)) !== undefined,
  };
}

async function liveKeys({ pool, restricted }: Core, { person, clearance, file }: Someone): Promise<number> {
  let live = 0;
  for (const one of [pool, restricted?.pool]) {
    const found = await one?.query(
      `select from ${RESTRICTED_SCHEMAS.keys}.data_key where subject = any($1) and wrapped is not null`,
      [[person, clearance, file.document]],
    );
    live += found?.rowCount ?? 0;
  }
  return live;
}
