import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import type { Membership } from '../../src/domain/access/membership.ts';
import type { CaseRecord } from '../../src/domain/kernel/case.ts';
import { foldCase } from '../../src/domain/kernel/case.ts';
import type { Process, Stated } from '../../src/domain/kernel/process.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { reintegrationPlan } from '../../src/domain/reintegrationPlan/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { caseCounts, casePage, casesByReference, changedSince } from '../../src/projections/cases.queries.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { deadlineSource, openItemsOf } from '../../src/projections/deadlines.queries.ts';
import { caseDwell, dwellFigures } from '../../src/projections/dwell.queries.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { BadCursor, type Page } from '../../src/projections/keyset.ts';
import { openPlansOf } from '../../src/projections/plans.queries.ts';
import { type QueueItem, waiting } from '../../src/projections/queue.queries.ts';
import { queueCounts } from '../../src/projections/queueCounts.queries.ts';
import { queuePage } from '../../src/projections/queuePage.queries.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import { changesAfter, timelineOfActor, timelineOfCase, timelineOfHousehold } from '../../src/projections/timeline.queries.ts';
import type { Sight } from '../../src/projections/visibility.ts';
import { myWork, WORK_SECTIONS, workPage } from '../../src/projections/work.queries.ts';
import { type GivenEvent, world } from '../support/scenario.ts';
import { parcelStories } from './parcels.ts';
import { logWith, parcel, readModels, SCHEMA, seeded, type World } from './support.ts';

const post = (more: Partial<Membership> = {}): Membership => ({
  id: 'post',
  role: 'registrar',
  organisation: 'ministry',
  office: 'mosul',
  governorate: 'IQG15',
  from: '2020-01-01',
  ...more,
});

/** Sees every case of these processes. */
const everything = (processes: readonly string[] = ['parcel'], me = 'zahra', posts = [post()]): Sight => ({
  // Who may find every case is told of each how it stands.
  rights: { staff: me, day: '2026-03-01', posts: [...posts, post({ id: 'finds', role: 'auditor' })] },
  groups: [{ processes, reach: [{ scope: 'all', tier: 'T2', post: posts[0]! }] }],
});

/** Reads a list to its end in small pages. */
async function all<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}

/** What waited at each logIndex, folded from the log by the domain alone. */
async function waitingByFold(world: World, ids: readonly string[], process: Process, upTo: bigint) {
  const waits = [];
  for (const id of ids) {
    const stored = (await world.log.read(`${process.name}-${id}`)).filter((event) => event.position <= upTo);
    const record: CaseRecord<Stated> = foldCase(process, id, await world.codec.decode(stored, 'all'));
    const about = process.about?.(record.state, id);
    for (const wait of record.waits) {
      const holder = wait.holder ?? record.owner;
      waits.push({
        id,
        wait: wait.key,
        status: record.status,
        party: wait.party,
        holderOrganisation: holder?.organisation ?? null,
        holderOffice: holder?.office ?? null,
        holderRole: wait.holder?.role ?? null,
        holderGovernorate: holder?.governorate ?? null,
        since: wait.since,
        due: wait.due ?? null,
        level: wait.level,
        pausedAt: wait.paused?.at ?? null,
        assignee: wait.assignee ?? null,
        urgency: about?.urgency ?? null,
      });
    }
  }
  return waits.sort((a, b) => (`${a.id} ${a.wait}` < `${b.id} ${b.wait}` ? -1 : 1));
}

const comparable = (items: readonly QueueItem[]) =>
  items
    .map(({ process: _p, reference: _r, revision: _v, overdue: _o, unattended: _u, priority: _y, round: _n, ...rest }) => rest)
    .sort((a, b) => (`${a.id} ${a.wait}` < `${b.id} ${b.wait}` ? -1 : 1));

