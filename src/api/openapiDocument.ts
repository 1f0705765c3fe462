import { STATUS_CODES } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Evidence, LetterRef, RecordNote } from '../domain/kernel/envelope.ts';
import { CaseAnswer, CommandAnswer, ProblemAnswer } from './answers.ts';
import { type JsonSchema, jsonSchemaOf } from './jsonSchema.ts';
import { CaseItem, HeldView, QueueItemView, TrailEntryView } from './listAnswers.ts';
import { pageOf } from './listing.ts';
import { RESTRICTED_VIEW } from './restrictedWork.ts';

/** The parts of an OpenAPI document that are filled in here. */
interface Document {
  paths?: object;
  components?: object;
}

interface Operation {
  parameters?: unknown[];
  responses: Record<string, { headers?: Record<string, unknown> }>;
  readonly requestBody?: unknown;
  readonly security?: readonly unknown[];
  readonly tags?: readonly string[];
  readonly 'x-command'?: string;
  readonly 'x-effect'?: string;
}

const text = { type: 'string' };

const PARAMETERS = {
  IdempotencyKey: header('Idempotency-Key', true, 'A fresh UUID for each command; the same one when it is sent again', {
    ...text,
    minLength: 8,
    maxLength: 128,
  }),
  IfMatch: header('If-Match', false, 'ETag of the case as you saw it; answered 412 with what changed since when it moved on'),
  IfMatchRequired: header('If-Match', true, 'ETag of the case as you saw it; required for decisions with legal or money effect'),
  AcceptLanguage: header('Accept-Language', false, 'en, ar or ckb; words of problems come in it'),
  MasarAfter: header('Masar-After', false, 'Position of a write this read must show; waited for two seconds at most'),
  OnBehalfOf: header('Masar-On-Behalf-Of', false, 'Staff id of a colleague on leave whose deputy you are', {
    ...text,
    format: 'uuid',
  }),
} as const;

const HEADERS = {
  ETag: { description: 'Revision of the case, for If-Match', schema: { ...text, examples: ['"7"'] } },
  MasarPosition: { description: 'Position of the write, for Masar-After', schema: text },
  Location: { description: 'Address of the case that was opened', schema: text },
  MasarStale: { description: '`true` when the read models do not show the position asked for yet', schema: text },
  RetryAfter: { description: 'Seconds to wait', schema: { type: 'integer' } },
  WwwAuthenticate: { description: 'How to sign in', schema: text },
} as const;

const COMMAND_PROBLEMS = [400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 503];

/** What operations of each kind have in common: parameters, problems, and headers of their answers. */
const KINDS = {
  open: { parameters: [], problems: [404, 500], headers: [] },
  command: {
    parameters: ['IdempotencyKey', 'IfMatch', 'MasarAfter', 'AcceptLanguage'],
    problems: COMMAND_PROBLEMS,
    headers: ['ETag', 'MasarPosition'],
  },
  bulk: { parameters: ['MasarAfter', 'AcceptLanguage'], problems: [400, 401, 403, 429, 503], headers: ['MasarPosition'] },
  catalogue: { parameters: ['AcceptLanguage'], problems: [400, 401, 404, 429, 503], headers: [] },
  read: {
    parameters: ['MasarAfter', 'OnBehalfOf', 'AcceptLanguage'],
    problems: [400, 401, 403, 404, 409, 429, 503],
    headers: ['ETag', 'MasarStale'],
  },
} as const;

/** Schemas that stand in many operations, under the names a generated client gives them. */
const SHARED: Readonly<Record<string, JsonSchema>> = {
  Problem: jsonSchemaOf(ProblemAnswer, 'output'),
  RecordNote: jsonSchemaOf(RecordNote, 'input'),
  Evidence: jsonSchemaOf(Evidence, 'input'),
  LetterRef: jsonSchemaOf(LetterRef, 'input'),
  CommandAnswer: jsonSchemaOf(CommandAnswer, 'output'),
  Case: jsonSchemaOf(CaseAnswer, 'output'),
  CasePage: jsonSchemaOf(pageOf(CaseItem), 'output'),
  QueuePage: jsonSchemaOf(pageOf(QueueItemView).extend(RESTRICTED_VIEW), 'output'),
  TrailPage: jsonSchemaOf(pageOf(TrailEntryView), 'output'),
  Dwell: jsonSchemaOf(z.object({ items: z.array(HeldView) }), 'output'),
};

