import { z } from 'zod';
import { personalMark } from '../domain/kernel/privacy.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The same schema stands in many routes, and in the catalogue and the document besides. */
const derived = { input: new WeakMap<z.ZodType, JsonSchema>(), output: new WeakMap<z.ZodType, JsonSchema>() };

/**
 * A zod schema as JSON Schema 2020-12. Personal fields appear as what they hold: that they may be hidden is not input.
 * `input` describes what a caller sends, `output` what we answer. The same object for the same schema: not to be changed.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const known = derived[io].get(schema);
  if (known) return known;
  const json = derive(schema, io);
  derived[io].set(schema, json);
  return json;
}

function derive(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      allowNull(jsonSchema);
      const mark = zodSchema instanceof z.ZodType ? personalMark(zodSchema) : undefined;
      if (!mark) return;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, jsonSchemaOf(mark.inner, io));
    },
  });
  return json;
}

/** `type: [T, null]` says the same as a choice between the two, and the serializers need not try both. */
function allowNull(json: { anyOf?: unknown; type?: unknown }): void {
  if (!Array.isArray(json.anyOf) || json.anyOf.length !== 2) return;
  const [one, other] = json.anyOf as Record<string, unknown>[];
  if (other?.type !== 'null' || typeof one?.type !== 'string' || 'enum' in one || 'const' in one) return;
  delete json.anyOf;
  Object.assign(json, one, { type: [one.type, 'null'] });
}