t.test('the queue as of any place in the log is the queue as it was then, whatever was corrected since', async (t) => {
  const world = logWith([parcel], 'as of');
  const ids = await parcelStories(world, 25);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac), { batch: 17 });
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const moment = { now: world.now(), day: '2026-03-01' };
  const head = await world.log.head();
  let seen = 0;
  for (let index = 1n; index <= head; index += 1n) {
    const page = await queuePage(db, everything(), { asOf: String(index) }, moment, { order: 'since', limit: 500 });
    const wanted = await waitingByFold(world, ids, parcel, index);
    seen += wanted.length;
    if (!isDeepStrictEqual(comparable(page.items), wanted)) t.strictSame(comparable(page.items), wanted, `at ${index}`);
  }
  t.ok(seen > 500, `${seen} waits compared`);
  const now = await queuePage(db, everything(), {}, moment, { order: 'since', limit: 500 });
  t.strictSame(comparable(now.items), await waitingByFold(world, ids, parcel, head), 'and now is the last of them');
});

t.test('pages in every order together are the whole queue once, and counts are exact for any filter', async (t) => {
  const world = logWith([parcel], 'pages');
  await parcelStories(world, 40);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const moment = { now: '2026-03-01T15:00:00.000Z', day: '2026-03-01' };
  const whole = await queuePage(db, everything(), {}, moment, { order: 'since', limit: 1_000 });
  t.ok(whole.items.length > 20);
  for (const order of ['priority', 'due', 'since'] as const) {
    const items = await all((cursor) => queuePage(db, everything(), {}, moment, { order, limit: 3, cursor }));
    t.equal(items.length, whole.items.length);
    t.equal(new Set(items.map((one) => `${one.id} ${one.wait}`)).size, items.length, 'none twice');
    const place = (one: QueueItem) =>
      order === 'priority' ? `${one.priority} ${one.due ?? '9999'}` : order === 'due' ? (one.due ?? '9999') : one.since;
    t.strictSame(items.map(place), items.map(place).sort(), `in order of ${order}`);
  }
  const page = await queuePage(db, everything(), {}, moment, { order: 'due', limit: 1 });
  await t.rejects(queuePage(db, everything(), {}, moment, { order: 'since', limit: 1, cursor: page.next }), BadCursor);
  await t.rejects(queuePage(db, everything(), {}, moment, { order: 'since', limit: 1, cursor: 'made up' }), BadCursor);

  for (const filter of [
    {},
    { overdue: true },
    { overdue: false },
    { assignee: 'nobody' },
    { assignee: 'karim' },
    { urgency: 'emergency' },
    { wait: 'deliver', organisation: 'carrierA' },
    { escalated: true },
    { role: 'providerManager' },
    { status: 'sent', dueBefore: moment.now },
    { asOf: '60', office: 'mosul' },
    { household: whole.items[0]!.id },
  ]) {
    const items = await all((cursor) => queuePage(db, everything(), filter, moment, { order: 'priority', limit: 7, cursor }));
    const counts = await queueCounts(db, everything(), filter, moment);
    const sum = (name: 'waiting' | 'overdue' | 'unassigned' | 'escalated') => counts.reduce((total, one) => total + one[name], 0);
    t.strictSame(
      [sum('waiting'), sum('overdue'), sum('unassigned'), sum('escalated')],
      [
        items.length,
        items.filter((one) => one.overdue).length,
        items.filter((one) => one.assignee === null).length,
        items.filter((one) => one.level > 0).length,
      ],
      JSON.stringify(filter),
    );
  }
  const { pick } = seeded('kept statements');
  const answers = new Set<string>();
  for (let round = 0; round < 120; round += 1) {
    const posts = [
      post({ organisation: pick(['ministry', 'carrierA', 'carrierB']), office: pick(['mosul', 'erbil', undefined]) }),
    ];
    const scope = pick(['office', 'organisation', 'party', 'assigned', 'shared', 'own'] as const);
    const staff = pick(['zahra', 'karim']);
    const [day, now] = [pick(['2026-02-20', '2026-03-01']), pick([moment.now, '2026-02-01T08:00:00.000Z'])];
    const sight: Sight = {
      rights: { staff, behalf: pick([undefined, 'zahra']), day, posts },
      groups: [{ processes: ['parcel'], reach: [{ scope, tier: 'T2', post: posts[0]! }] }],
    };
    const filter = pick([{}, { assignee: pick(['karim', 'zahra', 'nobody']) }, { overdue: true }, { dueBefore: now }]);
    const items = await all((cursor) => queuePage(db, sight, filter, { now, day }, { order: 'since', limit: 9, cursor }));
    const afresh = waiting(db, { sight, filter, moment: { now, day } });
    const rows = await afresh.select(['queue.case_id as id', 'queue.wait_key as wait']).execute();
    const names = (all: readonly { readonly id: string; readonly wait: string }[]) =>
      all.map((one) => `${one.id} ${one.wait}`).sort();
    answers.add(names(items).join());
    if (names(items).join() !== names(rows).join())
      t.strictSame(names(items), names(rows), JSON.stringify({ sight, filter, now }));
  }
  t.ok(answers.size > 8, `a kept statement answers each with what is theirs: ${answers.size} answers`);
  const nothing: Sight = { ...everything(), groups: [] };
  t.strictSame((await queuePage(db, nothing, {}, moment, { order: 'due', limit: 5 })).items, [], 'who sees nothing gets nothing');
  t.strictSame(await queueCounts(db, nothing, {}, moment), []);
});

