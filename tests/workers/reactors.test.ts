import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Reservation } from '../../src/domain/kernel/case.ts';
import { idOf, type RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { movement } from '../../src/domain/movement/index.ts';
import { type PlanState, reintegrationPlan } from '../../src/domain/reintegrationPlan/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { migrateQueue } from '../../src/platform/queue.ts';
import { type DeadlineSource, scanDeadlines, type TimedWait } from '../../src/workers/deadlines.ts';
import { following } from '../../src/workers/reactors/followUps.ts';
import type { OpenItem } from '../../src/workers/reactors/handover.ts';
import { plans } from '../../src/workers/reactors/plans.ts';
import { reservations } from '../../src/workers/reactors/reservations.ts';
import { reactorsOf } from '../../src/workers/reactors.ts';
import { families } from '../support/families.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';
import { colleague, type Person, someone, world } from '../support/scenario.ts';
import { eventually, noEnds, noErasures, noImports, order, receipt, type Test, workersFor } from './support.ts';

async function queueOf(t: Test) {
  const { url } = await testDatabase(t);
  const place = { kind: 'postgres', url, schema: 'jobs' } as const;
  await migrateQueue(place);
  return place;
}

t.test('reservations', async (t) => {
  const place = await queueOf(t);
  const hash = 'f'.repeat(64);
  const wish = { type: 'ReservationRequested', data: { scope: 'order.item', hash } };
  const placed = { type: 'OrderPlaced', data: { item: 'one of a kind' } };
  const held = async (w: ReturnType<typeof world>, id: string): Promise<readonly Reservation[]> =>
    (await w.cases.glance(`order-${id}`)).reservations;

  t.test('what a request that died left undone is finished: the first holds the text, the second is told', async (t) => {
    const w = world([order, receipt]);
    const [first, second] = [randomUUID(), randomUUID()];
    await w.given('order', first, placed, wish);
    await w.given('order', second, placed, wish);
    const crew = await workersFor(t, w, place);
    await crew.start([reservations]);
    await crew.settled();
    t.match(await held(w, first), [{ status: 'confirmed', hash }]);
    t.match(await held(w, second), [{ status: 'refused', hash, heldBy: `order-${first}` }]);
    t.match((await w.cases.glance(`order-${second}`)).waits, [{}, {}, { key: 'resolveDuplicate:order.item' }]);
  });

  t.test('what an import reserved and was given up before it settled is settled when somebody confirms the case', async (t) => {
    const w = world([order, receipt]);
    const id = randomUUID();
    const by = { ...someone('registrar'), id: 'system:importEntry' };
    const entered = [{ type: 'CaseAdopted', data: { source: 'a register', facts: 1 } }, placed, wish];
    await w.given('order', id, ...entered.map((one) => ({ ...one, by })));
    const crew = await workersFor(t, w, place);
    await crew.start([reservations]);
    await crew.settled();
    t.match(await held(w, id), [{ status: 'requested' }], 'the import settles it as long as it may still go on');
    await w.given('order', id, { type: 'AdoptionConfirmed', data: {} });
    await crew.settled();
    t.match(await held(w, id), [{ status: 'confirmed', hash }]);
    t.strictSame(await crew.operator.troubled(10), []);
  });

  t.test('what a request settled itself is not settled again', async (t) => {
    const w = world([order, receipt]);
    const { record } = await w.when('shop', 'order', 'place', undefined, { item: 'x', once: true });
    t.match(record.reservations, [{ status: 'confirmed' }]);
    const before = await w.log.head();
    const crew = await workersFor(t, w, place);
    await crew.start([reservations]);
    await crew.settled();
    t.equal(await w.log.head(), before);
  });

  t.test('a retracted case gives back what it held, and another may have it', async (t) => {
    const w = world([order, receipt]);
    const crew = await workersFor(t, w, place);
    await crew.start([reservations]);
    const first = (await w.when('shop', 'order', 'place', undefined, { item: 'x', once: true })).outcome.id;
    await w.when('shop', 'order', 'retract', first, { reason: 'wrong file' });
    await crew.settled();
    const { record } = await w.when('shop', 'order', 'place', undefined, { item: 'x', once: true });
    t.match(record.reservations, [{ status: 'confirmed' }]);
  });

  t.test('a case retracted before its reservation was made leaves none behind', async (t) => {
    const w = world([order, receipt]);
    const [first, second] = [randomUUID(), randomUUID()];
    await w.given('order', first, placed, wish, { type: 'CaseRetracted', data: { reason: 'wrong file' } });
    const crew = await workersFor(t, w, place);
    await crew.start([reservations]);
    await crew.settled();
    await w.given('order', second, placed, wish);
    await crew.settled();
    t.match(await held(w, second), [{ status: 'confirmed' }]);
    t.strictSame(await crew.operator.troubled(10), [], 'nobody needs to look at it');
  });
});

t.test('a handover', async (t) => {
  const place = await queueOf(t);

  /** An officer with a colleague in the same office, as the log knows them. */
  async function office(w: ReturnType<typeof world>) {
    const officer = someone('auditor');
    const mate = colleague(officer);
    for (const { id, post } of [officer, mate]) {
      const { id: membership, ...rest } = post;
      await w.given(
        'staff',
        id,
        { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity: { issuer: 'test', subject: id } } },
        { type: 'MembershipGranted', data: { membership, ...rest } },
      );
    }
    return { officer, mate };
  }
  const taken = async (w: ReturnType<typeof world>, owner: Person, by: Person, ...waits: string[]) => {
    const id = randomUUID();
    const taking = waits.map((wait) => ({ type: 'CaseTaken', data: { wait, staff: by.id }, by }));
    await w.given('order', id, { type: 'OrderPlaced', data: { item: 'x' }, by: owner }, ...taking);
    return id;
  };
  const assignees = async (w: ReturnType<typeof world>, id: string) =>
    (await w.cases.glance(`order-${id}`)).waits.map((wait) => wait.assignee);
  const handoverOf = (openItems: Parameters<typeof reactorsOf>[0]['openItems']) =>
    reactorsOf({
      openItems,
      imports: noImports,
      openPlans: async () => [],
      payableClaims: async () => [],
      openMovements: async () => [],
      movementsOf: async () => [],
      erasures: noErasures,
      shortLife: noEnds,
    }).filter((one) => one.name === 'handover');

  t.test('gives the colleague everything the officer has taken, once the read model knows of it', async (t) => {
    const w = world([order, receipt, staff]);
    const { officer, mate } = await office(w);
    const ids = [await taken(w, officer, officer, 'answer'), await taken(w, officer, officer, 'answer', 'audit')];
    const others = await taken(w, officer, mate, 'answer');
    let asked = 0;
    const items: readonly OpenItem[] = [...ids, others].flatMap((id) => [
      { stream: `order-${id}`, wait: 'answer' },
      { stream: `order-${id}`, wait: 'audit' },
    ]);
    const crew = await workersFor(t, w, place);
    const openItems = async (who: string, position: bigint) => {
      t.equal(who, officer.id);
      t.equal(position, await w.log.positionOf(position));
      asked += 1;
      return asked < 3 ? 'not yet' : items;
    };
    await crew.start(handoverOf(openItems));
    await w.given('staff', officer.id, { type: 'HandoverOrdered', data: { to: mate.id, reason: 'on leave' }, by: officer });
    await crew.settled();
    t.equal(asked, 3, 'tried again until the read model had come that far');
    t.strictSame(await assignees(w, ids[0]!), [mate.id, undefined]);
    t.strictSame(await assignees(w, ids[1]!), [mate.id, mate.id], 'also where a role holds the wait');
    t.strictSame(await assignees(w, others), [mate.id, undefined], 'what others took stays theirs');
    const { history } = await w.cases.load(order, ids[0]!);
    const { history: ordered } = await w.cases.load(staff, officer.id);
    t.match(history.at(-1), {
      type: 'CaseAssigned',
      meta: { actor: { id: 'system:handover', office: officer.post.office }, causationId: ordered.at(-1)?.meta.eventId },
    });
  });

  t.test('leaves what the colleague may not hold, does the rest, and says so', async (t) => {
    const w = world([order, receipt, staff]);
    const { officer, mate } = await office(w);
    const foreign = await taken(w, someone('auditor'), officer, 'answer');
    const own = await taken(w, officer, officer, 'answer');
    const items = [foreign, own].map((id) => ({ stream: `order-${id}`, wait: 'answer' }));
    const crew = await workersFor(t, w, place);
    await crew.start(handoverOf(async () => items));
    await w.given('staff', officer.id, { type: 'HandoverOrdered', data: { to: mate.id, reason: 'on leave' }, by: officer });
    await crew.settled();
    t.strictSame(await assignees(w, foreign), [officer.id, undefined]);
    t.strictSame(await assignees(w, own), [mate.id, undefined]);
    const [trouble] = await crew.operator.troubled(10);
    t.match(trouble?.refusal, { code: 'PARTLY_REFUSED', params: { refused: 1, of: 2, first: 'NOT_A_COLLEAGUE' } });
  });
});

