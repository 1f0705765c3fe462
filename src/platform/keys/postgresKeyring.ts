import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { gathered } from '../gathered.ts';
import { DESTROYED, KEY_TIERS, type KeyName, type Keyring, keyId, listed, macWith } from '../keyring.ts';
import { type MasterKeys, unwrapAll } from './masterKey.ts';
import type { KeyTables } from './migrations.ts';
import { macSecretOf } from './secrets.ts';

/**
 * How long a key may be used here after it was destroyed elsewhere, in milliseconds. What guards remember of opened values
 * lives as long again (`createCases`), and both together must stay within a minute.
 */
export const CACHE_MS = 30_000;
const CACHE_KEYS = 10_000;

export interface KeyringParts {
  /** A login of the key store's own, where there is one. */
  readonly db: Kysely<unknown>;
  /** Where `keyringMigrations` ran. */
  readonly schema: string;
  readonly masters: MasterKeys;
  /** Milliseconds of some epoch. */
  readonly now?: () => number;
}

/** Keys in hand for one fetch. */
type Held = Map<string, Buffer | typeof DESTROYED>;

/**
 * Keys in Postgres, each wrapped by a master key whose id stands beside it. Cached for at most `CACHE_MS`.
 * @throws Error when what is stored was wrapped by a master key that is not at hand.
 */
export async function openPostgresKeyring({ db, schema, masters, now = Date.now }: KeyringParts): Promise<Keyring> {
  const table = (db as Kysely<KeyTables>).withSchema(schema);
  const mac = macWith(await macSecretOf(table, masters));
  const cache = new Map<string, { key: Buffer | typeof DESTROYED; until: number }>();
  /** Rises whenever keys are forgotten: what was read before that is not remembered. */
  let forgotten = 0;

  const remember = (id: string, key: Buffer | typeof DESTROYED): void => {
    cache.delete(id);
    cache.set(id, { key, until: now() + CACHE_MS });
    const at = now();
    for (const [oldest, { until }] of cache) {
      if (cache.size <= CACHE_KEYS && until > at) break;
      cache.delete(oldest);
    }
  };

  /** What the table holds for several fetches. */
  const loadAll = async (asked: readonly (readonly KeyName[])[]): Promise<readonly Held[]> => {
    const names = asked.flat();
    const before = forgotten;
    const rows = await table
      .selectFrom('data_key')
      .select(['subject', 'tier', 'wrapped', 'master'])
      .where(isOneOf(new Set(names.map((one) => one.subject))))
      .execute();
    const there = rows.flatMap((row) =>
      row.wrapped ? [{ name: keyId(row), bytes: row.wrapped, master: row.master ?? masters.current.id }] : [],
    );
    const keys = await unwrapAll(masters, there);
    const opened = new Map(there.map((one, index) => [one.name, keys[index]]));
    const found: Held = new Map();
    for (const row of rows) {
      const key = opened.get(keyId(row)) ?? DESTROYED;
      found.set(keyId(row), key);
      if (forgotten === before) remember(keyId(row), key);
    }
    return asked.map(() => found);
  };
  // Many commands side by side ask for the keys of a case each.
  const loadWithOthers = gathered(loadAll);

  /** Puts what the table holds of these into `held`: the cache may let go of any key at any moment. */
  const load = async (names: readonly KeyName[], held: Held): Promise<void> => {
    if (names.length === 0) return;
    const found = await loadWithOthers(names);
    for (const id of names.map(keyId)) {
      const key = found.get(id);
      if (key !== undefined) held.set(id, key);
    }
  };

  const cached = (names: readonly KeyName[]): Held => {
    const held: Held = new Map();
    const at = now();
    for (const id of names.map(keyId)) {
      const hit = cache.get(id);
      if (hit && hit.until > at) held.set(id, hit.key);
    }
    return held;
  };

  const make = gathered(async (asked: readonly (readonly KeyName[])[]): Promise<readonly undefined[]> => {
    const distinct = new Map(asked.flat().map((name) => [keyId(name), name]));
    // In one order everywhere, lest two makers of the same keys wait for each other.
    const rows = [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, name]) => name);
    const { id, wrap } = masters.current;
    const wrapped = await wrap(rows.map((name) => ({ name: keyId(name), bytes: randomBytes(32) })));
    const [subjects, tiers] = [rows.map((row) => row.subject), rows.map((row) => row.tier)];
    await table
      .insertInto('data_key')
      .columns(['subject', 'tier', 'wrapped', 'master', 'made_at'])
      .expression(
        sql<{ subject: string; tier: string; wrapped: Buffer; master: string; made_at: string }>`
          select s, t, w, ${id}::text, now() from unnest(${subjects}::text[], ${tiers}::text[], ${wrapped}::bytea[])
            with ordinality as one (s, t, w, place) order by place`,
      )
      .onConflict((conflict) => conflict.columns(['subject', 'tier']).doNothing())
      .execute();
    return asked.map(() => undefined);
  });

  const forget = (subjects: readonly string[]): void => {
    if (subjects.length === 0) return;
    forgotten += 1;
    for (const subject of subjects) for (const tier of KEY_TIERS) cache.delete(keyId({ subject, tier }));
  };

  return {
    fetch: async (names, create) => {
      const held = cached(names);
      const absent = () => names.filter((name) => !held.has(keyId(name)));
      await load(absent(), held);
      const missing = create ? absent() : [];
      if (missing.length > 0) {
        await make(missing);
        await load(missing, held);
      }
      return (name) => held.get(keyId(name));
    },
    mac,
    destroy: async (subjects, tiers = KEY_TIERS) => {
      const gone = listed(subjects);
      const destroyed = await entomb(table, gone, tiers);
      forget(gone);
      return destroyed;
    },
    destroyed: async (subjects) => {
      if (subjects.length === 0) return 0;
      const { count } = await table
        .selectFrom('data_key')
        .select(sql<number>`count(*)::int`.as('count'))
        .where(isOneOf(listed(subjects)))
        .where('destroyed_at', 'is not', null)
        .where('made_at', 'is not', null)
        .executeTakeFirstOrThrow();
      return count;
    },
    forget,
    forgettings: () => forgotten,
  };
}

