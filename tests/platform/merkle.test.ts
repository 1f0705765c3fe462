import { createHash, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { signCheckpoint } from '../../src/platform/merkle/checkpoint.ts';
import { Frontier } from '../../src/platform/merkle/frontier.ts';
import { EMPTY_ROOT, type Hash, leafHash } from '../../src/platform/merkle/hashing.ts';
import { createSigner, openNote } from '../../src/platform/merkle/note.ts';
import { consistencyRanges, inclusionRanges } from '../../src/platform/merkle/proofs.ts';
import { openTree, treeTables } from '../../src/platform/merkle/treeStore.ts';
import { includes, isConsistent } from '../../src/platform/merkle/verification.ts';
import { testDatabase } from '../support/postgres.ts';

/** The reference tree of Certificate Transparency: its leaves, and the hashes of every complete subtree by level. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const NODES = [
  [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
    '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
    'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
    '46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1',
  ],
  [
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
  ],
  [
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ],
  ['5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
] as const;
/** Its roots at sizes 0 to 8. */
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  NODES[0][0],
  NODES[1][0],
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  NODES[2][0],
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  NODES[3][0],
];
/** Published inclusion proofs: leaf, size, path. */
const INCLUSION: readonly [number, number, readonly string[]][] = [
  [0, 1, []],
  [0, 2, [NODES[0][1]]],
  [1, 2, [NODES[0][0]]],
  [2, 3, [NODES[1][0]]],
  [1, 5, [NODES[0][0], NODES[1][1], NODES[0][4]]],
  [0, 8, [NODES[0][1], NODES[1][1], NODES[2][1]]],
  [5, 8, [NODES[0][4], NODES[1][3], NODES[2][0]]],
];
/** Published consistency proofs: older size, newer size, path. */
const CONSISTENCY: readonly [number, number, readonly string[]][] = [
  [1, 1, []],
  [1, 8, [NODES[0][1], NODES[1][1], NODES[2][1]]],
  [2, 5, [NODES[1][1], NODES[0][4]]],
  [6, 8, [NODES[1][2], NODES[1][3], NODES[2][0]]],
];

const hex = (text: string | undefined): Hash => Buffer.from(text ?? '', 'hex');
const leaves = LEAVES.map((one) => leafHash(hex(one)));

/** The hash of a tree as RFC 9162 §2.1.1 defines it, by plain recursion. */
function naive(hashes: readonly Hash[]): Hash {
  if (hashes.length < 2) return hashes[0] ?? createHash('sha256').digest();
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  const children = [naive(hashes.slice(0, split)), naive(hashes.slice(split))];
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(1), ...children]))
    .digest();
}

const pathOf = (hashes: readonly Hash[], ranges: readonly { start: number; end: number }[]): Hash[] =>
  ranges.map(({ start, end }) => naive(hashes.slice(start, end)));

/** Every way in which a proof can be a little wrong. */
function spoilt(proof: readonly Hash[], roots: readonly Hash[]): readonly (readonly Hash[])[] {
  const flipped = proof.map((one, at) =>
    proof.map((hash, i) => (i === at ? Buffer.from(one.map((byte, n) => (n === 7 ? byte ^ 16 : byte))) : hash)),
  );
  const swapped = proof.length > 1 ? [[...proof].reverse()] : [];
  const more = [Buffer.alloc(0), randomBytes(32), ...roots].flatMap((one) => [
    [one, ...proof],
    [...proof, one],
  ]);
  const fewer = proof.length > 0 ? [[], proof.slice(1), proof.slice(0, -1)] : [];
  return [...flipped, ...swapped, ...more, ...fewer].filter((one) => !same(one, proof));
}
const same = (a: readonly Hash[], b: readonly Hash[]): boolean =>
  a.length === b.length && a.every((one, i) => one.equals(b[i] ?? Buffer.alloc(0)));

t.test('the tree is that of RFC 9162: the published vectors hold', async (t) => {
  t.same(
    leaves.map((one) => one.toString('hex')),
    NODES[0],
  );
  t.equal(EMPTY_ROOT.toString('hex'), ROOTS[0]);
  const frontier = new Frontier();
  const nodes: string[][] = [[], [], [], []];
  for (const [size, leaf] of leaves.entries()) {
    t.equal(frontier.root().toString('hex'), ROOTS[size]);
    frontier.append(leaf, ({ level, index, hash }) => {
      nodes[level]![index] = hash.toString('hex');
    });
  }
  t.equal(frontier.root().toString('hex'), ROOTS[8]);
  t.same(nodes, NODES, 'and every complete subtree is told of once');
  t.throws(() => Frontier.from(3, frontier.peaks()), RangeError);
});

