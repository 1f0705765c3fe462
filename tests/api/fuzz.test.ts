/**
 * Whatever is sent to whatever operation of the OpenAPI document, by whomever: no answer is a 5xx, none is outside what the
 * document declares, none shows the inside of the server, none takes long.
 *
 *   node dist/tests/api/fuzz.test.js                     2,500 requests, as in `npm test`: half of them the same every time, so
 *                                                        that they tell of the change at hand, half of them new ones
 *   MASAR_FUZZ=50000 node dist/tests/api/fuzz.test.js    more of them, all new (`npm run fuzz`)
 *   MASAR_FUZZ_ONLY=claim …                              operations whose name has this in it
 *   MASAR_FUZZ_SEED=7 …                                  the requests of a run whose seed was printed
 */
import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { registry } from '../../src/domain/index.ts';
import { arbitrariesFor, mutated, NASTY_TEXTS, nonsense, type Schema, sendable } from '../support/fuzz/arbitraries.ts';
import { fuzzedApi, type Known } from '../support/fuzz/world.ts';

const REQUESTS = Number(process.env.MASAR_FUZZ ?? 2_500);
const SEED = Number(process.env.MASAR_FUZZ_SEED ?? Date.now() % 2 ** 31);
const SEEDS = process.env.MASAR_FUZZ === undefined ? [1, SEED] : [SEED];
const ONLY = new RegExp(process.env.MASAR_FUZZ_ONLY ?? '');
const SLOWEST_MS = 10_000;
const CHUNK = 1_000;

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}

interface Media {
  readonly schema?: Schema;
}

