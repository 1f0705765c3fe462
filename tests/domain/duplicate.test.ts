import { randomUUID } from 'node:crypto';
import t from 'tap';
import { duplicate } from '../../src/domain/duplicate/index.ts';
import { families } from '../support/families.ts';
import { colleague, refused } from '../support/scenario.ts';

const found = { matchFields: ['firstName', 'motherName'], score: 84, algorithmVersion: 'person-match-1/default-1' };

/** Two families of two branches that may be one, under review. */
async function pair(place: 'two branches' | 'one branch' = 'two branches') {
  const all = await families();
  const a = await all.registered();
  const b = await all.registered(place === 'one branch' ? all.registrar : all.elsewhere);
  const raised = { subject: 'household', candidates: [a.id, b.id], ...found };
  const { outcome } = await all.when(all.registrar, 'duplicate', 'detect', undefined, raised);
  await all.when(all.verifier, 'duplicate', 'beginReview', outcome.id, {});
  const merge = {
    survivor: a.id,
    fields: { head: a.id, origin: a.id, place: b.id },
    persons: [{ survivor: a.mother, absorbed: b.mother }],
    documentsCompared: true,
    benefitsDiffer: false,
  };
  const give = (by: typeof all.verifier, command: string, input: object) => all.when(by, 'duplicate', command, outcome.id, input);
  return { ...all, a, b, id: outcome.id, merge, give, raised };
}

t.test('a pair is one case however often it is found, and never a record with itself', async (t) => {
  const { when, registrar, registered, raised, adult } = await pair();
  await refused(
    t,
    when(registrar, 'duplicate', 'detect', undefined, { ...raised, candidates: [...raised.candidates].reverse() }),
    'ALREADY_EXISTS',
  );
  const { id } = await registered();
  await refused(t, when(registrar, 'duplicate', 'detect', undefined, { ...raised, candidates: [id, id] }), 'SAME_RECORD');
  await refused(
    t,
    when(registrar, 'duplicate', 'detect', undefined, { ...raised, candidates: [id, randomUUID()] }),
    'CANDIDATE_UNKNOWN',
  );
  const persons = { ...raised, subject: 'person', candidates: [await adult(), await adult()], score: 20 };
  await refused(t, when(registrar, 'duplicate', 'detect', undefined, persons), 'NOT_ALIKE_ENOUGH');
  const noticed = { ...persons, suspicion: 'the same card was shown for both' };
  t.match((await when(registrar, 'duplicate', 'detect', undefined, noticed)).outcome, { status: 'detected' });
});

t.test('both branches hold the ball for thirty days, each until it has said what it finds', async (t) => {
  const { w, give, id, verifier, elsewhereVerifier, merge, registrar, elsewhere } = await pair();
  const { record } = await w.cases.load(duplicate, id);
  t.same(record.waits.map((one) => one.holder?.office).sort(), [registrar.post.office, elsewhere.post.office].sort());
  t.match(record.waits, [{ due: '2026-03-31T08:00:00.000Z' }, { due: '2026-03-31T08:00:00.000Z' }]);
  const proposed = await give(verifier, 'merge', merge);
  t.match(proposed, { outcome: { status: 'under_review' }, events: [{ type: 'DuplicateResolutionProposed' }] });
  t.match(proposed.record.waits, [{ key: `review:${elsewhere.post.office}` }]);
  const decided = await give(elsewhereVerifier, 'merge', merge);
  t.match(decided, {
    outcome: { status: 'merged' },
    events: [{ type: 'HouseholdsMerged', data: { decidedBy: 'both_branches' } }],
  });
  t.same(decided.record.waits, []);
});