/** In one parameter however many there are: a statement takes 65,535 at most. */
const isOneOf = (subjects: Iterable<string>) => sql<boolean>`subject = any(${[...subjects]}::text[])`;

/** Leaves a tombstone for each subject and tier, also where there was no key yet. Answers how many keys there were. */
async function entomb(table: Kysely<KeyTables>, subjects: readonly string[], tiers: readonly string[]): Promise<number> {
  if (subjects.length === 0) return 0;
  return table.transaction().execute(async (trx) => {
    const { numUpdatedRows } = await trx
      .updateTable('data_key')
      .set({ wrapped: null, master: null, destroyed_at: sql<string>`now()` })
      .where(isOneOf(subjects))
      .where('tier', 'in', tiers)
      .where('wrapped', 'is not', null)
      .executeTakeFirstOrThrow();
    await trx
      .insertInto('data_key')
      .columns(['subject', 'tier', 'made_at', 'destroyed_at'])
      .expression(
        sql<{ subject: string; tier: string; made_at: null; destroyed_at: string }>`
          select s, t, null::timestamptz, now() from unnest(${[...subjects]}::text[]) s, unnest(${[...tiers]}::text[]) t`,
      )
      // A key made between the two statements is destroyed with the others.
      .onConflict((conflict) =>
        conflict
          .columns(['subject', 'tier'])
          .doUpdateSet({ wrapped: null, master: null, destroyed_at: sql<string>`now()` })
          .where('data_key.wrapped', 'is not', null),
      )
      .execute();
    return Number(numUpdatedRows);
  });
}
