import type { FastifyError } from 'fastify';
import { wordFor } from '../domain/kernel/caseLabels.ts';
import { calledToAll, UNTOLD, UNTOLD_LABEL } from '../domain/kernel/discretion.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { type Lang, say } from '../domain/kernel/labels.ts';
import type { Process } from '../domain/kernel/process.ts';
import { TreeDamaged } from '../eventlog/audit/reads.ts';
import { InvalidInput, Stale, UnknownEventType } from '../eventlog/failures.ts';
import { EventTooLarge, LogUnavailable, OutcomeUnknown } from '../eventlog/port.ts';
import { RestrictedUnavailable } from '../eventlog/stores.ts';
import { ClockWrong } from '../platform/clock.ts';
import { isConnectionFault } from '../platform/database.ts';
import { StorageFull, StorageUnavailable } from '../platform/files/store.ts';
import { KeyMissing } from '../platform/keyring.ts';
import { KeyServiceUnavailable } from '../platform/keys/transit.ts';
import { BadCursor } from '../projections/reads.queries.ts';
import { SearchTooShort } from '../projections/register.queries.ts';
import type { Catalogue } from './catalogue.ts';
import { type FieldError, type Params, Problem } from './problem.ts';
import { type ProblemCode, statusOf } from './problemCodes.ts';
import { pointerOf } from './strictJson.ts';
import { fieldErrors, SchemaMismatch } from './validation.ts';

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

function tell(error: unknown, process: Process | undefined): Told {
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
  if (error instanceof TreeDamaged) return { code: 'AUDIT_TREE_DAMAGED' };
  if (error instanceof OutcomeUnknown) return { code: 'OUTCOME_UNKNOWN' };
  if (error instanceof UnknownEventType) return { code: 'WRITTEN_BY_NEWER_VERSION' };
  if (error instanceof StorageFull) return { code: 'STORAGE_FULL' };
  // A value that fits its shape and that Postgres cannot hold: a year before the first, a number or cursor out of range.
  if (DATA_EXCEPTION.test(String(sqlStateOf(error)))) return { code: 'BAD_REQUEST' };
  // The log tells of its own statements by its own errors: this one was a question.
  if (sqlStateOf(error) === QUERY_CANCELED) return { code: 'QUERY_TOO_LONG' };
  if (error instanceof RestrictedUnavailable || (process?.store === 'restricted' && isConnectionFault(error))) {
    return { code: 'RESTRICTED_UNAVAILABLE' };
  }
  if (error instanceof KeyServiceUnavailable) return { code: 'KEYS_UNAVAILABLE' };
  if (error instanceof KeyMissing || (error instanceof Error && error.cause instanceof KeyMissing))
    return { code: 'KEY_MISSING' };
  if (
    error instanceof LogUnavailable ||
    error instanceof StorageUnavailable ||
    error instanceof ClockWrong ||
    isConnectionFault(error)
  ) {
    return { code: 'UNAVAILABLE' };
  }
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>;
  return { code: FASTIFY_CODES[code] ?? (statusCode < 500 ? 'BAD_REQUEST' : 'INTERNAL') };
}

const QUERY_CANCELED = '57014';
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;
const sqlStateOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined);

/** What happened since the caller looked: what, when, by which post; never the data itself. */
function changesSince(error: Stale, process: Process | undefined, lang: Lang): Readonly<Record<string, unknown>> {
  const since = error.since.map(({ type, meta }) => {
    const called = calledToAll(process, type);
    const label = called === UNTOLD ? UNTOLD_LABEL : process && wordFor(process, 'events', called);
    return {
      revision: meta.revision,
      event: called,
      ...(label ? { label: say(label, lang) } : {}),
      recordedAt: meta.recordedAt,
      by: { id: meta.actor.id, post: meta.actor.post, ...(meta.actor.office ? { office: meta.actor.office } : {}) },
    };
  });
  return { revision: error.revision, since };
}

/** A failure with its words, as RFC 9457 has it. */
export interface ProblemBody {
  readonly status: number;
  readonly code: string;
  /** The language the words are in. */
  readonly lang: Lang;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Puts a failure into words, telling nothing of what is inside. `instance` is the id under which it can be reported. */
export function problemBody(
  catalogue: Catalogue,
  error: unknown,
  about: { readonly process?: Process | undefined; readonly lang: Lang; readonly instance: string },
): ProblemBody {
  const { process, lang, instance } = about;
  const told = tell(error, process);
  const status = statusOf(told.code);
  const params = SILENT.has(told.code) ? {} : (told.params ?? {});
  const errors = told.errors?.(lang) ?? [];
  return {
    status,
    code: told.code,
    lang: catalogue.label(told.code, process?.name)?.[lang] === undefined ? 'ar' : lang,
    body: {
      type: `urn:masar:problem:${told.code}`,
      title: catalogue.message(told.code, lang, params, process?.name),
      status,
      code: told.code,
      instance: `urn:uuid:${instance}`,
      ...(Object.keys(params).length > 0 ? { params } : {}),
      ...(errors.length > 0
        ? { errors: errors.map((one) => (one.message ? one : { ...one, message: catalogue.message(one.code, lang) })) }
        : {}),
      ...told.extra?.(lang),
    },
  };
}
