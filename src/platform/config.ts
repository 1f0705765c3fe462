import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { FilesPlace } from './files/open.ts';
import { isOpenToOthers } from './keys/fileMode.ts';
import type { TransitPlace } from './keys/transit.ts';
import { defaultLimits, type LimitSettings, limitsIn } from './limits/settings.ts';
import { type ClamdAddress, clamdAddress } from './scanner/clamd.ts';
import type { TracingPlace } from './tracing/otlp.ts';

export const ROLES = ['api', 'projector', 'worker'] as const;
export type Role = (typeof ROLES)[number];

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

/** Cluster addresses list several hosts, which WHATWG URLs cannot, so only the scheme and the lack of spaces are checked. */
const url = (...schemes: string[]) =>
  z.string().refine((text) => {
    const [scheme = '', rest = ''] = text.split(/:\/\/(.*)/s);
    return schemes.includes(scheme) && /^\S+$/.test(rest);
  });

const words = <T extends string>(item: z.ZodType<T, string>) =>
  z
    .string()
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(item).min(1));

const addressOrRange = z.string().refine((text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  const widest = version === 4 ? 32 : 128;
  return version !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest));
});

const portNumber = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((port) => port <= 65_535);

const readableFile = z.string().refine((path) => {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
});

/**
 * HOST is loopback unless said otherwise: the API speaks plain HTTP about displaced people, so that anybody else can reach it
 * has to be a decision, taken together with the TLS proxy in front.
 */
const Environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  MASAR_DATA: z.string().default('./.masar'),
  HOST: z
    .string()
    .regex(/^[\w.:-]+$/)
    .default('127.0.0.1'),
  PORT: portNumber.default(8080),
  OPERATIONS_PORT: portNumber.optional(),
  MASAR_ROLES: words(z.enum(ROLES)).default([...ROLES]),
  DATABASE_URL: url('postgres', 'postgresql').optional(),
  EVENTSTORE_URL: url('esdb', 'esdb+discover').optional(),
  REDIS_URL: url('redis', 'rediss').optional(),
  OIDC_ISSUER: url('https', 'http').optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_JWKS_URL: url('https', 'http').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  MASAR_MASTER_KEY_FILE: readableFile.optional(),
  MASAR_MASTER_KEY_ALSO: words(readableFile).default([]),
  MASAR_KMS_URL: url('https', 'http')
    .refine((text) => /\/keys\/[\w.-]+$/.test(text))
    .optional(),
  MASAR_KMS_TOKEN_FILE: readableFile.optional(),
  KEYS_DATABASE_URL: url('postgres', 'postgresql').optional(),
  KEYS_IN_GENERAL_DATABASE: z.literal('yes').optional(),
  ACCESS_DATABASE_URL: url('postgres', 'postgresql').optional(),
  RESTRICTED_DATABASE_URL: url('postgres', 'postgresql').optional(),
  RESTRICTED_MASTER_KEY_FILE: readableFile.optional(),
  ERASED_LIST_FILE: z.string().optional(),
  TRUST_PROXY: words(addressOrRange).default([]),
  MASAR_AUDIT_KEY_FILE: readableFile.optional(),
  MASAR_AUDIT_ORIGIN: z
    .string()
    .regex(/^[^\s+]{1,200}$/u)
    .optional(),
  AUDIT_WITNESS_DIR: z.string().optional(),
  // Nobody published how often; a day reads ten million events at some hundred a second.
  AUDIT_PATROL_HOURS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .default(24),
  PUBLIC_URL: url('https', 'http').optional(),
  FILES_DIR: z.string().optional(),
  FILES_S3_ENDPOINT: url('https', 'http').optional(),
  FILES_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{2,62}$/)
    .optional(),
  FILES_S3_REGION: z
    .string()
    .regex(/^[\w-]{1,40}$/)
    .default('us-east-1'),
  FILES_S3_KEY_ID: z.string().optional(),
  FILES_S3_SECRET_FILE: readableFile.optional(),
  CLAMD_ADDRESS: z
    .string()
    .refine((text) => clamdAddress(text) !== undefined)
    .optional(),
  // Nobody published how long; long enough for a case that goes to a court and an appeal.
  ACCESS_RETENTION_MONTHS: z
    .string()
    .regex(/^[1-9]\d{0,3}$/)
    .transform(Number)
    .default(60),
  // Nobody published how far; tokens are given as much.
  CLOCK_SKEW_SECONDS: z
    .string()
    .regex(/^[1-9]\d{0,5}$/)
    .transform(Number)
    .default(60),
  RATE_LIMITS: z
    .string()
    .refine((text) => limitsIn(text) !== undefined)
    .optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('https', 'http').optional(),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/)
    .transform(Number)
    .default(1),
});

