/** Attacks on an exported log, each of which the verifier has to name, and clean logs, about which it has to say nothing. */
import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createAccessLog } from '../src/eventlog/access/accessLog.ts';
import type { AccessReceipt } from '../src/eventlog/access/receipts.ts';
import { migrateAccess } from '../src/eventlog/access/roles.ts';
import { sealMonths } from '../src/eventlog/access/trees.ts';
import { createMemoryLog } from '../src/eventlog/memory/memoryLog.ts';
import type { EventLog } from '../src/eventlog/port.ts';
import { openCheckpoint } from '../src/verifier/checkpoints.ts';
import { type Entry, readEntry, Sequence } from '../src/verifier/entries.ts';
import { type Finding, firstFault } from '../src/verifier/judge.ts';
import { verifyReceipt } from '../src/verifier/receipts.ts';
import { type Verdict, verifyExport, wordsOf } from '../src/verifier/verify.ts';
import { aSigner, auditTree } from './support/audit/audited.ts';
import { backupOf, edited, fill, type Line, madeToFit, parsed, written } from './support/audit/tampering.ts';

const COUNT = 100;
const EARLY = 60;
const signer = aSigner();
const streams = Array.from({ length: 9 }, () => `parcel-${randomUUID()}`);

let log: EventLog;
let lines: string[];
/** What was signed at 60 events and at 100, with leaves and without. */
const files = { early: '', late: '', earlyNote: '', lateNote: '' };
let tree: Awaited<ReturnType<typeof auditTree>>;

t.before(async () => {
  log = createMemoryLog();
  tree = await auditTree(t, signer);
  await fill(log, EARLY, streams);
  await tree.signAll(log);
  files.early = await tree.checkpoint();
  files.earlyNote = await tree.checkpoint('note');
  await fill(log, COUNT - EARLY, streams);
  await tree.signAll(log);
  files.late = await tree.checkpoint();
  files.lateNote = await tree.checkpoint('note');
  lines = await tree.exported(log);
});

type Name = keyof typeof files;
const named = (names: readonly Name[]) => names.map((name) => ({ name, content: files[name] }));
const verify = (tampered: readonly string[], ...names: Name[]): Verdict =>
  verifyExport(tampered, named(names.length > 0 ? names : ['late']), signer.key);

t.test('a clean log raises no alarm, by any checkpoint', async (t) => {
  t.equal(lines.length, COUNT);
  const sets: Name[][] = [
    ['late'],
    ['lateNote'],
    ['early'],
    ['earlyNote'],
    ['early', 'late'],
    ['earlyNote', 'lateNote'],
    ['late', 'earlyNote'],
  ];
  for (const names of sets) t.match(verify(lines, ...names), { ok: true, checkpoints: [], first: undefined }, names.join());
  t.match(wordsOf(verify(lines, 'early')), ['OK: 60 of 100 entries are what was signed; the rest was not signed yet']);
  for (let n = 0; n < 20; n += 1) {
    const clean = createMemoryLog();
    const own = await auditTreeOf(clean, 1 + n * 2);
    t.match(own, { ok: true, first: undefined });
  }
});

/** Verdict over a clean log of its own, in the tables of this test. */
async function auditTreeOf(clean: EventLog, count: number): Promise<Verdict> {
  await fill(clean, count, streams.slice(0, 1 + (count % 9)), randomUUID());
  await tree.pool.query('truncate audit.tree, audit.tree_node, audit.entry, audit.checkpoint, audit.leases');
  await tree.signAll(clean);
  return verifyExport(await tree.exported(clean), [{ name: 'own', content: await tree.checkpoint() }], signer.key);
}

t.test('one bit flipped at any byte of any line is named at exactly that entry', async (t) => {
  const opened = openCheckpoint('late', files.late, [signer.key]);
  if (!opened.ok || !opened.checkpoint.leaves) throw new Error('the checkpoint is good');
  const { leaves } = opened.checkpoint;
  const entries = lines.map(readEntry);
  let flips = 0;
  let unseen = 0;
  for (const [at, line] of lines.entries()) {
    const bytes = Buffer.from(line);
    for (let place = 0; place < bytes.length; place += 1) {
      const bit = 1 << ((place + at) % 8);
      bytes[place]! ^= bit;
      flips += 1;
      const entry = readEntry(bytes.toString('utf8'));
      // The others are clean: held to its place, the changed one alone has to be seen.
      if (entry.unreadable === undefined && entry.leaf.equals(leaves[at]!) && fits(entries, at, entry)) unseen += 1;
      bytes[place]! ^= bit;
    }
  }
  t.equal(unseen, 0, `${flips} flips`);
  t.ok(flips > 60_000);
  t.ok(
    lines.every((_, at) => fits(entries, at, entries[at]!)),
    'control: as they are they fit',
  );
});

