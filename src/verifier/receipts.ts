/** Receipts of single entries of the access log: a text, its place in the tree of its month, and the way to the signed root. */
import { openCheckpoint } from './checkpoints.ts';
import { base64, type Hash, rootBy, textLeaf } from './hashes.ts';
import type { CheckpointFile } from './verify.ts';

/** What was found of a receipt; `because` is empty where it is as signed. */
export interface ReceiptVerdict {
  readonly ok: boolean;
  readonly name: string;
  readonly kind: 'as signed' | 'unreadable' | 'misplaced' | 'altered' | 'checkpoint';
  readonly because: string;
  /** As the receipt says. */
  readonly tree?: string;
  readonly leaf?: number;
  /** The key that was believed; only where the reader brought none. */
  readonly believed?: string;
}

interface Receipt {
  readonly tree: string;
  readonly leaf: number;
  readonly entry: string;
  readonly proof: readonly Hash[];
  readonly checkpoint: string;
  readonly key: string;
}

/**
 * Verifies a receipt as the server answered it. `notes` are checkpoints of the access log that the reader kept: one of the same
 * tree and size has to say the same root, or the receipt is of another log.
 */
export function verifyReceipt(
  { name, content }: CheckpointFile,
  notes: readonly CheckpointFile[] = [],
  keys: readonly string[] = [],
): ReceiptVerdict {
  const receipt = readReceipt(content);
  if (typeof receipt === 'string') return { ok: false, name, kind: 'unreadable', because: receipt };
  const { tree, leaf, entry, proof, checkpoint, key } = receipt;
  const about = { name, tree, leaf, ...(keys.length === 0 ? { believed: key } : {}) };
  const trusted = keys.length === 0 ? [key] : keys;
  const opened = openCheckpoint(name, checkpoint, trusted, tree);
  if (!opened.ok) return { ok: false, ...about, kind: 'checkpoint', because: `${opened.kind}: ${opened.because}` };
  const { size, root } = opened.checkpoint;
  const other = notes
    .map((one) => ({ name: one.name, opened: openCheckpoint(one.name, one.content, trusted, tree) }))
    .find((one) => one.opened.ok && one.opened.checkpoint.size === size && !one.opened.checkpoint.root.equals(root));
  if (other) return { ok: false, ...about, kind: 'checkpoint', because: `fork: it is not of one log with ${other.name}` };
  const misplaced = placeFault(receipt);
  if (misplaced) return { ok: false, ...about, kind: 'misplaced', because: misplaced };
  if (!rootBy(textLeaf(entry), leaf, size, proof)?.equals(root)) {
    return { ok: false, ...about, kind: 'altered', because: 'it does not lead to the root that was signed' };
  }
  return { ok: true, ...about, kind: 'as signed', because: '' };
}

/** A receipt as it was written, or why it cannot be read. */
function readReceipt(content: string): Receipt | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch {
    return 'it is not JSON';
  }
  if (typeof parsed !== 'object' || parsed === null) return 'it is no receipt';
  const { tree, leaf, entry, proof, checkpoint, key } = parsed as Record<string, unknown>;
  const texts = [tree, entry, checkpoint, key].every((one) => typeof one === 'string');
  if (!texts || typeof leaf !== 'number' || !Array.isArray(proof)) return 'it is no receipt of the access log';
  const hashes = proof.flatMap((one) => base64(one, 32) ?? []);
  if (hashes.length !== proof.length) return 'its proof is not base64';
  return { tree: String(tree), leaf, entry: String(entry), proof: hashes, checkpoint: String(checkpoint), key: String(key) };
}

/** What an entry says of its own place, against where the receipt has it. */
function placeFault({ tree, leaf, entry }: Receipt): string | undefined {
  try {
    const said = JSON.parse(entry) as { leaf?: unknown; at?: unknown };
    if (said.leaf !== leaf) return `it says another place than ${leaf}`;
    if (typeof said.at !== 'string' || `access-${said.at.slice(0, 7)}` !== tree) return `it is not of ${tree}`;
    return undefined;
  } catch {
    return 'its text is not JSON';
  }
}

/** A verdict as lines for people. */
export function receiptWords({ ok, name, kind, because, tree, leaf, believed }: ReceiptVerdict): readonly string[] {
  const which = tree === undefined ? '' : ` (${tree}, entry ${leaf})`;
  return [
    ok ? `OK: ${name}${which} is what was signed` : `RECEIPT ${name}${which} is not what was signed: ${because} [${kind}]`,
    ...(believed === undefined ? [] : [`The key was taken from the file: compare it with the one you were given: ${believed}`]),
  ];
}