t.test(
  'a merge needs documents compared, the family heard where benefits differ, and a choice for every difference',
  async (t) => {
    const { give, verifier, merge, a, b } = await pair();
    await refused(t, give(verifier, 'merge', { ...merge, documentsCompared: false }), 'DOCUMENTS_NOT_COMPARED');
    await refused(t, give(verifier, 'merge', { ...merge, benefitsDiffer: true }), 'FAMILY_NOT_HEARD');
    await refused(
      t,
      give(verifier, 'merge', { ...merge, benefitsDiffer: true, familyHeardOn: '2026-03-02' }),
      'DATE_IN_THE_FUTURE',
    );
    await refused(t, give(verifier, 'merge', { ...merge, survivor: randomUUID() }), 'SURVIVOR_NOT_A_CANDIDATE');
    await refused(t, give(verifier, 'merge', { ...merge, fields: {} }), 'CHOICE_MISSING');
    await refused(t, give(verifier, 'merge', { ...merge, fields: { head: randomUUID() } }), 'CHOICE_MISSING');
    await refused(
      t,
      give(verifier, 'merge', { ...merge, persons: [{ survivor: a.mother, absorbed: a.daughters[0] }] }),
      'PAIR_NOT_ACROSS',
    );
    const heard = { ...merge, fields: { head: b.id }, benefitsDiffer: true, familyHeardOn: '2026-03-01' };
    t.match(
      (await give(verifier, 'merge', heard)).events,
      [{ type: 'DuplicateResolutionProposed' }],
      'what is equal needs no choice',
    );
  },
);

t.test('branches that disagree leave it to headquarters, which decides alone', async (t) => {
  const { give, verifier, elsewhereVerifier, headquarters, merge } = await pair();
  await give(verifier, 'merge', merge);
  const { outcome, events, record } = await give(elsewhereVerifier, 'keepSeparate', { reason: 'two cousins, seen together' });
  t.equal(outcome.status, 'escalated');
  t.match(events, [
    { type: 'DuplicateResolutionProposed' },
    { type: 'DuplicateEscalated', data: { ground: 'branches_disagree' } },
  ]);
  t.match(record.waits, [{ key: 'decide', party: 'headquarters', holder: { role: 'branchesAffairs' } }]);
  await refused(t, give(verifier, 'merge', merge), 'HEADQUARTERS_DECIDES');
  const decided = await give(headquarters, 'merge', merge);
  t.match(decided, { outcome: { status: 'merged' }, events: [{ data: { decidedBy: 'headquarters' } }] });
});

t.test('a branch may pass a pair on, and headquarters may decide without being asked', async (t) => {
  const one = await pair();
  const { outcome, events } = await one.give(one.registrar, 'escalateToHeadquarters', {});
  t.equal(outcome.status, 'escalated');
  t.match(events, [{ data: { ground: 'asked_by_branch' } }]);
  t.equal(
    (await one.give(one.headquarters, 'keepSeparate', { reason: 'two different fathers' })).outcome.status,
    'kept_separate',
  );
  const two = await pair();
  t.equal(
    (await two.give(two.headquarters, 'keepSeparate', { reason: 'two different fathers' })).outcome.status,
    'kept_separate',
  );
});

t.test('a pair within one branch is decided there, by an officer other than who raised it', async (t) => {
  const { when, verifier, registrar, merge, give, adult, headquarters, elsewhereVerifier } = await pair('one branch');
  await refused(t, give({ ...verifier, id: registrar.id }, 'merge', merge), 'SECOND_OFFICER_NEEDED');
  await refused(t, give(registrar, 'merge', merge), 'FORBIDDEN');
  await refused(t, give(elsewhereVerifier, 'merge', merge), 'FORBIDDEN');
  t.match((await give(verifier, 'merge', merge)).events, [{ data: { decidedBy: 'one_branch' } }]);
  const raised = { subject: 'person', candidates: [await adult(), await adult()], ...found };
  const other = await when(verifier, 'duplicate', 'detect', undefined, raised);
  await when(verifier, 'duplicate', 'beginReview', other.outcome.id, {});
  const apart = { reason: 'mother and daughter of one name' };
  await refused(t, when(verifier, 'duplicate', 'keepSeparate', other.outcome.id, apart), 'SECOND_OFFICER_NEEDED');
  t.equal((await when(headquarters, 'duplicate', 'keepSeparate', other.outcome.id, apart)).outcome.status, 'kept_separate');
});

