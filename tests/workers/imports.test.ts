import { createHash, randomUUID } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import t from 'tap';
import { claim } from '../../src/domain/claim/index.ts';
import type { KnownPerson } from '../../src/domain/household/index.ts';
import { type HouseholdState, household, householdFollowUps } from '../../src/domain/household/index.ts';
import { type ImportState, importLimits, importRun, PLANS } from '../../src/domain/importRun/index.ts';
import type { RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { office } from '../../src/domain/office/index.ts';
import { descriptorOf, type PersonState, person } from '../../src/domain/person/index.ts';
import type { Executor } from '../../src/eventlog/execute.ts';
import { derivedId, naturalId } from '../../src/eventlog/ids.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { migrateQueue } from '../../src/platform/queue.ts';
import { readTable, type UnreadableTable } from '../../src/platform/tables/readTable.ts';
import { writeCsv, writeXlsx } from '../../src/platform/tables/writeTable.ts';
import type { ImportParts } from '../../src/workers/imports/parts.ts';
import { importRowsOf } from '../../src/workers/imports/rows.ts';
import { workerMigrations } from '../../src/workers/migrations.ts';
import { following } from '../../src/workers/reactors/followUps.ts';
import { imports } from '../../src/workers/reactors/imports.ts';
import { reservations } from '../../src/workers/reactors/reservations.ts';
import { testDatabase } from '../support/postgres.ts';
import { colleague, type Person, refused, someone, world } from '../support/scenario.ts';
import { workersFor } from './support.ts';

// Kills, queues and a database: more than half a minute on a busy machine.
t.setTimeout(180_000);

const template = PLANS.households.columns;
const keys = template.map((one) => one.key);
const headings = template.map((one) => one.heading.ar);
const line = (cells: Record<string, string>): string[] => keys.map((key) => cells[key] ?? '');

const head = (fileNo: string, more: Record<string, string> = {}) =>
  line({
    fileNo,
    relation: 'رب الأسرة',
    firstName: `رب${fileNo.replace(/\D/g, '')}`,
    fatherName: 'اب',
    sex: 'أنثى',
    birth: '١٩٨٤',
    nationalNumber: `19840000${fileNo.replace(/\D/g, '').padStart(4, '0')}`,
    registeredOn: '15/9/2014',
    letterNumber: '41/7',
    letterDate: '2014-09-15',
    letterIssuedBy: 'قائمقامية',
    origin: 'IQG15Q07N03',
    displacedOn: '8/2014',
    wave: 'aug_2014',
    cause: 'conflict',
    area: 'IQG08Q04',
    siteType: 'camp',
    shelter: 'camp',
    rationCard: `r${fileNo}`,
    ...more,
  });
const child = (fileNo: string, firstName: string, more: Record<string, string> = {}) =>
  line({ fileNo, relation: 'daughter', firstName, fatherName: `اب${fileNo}`, sex: 'female', birth: '2012', ...more });

const csv = (...rows: string[][]): Buffer => writeCsv([headings, ...rows]);

/** A fixed office, so that the same file is the same import in every world. */
const OFFICE = '7b1cde3e-6a0c-4b06-8b64-1f6f5f3f0c11';

/** A branch, a store of files, and the reactor with what it needs. */
async function backlog(t: Parameters<typeof testDatabase>[0]) {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'workers', migrations: workerMigrations });
  const rows = importRowsOf(pool, 'workers');

  const inWorld = async (kind: 'branch' | 'committee' = 'branch') => {
    const w = world([importRun, household, person, claim, office], undefined, undefined, { admit: async () => {} });
    const files = new Map<string, Buffer>();
    const registrar = someone(kind === 'branch' ? 'registrar' : 'subcommitteeClerk', { office: OFFICE, organisation: OFFICE });
    const verifier = colleague(registrar, kind === 'branch' ? 'verifier' : 'subcommitteeChair');
    const opened = {
      organisation: OFFICE,
      names: { ar: 'فرع', en: 'Branch' },
      kind,
      governorate: 'IQG15',
      from: '2010-01-01',
    };
    await w.given('office', OFFICE, { type: 'OfficeOpened', data: opened });
    const known: KnownPerson[] = [];
    const about: string[] = [];
    const parts: ImportParts & { registry: typeof w.registry } = {
      registry: w.registry,
      rows,
      rulebook: w.rulebook,
      read: async (id) => {
        const bytes = files.get(id);
        return (
          bytes && {
            sha256: '',
            content: (async function* () {
              yield bytes.subarray(0, 100);
              yield bytes.subarray(100);
            })(),
          }
        );
      },
      personsAt: async () => async () => known,
      casesAbout: async () => about,
    };
    const upload = async (bytes: Buffer, by: Person = registrar) => {
      const document = derivedId('test file', createHash('sha256').update(bytes).digest('hex'));
      files.set(document, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const input = { kind: kind === 'branch' ? 'households' : 'claims', office: OFFICE, document, sha256 };
      return (await w.when(by, 'importRun', 'upload', undefined, input)).outcome.id;
    };
    const stateOf = async (id: string) => (await w.cases.load(importRun, id)).record.state as ImportState;
    const streams = async (): Promise<Record<string, string[]>> => {
      const all: Record<string, string[]> = {};
      for (let from = 0n; from < (await w.log.head()); ) {
        const { events, scannedTo } = await w.log.readAll(from, 1_000);
        for (const one of events) all[one.stream] = [...(all[one.stream] ?? []), one.type];
        from = scannedTo;
      }
      return all;
    };
    const of = async (process: string) => Object.keys(await streams()).filter((one) => one.startsWith(`${process}-`));

    /** Does what the import's events ask for, as the workers do: one task after the other, each again until it is done. */
    const settle = async (id: string, executor: Executor = w.executor, onFault: () => void = () => {}): Promise<void> => {
      let reactor = imports(parts);
      for (let at = 0; ; ) {
        const { history, stored } = await w.cases.load(importRun, id);
        const event = history[at];
        if (!event) return;
        try {
          for (const task of reactor.react(event))
            await reactor.perform(task, contextOf(event, stored[at]?.position ?? 0n, executor));
          at += 1;
        } catch (error) {
          if (!(error instanceof Killed)) throw error;
          onFault();
          reactor = imports(parts);
        }
      }
    };
    const contextOf = (event: RecordedEvent, position: bigint, executor: Executor) => {
      const { eventId, stream, revision, occurredAt, correlationId } = event.meta;
      return {
        cause: { event: eventId, stream, revision, position, occurredAt, correlationId },
        cases: w.cases,
        execute: executor.execute,
        now: w.now,
        command: (next: { process: string; command: string; id?: string | undefined; input: unknown; part?: string }) =>
          w.executor.execute({
            ...next,
            id: next.id,
            key: `${eventId} ${next.part}`,
            principal: { kind: 'system', name: 'imports' },
          }),
      };
    };
    return { w, files, registrar, verifier, known, about, parts, rows, upload, stateOf, streams, of, settle };
  };
  return { pool, inWorld };
}

