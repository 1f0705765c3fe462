import { type FieldError, Problem } from './problem.ts';

const MAX_DEPTH = 32;
/** Member names that reach for the prototype of the object they are copied to. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON body, and refuses what two readers might read differently or what cannot be stored: text that is not UTF-8,
 * a member named twice, members that reach for a prototype, nesting beyond 32 levels, and text with NUL or half a surrogate
 * pair (Postgres keeps neither).
 * @throws Problem 400
 */
export function parseStrictly(bytes: Buffer): unknown {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the body, which may hold a name.
    throw new Problem('MALFORMED_JSON');
  }
  checkMembers(text);
  checkText(value, '');
  return value;
}

/** Looks at the member names of well-formed JSON text, which `JSON.parse` forgets when they are repeated. */
function checkMembers(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b /* { */:
      case 0x5b /* [ */:
        if (open.length === MAX_DEPTH) throw new Problem('TOO_DEEP', { params: { levels: MAX_DEPTH } });
        open.push(text[at] === '{' ? new Set() : undefined);
        break;
      case 0x7d /* } */:
      case 0x5d /* ] */:
        open.pop();
        break;
      case 0x22 /* " */:
        {
          const end = endOfString(text, at);
          const names = open.at(-1);
          if (names && isFollowedByColon(text, end + 1)) checkName(JSON.parse(text.slice(at, end + 1)) as string, names);
          at = end;
        }
    }
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}

function isFollowedByColon(text: string, start: number): boolean {
  let at = start;
  while (' \t\r\n'.includes(text[at] ?? 'end')) at += 1;
  return text[at] === ':';
}

function checkName(name: string, names: Set<string>): void {
  if (FORBIDDEN.has(name)) throw new Problem('FORBIDDEN_KEY');
  if (names.has(name)) throw new Problem('DUPLICATE_KEY');
  names.add(name);
}

function checkText(value: unknown, pointer: string): void {
  if (typeof value === 'string') refuseUnstorable(value, pointer);
  else if (Array.isArray(value)) for (const [index, one] of value.entries()) checkText(one, `${pointer}/${index}`);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      const place = `${pointer}/${escapePointer(name)}`;
      refuseUnstorable(name, place);
      checkText(one, place);
    }
  }
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function refuseUnstorable(text: string, pointer: string): void {
  if (!text.includes('\0') && !LONE_SURROGATE.test(text)) return;
  const error: FieldError = { pointer, code: 'UNSTORABLE_TEXT', message: '' };
  throw new Problem('UNSTORABLE_TEXT', { errors: [error] });
}

/** A reference token of a JSON pointer (RFC 6901 §3). */
export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** The JSON pointer of a path. */
export const pointerOf = (path: readonly PropertyKey[]): string => path.map((one) => `/${escapePointer(String(one))}`).join('');
