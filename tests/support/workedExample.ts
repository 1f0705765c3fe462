import type { HouseholdState } from '../../src/domain/household/index.ts';
import { foldCase } from '../../src/domain/kernel/case.ts';
import type { MovementState } from '../../src/domain/movement/index.ts';
import { DISTRICT, HOME, letterOf, movements } from './movements.ts';

const ACTORS = ['national_security_service', 'operations_command'];
const suspension = { scope: 'all', reasonCategory: 'political' };

/** The family of the worked example of domain.md §11.1 from registration to its second displacement, each step on its day. */
export async function workedExample() {
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