t.test('headquarters decides no pair it raised, and no officer gives the word of both branches', async (t) => {
  const { when, verifier, elsewhereVerifier, headquarters, registrar, merge, give, adult, elsewhere } = await pair();
  await refused(t, give({ ...headquarters, id: registrar.id }, 'merge', merge), 'SECOND_OFFICER_NEEDED');
  await give(verifier, 'merge', merge);
  await refused(t, give({ ...elsewhereVerifier, id: verifier.id }, 'merge', merge), 'SECOND_OFFICER_NEEDED');
  t.match((await give(elsewhereVerifier, 'merge', merge)).events, [{ data: { decidedBy: 'both_branches' } }]);
  const raised = { subject: 'person', candidates: [await adult(), await adult(elsewhere)], ...found };
  const { outcome } = await when(headquarters, 'duplicate', 'detect', undefined, raised);
  await when(headquarters, 'duplicate', 'beginReview', outcome.id, {});
  const apart = { reason: 'mother and daughter of one name' };
  await refused(t, when(headquarters, 'duplicate', 'keepSeparate', outcome.id, apart), 'SECOND_OFFICER_NEEDED');
  const other = colleague(headquarters);
  t.equal((await when(other, 'duplicate', 'keepSeparate', outcome.id, apart)).outcome.status, 'kept_separate');
});

t.test('two merged families are one with every person once and every chosen value, and can part again at any time', async (t) => {
  const { give, headquarters, merge, a, b, familyOf, personOf, when, registrar, adult, w } = await pair();
  await when(registrar, 'household', 'assignSite', a.id, { siteType: 'rented', shelter: 'rent', area: 'IQG15Q02' });
  await give(headquarters, 'merge', merge);
  const [kept, gone] = [await familyOf(a.id), await familyOf(b.id)];
  t.match(gone, { status: 'merged_into', waits: [], state: { absorbedBy: { into: a.id } } });
  t.same(kept.state.members.map((one) => one.person).sort(), [a.mother, ...a.daughters, ...b.daughters].sort());
  t.match(
    kept.state,
    { status: 'displaced', head: a.mother, legacyNumbers: [b.fileNo], place: { siteType: 'camp' } },
    'the place was chosen from the other',
  );
  t.match(await personOf(b.mother), { status: 'merged_into', mergedInto: { into: a.mother } });
  t.equal((await personOf(b.daughters[0])).household, a.id);
  await refused(t, when(registrar, 'household', 'leaveSite', b.id, { until: '2026-03-01' }), 'FORBIDDEN');

  const baby = await adult();
  await when(registrar, 'household', 'addMember', a.id, {
    person: baby,
    relation: 'in_law',
    ground: 'moved_in',
    papers: 'pending',
  });
  w.at('2027-03-01T08:00:00.000Z');
  const { outcome, events } = await give(headquarters, 'unmerge', { reason: 'a court found two mothers' });
  t.equal(outcome.status, 'unmerged');
  t.match(events, [{ type: 'HouseholdMergeReversed', data: { survivor: a.id, absorbed: b.id } }]);
  const [first, second] = [await familyOf(a.id), await familyOf(b.id)];
  t.same(first.state.members.map((one) => one.person).sort(), [a.mother, ...a.daughters, baby].sort(), 'who joined since stays');
  t.match(first.state, { head: a.mother, legacyNumbers: [], place: { siteType: 'rented' } });
  t.match(second, { status: 'displaced', state: { head: b.mother, absorbedBy: undefined } });
  t.same(second.state.members.map((one) => one.person).sort(), [b.mother, ...b.daughters].sort());
  t.match(await personOf(b.mother), { status: 'recorded', household: b.id, mergedInto: undefined });
  t.equal((await personOf(b.daughters[0])).household, b.id);
  t.equal(
    (await give(colleague(headquarters), 'beginReview', {})).outcome.status,
    'under_review',
    'and the pair may be looked at anew',
  );
});

