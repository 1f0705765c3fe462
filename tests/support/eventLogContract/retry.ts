import { randomUUID } from 'node:crypto';
import type { Test } from 'tap';
import { type AppendResult, RevisionConflict } from '../../../src/eventlog/port.ts';
import { anEvent, ids, type LogUnderTest, newStream, readOn, someEvents } from './harness.ts';

export async function retryCases(t: Test, { log }: LogUnderTest): Promise<void> {
  await t.test('an append sent again answers as the first time', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(2));
    const events = someEvents(1);
    const first = await log.append(stream, 1, events);
    answersAgain(t, await log.append(stream, 1, events), first);
  });

  await t.test('an append sent again adds nothing', async (t) => {
    const stream = newStream();
    const events = someEvents(3);
    await log.append(stream, 'none', events);
    const head = await log.head();
    await log.append(stream, 'none', events);
    t.same(ids(await log.read(stream)), ids(events));
    t.equal(await log.head(), head);
  });

  await t.test('a creation sent again answers as the first time', async (t) => {
    const stream = newStream();
    const events = someEvents(1);
    const first = await log.append(stream, 'none', events);
    answersAgain(t, await log.append(stream, 'none', events), first);
  });

  await t.test('several events sent again answer as the first time', async (t) => {
    const stream = newStream();
    const events = someEvents(6);
    const first = await log.append(stream, 'none', events);
    answersAgain(t, await log.append(stream, 'none', events), first);
    t.equal((await log.read(stream)).length, 6);
  });

  await t.test('an append sent again after the stream went on answers as the first time', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    const events = someEvents(2);
    const first = await log.append(stream, 0, events);
    await log.append(stream, 2, someEvents(4));
    answersAgain(t, await log.append(stream, 0, events), first);
    t.equal((await log.read(stream)).length, 7);
  });

  await t.test('an append sent many times at once is one effect and one answer', async (t) => {
    const stream = newStream();
    const events = someEvents(2);
    const answers = await Promise.all(Array.from({ length: 10 }, () => log.append(stream, 'none', events)));
    t.same(answers.map(placeOf), Array(10).fill(placeOf(answers[0]!)));
    t.ok(answers.filter(({ wrote }) => wrote).length <= 1, 'and at most one is told to have written it');
    t.equal((await log.read(stream)).length, 2);
  });

  await t.test('ids that overlap only at the beginning are a conflict', async (t) => {
    const stream = newStream();
    const events = someEvents(2);
    await log.append(stream, 'none', events);
    await t.rejects(log.append(stream, 'none', [...events, anEvent()]), RevisionConflict);
    t.equal((await log.read(stream)).length, 2);
  });

  await t.test('ids that overlap only at the end are a conflict', async (t) => {
    const stream = newStream();
    const [first, second] = [anEvent(), anEvent()];
    await log.append(stream, 'none', [first, second]);
    await t.rejects(log.append(stream, 'none', [anEvent(), second]), RevisionConflict);
    await t.rejects(log.append(stream, 'none', [first, anEvent()]), RevisionConflict);
  });

  await t.test('the same ids in another order are a conflict', async (t) => {
    const stream = newStream();
    const [first, second] = [anEvent(), anEvent()];
    await log.append(stream, 'none', [first, second]);
    await t.rejects(log.append(stream, 'none', [second, first]), RevisionConflict);
  });

  await t.test('the same ids at an older revision are a conflict', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(3));
    const events = someEvents(1);
    await log.append(stream, 2, events);
    await t.rejects(log.append(stream, 1, events), RevisionConflict);
    await t.rejects(log.append(stream, 'none', events), RevisionConflict);
  });

  await t.test('the same id in two streams is two events', async (t) => {
    const start = await log.head();
    const event = { ...anEvent(), id: randomUUID() };
    await log.append(newStream(), 'none', [event]);
    await log.append(newStream(), 'none', [event]);
    t.same(ids((await readOn(log, start)).events), [event.id, event.id]);
  });

  await t.test('a retry that meets a conflict made by somebody else stays a conflict', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    const mine = someEvents(1);
    await log.append(stream, 0, someEvents(1));
    await t.rejects(log.append(stream, 0, mine), RevisionConflict);
    await t.rejects(log.append(stream, 0, mine), RevisionConflict);
  });
}

const placeOf = ({ revision, position }: AppendResult) => ({ revision, position });

/** The same place; and who did not write is never told so, while who did may be left in doubt by a store that is. */
function answersAgain(t: Test, again: AppendResult, first: AppendResult): void {
  t.same(placeOf(again), placeOf(first));
  t.not(again.wrote, true, 'it is not said to have written again');
}
