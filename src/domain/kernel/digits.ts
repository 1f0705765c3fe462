/** Tatweel, soft hyphen, zero-width and direction marks, byte-order mark: they change how text looks, not what it says. */
const INVISIBLE = /[\u00ad\u061c\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** Arabic-Indic, Persian (also used in Kurdish) and full-width digits, each a run of ten from zero. */
const FOREIGN_DIGIT = /[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g;

/** Removes the marks nobody sees (tatweel, zero-width, direction marks), wherever they stand. */
export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '');
}

/** Writes Arabic-Indic (٠–٩), Persian (۰–۹) and full-width digits as 0–9 and leaves everything else alone. */
export function toAsciiDigits(text: string): string {
  return text.replace(FOREIGN_DIGIT, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (code >= 0xff10 ? 0xff10 : code >= 0x06f0 ? 0x06f0 : 0x0660));
  });
}
