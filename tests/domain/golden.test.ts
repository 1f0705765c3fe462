/**
 * A golden file keeps one stored payload of every event version ever released, and what it decodes to today. A shape that
 * changes under a stored name breaks its file: add an optional field, or a new version with an upcaster instead.
 * `UPDATE_GOLDEN=1 node … golden.test.js` writes files for new versions; it never rewrites one.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { registry } from '../../src/domain/index.ts';
import { caseEvents } from '../../src/domain/kernel/caseEvents.ts';
import type { RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import { newestVersion, registryOf, storedType } from '../../src/domain/kernel/registry.ts';
import { createCodec, type Draft } from '../../src/eventlog/codec.ts';
import { memoryKeyring } from '../../src/platform/keyring.ts';
import { parcelWithHistory } from '../support/parcel.ts';
import { sampleOf } from '../support/sample.ts';

const FOLDER = 'tests/golden';
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

interface Golden {
  readonly type: string;
  readonly stored: Record<string, unknown>;
  readonly decoded: unknown;
}

const eventsOf = (process: Process) => Object.entries({ ...process.events, ...(process.name === 'rule' ? caseEvents : {}) });

const draftOf = (process: Process, event: string, data: unknown): Draft => ({
  id: ID,
  stream: `${process.name}-${ID}`,
  revision: 0,
  type: event,
  recordedAt: '2026-03-01T08:00:00.000Z',
  data,
  metadata: {
    commandId: ID,
    command: 'golden',
    inputMac: '',
    correlationId: ID,
    actor: { id: ID, post: 'registrar' },
    channel: 'in_person',
    occurredAt: '2026-03-01T08:00:00.000Z',
  },
});

/** A correction is read anew where the event it corrects has a newer version than the one its `after` was written in. */
function isUpcast(process: Process, event: string, { type, version = 1 }: Record<string, unknown>): boolean {
  return event === 'CaseCorrected' && String(type) in process.events && version !== newestVersion(process, String(type));
}

/** Decodes a payload stored under a version, sealing its personal fields first as the log would hold them. */
async function decode(process: Process, event: string, stored: Record<string, unknown>, version: number): Promise<unknown> {
  const codec = createCodec(registryOf([process]), memoryKeyring());
  if (version === newestVersion(process, event)) {
    const told: RecordedEvent[] = [];
    const [proposed] = await codec.encode([draftOf(process, event, stored)], (one) => told.push(one));
    const [decoded] = await codec.decode([{ ...proposed!, stream: `${process.name}-${ID}`, revision: 0, position: 1n }], 'all');
    t.strictSame(told, isUpcast(process, event, stored) ? [] : [decoded], 'as it is told when it is written');
    return decoded?.data;
  }
  const draft = { ...draftOf(process, event, stored), type: `${process.name}.${event}.v${version}` };
  const bytes = Buffer.from(JSON.stringify(draft));
  const [decoded] = await codec.decode(
    [{ id: ID, type: draft.type, bytes, stream: draft.stream, revision: 0, position: 1n }],
    'all',
  );
  return decoded?.data;
}

t.test('every event version ever released still reads as it did', async (t) => {
  for (const process of registry.all) {
    const folder = `${FOLDER}/${process.name}`;
    for (const [event, schema] of eventsOf(process)) {
      for (let version = 1; version <= newestVersion(process, event); version++) {
        const file = `${folder}/${event}.v${version}.json`;
        if (!existsSync(file) && globalThis.process.env.UPDATE_GOLDEN === '1' && version === newestVersion(process, event)) {
          const stored = sampleOf(schema) as Record<string, unknown>;
          mkdirSync(folder, { recursive: true });
          const decoded = await decode(process, event, stored, version);
          writeFileSync(file, `${JSON.stringify({ type: storedType(process, event), stored, decoded }, null, 2)}\n`);
        }
        if (!t.ok(existsSync(file), `${file} is there`)) continue;
        const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
        t.equal(golden.type, `${process.name}.${event}.v${version}`);
        t.same(await decode(process, event, golden.stored, version), golden.decoded, `${golden.type} reads as it did`);
      }
    }
  }
});

t.test('no golden file is left without its event: released names stay readable for ever', async (t) => {
  const known = new Set(registry.all.flatMap((process) => eventsOf(process).map(([event]) => `${process.name}/${event}`)));
  for (const folder of readdirSync(FOLDER)) {
    for (const file of readdirSync(`${FOLDER}/${folder}`))
      t.ok(known.has(`${folder}/${file.split('.')[0]}`), `${folder}/${file}`);
  }
});

t.test('an event stored two versions ago is brought to today by its chain of upcasters', async (t) => {
  const parcel = parcelWithHistory();
  t.equal(storedType(parcel, 'ParcelSent'), 'parcel.ParcelSent.v3');
  t.same(await decode(parcel, 'ParcelSent', { kilos: 2 }, 1), { grams: 2000, carrier: 'unknown' });
  t.same(await decode(parcel, 'ParcelSent', { grams: 2500 }, 2), { grams: 2500, carrier: 'unknown' });
  t.same(await decode(parcel, 'ParcelSent', { grams: 1, carrier: 'post' }, 3), { grams: 1, carrier: 'post' });
  const corrected = { of: 0, type: 'ParcelSent', fields: ['grams'], reason: 'weighed again' };
  const correction = (more: object) => decode(parcel, 'CaseCorrected', { ...corrected, ...more }, 1);
  const today = { version: 3, after: { grams: 2000, carrier: 'unknown' } };
  t.match(await correction({ after: { kilos: 2 } }), today, 'a correction that says no version was written under the first');
  t.match(await correction({ version: 2, after: { grams: 2000 } }), today);
  t.match(await correction({ version: 3, after: { grams: 1, carrier: 'post' } }), { after: { grams: 1, carrier: 'post' } });
  const ahead = { grams: 1, carriedBy: 'post' };
  t.same(await decode(parcel, 'ParcelSent', ahead, 4), { grams: 1, carrier: 'post' }, 'what the next release writes is read');
  t.match(await correction({ version: 4, after: ahead }), { version: 3, after: { grams: 1, carrier: 'post' } });
  await t.rejects(correction({ version: 5, after: {} }), 'and one of a version after that is not guessed at');
  await t.rejects(decode(parcel, 'ParcelSent', { grams: 1, carrier: 'post', surprise: true }, 3), 'strict in every version');
});