/** The names of the members an object schema describes: enough to leave most schemas aside without looking further. */
const shapeOf = ({ properties }: { readonly properties?: unknown }): string | undefined =>
  typeof properties === 'object' && properties !== null ? Object.keys(properties).sort().join() : undefined;

const SHARED_SHAPES = Object.entries(SHARED).map(([name, schema]) => ({ name, schema, shape: shapeOf(schema) }));

/** A copy in which every schema that is one of the shared ones is a reference to it. */
function withReferences(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(withReferences);
  const shape = shapeOf(node);
  const same = shape && SHARED_SHAPES.find((one) => one.shape === shape && isDeepStrictEqual(node, one.schema));
  if (same) return ref('schemas', same.name);
  return Object.fromEntries(Object.entries(node).map(([member, value]) => [member, withReferences(value)]));
}

function header(name: string, required: boolean, description: string, schema: object = text) {
  return { name, in: 'header', required, description, schema };
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` });

/** Adds what every operation of a kind has: its headers, and the problems it may answer. */
export function completed(document: Document): void {
  document.components = {
    ...document.components,
    parameters: PARAMETERS,
    headers: HEADERS,
    responses: Object.fromEntries([...COMMAND_PROBLEMS, 500].map((status) => [`Problem${status}`, problem(status)])),
    schemas: SHARED,
  };
  document.paths = withReferences(document.paths ?? {}) as object;
  const operations = Object.values(document.paths ?? {}).flatMap((path: Record<string, Operation>) => Object.values(path));
  for (const operation of operations) complete(operation);
}

function kindOf(operation: Operation): keyof typeof KINDS {
  if (operation.security?.length === 0) return 'open';
  if (operation['x-command'] !== undefined) return 'command';
  return operation.tags?.includes('bulk') ? 'bulk' : operation.tags?.includes('catalogue') ? 'catalogue' : 'read';
}

function complete(operation: Operation): void {
  const { parameters, problems, headers } = KINDS[kindOf(operation)];
  const names = parameters.map((name) => (name === 'IfMatch' && operation['x-effect'] ? 'IfMatchRequired' : name));
  operation.parameters = [...described(operation.parameters ?? []), ...names.map((name) => ref('parameters', name))];
  for (const [status, response] of Object.entries(operation.responses)) {
    const sent = Number(status) >= 300 ? [] : [...headers, ...(status === '201' ? ['Location'] : [])];
    response.headers = { ...response.headers, ...headersNamed(sent) };
  }
  const unreadable = operation.requestBody ? [413, 415] : [];
  for (const status of [...problems, ...unreadable, 500])
    operation.responses[status] ??= ref('responses', `Problem${status}`) as object;
}

const headersNamed = (names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [spelled(name), ref('headers', name)]));

/** `MasarPosition` → `Masar-Position`; `ETag` is itself. */
const spelled = (name: string): string => (name === 'ETag' ? name : name.replace(/(?<=[a-z])(?=[A-Z])/g, '-'));

function problem(status: number) {
  const names = status === 503 || status === 429 ? ['RetryAfter'] : status === 401 ? ['WwwAuthenticate'] : [];
  return {
    description: STATUS_CODES[status],
    ...(names.length > 0 ? { headers: headersNamed(names) } : {}),
    content: { 'application/problem+json': { schema: ref('schemas', 'Problem') } },
  };
}

/** `{id}` in a path takes a UUID or a reference. */
function described(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.map((one) => {
    const parameter = one as { in?: string; name?: string };
    if (parameter.in !== 'path' || parameter.name !== 'id') return one;
    return {
      ...parameter,
      description: 'UUID of the case, or its reference',
      schema: { ...text, examples: ['4821-9037-5512-3'] },
    };
  });
}
