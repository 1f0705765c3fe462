import pg from 'pg';
import { ConfigError } from './platform/config.ts';
import type { MasterKeys } from './platform/keys/masterKey.ts';

const PATIENCE_MS = 5_000;
/** The server knows the login, or does not, and lets it not in. */
const NOT_LET_IN: ReadonlySet<unknown> = new Set(['42501', '28000', '28P01', '3D000']);

/**
 * Refuses to start where the general store's login reaches the restricted database: whoever has the one would then have the other.
 * A server that cannot be reached now tells nothing, and is no reason to stay away.
 * @throws ConfigError
 */
export async function ensureApart(generalUrl: string, restrictedUrl: string): Promise<void> {
  const [{ user, password }, there] = [generalUrl, restrictedUrl].map((url) => new pg.Client({ connectionString: url })) as [
    pg.Client,
    pg.Client,
  ];
  const { host, port, database = '', ssl } = there;
  const login = { user: user ?? '', ...(password === undefined || password === null ? {} : { password }) };
  const client = new pg.Client({ host, port, database, ssl, ...login, connectionTimeoutMillis: PATIENCE_MS });
  // An error after the connection is gone is nobody's.
  client.on('error', () => {});
  const isLetIn = await client.connect().then(
    () => true,
    (error: unknown) => {
      if (!NOT_LET_IN.has(error instanceof Error ? Reflect.get(error, 'code') : undefined)) return undefined;
      return false;
    },
  );
  await client.end().catch(() => {});
  if (isLetIn) {
    throw new ConfigError([
      'RESTRICTED_DATABASE_URL: the login of DATABASE_URL may connect to that database; revoke it (infra/postgres/logins.sh)',
    ]);
  }
}

/** Refuses a master key that is at hand for both stores, in whatever files: it would open both. @throws ConfigError */
export function ensureKeysApart(general: MasterKeys, restricted: MasterKeys): void {
  if (restricted.ids.some(general.has)) {
    throw new ConfigError([
      'RESTRICTED_MASTER_KEY_FILE or RESTRICTED_MASTER_KEY_ALSO: one of these keys is a master key of the general store as well',
    ]);
  }
}
