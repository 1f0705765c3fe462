import { erasureEvents } from '../domain/erasure/index.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Codec } from './codec.ts';
import type { EventLog, Position } from './port.ts';

const PAGE = 500;

/** Subjects of every erasure the log tells of as carried out. */
export async function erasedSubjects(log: EventLog, codec: Codec): Promise<readonly string[]> {
  const subjects = new Set<string>();
  let after: Position = 0n;
  for (;;) {
    const { events, scannedTo } = await log.readAll(after, PAGE, { categories: ['erasure'] });
    for (const { type, data } of await codec.decode(events, 'none')) {
      if (type !== 'ErasureCarriedOut') continue;
      for (const subject of erasureEvents.ErasureCarriedOut.parse(data).subjects) subjects.add(subject);
    }
    if (scannedTo <= after) return [...subjects];
    after = scannedTo;
  }
}

/**
 * Destroys again what the log says is destroyed: a key store that was put back from a backup holds keys that are gone for good.
 * Done before anything is served. Answers how many keys had come back.
 */
export async function reconcileErasures(log: EventLog, codec: Codec, keyring: Keyring): Promise<number> {
  const subjects = await erasedSubjects(log, codec);
  let revived = 0;
  for (let at = 0; at < subjects.length; at += PAGE) revived += await keyring.destroy(subjects.slice(at, at + PAGE));
  return revived;
}
