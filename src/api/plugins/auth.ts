import type { FastifyInstance, FastifyRequest } from 'fastify';
import { staffIdOf } from '../../eventlog/ids.ts';
import { Problem } from '../problem.ts';
import { statusOf } from '../problemCodes.ts';
import type { Identity, TokenVerifier } from '../tokens.ts';

/** RFC 6750 §2.1, with exactly one space and a token of the allowed characters. */
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i;

export interface AuthOptions {
  readonly tokens: TokenVerifier;
  /** Told of every request without a good token before it is answered; may refuse it in another way. */
  readonly rejected: (request: FastifyRequest) => Promise<void>;
}

/**
 * Proves who is asking, before the body is read. A token in the address or in a body is never looked at, and no right comes
 * from a token: `request.staff` is the staff id of issuer and subject.
 */
export function auth(app: FastifyInstance, { tokens, rejected }: AuthOptions): void {
  // The verifier answers a token it knows with the same identity.
  const known = new WeakMap<Identity, string>();
  app.decorateRequest('staff', '');
  app.addHook('onRequest', async (request) => {
    const identity = await identify(tokens, request.headers.authorization).catch(async (error: unknown) => {
      if (error instanceof Problem && statusOf(error.code) === 401) await rejected(request);
      throw error;
    });
    const staff = known.get(identity) ?? staffIdOf(identity.issuer, identity.subject);
    known.set(identity, staff);
    request.staff = staff;
  });
}

async function identify(tokens: TokenVerifier, authorization: string | undefined): Promise<Identity> {
  if (authorization === undefined) throw new Problem('TOKEN_MISSING');
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw new Problem('TOKEN_INVALID');
  return tokens.verify(token);
}
