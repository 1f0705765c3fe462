import { randomUUID } from 'node:crypto';
import t from 'tap';
import { checkUnits, headingsAt, headingsIn, importRun, PLANS, rowsIn, templateTable } from '../../src/domain/importRun/index.ts';
import type { Uploaded } from '../../src/domain/importRun/state.ts';
import type { Stated } from '../../src/domain/kernel/process.ts';
import { office } from '../../src/domain/office/index.ts';
import { colleague, type Person, refused, someone, world } from '../support/scenario.ts';

const SHA = 'a'.repeat(64);

/** A branch with its officers, and a file that was uploaded for it. */
async function branch(kind: 'branch' | 'committee' = 'branch') {
  const w = world([importRun, office], undefined, undefined, { admit: async () => {} });
  const clerk = someone(kind === 'branch' ? 'registrar' : 'subcommitteeClerk');
  const approver = colleague(clerk, kind === 'branch' ? 'verifier' : 'subcommitteeChair');
  const open = (at: Person, of: string, status: 'open' | 'closed' = 'open') =>
    w.given(
      'office',
      at.post.office ?? '',
      {
        type: 'OfficeOpened',
        data: {
          organisation: at.post.organisation,
          names: { ar: 'مكتب', en: 'Office' },
          kind: of,
          governorate: at.post.governorate,
          from: '2010-01-01',
        },
      },
      ...(status === 'closed' ? [{ type: 'OfficeClosed', data: { until: '2020-01-01', reason: 'moved' } }] : []),
    );
  await open(clerk, kind);
  const input = (more: object = {}) => ({
    kind: kind === 'branch' ? 'households' : 'claims',
    office: clerk.post.office,
    document: randomUUID(),
    sha256: SHA,
    ...more,
  });
  const upload = (by: Person = clerk, more: object = {}) => w.when(by, 'importRun', 'upload', undefined, input(more));
  const found = { rows: 10, good: 8, bad: 2, units: 4, duplicates: [2, 7], unfit: [], rulesVersion: 'default-1' };
  const validated = async (more: object = {}) => {
    const { outcome } = await upload();
    await w.when('imports', 'importRun', 'validate', outcome.id, { ...found, ...more });
    return outcome.id;
  };
  const committed = async (done = 3) => {
    const id = await validated({ duplicates: [] });
    await w.when(approver, 'importRun', 'commit', id, {});
    await w.when('imports', 'importRun', 'recordProgress', id, { through: 9, done, refused: 1 });
    await w.when('imports', 'importRun', 'finish', id, {});
    return id;
  };
  return { w, clerk, approver, open, upload, input, validated, committed, found };
}

t.test('a file is uploaded for an office that keeps such cases, and for one’s own', async (t) => {
  const { clerk, upload, open } = await branch();
  const elsewhere = someone('registrar', { governorate: 'IQG01' });
  await open(elsewhere, 'branch');
  await refused(t, upload(clerk, { office: elsewhere.post.office }), 'OFFICE_NOT_YOURS');
  await refused(t, upload(clerk, { office: randomUUID() }), 'OFFICE_KEEPS_NO_SUCH_CASES');
  await refused(t, upload(clerk, { kind: 'claims' }), 'OFFICE_KEEPS_NO_SUCH_CASES');
  const closed = someone('registrar');
  await open(closed, 'branch', 'closed');
  await refused(t, upload(closed, { office: closed.post.office }), 'OFFICE_KEEPS_NO_SUCH_CASES');
  const { record } = await upload();
  t.match(record.state, {
    status: 'uploaded',
    office: { office: clerk.post.office, governorate: 'IQG15' },
    uploadedBy: [clerk.id],
  });
  t.same(record.waits, [], 'while Masar reads, nobody holds the ball');
});

