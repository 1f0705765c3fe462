import { join, resolve } from 'node:path';
import { problemsOf, warningsOf } from './config/problems.ts';
import { complaint, Environment, isKeyVariable, type Key, type Role, type Settings } from './config/settings.ts';
import type { FilesPlace } from './files/open.ts';
import type { TransitPlace } from './keys/transit.ts';
import { defaultLimits, type LimitSettings, limitsIn } from './limits/settings.ts';
import { type ClamdAddress, clamdAddress } from './scanner/clamd.ts';
import type { TracingPlace } from './tracing/otlp.ts';

/** Who signs the tokens that are accepted. */
export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  /** Where the issuer's keys are; found through its discovery document when absent. */
  readonly jwksUrl: string | undefined;
}

export interface Config {
  readonly environment: 'development' | 'test' | 'production';
  /** Absolute. Holds the embedded database and development keys. */
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Where probes and metrics are answered in every role, at `host`; absent where the API alone answers them. 0 takes any free port. */
  readonly operationsPort: number | undefined;
  readonly roles: ReadonlySet<Role>;
  /** Absent when the embedded database is used. */
  readonly databaseUrl: string | undefined;
  /** Whether this process brings its own Postgres. */
  readonly embedded: boolean;
  /** Absent when the event log lies on Postgres. */
  readonly eventStoreUrl: string | undefined;
  /** Absent when jobs are queued on Postgres. */
  readonly redisUrl: string | undefined;
  /** Absent when the development token issuer is used. */
  readonly oidc: OidcConfig | undefined;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Absent when a development master key in `dataDir` is used. */
  readonly masterKeyFile: string | undefined;
  /** Master keys that wrap nothing new but still open what they wrapped: the old or the next one during a rotation. */
  readonly otherMasterKeyFiles: readonly string[];
  /** Absent when the master key is a file. */
  readonly kms: TransitPlace | undefined;
  /** A login of the key store's own; absent when keys are kept under the application's login. */
  readonly keysDatabaseUrl: string | undefined;
  /** The login that owns the access log; for migrating and restoring alone, and no process that serves should have it. */
  readonly accessDatabaseUrl: string | undefined;
  /** The database of the restricted store, under a login of its own; absent when there is none, or with the embedded database. */
  readonly restrictedDatabaseUrl: string | undefined;
  /** The restricted store's own master key; absent when a development key in `dataDir` is used. */
  readonly restrictedMasterKeyFile: string | undefined;
  /** As `otherMasterKeyFiles`, of the restricted store. */
  readonly otherRestrictedMasterKeyFiles: readonly string[];
  /** Where it is listed who is erased, apart from every backup; absent when the log alone tells. */
  readonly erasedListFile: string | undefined;
  /** The Ed25519 key (PEM) that signs the audit tree; absent when a development key in `dataDir` is used. */
  readonly auditKeyFile: string | undefined;
  /** The name of this installation's event log in what it signs. */
  readonly auditOrigin: string;
  /** A directory on another disk than the database, where signed heads of the audit trees are kept; absent when none is. */
  readonly auditWitnessDir: string | undefined;
  /** In how many hours the whole log is read again and held to what was signed. */
  readonly auditPatrolHours: number;
  /** Where people reach the API; the QR codes of papers lead there. */
  readonly publicUrl: string;
  /** Addresses and CIDR ranges of proxies whose `X-Forwarded-*` headers are believed. */
  readonly trustProxy: readonly string[];
  /** Where files are kept; under `dataDir` unless said otherwise. */
  readonly files: FilesPlace;
  /** Absent when files are not scanned, which is for development alone. */
  readonly clamd: ClamdAddress | undefined;
  /** For how many whole months it is kept who looked at what. */
  readonly accessRetentionMonths: number;
  /** How many seconds the clock of a process may differ from the database's before it writes nothing any more. */
  readonly clockSkewSeconds: number;
  /** How much one person, one office and one source address may ask for. */
  readonly limits: LimitSettings;
  /** Absent while nothing is traced. */
  readonly tracing: TracingPlace | undefined;
  /** What somebody should put right that does not keep this process from starting, a sentence each. */
  readonly warnings: readonly string[];
}

