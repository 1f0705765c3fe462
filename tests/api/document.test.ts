import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import t from 'tap';
import { catalogueOf } from '../../src/api/catalogue.ts';
import { registry } from '../../src/domain/index.ts';
import { type Api, startApi } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

let api: Api;
t.before(async () => {
  api = await startApi([...registry.all, parcel]);
});
t.teardown(() => api.close());

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Schema } } };
}

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

t.test('the OpenAPI document passes a linter', async (t) => {
  const { text } = await api.call('GET', '/openapi.json');
  const config = await createConfig({ extends: ['recommended'] });
  const lint = async (source: string) =>
    (await lintFromString({ source, absoluteRef: 'openapi.json', config })).map(
      (one) => `${one.severity} ${one.ruleId}: ${one.message} at ${one.location[0]?.pointer}`,
    );
  t.same(await lint(text), []);
  t.match(await lint(text.replaceAll('"operationId":"parcelSend"', '"operationId":"parcelGet"')), [
    /operation-operationId-unique/,
  ]);
});

t.test('every operation is named, worded, tagged and says how it may be refused', async (t) => {
  const { json } = await api.call('GET', '/openapi.json');
  t.equal(json.openapi, '3.1.0');
  const paths: [string, Record<string, Operation>][] = Object.entries(json.paths);
  t.ok(paths.length > 100);
  for (const [path, operations] of paths) {
    for (const [method, operation] of Object.entries(operations)) {
      t.ok(operation.operationId && operation.summary && operation.tags.length === 1, `${method} ${path}`);
      t.ok(operation.responses['500'], `${method} ${path}`);
    }
  }
  const handOver: Operation = json.paths['/v1/parcels/{id}/hand-over'].post;
  t.match(handOver, { operationId: 'parcelHandOver', summary: 'Parcels: Hand over', tags: ['parcel'] });
  t.strictSame(Object.keys(handOver.responses), [
    '200',
    '400',
    '401',
    '403',
    '404',
    '409',
    '412',
    '413',
    '415',
    '422',
    '428',
    '429',
    '500',
    '503',
  ]);
  t.ok(handOver.parameters?.some((one) => one.$ref === '#/components/parameters/IdempotencyKey'));
  t.ok(handOver.parameters?.some((one) => one.$ref === '#/components/parameters/IfMatchRequired'));
});

t.test('what stands in many operations is described once', async (t) => {
  const { json, text } = await api.call('GET', '/openapi.json');
  for (const name of Object.keys(json.components.schemas)) {
    t.ok(text.includes(`"#/components/schemas/${name}"`) || ['Evidence', 'LetterRef'].includes(name), name);
  }
});

t.test('a personal field is described as what is sent, and no body takes what it does not describe', async (t) => {
  const { json } = await api.call('GET', '/openapi.json');
  const request: Operation = json.paths['/v1/parcels'].post;
  const schema = request.requestBody?.content['application/json'].schema;
  t.same(schema?.properties.name, { type: 'string', minLength: 1 });
  t.match(schema, { required: ['to', 'name'], additionalProperties: false });
  t.same(schema?.properties.record, { $ref: '#/components/schemas/RecordNote' });
  t.match(json.components.schemas.RecordNote, { properties: { letterRef: { type: 'object' } } });
  const bodies = Object.values<Record<string, Operation>>(json.paths).flatMap((one) => one.post?.requestBody ?? []);
  t.ok(bodies.length > 50 && bodies.every((one) => one.content['application/json'].schema.additionalProperties === false));
});

t.test('the page to read it loads everything from this server, under a policy that lets nothing else in', async (t) => {
  const page = await api.call('GET', '/docs/');
  t.match(page, { status: 200, text: /swagger-ui/ });
  t.notMatch(page.text, /(src|href)="(https?:)?\/\//);
  t.match(page.headers.get('content-security-policy'), /default-src 'none'; script-src 'self'/);
  const sources = [...page.text.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)].map(([, path]) => path ?? '');
  t.ok(sources.length >= 4);
  for (const source of sources) {
    const path = source.startsWith('docs/') ? `/${source}` : `/docs/${source}`;
    t.equal((await api.call('GET', path)).status, 200, path);
  }
});