/** Two offices, four officers: one away with a deputy, one suspended, and a parcel or two on each desk. */
async function offices() {
  const world = logWith([parcel, organisation, office, staff], 'offices');
  const { write, random } = world;
  const names = (en: string) => ({ ar: en, en });
  const ids = { ministry: random.uuid(), mosul: random.uuid(), erbil: random.uuid() };
  await write('organisation', ids.ministry, {
    type: 'OrganisationRegistered',
    data: { kind: 'ministry', names: names('Ministry'), from: '2010-01-01' },
  });
  for (const [id, en, governorate] of [
    [ids.mosul, 'Mosul', 'IQG15'],
    [ids.erbil, 'Erbil', 'IQG11'],
  ] as const) {
    const opened = { organisation: ids.ministry, names: names(en), kind: 'branch', governorate, from: '2010-01-01' };
    await write('office', id, { type: 'OfficeOpened', data: opened });
  }
  const enrol = async (ar: string, ...more: Parameters<typeof write>[2][]) => {
    const id = random.uuid();
    const post = {
      membership: random.uuid(),
      role: 'registrar',
      organisation: ids.ministry,
      office: ids.mosul,
      from: '2020-01-01',
    };
    const enrolled = { name: { ar }, identity: { issuer: 'test', subject: ar } };
    await write('staff', id, { type: 'StaffEnrolled', data: enrolled }, { type: 'MembershipGranted', data: post }, ...more);
    return id;
  };
  const amal = await enrol('amal');
  const sara = await enrol('sara', { type: 'LeaveStarted', data: { from: '2026-02-20', until: '2026-03-10', deputy: amal } });
  const nadia = await enrol('nadia', { type: 'StaffSuspended', data: { reason: 'inquiry' } });
  const huda = await enrol('huda', { type: 'LeaveStarted', data: { from: '2026-02-20', until: '2026-03-10' } });
  const actor = { id: amal, organisation: ids.ministry, office: ids.mosul, governorate: 'IQG15', post: 'registrar' };
  const parcelOf = async (assignee: string | undefined, urgency: string, due: string) => {
    const id = random.uuid();
    const data = { to: 'carrier', urgency, name: 'x', contents: 'y' };
    const clocks = { send: { due, rule: 'parcel.clock', version: 'default' } };
    await write('parcel', id, { type: 'ParcelRequested', data, meta: { clocks, actor } });
    if (assignee) await write('parcel', id, { type: 'CaseAssigned', data: { wait: 'send', staff: assignee }, meta: { actor } });
    return id;
  };
  return { world, ids, people: { amal, sara, nadia, huda }, actor, parcelOf };
}