/** Lists everything that is wrong with the environment, one line a variable. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as absent.
 * @param withoutKeys of a program that neither opens nor signs anything, which needs no key files: what names them counts as absent too
 * @throws ConfigError naming every wrong variable and what it should be.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, { withoutKeys = false } = {}): Config {
  const isAbsent = (name: string) => withoutKeys && isKeyVariable(name);
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== undefined && value.trim() !== '' && !isAbsent(name)),
  );
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const wrong = new Set(parsed.error.issues.map(({ path }) => String(path[0]) as Key));
    throw new ConfigError([...wrong].map((key) => complaint(key, given[key])));
  }
  const settings = parsed.data;
  const problems = problemsOf(settings, { withoutKeys });
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    environment: settings.NODE_ENV,
    dataDir: resolve(settings.MASAR_DATA),
    host: settings.HOST,
    port: settings.PORT,
    operationsPort: settings.OPERATIONS_PORT,
    roles: new Set(settings.MASAR_ROLES),
    databaseUrl: settings.DATABASE_URL,
    embedded: settings.DATABASE_URL === undefined,
    eventStoreUrl: settings.EVENTSTORE_URL,
    redisUrl: settings.REDIS_URL,
    oidc:
      settings.OIDC_ISSUER === undefined || settings.OIDC_AUDIENCE === undefined
        ? undefined
        : { issuer: settings.OIDC_ISSUER, audience: settings.OIDC_AUDIENCE, jwksUrl: settings.OIDC_JWKS_URL },
    logLevel: settings.LOG_LEVEL,
    masterKeyFile: settings.MASAR_MASTER_KEY_FILE,
    otherMasterKeyFiles: settings.MASAR_MASTER_KEY_ALSO,
    kms:
      settings.MASAR_KMS_URL === undefined || settings.MASAR_KMS_TOKEN_FILE === undefined
        ? undefined
        : { url: settings.MASAR_KMS_URL, tokenFile: settings.MASAR_KMS_TOKEN_FILE },
    keysDatabaseUrl: settings.KEYS_DATABASE_URL,
    accessDatabaseUrl: settings.ACCESS_DATABASE_URL,
    restrictedDatabaseUrl: settings.RESTRICTED_DATABASE_URL,
    restrictedMasterKeyFile: settings.RESTRICTED_MASTER_KEY_FILE,
    otherRestrictedMasterKeyFiles: settings.RESTRICTED_MASTER_KEY_ALSO,
    erasedListFile: settings.ERASED_LIST_FILE === undefined ? undefined : resolve(settings.ERASED_LIST_FILE),
    auditKeyFile: settings.MASAR_AUDIT_KEY_FILE,
    auditOrigin: settings.MASAR_AUDIT_ORIGIN ?? 'masar.localhost/log',
    auditWitnessDir: settings.AUDIT_WITNESS_DIR === undefined ? undefined : resolve(settings.AUDIT_WITNESS_DIR),
    auditPatrolHours: settings.AUDIT_PATROL_HOURS,
    publicUrl: settings.PUBLIC_URL ?? `http://${settings.HOST}:${settings.PORT}`,
    trustProxy: settings.TRUST_PROXY,
    files: filesOf(settings),
    clamd: settings.CLAMD_ADDRESS === undefined ? undefined : clamdAddress(settings.CLAMD_ADDRESS),
    accessRetentionMonths: settings.ACCESS_RETENTION_MONTHS,
    clockSkewSeconds: settings.CLOCK_SKEW_SECONDS,
    limits: limitsIn(settings.RATE_LIMITS ?? '') ?? defaultLimits,
    tracing:
      settings.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : { endpoint: settings.OTEL_EXPORTER_OTLP_ENDPOINT, share: settings.OTEL_TRACES_SAMPLER_ARG },
    warnings: warningsOf(settings),
  };
}

function filesOf(settings: Settings): FilesPlace {
  const { FILES_S3_ENDPOINT: endpoint, FILES_S3_BUCKET: bucket, FILES_S3_REGION: region } = settings;
  const { FILES_S3_KEY_ID: keyId, FILES_S3_SECRET_FILE: secretFile } = settings;
  if (endpoint && bucket && keyId && secretFile) return { kind: 's3', endpoint, bucket, region, keyId, secretFile };
  return { kind: 'disk', dir: resolve(settings.FILES_DIR ?? join(settings.MASAR_DATA, 'files')) };
}
