import {
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import type pg from 'pg';

/**
 * Typed queries over a pool, each connection of which prepares the statements that `names` has a name for (by their text) when it is
 * first asked them: they are read once, and planned once where Postgres finds that their values make no difference. A name never comes
 * to stand for another text.
 */
export function createPreparingKysely<Tables>(pool: pg.Pool, names: ReadonlyMap<string, string>): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: preparing(pool, names) }) });
}

function preparing(pool: pg.Pool, names: ReadonlyMap<string, string>): PostgresPool {
  const withNames = (client: pg.PoolClient): PostgresPoolClient => {
    function query<R>(sql: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
    function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
    function query(sql: unknown, values: readonly unknown[] = []): unknown {
      if (typeof sql !== 'string') throw new TypeError('these queries are not read by cursors');
      const unnamed = () => client.query(sql, [...values]);
      const name = names.get(sql);
      return name === undefined
        ? unnamed()
        : client.query({ name, text: sql, values: [...values] }).catch(unlessOutdated(unnamed));
    }
    return { query, release: () => client.release() };
  };
  return { connect: async () => withNames(await pool.connect()), end: () => pool.end() };
}

const FEATURE_NOT_SUPPORTED = '0A000';

/** Columns may have another type since a statement was prepared, when a read model was built anew: it is asked without its name then. */
const unlessOutdated =
  <T>(unnamed: () => Promise<T>) =>
  (error: unknown): Promise<T> => {
    const outdated = error instanceof Error && 'code' in error && error.code === FEATURE_NOT_SUPPORTED;
    if (outdated && error.message.includes('cached plan')) return unnamed();
    throw error;
  };
