import type pg from 'pg';
import { type Core, SCHEMAS } from './compose.ts';
import { type AccessDuty, accessStanding } from './eventlog/access/roles.ts';
import { createPool } from './platform/database.ts';

/**
 * Connections for one duty towards the access log, under the role that may do just that. Where the log was not handed over to an
 * owner of its own, they are under the application's login, and the operator is told.
 */
export async function openAccessPool(
  { config, pool, databaseUrl, logger }: Core,
  duty: AccessDuty,
  max: number,
): Promise<pg.Pool> {
  const { isOwner, roles } = await accessStanding(pool, SCHEMAS.access);
  if (isOwner && !config.embedded) {
    logger.warn({}, 'the access log belongs to the login of DATABASE_URL, which could change it: see infra/runbooks/audit.md');
  }
  const role = roles.get(duty);
  return createPool(databaseUrl, { applicationName: `masar access ${duty}`, max, role, log: logger });
}
