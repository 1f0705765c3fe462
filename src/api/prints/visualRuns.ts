import { createRequire } from 'node:module';
import type { Bidi } from 'bidi-js';

// The package exports its factory as CommonJS does; its types say it the way of modules.
const bidiFactory: () => Bidi = createRequire(import.meta.url)('bidi-js');
const bidi = bidiFactory();

/** A piece of a line, drawn left to right after the one before it. */
export interface VisualRun {
  readonly text: string;
  readonly direction: 'rtl' | 'ltr';
}

const LRI = '\u2066';
const PDI = '\u2069';
/** Direction marks, embeddings, overrides and isolates steer the order of a line and are not drawn. */
const STEERING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** What the shaper sets from right to left: a run is turned by it when one of these is its first letter or digit with a script. */
const SHAPED_BACKWARDS = /[\p{Script=Arabic}\u0660-\u066c]/u;

/** Text with an order of its own inside Arabic: a reference, a phone number, an amount, a code. */
export const apart = (text: string): string => `${LRI}${text}${PDI}`;

/**
 * One line of right-to-left text as runs in the order they are seen, left to right (UAX #9). Letters of a run stay in reading
 * order, since shaping needs them so; brackets are mirrored where the run goes right to left.
 */
export function visualRuns(line: string): readonly VisualRun[] {
  const embedding = bidi.getEmbeddingLevels(line, 'rtl');
  const mirrored = bidi.getMirroredCharactersMap(line, embedding.levels);
  const runs: { level: number; text: string }[] = [];
  for (let index = 0; index < line.length; index += 1) {
    const level = embedding.levels[index] ?? 1;
    const letter = (mirrored.get(index) ?? line.charAt(index)).replace(STEERING, '');
    if (letter === '') continue;
    const last = runs.at(-1);
    if (last && last.level === level) last.text += letter;
    else runs.push({ level, text: letter });
  }
  return inOrder(runs).map(({ level, text }) => ({ text, direction: level % 2 === 1 ? 'rtl' : 'ltr' }));
}

/** Rule L2: from the highest level down to 1, every stretch of runs at that level or above is turned round. */
function inOrder<R extends { readonly level: number }>(runs: readonly R[]): readonly R[] {
  const order = [...runs];
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level >= 1; level -= 1) {
    let start = 0;
    while (start < order.length) {
      let end = start;
      while (end < order.length && (order[end]?.level ?? 0) >= level) end += 1;
      order.splice(start, end - start, ...order.slice(start, end).reverse());
      start = Math.max(end, start + 1);
    }
  }
  return order;
}

/**
 * The run as the shaper must be given it. The shaper goes by script: it sets Arabic letters and digits from right to left and all
 * else from left to right, so a run that goes the other way (Arabic digits; a lone bracket) is handed over backwards.
 */
export function forShaper({ text, direction }: VisualRun): string {
  const shaped =
    SHAPED_BACKWARDS.test(text) && !/^[^\p{Script=Arabic}\u0660-\u066c]*\p{Script=Latin}/u.test(text) ? 'rtl' : 'ltr';
  return shaped === direction ? text : [...text].reverse().join('');
}