t.test(
  'my work: what is mine, what I cover for a colleague on leave, what is new in my office, due, overdue and returned',
  async (t) => {
    const { world, ids, people, actor, parcelOf } = await offices();
    const soonDue = '2026-03-01T20:00:00.000Z';
    const past = '2026-03-01T09:00:00.000Z';
    const far = '2026-04-01T09:00:00.000Z';
    const mine = await parcelOf(people.amal, 'normal', soonDue);
    const urgent = await parcelOf(people.amal, 'emergency', past);
    const covered = await parcelOf(people.sara, 'normal', far);
    const suspended = await parcelOf(people.nadia, 'normal', far);
    const onLeave = await parcelOf(people.huda, 'normal', far);
    const fresh = await parcelOf(undefined, 'urgent', far);
    await world.write('parcel', fresh, { type: 'ParcelSent', data: { weight: 1 }, meta: { actor } });
    await world.write('parcel', fresh, { type: 'ParcelReturned', data: { reason: 'no one there' }, meta: { actor } });
    const models = await readModels(t, world);
    await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
    const db = readDb({ pool: models.pool, schema: SCHEMA });
    const moment = { now: '2026-03-01T18:00:00.000Z', day: '2026-03-01' };
    const me = { staff: people.amal, day: moment.day, posts: [post({ organisation: ids.ministry, office: ids.mosul })] };
    const sight = everything(['parcel'], me.staff, [...me.posts]);
    const options = { soon: '2026-03-02T00:00:00.000Z', limit: 10 };
    const work = await myWork(db, sight, me, moment, options);
    const shown = Object.fromEntries(
      WORK_SECTIONS.map((section) => [section, work[section].items.filter((one) => one.wait === 'send').map((one) => one.id)]),
    );
    t.strictSame(shown, {
      mine: [urgent, mine],
      covered: [covered],
      newInOffice: [fresh],
      due: [mine],
      overdue: [urgent],
      returned: [fresh],
    });
    for (const section of WORK_SECTIONS) {
      const pages = await all((cursor) => workPage(db, sight, me, section, moment, { ...options, limit: 1, cursor }));
      t.strictSame(pages, work[section].items, `${section} page by page`);
      t.equal(work[section].count, pages.length, `${section} is counted exactly`);
    }
    const colleague = { ...me, staff: people.huda, posts: [post({ office: ids.erbil, organisation: ids.ministry })] };
    t.equal((await myWork(db, sight, colleague, moment, options)).newInOffice.count, 0, 'not of another office');

    const unattended = await queuePage(db, sight, { unattended: true }, moment, { order: 'since', limit: 10 });
    t.strictSame(
      unattended.items.map((one) => one.id),
      [suspended, onLeave],
      'nobody looks after the work of the absent',
    );
    t.ok(unattended.items.every((one) => one.unattended));
    const later = { now: '2026-03-12T08:00:00.000Z', day: '2026-03-12' };
    const back = await queuePage(db, sight, { unattended: true }, later, { order: 'since', limit: 10 });
    t.strictSame(
      back.items.map((one) => one.id),
      [suspended],
      'until they are back',
    );
    t.equal((await myWork(db, sight, me, later, options)).covered.count, 0, 'and the deputy covers no longer');
  },
);

t.test('who was away learns what others changed meanwhile in cases of theirs', async (t) => {
  const { world, people, parcelOf } = await offices();
  const id = await parcelOf(people.sara, 'normal', '2026-04-01T09:00:00.000Z');
  await parcelOf(undefined, 'normal', '2026-04-01T09:00:00.000Z');
  const lookedAt = String(await world.log.head());
  const actor = { id: people.huda, post: 'registrar' };
  await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'rang' }, meta: { actor } });
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const changed = async (staff: string, since: string) =>
    (await changedSince(db, everything(), staff, since, { limit: 5 })).items.map((one) => one.id);
  t.strictSame(await changed(people.sara, lookedAt), [id], 'assigned to her');
  t.strictSame(await changed(people.amal, lookedAt), [id], 'opened by her');
  t.strictSame(await changed(people.huda, lookedAt), [], 'her own act is no news');
  t.strictSame(await changed(people.sara, String(await world.log.head())), []);
});