/** Whether an entry follows from the ones before it. */
function fits(entries: readonly Entry[], at: number, entry: Entry): boolean {
  const sequence = new Sequence();
  for (const before of entries.slice(0, at)) sequence.next(before);
  return sequence.next(entry) === undefined;
}

t.test('a sample of the flips, in the line and in the bytes of the event, through the whole verifier', async (t) => {
  for (let n = 0; n < 150; n += 1) {
    const at = randomInt(COUNT);
    const bytes = Buffer.from(lines[at]!);
    bytes[randomInt(bytes.length)]! ^= 1 << (n % 8);
    const flippedLine = lines.with(at, bytes.toString('utf8'));
    const line = parsed(lines)[at]!;
    const content = Buffer.from(line.bytes, 'base64');
    content[randomInt(content.length)]! ^= 1 << (n % 8);
    const flippedBytes = lines.with(at, JSON.stringify({ ...line, bytes: content.toString('base64') }));
    for (const tampered of [flippedLine, flippedBytes]) {
      const names: Name[] = n % 3 === 0 ? ['lateNote'] : n % 3 === 1 ? ['late'] : ['early', 'lateNote'];
      const { ok, first } = verify(tampered, ...names);
      if (ok || first?.logIndex !== at + 1) t.fail(`${names} at ${at + 1}: ${JSON.stringify(first)}`);
    }
  }
  t.match(verify(lines), { ok: true });
});

interface Attack {
  readonly title: string;
  edit(lines: Line[]): Line[];
  readonly finds: Partial<Finding>;
  /** What is found when the attacker leaves numbers and hashes as they were and only the signed note is at hand. */
  readonly careless?: Partial<Finding>;
}

/** Where in the log the attacks take place, from 0; and the place of the next event of another stream, and of the same one. */
function places(all: readonly Line[]) {
  const at = 40;
  const other = all.findIndex((line, i) => i > at && line.stream !== all[at]!.stream);
  const same = all.findIndex((line, i) => i > at && line.stream === all[at]!.stream);
  return { at, other, same };
}

const swap = <T>(all: readonly T[], a: number, b: number): T[] => all.with(a, all[b]!).with(b, all[a]!);

function attacksOn(all: readonly Line[]): readonly Attack[] {
  const { at, other, same } = places(all);
  const logIndex = at + 1;
  const sealed = (line: Line) => /"text":"([^"]*)"/.exec(Buffer.from(line.bytes, 'base64').toString('utf8'))![1]!;
  const withText = (line: Line, text: string) => edited(line, (json) => json.replace(/"text":"[^"]*"/, `"text":"${text}"`));
  return [
    {
      title: 'an event deleted',
      edit: (all) => all.toSpliced(at, 1),
      finds: { kind: 'missing', logIndex },
      careless: { kind: 'missing', logIndex },
    },
    {
      title: 'three events deleted',
      edit: (all) => all.toSpliced(at, 3),
      finds: { kind: 'missing', logIndex },
      careless: { kind: 'missing', logIndex },
    },
    {
      title: 'the first event deleted',
      edit: (all) => all.slice(1),
      finds: { kind: 'missing', logIndex: 1 },
      careless: { kind: 'missing', logIndex: 1 },
    },
    {
      title: 'an event inserted',
      edit: (all) => all.toSpliced(at, 0, withText(all[other]!, 'c3RyYW5nZXI')),
      finds: { kind: 'inserted', logIndex },
      careless: { logIndex },
    },
    {
      title: 'two events of different streams swapped',
      edit: (all) => swap(all, at, other),
      finds: { kind: 'reordered', logIndex, belongs: other + 1 },
      careless: { logIndex },
    },
    {
      title: 'an event repeated behind itself',
      edit: (all) => all.toSpliced(at + 1, 0, all[at]!),
      finds: { kind: 'duplicated', logIndex: at + 2, belongs: at + 1 },
      careless: { logIndex: at + 2 },
    },
    {
      title: 'the end cut off',
      edit: (all) => all.slice(0, at),
      finds: { kind: 'truncated', logIndex },
      careless: { kind: 'truncated', logIndex },
    },
    {
      title: 'an event moved to another stream',
      edit: (all) => all.with(at, { ...all[at]!, stream: all[other]!.stream }),
      finds: { kind: 'moved', logIndex },
      careless: { logIndex },
    },
    {
      title: 'the sealed values of two events swapped',
      edit: (all) => all.with(at, withText(all[at]!, sealed(all[same]!))).with(same, withText(all[same]!, sealed(all[at]!))),
      finds: { kind: 're-signed', logIndex },
      careless: { kind: 'altered', logIndex },
    },
    {
      title: 'an event rewritten and its hashes made again',
      edit: (all) => all.with(at, withText(all[at]!, 'b3RoZXI')),
      finds: { kind: 're-signed', logIndex },
      careless: { kind: 'altered', logIndex },
    },
  ];
}

