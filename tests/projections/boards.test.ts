import t, { type Test } from 'tap';
import { z } from 'zod';
import { foldCase, withCorrections } from '../../src/domain/kernel/case.ts';
import { baghdadDate } from '../../src/domain/kernel/dates.ts';
import { type Board, defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { createCodec } from '../../src/eventlog/codec.ts';
import { type BoardGroup, boardCases, boardLines, boardWaits } from '../../src/projections/boards.queries.ts';
import { boardsProjection } from '../../src/projections/boards.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import { type Sight, visibleTo } from '../../src/projections/visibility.ts';
import { seed } from '../support/faults/size.ts';
import { cutEveryWhichWay } from './byHand.ts';
import { type Entry, logWith, readModels, SCHEMA } from './support.ts';

const events = {
  PleaFiled: z.strictObject({ governorate: z.string(), amount: z.int() }),
  PleaGranted: z.strictObject({}),
  PleaPaid: z.strictObject({ amount: z.int() }),
};
interface Plea {
  readonly status: 'none' | 'filed' | 'granted' | 'paid';
  readonly governorate: string;
  readonly amount: number;
  readonly paid: number;
}

function evolve(state: Plea, event: FoldEvent<typeof events>): Plea {
  if (event.type === 'PleaFiled') return { ...state, status: 'filed', ...event.data };
  if (event.type === 'PleaGranted') return { ...state, status: 'granted' };
  return { ...state, status: 'paid', paid: state.paid + event.data.amount };
}

const no = { states: {}, commands: {}, events: {}, waits: {}, parties: {}, refusals: {}, fields: {}, codes: {} };
/** A process of its own for these tests: figures that add up, and three statuses to stand in. */
const plea = pleaAs({
  court: 'court',
  board: (s) => ({
    governorate: s.governorate,
    measures: { filed: 1, askedIQD: s.amount, ...(s.paid > 0 ? { paid: 1, paidIQD: s.paid } : {}) },
  }),
});

/** The same process by a later program, which counts other things of the same events. */
const pleaLater = pleaAs({
  court: 'chamber',
  board: (s) => ({
    governorate: s.governorate === 'IQG15' ? 'IQG02' : s.governorate,
    kind: s.amount > 300 ? 'large' : 'small',
    measures: { filed: 1, ...(s.paid > 0 ? { paidIQD: s.paid } : {}) },
  }),
});

function pleaAs({ court, board }: { readonly court: string; readonly board: (state: Plea) => Board }) {
  return defineProcess({
    name: 'plea',
    plural: 'pleas',
    store: 'general',
    tier: 'T1',
    events,
    initial: { status: 'none', governorate: '', amount: 0, paid: 0 } as Plea,
    evolve,
    waitsOn: {
      none: () => [],
      filed: () => [{ key: 'grant', party: court }],
      granted: () => [{ key: 'pay', party: 'treasury' }],
      paid: () => [],
    },
    ends: ['paid'],
    about: (s) => ({ governorates: [s.governorate], parties: [court] }),
    board,
    labels: { name: { en: 'Plea', ar: 'التماس' }, plural: { en: 'Pleas', ar: 'التماسات' }, ...no },
  }).withCommands({});
}

const noon = (day: string): string => `${day}T09:00:00.000Z`;
const on = (type: string, data: object, day: string): Entry => ({ type, data, meta: { occurredAt: noon(day) } });
const filed = (day: string, amount: number, governorate = 'IQG15') => on('PleaFiled', { governorate, amount }, day);
const granted = (day: string) => on('PleaGranted', {}, day);
const paid = (day: string, amount: number) => on('PleaPaid', { amount }, day);
const DAYS = ['2023-12-31', '2024-01-10', '2024-02-01', '2024-02-20', '2024-03-05', '2024-04-01', '2024-05-01', '2026-03-01'];

async function pleas() {
  const world = logWith([plea], 'pleas');
  const { write, random, log } = world;
  const ids = Array.from({ length: 6 }, () => random.uuid());
  const [plain, late, corrected, retracted, adopted, unconfirmed] = ids as [string, string, string, string, string, string];
  await write('plea', plain, filed('2024-01-10', 100));
  await write('plea', late, filed('2024-02-01', 50, 'IQG01'));
  await write('plea', corrected, filed('2024-02-01', 999));
  await write('plea', retracted, filed('2024-02-01', 7), granted('2024-02-20'));
  await write('plea', plain, granted('2024-03-05'));
  await write('plea', late, paid('2024-04-01', 50));
  // News of a day before the last one on file.
  await write('plea', late, granted('2024-02-20'));
  const after = { governorate: 'IQG01', amount: 90 };
  const correction = { of: 0, type: 'PleaFiled', fields: ['governorate', 'amount'], after, reason: 'misread' };
  await write('plea', corrected, { type: 'CaseCorrected', data: correction });
  await write('plea', retracted, { type: 'CaseRetracted', data: { reason: 'wrong file' } });
  const old = [filed('2024-01-10', 30), granted('2024-02-20')];
  await write('plea', adopted, { type: 'CaseAdopted', data: { source: 'ledger', facts: 2 } }, ...old);
  await write('plea', unconfirmed, { type: 'CaseAdopted', data: { source: 'ledger', facts: 2 } }, ...old);
  await write('plea', adopted, { type: 'AdoptionConfirmed', data: {} });
  await write('plea', adopted, paid('2024-05-01', 10), paid('2024-05-01', 20));
  return { ...world, ids, head: await log.head() };
}

const post = { id: 'post', role: 'planning' as const, organisation: 'ministry', from: '2000-01-01' };
const rights = { staff: 'somebody', day: '2026-03-01', posts: [post] };
const all: Sight = { rights, groups: [{ processes: ['plea'], reach: [{ scope: 'all', tier: 'T2', post }] }] };

t.test(
  'a board gives every figure for any day, as it was known at any moment: the same as folding what was known then',
  async (t) => {
    const world = await pleas();
    const models = await readModels(t, world);
    await models.catchUp([casesProjection(world.registry), boardsProjection(world.registry)]);
    const db = readDb({ pool: models.pool, schema: SCHEMA });

    const stored = await world.log.readAll(0n, 1_000);
    const known = await world.codec.decode(stored.events, 'none');
    /** Folds what was known at a logIndex, up to a day of the world. */
    const expected = (asOf: bigint, day: string) => {
      const sum = { cases: 0, filed: 0, askedIQD: 0, paid: 0, paidIQD: 0 };
      for (const id of world.ids) {
        const history = known.filter((event, at) => event.meta.stream === `plea-${id}` && stored.events[at]!.logIndex <= asOf);
        const now = foldCase(plea, id, history);
        if (!now.exists || now.retracted || now.adoption?.confirmed === false) continue;
        const told = withCorrections(history).filter(({ type }) => type !== 'CaseAdopted' && type !== 'AdoptionConfirmed');
        const then = foldCase(
          plea,
          id,
          told.filter(({ meta }) => baghdadDate(meta.occurredAt) <= day),
        ) as { state: unknown; exists: boolean };
        const state = then.state as Plea;
        if (!then.exists) continue;
        sum.cases += 1;
        sum.filed += 1;
        sum.askedIQD += state.amount;
        sum.paid += state.paid > 0 ? 1 : 0;
        sum.paidIQD += state.paid;
      }
      return sum;
    };
    let differing = 0;
    for (let asOf = 1n; asOf <= world.head; asOf += 1n) {
      for (const effectiveOn of DAYS) {
        const lines = await boardLines(db, all, { process: 'plea', asOf: String(asOf), effectiveOn }, [], '2026-03-01');
        const [line] = lines;
        const found = { filed: 0, askedIQD: 0, paid: 0, paidIQD: 0, ...line?.measures, cases: line?.cases ?? 0 };
        const wanted = expected(asOf, effectiveOn);
        if (JSON.stringify(Object.entries(found).sort()) !== JSON.stringify(Object.entries(wanted).sort())) {
          differing += 1;
          t.same(found, wanted, `known at ${asOf}, on ${effectiveOn}`);
        }
      }
    }
    t.equal(differing, 0, `${Number(world.head) * DAYS.length} moments compared`);

    const now = await boardLines(db, all, { process: 'plea' }, ['governorate', 'status'], '2026-03-01');
    t.match(now, [
      { governorate: 'IQG01', status: 'filed', cases: 1, measures: { askedIQD: 90 } },
      { governorate: 'IQG01', status: 'granted', cases: 1, measures: { paidIQD: 50 } },
      { governorate: 'IQG15', status: 'granted', cases: 1, medianDays: 726 },
      { governorate: 'IQG15', status: 'paid', cases: 1, measures: { askedIQD: 30, paidIQD: 30 } },
    ]);
    const page = await boardCases(
      db,
      { read: all, find: all, board: all },
      { process: 'plea', status: 'granted' },
      '2026-03-01',
      { limit: 1 },
    );
    t.match(page.items, [{ status: 'granted', since: '2024-02-20', waits: [{ wait: 'pay', party: 'treasury' }] }]);
    const rest = await boardCases(
      db,
      { read: all, find: all, board: all },
      { process: 'plea', status: 'granted' },
      '2026-03-01',
      { limit: 5, cursor: page.next },
    );
    t.equal(rest.items.length, 1);
    const none: Sight = { rights, groups: [] };
    t.same(
      await boardLines(db, none, { process: 'plea' }, ['status'], '2026-03-01'),
      [],
      'who may not see the board sees nothing',
    );
  },
);

t.test('what was counted as cases moved is what counting the cases gives', async (t) => {
  const world = logWith([plea], `counts ${seed(t)}`);
  const { random, write } = world;
  const ids = Array.from({ length: 60 }, () => random.uuid());
  const day = () => `20${random.pick(['19', '21', '24'])}-${random.pick(['01', '02', '11'])}-${random.pick(['03', '17', '28'])}`;
  const due = (wait: string) => {
    const at = `${random.pick(['2024-11-02', '2026-02-27', '2026-02-28', '2026-03-01'])}T${random.pick(['00:00', '09:00', '12:00', '18:30'])}:00.000Z`;
    return random.next() < 0.8 ? { clocks: { [wait]: { due: at, rule: 'plea', version: 'default' } } } : {};
  };
  const timed = (entry: Entry, wait: string): Entry => ({ ...entry, meta: { ...entry.meta, ...due(wait) } });
  for (const id of ids) {
    const governorate = random.pick(['IQG15', 'IQG01', 'IQG08']);
    await write('plea', id, timed(filed(day(), Math.floor(random.next() * 900), governorate), 'grant'));
  }
  const models = await readModels(t, world);
  const projections = [casesProjection(world.registry), boardsProjection(world.registry)];
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  let compared = 0;
  for (let round = 0; round < 4; round += 1) {
    for (let step = 0; step < 40; step += 1) {
      const id = random.pick(ids);
      const next = random.next();
      if (next < 0.3) await write('plea', id, timed(granted(day()), 'pay'));
      else if (next < 0.5) await write('plea', id, paid(day(), 10));
      else if (next < 0.6) await write('plea', id, { type: 'CaseRetracted', data: { reason: 'wrong file' } });
      else if (next < 0.8) {
        const after = { governorate: random.pick(['IQG15', 'IQG01']), amount: 5 };
        const correction = { of: 0, type: 'PleaFiled', fields: ['governorate', 'amount'], after, reason: 'misread' };
        await write('plea', id, { type: 'CaseCorrected', data: correction });
      } else await write('plea', id, { type: 'ClockPaused', data: { wait: 'grant', reason: 'court closed' } });
    }
    await models.catchUp(projections);
    compared += await sameAsCounting(t, db);
  }
  t.ok(compared > 1_000, `${compared} times something was overdue`);
});

const sight = (scope: 'all' | 'governorate' | 'office'): Sight => {
  const place = { ...post, office: 'mosul', governorate: 'IQG15' };
  const reach = [{ scope, tier: 'T2' as const, post: place }];
  return { rights: { ...rights, posts: [place] }, groups: [{ processes: ['plea'], reach }] };
};
const QUESTIONS: readonly (readonly BoardGroup[])[] = [[], ['governorate'], ['status'], ['governorate', 'status', 'kind']];
const MOMENTS = ['2026-02-28T12:00:00.000Z', '2026-03-01T09:00:00.000Z', '2026-03-01T23:59:59.999Z', '2027-01-01T00:00:00.000Z'];

/** Holds what was counted to what counting the cases gives, for whoever asks. Answers how often something was overdue. */
async function sameAsCounting(t: Test, db: ReturnType<typeof readDb>): Promise<number> {
  let overdue = 0;
  const onDay = '2026-03-01';
  for (const scope of ['all', 'governorate', 'office'] as const) {
    for (const groups of QUESTIONS) {
      for (const filter of [
        { process: 'plea' },
        { process: 'plea', governorate: 'IQG15' },
        { process: 'plea', status: 'paid' },
      ]) {
        const seen = sight(scope);
        const byCase = await boardLines(db, visibleTo(seen), filter, groups, onDay);
        const counted = await boardLines(db, seen, filter, groups, onDay);
        t.strictSame(plain(counted), plain(byCase), `${scope}, ${groups}`);
        for (const now of MOMENTS) {
          const waiting = await boardWaits(db, visibleTo(seen), filter, groups, now);
          t.strictSame(sorted(await boardWaits(db, seen, filter, groups, now)), sorted(waiting), `waits of ${scope}, ${groups}`);
          overdue += waiting.reduce((sum, one) => sum + one.overdue, 0);
        }
      }
    }
  }
  return overdue;
}

t.test(
  'whatever was passed over or is understood otherwise since, a case counts as what it is from its next event on',
  async (t) => {
    const world = logWith([plea], `skipped counts ${seed(t)}`);
    const { random, write, log, keyring } = world;
    const registry = registryOf([pleaLater]);
    const later = { registry, codec: createCodec(registry, keyring) };
    const models = await readModels(t, world);
    const db = readDb({ pool: models.pool, schema: SCHEMA });
    const boards = boardsProjection(registry);
    const projections = [casesProjection(registry), boards];
    const ids = Array.from({ length: 40 }, () => random.uuid());
    const places = ['IQG15', 'IQG01', 'IQG08'];
    const day = () =>
      `20${random.pick(['19', '21', '24'])}-${random.pick(['01', '02', '11'])}-${random.pick(['03', '17', '28'])}`;
    /** Something that happens to a case; where it lies, and so who sees it, may change with it. */
    const happening = (): Entry => {
      const next = random.next();
      if (next < 0.3) return granted(day());
      if (next < 0.5) return paid(day(), 10);
      if (next < 0.55) return { type: 'CaseRetracted', data: { reason: 'wrong file' } };
      if (next < 0.65) return { type: 'ClockPaused', data: { wait: 'grant', reason: 'court closed' } };
      const after = { governorate: random.pick(places), amount: Math.floor(random.next() * 900) };
      return {
        type: 'CaseCorrected',
        data: { of: 0, type: 'PleaFiled', fields: ['governorate', 'amount'], after, reason: 'misread' },
      };
    };
    let passed = 0;
    for (const id of ids) await write('plea', id, filed(day(), Math.floor(random.next() * 900), random.pick(places)));
    for (const program of [{}, {}, later, {}, later]) {
      for (let step = 0; step < 40; step += 1) {
        const position = await write('plea', random.pick(ids), happening());
        if (random.next() < 0.3) {
          passed += 1;
          await models.pool.query(
            `insert into ${SCHEMA}.projection_skip (name, version, position, reason, by) values ('boards', $1, $2, 'poisoned', 'operator')`,
            [boards.version, String(position)],
          );
        }
      }
      await models.catchUp(projections, { ...program, batch: random.pick([1, 7, 1_000]) });
    }
    t.ok(passed > 20, `${passed} events were passed over`);
    for (const id of ids) await write('plea', id, { type: 'ClockPaused', data: { wait: 'pay', reason: 'holiday' } });
    await models.catchUp(projections, later);
    await sameAsCounting(t, db);
    const { rows } = await models.pool.query(`select count(*)::int as cases from ${SCHEMA}.board_cell where cases < 0`);
    t.strictSame(rows, [{ cases: 0 }], 'nothing was taken back that was not counted');
    t.equal((await log.head()) > 200n, true);
  },
);

/** With the members of each object in one order. */
const plain = (rows: readonly object[]): unknown => JSON.parse(JSON.stringify(rows));
const sorted = (rows: readonly object[]): readonly string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();

t.test('whatever the batches, the rows come out the same', async (t) => {
  const world = await pleas();
  const models = await readModels(t, world);
  const { rows, differing } = await cutEveryWhichWay(models, boardsProjection(world.registry), world.head);
  t.ok(rows > 15, `${rows} rows`);
  t.same(differing, []);
});