t.test('deadlines: open waits with a running clock, timers by their date, and what an officer has taken', async (t) => {
  const { world, people, parcelOf } = await offices();
  const due = '2026-03-01T20:00:00.000Z';
  const running = await parcelOf(people.sara, 'normal', due);
  const paused = await parcelOf(people.sara, 'normal', due);
  await world.write('parcel', paused, { type: 'ClockPaused', data: { wait: 'send', reason: 'road' } });
  const expiring = world.random.uuid();
  const data = { to: 'carrier', urgency: 'normal', name: 'x', contents: 'y', expires: '2026-03-05' };
  await world.write('parcel', expiring, { type: 'ParcelRequested', data });
  const retracted = world.random.uuid();
  await world.write('parcel', retracted, { type: 'ParcelRequested', data }, { type: 'CaseRetracted', data: { reason: 'x' } });
  const sent = world.random.uuid();
  await world.write('parcel', sent, { type: 'ParcelRequested', data }, { type: 'ParcelSent', data: { weight: 1 } });
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const reads = { pool: models.pool, schema: SCHEMA };
  const source = deadlineSource(reads);
  const found = async <T>(items: AsyncIterable<T>) => {
    const list: T[] = [];
    for await (const item of items) list.push(item);
    return list;
  };
  const now = '2026-03-02T00:00:00.000Z';
  const [timed, ...others] = await found(source.dueWaits(now));
  t.match(timed, { stream: `parcel-${running}`, key: 'send', sinceRevision: 0, due, level: 0 });
  t.strictSame(others, [], 'a paused clock does not run');
  t.strictSame(await found(source.dueTimers('2026-03-04T20:59:59.999Z')), []);
  t.strictSame(
    await found(source.dueTimers('2026-03-04T21:00:00.000Z')),
    [{ stream: `parcel-${expiring}`, key: 'expire', at: '2026-03-04T21:00:00.000Z', command: 'expire' }],
    'a day begins at midnight in Baghdad; a timer that no longer stands is gone',
  );
  const head = await world.log.head();
  t.strictSame(
    await openItemsOf(reads)(people.sara, head),
    [running, paused].sort().map((id) => ({ stream: `parcel-${id}`, wait: 'send' })),
  );
  t.equal(await openItemsOf(reads)(people.sara, head + 1n), 'not yet');
});

t.test('the open reintegration plans of a family are found with those of its members, and never those that ended', async (t) => {
  const w = world([reintegrationPlan]);
  const [family, other] = [randomUUID(), randomUUID()];
  const plan = async (beneficiary: object, ...more: GivenEvent[]) => {
    const id = randomUUID();
    await w.given('reintegrationPlan', id, { type: 'ReintegrationPlanProposed', data: { beneficiary } }, ...more);
    return id;
  };
  const household = await plan({ kind: 'household', household: family });
  const member = await plan({ kind: 'member', household: family, person: randomUUID() });
  const ended = { type: 'PlanDiscontinued', data: { reason: 'moved_away' } };
  await plan({ kind: 'member', household: family, person: randomUUID() }, ended);
  await plan({ kind: 'household', household: other });
  await plan({ kind: 'host_community', person: family, area: 'IQG15Q07N03' });
  const models = await readModels(t, w);
  await models.catchUp([casesProjection(w.registry)]);
  const head = await w.log.head();
  const openPlans = openPlansOf({ pool: models.pool, schema: SCHEMA });
  t.strictSame(await openPlans(family, head), [household, member].sort());
  t.equal(await openPlans(family, head + 1n), 'not yet');
});

