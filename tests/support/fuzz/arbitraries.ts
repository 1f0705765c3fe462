import fc from 'fast-check';

/** What is read of a JSON Schema 2020-12 here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

type Components = Readonly<Record<string, Schema>>;

/** Stands for the id of a case of the world; `sendable` puts one in. */
const ID_MARK = '@id:';

/** Texts that have broken readers, stores and renderers before. */
export const NASTY_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ufeff',
  'سارة عبد الرحمن',
  '\u202e\u2066مرحبا\u2069',
  '👪🏽\u200d',
  "'; drop table events; --",
  ['$', '{jndi:ldap://127.0.0.1/a}'].join(''),
  '<script>alert(1)</script>',
  '=1+1',
  '../../../../etc/passwd',
  '%00%0d%0aSet-Cookie: a=b',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '1e400',
  '٠١٢٣٤٥٦٧٨٩',
  '0000-00-00',
  '9999-99-99',
  '2026-02-30',
  '-271821-04-20T00:00:00.000Z',
  '+275760-09-13T00:00:00.001Z',
  'a'.repeat(300),
  'é'.repeat(5_000),
] as const;

const nastyNumbers = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e21, 1e308, 5e-324] as const;

/** A value that fits nothing in particular. */
export const nonsense: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...NASTY_TEXTS),
  fc.constantFrom<unknown>(...nastyNumbers, null, true, false),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant([[[[[[]]]]]]),
);

/** Makes values of schemas, mostly as they ask and now and then not. */
export function arbitrariesFor(components: Components) {
  const made = new Map<Schema, fc.Arbitrary<unknown>>();

  function like(schema: Schema): fc.Arbitrary<unknown> {
    const known = made.get(schema);
    if (known) return known;
    const own = fc.memo((_depth) => fitting(schema))(1);
    made.set(schema, own);
    return own;
  }

  function fitting(schema: Schema): fc.Arbitrary<unknown> {
    if (schema.$ref) return like(components[schema.$ref.replace('#/components/schemas/', '')] ?? {});
    if ('const' in schema) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices) return fc.oneof(...choices.map(like));
    if (schema.allOf) return fc.tuple(...schema.allOf.map(like)).map((parts) => Object.assign({}, ...parts));
    if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type: string) => like({ ...schema, type })));
    switch (schema.type) {
      case 'string':
        return textOf(schema);
      case 'integer':
        return fc.integer({ min: least(schema), max: Math.max(least(schema), Math.min(schema.maximum ?? 5_000, 10_000_000)) });
      case 'number':
        return fc.double({ min: least(schema), max: schema.maximum ?? 5_000, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array': {
        const minLength = schema.minItems ?? 0;
        return fc.array(like(schema.items ?? {}), {
          minLength,
          maxLength: Math.max(minLength, Math.min(schema.maxItems ?? 3, 3)),
        });
      }
      case 'object':
        return objectOf(schema);
      default:
        return nonsense;
    }
  }

  function objectOf({ properties = {}, required = [], additionalProperties }: Schema): fc.Arbitrary<unknown> {
    const named = fc.record(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, memberOf(name, one)])), {
      requiredKeys: required.filter((name) => name in properties),
      noNullPrototype: true,
    });
    if (typeof additionalProperties !== 'object') return named;
    const keys = fc.oneof(fc.stringMatching(/^[a-z][a-zA-Z]{0,11}$/), fc.constantFrom('ar', 'en', 'status'));
    const others = fc.dictionary(keys, like(additionalProperties), { maxKeys: 3, noNullPrototype: true });
    return fc.tuple(others, named).map(([more, own]) => ({ ...more, ...own }));
  }

  /** Some members are known by their names: places have codes, and what is noted about a command is mostly left out. */
  function memberOf(name: string, schema: Schema): fc.Arbitrary<unknown> {
    const place = Object.hasOwn(PLACES, name) && schema.type === 'string' ? PLACES[name] : undefined;
    if (place !== undefined) return fc.constantFrom(...place);
    return name === 'record'
      ? fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: like(schema) })
      : like(schema);
  }

  return { like };
}

const PLACES: Readonly<Record<string, readonly string[]>> = {
  governorate: ['IQG15', 'IQG09'],
  adm1: ['IQG15'],
  adm2: ['IQG15Q07'],
  adm3: ['IQG15Q07N03'],
  area: ['IQG15Q07', 'IQG15Q07N03', 'IQG09'],
  place: ['IQG15Q07', 'IQG15Q02'],
};

const least = ({ minimum, exclusiveMinimum }: Schema): number =>
  Math.max(-5_000, minimum ?? (exclusiveMinimum === undefined ? -5_000 : exclusiveMinimum + 1));

const dayInThePast = fc.date({ min: new Date('1950-01-01'), max: new Date('2026-02-28'), noInvalidDate: true });

function textOf({ format, pattern, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.oneof({ weight: 5, arbitrary: fc.nat(10_000).map((n) => `${ID_MARK}${n}`) }, fc.uuid());
  if (format === 'date') return dayInThePast.map((date) => date.toISOString().slice(0, 10));
  if (format === 'date-time') return dayInThePast.map((date) => date.toISOString());
  if (pattern !== undefined) {
    const like = matching(pattern);
    if (like) return like;
  }
  const places = fc.constantFrom('IQG15', 'IQG09', 'IQG15Q07', 'IQG15Q07N03', 'IQG15Q02');
  const written = fc.string({ minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)), unit: 'grapheme' });
  return minLength > 5 ? written : fc.oneof(written, places, fc.constantFrom('سارة', 'Synthetic Name'));
}

const patterns = new Map<string, fc.Arbitrary<string> | undefined>();

/** Texts of a pattern, unless it uses what cannot be generated (look-around). */
function matching(pattern: string): fc.Arbitrary<string> | undefined {
  if (!patterns.has(pattern)) {
    let found: fc.Arbitrary<string> | undefined;
    try {
      found = fc.stringMatching(new RegExp(pattern), { maxLength: 200 });
      fc.sample(found, 1);
    } catch {
      found = undefined;
    }
    patterns.set(pattern, found);
  }
  return patterns.get(pattern);
}

/** A valid value with one thing wrong: a member dropped, added, or of another kind, at any depth. */
export function mutated(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(value, fc.nat(1_000), fc.constantFrom('drop', 'add', 'change', 'wrap'), nonsense)
    .map(([valid, where, how, other]) => {
      const copy: unknown = JSON.parse(JSON.stringify(valid ?? null) ?? 'null');
      const holders = [...objectsIn(copy)];
      const holder = holders[where % Math.max(1, holders.length)];
      if (!holder) return other;
      const names = Object.keys(holder);
      const name = names[where % Math.max(1, names.length)];
      if (how === 'add' || name === undefined) Object.assign(holder, { unheardOf: other });
      else if (how === 'drop') delete holder[name];
      else Object.assign(holder, { [name]: how === 'wrap' ? [holder[name]] : other });
      return copy;
    });
}

function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const one of Object.values(value)) yield* objectsIn(one);
}

/** The value with ids of the world in the place of marks. */
export function sendable(value: unknown, idAt: (n: number) => string): unknown {
  if (typeof value === 'string') return value.startsWith(ID_MARK) ? idAt(Number(value.slice(ID_MARK.length))) : value;
  if (Array.isArray(value)) return value.map((one) => sendable(one, idAt));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, sendable(one, idAt)]));
}
