import { constants, crc32, inflateRawSync } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
/** What a spreadsheet consists of; pictures and macros are left packed. */
const READ = /\.(xml|rels)$/i;

/** Why a zip file is not unpacked: it cannot be read, or holds more than may be unpacked. */
export class NotUnpacked extends Error {
  readonly tooLarge: boolean;
  constructor(tooLarge: boolean) {
    super(tooLarge ? 'unpacks to too much' : 'no zip file that can be read');
    this.name = 'NotUnpacked';
    this.tooLarge = tooLarge;
  }
}

interface Entry {
  readonly name: Buffer;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly at: number;
}

/**
 * The texts of a zip file in a new one that is not packed. What a file says of its own size, and says in two places, proves
 * nothing: whoever reads the new one meets exactly what was counted here. `most`: bytes. @throws NotUnpacked
 */
export function repack(bytes: Buffer, most: number): Buffer {
  const entries = directoryOf(bytes).filter(({ name }) => READ.test(name.toString('latin1')));
  if (entries.reduce((sum, one) => sum + one.size, 0) > most) throw new NotUnpacked(true);
  let left = most;
  const texts = entries.map((entry) => {
    const content = contentOf(bytes, entry, left);
    left -= content.length;
    return { name: entry.name, content };
  });
  return stored(texts);
}

function directoryOf(bytes: Buffer): readonly Entry[] {
  const end = endOf(bytes);
  const entries: Entry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY) throw new NotUnpacked(false);
    const name = bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + bytes.readUInt16LE(at + 28));
    entries.push({
      name,
      method: bytes.readUInt16LE(at + 10),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    });
    at += ENTRY_BYTES + name.length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where the record stands that ends a zip file: last, but for a comment. */
function endOf(bytes: Buffer): number {
  const lowest = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= lowest; at--) if (bytes.readUInt32LE(at) === END) return at;
  throw new NotUnpacked(false);
}

function contentOf(bytes: Buffer, { method, packed, at }: Entry, most: number): Buffer {
  if (at + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== LOCAL) throw new NotUnpacked(false);
  const from = at + LOCAL_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  const content = bytes.subarray(from, from + packed);
  if (content.length < packed || (method !== STORED && method !== DEFLATED)) throw new NotUnpacked(false);
  if (method === STORED) {
    if (packed > most) throw new NotUnpacked(true);
    return content;
  }
  try {
    return inflateRawSync(content, { maxOutputLength: Math.max(1, most), finishFlush: constants.Z_FINISH });
  } catch (error) {
    throw new NotUnpacked((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE');
  }
}

function stored(texts: readonly { readonly name: Buffer; readonly content: Buffer }[]): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, content } of texts) {
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt32LE(crc32(content), 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    files.push(word(LOCAL), facts, name, content);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(word(ENTRY), Buffer.from([20, 0]), facts, place, name);
    at += 4 + facts.length + name.length + content.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(texts.length, 4);
  end.writeUInt16LE(texts.length, 6);
  end.writeUInt32LE(size, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, ...directory, word(END), end]);
}

function word(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(value);
  return four;
}
