import { z } from 'zod';
import { personalMark } from '../../src/domain/kernel/privacy.ts';

/** Values a leaf schema may accept; the first that it does is its sample. */
const CANDIDATES: readonly unknown[] = [
  '01890a5d-ac96-774b-bcce-b302099a8057',
  '2026-03-01',
  '2026-03-01T08:00:00.000Z',
  'IQG15',
  'IQG15Q07',
  'IQG15Q07N03',
  'sample',
  '0123456789abcdef'.repeat(4),
  '+9647700000000',
  '4821-9037-5512-3',
  'ar',
  'v1',
  1,
  0,
  1000,
  2020,
  0.5,
  true,
  { amount: 1000, currency: 'IQD' },
  33.3,
  44.4,
];

/**
 * A deterministic value of a schema with every optional field present: what a golden file is first written from.
 */
export function sampleOf(schema: z.ZodType): unknown {
  const mark = personalMark(schema);
  if (mark) return sampleOf(mark.inner);
  if (schema instanceof z.ZodObject)
    return checked(
      schema,
      Object.fromEntries(Object.entries(schema.shape).map(([key, one]) => [key, sampleOf(one as z.ZodType)])),
    );
  if (schema instanceof z.ZodArray) return checked(schema, [sampleOf(schema.element as z.ZodType)]);
  if (schema instanceof z.ZodRecord)
    return checked(schema, { [String(sampleOf(schema.keyType as z.ZodType))]: sampleOf(schema.valueType as z.ZodType) });
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return sampleOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion) return sampleOf(schema.options[0] as z.ZodType);
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodLiteral) return [...schema.values][0];
  if (schema instanceof z.ZodUnknown) return { any: 'value' };
  const found = CANDIDATES.find((one) => schema.safeParse(one).success);
  if (found === undefined) throw new Error(`no sample known for a ${schema.type} schema`);
  return found;
}

function checked(schema: z.ZodType, value: unknown): unknown {
  if (schema.safeParse(value).success) return value;
  const found = CANDIDATES.find((one) => schema.safeParse(one).success);
  return found ?? value;
}
