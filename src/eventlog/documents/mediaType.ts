import { MEDIA_TYPES } from '../../domain/kernel/documents.ts';

/** How far into a file programs that guess look for a page. */
const SNIFFED = 1_024;
/** A ZIP ends with its directory and a comment of at most 64 KiB. */
const ZIP_TAIL = 65_557;
const MARKUP = /<\s*(!doctype|html|head|body|script|svg|iframe|\?xml)/i;

/**
 * The media type of content, told by its bytes alone; undefined for what is not accepted. Files that are two things at once (an
 * image that starts like a page or ends as a ZIP) are none.
 */
export async function mediaTypeOf(bytes: Buffer): Promise<string | undefined> {
  // No start waits for what only an upload needs.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(bytes);
  if (found === undefined) return isTable(bytes) ? 'text/csv' : undefined;
  if (!Object.hasOwn(MEDIA_TYPES, found.mime)) return undefined;
  return isTwofold(bytes, found.mime) ? undefined : found.mime;
}

function isTwofold(bytes: Buffer, mime: string): boolean {
  if (MARKUP.test(bytes.toString('latin1', 0, SNIFFED))) return true;
  return !mime.includes('openxmlformats') && endsAsZip(bytes);
}

function endsAsZip(bytes: Buffer): boolean {
  const tail = bytes.subarray(Math.max(0, bytes.length - ZIP_TAIL));
  for (let at = tail.indexOf('PK\x05\x06'); at >= 0; at = tail.indexOf('PK\x05\x06', at + 1)) {
    const rest = tail.length - at - 22;
    if (rest >= 0 && tail.readUInt16LE(at + 20) === rest) return true;
  }
  return false;
}

/** Text in rows and columns, in UTF-8 or an older Arabic encoding of one byte a character; never a page. */
function isTable(bytes: Buffer): boolean {
  const text = bytes.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells other content from text
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) || MARKUP.test(text)) return false;
  const [first = ''] = text.trimStart().split(/\r?\n/, 1);
  return /[,;\t]/.test(first);
}
