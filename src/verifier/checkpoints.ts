/** Checkpoints: C2SP signed notes, with the leaf hashes that their root is made of behind them when a file has those. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { base64, type Hash, rootsAt } from './hashes.ts';

export type CheckpointFault = 'malformed checkpoint' | 'foreign key' | 'bad signature' | 'altered leaf list';

/** A checkpoint that its key signed. */
export interface Checkpoint {
  readonly name: string;
  readonly size: number;
  readonly root: Hash;
  /** The leaf hashes under the root; undefined when the file has none. */
  readonly leaves: readonly Hash[] | undefined;
  /** The key that was believed. */
  readonly key: string;
}

export type Opened =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly kind: CheckpointFault; readonly because: string };

const fault = (kind: CheckpointFault, because: string): Opened => ({ ok: false, kind, because });

const FILE =
  /^(?<text>(?<origin>[^\n]+)\n(?<size>0|[1-9]\d{0,14})\n(?<root>[^\n]+)\n(?:[^\n]+\n)*)\n(?<signatures>(?:— [^\n]+\n)+)(?:\n(?<more>.*))?$/su;
const MORE = /^key (?<key>\S+)\nleaves (?<count>\d+)\n(?<list>.*)$/s;

/**
 * Opens the content of a checkpoint file. `keys` (each `<name>+<key id>+<key>`) are those the reader was given, several where the
 * signer's was changed; without any the one in the file is believed. Of a signer of several trees, `tree` says which it should be.
 */
export function openCheckpoint(name: string, content: string, keys: readonly string[] = [], tree?: string): Opened {
  const opened = (keys.length === 0 ? [undefined] : keys).map((key) => openWith(name, content, key, tree));
  // Of several keys the one that is named in the note tells most of what is wrong with it.
  return opened.find((one) => one.ok) ?? opened.find((one) => !one.ok && one.kind !== 'foreign key') ?? opened[0]!;
}

function openWith(name: string, content: string, key: string | undefined, tree: string | undefined): Opened {
  const parts = FILE.exec(content)?.groups;
  const root = base64(parts?.root, 32);
  if (!parts || !root) return fault('malformed checkpoint', 'it is not a signed note over a tree head');
  const more = parts.more === undefined ? undefined : MORE.exec(parts.more)?.groups;
  if (parts.more !== undefined && !more) return fault('malformed checkpoint', 'what follows the note is not a list of leaves');
  const believed = key ?? more?.key;
  if (believed === undefined) return fault('foreign key', 'no key was given, and the file names none');
  const signed = whoSigned(parts.text ?? '', parts.signatures ?? '', believed);
  if (signed !== 'signed') return fault(signed, `it should be signed by ${believed}`);
  const origin = `${believed.split('+')[0]}${tree === undefined ? '' : `/${tree}`}`;
  if (parts.origin !== origin) return fault('foreign key', `it is of ${parts.origin}, not of this log`);
  const size = Number(parts.size);
  const leaves = more && listed(more.list ?? '');
  if (more && !(leaves?.length === size && Number(more.count) === size && rootsAt(leaves, [size]).get(size)?.equals(root))) {
    return fault('altered leaf list', 'its leaves do not make up the root that was signed');
  }
  return { ok: true, checkpoint: { name, size, root, leaves, key: believed } };
}

function listed(list: string): readonly Hash[] | undefined {
  const lines = list.split('\n');
  if (lines.pop() !== '') return undefined;
  const hashes = lines.flatMap((line) => base64(line, 32) ?? []);
  return hashes.length === lines.length ? hashes : undefined;
}

function whoSigned(text: string, signatures: string, key: string): 'signed' | 'foreign key' | 'bad signature' {
  const [, name, id, data] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(key) ?? [];
  const typed = base64(data, 33);
  if (typed?.[0] !== 1 || keyId(`${name}`, typed).toString('hex') !== id) return 'foreign key';
  const lines = signatures.split('\n').map((line) => /^— (\S+) (\S+)$/u.exec(line));
  const mine = lines.flatMap((line) => {
    const bytes = line?.[1] === name ? base64(line?.[2], 68) : undefined;
    return bytes?.subarray(0, 4).toString('hex') === id ? [bytes?.subarray(4) ?? Buffer.alloc(0)] : [];
  });
  if (mine.length === 0) return 'foreign key';
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), typed.subarray(1)]);
  const open = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return mine.some((signature) => verify(null, Buffer.from(text), open, signature)) ? 'signed' : 'bad signature';
}

const keyId = (name: string, typed: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
