import t from 'tap';
import { z } from 'zod';
import { foldCase, withCorrections } from '../../src/domain/kernel/case.ts';
import { baghdadDate } from '../../src/domain/kernel/dates.ts';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';
import { boardCases, boardLines } from '../../src/projections/boards.queries.ts';
import { boardsProjection } from '../../src/projections/boards.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import type { Sight } from '../../src/projections/visibility.ts';
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
const plea = defineProcess({
  name: 'plea',
  plural: 'pleas',
  store: 'general',
  tier: 'T1',
  events,
  initial: { status: 'none', governorate: '', amount: 0, paid: 0 } as Plea,
  evolve,
  waitsOn: {
    none: () => [],
    filed: () => [{ key: 'grant', party: 'court' }],
    granted: () => [{ key: 'pay', party: 'treasury' }],
    paid: () => [],
  },
  ends: ['paid'],
  board: (s) => ({
    governorate: s.governorate,
    measures: { filed: 1, askedIQD: s.amount, ...(s.paid > 0 ? { paid: 1, paidIQD: s.paid } : {}) },
  }),
  labels: { name: { en: 'Plea', ar: 'التماس' }, plural: { en: 'Pleas', ar: 'التماسات' }, ...no },
}).withCommands({});

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

t.test('whatever the batches, the rows come out the same', async (t) => {
  const world = await pleas();
  const models = await readModels(t, world);
  const { rows, differing } = await cutEveryWhichWay(models, boardsProjection(world.registry), world.head);
  t.ok(rows > 15, `${rows} rows`);
  t.same(differing, []);
});
