import { randomUUID } from 'node:crypto';
import t from 'tap';
import { possibleDuplicates } from '../../src/domain/household/index.ts';
import { isOpen } from '../../src/domain/kernel/privacy.ts';
import { descriptorOf, isMinorOn, representativesOn } from '../../src/domain/person/index.ts';
import { families, letter } from '../support/families.ts';
import { refused } from '../support/scenario.ts';

const born = (date: string) => ({ date, precision: 'day' });
const deed = { record: { evidence: [{ docType: 'inheritance_deed', ref: 'court/12' }] } };

t.test('a person is recorded with as little as a first name, in no household', async (t) => {
  const { w, registrar, personOf } = await families();
  const { outcome } = await w.when(registrar, 'person', 'register', undefined, { name: { ar: { first: 'A' } }, sex: 'unknown' });
  t.match(await personOf(outcome.id), { status: 'recorded', kind: 'natural', name: { ar: { first: 'A' } } });
  t.equal((await personOf(outcome.id)).household, undefined);
  const legal = await w.when(registrar, 'person', 'registerLegal', undefined, { legalName: 'Trading company' });
  t.match(await personOf(legal.outcome.id), { status: 'recorded', kind: 'legal' });
  await refused(
    t,
    w.when(registrar, 'person', 'recordDeath', legal.outcome.id, { on: born('2020-01-01'), papers: 'pending' }),
    'NOT_A_NATURAL_PERSON',
  );
});

