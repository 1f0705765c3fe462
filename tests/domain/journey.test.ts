/** The worked example of domain.md §11.1, as far as household, movement and area go, with its three replay checks. */
import t from 'tap';
import type { HouseholdState } from '../../src/domain/household/index.ts';
import { foldCase } from '../../src/domain/kernel/case.ts';
import type { MovementState } from '../../src/domain/movement/index.ts';
import { DISTRICT, HOME, letterOf, movements } from '../support/movements.ts';

const ACTORS = ['national_security_service', 'operations_command'];
const suspension = { scope: 'all', reasonCategory: 'political' };

async function journey() {
  const m = await movements('2024-05-02T08:00:00.000Z');
  const { w, decide, receiver, receiverHead, registrar, headquarters } = m;
  const on = (day: string) => w.at(`${day}T08:00:00.000Z`);
  const required = { key: 'movement.requiredActors', value: { IQG15: ACTORS }, source: 'order', effectiveFrom: '2024-01-01' };
  await w.when(headquarters, 'rule', 'establish', undefined, required);
  await decide(DISTRICT, 'open');

  on('2024-05-20');
  const j = await m.journey();
  await j.to('intended');
  on('2024-06-01');
  await j.to('checks');
  on('2024-06-10');
  await j.clearances();
  on('2024-06-20');
  await decide(DISTRICT, 'suspend', suspension);
  await j.give('putOnHold', { cause: 'area' }, 'holds');
  on('2024-08-01');
  await j.give('expire', {}, 'deadlines');
  on('2024-09-30');
  await decide(DISTRICT, 'resume');
  const resumed = await j.give('resume', { cause: 'area' }, 'holds');
  const task = await j.kinds();
  on('2024-10-15');
  await j.give('confirmVoluntariness', j.asked);
  for (const { slot } of await j.slots()) await j.give('requestClearance', { slot, letter: letterOf('r2', '2024-10-15') });
  on('2024-11-05');
  for (const { slot } of await j.slots()) {
    await j.give('recordClearance', { slot, letter: letterOf('a2', '2024-11-05'), outcome: { is: 'granted' } });
  }
  await j.fitness();
  await j.give('recordDestinationShelter', { shelterType: 'own_house' });
  await j.give('giveHazardInformation', { accessibility: 'clear_information' });
  await j.give('clear');
  await j.give('approve', { ...j.approval, letter: letterOf('d1', '2024-11-05') }, m.verifier);
  await j.give('addToManifest', j.booking(await j.plannedConvoy(40, '2024-11-12')));
  on('2024-11-12');
  await j.give('depart', j.atGate);
  await j.give('reportArrival', { area: HOME });
  on('2024-11-14');
  await j.give('confirmArrival', { by: 'receiving_branch', method: 'visit' }, receiver);
  await j.give('confirmArrival', j.word, m.caller);
  on('2025-01-10');
  const held = { round: 2, toolVersion: 'm1', riskLevel: 'high', risks: ['no_shelter', 'documents'] };
  await j.give('recordMonitoringRound', { ...held, actions: ['claim_prepared', 'referral'] }, receiver);
  on('2025-03-01');
  const failure = { leftOn: '2025-03-01', causes: ['no_shelter', 'documents'], newPlace: 'IQG09' };
  await j.give('declareFailed', failure, receiverHead);
  on('2025-04-02');
  for (const [kind, observedOn] of [
    ['origin', '2025-03-20'],
    ['camp', '2025-03-25'],
    ['origin', '2025-04-01'],
  ]) {
    const seen = { area: kind === 'camp' ? 'IQG09' : HOME, kind, observedOn, observer: 'camp_management', confidence: 'high' };
    await w.when(registrar, 'household', 'reportPresence', j.home.id, seen);
  }

  /** The case as it was known at the end of a day. */
  const asOf = async <S>(process: string, id: string, day: string) => {
    const found = w.registry.byName(process)!;
    const { history } = await w.cases.load(found, id);
    const known = history.filter((one) => one.meta.recordedAt <= `${day}T23:59:59.999Z`);
    return foldCase(found, id, known).state as S & { readonly status: string };
  };
  const movementAt = (day: string) => asOf<MovementState>('movement', j.id, day);
  const householdAt = (day: string) => asOf<HouseholdState>('household', j.home.id, day);
  return { ...m, ...j, movementAt, householdAt, resumed, task };
}

/** Whether a movement counts in "returned in a year": the arrival was confirmed then, whatever came later. */
const returnedIn = (year: string, state: MovementState): boolean =>
  state.pathway === 'return' && state.confirmedAt?.startsWith(year) === true;

t.test('the worked example, replayed at three dates', async (t) => {
  const { movementAt, householdAt, resumed, task, w, id } = await journey();

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
