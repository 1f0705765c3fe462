import type { FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { type Label, type Lang, say } from '../domain/kernel/labels.ts';
import type { FieldError } from './problem.ts';
import { pointerOf } from './strictJson.ts';

/** Where in the request a schema was not met, with all that is needed to say so in the caller's language. */
export class SchemaMismatch extends Error {
  readonly schema: z.ZodType;
  readonly data: unknown;
  readonly part: string;
  constructor(schema: z.ZodType, data: unknown, part: string) {
    super('INVALID_INPUT');
    this.name = 'SchemaMismatch';
    this.schema = schema;
    this.data = data;
    this.part = part;
  }
}

/**
 * Holds requests to zod schemas. Path, query and header values are handed on as parsed (numbers, defaults); a body is handed on
 * as it came, since `execute` parses it again itself.
 */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const part = httpPart ?? 'body';
  return (given: unknown) => {
    // A command without a body has an empty input.
    const data = part === 'body' ? (given ?? {}) : given;
    const parsed = schema.safeParse(data);
    if (!parsed.success) return { error: new SchemaMismatch(schema, data, part) };
    return { value: part === 'body' ? data : parsed.data };
  };
};

const locales: Readonly<Record<Lang, () => { localeError: z.core.$ZodErrorMap }>> = {
  en: z.locales.en,
  ar: z.locales.ar,
  ckb: z.locales.ckb,
};

/** What is wrong, field by field, in a language. The code is stable; the message is for people. */
export function fieldErrors(mismatch: SchemaMismatch, lang: Lang): readonly FieldError[] {
  const parsed = mismatch.schema.safeParse(mismatch.data, { error: locales[lang]().localeError });
  return parsed.success ? [] : issuesAsErrors(parsed.error.issues, mismatch.data, lang);
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

const UNKNOWN_FIELD: Label = { en: 'is not a field of this operation', ar: 'ليس من حقول هذه العملية' };
const REQUIRED: Label = { en: 'is required', ar: 'مطلوب' };

/** zod's issues as field errors: an unknown member is named itself, an absent one is REQUIRED. */
function issuesAsErrors(issues: readonly Issue[], data: unknown, lang: Lang): readonly FieldError[] {
  return issues.flatMap((issue): readonly FieldError[] => {
    const { code, path, message, keys } = issue;
    if (code === 'unrecognized_keys' && keys) {
      return keys.map((key) => ({
        pointer: pointerOf([...path, key]),
        code: 'UNKNOWN_FIELD',
        message: say(UNKNOWN_FIELD, lang),
      }));
    }
    if (path.length > 0 && valueAt(data, path) === undefined) {
      return [{ pointer: pointerOf(path), code: 'REQUIRED', message: say(REQUIRED, lang) }];
    }
    const meant = meantBranch(issue);
    if (meant)
      return issuesAsErrors(
        meant.map((one) => ({ ...one, path: [...path, ...one.path] })),
        data,
        lang,
      );
    return [{ pointer: pointerOf(path), code: code.toUpperCase(), message }];
  });
}

/** The branch of a union that was probably meant: the only one of the right type, or the first when none is. */
function meantBranch({ errors }: Issue): readonly Issue[] | undefined {
  if (!errors || errors.length === 0) return undefined;
  const ofRightType = errors.filter((branch) => !branch.some((one) => one.path.length === 0 && one.code === 'invalid_type'));
  if (ofRightType.length > 1) return undefined;
  return ofRightType[0] ?? errors[0];
}

const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (Object(value) as Record<PropertyKey, unknown>)[key], data);
