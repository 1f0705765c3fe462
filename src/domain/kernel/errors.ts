/**
 * A rule said no. `code` is stable and part of the API; its words live in the label catalogues. `params` carry ids and
 * values for those words, never personal data.
 */
export class Refused extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  constructor(code: string, params: Readonly<Record<string, string | number>> = {}) {
    super(code);
    this.name = 'Refused';
    this.code = code;
    this.params = params;
  }
}

/** Refuses with `code` unless the condition holds. */
export function ensure(condition: unknown, code: string, params?: Readonly<Record<string, string | number>>): asserts condition {
  if (!condition) throw new Refused(code, params);
}
