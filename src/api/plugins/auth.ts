import type { FastifyInstance } from 'fastify';
import { staffIdOf } from '../../eventlog/ids.ts';
import { Problem } from '../problem.ts';
import type { TokenVerifier } from '../tokens.ts';

/** RFC 6750 §2.1, with exactly one space and a token of the allowed characters. */
const BEARER = /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i;

/**
 * Proves who is asking, before the body is read. A token in the address or in a body is never looked at, and no right comes
 * from a token: `request.staff` is the staff id of issuer and subject.
 */
export function auth(app: FastifyInstance, { tokens }: { readonly tokens: TokenVerifier }): void {
  app.decorateRequest('staff', '');
  app.addHook('onRequest', async (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) throw new Problem('TOKEN_MISSING');
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw new Problem('TOKEN_INVALID');
    const { issuer, subject } = await tokens.verify(token);
    request.staff = staffIdOf(issuer, subject);
  });
}