t.test('the published proofs come out of the rules, and are believed while nothing of them is changed', async (t) => {
  for (const [index, size, path] of INCLUSION) {
    const proof = pathOf(leaves, inclusionRanges(index, size));
    const title = `leaf ${index} of ${size}`;
    t.same(
      proof.map((one) => one.toString('hex')),
      path,
      title,
    );
    const root = hex(ROOTS[size]);
    t.ok(includes(leaves[index]!, index, size, proof, root), title);
    for (const wrong of spoilt(proof, [root, leaves[index]!])) t.notOk(includes(leaves[index]!, index, size, wrong, root), title);
    for (const [at, of] of [
      [index - 1, size],
      [index + 1, size],
      [index ^ 2, size],
      [index, size * 2],
      [index, Math.floor(size / 2)],
      [-1, size],
      [0.5, size],
    ] as const) {
      t.notOk(includes(leaves[index]!, at, of, proof, root), `${title} told as ${at} of ${of}`);
    }
    t.notOk(includes(leafHash(Buffer.from('WrongLeaf')), index, size, proof, root), title);
  }
  for (const [from, to, path] of CONSISTENCY) {
    const proof = pathOf(leaves, consistencyRanges(from, to));
    const [older, newer] = [
      { size: from, root: hex(ROOTS[from]) },
      { size: to, root: hex(ROOTS[to]) },
    ];
    const title = `${from} to ${to}`;
    t.same(
      proof.map((one) => one.toString('hex')),
      path,
      title,
    );
    t.ok(isConsistent(older, newer, proof), title);
    for (const wrong of spoilt(proof, [older.root, newer.root])) t.notOk(isConsistent(older, newer, wrong), title);
    if (from === to) continue;
    t.notOk(isConsistent(newer, older, proof), title);
    t.notOk(isConsistent({ ...older, root: newer.root }, { ...newer, root: older.root }, proof), title);
    t.notOk(isConsistent({ ...older, size: from + 1 }, newer, proof), title);
    t.notOk(isConsistent(older, { ...newer, size: to * 2 }, proof), title);
  }
});

t.test('at every size up to 70, every proof is the one by plain recursion and is believed', async (t) => {
  const hashes = Array.from({ length: 70 }, (_, n) => leafHash(Buffer.from(`leaf ${n}`)));
  const roots = hashes.map((_, n) => naive(hashes.slice(0, n + 1)));
  const frontier = new Frontier();
  let wrong = 0;
  let proofs = 0;
  for (const [n, leaf] of hashes.entries()) {
    frontier.append(leaf);
    const size = n + 1;
    const again = Frontier.from(size, frontier.peaks());
    if (!frontier.root().equals(roots[n]!) || !again.root().equals(roots[n]!)) wrong += 1;
    for (let at = 0; at < size; at += 1) {
      const inclusion = pathOf(hashes, inclusionRanges(at, size));
      const consistency = pathOf(hashes, consistencyRanges(at + 1, size));
      proofs += 2;
      if (!includes(hashes[at]!, at, size, inclusion, roots[n]!)) wrong += 1;
      if (!isConsistent({ size: at + 1, root: roots[at]! }, { size, root: roots[n]! }, consistency)) wrong += 1;
      if (includes(hashes[(at + 1) % 70]!, at, size, inclusion, roots[n]!)) wrong += 1;
    }
  }
  t.equal(wrong, 0, `${proofs} proofs`);
});

