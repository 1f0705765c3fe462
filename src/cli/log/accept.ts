import { openLog } from '../../compose.ts';
import { migrations as logMigrations } from '../../eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../eventlog/postgres/postgresLog.ts';
import type { StoreKind } from '../../eventlog/stores.ts';
import { hasMoved, moveWithLog } from '../../movedLog.ts';
import { acceptLog, isReadElsewhere, type StoreOfLog, standingOf } from '../../ownLog.ts';
import { readConfig } from '../../platform/config.ts';
import { createKysely } from '../../platform/database.ts';
import { createLogger } from '../../platform/logging.ts';
import { ensureMigrated } from '../../platform/migrations.ts';
import { ensureNotRestoring } from '../../platform/restoring.ts';
import { projectionMigrations } from '../../projections/runtime/migrations.ts';
import { beginAnew } from '../../restoredLog.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';
import { SCHEMAS } from '../../schemas.ts';
import { workerMigrations } from '../../workers/migrations.ts';
import { openPlaces } from '../backup/places.ts';

/**
 * Takes the log that the environment names as this installation's. Where it is another than before, all that was made from that
 * one is taken back first, and begins anew at the next start; where it is an older copy, the next start steps back to it. Where
 * nobody knows what it was before, it is taken for that one or a copy of it, since otherwise everything that was done for its
 * events would be done again: reactors go on from where they came to, or from its end, and events before that are not given to
 * them. `first` is the id of its first event, or `none` of an empty one.
 * @throws RangeError when that is not what is there; ConfigError when the database is older than this program, or being restored
 */
export async function acceptThis(first: string, store: StoreKind): Promise<void> {
  const config = readConfig(process.env);
  const places = await openPlaces(config, createLogger({ level: 'error' }), 'masar log');
  try {
    const { pool, schemas } =
      store === 'general' ? { pool: places.general, schemas: SCHEMAS } : { pool: places.restricted, schemas: RESTRICTED_SCHEMAS };
    if (!pool) throw new RangeError('no restricted store is set up');
    const { read, workers } = schemas;
    const variable = store === 'general' ? 'DATABASE_URL' : 'RESTRICTED_DATABASE_URL';
    await ensureNotRestoring(pool, variable);
    await ensureMigrated(pool, variable, [
      { schema: schemas.log, migrations: logMigrations },
      { schema: read, migrations: projectionMigrations },
      { schema: workers, migrations: workerMigrations },
    ]);
    const log =
      store === 'general' ? (await openLog(config, pool)).log : createPostgresLog({ pool, schema: schemas.log, listen: false });
    const own: StoreOfLog = { name: store, log, pool, db: createKysely(pool), read, workers };
    try {
      const standing = await standingOf(own);
      const { known, first: there } = standing;
      if ((there ?? 'none') !== first)
        throw new RangeError(`the log that is there begins with ${there ?? 'nothing: it is empty'}`);
      // Last: what breaks off before is refused at the next start, and accepted again.
      if (known && known.first !== there) await beginAnew(own);
      else if (hasMoved(own, standing) || isReadElsewhere(own, standing)) await moveWithLog(own, standing);
      await acceptLog(own, there);
      const before = known
        ? `; before it was the one in ${known.kind} that begins with ${known.first ?? 'nothing'}`
        : standing.readFrom === undefined
          ? ''
          : '; nobody knew whose log it was: reactors go on from where they came to, or from its end, and are given nothing before that';
      console.log(`The ${store} log in ${log.kind} is this installation's now${before}. Start everything anew.`);
    } finally {
      await log.close();
    }
  } finally {
    await places.close();
  }
}