t.test('every attack on the entries is named at the first entry it touched', async (t) => {
  const all = parsed(lines);
  for (const { title, edit, finds, careless } of attacksOn(all)) {
    const fitted = written(madeToFit(edit([...all])));
    t.match(verify(fitted), { ok: false, first: finds, checkpoints: [] }, title);
    t.match(verify(fitted, 'early', 'lateNote'), { ok: false, first: finds }, `${title}, by an earlier list`);
    const plain = written(edit([...all]));
    t.match(verify(plain), { ok: false, first: { logIndex: finds.logIndex } }, `${title}, hashes left as they were`);
    t.match(verify(plain, 'lateNote'), { ok: false, first: careless }, `${title}, hashes left as they were, by the note alone`);
    t.match(verify(fitted, 'lateNote'), { ok: false }, `${title}, made to fit, by the note alone`);
  }
});

t.test('with numbers left as they were, what is repeated, swapped or altered is called so', async (t) => {
  const all = parsed(lines);
  const { at, same } = places(all);
  const twice = written(all.toSpliced(at + 1, 0, all[at]!));
  t.match(verify(twice).first, { kind: 'duplicated', logIndex: at + 2, belongs: at + 1, stream: all[at]!.stream });
  t.match(verify(written(all.toSpliced(at, 0, all[same]!))).first, { kind: 'duplicated', logIndex: at + 1, belongs: same + 1 });
  t.match(verify(written(swap(all, at, same))).first, { kind: 'reordered', logIndex: at + 1, belongs: same + 1 });
  t.match(
    verify(
      written(
        all.with(
          at,
          edited(all[at]!, (text) => text.replace('data', 'dati')),
        ),
      ),
    ).first,
    { kind: 'altered' },
  );
  const missing = written(all.toSpliced(at, 1));
  t.match(verify(missing).first, { kind: 'missing', stream: all[at]!.stream, revision: all[at]!.revision }, 'by its stream');
  t.match(verify(written(all.with(at, { ...all[at]!, logIndex: '7' }))).first, { kind: 'misnumbered', logIndex: at + 1 });
  t.match(verify(written(all.with(at, { ...all[at]!, leaf: all[same]!.leaf }))).first, { kind: 'altered', logIndex: at + 1 });
  t.match(verify(written(all.with(at, { ...all[at]!, chain: all[same]!.chain }))).first, {
    kind: 'broken chain',
    logIndex: at + 1,
  });
  const joined = [...lines.slice(0, at), `${lines[at]}${lines[at + 1]}`, ...lines.slice(at + 2)];
  t.match(verify(joined).first, { kind: 'unreadable', logIndex: at + 1 });
  t.match(verify(lines.with(at, lines[at]!.replace('{', '{ '))).first, { kind: 'unreadable', logIndex: at + 1 });
});