t.test('a partner uploads for the branch of the own governorate, which then decides', async (t) => {
  const { w, approver, upload, found } = await branch();
  const partner = someone('partnerCaseworker');
  const faraway = someone('partnerCaseworker', { governorate: 'IQG01' });
  await refused(t, upload(faraway), 'OFFICE_NOT_YOURS');
  const { outcome } = await upload(partner);
  await w.when('imports', 'importRun', 'validate', outcome.id, { ...found, duplicates: [] });
  await refused(t, w.when(partner, 'importRun', 'commit', outcome.id, {}), 'FORBIDDEN');
  t.equal((await w.when(approver, 'importRun', 'commit', outcome.id, {})).outcome.status, 'committing');
});

t.test('the same file twice is the same import', async (t) => {
  const { clerk, upload } = await branch();
  await upload();
  await refused(t, upload(), 'ALREADY_EXISTS');
  await refused(t, upload(colleague(clerk)), 'ALREADY_EXISTS');
  t.ok(await upload(clerk, { sha256: 'b'.repeat(64) }));
});

t.test('who uploaded does not commit, and nobody of another branch does', async (t) => {
  const { w, clerk, approver, validated } = await branch();
  const id = await validated({ duplicates: [] });
  const promoted: Person = { id: clerk.id, post: { ...clerk.post, role: 'verifier' } };
  await refused(t, w.when(promoted, 'importRun', 'commit', id, {}), 'SECOND_OFFICER_NEEDED');
  await refused(t, w.when(clerk, 'importRun', 'commit', id, {}), 'FORBIDDEN');
  await refused(t, w.when(someone('verifier'), 'importRun', 'commit', id, {}), 'NOT_FOUND');
  await refused(t, w.when(colleague(clerk, 'systemAdmin'), 'importRun', 'commit', id, {}), 'NOT_FOUND');
  await refused(t, w.when(approver, 'importRun', 'commit', id, {}, { ifMatch: undefined }), 'IF_MATCH_REQUIRED');
  await refused(t, w.when(approver, 'importRun', 'commit', id, {}, { ifMatch: 0 }), 'STALE');
  t.match((await w.when(approver, 'importRun', 'commit', id, {})).events, [{ type: 'ImportCommitted' }]);
});

t.test('possible duplicates are decided by people before anything is committed', async (t) => {
  const { w, clerk, approver, validated } = await branch();
  const id = await validated();
  t.match((await w.cases.glance(`importRun-${id}`)).waits, [{ key: 'decideRows', holder: { office: clerk.post.office } }]);
  await refused(t, w.when(approver, 'importRun', 'commit', id, {}), 'DUPLICATES_UNDECIDED');
  const decide = (rows: number[], decision: string) => w.when(clerk, 'importRun', 'decideRows', id, { rows, decision });
  await refused(t, decide([3], 'commit'), 'ROW_NOT_IN_QUESTION');
  t.equal((await decide([2], 'leave_out')).outcome.status, 'in_review');
  t.equal((await decide([7], 'commit')).outcome.status, 'ready');
  t.same((await decide([7], 'commit')).events, [], 'said once is enough');
  t.equal((await decide([7], 'leave_out')).outcome.status, 'ready', 'until it is committed one may think again');
  t.match((await w.cases.glance(`importRun-${id}`)).waits, [{ key: 'commit', party: 'secondOfficer' }]);
  await w.when(approver, 'importRun', 'commit', id, {});
  await refused(t, decide([7], 'commit'), 'WRONG_STATE');
});

t.test('where every household is left out or has errors there is nothing to commit', async (t) => {
  const { w, clerk, approver, validated } = await branch();
  const id = await validated({ units: 2 });
  await w.when(clerk, 'importRun', 'decideRows', id, { rows: [2, 7], decision: 'leave_out' });
  await refused(t, w.when(approver, 'importRun', 'commit', id, {}), 'NOTHING_TO_COMMIT');
});