type Key = keyof typeof Environment.shape;

/** Every variable that is read. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape);

/** What each variable should be, said to whoever got it wrong. */
const EXPECTED: Readonly<Record<Key, string>> = {
  NODE_ENV: 'development, test or production',
  MASAR_DATA: 'a directory',
  HOST: 'an address or host name to listen on, such as 127.0.0.1 or 0.0.0.0',
  PORT: 'a whole number from 0 (any free port) to 65535',
  OPERATIONS_PORT: 'a whole number from 0 (any free port) to 65535, not that of PORT',
  MASAR_ROLES: `some of ${ROLES.join(',')}, separated by commas`,
  DATABASE_URL: 'a postgres:// or postgresql:// address',
  EVENTSTORE_URL: 'an esdb:// or esdb+discover:// address',
  REDIS_URL: 'a redis:// or rediss:// address',
  OIDC_ISSUER: "the https:// address of the tokens' issuer",
  OIDC_AUDIENCE: "the audience this server's tokens are issued for",
  OIDC_JWKS_URL: "the https:// address of the issuer's keys",
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent',
  MASAR_MASTER_KEY_FILE: 'a file this process may read',
  MASAR_MASTER_KEY_ALSO: 'files this process may read, separated by commas',
  MASAR_KMS_URL: 'the https:// address of a key in a key-management service, ending in /keys/NAME',
  MASAR_KMS_TOKEN_FILE: "a file with that service's token, which this process may read",
  KEYS_DATABASE_URL: "a postgres:// or postgresql:// address with the key store's own login",
  KEYS_IN_GENERAL_DATABASE: 'yes, where keys are meant to lie under the login of what they seal',
  ACCESS_DATABASE_URL: 'a postgres:// or postgresql:// address with the login that owns the access log, for npm run migrate',
  RESTRICTED_DATABASE_URL:
    "a postgres:// or postgresql:// address of a database of its own, with the restricted store's own login",
  RESTRICTED_MASTER_KEY_FILE: 'a file this process may read, with a key that is not the general one',
  ERASED_LIST_FILE: 'a file on another disk than the database and its backups, which every process may write',
  MASAR_AUDIT_KEY_FILE: 'a file this process may read, with an Ed25519 key in PEM',
  MASAR_AUDIT_ORIGIN: 'a name of this event log that no other has, such as masar.example.org/log, without spaces and plus signs',
  AUDIT_WITNESS_DIR: 'a directory on another disk than the database, which this process may write to',
  AUDIT_PATROL_HOURS: 'a whole number of hours from 1',
  PUBLIC_URL: 'the https:// address people reach this API at',
  TRUST_PROXY: 'addresses or CIDR ranges separated by commas, such as 10.0.0.0/8,::1',
  FILES_DIR: 'a directory for files, shared by all processes',
  FILES_S3_ENDPOINT: 'the https:// address of an S3-compatible store',
  FILES_S3_BUCKET: 'the name of a bucket in that store',
  FILES_S3_REGION: "the store's region, such as us-east-1",
  FILES_S3_KEY_ID: 'the id of an access key of that store',
  FILES_S3_SECRET_FILE: 'a file with the secret access key, which this process may read',
  CLAMD_ADDRESS: 'host:port or the /path of the socket of a ClamAV daemon',
  ACCESS_RETENTION_MONTHS: 'a whole number of months from 1',
  CLOCK_SKEW_SECONDS: 'a whole number of seconds from 1',
  RATE_LIMITS:
    'limits by person/office such as requests=1200/12000,searches=60,lookups=30,dailyLookups=400,imports=40/200,exports=60/300,rejections=600',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'the http:// or https:// address of a collector of traces (OTLP over HTTP)',
  OTEL_TRACES_SAMPLER_ARG: 'the share of traces that is kept, from 0 to 1',
};

/** Addresses may hold a password, so their values are not repeated. */
const isSecret = (key: string): boolean => key.endsWith('_URL') || key.endsWith('_ENDPOINT') || key.startsWith('FILES_S3_');

