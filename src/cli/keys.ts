/** `npm run keys -- rotate --to FILE|kms [--store restricted] | reconcile [--with FILE] | tombstones | missing [--write-off] | retention`: looks after the key store. */
import { type Core, openCore } from '../compose.ts';
import { retentionRule } from '../domain/erasure/index.ts';
import { erasedSubjects } from '../eventlog/erasures.ts';
import { missingKeys } from '../eventlog/missingKeys.ts';
import { retentionClasses } from '../eventlog/retention.ts';
import { type Config, readConfig } from '../platform/config.ts';
import { createKysely, createPool } from '../platform/database.ts';
import type { MasterKey } from '../platform/keys/masterKey.ts';
import { mastersFrom, openKeyStore } from '../platform/keys/open.ts';
import { isWrapping, type Rotation, rotate } from '../platform/keys/rotation.ts';
import { transitMasterKey } from '../platform/keys/transit.ts';
import { createLogger, type Log } from '../platform/logging.ts';
import { runOut } from '../projections/subjects.queries.ts';
import { RESTRICTED_SCHEMAS, restrictedKeys } from '../restrictedStore.ts';
import { SCHEMAS } from '../schemas.ts';
import { type KeysOf, keysCommand } from './keys/commands.ts';
import { run } from './run.ts';

const LISTED = 10_000;
/** Records of the installation itself, which are no one's personal file. */
const KEPT_FOR_GOOD = ['rule', 'reservation', 'installation', 'organisation', 'office', 'provider', 'area', 'erasure'];

await run(async () => {
  const logger = createLogger({ level: 'error' });
  const config = readConfig(process.env);
  const onlyLooks = process.argv[2] === 'tombstones';
  const core = await openCore(config, logger, 'masar keys', { onlyLooks });
  try {
    const tools = {
      keyring: { destroy: (subjects: string | readonly string[]) => core.destroyKeys([subjects].flat()).then(({ now }) => now) },
      rotate: (store: KeysOf, to: MasterKey, progress: (wrapped: number) => void) => rotateKeys(core, store, to, progress),
      service: () => {
        if (!config.kms) throw new Error('there is no key-management service here: MASAR_KMS_URL is not set');
        return transitMasterKey(config.kms);
      },
      missing: async () => {
        const stores = [{ store: 'general', ...core }];
        const restricted = await core.restricted?.open();
        return Promise.all(
          [...stores, ...(restricted ? [{ store: 'restricted', ...restricted }] : [])].map(async (one) => ({
            store: one.store,
            keys: await missingKeys(one),
            keyring: one.keyring,
          })),
        );
      },
      erased: () => erasedSubjects(core.log, core.codec),
      processes: core.registry.all
        .filter((one) => one.store === 'general' && !KEPT_FOR_GOOD.includes(one.name))
        .map((one) => one.name),
      classes: async () => (await core.rulebook.inForce([retentionRule], new Date().toISOString())).of(retentionRule).value,
      kinds: () => retentionClasses(core.rulebook, config, new Date().toISOString()),
      runOut: (before: Readonly<Record<string, string>>) => runOut({ pool: core.pool, schema: SCHEMAS.read }, before, LISTED),
      now: () => new Date(),
      print: console.log,
    };
    process.exitCode = await keysCommand(process.argv.slice(2), tools);
  } finally {
    await core.close();
  }
});

/**
 * Wraps the keys of one store anew. A key of the other store would open both, which are apart; by one that processes were not given
 * yet, they would lose every key at once.
 */
async function rotateKeys(core: Core, store: KeysOf, to: MasterKey, progress: (wrapped: number) => void): Promise<Rotation> {
  const { config, logger: log, restricted } = core;
  const places = {
    general: { settings: config, databaseUrl: core.databaseUrl, variable: 'DATABASE_URL' as const, schema: SCHEMAS.keys },
    ...(restricted && {
      restricted: {
        settings: restrictedKeys(config),
        databaseUrl: restricted.databaseUrl,
        variable: 'RESTRICTED_DATABASE_URL' as const,
        schema: RESTRICTED_SCHEMAS.keys,
      },
    }),
  };
  const place = places[store];
  if (!place) throw new Error(`there is no store ${store} here`);
  const other = store === 'general' ? places.restricted : places.general;
  if (other && (mastersFrom(other.settings).has(to.id) || (await isWrappingIn(other, to.id, log)))) {
    throw new Error('that is a master key of the other store: make a new one');
  }
  const { settings, databaseUrl, variable, schema } = place;
  const keys = await openKeyStore(settings, { databaseUrl, variable, schema, applicationName: 'masar keys', log });
  try {
    if (!keys.masters.has(to.id)) {
      const also = store === 'general' ? 'MASAR_MASTER_KEY_ALSO' : 'RESTRICTED_MASTER_KEY_ALSO';
      throw new Error(`this process was not given that master key: name it in ${also} of every process first, and restart them`);
    }
    return await rotate({ db: keys.db, schema, masters: keys.masters, to, progress });
  } finally {
    await keys.close();
  }
}

interface KeyPlace {
  readonly settings: Pick<Config, 'keysDatabaseUrl'>;
  readonly databaseUrl: string;
  readonly schema: string;
}

/** Settings tell what is to wrap keys, and the tables what does. */
async function isWrappingIn({ settings, databaseUrl, schema }: KeyPlace, id: string, log: Log): Promise<boolean> {
  const pool = createPool(settings.keysDatabaseUrl ?? databaseUrl, { applicationName: 'masar keys', max: 2, log });
  return isWrapping(createKysely(pool), schema, id).finally(() => pool.end());
}
