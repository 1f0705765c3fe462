/** Begins every canary: letters and digits alone, so that folding and normalising leave them standing. */
export const CANARY = 'QZXCANARY';
/** A canary where digits alone are taken. */
export const CANARY_DIGITS = '90817263548';
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
  readonly where: string;
  readonly form: string;
  readonly around: string;
}

const AROUND = 60;

/** Where a mark lies in some bytes, the first place of each form. */
export const sightings = (where: string, bytes: Buffer, mark: string): readonly Sighting[] =>
  formsOf(mark).flatMap(({ name, bytes: form }) => {
    const at = bytes.indexOf(form);
    if (at < 0) return [];
    return [{ where, form: name, around: bytes.subarray(Math.max(0, at - AROUND), at + AROUND).toString('latin1') }];
  });