t.test('every list that comes in pages can be exported, but none of restricted cases', async (t) => {
  const { json } = await api.call('GET', '/openapi.json');
  const body: { readonly schema: { readonly properties: { readonly list: { readonly enum: readonly string[] } } } } =
    json.paths['/v1/list-exports'].post.requestBody.content['application/json'];
  const names = body.schema.properties.list.enum;
  // The trail of one case is read there; a section of one's own work is a part of the queue; proofs are for verifiers.
  const elsewhere = /^(.*(Timeline|Trail|Receipts)|myWorkSection)$/;
  interface Paged {
    readonly get?: { readonly operationId: string; readonly parameters?: readonly { readonly name?: string }[] };
  }
  const paged = Object.values<Paged>(json.paths).flatMap(({ get }) =>
    get?.parameters?.some((one) => one.name === 'cursor') ? [get.operationId] : [],
  );
  t.ok(paged.length > 20);
  const restricted = registry.all.filter((one) => one.store === 'restricted').map((one) => `${one.name}List`);
  t.ok(restricted.length > 0 && restricted.every((name) => paged.includes(name)));
  t.same(
    names.filter((name) => restricted.includes(name)),
    [],
    'what is restricted never leaves as a file',
  );
  t.same(
    paged.filter((name) => !names.includes(name) && !restricted.includes(name) && !elsewhere.test(name)),
    [],
    'declare it with listRoute and its columns',
  );
});

t.test('every refusal has words in English and Arabic that are more than its code', async (t) => {
  const { label } = catalogueOf(registry);
  const codes = new Map<string, string>();
  for (const folder of ['src/domain', 'src/eventlog', 'src/api']) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.ts'))) {
      const source = readFileSync(join(folder, file), 'utf8');
      const process = folder === 'src/domain' ? file.split('/')[0] : undefined;
      // A folder whose process is not in the registry is not reachable by any request.
      if (process !== undefined && !['kernel', 'access'].includes(process) && !registry.byName(process)) continue;
      const found = source.matchAll(/(?:Refused|Problem)\(\s*'([A-Z_]{3,})'|\bensure\((?:[^;]*?),\s*'([A-Z][A-Z_]{2,})'/g);
      for (const [, thrown, ensured] of found) codes.set(`${process} ${thrown ?? ensured}`, `${folder}/${file}`);
    }
  }
  t.ok(codes.size > 60, `${codes.size} codes`);
  for (const [key, file] of codes) {
    const [process, code = ''] = key.split(' ');
    const words = label(code, process);
    t.ok(words && words.en.length > 8 && /[\u0600-\u06ff]/.test(words.ar), `${code} in ${file}`);
  }
});

/** What of a case takes no `asOf`: how long it waited until now, proofs, files and papers, and pages over several cases. */
const NO_PAST = /\/(dwell|receipt|documents|documents\/.*|print|prints|prints\/.*|page|card|rows|errors\.csv|receipts|changed)$/;

t.test('every case, trail, queue, board and tracker takes `asOf`, those of restricted processes too', async (t) => {
  const { paths } = (await api.call('GET', '/openapi.json')).json as {
    paths: Record<string, { get?: { parameters?: readonly { name?: string }[] } }>;
  };
  const reads = Object.keys(paths).filter(
    (path) => /^\/v1\/[a-z-]+\/\{id\}(\/|$)|queue|my-work|\/board|tracker|out-of-order/.test(path) && paths[path]?.get,
  );
  const taking = reads.filter((path) => paths[path]?.get?.parameters?.some((one) => one.name === 'asOf'));
  t.same(
    reads.filter((path) => !taking.includes(path) && !NO_PAST.test(path)),
    [],
  );
  t.ok(taking.includes('/v1/clearances/{id}') && taking.includes('/v1/clearances/{id}/timeline'));
});