t.test('progress goes forward only and is summed up at the end', async (t) => {
  const { w, approver, validated } = await branch();
  const id = await validated({ duplicates: [] });
  await w.when(approver, 'importRun', 'commit', id, {});
  const progress = (through: number) => w.when('imports', 'importRun', 'recordProgress', id, { through, done: 2, refused: 1 });
  await progress(5);
  t.same((await progress(5)).events, []);
  t.same((await progress(3)).events, []);
  await progress(9);
  t.match((await w.when('imports', 'importRun', 'finish', id, {})).events, [{ data: { done: 4, refused: 2 } }]);
  const { record } = await w.cases.load(importRun, id);
  t.match(record, { status: 'committed', state: { committing: { through: 9, done: 4, refused: 2 }, committedBy: approver.id } });
  await refused(t, w.when(approver, 'importRun', 'recordProgress', id, { through: 1, done: 0, refused: 0 }), 'FORBIDDEN');
});

t.test('a file with more rows than the rule allows is not accepted', async (t) => {
  const { w, upload, found } = await branch();
  const { outcome } = await upload();
  await refused(t, w.when('imports', 'importRun', 'validate', outcome.id, { ...found, rows: 20_001 }), 'TOO_MANY_ROWS');
});

t.test('what cannot be read or was cancelled may be read again, and nothing else is opened again', async (t) => {
  const { w, clerk, approver, upload, found } = await branch();
  const { outcome } = await upload();
  const { id } = outcome;
  await w.when('imports', 'importRun', 'reportUnreadable', id, { problem: 'COLUMN_MISSING', columns: ['sex'] });
  t.match((await w.cases.glance(`importRun-${id}`)).state, { status: 'unreadable', problem: 'COLUMN_MISSING', columns: ['sex'] });
  await w.when(clerk, 'importRun', 'reopen', id, { reason: 'the template was wrong' });
  await w.when('imports', 'importRun', 'validate', id, found);
  await w.when(clerk, 'importRun', 'decideRows', id, { rows: [2], decision: 'commit' });
  t.equal((await w.when(clerk, 'importRun', 'cancel', id, { reason: 'wrong register' })).outcome.status, 'cancelled');
  await refused(t, w.when(approver, 'importRun', 'commit', id, {}), 'WRONG_STATE');
  t.equal((await w.when(approver, 'importRun', 'reopen', id, { reason: 'it was the right one' })).outcome.status, 'uploaded');
  const { record } = await w.when('imports', 'importRun', 'validate', id, found);
  t.match(record.state, { status: 'in_review', decided: {} }, 'what was decided is decided anew');
});

t.test('a committed file is taken back by another officer than the one who uploaded it', async (t) => {
  const { w, clerk, approver, committed } = await branch();
  const id = await committed();
  const reason = { reason: 'rows of another branch' };
  const promoted: Person = { id: clerk.id, post: { ...clerk.post, role: 'headOfBranch' } };
  await refused(t, w.when(promoted, 'importRun', 'takeBack', id, reason), 'SECOND_OFFICER_NEEDED');
  await refused(t, w.when(clerk, 'importRun', 'takeBack', id, reason), 'FORBIDDEN');
  await refused(t, w.when(approver, 'importRun', 'cancel', id, reason), 'WRONG_STATE');
  t.equal((await w.when(approver, 'importRun', 'takeBack', id, reason)).outcome.status, 'taking_back');
  await w.when('imports', 'importRun', 'recordProgress', id, { through: 9, done: 2, refused: 1 });
  const { record, events } = await w.when('imports', 'importRun', 'finishTakingBack', id, {});
  t.match(events, [{ type: 'ImportRetracted', data: { retracted: 2, kept: 1 } }]);
  t.match(record, { status: 'taken_back', state: { committing: { done: 3 }, takingBack: { done: 2, refused: 1 } } });
  await refused(t, w.when(approver, 'importRun', 'reopen', id, reason), 'WRONG_STATE');
});

t.test('a file that opened nothing has nothing to take back', async (t) => {
  const { w, approver, committed } = await branch();
  await refused(t, w.when(approver, 'importRun', 'takeBack', await committed(0), { reason: 'wrong' }), 'NOTHING_TO_TAKE_BACK');
});