t.test('the audit trail shows both values of a correction, and names and posts as they were held then', async (t) => {
  const { world, ids, people, actor } = await offices();
  const { write, random } = world;
  const id = random.uuid();
  const household = random.uuid();
  const data = { to: 'carrier', household, urgency: 'normal' as const, name: 'old name', contents: 'secret' };
  const letterRef = { number: '12/4', date: '2026-02-01', issuedBy: 'mayor' };
  await write('parcel', id, {
    type: 'ParcelRequested',
    data,
    meta: { actor, letterRef, occurredAt: '2026-02-02T08:00:00.000Z' },
  });
  await write('office', ids.mosul, {
    type: 'OfficeRenamed',
    data: { names: { ar: 'new', en: 'Mosul East' }, from: '2026-03-01' },
  });
  const correct = (fields: readonly string[], after: object, reason: string) =>
    write('parcel', id, {
      type: 'CaseCorrected',
      data: { of: 0, type: 'ParcelRequested', fields, after, reason },
      meta: { actor: { ...actor, post: 'verifier' }, correctionOf: 0, onBehalfOf: people.sara },
    });
  await correct(['name', 'urgency'], { ...data, name: 'new name', urgency: 'urgent' }, 'misread');
  await correct(['name'], { ...data, name: 'newest name', urgency: 'urgent' }, 'misread again');
  const other = random.uuid();
  await write('parcel', other, { type: 'ParcelRequested', data });
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const sealed = await all((cursor) => timelineOfCase(db, everything(), 'parcel', id, { limit: 1, cursor }));
  t.notOk(/(old|new|newest) name|misread/.test(JSON.stringify(sealed)), 'nothing personal lies open in it');
  const trail = JSON.parse(JSON.stringify(await world.codec.open(sealed, 'T1')));
  t.match(trail, [
    {
      type: 'ParcelRequested',
      actor: people.amal,
      actorName: { ar: 'amal' },
      post: 'registrar',
      officeName: { en: 'Mosul' },
      organisationName: { en: 'Ministry' },
      onBehalfOf: null,
      occurredAt: '2026-02-02T08:00:00.000Z',
      letter: letterRef,
      correctedBy: 2,
      data: { name: 'old name', contents: { $sealed: 'T2' } },
    },
    {
      type: 'CaseCorrected',
      post: 'verifier',
      officeName: { en: 'Mosul East' },
      onBehalfOfName: { ar: 'sara' },
      correctionOf: 0,
      data: { reason: 'misread' },
      changes: [
        { field: 'name', before: 'old name', after: 'new name' },
        { field: 'urgency', before: 'normal', after: 'urgent' },
      ],
    },
    { type: 'CaseCorrected', changes: [{ field: 'name', before: 'new name', after: 'newest name' }] },
  ]);
  t.notMatch(JSON.stringify(await models.dump(['timeline', 'case_index', 'queue', 'case_fold'])), /secret/, 'T2 stays sealed');
  t.notMatch(
    JSON.stringify(await models.dump(['case_index', 'queue', 'case_fold'])),
    /old name|newest/,
    'no names outside the trail',
  );
  const family = await all((cursor) => timelineOfHousehold(db, everything(), household, { limit: 2, cursor }));
  t.strictSame(
    family.map((one) => one.id),
    [id, id, id, other],
    'a household across its cases, in the order recorded',
  );
  t.equal((await timelineOfHousehold(db, everything(), household, { limit: 9, asOf: trail[0]!.logIndex })).items.length, 1);
  const acts = await all((cursor) => timelineOfActor(db, everything(['parcel', 'staff']), people.amal, { limit: 2, cursor }));
  t.strictSame(
    acts.map((one) => one.type),
    ['CaseCorrected', 'CaseCorrected', 'ParcelRequested'],
    'what one officer did',
  );
  t.strictSame((await timelineOfCase(db, { ...everything(), groups: [] }, 'parcel', id, { limit: 5 })).items, []);

  const first = await changesAfter(db, everything(), '0', 2);
  t.strictSame(
    first.items.map((one) => one.id),
    [id, id],
  );
  const rest = await changesAfter(db, everything(), first.scannedTo, 10);
  t.strictSame(
    rest.items.map((one) => one.id),
    [id, other],
  );
  t.equal(rest.scannedTo, String(await world.log.head()));
  t.strictSame(await changesAfter(db, everything(), rest.scannedTo, 10), { items: [], scannedTo: rest.scannedTo });
});