t.test('names, mother, birth and telephone never stand in the log in clear, and go with their key', async (t) => {
  const { w, member, personOf } = await families();
  const secrets = ['Zaynabtest', 'Maryamtest', '1987-03-09', '+9647701234567'];
  const id = await member(undefined, {
    name: { ar: { first: secrets[0] } },
    motherName: secrets[1],
    birth: born('1987-03-09'),
    phones: [secrets[3]],
  });
  const bytes = Buffer.concat((await w.log.read(`person-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  for (const secret of secrets) t.notOk(bytes.includes(secret ?? ''), 'sealed');
  w.keyring.destroy(id);
  const state = await personOf(id);
  for (const field of [state.name, state.motherName, state.birth, state.phones]) t.notOk(isOpen(field));
  t.equal(state.status, 'recorded');
  t.equal(descriptorOf(state), undefined, 'and nothing is left to compare');
});

t.test('nobody is born, or has died, in the future or before birth', async (t) => {
  const { when, registrar, adult } = await families();
  const input = { name: { ar: { first: 'A' } }, sex: 'male', birth: born('2026-03-02') };
  await refused(t, when(registrar, 'person', 'register', undefined, input), 'DATE_IN_THE_FUTURE');
  const id = await adult();
  await refused(
    t,
    when(registrar, 'person', 'recordDeath', id, { on: born('2027-01-01'), papers: 'pending' }),
    'DATE_IN_THE_FUTURE',
  );
  await refused(
    t,
    when(registrar, 'person', 'recordDeath', id, { on: born('1979-01-01'), papers: 'pending' }),
    'DIED_BEFORE_BIRTH',
  );
  await refused(t, when(registrar, 'person', 'reportMissing', id, { since: born('2027-01-01') }), 'DATE_IN_THE_FUTURE');
});

t.test('a death is recorded without its paper, or with a paper that is named; once', async (t) => {
  const { when, registrar, adult, personOf } = await families();
  const id = await adult();
  await refused(t, when(registrar, 'person', 'recordDeath', id, { on: born('2020-01-01'), papers: 'seen' }), 'EVIDENCE_MISSING');
  await when(registrar, 'person', 'recordDeath', id, { on: born('2020-01-01'), papers: 'pending' });
  t.equal((await personOf(id)).status, 'deceased');
  await refused(t, when(registrar, 'person', 'recordDeath', id, { on: born('2020-01-01'), papers: 'pending' }), 'WRONG_STATE');
});

t.test('documents carry a status of their own, and what cannot be presented is counted without saying why', async (t) => {
  const { w, when, registrar, adult, personOf } = await families();
  const id = await adult();
  await when(registrar, 'person', 'recordDocument', id, { docType: 'civil_status_id', number: 'A12345678', status: 'lost' });
  const { document } = (await personOf(id)).documents[0]!;
  t.match((await personOf(id)).documents, [{ status: 'lost', usable: false, number: 'A12345678' }]);
  const bytes = Buffer.concat((await w.log.read(`person-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notOk(bytes.includes('A12345678'), 'the number is sealed');
  t.notOk(bytes.includes('"lost"'), 'and so is what became of the paper');
  await when(registrar, 'person', 'changeDocumentStatus', id, { document, status: 'valid' });
  t.match((await personOf(id)).documents, [{ status: 'valid', usable: true }]);
  await refused(
    t,
    when(registrar, 'person', 'changeDocumentStatus', id, { document: randomUUID(), status: 'valid' }),
    'DOCUMENT_UNKNOWN',
  );
  const half = { revision: 1, fields: { status: 'valid' }, reason: 'wrong box' };
  await refused(t, when(registrar, 'person', 'correct', id, half), 'CORRECTION_INVALID');
});

t.test('details are updated with a ground; a ruling is named', async (t) => {
  const { when, registrar, adult, personOf } = await families();
  const id = await adult();
  await refused(t, when(registrar, 'person', 'updateDetails', id, { ground: 'changed' }), 'NOTHING_CHANGED');
  const ruling = { ground: 'official_ruling', motherName: 'Mother' };
  await refused(t, when(registrar, 'person', 'updateDetails', id, ruling), 'EVIDENCE_MISSING');
  await when(registrar, 'person', 'updateDetails', id, ruling, letter);
  t.match(await personOf(id), { motherName: 'Mother', name: { ar: { first: 'Member' } } }, 'what was not given stays');
});

t.test('a representative is a living adult with a mandate on paper that has not run out', async (t) => {
  const { w, when, registrar, adult, child, personOf } = await families();
  const [id, brother, minor, dead] = [await child(), await adult(), await child(), await adult()];
  await when(registrar, 'person', 'recordDeath', dead, { on: born('2020-01-01'), papers: 'pending' });
  const appoint = (change: object, extra: object = letter) =>
    when(registrar, 'person', 'appointRepresentative', id, { representative: brother, mandate: 'guardian', ...change }, extra);
  await refused(t, appoint({}, {}), 'MANDATE_WITHOUT_EVIDENCE');
  await refused(t, appoint({ representative: id }), 'REPRESENTS_ITSELF');
  await refused(t, appoint({ representative: randomUUID() }), 'PERSON_UNKNOWN');
  await refused(t, appoint({ representative: dead }), 'PERSON_UNKNOWN');
  await refused(t, appoint({ representative: minor }), 'REPRESENTATIVE_IS_A_MINOR');
  await refused(t, appoint({ until: '2026-02-28' }), 'UNTIL_IN_THE_PAST');
  await appoint({ until: '2026-06-30' });
  const state = await personOf(id);
  t.equal(representativesOn(state, '2026-06-30').length, 1, 'the last day is included');
  t.equal(representativesOn(state, '2026-07-01').length, 0);
  const { record } = await w.cases.load(w.registry.byName('person')!, id);
  t.ok(
    w.registry.byName('person')?.about?.(record.state, id).persons?.includes(brother),
    'the case is also about the representative',
  );
  const { representation } = state.representations[0]!;
  await when(registrar, 'person', 'endRepresentation', id, { representation, reason: 'came of age' });
  await refused(
    t,
    when(registrar, 'person', 'endRepresentation', id, { representation, reason: 'came of age' }),
    'REPRESENTATION_UNKNOWN',
  );
});

t.test('heirs are those of a deceased person, on paper, each once, and their shares never exceed the whole', async (t) => {
  const { when, registrar, adult, personOf } = await families();
  const [id, one, two] = [await adult(), await adult(), await adult()];
  const share = (person: string, numerator: number, denominator: number) => ({ person, share: { numerator, denominator } });
  const record = (heirs: object[], extra: object = deed) => when(registrar, 'person', 'recordHeirs', id, { heirs }, extra);
  await refused(t, record([share(one, 1, 2)]), 'WRONG_STATE');
  await when(registrar, 'person', 'recordDeath', id, { on: born('2020-01-01'), papers: 'pending' });
  await refused(t, record([share(one, 1, 2)], {}), 'EVIDENCE_MISSING');
  await refused(t, record([share(id, 1, 2)]), 'HEIR_OF_ITSELF');
  await refused(t, record([share(one, 1, 2), share(one, 1, 4)]), 'HEIR_TWICE');
  await refused(t, record([share(randomUUID(), 1, 2)]), 'PERSON_UNKNOWN');
  await refused(t, record([share(one, 2, 3), share(two, 1000, 2999)]), 'SHARES_EXCEED_THE_WHOLE');
  await record([share(one, 2, 3), share(two, 1, 3)]);
  t.equal((await personOf(id)).heirs.length, 2, 'thirds add up to the whole exactly');
});

t.test('missing and detained say when in sealed words, and end with a reunion or a death', async (t) => {
  const { w, when, registrar, adult, personOf } = await families();
  const id = await adult();
  await refused(t, when(registrar, 'person', 'recordReunion', id, { on: born('2020-01-01') }), 'NOT_ABSENT');
  await when(registrar, 'person', 'reportMissing', id, { since: born('2014-09-17'), account: 'last seen on the road' });
  t.equal((await personOf(id)).absence, 'missing');
  const bytes = Buffer.concat((await w.log.read(`person-${id}`)).map((one) => Buffer.from(one.bytes))).toString();
  t.notOk(bytes.includes('2014-09-17') || bytes.includes('on the road'));
  await when(registrar, 'person', 'reportDetained', id, { since: born('2017-01-01') });
  t.equal((await personOf(id)).absence, 'detained');
  await when(registrar, 'person', 'recordReunion', id, { on: born('2019-01-01') });
  t.equal((await personOf(id)).absence, undefined);
});

t.test('a person whose birth is known to the year counts as a minor as long as that may be', async (t) => {
  const year = { birth: { date: '2008-01-01', precision: 'year' as const } };
  t.equal(isMinorOn(year, '2026-12-30'), true);
  t.equal(isMinorOn(year, '2026-12-31'), false);
  t.equal(isMinorOn({}, '2026-12-31'), undefined);
});

t.test('who may be meant is shown before registering, likeliest first, and nothing follows from it by itself', async (t) => {
  const { adult, personOf, w } = await families();
  const name = { ar: { first: 'أحمد', father: 'عبد الله', grandfather: 'خلف', family: 'الجبوري' } };
  const details = { name, motherName: 'فاطمة', sex: 'male', birth: born('1984-02-11'), phones: ['07701234567'] };
  const known = [
    await adult(undefined, details),
    await adult(undefined, { ...details, name: { ar: { ...name.ar, first: 'أحمد' } }, birth: born('1985-02-11') }),
    await adult(),
  ];
  const before = await w.log.head();
  const asked = descriptorOf(await personOf(known[0]!))!;
  const others = await Promise.all(known.map(async (id) => ({ id, descriptor: descriptorOf(await personOf(id))! })));
  const found = possibleDuplicates({ ...asked, names: { ...asked.names, first: 'احمد', father: 'عبدالله' } }, others);
  t.same(
    found.map((one) => one.other),
    [known[0], known[1]],
  );
  t.ok(found[0]!.score > found[1]!.score && found[0]!.algorithmVersion !== '');
  t.equal(await w.log.head(), before);
});
