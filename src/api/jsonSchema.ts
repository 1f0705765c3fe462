import { z } from 'zod';
import { personalMark } from '../domain/kernel/privacy.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * A zod schema as JSON Schema 2020-12. Personal fields appear as what they hold: that they may be hidden is not input.
 * `input` describes what a caller sends, `output` what we answer.
 */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      const mark = zodSchema instanceof z.ZodType ? personalMark(zodSchema) : undefined;
      if (!mark) return;
      delete jsonSchema.anyOf;
      Object.assign(jsonSchema, jsonSchemaOf(mark.inner, io));
    },
  });
  return json;
}
