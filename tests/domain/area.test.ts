import { randomUUID } from 'node:crypto';
import t from 'tap';
import { type AreaState, area } from '../../src/domain/area/index.ts';
import { areaLine, areaStanding, isShut } from '../../src/domain/places/standing.ts';
import { areaId, DISTRICT, HOME, letterOf } from '../support/movements.ts';
import { refused, someone, world } from '../support/scenario.ts';

const letterRef = letterOf('7/1');
const told = { decisionLevel: 'federal', letterRef };
const why = { reasonCategory: 'political' };
const suspension = { ...told, ...why, scope: 'all' };

async function register(code = DISTRICT, start?: string) {
  const w = world([area], start);
  const hq = someone('branchesAffairs', { governorate: 'IQG07' });
  const id = areaId(code);
  await w.when(hq, 'area', 'register', undefined, { area: code });
  const give = (command: string, input: object, by = hq) => w.when(by, 'area', command, id, input);
  const state = async () => (await w.cases.glance(`area-${id}`)).state as AreaState;
  return { w, hq, id, give, state };
}

t.test('an area is one case by its code, with the area it lies in; a village says where it lies', async (t) => {
  const { w, hq, id, state } = await register();
  t.match(await state(), { status: 'unknown', area: DISTRICT, level: 2, parent: 'IQG15', governorate: 'IQG15' });
  await refused(t, w.when(hq, 'area', 'register', undefined, { area: DISTRICT }), 'ALREADY_EXISTS');
  t.equal((await w.cases.glance(`area-${id}`)).exists, true);
  const village = randomUUID();
  await refused(t, w.when(hq, 'area', 'register', undefined, { area: village }), 'PARENT_MISSING');
  const made = await w.when(hq, 'area', 'register', undefined, { area: village, parent: HOME });
  t.match(made.record.state, { level: 4, parent: HOME, governorate: 'IQG15' });
  const provisional = await w.when(hq, 'area', 'register', undefined, { area: 'IQG01P01' });
  t.match(provisional.record.state, { level: 2, parent: 'IQG01', governorate: 'IQG01' });
  t.match(provisional.events, [{ data: { pcodeStatus: 'provisional' } }]);
});

t.test('return authorisation opens on conditions, is suspended and resumed to what it was before', async (t) => {
  const { give, state } = await register();
  await give('makeConditional', { ...told, conditions: ['security_clearance'] });
  t.match(await state(), { status: 'conditional', conditions: ['security_clearance'], reviewDue: '2026-05-30' });
  const affected = { value: 10_000, unit: 'individual', asOf: '2026-02-01', source: 'governorate' };
  const done = await give('suspend', { ...suspension, until: '2026-06-01', affected });
  t.match(done.events, [{ type: 'ReturnAuthorisationSuspended', data: { reviewDue: '2026-05-30', affected } }]);
  t.match(done.record.waits, [{ key: 'review:2026-05-30', due: '2026-05-30T08:00:00.000Z' }], 'headquarters reviews it in time');
  await refused(t, give('suspend', suspension), 'WRONG_STATE');
  await give('resume', told);
  t.match(await state(), { status: 'conditional', conditions: ['security_clearance'], scope: undefined });
  await give('open', told);
  t.match(await state(), { status: 'open', conditions: [] });
});

t.test('an area is closed, made a military zone, and that is lifted to what held before both', async (t) => {
  const { give, state } = await register();
  await give('open', told);
  await give('suspend', suspension);
  await give('declareClosed', { ...told, ...why });
  await give('designateMilitaryZone', told);
  t.equal((await state()).status, 'military_zone');
  await give('liftMilitaryZone', told);
  t.equal((await state()).status, 'open');
  await give('declareClosed', { ...told, ...why });
  await give('reopen', told);
  t.equal((await state()).status, 'open');
});