/**
 * Reads the configuration from environment variables. An empty variable counts as absent.
 * @throws ConfigError naming every wrong variable and what it should be.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const wrong = new Set(parsed.error.issues.map(({ path }) => String(path[0]) as Key));
    throw new ConfigError([...wrong].map((key) => complaint(key, given[key])));
  }
  const settings = parsed.data;
  const problems = [...contradictions(settings), ...(settings.NODE_ENV === 'production' ? missingInProduction(settings) : [])];
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
    warnings: [
      ...keyFiles(settings)
        .filter(([, file]) => isOpenToOthers(file))
        .map(([key, file]) => `${key} is "${file}": others than its owner may read it (chmod 600)`),
      ...(settings.NODE_ENV === 'production' && settings.AUDIT_WITNESS_DIR === undefined
        ? ['AUDIT_WITNESS_DIR is not set: nobody would see that the whole database was put back from an older copy']
        : []),
    ],
  };
}

function filesOf(settings: Settings): FilesPlace {
  const { FILES_S3_ENDPOINT: endpoint, FILES_S3_BUCKET: bucket, FILES_S3_REGION: region } = settings;
  const { FILES_S3_KEY_ID: keyId, FILES_S3_SECRET_FILE: secretFile } = settings;
  if (endpoint && bucket && keyId && secretFile) return { kind: 's3', endpoint, bucket, region, keyId, secretFile };
  return { kind: 'disk', dir: resolve(settings.FILES_DIR ?? join(settings.MASAR_DATA, 'files')) };
}

type Settings = z.infer<typeof Environment>;

function complaint(key: Key, value: unknown): string {
  return `${key} ${isSecret(key) ? 'is not right' : `is "${value}"`}: it should be ${EXPECTED[key]}`;
}

function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  if (settings.OPERATIONS_PORT !== undefined && settings.OPERATIONS_PORT !== 0 && settings.OPERATIONS_PORT === settings.PORT) {
    problems.push(`OPERATIONS_PORT is PORT: it should be ${EXPECTED.OPERATIONS_PORT}`);
  }
  if (settings.OIDC_ISSUER !== undefined && settings.OIDC_AUDIENCE === undefined) {
    problems.push(`OIDC_AUDIENCE is not set: with OIDC_ISSUER it should be ${EXPECTED.OIDC_AUDIENCE}`);
  }
  if (settings.OIDC_ISSUER === undefined && (settings.OIDC_AUDIENCE ?? settings.OIDC_JWKS_URL) !== undefined) {
    problems.push(`OIDC_ISSUER is not set: with the other OIDC_ settings it should be ${EXPECTED.OIDC_ISSUER}`);
  }
  if (settings.MASAR_KMS_URL !== undefined && settings.MASAR_KMS_TOKEN_FILE === undefined) {
    problems.push(`MASAR_KMS_TOKEN_FILE is not set: with MASAR_KMS_URL it should be ${EXPECTED.MASAR_KMS_TOKEN_FILE}`);
  }
  if (settings.MASAR_KMS_URL !== undefined && settings.MASAR_MASTER_KEY_FILE !== undefined) {
    problems.push(
      'MASAR_KMS_URL and MASAR_MASTER_KEY_FILE are both set: one of them wraps new keys; name the file in MASAR_MASTER_KEY_ALSO',
    );
  }
  if (settings.KEYS_DATABASE_URL !== undefined && settings.DATABASE_URL === undefined) {
    problems.push('DATABASE_URL is not set: the embedded database keeps its own keys, so KEYS_DATABASE_URL says nothing');
  }
  if (settings.ACCESS_DATABASE_URL !== undefined && settings.DATABASE_URL === undefined) {
    problems.push(
      'DATABASE_URL is not set: the embedded database hands the access log over by itself, so ACCESS_DATABASE_URL says nothing',
    );
  }
  if (settings.KEYS_DATABASE_URL !== undefined && settings.KEYS_IN_GENERAL_DATABASE !== undefined) {
    problems.push('KEYS_DATABASE_URL and KEYS_IN_GENERAL_DATABASE are both set: keys lie under one login');
  }
  problems.push(...restrictedProblems(settings));
  if (settings.FILES_DIR !== undefined && settings.FILES_S3_ENDPOINT !== undefined) {
    problems.push('FILES_DIR and FILES_S3_ENDPOINT are both set: files are kept in one place');
  }
  const s3 = ['FILES_S3_ENDPOINT', 'FILES_S3_BUCKET', 'FILES_S3_KEY_ID', 'FILES_S3_SECRET_FILE'] as const;
  if (s3.some((key) => settings[key] !== undefined)) {
    for (const key of s3.filter((one) => settings[one] === undefined)) {
      problems.push(`${key} is not set: with the other FILES_S3_ settings it should be ${EXPECTED[key]}`);
    }
  }
  return problems;
}

/** The restricted store is apart in every respect, or it is not set up at all. */
function restrictedProblems(settings: Settings): string[] {
  const { RESTRICTED_DATABASE_URL: url, RESTRICTED_MASTER_KEY_FILE: key, DATABASE_URL: general } = settings;
  const problems: string[] = [];
  if (url !== undefined && general === undefined) {
    problems.push(
      'DATABASE_URL is not set: the embedded server brings its restricted database, so RESTRICTED_DATABASE_URL says nothing',
    );
  }
  if (url !== undefined && url === general) {
    problems.push(`RESTRICTED_DATABASE_URL is DATABASE_URL: it should be ${EXPECTED.RESTRICTED_DATABASE_URL}`);
  }
  if (key !== undefined && key === settings.MASAR_MASTER_KEY_FILE) {
    problems.push(`RESTRICTED_MASTER_KEY_FILE is MASAR_MASTER_KEY_FILE: it should be ${EXPECTED.RESTRICTED_MASTER_KEY_FILE}`);
  }
  if (settings.NODE_ENV === 'production' && url !== undefined && key === undefined) {
    problems.push(
      `RESTRICTED_MASTER_KEY_FILE is not set: with RESTRICTED_DATABASE_URL it should be ${EXPECTED.RESTRICTED_MASTER_KEY_FILE}`,
    );
  }
  return problems;
}