t.test(
  'by notes alone, what was made to fit lies between the last checkpoint that holds and the first that does not',
  async (t) => {
    const all = parsed(lines);
    const rewrite = (at: number) =>
      written(
        madeToFit(
          all.with(
            at,
            edited(all[at]!, (text) => text.replace('data', 'dati')),
          ),
        ),
      );
    t.match(verify(rewrite(80), 'earlyNote', 'lateNote').first, { kind: 'differs', logIndex: EARLY + 1, upTo: COUNT });
    t.match(verify(rewrite(20), 'earlyNote', 'lateNote').first, { kind: 'differs', logIndex: 1, upTo: EARLY });
    t.match(verify(rewrite(80), 'early'), { ok: true, covered: EARLY }, 'what nobody signed yet, nobody can vouch for');
  },
);

t.test('an older copy of the log is told by a newer checkpoint', async (t) => {
  const old = await auditTree(t, signer);
  const backup = await backupOf(log, 70);
  await old.signAll(backup);
  const exported = await old.exported(backup);
  const own = { name: 'own', content: await old.checkpoint() };
  t.match(verifyExport(exported, [own], signer.key), { ok: true }, 'by itself it is right, since it was so once');
  t.match(verifyExport(exported, [own, ...named(['late'])], signer.key), {
    ok: false,
    first: { kind: 'truncated', logIndex: 71, upTo: COUNT },
    checkpoints: [],
  });
  t.match(verifyExport(exported, named(['lateNote']), signer.key).first, { kind: 'truncated', logIndex: 71, upTo: COUNT });
});

t.test('a log that went on differently from an older copy is told, though the right key signed it', async (t) => {
  const forked = await auditTree(t, signer);
  const fork = await backupOf(log, 50);
  await fill(fork, 90, streams, 'other');
  await forked.signAll(fork);
  const exported = await forked.exported(fork);
  const [own, note] = [await forked.checkpoint(), await forked.checkpoint('note')];
  t.match(verifyExport(exported, [{ name: 'fork', content: own }], signer.key), { ok: true }, 'who saw only this cannot know');
  t.match(verifyExport(exported, [{ name: 'fork', content: own }, ...named(['late'])], signer.key), {
    ok: false,
    checkpoints: [{ kind: 'fork', name: 'fork', logIndex: 51 }],
    first: { logIndex: 51 },
  });
  t.match(verifyExport(exported, [{ name: 'fork', content: own }, ...named(['earlyNote'])], signer.key), {
    ok: false,
    checkpoints: [{ kind: 'fork' }],
    first: { kind: 'differs', upTo: EARLY },
  });
  t.match(verifyExport(exported, [{ name: 'fork', content: note }, ...named(['late'])], signer.key), { first: { logIndex: 51 } });
});

t.test('a checkpoint by another key, with a changed head, signature or list of leaves counts for nothing', async (t) => {
  const foreign = await auditTree(t, aSigner());
  const all = parsed(lines);
  const rewritten = createMemoryLog();
  for (const [at, line] of all.entries()) {
    const bytes = Buffer.from((at === 30 ? edited(line, (text) => text.replace('data', 'dati')) : line).bytes, 'base64');
    await rewritten.append(line.stream, line.revision === 0 ? 'none' : line.revision - 1, [
      { id: randomUUID(), type: line.type, bytes },
    ]);
  }
  await foreign.signAll(rewritten);
  const exported = await foreign.exported(rewritten);
  const forged = { name: 'forged', content: await foreign.checkpoint() };
  t.match(verifyExport(exported, [forged], signer.key), { ok: false, checkpoints: [{ kind: 'foreign key', name: 'forged' }] });
  t.match(verifyExport(exported, [forged, ...named(['late'])], signer.key), {
    ok: false,
    checkpoints: [{ kind: 'foreign key' }],
    first: { kind: 're-signed', logIndex: 31 },
  });
  const unasked = verifyExport(exported, [forged]);
  t.match(unasked, { ok: true, given: false });
  t.match(wordsOf(unasked).join('\n'), /The key was taken from the file: compare it .*masar\.test\/log\+/);
  t.match(verifyExport(exported, [forged, ...named(['late'])]), { ok: false }, 'two keys for one log do not agree');

  const content = files.late;
  const changed: [string, string, string][] = [
    ['another size', content.replace('\n100\n', '\n99\n'), 'bad signature'],
    ['another origin', content.replace('masar.test/log\n', 'masar.test/lag\n'), 'bad signature'],
    ['another root', content.replace(/\n100\n./, '\n100\n!'), 'malformed checkpoint'],
    ['a list with two leaves swapped', swapLines(content, 20, 21), 'altered leaf list'],
    ['a list with a leaf less', content.split('\n').toSpliced(30, 1).join('\n'), 'altered leaf list'],
    ['a list with a leaf more', `${content}${'A'.repeat(43)}=\n`, 'altered leaf list'],
    ['nothing', '', 'malformed checkpoint'],
    ['a tail of another kind', `${files.lateNote}\nkey\n`, 'malformed checkpoint'],
  ];
  for (const [title, content, kind] of changed) {
    t.match(
      verifyExport(lines, [{ name: title, content }], signer.key),
      { ok: false, checkpoints: [{ kind, name: title }] },
      title,
    );
  }
  t.match(
    verifyExport(lines, named(['lateNote'])),
    { ok: false, checkpoints: [{ kind: 'foreign key' }] },
    'a bare note needs a key',
  );
  for (let place = 0; place < files.lateNote.length; place += 1) {
    const bytes = Buffer.from(files.lateNote);
    bytes[place]! ^= 1 << (place % 8);
    if (verifyExport(lines, [{ name: 'flipped', content: bytes.toString('utf8') }], signer.key).ok)
      t.fail(`byte ${place} of the note`);
  }
});

