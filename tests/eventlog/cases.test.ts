import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { isOpen } from '../../src/domain/kernel/privacy.ts';
import { type PersonState, person } from '../../src/domain/person/index.ts';
import { createCases } from '../../src/eventlog/cases.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import type { EventLog, StreamEvent } from '../../src/eventlog/port.ts';
import { recent } from '../../src/eventlog/recent.ts';
import { until } from '../support/faults/rig.ts';
import { someone, world } from '../support/scenario.ts';

const START = '2026-03-01T08:00:00.000Z';
const clerk = someone('registrar');
const registered = { type: 'PersonRegistered', data: { name: { ar: { first: 'سلمى', father: 'كريم' } }, sex: 'female' } };
const renamed = { name: { ar: { first: 'زهراء', father: 'كريم' } } };
const paper = () => ({
  type: 'IdentityDocumentRecorded',
  data: { document: randomUUID(), docType: 'passport', number: 'A1', status: 'valid', usable: true },
});

/** Servers over one log, each with its own memory of what it read; `reads` are the revisions the log was asked from. */
function servers() {
  const w = world([person], START);
  const reads: number[] = [];
  const log: EventLog = {
    ...w.log,
    read: (stream, from = 0) => {
      reads.push(from);
      return w.log.read(stream, from);
    },
  };
  let now = 0;
  const server = () => createCases(log, w.codec, w.registry, () => now);
  const nameIn = async (cases: ReturnType<typeof server>, id: string): Promise<unknown> => {
    const { record, history } = await cases.load(person, id);
    const { name } = record.state as PersonState;
    t.match(history[0]?.data, { name }, 'the history says what the state says');
    return name && isOpen(name) ? name.ar?.first : name?.reason;
  };
  return {
    w,
    reads,
    server,
    nameIn,
    later: (ms: number) => {
      now += ms;
    },
  };
}

t.test('a case that was read is read on from where it stood, also when another server wrote to it', async (t) => {
  const { w, reads, server } = servers();
  const [one, two] = [server(), server()];
  const id = randomUUID();
  t.equal((await one.load(person, id)).record.exists, false);
  await w.given('person', id, registered);
  t.equal((await one.load(person, id)).record.revision, 0, 'what did not exist is not remembered as such');
  await two.load(person, id);
  await w.given('person', id, paper());
  reads.length = 0;
  const loads = [await one.load(person, id), await two.load(person, id), await one.load(person, id)];
  t.same(reads, [1, 1, 2], 'the log is asked every time, for what is new');
  const anew = await server().load(person, id);
  for (const loaded of loads) t.same(loaded, anew, 'as if read from its beginning');
  t.equal(anew.history.length, 2);
});

t.test('what a command wrote is not read again, and is kept as it would be read', async (t) => {
  const reads: string[] = [];
  const log = createMemoryLog();
  const spied: EventLog = {
    ...log,
    read: (stream, from = 0) => {
      reads.push(`${stream.split('-', 1)} ${from}`);
      return log.read(stream, from);
    },
  };
  const w = world([person], START, undefined, undefined, spied);
  const { id } = (await w.when(clerk, 'person', 'register', undefined, registered.data)).outcome;
  const given = { docType: 'passport', number: 'A1', status: 'valid' };
  const [recorded] = (await w.when(clerk, 'person', 'recordDocument', id, given)).events;
  const { document } = (recorded?.data ?? {}) as { document?: string };
  reads.length = 0;
  await w.when(clerk, 'person', 'changeDocumentStatus', id, { document, status: 'lost' });
  t.same(reads, ['person 0', 'person 2', 'person 3'], 'the third, after the command, asks for what came since');
  await w.when(clerk, 'person', 'correct', id, { revision: 0, fields: renamed, reason: 'misheard' });
  await w.when(clerk, 'person', 'note', id, { text: 'came by' });
  const anew = await createCases(w.log, w.codec, w.registry).load(person, id);
  t.equal(anew.record.revision, 4);
  t.match(anew.record.state, renamed);
  const kept = await w.cases.load(person, id);
  t.strictSame(kept.history, anew.history);
  t.strictSame(kept.record, anew.record);
  t.strictSame(await w.cases.glance(`person-${id}`), anew.record);
  const asStored = ({ stream, revision, id, type, bytes, position }: StreamEvent) =>
    JSON.stringify([stream, revision, id, type, Buffer.from(bytes).toString(), `${position}`]);
  t.same(kept.stored.map(asStored), anew.stored.map(asStored));
});

t.test('what was written is put behind nothing but the case it was decided on', async (t) => {
  const { w, server } = servers();
  const cases = server();
  const id = randomUUID();
  await w.given('person', id, registered);
  const early = await cases.load(person, id);
  await w.given('person', id, paper(), paper());
  const late = await cases.load(person, id);
  cases.wrote?.(early, late.stored[1]!, late.history[1]!);
  t.equal(await cases.load(person, id), late);
});

t.test('what was known at a position is told from what is kept', async (t) => {
  const { w, server } = servers();
  const cases = server();
  const id = randomUUID();
  await w.given('person', id, registered, paper(), paper());
  const { stored } = await cases.load(person, id);
  const then = await cases.load(person, id, stored[1]?.position);
  t.equal((then.record.state as PersonState).documents.length, 1);
  t.same([then.record.revision, then.history.length, then.stored.length], [1, 2, 2]);
  t.equal((await cases.load(person, id)).record.revision, 2, 'the whole is still whole');
});