/** What is convenient in development is not safe in production, and says so instead of starting. */
function missingInProduction(settings: Settings): string[] {
  const problems: string[] = [];
  const refuse = (key: Key, convenience: string) =>
    problems.push(`${key} is not set: in production it should be ${EXPECTED[key]}, since ${convenience}`);
  if (settings.DATABASE_URL === undefined) refuse('DATABASE_URL', 'the embedded database is for development');
  if (settings.OIDC_ISSUER === undefined) refuse('OIDC_ISSUER', 'the development issuer gives a token to anybody');
  if ((settings.MASAR_MASTER_KEY_FILE ?? settings.MASAR_KMS_URL) === undefined) {
    refuse('MASAR_MASTER_KEY_FILE', 'a development master key lies beside the data it protects');
  }
  if (settings.DATABASE_URL !== undefined && (settings.KEYS_DATABASE_URL ?? settings.KEYS_IN_GENERAL_DATABASE) === undefined) {
    refuse(
      'KEYS_DATABASE_URL',
      'whoever has the login of the log has the wrapped keys as well (KEYS_IN_GENERAL_DATABASE=yes where that is meant)',
    );
  }
  if ((settings.FILES_DIR ?? settings.FILES_S3_ENDPOINT) === undefined) {
    refuse('FILES_DIR', 'the directory of one process is not seen by the others (or set FILES_S3_ENDPOINT)');
  }
  if (settings.CLAMD_ADDRESS === undefined) refuse('CLAMD_ADDRESS', 'files that nobody scanned would be served');
  if (settings.MASAR_AUDIT_KEY_FILE === undefined) {
    refuse('MASAR_AUDIT_KEY_FILE', 'a development key lies beside the tree that it signs');
  }
  if (settings.MASAR_AUDIT_ORIGIN === undefined) {
    refuse('MASAR_AUDIT_ORIGIN', 'what two installations sign under one name cannot be told apart');
  }
  if (settings.PUBLIC_URL === undefined) refuse('PUBLIC_URL', 'the QR codes of papers would lead to this machine alone');
  for (const key of ['OIDC_ISSUER', 'OIDC_JWKS_URL', 'FILES_S3_ENDPOINT', 'PUBLIC_URL'] as const) {
    if (settings[key]?.startsWith('http:')) problems.push(`${key} is not right: in production it should be ${EXPECTED[key]}`);
  }
  if (settings.MASAR_KMS_URL?.startsWith('http:') && !isLoopback(new URL(settings.MASAR_KMS_URL).hostname)) {
    problems.push(`MASAR_KMS_URL is not right: in production it should be ${EXPECTED.MASAR_KMS_URL}, or on this machine`);
  }
  for (const [key, file] of keyFiles(settings)) {
    if (isOpenToOthers(file)) problems.push(`${key} is "${file}": in production nobody but its owner may read it (chmod 600)`);
  }
  return problems;
}

/** An agent beside this process may hand keys on in the clear. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

/** The files that hold keys, or the token that opens them, with the variable that names each. */
const keyFiles = (settings: Settings): readonly (readonly [Key, string])[] => [
  ...(['MASAR_MASTER_KEY_FILE', 'MASAR_KMS_TOKEN_FILE', 'RESTRICTED_MASTER_KEY_FILE', 'MASAR_AUDIT_KEY_FILE'] as const).flatMap(
    (key) => {
      const file = settings[key];
      return file === undefined ? [] : [[key, file] as const];
    },
  ),
  ...settings.MASAR_MASTER_KEY_ALSO.map((file) => ['MASAR_MASTER_KEY_ALSO', file] as const),
];
