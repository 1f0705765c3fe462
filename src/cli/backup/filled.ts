import type pg from 'pg';
import { isEmpty, type TableName, tablesOf } from '../../platform/backup/tables.ts';
import type { Config } from '../../platform/config.ts';
import { SCHEMAS } from '../../schemas.ts';
import { PlaceRefused } from './manifest.ts';
import { inOne, KEPT, type Places } from './places.ts';

/** Sees that nothing is in the tables of a place, as far as there are any, and nothing left over of read models. @throws PlaceRefused */
export async function refuseFilled(config: Config, places: Places): Promise<void> {
  const all: (readonly [pg.Pool | undefined, readonly string[]])[] = [
    [places.general, [...KEPT.general.filter((one) => one !== 'log' || config.eventStoreUrl === undefined), ...KEPT.files]],
    [places.keys, KEPT.keys],
    [places.access, KEPT.access],
    [places.restricted, [...KEPT.restricted, ...KEPT.restrictedKeys]],
  ];
  for (const [pool, schemas] of all) {
    if (!pool) continue;
    const filled = await inOne(pool, async (client) => {
      const tables: TableName[] = [];
      for (const schema of await schemasIn(client, schemas)) {
        for (const name of await tablesOf(client, schema)) if (!(await isEmpty(client, name))) tables.push(name);
      }
      return tables;
    });
    const [first] = filled;
    if (first) throw new PlaceRefused(`the place is not empty: there are rows in ${first.schema}.${first.table}`);
  }
  for (const pool of [places.general, places.restricted]) {
    const [left] = pool ? await inOne(pool, forgottenBuilds) : [];
    if (left !== undefined) throw new PlaceRefused(`the place is not empty: the read model ${left} was left over`);
  }
}

/**
 * Schemas of builds of read models that the read models themselves no longer know of: no erasure would reach what is in them, and a
 * build to come may have the same name.
 */
async function forgottenBuilds(client: pg.ClientBase): Promise<readonly string[]> {
  const { read } = SCHEMAS;
  const known = await client.query<{ there: boolean }>('select to_regclass($1) is not null as there', [
    `${read}.projection_build`,
  ]);
  const kept = known.rows[0]?.there ? `select schema from ${read}.projection_build` : 'select null where false';
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname ~ $1 and nspname not in (${kept}) order by 1`,
    [`^${read}_\\w+_v\\d+_\\d+$`],
  );
  return rows.map(({ name }) => name);
}

/** Which of these schemas are there. */
async function schemasIn(client: pg.ClientBase, schemas: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>('select nspname as name from pg_namespace where nspname = any ($1)', [
    schemas,
  ]);
  return rows.map(({ name }) => name);
}