t.test('a file is kept for its time and no longer: what nobody committed by then ends, what was committed stays', async (t) => {
  const { w, clerk, approver, committed } = await branch();
  const done = await committed();
  const { keptUntil } = (await w.cases.glance(`importRun-${done}`)).state as Uploaded & Stated;
  const end = (id: string, by: Person | string = 'deadlines', of = w) => of.when(by, 'importRun', 'destroyFile', id, {});
  t.same((await end(done)).events, [], 'too early');
  w.at(`${keptUntil}T10:00:00.000Z`);
  const gone = await end(done);
  t.match(gone.record, { status: 'committed', state: { fileGone: true } });
  t.match(gone.events, [{ type: 'ImportFileDestroyed', data: { document: String } }]);
  t.same((await end(done)).events, [], 'once');
  await refused(t, w.when(approver, 'importRun', 'takeBack', done, { reason: 'wrong' }), 'FILE_NO_LONGER_KEPT');
  await refused(t, end(done, clerk), 'FORBIDDEN');
  const other = await branch();
  const open = await other.validated();
  other.w.at(`${keptUntil}T10:00:00.000Z`);
  t.match((await end(open, 'deadlines', other.w)).record, { status: 'cancelled', waits: [] });
});

t.test('an import is neither shared, corrected nor retracted past its own commands', async (t) => {
  const { w, approver, committed } = await branch();
  const id = await committed();
  await refused(t, w.when(approver, 'importRun', 'retract', id, { reason: 'wrong' }), 'FORBIDDEN');
});

t.test('claims are uploaded by the clerk of a sub-committee and committed by its chair', async (t) => {
  const { w, clerk, approver, validated } = await branch('committee');
  const id = await validated({ duplicates: [] });
  await refused(t, w.when(clerk, 'importRun', 'commit', id, {}), 'FORBIDDEN');
  t.equal((await w.when(approver, 'importRun', 'commit', id, {})).outcome.status, 'committing');
});

