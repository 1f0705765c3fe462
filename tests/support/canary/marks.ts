/** Begins every canary: letters and digits alone, so that folding and normalising leave them standing. */
export const CANARY = 'QZXCANARY';
/** A canary where digits alone are taken. */
export const CANARY_DIGITS = '90817263548';
/** Begins what is laid open on purpose, to see that it is found in each kind of place. */
export const LEAK = 'QZXLEAKED';
/** Begins what may lie open (T1): found, or the search is not worth anything. */
export const CONTROL = 'QZXCONTROL';

const letters = (bytes: Buffer): readonly Buffer[] => {
  const text = bytes.toString('latin1');
  return [text, text.toLowerCase()].map((one) => Buffer.from(one, 'latin1'));
};

/** Base64 of the mark wherever it begins in the text: the characters that depend on what is beside it left out. */
const base64 = (mark: Buffer): readonly Buffer[] =>
  [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), mark]).toString('base64');
    const from = Math.ceil((before * 8) / 6);
    return Buffer.from(whole.slice(from, Math.floor(((before + mark.length) * 8) / 6)));
  });

/** The ways in which a mark may lie somewhere: as text in three encodings, as hex, as base64 (of either alphabet). */
export function formsOf(mark: string): readonly { readonly name: string; readonly bytes: Buffer }[] {
  const utf8 = letters(Buffer.from(mark, 'utf8'));
  const wide = letters(Buffer.from(mark, 'utf16le'));
  const hex = [...utf8, ...wide].flatMap((one) => [one.toString('hex'), one.toString('hex').toUpperCase()]);
  return [
    ...utf8.map((bytes) => ({ name: 'utf-8', bytes })),
    // In big-endian order the same letters stand one byte further on.
    ...wide.map((bytes) => ({ name: 'utf-16', bytes: bytes.subarray(0, -1) })),
    ...hex.map((one) => ({ name: 'hex', bytes: Buffer.from(one) })),
    ...[...utf8, ...wide].flatMap(base64).map((bytes) => ({ name: 'base64', bytes })),
  ];
}

/** A mark that was found, with what stands around it. */
export interface Sighting {
  readonly mark: string;
  readonly where: string;
  readonly form: string;
  readonly around: string;
}

const AROUND = 60;
/** Looked through at once; a mark across the border is seen by what is looked through twice. */
const PIECE = 32 * 1024 * 1024;
const OVERLAP = 1_024;

const latin1 = (bytes: Buffer): string => bytes.toString('latin1');
const literal = (text: string): string =>
  text.replace(/[^A-Za-z0-9]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`);

/**
 * Looks for marks in all their forms in one pass over some bytes. Answers with the first place of each form; one that stands
 * within another is found as that one.
 */
export function searchFor(marks: readonly string[]): (where: string, bytes: Buffer) => readonly Sighting[] {
  const forms = new Map(
    marks.flatMap((mark) => formsOf(mark).map(({ name, bytes }) => [latin1(bytes), { mark, form: name }] as const)),
  );
  const any = new RegExp([...forms.keys()].map(literal).join('|'), 'g');
  return (where, bytes) => {
    const first = new Map<string, Sighting>();
    for (let from = 0; from < bytes.length; from += PIECE) {
      const text = latin1(bytes.subarray(from, from + PIECE + OVERLAP));
      for (const { 0: found, index } of text.matchAll(any)) {
        if (first.has(found)) continue;
        const around = text.slice(Math.max(0, index - AROUND), index + AROUND);
        first.set(found, { ...forms.get(found)!, where, around });
      }
    }
    return [...first.values()];
  };
}
