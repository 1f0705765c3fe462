import type pg from 'pg';
import { type Held, holdForRestore } from '../../platform/restoring.ts';
import { PlaceRefused } from './manifest.ts';
import type { Places } from './places.ts';

/** The databases of a place while a backup is put back into them. */
export interface Alone {
  /** From here on rows are written: unless all goes well, nobody starts there until the place was emptied. */
  writing(): void;
  /** All is back: who starts is let in. */
  done(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Sees that nobody else of Masar works in a place, and keeps everybody out from now on.
 * @param look refuses a place that does not fit; asked before anybody is kept out, and again when nobody can come in between
 * @throws PlaceRefused
 */
export async function keepAlone(places: Places, backup: string, look: () => Promise<void>): Promise<Alone> {
  const held: (readonly [Held, string])[] = [];
  let hasMark = false;
  let hasRows = false;
  const release = async (): Promise<void> => {
    for (const [one] of held.splice(0)) {
      try {
        if (hasMark && !hasRows) await one.lift();
      } finally {
        await one.release();
      }
    }
  };
  const hold = async (pool: pg.Pool, variable: string): Promise<void> => {
    const one = await holdForRestore(pool);
    if (!one) throw new PlaceRefused(`another restore into ${variable} is under way`);
    held.push([one, variable]);
  };
  try {
    await hold(places.general, 'DATABASE_URL');
    if (places.restricted) await hold(places.restricted, 'RESTRICTED_DATABASE_URL');
    await look();
    hasMark = true;
    for (const [one] of held) await one.mark(backup);
    for (const [one, variable] of held) {
      const others = await one.others();
      if (others.length > 0)
        throw new PlaceRefused(`Masar is at work in ${variable} (${others.join(', ')}): stop every process of it, then restore`);
    }
    await look();
  } catch (error) {
    await release();
    throw error;
  }
  return {
    writing: () => {
      hasRows = true;
    },
    done: async () => {
      for (const [one] of held) await one.lift();
    },
    release,
  };
}
