import type { FastifyInstance, FastifyReply } from 'fastify';

/**
 * What every answer says to browsers (OWASP ASVS 5.0 §3.4): answers are data, never pages, and nobody else's. `/docs` sets a
 * content policy of its own.
 */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** A year, as browsers ask before they believe it. TLS itself is the proxy's. */
const ONLY_TLS = { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } as const;

/** Sets the headers on a reply. */
export type Secure = (reply: FastifyReply) => FastifyReply;

/** The headers for an API that people reach at this address; if it is https, browsers are told to stay with it. */
export const securing =
  (publicUrl: string): Secure =>
  (reply) =>
    reply.headers(publicUrl.startsWith('https:') ? { ...SECURITY_HEADERS, ...ONLY_TLS } : SECURITY_HEADERS);

/** Every answer gets the headers, refusals and wrong addresses too. Registered before anything that may refuse. */
export function security(app: FastifyInstance, secure: Secure): void {
  app.addHook('onRequest', async (_request, reply) => {
    secure(reply);
  });
}
