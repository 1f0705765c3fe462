import { isIP } from 'node:net';
import { isOpenToOthers } from '../keys/fileMode.ts';
import { EXPECTED, isKeyVariable, type Key, type Settings } from './settings.ts';

/** What is wrong with settings that are each as they should be, one line a problem. */
export function problemsOf(settings: Settings, { withoutKeys = false } = {}): readonly string[] {
  if (settings.NODE_ENV !== 'production') return contradictions(settings);
  return [...contradictions(settings), ...missingInProduction(settings, withoutKeys)];
}

/** What somebody should put right that keeps nothing from starting, a sentence each. */
export function warningsOf(settings: Settings): readonly string[] {
  return [
    ...keyFiles(settings)
      .filter(([, file]) => isOpenToOthers(file))
      .map(([key, file]) => `${key} is "${file}": others than its owner may read it (chmod 600)`),
    ...(settings.NODE_ENV === 'production' && settings.AUDIT_WITNESS_DIR === undefined
      ? ['AUDIT_WITNESS_DIR is not set: nobody would see that the whole database was put back from an older copy']
      : []),
  ];
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
  const generals = [settings.MASAR_MASTER_KEY_FILE, ...settings.MASAR_MASTER_KEY_ALSO];
  if (key !== undefined && generals.includes(key)) {
    problems.push(`RESTRICTED_MASTER_KEY_FILE names a general key: it should be ${EXPECTED.RESTRICTED_MASTER_KEY_FILE}`);
  }
  if (settings.RESTRICTED_MASTER_KEY_ALSO.some((file) => generals.includes(file))) {
    problems.push(`RESTRICTED_MASTER_KEY_ALSO names a general key: it should be ${EXPECTED.RESTRICTED_MASTER_KEY_ALSO}`);
  }
  return problems;
}

/** What is convenient in development is not safe in production, and says so instead of starting. */
function missingInProduction(settings: Settings, withoutKeys: boolean): string[] {
  const problems: string[] = [];
  const refuse = (key: Key, convenience: string) => {
    if (withoutKeys && isKeyVariable(key)) return;
    problems.push(`${key} is not set: in production it should be ${EXPECTED[key]}, since ${convenience}`);
  };
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
  if (!withoutKeys && settings.RESTRICTED_DATABASE_URL !== undefined && settings.RESTRICTED_MASTER_KEY_FILE === undefined) {
    problems.push(
      `RESTRICTED_MASTER_KEY_FILE is not set: with RESTRICTED_DATABASE_URL it should be ${EXPECTED.RESTRICTED_MASTER_KEY_FILE}`,
    );
  }
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
  ...(['MASAR_MASTER_KEY_ALSO', 'RESTRICTED_MASTER_KEY_ALSO'] as const).flatMap((key) =>
    settings[key].map((file) => [key, file] as const),
  ),
];
