import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { z } from 'zod';
import { limitsIn } from '../limits/settings.ts';
import { clamdAddress } from '../scanner/clamd.ts';

const ROLES = ['api', 'projector', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Cluster addresses list several hosts, which WHATWG URLs cannot, so only the scheme and the lack of spaces are checked. */
const url = (...schemes: string[]) =>
  z.string().refine((text) => {
    const [scheme = '', rest = ''] = text.split(/:\/\/(.*)/s);
    return schemes.includes(scheme) && /^\S+$/.test(rest);
  });

/** A follower may not have yet what a command has just appended, and each command would look in vain. */
const prefersLeader = (text: string): boolean =>
  (/[?&]nodePreference=(\w*)/i.exec(text)?.[1] ?? 'leader').toLowerCase() === 'leader';

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
export const Environment = z.object({
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
  EVENTSTORE_URL: url('esdb', 'esdb+discover').refine(prefersLeader).optional(),
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
  RESTRICTED_MASTER_KEY_ALSO: words(readableFile).default([]),
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

export type Key = keyof typeof Environment.shape;
export type Settings = z.infer<typeof Environment>;

/** Whether a variable names or reaches a key that opens or signs something. */
export const isKeyVariable = (name: string): boolean => /_MASTER_KEY_(FILE|ALSO)$|^MASAR_KMS_|^MASAR_AUDIT_KEY_FILE$/.test(name);

/** Every variable that is read. */
export const VARIABLES: readonly string[] = Object.keys(Environment.shape);

/** What each variable should be, said to whoever got it wrong. */
export const EXPECTED: Readonly<Record<Key, string>> = {
  NODE_ENV: 'development, test or production',
  MASAR_DATA: 'a directory',
  HOST: 'an address or host name to listen on, such as 127.0.0.1 or 0.0.0.0',
  PORT: 'a whole number from 0 (any free port) to 65535',
  OPERATIONS_PORT: 'a whole number from 0 (any free port) to 65535, not that of PORT',
  MASAR_ROLES: `some of ${ROLES.join(',')}, separated by commas`,
  DATABASE_URL: 'a postgres:// or postgresql:// address',
  EVENTSTORE_URL: 'an esdb:// or esdb+discover:// address; its nodePreference is leader',
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
  RESTRICTED_MASTER_KEY_ALSO: 'files this process may read, separated by commas, with keys that are not general ones',
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

/** What is said of a variable whose value is not right. */
export function complaint(key: Key, value: unknown): string {
  return `${key} ${isSecret(key) ? 'is not right' : `is "${value}"`}: it should be ${EXPECTED[key]}`;
}
