import type { z } from 'zod';
import { CANARY, CANARY_DIGITS } from './marks.ts';

let planted = 0;
const candidates = (): readonly string[] => {
  planted += 1;
  const number = String(planted).padStart(4, '0');
  return [`${CANARY}${number}X`, `${CANARY_DIGITS}${number}`];
};

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Every text below a place, as the object that holds it and its key there. */
function texts(holder: Node, key: string): readonly (readonly [Node, string])[] {
  const value = holder[key];
  if (typeof value === 'string') return [[holder, key]];
  return isNode(value) ? Object.keys(value).flatMap((inner) => texts(value, inner)) : [];
}

/** The holders of a path's last step; `*` stands for every item. */
const holders = (from: unknown, path: readonly string[]): readonly Node[] => {
  if (!isNode(from)) return [];
  const [step = '', ...rest] = path;
  if (rest.length === 0) return [from];
  return (step === '*' ? Object.values(from) : [from[step]]).flatMap((one) => holders(one, rest));
};

/** Puts a canary of its own into every text below these paths that the schema lets be one; answers which paths took any. */
export function plant(schema: z.ZodType, data: unknown, paths: readonly (readonly string[])[]): readonly string[] {
  return paths.flatMap((path) => {
    const key = path.at(-1) ?? '';
    const places = holders(data, path).flatMap((holder) =>
      (key === '*' ? Object.keys(holder) : [key]).flatMap((one) => texts(holder, one)),
    );
    const taken = places.filter(([holder, at]) => {
      const before = holder[at];
      const fits = candidates().find((one) => {
        holder[at] = one;
        return schema.safeParse(data).success;
      });
      if (fits === undefined) holder[at] = before;
      return fits !== undefined;
    });
    return taken.length > 0 ? [path.join('.')] : [];
  });
}
