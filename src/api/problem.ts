import type { ProblemCode } from './problemCodes.ts';

export type Params = Readonly<Record<string, string | number>>;

/** One thing wrong with the input, by JSON pointer (RFC 6901) into the body, or by the name of a parameter or header. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** A request that cannot be answered as asked. Becomes `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly params: Params;
  readonly errors: readonly FieldError[];
  /** Members beside the standard ones, such as what changed since. */
  readonly extra: Readonly<Record<string, unknown>>;
  constructor(
    code: ProblemCode,
    more: {
      readonly params?: Params;
      readonly errors?: readonly FieldError[];
      readonly extra?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, { cause: more.cause });
    this.name = 'Problem';
    this.code = code;
    this.params = more.params ?? {};
    this.errors = more.errors ?? [];
    this.extra = more.extra ?? {};
  }
}