t.test('dwell: how long each office held what, spells of one holder put together, and its median over cases', async (t) => {
  const world = logWith([parcel], 'dwell');
  const at = (hour: number) => new Date(Date.parse('2026-03-02T00:00:00.000Z') + hour * 3_600_000).toISOString();
  const data = { to: 'carrier', urgency: 'normal' as const, name: 'x', contents: 'y' };
  const erbil = { organisation: 'ministry', office: 'erbil' };
  const mosul = { organisation: 'ministry', office: 'mosul' };
  const id = world.random.uuid();
  const told = (hour: number, type: string, data: object) =>
    world.write('parcel', id, { type, data, meta: { occurredAt: at(hour) } });
  await told(0, 'ParcelRequested', data);
  await told(1, 'CaseTaken', { wait: 'send', staff: 'zahra' });
  await told(3, 'TransferAccepted', { to: erbil });
  await told(7, 'TransferAccepted', { to: mosul });
  await told(8, 'CaseReleased', { wait: 'send' });
  await told(10, 'ParcelSent', { weight: 1 });
  await told(30, 'ParcelReturned', { reason: 'no' });
  for (const hours of [2, 4, 6]) {
    const other = world.random.uuid();
    await world.write('parcel', other, { type: 'ParcelRequested', data, meta: { occurredAt: at(0) } });
    await world.write('parcel', other, { type: 'ParcelSent', data: { weight: 1 }, meta: { occurredAt: at(hours) } });
  }
  const wrong = world.random.uuid();
  await world.write('parcel', wrong, { type: 'ParcelRequested', data, meta: { occurredAt: at(0) } });
  await world.write('parcel', wrong, { type: 'CaseRetracted', data: { reason: 'wrong' }, meta: { occurredAt: at(99) } });
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const now = at(40);
  const held = (await caseDwell(db, everything(), 'parcel', id, now)).filter((one) => one.wait !== 'weigh');
  t.strictSame(
    held.map((one) => [one.wait, one.round, one.holderOffice ?? one.holderOrganisation, one.from, one.to, one.seconds / 3_600]),
    [
      ['send', 1, 'mosul', at(0), at(10), 6],
      ['send', 1, 'erbil', at(3), at(7), 4],
      ['deliver', 1, 'carrier', at(10), at(30), 20],
      ['send', 2, 'mosul', at(30), null, 10],
    ],
  );
  const open = { read: everything(), find: everything(), board: everything() };
  const figures = await dwellFigures(db, open, { wait: 'send', office: 'mosul' }, { now }, 10);
  t.match(figures, [{ ended: 4, median: 5 * 3_600, p90: 6 * 3_600, longest: 6 * 3_600, running: 1, oldestRunning: 10 * 3_600 }]);
  t.equal((await dwellFigures(db, open, { wait: 'send', from: at(20) }, { now }, 10))[0]?.ended, 0, 'spells that began later');

  const nothing = { ...everything(), groups: [] };
  const closed = { read: nothing, find: nothing, board: everything() };
  t.match(
    await dwellFigures(db, closed, { wait: 'send', office: 'mosul' }, { now }, 10),
    [{ ended: null, median: null, p90: null, longest: null, running: null, oldestRunning: null, suppressed: true }],
    'who may not open the cases gets no small figure',
  );
  const [shown] = await dwellFigures(db, closed, { wait: 'send', office: 'mosul' }, { now }, 4);
  t.match(shown, { ended: 4, longest: 6 * 3_600, running: null, suppressed: true }, 'as small as the rule says');
});

t.test('cases are listed, counted and found by reference; of two with one reference both answer', async (t) => {
  const world = logWith([parcel], 'cases');
  const ids = await parcelStories(world, 20);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const listed = await all((cursor) => casePage(db, everything(), { process: 'parcel' }, { limit: 6, cursor }));
  t.strictSame(listed.map((one) => one.id).sort(), [...ids].sort());
  t.strictSame(
    listed.map((one) => one.openedAt),
    listed
      .map((one) => one.openedAt)
      .sort()
      .reverse(),
    'the last opened first',
  );
  const counts = await caseCounts(db, everything(), {});
  t.equal(
    counts.reduce((sum, one) => sum + one.cases, 0),
    ids.length,
  );
  for (const { status, cases } of counts) {
    t.equal((await all((cursor) => casePage(db, everything(), { status }, { limit: 6, cursor }))).length, cases, status);
  }
  const [some] = listed;
  const family = await casePage(db, everything(), { household: some!.households[0] }, { limit: 50 });
  t.ok(family.items.some((one) => one.id === some!.id));
  t.strictSame(
    (await casesByReference(db, everything(), some!.reference)).map((one) => one.id),
    [some!.id],
  );
  t.strictSame(await casesByReference(db, { ...everything(), groups: [] }, some!.reference), []);

  // Twelve digits come from the last sixty bits: two ids that share these share the reference.
  const twin = `${seeded('twin').uuid().slice(0, 19)}${some!.id.slice(19)}`.replace(/^(.{19}).(.*)$/, `$1${some!.id[19]}$2`);
  await world.write('parcel', twin, { type: 'NoteAdded', data: { text: 'x' } });
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  t.strictSame((await casesByReference(db, everything(), some!.reference)).map((one) => one.id).sort(), [some!.id, twin].sort());
});