function swapLines(content: string, a: number, b: number): string {
  return swap(content.split('\n'), a, b).join('\n');
}

t.test('the faults are found by the entries and not by chance: without them nothing is', async (t) => {
  const entries = lines.map(readEntry);
  t.equal(firstFault(entries, []), undefined);
  t.match(verifyExport(lines, [], signer.key), { ok: false, first: undefined }, 'yet nothing is right that nobody signed');
});

/** Receipts of every entry of an access log, and notes that were signed at 5 and at 9 entries. */
async function accessReceipts() {
  await migrateAccess(tree.pool, 'access');
  const accessLog = createAccessLog({ pool: tree.pool, schema: 'access' });
  const receipts: AccessReceipt[] = [];
  for (const upTo of [5, 9, 16]) {
    for (let one = receipts.length; one < upTo; one += 1) {
      const about = {
        posts: [],
        route: 'GET /x',
        cases: [streams[one % 9]!],
        owners: [],
        tier: 'T2',
        outcome: 'allowed',
      } as const;
      await accessLog.record([{ at: `2026-03-01T08:00:${10 + one}.000Z`, requestId: `r${one}`, staff: 'officer', ...about }]);
    }
    await sealMonths(tree.pool, 'access', signer, '2026-03-01T09:00:00.000Z');
    receipts.length = 0;
    for (let leaf = 0; leaf < upTo; leaf += 1) {
      const receipt = await accessLog.receipt({ highestTier: 'T2' }, { month: '2026-03', leaf });
      if (receipt === undefined || receipt === 'not sealed yet') throw new Error('it is sealed');
      receipts.push(receipt);
      checkedReceipts.push(receipt);
    }
  }
  return receipts;
}
const checkedReceipts: AccessReceipt[] = [];

