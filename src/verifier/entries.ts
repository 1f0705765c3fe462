/** The lines of an export, each an event with what the audit tree had kept of it. */
import { base64, CHAIN_START, chainOf, type Event, type Hash, leafOf } from './hashes.ts';

/** One entry as it stands in the export, and what it should be for what stands before it. */
export interface Entry {
  /** Why the line cannot be read; the rest is empty then. */
  readonly unreadable?: string;
  /** As the line says. */
  readonly logIndex: number;
  readonly stream: string;
  readonly revision: number;
  /** Made anew from the bytes. */
  readonly leaf: Hash;
  /** As the line says the tree had kept them. */
  readonly keptLeaf: Hash;
  readonly keptChain: Hash;
  /** The leaf by what the bytes themselves say of their stream, revision and type; the same unless the line says otherwise. */
  readonly own: Hash;
}

const NOTHING = Buffer.alloc(0);

/** Reads one line. Anything but the one way of writing it counts as unreadable, so that nothing can be changed unseen. */
export function readEntry(line: string): Entry {
  const unreadable = (because: string): Entry => ({
    unreadable: because,
    logIndex: 0,
    stream: '',
    revision: 0,
    leaf: NOTHING,
    keptLeaf: NOTHING,
    keptChain: NOTHING,
    own: NOTHING,
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return unreadable('it is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || JSON.stringify(parsed) !== line)
    return unreadable('it is not as it was written');
  const { logIndex, stream, revision, type, bytes, leaf: leafText, chain, ...others } = parsed as Record<string, unknown>;
  const content = base64(bytes);
  const keptLeaf = base64(leafText, 32);
  const keptChain = base64(chain, 32);
  if (typeof logIndex !== 'string' || !/^[1-9]\d{0,14}$/.test(logIndex)) return unreadable('it has no logIndex');
  if (typeof stream !== 'string' || typeof type !== 'string') return unreadable('it has no stream or type');
  if (!(Number.isInteger(revision) && Number(revision) >= 0 && Number(revision) < 2 ** 32))
    return unreadable('it has no revision');
  if (!content || !keptLeaf || !keptChain) return unreadable('its bytes or hashes are not base64');
  if (Object.keys(others).length > 0) return unreadable('it says more than it should');
  const event: Event = { stream, revision: Number(revision), type, bytes: content };
  const leaf = leafOf(event);
  return {
    logIndex: Number(logIndex),
    stream,
    revision: event.revision,
    leaf,
    keptLeaf,
    keptChain,
    own: ownLeafOf(event, leaf),
  };
}

/** The bytes are an envelope that names its own place; of bytes that are none, the line's word counts. */
function ownLeafOf(event: Event, leaf: Hash): Hash {
  try {
    const said = JSON.parse(Buffer.from(event.bytes).toString('utf8')) as Partial<Record<keyof Event, unknown>>;
    const { stream, revision, type } = said;
    if (stream === event.stream && revision === event.revision && type === event.type) return leaf;
    if (typeof stream !== 'string' || typeof revision !== 'number' || typeof type !== 'string') return leaf;
    return leafOf({ stream, revision, type, bytes: event.bytes });
  } catch {
    return leaf;
  }
}

export type LocalFault = 'unreadable' | 'missing' | 'misnumbered' | 'altered' | 'broken chain';

/** Holds entries to what stands before them: numbered without a gap, each stream's revisions too, hashes that fit. */
export class Sequence {
  #count = 0;
  readonly #streams = new Map<string, { readonly revision: number; readonly chain: Hash }>();

  /** What is wrong with the next entry; undefined when nothing is. */
  next(entry: Entry): LocalFault | undefined {
    this.#count += 1;
    if (entry.unreadable !== undefined) return 'unreadable';
    const before = this.#streams.get(entry.stream) ?? { revision: -1, chain: CHAIN_START };
    const chain = chainOf(before.chain, entry.leaf);
    this.#streams.set(entry.stream, { revision: entry.revision, chain });
    if (entry.logIndex > this.#count) return 'missing';
    if (entry.logIndex < this.#count) return 'misnumbered';
    if (!entry.leaf.equals(entry.keptLeaf)) return 'altered';
    if (entry.revision !== before.revision + 1) return 'missing';
    return chain.equals(entry.keptChain) ? undefined : 'broken chain';
  }
}
