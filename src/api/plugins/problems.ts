import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pickLanguage } from '../../domain/kernel/labels.ts';
import type { Catalogue } from '../catalogue.ts';
import { Problem } from '../problem.ts';
import { problemBody } from '../problemBody.ts';
import { statusOf } from '../problemCodes.ts';
import { SECURITY_HEADERS } from './security.ts';

const RETRY_AFTER_S = 2;

/** Writes a failure into its answer. */
export type SendProblem = (request: FastifyRequest, reply: FastifyReply, error: unknown) => FastifyReply;

/** Makes the writer of problems: `application/problem+json` in the caller's language, telling nothing of what is inside. */
export function problemSender(catalogue: Catalogue): SendProblem {
  return (request, reply, error) => {
    const text = problemText(catalogue, request, reply, error);
    return reply.serializer((payload: string) => payload).send(text);
  };
}

/** Makes a failure of an answer: its status, its headers, and the text of its body. */
export function problemText(catalogue: Catalogue, request: FastifyRequest, reply: FastifyReply, error: unknown): string {
  const process = request.routeOptions?.config?.process;
  const lang = pickLanguage(request.headers['accept-language']);
  const problem = problemBody(catalogue, error, { process, lang, instance: request.id });
  const { code, status } = problem;
  request.problemCode = code;
  if (code === 'BUSY') request.log.warn({ code }, 'a request was turned away: the event loop stands still');
  else if (status >= 500) request.log.error({ err: error, code }, 'a request failed');
  if (status === 401) reply.header('www-authenticate', challenge(code));
  if (status === 503) reply.header('retry-after', String(RETRY_AFTER_S));
  if (error instanceof Problem && error.params.seconds !== undefined) reply.header('retry-after', String(error.params.seconds));
  if (status === 413) reply.header('connection', 'close');
  reply
    .code(status)
    .header('content-language', problem.lang)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8');
  return JSON.stringify(problem.body);
}

export interface ProblemOptions {
  readonly send: SendProblem;
  /** What is told of a failure. */
  readonly told: (error: unknown) => Promise<unknown>;
  /** The methods an address takes; empty when there is nothing at it. */
  readonly methodsAt: (path: string) => readonly string[];
}

/** Every failure of a route, and every address or method that is none, leaves as a problem. */
export function problems(app: FastifyInstance, { send, told, methodsAt }: ProblemOptions): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => send(request, reply, await told(error)));
  app.setNotFoundHandler((request, reply) => {
    const methods = methodsAt(request.url.split('?', 1)[0] ?? '');
    if (methods.length > 0) reply.header('allow', methods.join(', '));
    const problem = new Problem(methods.length > 0 ? 'METHOD_NOT_ALLOWED' : 'ROUTE_UNKNOWN');
    return send(request, reply, Object.assign(problem, { statusCode: statusOf(problem.code) }));
  });
}

function challenge(code: string): string {
  if (code === 'TOKEN_MISSING') return 'Bearer realm="masar"';
  const why = code === 'TOKEN_EXPIRED' ? 'the token has expired' : 'the token is not accepted here';
  return `Bearer realm="masar", error="invalid_token", error_description="${why}"`;
}

/** What Node could not read as HTTP never becomes a request; it is answered on the socket, in English. */
export function answerClientError(catalogue: Catalogue, error: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'BAD_REQUEST';
  const status = statusOf(code);
  const body = JSON.stringify({ type: `urn:masar:problem:${code}`, title: catalogue.message(code, 'en'), status, code });
  const guards = Object.entries({ ...SECURITY_HEADERS, 'cache-control': 'no-store' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n${guards.join('')}connection: close\r\n\r\n${body}`,
  );
}