t.test(
  'a failed return has the open plans of the family reviewed before their day, once the read model knows of them',
  async (t) => {
    const place = await queueOf(t);
    const w = world([movement, reintegrationPlan]);
    const [family, moved, agreed, young, ended] = [randomUUID(), randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const proposed = { type: 'ReintegrationPlanProposed', data: { beneficiary: { kind: 'household', household: family } } };
    const consent = { basis: 'recorded', consent: randomUUID() };
    const reviews = [{ round: 1, due: '2026-06-01' }];
    await w.given('reintegrationPlan', agreed, proposed, {
      ...{ type: 'ReintegrationPlanAgreed', data: { goals: [], consent, reviews } },
    });
    await w.given('reintegrationPlan', young, proposed);
    await w.given('reintegrationPlan', ended, proposed, { type: 'PlanDiscontinued', data: { reason: 'moved_away' } });
    const crew = await workersFor(t, w, place);
    let asked = 0;
    const openPlans = async (household: string, position: bigint) => {
      t.equal(household, family);
      t.equal(position, await w.log.positionOf(position));
      asked += 1;
      // A read model may still show one that has ended since.
      return asked < 2 ? ('not yet' as const) : [ended, agreed, young];
    };
    await crew.start([plans(openPlans)]);
    await w.given('movement', moved, {
      type: 'ReturnFailed',
      data: { household: family, leftOn: '2026-02-20', causes: ['rejection_by_community'], confirmed: true },
    });
    await crew.settled();
    t.equal(asked, 2);
    const plan = async (id: string) => (await w.cases.glance(`reintegrationPlan-${id}`)).state as PlanState;
    t.match(await plan(agreed), { status: 'review_due', early: { cause: 'return_failed', movement: moved } });
    t.match(await plan(young), { status: 'proposed' });
    t.match(await plan(ended), { status: 'discontinued' });
    t.match(await crew.operator.troubled(10), [{ refusal: { code: 'PARTLY_REFUSED', params: { refused: 1, of: 3 } } }]);
  },
);

t.test('registration', async (t) => {
  const place = await queueOf(t);
  const reactors = reactorsOf({
    openItems: async () => [],
    imports: noImports,
    openPlans: async () => [],
    payableClaims: async () => [],
    openMovements: async () => [],
    movementsOf: async () => [],
    erasures: noErasures,
    shortLife: noEnds,
  });

  t.test('every reactor has a name of its own', async (t) => {
    t.equal(new Set(reactors.map((one) => one.name)).size, reactors.length);
  });

  t.test('an accepted application becomes a household, and every member knows it', async (t) => {
    const f = await families();
    const mother = await f.adult();
    const daughter = await f.child();
    const application = await f.verified(mother, [daughter]);
    const accepted = await f.w.when(f.verifier, 'application', 'accept', application, { fileNo: '1234' });
    const { household } = accepted.events[0]!.data as { household: string };
    const crew = await workersFor(t, f.w, place);
    await crew.start(reactors);
    await crew.settled();
    const family = await f.familyOf(household);
    t.equal(family.status, 'displaced');
    t.equal(family.owner?.office, f.registrar.post.office, 'the branch that accepted owns it');
    t.match(family.reservations, [{ status: 'confirmed' }], 'its file number is its own');
    t.strictSame(
      family.state.members.map((one) => one.person),
      [mother, daughter],
    );
    for (const one of [mother, daughter]) t.match(await f.personOf(one), { household });
    t.strictSame(await crew.operator.troubled(10), []);
  });

  t.test('what a paper file tells calls for something once a second officer has confirmed its adoption', async (t) => {
    const w = world([order, receipt]);
    const crew = await workersFor(t, w, place);
    const followUps = ({ type, data, meta }: RecordedEvent) =>
      type === 'OrderPlaced' || type === 'OrderChanged'
        ? [
            {
              process: 'receipt',
              command: type === 'OrderPlaced' ? 'open' : 'note',
              id: idOf(meta.stream),
              input: data as Record<string, unknown>,
            },
          ]
        : [];
    await crew.start([following({ name: 'receipts', process: order, followUps, onRefusal: 'stop' })]);
    const letterRef = { number: '7', date: '2019-01-01', issuedBy: 'Mayor' };
    const fact = (type: string, item: string, occurredAt: string) => ({ type, data: { item }, occurredAt, letterRef });
    const facts = [fact('OrderPlaced', 'a', '2019-01-01T00:00:00.000Z'), fact('OrderChanged', 'b', '2020-01-01T00:00:00.000Z')];
    const { id } = (await w.when('archive', 'order', 'adopt', undefined, { source: 'paper file', facts })).outcome;
    await crew.settled();
    t.equal((await w.cases.glance(`receipt-${id}`)).exists, false, 'nothing yet');
    await w.when('second', 'order', 'confirmAdoption', id, {});
    await w.when('shop', 'order', 'change', id, { item: 'c' });
    await crew.settled();
    const { history } = await w.cases.load(receipt, id);
    t.strictSame(
      history.map(({ data, meta }) => [(data as { item: string }).item, meta.occurredAt.slice(0, 4)]),
      [
        ['a', '2019'],
        ['b', '2020'],
        ['c', '2026'],
      ],
    );
    t.strictSame(await crew.operator.troubled(10), []);
    t.equal(await crew.jobs("step = 'adopted'"), 1, 'in one job');
  });

  t.test(
    'a confirmed paper file that calls for nothing leaves no job, and one of which that cannot be told leaves one',
    async (t) => {
      const w = world([order, receipt]);
      const crew = await workersFor(t, w, place);
      const idle = { ...following({ name: 'idle', process: order, followUps: () => [], onRefusal: 'stop' }) };
      const unsure = { ...idle, name: 'unsure', isNeeded: () => Promise.reject(new Error('the log is away')) };
      await crew.start([idle, unsure]);
      const facts = [{ type: 'OrderPlaced', data: { item: 'a' }, occurredAt: '2019-01-01T00:00:00.000Z' }];
      const letterRef = { number: '7', date: '2019-01-01', issuedBy: 'Mayor' };
      const file = { source: 'paper file', facts: facts.map((one) => ({ ...one, letterRef })) };
      const { id } = (await w.when('archive', 'order', 'adopt', undefined, file)).outcome;
      await w.when('second', 'order', 'confirmAdoption', id, {});
      await crew.settled();
      t.equal(await crew.jobs("reactor = 'idle'"), 0);
      t.equal(await crew.jobs("reactor = 'unsure' and ending = 'done'"), 1);
    },
  );

  t.test('from a case read where its confirmation has not come yet nobody concludes that nothing is called for', async (t) => {
    const w = world([order, receipt]);
    const { isNeeded } = following({ name: 'idle', process: order, followUps: () => [], onRefusal: 'stop' });
    const fact = { type: 'OrderPlaced', data: { item: 'a' }, occurredAt: '2019-01-01T00:00:00.000Z' };
    const letterRef = { number: '7', date: '2019-01-01', issuedBy: 'Mayor' };
    const file = { source: 'paper file', facts: [{ ...fact, letterRef }] };
    const { id } = (await w.when('archive', 'order', 'adopt', undefined, file)).outcome;
    await w.when('second', 'order', 'confirmAdoption', id, {});
    const { history, stored } = await w.cases.load(order, id);
    const behind = stored.at(-2)?.position;
    const task = { step: 'adopted', ids: {} };
    const needed = (cases: Pick<typeof w.cases, 'load'>) => isNeeded?.(task, history.at(-1)!, cases);
    t.equal(await needed(w.cases), false);
    t.equal(await needed({ load: (process, of) => w.cases.load(process, of, behind) }), true);
    t.equal(await needed({ load: (process, of) => w.cases.load(process, of, 0n) }), true, 'not even its beginning');
  });

  t.test('two households found to be one become one with everybody in it, and part again', async (t) => {
    const f = await families();
    const [stays, goes] = [await f.registered(), await f.registered(f.elsewhere)];
    const found = { matchFields: ['firstName'], score: 84, algorithmVersion: 'test' };
    const raised = { subject: 'household', candidates: [stays.id, goes.id], ...found };
    const { id } = (await f.when(f.registrar, 'duplicate', 'detect', undefined, raised)).outcome;
    await f.when(f.verifier, 'duplicate', 'beginReview', id, {});
    const crew = await workersFor(t, f.w, place);
    await crew.start(reactors.map((one) => ({ ...one, start: 'now' })));
    const merge = {
      survivor: stays.id,
      fields: { head: stays.id, origin: stays.id, place: goes.id },
      persons: [{ survivor: stays.mother, absorbed: goes.mother }],
      documentsCompared: true,
      benefitsDiffer: false,
    };
    await crew.settled();
    await f.w.when(f.headquarters, 'duplicate', 'merge', id, merge);
    await crew.settled();
    t.match(await f.familyOf(goes.id), { status: 'merged_into', state: { absorbedBy: { into: stays.id } } });
    const everybody = [stays.mother, ...stays.daughters, ...goes.daughters];
    t.strictSame((await f.familyOf(stays.id)).state.members.map((one) => one.person).sort(), [...everybody].sort());
    t.match(await f.personOf(goes.mother), { status: 'merged_into', mergedInto: { into: stays.mother } });
    for (const one of everybody) t.match(await f.personOf(one), { household: stays.id });

    await f.w.when(f.headquarters, 'duplicate', 'unmerge', id, { reason: 'a court found two mothers' });
    await crew.settled();
    t.match(await f.familyOf(goes.id), { status: 'displaced', state: { head: goes.mother } });
    t.match(await f.personOf(goes.mother), { status: 'recorded', household: goes.id });
    t.strictSame(await crew.operator.troubled(10), []);
  });
});

t.test('deadlines', async (t) => {
  /** A read model that saw the log at one moment, as one that lags does. */
  async function seen(w: ReturnType<typeof world>): Promise<DeadlineSource> {
    const { events } = await w.log.readAll(0n, 10_000, { categories: ['order'] });
    const records = await Promise.all([...new Set(events.map((one) => one.stream))].map((stream) => w.cases.glance(stream)));
    const waits = records.flatMap((record) =>
      record.waits.flatMap((wait): TimedWait[] =>
        wait.due === undefined || wait.paused ? [] : [{ ...wait, stream: record.stream, due: wait.due.replace('.000Z', 'Z') }],
      ),
    );
    const timers = records.flatMap((record) =>
      (order.timers?.(record.state) ?? []).map((timer) => ({ ...timer, stream: record.stream })),
    );
    return {
      dueWaits: async function* () {
        yield* waits;
      },
      dueTimers: async function* (now) {
        yield* timers.filter((timer) => timer.at <= now);
      },
    };
  }
  const scan = async (w: ReturnType<typeof world>, source: DeadlineSource) => {
    const counts = { escalated: 0, timed: 0, refused: 0 };
    const { executor, registry, rulebook } = w;
    const count = (what: keyof typeof counts) => {
      counts[what] += 1;
    };
    const { signal } = new AbortController();
    await scanDeadlines({ source, executor, registry, rulebook, logger: silentLog, now: w.now, signal, count });
    return counts;
  };
  const written = async (w: ReturnType<typeof world>, type: string) =>
    (await w.log.readAll(0n, 10_000, { categories: ['order'] })).events.filter((one) => one.type === type).length;
  const breached = async (orders: number, at: string, input: object = {}) => {
    const w = world([order, receipt], '2026-03-01T08:00:00.000Z');
    const ids: string[] = [];
    for (let n = 0; n < orders; n++)
      ids.push((await w.when('shop', 'order', 'place', undefined, { item: `${n}`, ...input })).outcome.id);
    w.at(at);
    return { ...w, ids };
  };

  t.test('one breach is one event, however many workers scan', async (t) => {
    const w = await breached(200, '2026-03-01T14:00:00.000Z');
    const source = await seen(w);
    await Promise.all([1, 2, 3, 4].map(() => scan(w, source)));
    t.equal(await written(w, 'order.WaitEscalated.v1'), 200);
    const late = await scan(w, source);
    t.equal(late.escalated, 0, 'a read model that lags behind changes nothing');
    t.equal(await written(w, 'order.WaitEscalated.v1'), 200);
    const { events } = await w.log.readAll(0n, 10_000, { categories: ['order'] });
    t.equal(new Set(events.map((one) => one.id)).size, events.length);
  });

  t.test('levels come when their share of the window has passed, each once and in order', async (t) => {
    const w = await breached(1, '2026-03-01T12:59:59.999Z');
    const levels = async () => {
      await scan(w, await seen(w));
      const { history } = await w.cases.load(order, w.ids[0]!);
      return history.flatMap(({ type, data }) => (type === 'WaitEscalated' ? [(data as { level: number }).level] : []));
    };
    t.strictSame(await levels(), [], 'before half of ten hours nothing happens');
    w.at('2026-03-01T13:00:00.000Z');
    t.strictSame(await levels(), [1]);
    t.strictSame(await levels(), [1]);
    w.at('2026-03-05T00:00:00.000Z');
    t.strictSame(await levels(), [1, 2, 3], 'after a long silence every level that was reached');
    t.strictSame(await levels(), [1, 2, 3]);
    const { record } = await w.cases.load(order, w.ids[0]!);
    t.match(record.waits.at(-1), { key: 'escalation:answer', party: 'auditor', holder: { role: 'auditor' } });
  });

  t.test('a paused clock escalates nothing, and one that goes on does so later', async (t) => {
    const w = await breached(1, '2026-03-01T09:00:00.000Z');
    const before = await seen(w);
    await w.when('shop', 'order', 'pauseClock', w.ids[0], { wait: 'answer', reason: 'road closed' });
    w.at('2026-03-02T09:00:00.000Z');
    await scan(w, before);
    t.equal(await written(w, 'order.WaitEscalated.v1'), 0, 'the log knows better than a read model that lags');
    await w.when('shop', 'order', 'resumeClock', w.ids[0], { wait: 'answer' });
    await scan(w, before);
    t.equal(await written(w, 'order.WaitEscalated.v1'), 0, 'the old due time no longer holds');
    w.at('2026-03-03T00:00:00.000Z');
    await scan(w, await seen(w));
    t.ok((await written(w, 'order.WaitEscalated.v1')) > 0);
  });

  t.test('a timer acts once at its time, whoever holds the ball', async (t) => {
    const w = await breached(50, '2026-03-01T08:59:59.999Z', { lapsesAt: '2026-03-01T09:00:00.000Z' });
    const source = await seen(w);
    await scan(w, source);
    t.equal(await written(w, 'order.OrderLapsed.v1'), 0);
    w.at('2026-03-01T09:00:00.000Z');
    await Promise.all([1, 2, 3, 4].map(() => scan(w, source)));
    t.equal(await written(w, 'order.OrderLapsed.v1'), 50);
  });

  t.test('a case that cannot be acted on keeps no other from its deadline', async (t) => {
    const w = await breached(30, '2026-03-01T14:00:00.000Z');
    const broken = new Set(w.ids.slice(0, 20));
    const execute: typeof w.executor.execute = async (request) => {
      if (broken.has(request.id ?? '')) throw new TypeError('a mistake');
      return w.executor.execute(request);
    };
    const counts = await scan({ ...w, executor: { execute } }, await seen(w));
    t.strictSame(counts, { escalated: 10, timed: 0, refused: 20 });
  });

  t.test('deadlines can be left alone until something has come, and are watched from then on', async (t) => {
    const crew = await workersFor(t, world([order, receipt]), await queueOf(t), { deadlinesEveryMs: 10 });
    let scans = 0;
    const counting: DeadlineSource = {
      dueWaits: async function* () {
        scans += 1;
        yield* [];
      },
      dueTimers: async function* () {},
    };
    let begin: () => void = () => {};
    const later = await crew.start([], counting, new Promise<void>((come) => (begin = come)));
    // Who watches holds the lease; it is free for another while the first waits.
    const other = await crew.start([], counting);
    await eventually('the other watches', () => scans > 0);
    await other.stop();
    const before = scans;
    begin();
    await eventually('the first watches', () => scans > before);
    await later.stop();
  });

  t.test('the figures say when a scan last came to its end; one that breaks off did not', async (t) => {
    const crew = await workersFor(t, world([order, receipt]), await queueOf(t), { deadlinesEveryMs: 10 });
    const ended = async () =>
      Number(/^masar_worker_deadlines_scanned_seconds (\S+)$/m.exec((await crew.metrics.scrape()).body)?.[1] ?? Number.NaN);
    let scans = 0;
    let breaks = true;
    const source: DeadlineSource = {
      dueWaits: async function* () {
        scans += 1;
        yield* [];
      },
      dueTimers: async function* () {
        if (breaks) throw new Error('the read model is away');
        yield* [];
      },
    };
    const began = Date.now() / 1_000;
    await crew.start([], source);
    await eventually('some break off', () => scans > 3);
    t.equal(await ended(), 0, 'none has ended yet');
    breaks = false;
    await eventually('one ends', async () => (await ended()) >= began);
    breaks = true;
    const before = scans;
    await eventually('more break off', () => scans > before + 1);
    const last = await ended();
    await eventually('and more', () => scans > before + 3);
    t.equal(await ended(), last, 'it stays at the last that ended');
  });

  t.test('one worker watches at a time, and another goes on when it stops', async (t) => {
    const crew = await workersFor(t, world([order, receipt]), await queueOf(t), { deadlinesEveryMs: 10, leaseMs: 60_000 });
    const scans = [0, 0];
    const source = (index: number): DeadlineSource => ({
      dueWaits: async function* () {
        scans[index]! += 1;
        yield* [];
      },
      dueTimers: async function* () {},
    });
    const first = await crew.start([], source(0));
    await eventually('the first watches', () => scans[0]! > 0);
    await crew.start([], source(1));
    await eventually('it watches on', () => scans[0]! > 20);
    t.equal(scans[1], 0);
    await first.stop();
    await eventually('the second takes over', () => scans[1]! > 0);
  });
});
