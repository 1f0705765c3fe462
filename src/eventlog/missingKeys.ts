import { Hidden } from '../domain/kernel/privacy.ts';
import type { KeyName } from '../platform/keyring.ts';
import type { ErasableStore } from './erasures.ts';
import type { Position } from './port.ts';

const PAGE = 500;

/**
 * Keys that events of a log need and that are neither there nor destroyed, each once, in the order in which they were first needed.
 * Reads the whole log; opens nothing.
 */
export async function missingKeys({ log, codec, keyring }: ErasableStore): Promise<readonly KeyName[]> {
  const looked = new Set<string>();
  const missing: KeyName[] = [];
  for (let after: Position = 0n; ; ) {
    const { events, scannedTo } = await log.readAll(after, PAGE);
    const fresh: KeyName[] = [];
    for (const { data } of await codec.decode(events, 'none')) {
      for (const { subject, $sealed: tier } of tokensIn(data)) {
        if (looked.has(`${tier}:${subject}`)) continue;
        looked.add(`${tier}:${subject}`);
        fresh.push({ subject, tier });
      }
    }
    const keys = fresh.length === 0 ? undefined : await keyring.fetch(fresh, false);
    missing.push(...fresh.filter((name) => keys?.(name) === undefined));
    if (scannedTo <= after) return missing;
    after = scannedTo;
  }
}

function* tokensIn(value: unknown): Generator<Hidden['token']> {
  if (value instanceof Hidden) yield value.token;
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* tokensIn(one);
}
