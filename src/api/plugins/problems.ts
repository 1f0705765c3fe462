import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { wordFor } from '../../domain/kernel/caseLabels.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { type Lang, pickLanguage, say } from '../../domain/kernel/labels.ts';
import type { Process } from '../../domain/kernel/process.ts';
import { InvalidInput, Stale } from '../../eventlog/failures.ts';
import { EventTooLarge, LogUnavailable, OutcomeUnknown } from '../../eventlog/port.ts';
import { isConnectionFault } from '../../platform/database.ts';
import { BadCursor } from '../../projections/reads.queries.ts';
import { SearchTooShort } from '../../projections/register.queries.ts';
import type { Catalogue } from '../catalogue.ts';
import { type FieldError, type Params, Problem } from '../problem.ts';
import { type ProblemCode, statusOf } from '../problemCodes.ts';
import { pointerOf } from '../strictJson.ts';
import { fieldErrors, SchemaMismatch } from '../validation.ts';

const RETRY_AFTER_S = 2;

/** A failure as it is told to the caller, before it has words. */
interface Told {
  readonly code: string;
  readonly params?: Params;
  readonly errors?: (lang: Lang) => readonly FieldError[];
  readonly extra?: (lang: Lang) => Readonly<Record<string, unknown>>;
}

/** Codes of Fastify for requests that never reach a handler. */
const FASTIFY_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_UNDER_PRESSURE: 'BUSY',
};

/** Codes whose circumstances are nobody's business who may not see the case: they must look alike whatever is behind them. */
const SILENT = new Set(['NOT_FOUND', 'ALREADY_EXISTS']);

function tell(error: FastifyError, process: Process | undefined): Told {
  if (error instanceof Problem) {
    return { code: error.code, params: error.params, errors: () => error.errors, extra: () => error.extra };
  }
  if (error instanceof Refused) return { code: error.code, params: error.params };
  if (error instanceof SchemaMismatch) {
    return { code: 'INVALID_INPUT', errors: (lang) => fieldErrors(error, lang), extra: () => ({ in: error.part }) };
  }
  if (error instanceof InvalidInput) {
    const errors = error.issues.map((one) => ({
      pointer: pointerOf(one.path),
      code: one.code.toUpperCase(),
      message: one.message,
    }));
    return { code: 'INVALID_INPUT', errors: () => errors };
  }
  if (error instanceof Stale) return { code: 'STALE', extra: (lang) => changesSince(error, process, lang) };
  if (error instanceof BadCursor) return { code: 'CURSOR_MALFORMED' };
  if (error instanceof SearchTooShort) return { code: 'SEARCH_TOO_SHORT' };
  if (error instanceof EventTooLarge) return { code: 'EVENT_TOO_LARGE' };
  if (error instanceof OutcomeUnknown) return { code: 'OUTCOME_UNKNOWN' };
  if (error instanceof LogUnavailable || isConnectionFault(error)) return { code: 'UNAVAILABLE' };
  const known = FASTIFY_CODES[error.code];
  if (known) return { code: known };
  return { code: error.statusCode !== undefined && error.statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL' };
}

/** What happened since the caller looked: what, when, by which post; never the data itself. */
function changesSince(error: Stale, process: Process | undefined, lang: Lang): Readonly<Record<string, unknown>> {
  const since = error.since.map(({ type, meta }) => {
    const label = process && wordFor(process, 'events', type);
    return {
      revision: meta.revision,
      event: type,
      ...(label ? { label: say(label, lang) } : {}),
      recordedAt: meta.recordedAt,
      by: { id: meta.actor.id, post: meta.actor.post, ...(meta.actor.office ? { office: meta.actor.office } : {}) },
    };
  });
  return { revision: error.revision, since };
}

/** Writes a failure into its answer. */
export type SendProblem = (request: FastifyRequest, reply: FastifyReply, error: FastifyError) => FastifyReply;

/** Makes the writer of problems: `application/problem+json` in the caller's language, telling nothing of what is inside. */
export function problemSender(catalogue: Catalogue): SendProblem {
  return (request, reply, error) => {
    const process = request.routeOptions?.config?.process;
    const told = tell(error, process);
    const lang = pickLanguage(request.headers['accept-language']);
    const status = statusOf(told.code);
    const params = SILENT.has(told.code) ? {} : (told.params ?? {});
    const errors = told.errors?.(lang) ?? [];
    if (told.code === 'BUSY') request.log.warn({ code: told.code }, 'a request was turned away: the event loop stands still');
    else if (status >= 500) request.log.error({ err: error, code: told.code }, 'a request failed');
    if (status === 401) reply.header('www-authenticate', challenge(told.code));
    if (status === 503) reply.header('retry-after', String(RETRY_AFTER_S));
    if (status === 413) reply.header('connection', 'close');
    return reply
      .code(status)
      .header('content-language', catalogue.label(told.code, process?.name)?.[lang] === undefined ? 'ar' : lang)
      .header('cache-control', 'no-store')
      .type('application/problem+json; charset=utf-8')
      .serializer(JSON.stringify)
      .send({
        type: `urn:masar:problem:${told.code}`,
        title: catalogue.message(told.code, lang, params, process?.name),
        status,
        code: told.code,
        instance: `urn:uuid:${request.id}`,
        ...(Object.keys(params).length > 0 ? { params } : {}),
        ...(errors.length > 0
          ? { errors: errors.map((one) => (one.message ? one : { ...one, message: catalogue.message(one.code, lang) })) }
          : {}),
        ...told.extra?.(lang),
      });
  };
}

export interface ProblemOptions {
  readonly send: SendProblem;
  /** The methods an address takes; empty when there is nothing at it. */
  readonly methodsAt: (path: string) => readonly string[];
}

/** Every failure of a route, and every address or method that is none, leaves as a problem. */
export function problems(app: FastifyInstance, { send, methodsAt }: ProblemOptions): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => send(request, reply, error));
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
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