t.test('an entry of the access log is held to its signed head by its receipt, and named when it was changed', async (t) => {
  const receipts = await accessReceipts();
  const judge = (receipt: unknown, notes: readonly string[] = [], key = [signer.key]) =>
    verifyReceipt(
      { name: 'receipt', content: JSON.stringify(receipt) },
      notes.map((content, at) => ({ name: `note ${at}`, content })),
      key,
    );
  t.equal(checkedReceipts.length, 5 + 9 + 16);
  for (const receipt of checkedReceipts) t.match(judge(receipt), { ok: true, kind: 'as signed' }, 'in trees of several sizes');

  const [one, next] = [receipts[11]!, receipts[12]!];
  let unseen = 0;
  for (let place = 0; place < one.entry.length; place += 1) {
    const bytes = Buffer.from(one.entry);
    bytes[place]! ^= 1 << (place % 7);
    const verdict = judge({ ...one, entry: bytes.toString('utf8') });
    if (verdict.ok || verdict.leaf !== 11) unseen += 1;
  }
  t.equal(unseen, 0, 'one bit of any byte of it');
  const rewritten = { ...one, entry: one.entry.replace('officer', 'nobody') };
  t.match(judge(rewritten), { ok: false, kind: 'altered', tree: 'access-2026-03', leaf: 11 });
  t.match(judge({ ...one, entry: next.entry }), { kind: 'misplaced' });
  t.match(judge({ ...next, leaf: 11 }), { kind: 'misplaced' });
  t.match(judge({ ...next, leaf: 11, entry: next.entry.replace('"leaf":12', '"leaf":11') }), { kind: 'altered' });
  t.match(judge({ ...one, tree: 'access-2026-04' }), { kind: 'checkpoint' }, 'the head of another month');
  t.match(judge({ ...one, entry: one.entry.replace('2026-03', '2026-04') }), { kind: 'misplaced' });
  t.match(judge({ ...one, proof: one.proof.slice(1) }), { kind: 'altered' });
  t.match(judge({ ...one, proof: [...one.proof, one.proof[0]] }), { kind: 'altered' });
  t.match(judge({ ...one, proof: one.proof.toReversed() }), { kind: 'altered' });
  t.match(judge({ ...one, proof: ['x'] }), { kind: 'unreadable' });
  t.match(judge({ ...one, checkpoint: one.checkpoint.replace('\n16\n', '\n17\n') }), {
    kind: 'checkpoint',
    because: /bad signature/,
  });
  t.match(judge({ ...one, checkpoint: files.lateNote }), { kind: 'checkpoint' }, 'a head of the event log is none of this one');
  t.match(judge(one, [], [aSigner().key]), { kind: 'checkpoint', because: /foreign key/ });
  t.match(judge(one, [], []), { ok: true, believed: signer.key });

  const { size, root } = { size: 16, root: Buffer.alloc(32, 7).toString('base64') };
  const fork = signer.sign(`${signer.name}/access-2026-03\n${size}\n${root}\n`);
  t.match(judge(one, [fork]), { ok: false, because: /fork: .* note 0/ }, 'by a head the auditor kept');
  t.match(judge(one, [one.checkpoint, checkedReceipts[0]!.checkpoint, files.lateNote]), { ok: true });

  const folder = mkdtempSync(join(tmpdir(), 'masar-verify-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const put = (name: string, receipt: unknown) => {
    writeFileSync(join(folder, name), JSON.stringify(receipt));
    return join(folder, name);
  };
  const good = await cli('--receipt', put('good', one), '--receipt', put('next', next), '--key', signer.key);
  t.match(good, { code: 0, output: /^OK: .*good \(access-2026-03, entry 11\) is what was signed\nOK: .*next/ });
  const bad = await cli('--receipt', put('bad', rewritten));
  t.equal(bad.code, 1);
  t.match(bad.output, /RECEIPT .*bad \(access-2026-03, entry 11\) is not what was signed: .* \[altered\]/);
  t.match(bad.output, 'The key was taken from the file');
  t.equal((await cli('--receipt', join(folder, 'nothing'))).code, 2);
});

t.test('npm run verify says it in words, with the status of the process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'masar-verify-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const put = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const clean = put('clean.ndjson', `${lines.join('\n')}\n`);
  const missing = put('missing.ndjson', `${lines.toSpliced(40, 1).join('\n')}\n`);
  const checkpoint = put('checkpoint', files.late);
  const good = await cli('--export', clean, '--checkpoint', checkpoint, '--key', signer.key);
  t.match(good, { code: 0, output: 'OK: 100 of 100 entries are what was signed\n' });
  const bad = await cli('--export', missing, '--checkpoint', checkpoint, '--checkpoint', put('early', files.early));
  const { stream, revision } = parsed(lines)[40]!;
  t.equal(bad.code, 1);
  t.match(bad.output, `ENTRY 41 (${stream}, revision ${revision}) is missing [missing]`);
  t.match(bad.output, 'The key was taken from the file');
  t.equal((await cli('--export', clean)).code, 2);
  t.equal((await cli('--export', join(folder, 'nothing'), '--checkpoint', checkpoint)).code, 2);
});

async function cli(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../src/verifier/main.js', import.meta.url)), ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
