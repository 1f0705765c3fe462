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
 * to stand for another text; a text gets another name in `names` when what it shows has changed since it was prepared.
 */
export function createPreparingKysely<Tables>(pool: pg.Pool, names: Map<string, string>): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: preparing(pool, names) }) });
}

function preparing(pool: pg.Pool, names: Map<string, string>): PostgresPool {
  const withNames = (client: pg.PoolClient): PostgresPoolClient => {
    function query<R>(sql: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
    function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
    function query(sql: unknown, values: readonly unknown[] = []): unknown {
      if (typeof sql !== 'string') throw new TypeError('these queries are not read by cursors');
      const name = names.get(sql);
      if (name === undefined) return client.query(sql, [...values]);
      return client.query({ name, text: sql, values: [...values] }).catch((error: unknown) => {
        if (!isOutdated(error)) throw error;
        // Unless another connection met it first: one new name is enough for all.
        if (names.get(sql) === name) names.set(sql, renewed(name));
        return client.query(sql, [...values]);
      });
    }
    return { query, release: () => client.release() };
  };
  return { connect: async () => withNames(await pool.connect()), end: () => pool.end() };
}

const FEATURE_NOT_SUPPORTED = '0A000';

/** Columns may have another type since a statement was prepared, when a read model was built anew: no connection uses it again then. */
const isOutdated = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === FEATURE_NOT_SUPPORTED && error.message.includes('cached plan');

/** The next name of a text: `name`, `name.2`, `name.3`, and so on. */
function renewed(name: string): string {
  const [first, count = '1'] = name.split('.');
  return `${first}.${Number(count) + 1}`;
}
