/** `npm run keys -- rotate --to FILE | reconcile [--with FILE] | tombstones | missing [--write-off] | retention`: looks after the key store. */
import { openCore, SCHEMAS } from '../compose.ts';
import { retentionRule } from '../domain/erasure/index.ts';
import { erasedSubjects } from '../eventlog/erasures.ts';
import { missingKeys } from '../eventlog/missingKeys.ts';
import { retentionClasses } from '../eventlog/retention.ts';
import { readConfig } from '../platform/config.ts';
import { openKeyStore } from '../platform/keys/open.ts';
import { rotate } from '../platform/keys/rotation.ts';
import { createLogger } from '../platform/logging.ts';
import { runOut } from '../projections/subjects.queries.ts';
import { keysCommand } from './keys/commands.ts';
import { run } from './run.ts';

const LISTED = 10_000;
/** Records of the installation itself, which are no one's personal file. */
const KEPT_FOR_GOOD = ['rule', 'reservation', 'installation', 'organisation', 'office', 'provider', 'area', 'erasure'];

await run(async () => {
  const logger = createLogger({ level: 'error' });
  const config = readConfig(process.env);
  const core = await openCore(config, logger, 'masar keys');
  const schema = SCHEMAS.keys;
  const keys = await openKeyStore(config, { databaseUrl: core.databaseUrl, schema, applicationName: 'masar keys', log: logger });
  try {
    const tools = {
      keyring: { destroy: (subjects: string | readonly string[]) => core.destroyKeys([subjects].flat()).then(({ now }) => now) },
      rotate: (to: Parameters<typeof rotate>[0]['to'], progress: (wrapped: number) => void) =>
        rotate({ db: keys.db, schema, masters: keys.masters, to, progress }),
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
    await keys.close();
    await core.close();
  }
});
