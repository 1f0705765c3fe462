import { z } from 'zod';

/** Privacy tiers, domain.md §0.4. T0 is public, T3 lives in a store of its own. */
export const TIERS = ['T0', 'T1', 'T2', 'T3'] as const;
export const Tier = z.enum(TIERS);
export type Tier = z.infer<typeof Tier>;

/** Whether `tier` is at most `ceiling`. */
export const withinTier = (tier: Tier, ceiling: Tier): boolean => TIERS.indexOf(tier) <= TIERS.indexOf(ceiling);

/**
 * A personal value as it is stored: AES-256-GCM under the key of `subject` for `tier`. Base64url strings. One that the restricted
 * store sealed says so: each store has keys of its own, also for a subject that both know.
 */
export interface SealedToken {
  readonly $sealed: Tier;
  readonly subject: string;
  readonly store?: 'restricted';
  readonly nonce: string;
  readonly text: string;
}

/**
 * Stands where a personal value would be when it is not at hand: `erased` (its key is destroyed) or `sealed` (nobody opened
 * it here). A class, so that no JSON from outside can pass for one.
 */
export class Hidden {
  readonly reason: 'erased' | 'sealed';
  readonly token: SealedToken;
  constructor(reason: 'erased' | 'sealed', token: SealedToken) {
    this.reason = reason;
    this.token = token;
  }
  /** Sealed values keep their token, so a folded state can be stored and opened later. */
  toJSON(): SealedToken | { readonly erased: true } {
    return this.reason === 'sealed' ? this.token : { erased: true };
  }
}

export type Personal<T> = T | Hidden;

/** Whether a personal value can be read here. */
export const isOpen = <T>(value: Personal<T>): value is T => !(value instanceof Hidden);

/** The value, or `otherwise` when it is erased or sealed. */
export const opened = <T, D>(value: Personal<T>, otherwise: D): T | D => (isOpen(value) ? value : otherwise);

interface PersonalMark {
  readonly tier: Tier;
  readonly subject: string;
  readonly inner: z.ZodType;
}

const marks = new WeakMap<object, PersonalMark>();

/** The mark of a personal schema, if it is one. */
export const personalMark = (schema: z.ZodType): PersonalMark | undefined => marks.get(schema);

/**
 * Declares a field personal: the log stores it encrypted under the key of its subject for that tier, and it decodes to the
 * value or to Hidden. `subject` names the field that holds the subject's id, looked up first beside this field, then at
 * the top of the event's data; `self` (the default) is the case's own id.
 */
export function personal<S extends z.ZodType>(
  inner: S,
  tier: Exclude<Tier, 'T0'>,
  subject = 'self',
): z.ZodType<Personal<z.output<S>>, Personal<z.output<S>>> {
  const schema = z.union([inner, z.instanceof(Hidden)]) as z.ZodType<Personal<z.output<S>>, Personal<z.output<S>>>;
  marks.set(schema, { tier, subject, inner });
  return schema;
}

/** One personal place in a schema: the path (`*` for every item of a list), with its tier and subject field. */
export interface PersonalPath {
  readonly path: readonly string[];
  readonly tier: Tier;
  readonly subject: string;
}

/**
 * Every personal place in a schema. Understands objects, arrays, records, optional, nullable, default and unions of objects.
 */
export function personalPaths(schema: z.ZodType, path: readonly string[] = []): PersonalPath[] {
  const mark = marks.get(schema);
  if (mark) return [{ path, tier: mark.tier, subject: mark.subject }];
  const found = (() => {
    if (schema instanceof z.ZodObject) {
      return Object.entries(schema.shape).flatMap(([key, child]) => personalPaths(child as z.ZodType, [...path, key]));
    }
    if (schema instanceof z.ZodArray) return personalPaths(schema.element as z.ZodType, [...path, '*']);
    if (schema instanceof z.ZodRecord) return personalPaths(schema.valueType as z.ZodType, [...path, '*']);
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
      return personalPaths(schema.unwrap() as z.ZodType, path);
    }
    if (schema instanceof z.ZodUnion || schema instanceof z.ZodDiscriminatedUnion) {
      return schema.options.flatMap((option) => personalPaths(option as z.ZodType, path));
    }
    return [];
  })();
  const seen = new Set<string>();
  return found.filter((one) => !seen.has(one.path.join('.')) && seen.add(one.path.join('.')));
}
