import { metricsIn, type Query } from './infra.ts';

const SELECTOR = /\b([a-z_][\w:]*)\s*\{([^}]*)\}/g;
const GROUPING = /\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)\s*/g;
const SUMS_UP = /\b(sum|max|min|avg|count|absent)\b/;

/** Texts in an expression may hold anything. */
const withoutTexts = (expr: string): string => expr.replace(/"[^"]*"|'[^']*'/g, '""');

const listed = (words: string): readonly string[] => words.match(/\w+/g) ?? [];

const metricsOf = (words: string): readonly string[] => [...new Set([...metricsIn(words), ...(words.match(/\bup\b/g) ?? [])])];

/** The text in the brackets that open at a place. */
function inBrackets(words: string, open: number): string {
  if (words[open] !== '(') throw new Error(`${words}: the operand has to stand behind its labels`);
  let depth = 0;
  for (let at = open; at < words.length; at += 1) {
    depth += words[at] === '(' ? 1 : words[at] === ')' ? -1 : 0;
    if (depth === 0) return words.slice(open + 1, at);
  }
  throw new Error(`${words}: brackets that do not close`);
}

/** What a query groups by: the labels its answers have. */
function groups(expr: string): readonly { readonly labels: readonly string[]; readonly operand: string }[] {
  const words = withoutTexts(expr);
  return [...words.matchAll(GROUPING)].flatMap(({ 0: whole, 1: how, 2: labels = '', index }) => {
    if (how === 'by') return [{ labels: listed(labels), operand: inBrackets(words, index + whole.length) }];
    if (how === 'on' && labels.trim() === '') return [];
    throw new Error(`${expr}: nobody looks at the labels of ${how}`);
  });
}

/** The labels that a query selects, groups by or has in its words, and that what it asks for does not have. */
export function strangeLabels({ expr, words }: Query, has: (metric: string, label: string) => boolean): readonly string[] {
  const kept = groups(expr);
  const lacking = (label: string, operand: string) =>
    metricsOf(operand)
      .filter((metric) => !has(metric, label))
      .map((metric) => `${metric} has no ${label}`);
  const selected = [...withoutTexts(expr).matchAll(SELECTOR)].flatMap(([, metric = '', inside = '']) =>
    [...inside.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].flatMap(([, label = '']) => lacking(label, metric)),
  );
  const grouped = kept.flatMap(({ labels, operand }) => labels.flatMap((label) => lacking(label, operand)));
  const told = [...words.matchAll(/\{\{\s*(?:\$labels\.)?([a-z_]\w*)/g)].flatMap(([, label = '']) => {
    if (!SUMS_UP.test(expr)) return lacking(label, expr);
    const isKept = kept.length > 0 && kept.every(({ labels }) => labels.includes(label));
    return isKept ? [] : [`its answers have no ${label}`];
  });
  return [...selected, ...grouped, ...told];
}