class Killed extends Error {}

/** A spreadsheet with these rows as its XML; `says`: the size its directory tells of the sheet. */
function sheetOf(rows: string, says?: number, doctype = ''): Buffer {
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const related = (target: string, type: string) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/${type}" Target="${target}"/></Relationships>`;
  const files: readonly (readonly [string, string])[] = [
    ['_rels/.rels', related('xl/workbook.xml', 'officeDocument')],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', related('worksheets/sheet1.xml', 'worksheet')],
    ['xl/worksheets/sheet1.xml', `${doctype}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`],
  ];
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of files) {
    const packed = deflateRawSync(text);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(text), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(says !== undefined && name.endsWith('sheet1.xml') ? says : Buffer.byteLength(text), 18);
    facts.writeUInt16LE(name.length, 22);
    const part = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, Buffer.from(name), packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), facts.subarray(0, 2), facts, place, Buffer.from(name)]));
    parts.push(part);
    at += part.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

t.test('tables', async (t) => {
  const lines = [
    ['الاسم', 'رقم'],
    ['سعاد؛ "أم علي"', '٠٠١٢'],
  ];
  t.test('are read alike from every way of writing them', async (t) => {
    const text = 'الاسم;رقم\r\n"سعاد؛ ""أم علي""";٠٠١٢\r\n';
    t.same(await readTable(writeCsv(lines)), lines);
    t.same(await readTable(await writeXlsx([{ name: 'x', lines }])), lines);
    t.same(await readTable(Buffer.from(text)), lines);
    t.same(await readTable(Buffer.from(`sep=;\r\n${text}`)), lines);
    t.same(await readTable(Buffer.from(`\ufeff${text.replaceAll(';', '\t')}`, 'utf16le')), lines);
    // "سعاد" and "نعم" as Windows-1256 writes them.
    const windows = Buffer.from([0xd3, 0xda, 0xc7, 0xcf, 0x2c, 0xe4, 0xda, 0xe3, 0x0a]);
    t.same(await readTable(windows), [['سعاد', 'نعم']]);
  });
  t.test('keep their row numbers where a line is empty', async (t) => {
    t.same(await readTable(Buffer.from('a,b\n\n1,2\n')), [['a', 'b'], [''], ['1', '2']]);
  });
  t.test('are refused where they are none, or would unpack to too much', async (t) => {
    const code = (bytes: Buffer) =>
      readTable(bytes).then(
        () => 'read',
        (error: UnreadableTable) => error.code,
      );
    t.equal(await code(Buffer.from([0, 1, 2, 3])), 'NOT_A_TABLE');
    t.equal(await code(Buffer.from('PK\u0003\u0004 but no archive')), 'NOT_A_TABLE');
    const xlsx = await writeXlsx([{ name: 'x', lines }]);
    const directory = xlsx.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    xlsx.writeUInt32LE(0xfffffff0, directory + 24);
    t.equal(await code(xlsx), 'TABLE_TOO_LARGE');
  });
  t.test('are refused where they unpack to more than they say, or lay out more than there is', async (t) => {
    const code = (bytes: Buffer) =>
      readTable(bytes).then(
        (lines) => lines.length,
        (error: UnreadableTable) => error.code,
      );
    const address = (at: string) => `<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>${at}`;
    const far = '<row r="1048576"><c r="&#88;FD1048576" t="inlineStr"><is><t>y</t></is></c></row>';
    t.equal(await code(sheetOf(address(''))), 1, 'one cell is one line');
    t.equal(await code(sheetOf(address(far))), 'TABLE_TOO_LARGE', 'a cell at the end of the world');
    const bomb = sheetOf(address(`<!--${' '.repeat(140 * 1024 * 1024)}-->`), 1_000);
    t.ok(bomb.length < 1024 * 1024, 'packed a thousandfold');
    t.equal(await code(bomb), 'TABLE_TOO_LARGE', 'the directory says 1,000 bytes');
    t.equal(await code(Buffer.from(`a,b${'\n'.repeat(300_000)}`)), 'TABLE_TOO_LARGE', 'nothing but empty lines');
    t.equal(await code(Buffer.from(`a,b${','.repeat(6_000_000)}`)), 'TABLE_TOO_LARGE', 'nothing but empty cells');
    const entities = '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/hostname">]>';
    t.same(await readTable(sheetOf('<row r="1"><c r="A1" t="str"><v>&a;</v></c></row>', undefined, entities)), [['&a;']]);
  });
});