t.test('a tree in Postgres gives the same roots and proofs however its leaves came', async (t) => {
  const { tree, pool, append } = await aTree(t);
  const hashes = Array.from({ length: 333 }, (_, n) => leafHash(Buffer.from(String(n))));
  t.same(await tree.head(), { size: 0, root: EMPTY_ROOT });
  for (let at = 0, step = 1; at < hashes.length; at += step, step = (step * 7) % 31) {
    const head = await append(at, hashes.slice(at, at + step));
    t.same(head, { size: Math.min(at + step, 333), root: naive(hashes.slice(0, at + step)) });
    t.same(await tree.head(), head);
  }
  for (const size of [1, 2, 255, 256, 257, 333]) {
    const root = naive(hashes.slice(0, size));
    t.same(await tree.rootAt(size), root);
    const indexes = hashes.slice(0, size).map((_, n) => n);
    const proofs = await tree.inclusion(indexes, size);
    t.ok(proofs.every((proof, at) => includes(hashes[at]!, at, size, proof, root)));
    t.ok(isConsistent({ size, root }, await tree.head(), await tree.consistency(size, 333)));
  }
  t.ok(isConsistent({ size: 0, root: EMPTY_ROOT }, await tree.head(), await tree.consistency(0, 333)));
  await t.rejects(append(332, [hashes[0]!]), { name: 'TreeMoved' });
  await t.rejects(tree.inclusion([333], 333), RangeError);
  await t.rejects(tree.inclusion([3], 400), RangeError, 'a size that the tree has not reached');
  await t.rejects(tree.consistency(4, 3), RangeError);
  const other = openTree(pool, 'public', 'other');
  t.same(await other.head(), { size: 0, root: EMPTY_ROOT }, 'another tree in the same tables is its own');
});

t.test('of two who add leaves to a tree at once one is told that it moved', async (t) => {
  const { tree, append } = await aTree(t);
  const settled = await Promise.allSettled([append(0, [leaves[0]!]), append(0, [leaves[1]!]), append(0, [leaves[2]!])]);
  t.same(settled.map(({ status }) => status).sort(), ['fulfilled', 'rejected', 'rejected']);
  t.equal((await tree.head()).size, 1);
});

/** Of the documentation of the reference implementation of signed notes. */
const NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;
const NOTE_KEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

t.test('notes are those of the reference implementation, byte for byte', async (t) => {
  const seed = Buffer.from('AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz', 'base64').subarray(1);
  const key = createPrivateKey({
    key: Buffer.concat([hex('302e020100300506032b657004220420'), seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const signer = createSigner('PeterNeumann', key.export({ format: 'pem', type: 'pkcs8' }));
  const text = NOTE.slice(0, NOTE.indexOf('\n\n') + 1);
  t.equal(signer.key, NOTE_KEY);
  t.equal(signer.sign(text), NOTE);
  t.equal(openNote(NOTE, NOTE_KEY), text);
});

t.test('a note is believed from its own signer alone, and unchanged', async (t) => {
  const pem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  const signer = createSigner('masar.test/log', pem());
  const note = signCheckpoint(signer, { size: 8, root: hex(ROOTS[8]) });
  const text = `masar.test/log\n8\n${hex(ROOTS[8]).toString('base64')}\n`;
  t.equal(openNote(note, signer.key), text);
  t.equal(openNote(`${note}— somebody.else AAAAAAAA\n`, signer.key), text, 'others may sign as well');
  const changes = [note.replace('\n8\n', '\n9\n'), note.replace('\n\n', '\n'), note.slice(0, -1), '', note.replace('— ', '- ')];
  for (const changed of changes) t.equal(openNote(changed, signer.key), undefined);
  t.equal(openNote(note, createSigner('masar.test/log', pem()).key), undefined, 'the same name with another key');
  const keys = ['', 'a+b+c', signer.key.replace('masar', 'other'), `${signer.key}A`, NOTE_KEY.replace('c74f20a3', 'c74f20a4')];
  for (const key of keys) t.throws(() => openNote(note, key), RangeError);
  t.throws(() => createSigner('with space', pem()), RangeError);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'pem', type: 'pkcs8' });
  t.throws(() => createSigner('masar.test/log', rsa), RangeError);
  t.throws(() => signer.sign('no end'), RangeError);
});

async function aTree(t: Test) {
  const { pool } = await testDatabase(t);
  await pool.query(['begin', 'set local search_path to public', ...treeTables, 'commit'].join(';'));
  const tree = openTree(pool, 'public', 'events');
  const append = async (size: number, hashes: readonly Hash[]) => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const head = await tree.append(client, size, hashes);
      await client.query('commit');
      return head;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };
  return { tree, pool, append };
}