t.test('a correction changes the past of a case that is kept', async (t) => {
  const { w, server } = servers();
  const cases = server();
  const { outcome } = await w.when(clerk, 'person', 'register', undefined, registered.data);
  const { id } = outcome;
  await cases.load(person, id);
  await cases.glance(`person-${id}`);
  await w.when(clerk, 'person', 'correct', id, { revision: 0, fields: renamed, reason: 'misheard' });
  const anew = await server().load(person, id);
  t.match(anew.record.state, renamed);
  t.same(await cases.load(person, id), anew);
  t.same(await cases.glance(`person-${id}`), anew.record);
});

t.test('what was opened is gone when its key is destroyed here, and within a minute when it is elsewhere', async (t) => {
  const { w, server, nameIn, later } = servers();
  const cases = server();
  const id = randomUUID();
  await w.given('person', id, registered);
  t.equal(await nameIn(cases, id), 'سلمى');
  await w.keyring.destroy(id);
  t.equal(await nameIn(cases, id), 'erased', 'at once');

  const other = randomUUID();
  await w.given('person', other, registered);
  // Destroyed elsewhere: nothing tells this server.
  const untold = { ...w.codec, forgettings: () => 0 };
  let at = 0;
  const far = createCases(w.log, untold, w.registry, () => at);
  t.equal(await nameIn(far, other), 'سلمى');
  await w.given('person', other, paper());
  await w.keyring.destroy(other);
  at = 29_999;
  t.equal(await nameIn(far, other), 'سلمى', 'for as long as a key may be used after it was destroyed');
  t.equal((await far.load(person, other)).record.revision, 1);
  const { stored, history } = await w.cases.load(person, other);
  far.wrote?.(await far.load(person, other), { ...stored[1]!, revision: 2 }, history[1]!);
  t.equal((await far.load(person, other)).history.length, 3);
  at = 30_000;
  t.equal(await nameIn(far, other), 'erased', 'neither reading on nor writing makes it younger');

  const third = randomUUID();
  await w.given('person', third, registered);
  t.equal(await nameIn(cases, third), 'سلمى');
  later(30_000);
  t.equal(await nameIn(cases, third), 'سلمى', 'a living key opens it anew');
});

t.test('a key destroyed while a case is being opened leaves nothing opened behind', async (t) => {
  const { w, nameIn } = servers();
  const id = randomUUID();
  await w.given('person', id, registered);
  let during: (() => Promise<unknown>) | undefined = () => w.keyring.destroy(id);
  const slow: typeof w.codec = {
    ...w.codec,
    decode: async (...given) => {
      const decoded = await w.codec.decode(...given);
      await during?.();
      during = undefined;
      return decoded;
    },
  };
  const cases = createCases(w.log, slow, w.registry, () => 0);
  t.equal(await nameIn(cases, id), 'سلمى', 'what was asked for before');
  t.equal(await nameIn(cases, id), 'erased');
});

t.test('what is kept stays within its weight: the oldest give way, and what is too heavy is not kept at all', async (t) => {
  let now = 0;
  let forgettings = 0;
  const parts = { keptFor: 100, capacity: 80, weigh: (text: string) => text.length };
  const kept = recent<string>({ ...parts, now: () => now, forgettings: () => forgettings });
  const names = Array.from({ length: 12 }, (_, at) => `stream-${at}`);
  const keep = (name: string, value: string) => kept.keep(name, value, kept.moment());
  const held = () => names.filter((name) => kept.get(name) !== undefined);
  for (const name of names) {
    now += 1;
    keep(name, 'x'.repeat(10));
  }
  t.same(held(), names.slice(4), 'the eight read last');
  const oldest = kept.get('stream-4');
  kept.keep('stream-4', 'x'.repeat(9), oldest?.read ?? kept.moment());
  keep('stream-0', 'x'.repeat(2));
  t.same(held(), ['stream-0', ...names.slice(5)], 'what goes on is as old as it was');
  keep('stream-5', 'x'.repeat(11));
  t.same(held(), ['stream-0', ...names.slice(6)], 'heavier than an eighth of all');
  now += 96;
  t.same(held(), ['stream-0', ...names.slice(8)], 'until it is too old');
  forgettings += 1;
  t.same(held(), [], 'or keys were let go of');
});

t.test('what nobody asks for any more does not stay in memory either', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const limits = { capacity: 80, weigh: () => 1, now: () => performance.now(), forgettings: () => 0 };
  const short = recent<object>({ ...limits, keptFor: 20 });
  const long = recent<object>({ ...limits, keptFor: 60_000 });
  const kept = (into: typeof short) => {
    const opened = { name: 'سلمى' };
    into.keep('person-1', opened, into.moment());
    return new WeakRef(opened);
  };
  const [gone, here] = [kept(short), kept(long)];
  await until('it was let go of', 10_000, async () => {
    collect();
    return gone.deref() === undefined;
  });
  t.ok(here.deref(), 'control: what may still be asked for is there');
  t.ok(long.get('person-1'));
});