t.test('rows', async (t) => {
  const template = PLANS.households.columns;
  const keys = template.map((one) => one.key);
  const line = (cells: Record<string, string>) => keys.map((key) => cells[key] ?? '');
  const head = {
    fileNo: '15/1',
    relation: 'head',
    firstName: 'سعاد',
    sex: 'أنثى',
    birth: '١٩٨٤',
    registeredOn: '15/9/2014',
    origin: 'IQG15Q07N03',
    area: 'دهوك / زاخو',
    siteType: 'مخيم',
    shelter: 'camp',
  };
  const check = (...lines: string[][]) => {
    const { rows, errors } = rowsIn(lines, headingsIn(keys, template), '2026-03-01');
    return { rows, ...checkUnits(rows, errors, PLANS.households) };
  };
  const wrong = (cells: Record<string, string>, ...more: string[][]) =>
    check(line({ ...head, ...cells }), ...more).errors.map((one) => `${one.row} ${one.column} ${one.code}`);

  t.test('are understood as offices write them', async (t) => {
    const { rows, errors } = check(line({ ...head, area: 'IQG08Q04' }));
    t.same(errors, []);
    t.match(rows[0]?.cells, {
      sex: 'female',
      siteType: 'camp',
      birth: { date: '1984-01-01', precision: 'year' },
      registeredOn: '2014-09-15',
      origin: 'IQG15Q07N03',
    });
    t.match(
      check(line({ ...head, birth: '8/1984', displacedOn: '٣/٨/٢٠١٤', wave: 'آب 2014', cause: 'conflict' })).rows[0]?.cells,
      {
        birth: { date: '1984-08-01', precision: 'month' },
        displacedOn: { date: '2014-08-03', precision: 'day' },
        wave: 'aug_2014',
      },
    );
  });

  t.test('say in which column they are wrong, and why', async (t) => {
    const area = { area: 'IQG08Q04' };
    t.same(wrong({ ...area, sex: 'x' }), ['2 sex CODE_UNKNOWN']);
    t.same(wrong({ ...area, sex: '' }), ['2 sex MISSING']);
    t.same(wrong({ ...area, registeredOn: '' }), ['2 registeredOn MISSING']);
    t.same(wrong({ ...area, registeredOn: '31/2/2014' }), ['2 registeredOn DATE_MALFORMED']);
    t.same(wrong({ ...area, registeredOn: '2030-01-01' }), ['2 registeredOn DATE_IN_THE_FUTURE']);
    t.same(wrong({ area: 'no such place' }), ['2 area PLACE_UNKNOWN']);
    t.same(wrong({ ...area, firstName: 'x'.repeat(81) }), ['2 firstName TOO_LONG']);
    t.same(wrong({ ...area, phone: '12' }), ['2 phone PHONE_MALFORMED']);
    t.same(wrong({ ...area, relation: 'son' }), ['2 relation HEAD_MISSING']);
    t.same(wrong({ ...area, birth: '2005' }), ['2 birth CHILD_HEADED']);
    t.same(wrong({ ...area, letterNumber: '1' }), ['2 letterDate INCOMPLETE', '2 letterIssuedBy INCOMPLETE']);
    t.same(wrong({ ...area, displacedOn: '2014' }), ['2 wave INCOMPLETE', '2 cause INCOMPLETE']);
    t.same(wrong({ ...area, standing: 'returned' }), ['2 standingOn INCOMPLETE', '2 standingArea INCOMPLETE']);
    t.same(wrong({ ...area, standing: 'returned', standingOn: '2013-01-01', standingArea: 'IQG15' }), [
      '2 standingOn DATES_OUT_OF_ORDER',
    ]);
    t.same(wrong(area, line({ ...head, ...area })), ['3 relation HEAD_TWICE']);
    const member = { fileNo: '15/1', relation: 'son', firstName: 'x', sex: 'male' };
    t.same(wrong({ ...area, nationalNumber: '0012 34' }, line({ ...member, nationalNumber: '١٢٣٤' })), [
      '3 nationalNumber WITHIN_FILE_TWICE',
    ]);
    const crowd = Array.from({ length: 60 }, () => line(member));
    t.same(wrong(area, ...crowd), ['2 fileNo TOO_MANY_MEMBERS']);
  });

  t.test('belong together under one file number, however it is written', async (t) => {
    const member = (fileNo: string) => line({ fileNo, relation: 'son', firstName: 'x', sex: 'male' });
    const { units } = check(line({ ...head, area: 'IQG08Q04' }), member('١٥ / ١'), member('015/1'), member('16'));
    t.same(
      units.map((one) => [one.unit, one.rows.length]),
      [
        [2, 3],
        [5, 1],
      ],
    );
  });

  t.test('stand under the headings of the template in either language, below titles too; its example is no row', async (t) => {
    const [headings = [], example = []] = templateTable(template);
    t.same(
      headingsIn(headings, template).columns.map((one) => one?.key),
      keys,
    );
    t.same(
      headingsIn(
        template.map((one) => one.heading.ar),
        template,
      ).columns.map((one) => one?.key),
      keys,
    );
    t.equal(headingsAt([['سجل الأسر'], [], [...headings]], template), 2);
    t.same(rowsIn([[...example]], headingsIn(headings, template), '2026-03-01').rows, []);
    t.same(headingsIn(['sex', 'الجنس', 'nothing'], template), {
      columns: [template.find((one) => one.key === 'sex'), template.find((one) => one.key === 'sex'), undefined],
      missing: template.filter((one) => one.required && one.key !== 'sex').map((one) => one.key),
      twice: ['sex'],
    });
    t.same(wrongExample(example), [], 'and without its mark the example is a row without errors');
    function wrongExample(cells: readonly string[]) {
      const unmarked = cells.map((one) => one.replace(/^# /, ''));
      return check([...unmarked]).errors;
    }
  });
});