interface Answer {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, Media>>;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Components {
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Components;
}

/** One operation at its address. */
interface Target {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

/** A request before ids of the world are put in. */
interface Draft {
  readonly target: Target;
  readonly who: number;
  readonly pathIds: readonly unknown[];
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly key: number;
  readonly atRevision: boolean;
  readonly body: unknown;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'HEAD' | 'PUT' | 'DELETE';

const INSIDE =
  /\bat [^"]{0,200}\.[jt]s:\d+|node_modules|FST_|ECONNREFUSED|\bselect .{1,80} from\b|invalid input syntax|ZodError/i;

/** Lines of JSON are no JSON. */
const JSON_TYPE = /^application\/(problem\+)?json/;

const printable = fc.stringMatching(/^[\x21-\x7e]{0,40}$/);

/** Headers with things in them that no client of ours would send. */
const oddHeaders = fc.record(
  {
    'if-match': fc.oneof(printable, fc.nat(30).map(String)),
    'masar-after': fc.oneof(printable, fc.nat(5).map(String)),
    'accept-language': fc.oneof(fc.constantFrom('ar', 'ckb', 'en', '*', 'zz;q=9'), printable),
    'masar-on-behalf-of': fc.oneof(printable, fc.uuid()),
    'masar-correlation-id': printable,
    'idempotency-key': printable,
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/xml', 'application/offset+octet-stream'),
    'upload-offset': fc.oneof(printable, fc.nat(30).map(String)),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** Requests to one operation: most as the document asks, the others with one part that is not. */
function requestsTo(target: Target, components: Components): fc.Arbitrary<Draft> {
  const { like } = arbitrariesFor(components.schemas);
  const { operation, path } = target;
  const parameters = (operation.parameters ?? []).map((one) =>
    one.$ref ? (components.parameters[one.$ref.split('/').at(-1) ?? ''] ?? one) : one,
  );
  const queries = parameters.filter((one) => one.in === 'query');
  const queryOf = (value: (schema: Schema) => fc.Arbitrary<unknown>, asked = queries.filter((one) => one.name !== 'cursor')) =>
    fc.record(Object.fromEntries(asked.map((one) => [one.name ?? '', value(one.schema ?? {})])), {
      requiredKeys: queries.filter((one) => one.required).map((one) => one.name ?? ''),
      noNullPrototype: true,
    });
  const schema = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const right = {
    target: fc.constant(target),
    // The branch, which opens most, as often as all others together.
    who: fc.oneof(fc.nat(3), fc.nat(1_000)),
    pathIds: fc.array<unknown>(fc.nat(10_000), { minLength: countOf(path), maxLength: countOf(path) }),
    query: queryOf(like),
    headers: fc.constant({}),
    key: fc.nat(2 ** 31 - 1),
    atRevision: fc.boolean(),
    body: schema ? like(schema) : fc.constant(undefined),
  };
  const oddId = fc.oneof(fc.constantFrom<unknown>(...NASTY_TEXTS.filter((one) => one !== '')), fc.uuid(), fc.string());
  const wrong: Partial<typeof right>[] = [
    { headers: oddHeaders },
    { query: queryOf((one) => fc.oneof(nonsense, like(one)), queries) },
    { query: right.query.map((one) => ({ ...one, unheardOf: 'x' })) },
    ...(countOf(path) > 0
      ? [{ pathIds: right.pathIds.map((ids) => ids.slice(1)).chain((ids) => oddId.map((odd) => [odd, ...ids])) }]
      : []),
    ...(schema ? [{ body: mutated(right.body) }, { body: mutated(right.body) }, { body: nonsense }] : []),
  ];
  return fc.oneof(
    { weight: 7, arbitrary: fc.record(right) },
    ...wrong.map((part) => ({ weight: 1, arbitrary: fc.record({ ...right, ...part }) })),
  );
}

const countOf = (path: string): number => [...path.matchAll(/\{\w+\}/g)].length;

/** Holds answers to what the document declares for their operation and status. */
function contractOf({ schemas, responses }: Components) {
  const $defs = JSON.parse(JSON.stringify(schemas).replaceAll('#/components/schemas/', '#/$defs/'));
  const made = new Map<Schema, z.ZodType>();
  const shapeOf = (schema: Schema): z.ZodType => {
    const known = made.get(schema);
    if (known) return known;
    const shape = z.fromJSONSchema({
      ...JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')),
      $defs,
    });
    made.set(schema, shape);
    return shape;
  };
  /** What is wrong with an answer; nothing when it is as declared. */
  return (operation: Operation, status: number, type: string, text: string): string | undefined => {
    const given = operation.responses[String(status)];
    if (!given) return 'a status it does not declare';
    const declared = given.$ref ? responses[given.$ref.split('/').at(-1) ?? ''] : given;
    if (!declared?.content) return undefined;
    const media = declared.content[type.split(';')[0] ?? ''] ?? declared.content[type];
    if (!media) return `a type it does not declare: ${type}`;
    if (!media.schema || !JSON_TYPE.test(type)) return undefined;
    if (text === '') return 'an empty body';
    const found = shapeOf(media.schema).safeParse(JSON.parse(text));
    return found.success ? undefined : `outside its schema: ${JSON.stringify(found.error.issues[0])?.slice(0, 300)}`;
  };
}

t.setTimeout(3_600_000);

t.test(`${REQUESTS} requests made up from the OpenAPI document, seed ${SEED}`, { timeout: 3_600_000 }, async (t) => {
  const { api, people, known } = await fuzzedApi(t);
  const document = (await api.call('GET', '/openapi.json')).json as Document;
  const wrongWith = contractOf(document.components);
  const targets: Target[] = Object.entries(document.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    )
    .filter(({ operation }) => ONLY.test(operation.operationId));
  t.ok(targets.length > 300 || ONLY.source !== '(?:)', `${targets.length} operations`);
  const drafts = fc.oneof(...targets.map((target) => requestsTo(target, document.components)));
  let tokens: readonly string[] = [];
  const faults = new Map<string, string>();
  const answered = new Map<number, number>();

  const caseOf = (process: string, n: number): Known | undefined => {
    const own = known.filter((one) => one.process === process);
    return (own.length > 0 ? own : known)[n % Math.max(1, (own.length > 0 ? own : known).length)];
  };

  async function send(draft: Draft): Promise<void> {
    const { path, method, operation } = draft.target;
    const ids = draft.pathIds.map((one) => (typeof one === 'number' ? caseOf(operation.tags[0] ?? '', one) : undefined));
    let at = 0;
    const address = path.replace(/\{\w+\}/g, () => {
      const text = ids[at]?.id ?? String(draft.pathIds[at]);
      at += 1;
      // A segment of dots alone is taken out of an address before it is sent: that would be another route.
      return encodeURIComponent(/^\.{1,2}$/.test(text) ? `${text}~` : text);
    });
    const put = (value: unknown) => sendable(value, (n) => known[n % known.length]?.id ?? '');
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(draft.query)) query.set(name, textFor(put(value)));
    const body = draft.body === undefined ? undefined : JSON.stringify(put(draft.body));
    const target = ids[0];
    const request = {
      method: method as Method,
      url: `${address}${query.size > 0 ? `?${query}` : ''}`,
      headers: {
        authorization: `Bearer ${tokens[draft.who % tokens.length]}`,
        'idempotency-key': `fuzzed-${draft.key}`,
        ...(draft.atRevision && target ? { 'if-match': `"${target.revision}"` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...draft.headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    };
    const begun = performance.now();
    const answer = await api.app.inject(request);
    const took = performance.now() - begun;
    const { statusCode: status, body: text } = answer;
    const type = answer.headers['content-type'];
    answered.set(status, (answered.get(status) ?? 0) + 1);
    const fault = (what: string): void => {
      const name = `${operation.operationId} ${status} ${what}`;
      if (faults.has(name)) return;
      faults.set(
        name,
        `${JSON.stringify({ ...request, who: people[draft.who % people.length]?.post.role })} → ${text.slice(0, 600)}`,
      );
    };
    if (status >= 500) fault('is a fault of the server');
    const wrong = method === 'HEAD' ? undefined : wrongWith(operation, status, String(type), text);
    if (wrong) fault(wrong);
    if (INSIDE.test(text) && !/^(application\/pdf|application\/vnd|text\/csv)/.test(String(type))) fault('shows the inside');
    if (took > SLOWEST_MS) fault(`took ${Math.round(took / 1000)} s`);
    if (JSON_TYPE.test(String(type)) && text !== '') learn(JSON.parse(text), operation.tags[0] ?? '', target);
  }

  /** Cases that were opened are used from then on; a revision that was told is the one to act upon. */
  function learn(json: { id?: unknown; revision?: unknown; status?: unknown }, process: string, target: Known | undefined): void {
    if (typeof json.revision !== 'number') return;
    if (target) target.revision = json.revision;
    else if (typeof json.id === 'string' && registry.byName(process))
      known.push({ process, id: json.id, revision: json.revision });
  }

  const begun = performance.now();
  const each = REQUESTS / SEEDS.length;
  for (const seed of SEEDS) {
    for (let sent = 0; sent < each; sent += CHUNK) {
      // A token is good for ten minutes.
      tokens = await Promise.all(people.map((one) => api.token(one)));
      const some = fc.sample(drafts, { numRuns: Math.min(CHUNK, each - sent), seed: seed + sent });
      for (const draft of some) await send(draft);
    }
  }
  const seconds = (performance.now() - begun) / 1000;
  const told = [...answered].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  t.comment(`${Math.round(seconds)} s; answers ${told.join(', ')}; the same again with MASAR_FUZZ_SEED=${SEED}`);
  t.equal(answered.get(401), undefined, 'everybody is known');
  t.ok((answered.get(200) ?? 0) + (answered.get(201) ?? 0) > REQUESTS / 20, 'many are valid');
  t.same(
    [...faults].map(([name, detail]) => `${name}\n${detail}`),
    [],
  );
});

const textFor = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
