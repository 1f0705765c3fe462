import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { Problem } from './problem.ts';

/** Who a token speaks for. It proves identity only: rights are events in the log. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

export interface TokenVerifier {
  /** @throws Problem 401 for a token that is not good, 503 when the issuer's keys cannot be fetched. */
  verify(token: string): Promise<Identity>;
}

/** Signatures that are accepted. Shared-secret algorithms and `none` never are. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];
const CLOCK_TOLERANCE_S = 60;
const KEY_FETCH_TIMEOUT_MS = 5_000;
/** A token is a few hundred bytes; what is longer is not looked at. */
const MAX_TOKEN_CHARACTERS = 8_192;

export interface VerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's public keys: given, or where they are; found through the issuer's discovery document when absent. */
  readonly keys?: JSONWebKeySet | URL | undefined;
}

/** A signature is checked once a minute at most; a key its issuer withdrew is trusted no longer than that. */
const KEPT_MS = 60_000;
const KEPT_TOKENS = 2_000;

/** Verifies signature, algorithm, issuer, audience, expiry and not-before (60 s of tolerance), and that there is a subject. */
export function createTokenVerifier(options: VerifierOptions): TokenVerifier {
  const { issuer } = options;
  const keys = keysFrom(options);
  const expected: JWTVerifyOptions = {
    issuer,
    audience: options.audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['sub', 'exp'],
  };
  const verified = new Map<string, { readonly identity: Identity; readonly until: number }>();
  return {
    verify: async (token) => {
      if (token.length > MAX_TOKEN_CHARACTERS) throw new Problem('TOKEN_INVALID');
      const known = verified.get(token);
      if (known && known.until > Date.now()) return known.identity;
      const { payload } = await jwtVerify(token, keys, expected).catch((error: unknown) => {
        throw problemOf(error);
      });
      if (typeof payload.sub !== 'string' || payload.sub === '') throw new Problem('TOKEN_INVALID');
      const identity = { issuer, subject: payload.sub };
      if (verified.size >= KEPT_TOKENS) verified.clear();
      verified.set(token, { identity, until: Math.min(Date.now() + KEPT_MS, ((payload.exp ?? 0) + CLOCK_TOLERANCE_S) * 1000) });
      return identity;
    },
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return new Problem('TOKEN_EXPIRED');
  const unreachable =
    error instanceof errors.JWKSTimeout ||
    error instanceof IssuerUnreachable ||
    !(error instanceof errors.JOSEError) ||
    error.code === 'ERR_JOSE_GENERIC';
  return new Problem(unreachable ? 'ISSUER_UNREACHABLE' : 'TOKEN_INVALID', { cause: error });
}

class IssuerUnreachable extends Error {}

function keysFrom({ issuer, keys }: VerifierOptions): JWTVerifyGetKey {
  if (keys instanceof URL) return remoteKeys(keys);
  if (keys) return createLocalJWKSet(keys);
  let found: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    found ??= discover(issuer).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return (await found)(header, token);
  };
}

const remoteKeys = (url: URL): JWTVerifyGetKey =>
  createRemoteJWKSet(url, { timeoutDuration: KEY_FETCH_TIMEOUT_MS, cooldownDuration: 30_000, cacheMaxAge: 600_000 });

/** The key set an OpenID provider names in its discovery document, which must be its own. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(KEY_FETCH_TIMEOUT_MS), redirect: 'error' });
    if (!answer.ok) throw new Error(`discovery answered ${answer.status}`);
    const document = (await answer.json()) as { readonly issuer?: unknown; readonly jwks_uri?: unknown };
    if (document.issuer !== issuer || typeof document.jwks_uri !== 'string') throw new Error('discovery names another issuer');
    return remoteKeys(new URL(document.jwks_uri));
  } catch (cause) {
    throw new IssuerUnreachable('the discovery document of the issuer cannot be had', { cause });
  }
}
