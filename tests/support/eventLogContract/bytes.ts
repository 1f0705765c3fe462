import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { EventTooLarge, MAX_APPEND_BYTES, MAX_EVENT_BYTES } from '../../../src/eventlog/port.ts';
import { anEvent, type LogUnderTest, newStream, readOn, someEvents, utf8 } from './harness.ts';

const arabic = 'عائلة نازحة من سنجار، العودة الطوعية — خێزانی ئاوارە 👪 ١٢٣٤';

export async function bytesCases(t: Test, { log }: LogUnderTest): Promise<void> {
  const payloads: Record<string, Uint8Array> = {
    'every byte value': Uint8Array.from({ length: 512 }, (_, i) => i % 256),
    'Arabic and Sorani text': utf8(JSON.stringify({ text: arabic })),
    'JSON with its own spacing, order, escapes and repeated keys': utf8(
      '{ "b":1,\n\t"a" : 2.50, "a":"\\u0645\\/", "n":1e400 }\r\n',
    ),
    'a byte order mark and text that is not UTF-8': Uint8Array.of(0xef, 0xbb, 0xbf, 0xc3, 0x28, 0xff, 0xfe, 0x00),
    'what looks like another store’s notation': utf8('\\x4d61 E\'\\\\\' {"a,b",NULL} bytea'),
    'one zero byte': Uint8Array.of(0),
    nothing: new Uint8Array(0),
    'random bytes of the greatest size': randomBytes(MAX_EVENT_BYTES),
  };
  for (const [title, bytes] of Object.entries(payloads)) {
    await t.test(`${title} comes back exactly`, async (t) => {
      const start = await log.head();
      const stream = newStream();
      await log.append(stream, 'none', [anEvent(), anEvent(bytes), anEvent()]);
      const [, fromStream] = await log.read(stream);
      const [, fromLog] = (await readOn(log, start)).events;
      t.equal(Buffer.compare(fromStream!.bytes, bytes), 0);
      t.equal(Buffer.compare(fromLog!.bytes, bytes), 0);
    });
  }

  await t.test('a view into a larger buffer is kept as what it shows', async (t) => {
    const stream = newStream();
    const whole = randomBytes(300);
    await log.append(stream, 'none', [
      anEvent(whole.subarray(100, 200)),
      anEvent(new Uint8Array(whole.buffer, whole.byteOffset + 7, 9)),
    ]);
    const [first, second] = await log.read(stream);
    t.equal(Buffer.compare(first!.bytes, whole.subarray(100, 200)), 0);
    t.equal(Buffer.compare(second!.bytes, whole.subarray(7, 16)), 0);
  });

  await t.test('what a caller does to its buffer afterwards does not reach the log', async (t) => {
    const stream = newStream();
    const bytes = utf8('first');
    await log.append(stream, 'none', [anEvent(bytes)]);
    bytes.fill(0);
    const [event] = await log.read(stream);
    event!.bytes.fill(1);
    t.equal(Buffer.compare((await log.read(stream))[0]!.bytes, utf8('first')), 0);
  });

  await t.test('types come back as written', async (t) => {
    const stream = newStream();
    const types = ['referral.ReferralSent.v1', 'claim.ClaimFiled.v12', 'odd.Quote\'"\\{},%$.v1'];
    await log.append(
      stream,
      'none',
      types.map((type) => anEvent(utf8('x'), type)),
    );
    t.same(
      (await log.read(stream)).map(({ type }) => type),
      types,
    );
  });

  await t.test('an event over the limit is refused and nothing is written', async (t) => {
    const stream = newStream();
    const head = await log.head();
    await t.rejects(
      log.append(stream, 'none', [anEvent(), anEvent(new Uint8Array(MAX_EVENT_BYTES + 1)), anEvent()]),
      EventTooLarge,
    );
    t.same(await log.read(stream), []);
    t.equal(await log.head(), head);
  });

  await t.test('an append that is too large as a whole is refused and nothing is written', async (t) => {
    const stream = newStream();
    const large = () => anEvent(new Uint8Array(MAX_APPEND_BYTES / 4));
    await t.rejects(log.append(stream, 'none', [large(), large(), large(), large(), anEvent()]), EventTooLarge);
    t.same(await log.read(stream), []);
  });

  await t.test('an append of the greatest size is taken', async (t) => {
    const stream = newStream();
    await log.append(
      stream,
      'none',
      Array.from({ length: 4 }, () => anEvent(randomBytes(MAX_APPEND_BYTES / 4))),
    );
    t.equal((await log.read(stream)).length, 4);
  });

  await t.test('large events sent at once all come through', async (t) => {
    const streams = Array.from({ length: 12 }, () => newStream());
    const bytes = randomBytes(200_000);
    await Promise.all(streams.map((stream) => log.append(stream, 'none', [anEvent(bytes), ...someEvents(1)])));
    for (const stream of streams) t.equal(Buffer.compare((await log.read(stream))[0]!.bytes, bytes), 0);
  });
}
