import type pg from 'pg';
import { migrate } from '../../platform/migrations.ts';
import { accessMigrations } from './migrations.ts';

/** Who owns the access log: nobody who writes it, reads it or looks after it. */
export const ACCESS_OWNER = 'masar_access';

/**
 * What is done to the access log, each under a role of its own, `masar_access_<duty>`:
 * - `writer` adds entries, through a function alone, and reads;
 * - `sealer` reads, and adds to the trees of the months;
 * - `keeper` makes months, and drops those that are over and sealed.
 * None of them changes or deletes an entry, empties or alters a table.
 */
export type AccessDuty = 'writer' | 'sealer' | 'keeper';

const DUTIES: readonly AccessDuty[] = ['writer', 'sealer', 'keeper'];
const roleFor = (duty: AccessDuty): string => `masar_access_${duty}`;

/** Rights by duty; `{s}` stands for the schema. */
const RIGHTS: Readonly<Record<AccessDuty, readonly string[]>> = {
  writer: [
    'grant select on all tables in schema {s} to masar_access_writer',
    // Of partitions that are made later: a backup reads them.
    'alter default privileges in schema {s} grant select on tables to masar_access_writer',
    'grant execute on function {s}.record_access(jsonb), {s}.make_month(date) to masar_access_writer',
  ],
  sealer: [
    'grant select on {s}.entry, {s}.month, {s}.tree, {s}.tree_node, {s}.checkpoint, {s}.witnessed to masar_access_sealer',
    'grant insert on {s}.tree, {s}.tree_node, {s}.checkpoint, {s}.witnessed to masar_access_sealer',
    'grant update on {s}.tree to masar_access_sealer',
  ],
  keeper: [
    'grant select on {s}.month, {s}.tree to masar_access_keeper',
    'grant execute on function {s}.make_month(date), {s}.drop_month(date, timestamptz) to masar_access_keeper',
  ],
};

/** A role of this name was made at the same moment, for another database of the server. */
const MADE_ALREADY: ReadonlySet<unknown> = new Set(['42710', '23505']);

/**
 * Brings the access log's schema up to date and gives it to its owner; the answer names what was run. Run under the owner's login,
 * or under a superuser's, who makes the roles where they are not there and hands over what was somebody else's. Under any other
 * login, and where the roles are not there, everything stays with who runs it.
 */
export async function migrateAccess(pool: pg.Pool, schema: string): Promise<readonly string[]> {
  const ran = await migrate(pool, { schema, migrations: accessMigrations });
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [`owner of ${schema}`]);
    if (ran.length > 0 || !(await isHandedOver(client, schema))) await handOver(client, schema);
    await client.query('select pg_advisory_unlock(hashtext($1))', [`owner of ${schema}`]);
    broken = false;
  } finally {
    client.release(broken);
  }
  return ran;
}

async function isHandedOver(db: pg.Pool | pg.PoolClient, schema: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from pg_namespace n join pg_roles r on r.oid = n.nspowner where n.nspname = $1 and r.rolname = $2`,
    [schema, ACCESS_OWNER],
  );
  return rowCount === 1;
}

/** Whether the server has the owner of the access log while a login is neither that nor a superuser's: what it makes stays with it. */
export async function isBesideOwner(pool: pg.Pool): Promise<boolean> {
  const { rowCount } = await pool.query('select from pg_roles where rolname = $1', [ACCESS_OWNER]);
  const me = await standingOf(pool);
  return rowCount === 1 && !(me?.is_super || me?.is_owner);
}

async function standingOf(db: pg.Pool | pg.PoolClient): Promise<{ is_super: boolean; is_owner: boolean } | undefined> {
  const { rows } = await db.query<{ is_super: boolean; is_owner: boolean }>(
    'select rolsuper as is_super, rolname = $1 as is_owner from pg_roles where rolname = current_user',
    [ACCESS_OWNER],
  );
  return rows[0];
}

async function handOver(client: pg.PoolClient, schema: string): Promise<void> {
  const me = await standingOf(client);
  if (!(me?.is_super || me?.is_owner)) return;
  if (me.is_super) for (const role of [ACCESS_OWNER, ...DUTIES.map(roleFor)]) await makeRole(client, role);
  await client.query('begin');
  if (me.is_super) for (const statement of await givenAway(client, schema)) await client.query(statement);
  const id = client.escapeIdentifier(schema);
  await client.query(`set local role ${ACCESS_OWNER}`);
  for (const role of DUTIES.map(roleFor)) await client.query(`grant usage on schema ${id} to ${role}`);
  for (const right of DUTIES.flatMap((duty) => RIGHTS[duty])) await client.query(right.replaceAll('{s}', id));
  await client.query('commit');
}

async function makeRole(client: pg.PoolClient, role: string): Promise<void> {
  const found = await client.query('select from pg_roles where rolname = $1', [role]);
  if (found.rowCount !== 0) return;
  await client.query(`create role ${role} nologin`).catch((error: unknown) => {
    if (!(error instanceof Error && MADE_ALREADY.has(Reflect.get(error, 'code')))) throw error;
  });
}

/** What makes the owner the owner of the schema and all that is in it. */
async function givenAway(client: pg.PoolClient, schema: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter schema %I owner to %I', $1::text, $2::text) as statement
     union all select format('alter table %s owner to %I', c.oid::regclass, $2::text) from pg_class c
       where c.relnamespace = to_regnamespace(quote_ident($1)) and c.relkind in ('r', 'p')
     union all select format('alter function %s owner to %I', p.oid::regprocedure, $2::text) from pg_proc p
       where p.pronamespace = to_regnamespace(quote_ident($1))`,
    [schema, ACCESS_OWNER],
  );
  return rows.map((row) => row.statement);
}

/** What the login of a pool is to the access log. */
export interface AccessStanding {
  /** Whether it could alter or empty the tables: it owns them, or may become who does. */
  readonly isOwner: boolean;
  /** The role of each duty that it may take. */
  readonly roles: ReadonlyMap<AccessDuty, string>;
}

/** How the login of a pool stands to the access log. Where that was not handed over, there is no role to take. */
export async function accessStanding(pool: pg.Pool, schema: string): Promise<AccessStanding> {
  const { rows } = await pool.query<{ role: string }>(
    `select rolname as role from pg_roles where rolname = any($1) and pg_has_role(oid, 'member')`,
    [DUTIES.map(roleFor)],
  );
  const owner = await pool.query<{ is_owner: boolean }>(
    `select pg_has_role(relowner, 'member') as is_owner from pg_class
     where relname = 'entry' and relnamespace = to_regnamespace(quote_ident($1))`,
    [schema],
  );
  const apart = await isHandedOver(pool, schema);
  const roles = rows.map((row) => row.role);
  return {
    isOwner: owner.rows[0]?.is_owner ?? false,
    roles: new Map(DUTIES.filter((duty) => apart && roles.includes(roleFor(duty))).map((duty) => [duty, roleFor(duty)])),
  };
}
