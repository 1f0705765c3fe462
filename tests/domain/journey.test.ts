/** The worked example of domain.md §11.1, as far as household, movement and area go, with its three replay checks. */
import t from 'tap';
import type { MovementState } from '../../src/domain/movement/index.ts';
import { boardLines } from '../../src/projections/boards.queries.ts';
import { boardsProjection } from '../../src/projections/boards.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import { logIndexAt } from '../../src/projections/timeline.queries.ts';
import { timelineProjection } from '../../src/projections/timeline.ts';
import type { Sight } from '../../src/projections/visibility.ts';
import { readModels, SCHEMA } from '../projections/support.ts';
import { workedExample } from '../support/workedExample.ts';

/** Whether a movement counts in "returned in a year": the arrival was confirmed then, whatever came later. */
const returnedIn = (year: string, state: MovementState): boolean =>
  state.pathway === 'return' && state.confirmedAt?.startsWith(year) === true;

t.test('the worked example, replayed at three dates', async (t) => {
  const { movementAt, householdAt, resumed, task, w, id } = await workedExample();

  t.match(await movementAt('2024-07-01'), { status: 'on_hold', stage: 'checks_in_progress', holds: [{ cause: 'area' }] });
  t.equal((await householdAt('2024-07-01')).status, 'displaced');

  t.match(
    resumed.events.map((one) => one.type),
    ['MovementResumed', 'ClearanceExpired'],
    'with the way free again it shows what ran out',
  );
  t.ok(task.includes('confirmVoluntariness') && task.filter((one) => one === 'requestClearance').length === 4, 'a task each');
  const { history } = await w.cases.load(w.registry.byName('movement')!, id);
  const times = (type: string) => history.filter((one) => one.type === type).map((one) => one.meta.occurredAt.slice(0, 10));
  t.same(times('VoluntarinessConfirmed'), ['2024-06-01', '2024-10-15'], 'nothing is overwritten');
  t.same(new Set(times('ClearanceGranted')), new Set(['2024-06-10', '2024-11-05']));
  t.same(times('VoluntarinessExpired'), ['2024-08-01']);

  const december = await movementAt('2024-12-01');
  t.equal(december.status, 'arrival_confirmed');
  t.ok(returnedIn('2024', december));
  t.equal(december.failedAt, undefined);
  t.equal((await householdAt('2024-12-01')).status, 'returned');

  const march = await movementAt('2025-03-02');
  t.equal(march.status, 'secondary_displacement_recorded');
  t.ok(returnedIn('2024', march), 'it got there in 2024');
  t.ok(march.failedAt?.startsWith('2025-03-01'), 'and carries that it failed');
  t.match(await householdAt('2025-03-02'), { status: 'secondary_displaced', achieved: { pathway: 'return' } });

  t.match(await householdAt('2025-04-02'), { status: 'secondary_displaced', outreachOpen: true }, 'seen there, visited; no more');
});

t.test('the boards answer the same questions, by what was known then and by what held then', async (t) => {
  const { w } = await workedExample();
  const models = await readModels(t, w);
  await models.catchUp([casesProjection(w.registry), boardsProjection(w.registry), timelineProjection(w.registry)]);
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const post = { id: 'post', role: 'planning' as const, organisation: 'ministry', from: '2000-01-01' };
  const rights = { staff: 'somebody', day: '2025-05-01', posts: [post] };
  const sight: Sight = {
    rights,
    groups: [{ processes: ['movement', 'household'], reach: [{ scope: 'all', tier: 'T2', post }] }],
  };
  const known = (day: string) => logIndexAt(db, `${day}T23:59:59.999Z`);
  const lines = async (process: string, when: { asOf?: string; effectiveOn?: string }) =>
    boardLines(db, sight, { process, ...when }, ['status'], '2025-05-01');
  const sum = async (process: string, measure: string, when: { asOf?: string; effectiveOn?: string }) =>
    (await lines(process, when)).reduce((total, one) => total + (one.measures[measure] ?? 0), 0);

  for (const when of [{ asOf: await known('2024-07-01') }, { effectiveOn: '2024-07-01' }]) {
    t.match(await lines('movement', when), [{ status: 'on_hold', cases: 1, measures: { onHold: 1 } }], 'on hold, not withdrawn');
  }
  for (const when of [{ asOf: await known('2024-12-01') }, { effectiveOn: '2024-12-01' }]) {
    t.equal(await sum('movement', 'arrivalConfirmed', when), 1);
    t.equal(await sum('movement', 'failed', when), 0);
    t.match(await lines('household', when), [{ status: 'returned', cases: 1 }]);
  }
  for (const when of [{ asOf: await known('2025-03-02') }, { effectiveOn: '2025-03-02' }]) {
    t.match(await lines('household', when), [{ status: 'secondary_displaced', cases: 1, measures: { returned: 1 } }]);
    t.equal(await sum('movement', 'failed', when), 1);
  }
  const inYear =
    (await sum('movement', 'arrivalConfirmed', { effectiveOn: '2024-12-31' })) -
    (await sum('movement', 'arrivalConfirmed', { effectiveOn: '2023-12-31' }));
  t.equal(inYear, 1, 'it still counts as returned in 2024');
});
