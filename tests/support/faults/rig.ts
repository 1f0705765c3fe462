import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type t from 'tap';
import { ADMINISTRATOR, ORGANISATIONS } from '../../../src/cli/demo/cast.ts';
import { type Core, openCore } from '../../../src/compose.ts';
import { bootstrapAdministrator } from '../../../src/eventlog/bootstrap.ts';
import type { Role } from '../../../src/platform/config/settings.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { createPool } from '../../../src/platform/database.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../../src/platform/developmentIssuer.ts';
import { migrateAll, SCHEMAS } from '../../../src/schemas.ts';
import { type KillablePostgres, startKillablePostgres } from '../killablePostgres.ts';
import { silentLog, temporaryDirectory } from '../postgres.ts';
import { type Program, startProgram } from './program.ts';

/** An installation whose every part may be killed. */
export interface Rig {
  readonly postgres: KillablePostgres;
  /** The test's own way into the log; survives what happens to Postgres. */
  readonly core: Core;
  /** Id of the ministry that was bootstrapped. */
  readonly ministry: string;
  tokenFor(login: string): Promise<string>;
  /** Starts the program with these roles; stopped when the test ends at the latest. */
  start(...roles: Role[]): Program;
  /** The same with further variables of the environment. */
  startWith(more: Readonly<Record<string, string>>, ...roles: Role[]): Program;
}

/**
 * A Postgres of its own, migrated, with a first administrator; every process is gone when the test ends. Postgres has its data in
 * `place`, which must be its own, or in a new directory.
 */
export async function createRig(test: Pick<typeof t, 'teardown'>, place?: string): Promise<Rig> {
  const data = temporaryDirectory();
  test.teardown(() => rmSync(data, { recursive: true, force: true }));
  const postgres = await startKillablePostgres(place);
  test.teardown(() => postgres.remove());
  // A few clients give the commands of a whole branch.
  const env = { DATABASE_URL: postgres.url, MASAR_DATA: data, NODE_ENV: 'development', RATE_LIMITS: 'requests=999999' };
  const pool = createPool(postgres.url, { applicationName: 'migrations', max: 2 });
  await migrateAll(pool, postgres.url).finally(() => pool.end());
  const core = await openCore(readConfig(env), silentLog, 'fault test');
  const programs: Program[] = [];
  // One step, so that the processes go before the database does.
  test.teardown(async () => {
    await Promise.all(programs.map((one) => one.stop()));
    await core.close();
  });
  const startWith: Rig['startWith'] = (more, ...roles) => {
    const program = startProgram(roles, { ...env, ...more });
    programs.push(program);
    return program;
  };
  const issuer = await openDevelopmentIssuer(data);
  const { organisation } = await bootstrapAdministrator(
    { ...core.executor, cases: core.cases },
    {
      issuer: DEVELOPMENT_ISSUER,
      subject: ADMINISTRATOR,
      name: { ar: 'مدير النظام', latin: 'Administrator' },
      ministry: ORGANISATIONS.ministry.names,
      from: '2003-01-01',
      ranBy: 'fault test',
      synthetic: true,
    },
  );
  return {
    postgres,
    core,
    ministry: organisation,
    tokenFor: (login) => issuer.token(login),
    start: (...roles) => startWith({}, ...roles),
    startWith,
  };
}

/** Waits for a condition, asked again every 50 ms; faults of a server that is away count as "not yet". */
export async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + withinMs; !(await holds().catch(() => false)); await delay(50)) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`);
  }
}

/**
 * Lets commands come as far as their append and no further, does something, and lets the appends go on: whatever became of the
 * server meanwhile, the database carries out what it was sent. After `patienceMs` without an append it is done all the same.
 */
export async function whileAppendsWait({ core }: Rig, something: () => Promise<unknown>, patienceMs = 20_000): Promise<void> {
  const holding = await core.pool.connect();
  try {
    await holding.query(`begin; select from ${SCHEMAS.log}.append_lock for update`);
    const append = until('an append waits', patienceMs, async () => {
      const { rows } = await core.pool.query(
        `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%append_events(%'`,
      );
      return rows.length > 0;
    });
    await append.catch(() => undefined);
    await something();
    await holding.query('commit');
  } finally {
    holding.release(true);
  }
}