t.test('a decision is recorded once it holds, and no earlier than the one in force', async (t) => {
  const { give, w } = await register();
  await refused(t, give('open', { ...told, effectiveFrom: '2026-03-02' }), 'EFFECTIVE_DAY_AHEAD');
  await give('open', { ...told, effectiveFrom: '2026-02-20' });
  await refused(t, give('suspend', { ...suspension, effectiveFrom: '2026-02-10' }), 'BEFORE_DECISION_IN_FORCE');
  await refused(t, give('suspend', { ...suspension, until: '2026-02-01' }), 'ENDS_BEFORE_IT_BEGINS');
  const people = { value: 10, unit: 'km2', asOf: '2026-02-01', source: 'x' };
  await refused(t, give('suspend', { ...suspension, affected: people }), 'INVALID_INPUT');
  await give('suspend', suspension);
  await refused(t, give('review', { decisionLevel: 'federal' }), 'REVIEWED_TODAY');
  w.at('2026-05-20T08:00:00.000Z');
  const reviewed = await give('review', { decisionLevel: 'federal' });
  t.match(reviewed.record.waits, [{ key: 'review:2026-08-18', since: '2026-05-20T08:00:00.000Z' }], 'a review of its own');
});

t.test('headquarters decide everywhere; a governorate what governorates decide, at home; others propose', async (t) => {
  const { w, give, hq } = await register();
  const governorate = someone('governorate');
  await refused(t, give('open', told, governorate), 'ABOVE_GOVERNORATE');
  await give('open', { ...told, decisionLevel: 'governorate' }, governorate);
  const elsewhere = someone('governorate', { governorate: 'IQG01' });
  await refused(t, give('suspend', { ...suspension, decisionLevel: 'local' }, elsewhere), 'FORBIDDEN');
  await refused(t, w.when(elsewhere, 'area', 'register', undefined, { area: HOME }), 'ANOTHER_GOVERNORATE');
  for (const role of ['headOfBranch', 'localAuthority', 'krgOffice'] as const) {
    const somebody = someone(role);
    await refused(t, give('suspend', suspension, somebody), 'FORBIDDEN');
    await give('propose', { status: 'suspended', reasonCategory: 'incident' }, somebody);
    await refused(t, give('propose', { status: 'closed' }, somebody), 'PROPOSAL_OPEN');
    await give('answerProposal', { answer: 'declined' });
  }
  for (const role of ['registrar', 'verifier', 'securityActor', 'partnerCaseworker'] as const) {
    await refused(t, give('propose', { status: 'closed' }, someone(role)), 'FORBIDDEN');
  }
  await refused(t, give('answerProposal', { answer: 'declined' }), 'NOTHING_PROPOSED');
  const head = someone('headOfBranch');
  await refused(t, give('propose', { status: 'open' }, head), 'ALREADY_SO');
  const proposed = await give('propose', { status: 'closed' }, head);
  t.match(proposed.record.waits, [{ key: 'answerProposal', holder: { role: 'branchesAffairs' } }]);
  const both = { ...hq, id: head.id };
  await refused(t, give('answerProposal', { answer: 'taken_up' }, both), 'SECOND_OFFICER_NEEDED');
});

t.test('an area stands as it was decided itself, else as the nearest area it lies in', async (t) => {
  const [closed, open, unknown] = [{ status: 'closed' }, { status: 'open' }, { status: 'unknown' }] as const;
  t.equal(areaStanding(unknown, [unknown, closed]).status, 'closed');
  t.equal(areaStanding(undefined, [open, closed]).status, 'open');
  t.equal(areaStanding(open, [closed, closed]).status, 'open');
  t.equal(areaStanding(undefined, []).status, 'unknown');
  t.notOk(isShut({ status: 'unknown' }), 'where nobody decided nothing is shut');
  t.same(areaLine(HOME, 'village'), ['village', HOME, DISTRICT, 'IQG15']);
  t.same(areaLine('IQG15Q07P02'), ['IQG15Q07P02', DISTRICT, 'IQG15']);
});