t.test('two records of one person become one, with the values chosen, and can part again', async (t) => {
  const { when, registrar, headquarters, adult, personOf } = await families();
  const one = await adult(registrar, { motherName: 'Maryam', phones: ['07701111111'] });
  const two = await adult(registrar, { motherName: 'Mariam', phones: ['07702222222'] });
  const { outcome } = await when(registrar, 'duplicate', 'detect', undefined, {
    subject: 'person',
    candidates: [one, two],
    ...found,
  });
  await when(headquarters, 'duplicate', 'beginReview', outcome.id, {});
  const merge = { survivor: one, fields: { motherName: two }, documentsCompared: true, benefitsDiffer: false };
  await refused(t, when(headquarters, 'duplicate', 'merge', outcome.id, merge), 'CHOICE_MISSING');
  const chosen = { ...merge, fields: { motherName: two, phones: one } };
  const merged = await when(headquarters, 'duplicate', 'merge', outcome.id, chosen);
  t.match(merged.events, [{ type: 'PersonsMerged' }]);
  t.match(await personOf(one), { motherName: 'Mariam', phones: ['07701111111'], status: 'recorded' });
  t.match(await personOf(two), { status: 'merged_into' });
  const third = await adult();
  const again = await when(registrar, 'duplicate', 'detect', undefined, {
    subject: 'person',
    candidates: [two, third],
    ...found,
  });
  await when(headquarters, 'duplicate', 'beginReview', again.outcome.id, {});
  await refused(
    t,
    when(headquarters, 'duplicate', 'merge', again.outcome.id, { ...chosen, survivor: third }),
    'CANDIDATE_ALREADY_MERGED',
  );
  const parted = await when(headquarters, 'duplicate', 'unmerge', outcome.id, { reason: 'two persons at one desk' });
  t.match(parted.events, [{ type: 'PersonMergeReversed' }]);
  t.match(await personOf(one), { motherName: 'Maryam' });
  t.match(await personOf(two), { status: 'recorded' });
});

t.test('what a decision calls for is done once, however often it is run', async (t) => {
  const { give, headquarters, merge, a, b, follow, w, id } = await pair();
  await give(headquarters, 'merge', merge);
  const head = await w.log.head();
  await follow(`duplicate-${id}`, 0);
  t.equal(await w.log.head(), head);
  await refused(t, w.when('test', 'household', 'absorb', a.id, { duplicate: id, into: b.id }), 'MERGE_NOT_DECIDED');
  await refused(
    t,
    w.when('test', 'household', 'survive', a.id, { duplicate: randomUUID(), absorbed: b.id }),
    'MERGE_NOT_DECIDED',
  );
  await refused(
    t,
    w.when('test', 'person', 'survive', a.daughters[0], { duplicate: randomUUID(), absorbed: b.mother }),
    'MERGE_NOT_DECIDED',
  );
});

t.test('nothing is merged on a score: the same national number waits for people like any other pair', async (t) => {
  const { when, registrar, adult, w } = await families();
  const candidates = [await adult(), await adult()];
  const certain = { subject: 'person', candidates, ...found, score: 100, matchFields: ['nationalNumber'] };
  const { outcome, events } = await when(registrar, 'duplicate', 'detect', undefined, certain);
  t.same(
    events.map((one) => one.type),
    ['DuplicateDetected'],
  );
  t.equal(outcome.status, 'detected');
  const deciding = Object.values(duplicate.commands).filter((one) => one.emits.some((event) => /Merged$|Rejected$/.test(event)));
  t.ok(
    deciding.every((one) => one.permission === 'duplicate:resolve' && one.effect === 'legal'),
    'no part of the system may decide',
  );
  t.equal(w.registry.byName('duplicate')?.timers, undefined);
});
