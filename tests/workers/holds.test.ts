import t from 'tap';
import { migrateQueue } from '../../src/platform/queue.ts';
import { openMovementsOf, openMovementsTo } from '../../src/projections/movements.queries.ts';
import { movementsProjection } from '../../src/projections/movements.ts';
import { consents } from '../../src/workers/reactors/consents.ts';
import { holds } from '../../src/workers/reactors/holds.ts';
import { cutEveryWhichWay } from '../projections/byHand.ts';
import { readModels, SCHEMA } from '../projections/support.ts';
import { DISTRICT, HOME, letterOf, movements } from '../support/movements.ts';
import { testDatabase } from '../support/postgres.ts';
import { refused } from '../support/scenario.ts';
import { workersFor } from './support.ts';

const suspension = { scope: 'all', reasonCategory: 'political' };

t.test('a decision about an area holds the movements to it and below it, and lets them go on', async (t) => {
  const m = await movements();
  const { w, journey, decide } = m;
  const { url } = await testDatabase(t);
  const place = { kind: 'postgres', url, schema: 'jobs' } as const;
  await migrateQueue(place);
  const models = await readModels(t, { log: w.log, codec: w.codec, registry: w.registry });
  models.run([movementsProjection]);
  const crew = await workersFor(t, w, place);
  await crew.start([holds(openMovementsTo({ pool: models.pool, schema: SCHEMA }))]);
  const [here, village, sealed, exempt, elsewhere, left, unsure] = [
    await journey(),
    await journey({ village: '01890a5d-ac96-774b-bcce-b302099a8057' }),
    await journey({ shielded: true }),
    await journey({ area: 'IQG15Q07N01' }),
    await journey({ area: 'IQG15Q05' }),
    await journey(),
    await journey({ pathway: 'undecided', area: undefined }),
  ];
  for (const one of [village, sealed, exempt, elsewhere, unsure]) await one.to('intended');
  await here.to('checks');
  await left.to('departed');
  await decide('IQG15Q07N01', 'open');
  await decide(DISTRICT, 'suspend', suspension);
  await crew.settled();
  const statuses = async () => {
    const all = [here, village, sealed, exempt, elsewhere, left, unsure];
    return Promise.all(all.map(async (one) => (await one.state()).status));
  };
  const going = ['checks_in_progress', 'intention_recorded', 'intention_recorded', 'intention_recorded'];
  const rest = ['intention_recorded', 'departed', 'intention_recorded'];
  t.same(
    await statuses(),
    ['on_hold', 'on_hold', 'on_hold', 'intention_recorded', ...rest],
    'not where the area was decided by itself, nor elsewhere, nor who has left, nor who goes nowhere yet',
  );
  const held = (await w.cases.load(w.registry.byName('movement')!, here.id)).history.at(-1);
  t.match(held, {
    type: 'MovementPutOnHold',
    data: { cause: 'area', areaStatus: 'suspended' },
    meta: { actor: { id: 'system:holds' } },
  });
  await refused(t, here.give('clear'), 'WRONG_STATE');
  await village.give('withdraw');

  w.at('2026-06-10T08:00:00.000Z');
  await decide(HOME, 'declareClosed', { reasonCategory: 'military' });
  await decide(DISTRICT, 'resume');
  await crew.settled();
  t.equal((await here.state()).status, 'on_hold', 'the sub-district is closed by itself now');
  await decide(HOME, 'reopen');
  await crew.settled();
  t.same(await statuses(), [going[0], 'withdrawn', ...going.slice(2), ...rest]);
  t.ok((await here.waits()).includes('confirmVoluntariness'), 'what ran out meanwhile is waited for again');
  t.same(await crew.operator.troubled(10), []);
});

t.test('the read model of movements is the same whichever way the log is cut', async (t) => {
  const m = await movements();
  const going = await m.journey();
  await going.to('confirmed');
  const shielded = await m.journey({ shielded: true });
  await shielded.to('intended');
  await m.decide(HOME, 'suspend', suspension);
  await shielded.give('putOnHold', { cause: 'area' }, m.verifier);
  const models = await readModels(t, { log: m.w.log, codec: m.w.codec, registry: m.w.registry });
  const { rows, differing } = await cutEveryWhichWay(models, movementsProjection, await m.w.log.head());
  t.equal(rows, 2);
  t.same(differing, []);
  await models.catchUp([movementsProjection]);
  const { rows: found } = await models.pool.query(`select * from "${SCHEMA}".movement order by shielded`);
  t.match(found, [
    {
      status: 'arrival_confirmed',
      open: false,
      destination: HOME,
      confirmed_on: '2026-03-01',
      departure_on: '2026-03-01',
      persons: 4,
    },
    { status: 'on_hold', stage: 'intention_recorded', holds: ['area'], destination: 'IQG15', destination_line: ['IQG15'] },
  ]);
  const open = openMovementsTo({ pool: models.pool, schema: SCHEMA });
  const head = await m.w.log.head();
  t.same(await open(DISTRICT, head), [shielded.id], 'a sealed destination is a candidate in its whole governorate');
  t.same(await open('IQG01', head), []);
  t.equal(await open(DISTRICT, head + 1n), 'not yet');
});

t.test('a family that takes back its consent has its movements ask no security actor any more', async (t) => {
  const m = await movements();
  const { w, journey } = m;
  const { url } = await testDatabase(t);
  const place = { kind: 'postgres', url, schema: 'jobs' } as const;
  await migrateQueue(place);
  const models = await readModels(t, { log: w.log, codec: w.codec, registry: w.registry });
  models.run([movementsProjection]);
  const crew = await workersFor(t, w, place);
  await crew.start([consents(openMovementsOf({ pool: models.pool, schema: SCHEMA }))]);
  const [asking, gone, other] = [await journey(), await journey(), await journey()];
  for (const one of [asking, gone, other]) {
    await one.to('checks');
    await one.give('requestClearance', { slot: (await one.slots())[0]?.slot, letter: letterOf('1') });
  }
  await gone.give('withdraw');
  for (const { home, familyNow } of [asking, gone]) {
    const consent = (await familyNow()).consents[0]?.id;
    await w.when(m.registrar, 'household', 'withdrawConsent', home.id, { consent, by: home.mother });
  }
  await crew.settled();
  const stands = async (one: typeof asking) => (await one.slots())[0]?.status;
  t.same(await Promise.all([asking, gone, other].map(stands)), ['pending', 'requested', 'requested']);
  t.ok((await asking.kinds()).includes('requestClearance'), 'the branch sees it');
});