t.test('imports', async (t) => {
  const { pool, inWorld } = await backlog(t);

  t.test('a file whose rows have errors commits the others, as dated facts that both officers stand behind', async (t) => {
    const b = await inWorld();
    const returned = { standing: 'returned', standingOn: '2018-05-01', standingArea: 'IQG15Q07N03' };
    const file = await writeXlsx([
      {
        name: 'x',
        lines: [
          headings,
          head('15/1', returned),
          child('15/1', 'ابنة', { civilIdStatus: 'مفقودة' }),
          head('15/2', { sex: 'x' }),
          child('15/2', 'ابنة'),
          head('15/3', { registeredOn: '' }),
        ],
      },
    ]);
    const id = await b.upload(file);
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'ready', found: { rows: 5, good: 2, bad: 3, units: 1 }, duplicates: [] });
    const page = await b.rows.page(id, {}, 0, 10);
    t.match(page.items, [
      { row: 2, unit: 2, status: 'ready' },
      { row: 3, unit: 2, status: 'ready' },
      { row: 4, status: 'bad', errors: [{ column: 'sex', code: 'CODE_UNKNOWN' }] },
      { row: 5, status: 'withheld', errors: [] },
      { row: 6, status: 'bad', errors: [{ column: 'registeredOn', code: 'MISSING' }] },
    ]);
    t.notMatch(
      JSON.stringify((await pool.query('select * from workers.import_rows')).rows),
      /ابنة|19840000/,
      'no value of a row is kept',
    );
    await refused(t, b.w.when(b.registrar, 'importRun', 'commit', id, {}), 'FORBIDDEN');
    t.same(await b.of('person'), [], 'nothing is entered before a second officer commits');
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'committed', committing: { done: 1, refused: 0 } });
    t.same(await b.rows.counts(id), { bad: 2, done: 2, withheld: 1 });

    const [row] = (await b.rows.page(id, { status: 'done' }, 0, 1)).items;
    const [family, mother] = row?.cases ?? [];
    const { record, history } = await b.w.cases.load(household, family?.id ?? '');
    t.match(record, {
      status: 'returned',
      adoption: { confirmed: true },
      reservations: [{ status: 'confirmed' }],
      owner: { office: OFFICE },
      waits: [{ key: 'closeFile', since: '2018-04-30T21:00:00.000Z' }],
      state: { fileNo: '15/1', head: mother?.id, members: [{ person: mother?.id }, {}] } satisfies
        | Partial<HouseholdState>
        | object,
    });
    t.match(history[1]?.meta, {
      actor: { id: 'system:importEntry', office: OFFICE },
      onBehalfOf: b.registrar.id,
      channel: 'paper_backlog',
      occurredAt: '2014-09-14T21:00:00.000Z',
      letterRef: { number: '41/7' },
      evidence: [{ docType: 'paper_register' }],
      correlationId: id,
    });
    t.match(history.find((one) => one.type === 'AdoptionConfirmed')?.meta, {
      actor: { id: 'system:importConfirmation' },
      onBehalfOf: b.verifier.id,
    });
    const { state } = (await b.w.cases.load(person, mother?.id ?? '')).record;
    t.match(state, { name: { ar: { first: 'رب151' } }, birth: { precision: 'year' }, documents: [{ usable: true }] });
    const second = (await b.rows.page(id, { status: 'done' }, 2, 1)).items[0]?.cases[0];
    t.match((await b.w.cases.load(person, second?.id ?? '')).record.state, { documents: [{ usable: false, status: 'lost' }] });

    await refused(t, b.upload(file), 'ALREADY_EXISTS');
    const before = await b.w.log.head();
    await b.settle(id);
    t.equal(await b.w.log.head(), before, 'going through it once more changes nothing');
  });

  t.test('says why a file cannot be read at all', async (t) => {
    const b = await inWorld();
    const problem = async (bytes: Buffer, spoil: (document: string) => void = () => {}) => {
      const id = await b.upload(bytes);
      const state = await b.stateOf(id);
      spoil(state.status === 'none' ? '' : state.document);
      await b.settle(id);
      const after = await b.stateOf(id);
      return after.status === 'unreadable' ? [after.problem, ...after.columns] : [after.status];
    };
    t.same(await problem(Buffer.from([0, 1])), ['NOT_A_TABLE']);
    t.same(await problem(writeCsv([headings.filter((one) => one !== 'الجنس'), ['1']])), ['COLUMN_MISSING', 'sex']);
    t.same(await problem(writeCsv([[...headings, 'sex'], ['1']])), ['COLUMN_TWICE', 'sex']);
    t.same(await problem(csv()), ['NO_ROWS']);
    t.same(await problem(csv(head('1')), (document) => b.files.delete(document)), ['FILE_MISSING']);
    t.same(await problem(csv(head('2')), (document) => b.files.set(document, csv(head('3')))), ['FILE_CHANGED']);
  });

  t.test('shows who may be on record already, and leaves out what people leave out', async (t) => {
    const b = await inWorld();
    const registered = await b.w.when(b.registrar, 'person', 'register', undefined, {
      name: { ar: { first: 'رب1', father: 'اب' } },
      sex: 'female',
      birth: { date: '1984-01-01', precision: 'year' },
    });
    await b.w.when(b.registrar, 'person', 'recordDocument', registered.outcome.id, {
      docType: 'unified_national_card',
      number: '198400000001',
      status: 'valid',
    });
    const state = (await b.w.cases.load(person, registered.outcome.id)).record.state as PersonState;
    b.known.push({ id: registered.outcome.id, descriptor: descriptorOf(state)! });
    const twin = { firstName: 'توأم', fatherName: 'صالح', nationalNumber: '' };
    const id = await b.upload(csv(head('1', { nationalNumber: '00198400000001' }), head('2', twin), head('3', twin), head('4')));
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'in_review', duplicates: [2, 4], found: { units: 4 } });
    const { items } = await b.rows.page(id, { status: 'doubtful' }, 0, 10);
    t.match(items, [
      { row: 2, duplicates: [{ person: registered.outcome.id }] },
      { row: 4, duplicates: [{ row: 3 }] },
    ]);
    t.ok((items[0]?.duplicates[0]?.score ?? 0) >= 90, 'the padded number is the same number');
    const partner = colleague(b.registrar, 'partnerCaseworker');
    const guesses = csv(head('5', { firstName: 'غير', nationalNumber: '00198400000001' }), head('6'));
    const guessed = await b.upload(guesses, partner);
    await b.settle(guessed);
    t.match(await b.stateOf(guessed), { status: 'ready', duplicates: [] }, 'a number is compared only for who may look up by it');
    await b.w.when(b.registrar, 'importRun', 'cancel', guessed, { reason: 'brought again by the branch' });
    await b.w.when(b.registrar, 'importRun', 'reopen', guessed, { reason: 'read by the branch' });
    await b.settle(guessed);
    t.match(await b.stateOf(guessed), { status: 'in_review', duplicates: [2] });
    await b.w.when(b.registrar, 'importRun', 'decideRows', id, { rows: [2], decision: 'leave_out' });
    await b.w.when(b.registrar, 'importRun', 'decideRows', id, { rows: [4], decision: 'commit' });
    await b.settle(id);
    t.same(await b.rows.counts(id), { left_out: 1, ready: 3 });
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await b.settle(id);
    t.same(await b.rows.counts(id), { done: 3, left_out: 1 });
    t.equal((await b.of('household')).length, 3);
  });

  t.test('a file number that is taken is an error of its row, also when it was taken meanwhile', async (t) => {
    const b = await inWorld();
    const first = await b.upload(csv(head('1'), head('2')));
    const second = await b.upload(csv(head('2', { nationalNumber: '', firstName: 'اخرى' }), head('3')));
    await b.settle(first);
    await b.settle(second);
    await b.w.when(b.verifier, 'importRun', 'commit', first, {});
    await b.settle(first);
    const persons = (await b.of('person')).length;
    await b.w.when(b.verifier, 'importRun', 'commit', second, {});
    await b.settle(second);
    t.match(await b.stateOf(second), { status: 'committed', committing: { done: 1, refused: 1 } });
    t.match((await b.rows.page(second, { status: 'refused' }, 0, 9)).items, [{ row: 2, refusal: 'FILE_NUMBER_TAKEN' }]);
    t.equal((await b.of('person')).length, persons + 1, 'of the refused household nobody was registered');
    const third = await b.upload(csv(head('2'), head('9')));
    await b.settle(third);
    t.match((await b.rows.page(third, { status: 'bad' }, 0, 9)).items, [
      { errors: [{ column: 'fileNo', code: 'FILE_NUMBER_TAKEN' }] },
    ]);
  });

  t.test('an import that is killed anywhere and goes on enters each row exactly once', async (t) => {
    const file = csv(...[1, 2, 3].flatMap((no) => [head(`${no}`), child(`${no}`, 'ابنة', { civilIdStatus: 'lost' })]));
    const run = async (seed: number, spoil: (executor: Executor) => Executor = (one) => one, bytes = file) => {
      const b = await inWorld();
      const id = await b.upload(bytes);
      await b.settle(id);
      await b.w.when(b.verifier, 'importRun', 'commit', id, {});
      let kills = 0;
      let random = seed;
      const next = (below: number): number => {
        random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
        return random % below;
      };
      const append = b.w.log.append.bind(b.w.log);
      let left = seed === 0 ? Number.POSITIVE_INFINITY : next(9);
      let dead = false;
      Object.assign(b.w.log, {
        append: async (...args: Parameters<typeof append>) => {
          // What is under way beside it dies with it.
          if (dead) throw new Killed();
          if (left-- > 0) return append(...args);
          dead = true;
          // Killed before the log has it, or after it has and before anybody knows.
          if (next(2) === 0) await append(...args);
          throw new Killed();
        },
      });
      await b.settle(id, spoil(b.w.executor), () => {
        kills += 1;
        dead = false;
        left = next(9);
      });
      Object.assign(b.w.log, { append });
      return { kills, streams: await b.streams(), state: await b.stateOf(id), persons: (await b.of('person')).length };
    };
    const undisturbed = await run(0);
    t.match(undisturbed, { kills: 0, persons: 6, state: { status: 'committed', committing: { done: 3, refused: 0 } } });
    const known = Object.entries(undisturbed.streams).filter(([stream]) => /^(person|household)-/.test(stream));
    t.equal(known.length, 9);
    for (let seed = 1; seed <= 8; seed++) {
      const { kills, streams, state } = await run(seed);
      t.ok(kills > 2, `${kills} kills with seed ${seed}`);
      t.match(state, { status: 'committed', committing: { done: 3, refused: 0 } });
      t.same(
        Object.entries(streams)
          .filter(([stream]) => /^(person|household)-/.test(stream))
          .sort(),
        [...known].sort(),
      );
    }
    const random = (executor: Executor): Executor => ({
      execute: (request) =>
        executor.execute({ ...request, key: randomUUID(), ...(request.command === 'register' ? { id: randomUUID() } : {}) }),
    });
    const papers = { nationalNumber: '' };
    const plain = csv(...[1, 2, 3].flatMap((no) => [head(`${no}`, papers), child(`${no}`, 'ابنة')]));
    t.equal((await run(7, undefined, plain)).persons, 6);
    t.ok((await run(7, random, plain)).persons > 6, 'with random ids and keys the same kills would have doubled rows');
  });

  t.test('what an import reserves is settled by the import itself, without a job for each', async (t) => {
    const b = await inWorld();
    const id = await b.upload(csv(head('1')));
    await b.settle(id);
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await b.settle(id);
    const [stream = ''] = await b.of('household');
    const { history, record } = await b.w.cases.load(household, stream.replace('household-', ''));
    t.match(record.reservations, [{ status: 'confirmed' }]);
    const asked = history.filter((one) => one.type === 'ReservationRequested');
    const jobsFor = (event: RecordedEvent) => reservations.react(event).length;
    t.same(asked.map(jobsFor), [0]);
    t.same(history.filter((one) => one.type === 'AdoptionConfirmed').map(jobsFor), [0]);
    const bySomebody = asked.map(({ meta, ...event }) => ({
      ...event,
      meta: { ...meta, actor: { ...meta.actor, id: 'somebody' } },
    }));
    t.same(bySomebody.map(jobsFor), [1], 'what a request reserves is settled by a job where the request died');
  });

  t.test('a wrong file is taken back whole, but for what somebody acted on since', async (t) => {
    const b = await inWorld();
    const id = await b.upload(csv(head('1'), child('1', 'ابنة'), head('2'), head('3')));
    await b.settle(id);
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await b.settle(id);
    const unit = async (row: number) => (await b.rows.page(id, {}, row - 1, 1)).items[0]?.cases[0]?.id ?? '';
    const [first, second, third] = [await unit(2), await unit(4), await unit(5)];
    await b.w.when(b.registrar, 'household', 'note', second, { text: 'the family came in' });
    await b.w.when(b.verifier, 'importRun', 'takeBack', id, { reason: 'register of another branch' });
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'taken_back', takingBack: { done: 2, refused: 1 } });
    t.same(await b.rows.counts(id), { kept: 1, taken_back: 3 });
    const retracted = async (stream: string) => (await b.w.cases.glance(stream)).retracted;
    t.same(
      [await retracted(`household-${first}`), await retracted(`household-${second}`), await retracted(`household-${third}`)],
      [true, false, true],
    );
    const persons = await b.of('person');
    t.equal((await Promise.all(persons.map(retracted))).filter(Boolean).length, 3, 'its persons with it');
    const { history } = await b.w.cases.load(household, first);
    t.match(history.at(-1), {
      type: 'CaseRetracted',
      data: { reason: 'register of another branch' },
      meta: { actor: { id: 'system:importRetraction' }, onBehalfOf: b.verifier.id },
    });
  });

  t.test('a household that another case is about is left for people', async (t) => {
    const b = await inWorld();
    const id = await b.upload(csv(head('1')));
    await b.settle(id);
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await b.settle(id);
    const other = (await b.upload(csv(head('2')), colleague(b.registrar))) as string;
    b.about.push(`importRun-${other}`);
    await b.w.when(b.verifier, 'importRun', 'takeBack', id, { reason: 'register of another branch' });
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'taken_back', takingBack: { done: 0, refused: 1 } });
  });

  t.test('the workers do all of it, and what follows from a household that was entered', async (t) => {
    const b = await inWorld();
    const { url } = await testDatabase(t);
    const place = { kind: 'postgres', url, schema: 'jobs' } as const;
    await migrateQueue(place);
    const crew = await workersFor(t, b.w, place);
    const families = following({ name: 'families', process: household, followUps: householdFollowUps, onRefusal: 'go on' });
    const small = { version: 'test', value: { rows: 100, chunk: 5 } };
    const inForce: typeof b.w.rulebook.inForce = async (rules, at) => {
      const found = await b.w.rulebook.inForce(rules, at);
      return { of: (rule) => (rule.key === importLimits.key ? { ...found.of(rule), ...(small as object) } : found.of(rule)) };
    };
    await crew.start([imports({ ...b.parts, rulebook: { inForce } }), families, reservations]);
    const id = await b.upload(csv(...Array.from({ length: 12 }, (_, at) => head(`${at + 1}`))));
    await crew.settled();
    t.match(await b.stateOf(id), { status: 'ready', found: { units: 12 } });
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await crew.settled();
    t.match(await b.stateOf(id), { status: 'committed', committing: { done: 12, refused: 0, through: 13 } });
    t.equal(
      (await b.streams())[`importRun-${id}`]?.filter((one) => one.includes('ImportProgressed')).length,
      3,
      'one word a chunk',
    );
    t.strictSame(await crew.operator.troubled(10), []);
    const joined = Object.values(await b.streams()).filter((one) => one.some((type) => type.includes('HouseholdJoined')));
    t.equal(joined.length, 12);
    await b.w.when(b.verifier, 'importRun', 'takeBack', id, { reason: 'register of another branch' });
    await crew.settled();
    t.match(
      await b.stateOf(id),
      { status: 'taken_back', takingBack: { done: 12, refused: 0 } },
      'what followed by itself is nobody’s act',
    );
    const again = await b.upload(csv(head('1')));
    await crew.settled();
    t.match(await b.stateOf(again), { status: 'ready' }, 'its file numbers are free again');
  });

  t.test('claims enter at the stage their last date names, and what may be claimed twice is shown before', async (t) => {
    const b = await inWorld('committee');
    const columns = PLANS.claims.columns.map((one) => one.key);
    const claimRow = (cells: Record<string, string>) =>
      columns.map(
        (key) =>
          ({
            claimType: 'أضرار الممتلكات',
            sex: 'female',
            incidentDate: '2014-08',
            incidentArea: 'IQG15Q07N03',
            cause: 'military_operation',
            submittedOn: '2016-03-01',
            registeredOn: '2016-03-02',
            ...cells,
          })[key] ?? '',
      );
    const house = { propertyKind: 'house', occupation: 'empty', deedNo: '77/4', damage: '3' };
    const ratified = { ratifiedOn: '2019-05-05', ratifiedIQD: '٢٥٬٠٠٠٬٠٠٠', committeeNo: '1', decisionNo: '71' };
    const paid = {
      sentToFinanceOn: '2019-06-01',
      financePassedOn: '2019-07-01',
      paidOn: '2020-01-01',
      paymentMethod: 'صك',
      paymentProof: '9',
    };
    const victim = {
      claimType: 'martyrdom',
      victimFirstName: 'حسن',
      victimFatherName: 'علي',
      victimSex: 'male',
      victimBirth: '2001',
    };
    const file = writeCsv([
      columns,
      claimRow({ claimNo: '1', firstName: 'سعاد', nationalNumber: '1984000077', ...house, ...ratified }),
      claimRow({ claimNo: '2', firstName: 'كريم', fatherName: 'علي', birth: '1970', ...victim }),
      claimRow({ claimNo: '3', firstName: 'ليلى', fatherName: 'محمد', birth: '1975', ...victim }),
      claimRow({ claimNo: '4', firstName: 'نور', ...house, deedNo: '78', ...ratified, ...paid }),
      claimRow({ claimNo: '4', firstName: 'هدى', ...house, deedNo: '79' }),
      claimRow({ claimNo: '6', firstName: 'زهراء', ...house, deedNo: '80', damage: '9' }),
      claimRow({ claimNo: '7', firstName: 'زينب', ...house, ratifiedOn: '2015-01-01' }),
    ]);
    const somebody: KnownPerson = {
      id: randomUUID(),
      descriptor: { names: { first: 'سعاد' }, sex: 'female', nationalNumber: '1984000077' },
    };
    b.known.push(somebody);
    const id = await b.upload(file);
    await b.settle(id);
    t.match(
      await b.stateOf(id),
      { status: 'in_review', duplicates: [4], found: { rows: 7, good: 4, units: 4 } },
      'of who is on record a sub-committee is told nothing, whose people look nobody up',
    );
    const wrong = (await b.rows.page(id, { status: 'bad' }, 0, 9)).items.map((one) => [
      one.row,
      ...one.errors.map((each) => each.code),
    ]);
    t.same(wrong, [
      [6, 'WITHIN_FILE_TWICE'],
      [7, 'NOT_ACCEPTED'],
      [8, 'INCOMPLETE', 'INCOMPLETE', 'INCOMPLETE', 'DATES_OUT_OF_ORDER'],
    ]);
    t.match(
      (await b.rows.page(id, { status: 'doubtful' }, 0, 9)).items,
      [{ row: 4, duplicates: [{ row: 3 }] }],
      'both parents claim for one child',
    );
    await refused(t, b.w.when(b.registrar, 'importRun', 'commit', id, {}), 'FORBIDDEN');
    await b.w.when(b.registrar, 'importRun', 'decideRows', id, { rows: [4], decision: 'leave_out' });
    await b.w.when(b.verifier, 'importRun', 'commit', id, {});
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'committed', committing: { done: 3, refused: 0 } });
    const claimAt = async (row: number) => {
      const [one] = (await b.rows.page(id, {}, row - 1, 1)).items[0]?.cases ?? [];
      return (await b.w.cases.load(claim, one?.id ?? '')).record;
    };
    t.match(await claimAt(2), {
      status: 'ratified',
      adoption: { confirmed: true },
      state: { registered: { claimNo: '1', year: 2016 }, payees: [{ amountIQD: 25_000_000, status: 'due' }] },
    });
    t.match(await claimAt(3), { status: 'registered', state: { type: 'martyrdom', capacity: 'heir' } });
    t.match(await claimAt(5), { status: 'paid', state: { payees: [{ status: 'paid' }] } });

    const again = await b.upload(
      writeCsv([
        columns,
        claimRow({ claimNo: '1', firstName: 'منى', ...house, deedNo: '90' }),
        claimRow({ claimNo: '9', firstName: 'رنا', ...house, deedNo: '٠٧٧ / 4' }),
      ]),
    );
    await b.settle(again);
    t.match((await b.rows.page(again, {}, 0, 9)).items, [
      { status: 'bad', errors: [{ column: 'claimNo', code: 'CLAIM_NUMBER_TAKEN' }] },
      { status: 'doubtful', duplicates: [{ scope: 'claim.loss' }] },
    ]);
    await b.w.when(b.verifier, 'importRun', 'takeBack', id, { reason: 'register of another sub-committee' });
    await b.settle(id);
    t.match(await b.stateOf(id), { status: 'taken_back', takingBack: { done: 3, refused: 0 } });
  });

  t.test('the same file is the same import under a natural key', async (t) => {
    const b = await inWorld();
    const bytes = csv(head('1'));
    const sha = createHash('sha256').update(bytes).digest('hex');
    t.equal(await b.upload(bytes), naturalId('importRun', `households ${OFFICE} ${sha}`));
  });
});
