import t from 'tap';
import type { Rights } from '../../src/domain/access/access.ts';
import { household, possibleDuplicates } from '../../src/domain/household/index.ts';
import { blockingKeys, type PersonDescriptor } from '../../src/domain/household/matching.ts';
import { nameMatches, nameTokens } from '../../src/domain/kernel/names.ts';
import { beginsOrSounds } from '../../src/domain/kernel/sounds.ts';
import { office } from '../../src/domain/office/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { provider } from '../../src/domain/provider/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { officePage, organisationPage, staffPage } from '../../src/projections/directory.queries.ts';
import { createDuplicateSearch } from '../../src/projections/duplicates.queries.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { servicesFor } from '../../src/projections/providers.queries.ts';
import { readDb } from '../../src/projections/reads.queries.ts';
import {
  householdCard,
  type RegisterHit,
  type RegisterSearch,
  SearchTooShort,
  searchRegister,
} from '../../src/projections/register.queries.ts';
import type { Sight } from '../../src/projections/visibility.ts';
import { cutEveryWhichWay } from './byHand.ts';
import { logWith, readModels, SCHEMA, seeded } from './support.ts';

const FIRST = ['أحمد', 'محمد', 'علي', 'حسن', 'حسين', 'عبد الرحمن', 'مريم', 'زينب', 'فاطمة', 'هدى'];
const FAMILY = ['الجبوري', 'العبيدي', 'الدليمي', 'السامرائي', 'آلوسي'];
const DISTRICTS = ['IQG15Q07', 'IQG15Q05', 'IQG01Q05'];

interface Known {
  readonly id: string;
  readonly descriptor: PersonDescriptor;
  /** Another name of theirs, in Latin letters. */
  readonly latin: string;
  readonly household: string;
}

/** Families of the register, all made up; some spellings differ, some are nearly the same person. */
async function families(count: number) {
  const world = logWith([person, household, organisation, office, staff, provider], 'families');
  const { write, random } = world;
  const { pick, next, uuid } = random;
  const known: Known[] = [];
  const households: { id: string; fileNo: string; head: string }[] = [];
  const branch = { organisation: uuid(), office: uuid(), governorate: 'IQG15' };
  for (let at = 0; at < count; at++) {
    const id = uuid();
    const originAdm2 = pick(DISTRICTS);
    const members: string[] = [];
    for (let member = 0; member < 2; member++) {
      const personId = uuid();
      const names = { first: pick(FIRST), father: pick(FIRST), grandfather: pick(FIRST), family: pick(FAMILY) };
      const birth = next() < 0.8 ? { date: `${1960 + Math.floor(next() * 8)}-01-01`, precision: 'year' as const } : undefined;
      const motherName = `${pick(FIRST)} ${pick(FIRST)}`;
      const nationalNumber = next() < 0.3 ? `ZX-1990${Math.floor(next() * 6)}` : undefined;
      const latin = next() < 0.3 ? { first: 'Mohammed', family: 'Al-Jubouri' } : undefined;
      const registered = {
        name: { ar: names, ...(latin ? { latin } : {}) },
        motherName,
        sex: 'male',
        ...(birth ? { birth } : {}),
      };
      await write('person', personId, { type: 'PersonRegistered', data: registered });
      if (nationalNumber) {
        const paper = {
          document: uuid(),
          docType: 'unified_national_card',
          number: nationalNumber,
          status: 'valid',
          usable: true,
        };
        await write('person', personId, { type: 'IdentityDocumentRecorded', data: paper });
      }
      members.push(personId);
      known.push({
        id: personId,
        household: id,
        latin: latin ? `${latin.first} ${latin.family}` : '',
        descriptor: { names, motherName, sex: 'male', birth, nationalNumber, originAdm2 },
      });
    }
    const fileNo = `نينوى/${100 + at}`;
    const [head = ''] = members;
    const registered = { momdFileNo: fileNo, branch, acceptedBy: 'x', head, legacyNumbers: [`OLD-${at}`] };
    await write(
      'household',
      id,
      { type: 'HouseholdRegistered', data: registered },
      ...members.map((one, index) => ({
        type: 'HouseholdMemberAdded',
        data: { person: one, relation: index === 0 ? 'head' : 'spouse', ground: 'registration', papers: 'seen' },
      })),
      { type: 'OriginDeclared', data: { adm1: originAdm2.slice(0, 5), adm2: originAdm2 } },
    );
    households.push({ id, fileNo, head });
  }
  return { world, known, households, branch };
}

const post = {
  id: 'p',
  role: 'registrar' as const,
  organisation: 'ministry',
  office: 'mosul',
  governorate: 'IQG15',
  from: '2020-01-01',
};
const rights: Rights = { staff: 'zahra', day: '2026-03-01', posts: [post] };
const everything = (...processes: readonly string[]): Sight => ({
  rights,
  groups: [{ processes, reach: [{ scope: 'all', tier: 'T2', post }] }],
});
const nothing: Sight = { rights, groups: [] };
const all = everything('person', 'household');
const open = { find: all, read: all, numbers: all };

t.test('a family is found by any of its names, in any order and however they are spelled, from three letters', async (t) => {
  const { world, known, households } = await families(60);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac), { batch: 50 });
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const search = async (asked: RegisterSearch, sight = open, limit = 7) => {
    const hits: RegisterHit[] = [];
    let cursor: string | undefined;
    do {
      const page = await searchRegister(db, sight, asked, { limit, cursor });
      t.ok(page.items.length <= limit);
      hits.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    return hits;
  };
  const ids = (hits: readonly RegisterHit[]) => hits.map((one) => one.person?.id ?? '').sort();
  const textOf = ({ names }: PersonDescriptor) => `${names.first} ${names.father} ${names.grandfather} ${names.family}`;
  const finds = (typed: string, { descriptor, latin }: Known) =>
    [textOf(descriptor), latin].some((name) => nameMatches(typed, nameTokens(name), beginsOrSounds));

  const random = seeded('searches');
  let found = 0;
  for (let round = 0; round < 60; round++) {
    const somebody = random.pick(known);
    const words = textOf(somebody.descriptor)
      .split(' ')
      .sort(() => random.next() - 0.5)
      .slice(0, 1 + Math.floor(random.next() * 3))
      .map((word) => word.slice(0, 3 + Math.floor(random.next() * 4)));
    const typed = words.join(' ').replaceAll('أ', 'ا').replaceAll('ة', 'ه');
    if (!nameTokens(typed).some((word) => word.length >= 3)) continue;
    const wanted = known.filter((one) => finds(typed, one)).map((one) => one.id);
    found += wanted.length;
    t.strictSame(ids(await search({ name: typed })), wanted.sort(), typed);
  }
  t.ok(found > 200);
  const twice = known.filter((one) => finds('محمد محمد', one));
  t.strictSame(ids(await search({ name: 'محمد محمد' }, open, 1)), twice.map((one) => one.id).sort(), 'each word is another name');
  t.ok((await search({ name: 'moh jub' })).length > 3, 'in Latin letters too');
  await t.rejects(search({ name: 'مح' }), SearchTooShort);
  await t.rejects(search({}), SearchTooShort);

  const { descriptor } = known[0]!;
  const year = Number((descriptor.birth ?? { date: '1960' }).date.slice(0, 4));
  t.strictSame(
    ids(await search({ motherName: descriptor.motherName, birthYear: year })),
    known
      .filter((one) => Number(one.descriptor.birth?.date.slice(0, 4)) === year)
      .filter((one) => nameMatches(descriptor.motherName!, nameTokens(one.descriptor.motherName!), beginsOrSounds))
      .map((one) => one.id)
      .sort(),
  );
  for (const origin of ['IQG15', 'IQG15Q05']) {
    const from = known.filter((one) => one.descriptor.originAdm2?.startsWith(origin) && finds('جبور', one));
    t.strictSame(ids(await search({ name: 'جبور', origin })), from.map((one) => one.id).sort(), `from ${origin}`);
  }
  const [some] = households;
  const byFile = await search({ fileNo: 'نينوى / ١٠٠' });
  t.match(
    byFile,
    [{ household: { id: some!.id, fileNo: some!.fileNo, members: 2 }, person: { id: some!.head } }],
    'however the number is written',
  );
  t.strictSame(await search({ fileNo: 'old 0' }), byFile, 'an older number too');
  const reference = byFile[0]!.householdReference!;
  t.strictSame(
    (await search({ reference: reference.replaceAll('-', ' ') })).map((one) => one.household?.id),
    [some!.id, some!.id],
  );
  t.equal((await householdCard(db, open.read, some!.id))?.members.length, 2);
  t.equal(await householdCard(db, nothing, some!.id), undefined);
});

t.test('who may only find a family learns its reference and the branch to ask, and nobody learns more', async (t) => {
  const { world, branch } = await families(6);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const asked = { birthYear: 1963 };
  const all = await searchRegister(db, open, { name: 'جبور' }, { limit: 50 });
  t.ok(all.items.every((one) => one.person && one.household));
  const closed = await searchRegister(db, { ...open, read: nothing }, { name: 'جبور' }, { limit: 1 });
  t.strictSame(
    closed.items.map((one) => Object.keys(one).sort()),
    [['branchOffice', 'branchOrganisation', 'householdReference', 'personReference']],
  );
  t.equal(closed.items[0]?.branchOffice, branch.office);
  t.notMatch(Buffer.from(closed.next ?? '', 'base64url').toString(), /[ء-ي]/, 'the cursor tells no name');
  t.strictSame((await searchRegister(db, { find: nothing, read: nothing, numbers: nothing }, asked, { limit: 50 })).items, []);
  const persons = await searchRegister(
    db,
    { find: everything('person'), read: everything('person'), numbers: everything('person') },
    { name: 'جبور' },
    { limit: 50 },
  );
  t.ok(
    persons.items.every((one) => one.person && !one.household && one.householdReference === null),
    'a family out of reach is not named',
  );
});

t.test('a merged record and a corrected name are found no more, a corrected one is found by its right name', async (t) => {
  const { world, known, households } = await families(3);
  const [some, other] = known;
  const registered = (await world.codec.decode(await world.log.read(`person-${some!.id}`), 'all'))[0]!.data as { name: object };
  const after = { ...registered, name: { ar: { first: 'خليل', family: 'الحمداني' } } };
  await world.write('person', some!.id, {
    type: 'CaseCorrected',
    data: { of: 0, type: 'PersonRegistered', fields: ['name'], after, reason: 'misread' },
    meta: { correctionOf: 0 },
  });
  await world.write('person', other!.id, { type: 'PersonAbsorbed', data: { into: some!.id, duplicate: world.random.uuid() } });
  await world.write('household', households[1]!.id, {
    type: 'HouseholdAbsorbed',
    data: { into: households[0]!.id, duplicate: world.random.uuid() },
  });
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const ids = async (asked: RegisterSearch) =>
    (await searchRegister(db, open, asked, { limit: 50 })).items.map((one) => one.person?.id);
  t.strictSame(await ids({ name: 'خليل حمد' }), [some!.id]);
  const { names } = some!.descriptor;
  t.notOk((await ids({ name: `${names.first} ${names.father}` })).includes(some!.id), 'the wrong name is gone');
  t.notOk(
    (
      await ids({ birthYear: Number(other!.descriptor.birth?.date.slice(0, 4) ?? 1960), name: other!.descriptor.names.family })
    ).includes(other!.id),
  );
  const gone = await searchRegister(db, open, { fileNo: households[1]!.fileNo }, { limit: 5 });
  t.match(
    gone.items,
    [{ household: { status: 'merged_into', absorbedBy: households[0]!.id } }],
    'its number still leads to the family',
  );
  t.strictSame(
    (await models.dump(['duplicate_key'])).duplicate_key?.filter((row) => row.includes(other!.id)),
    [],
  );
});

t.test('possible duplicates are exactly those who share a blocking key, and the index keeps nothing personal', async (t) => {
  const { world, known } = await families(80);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const search = createDuplicateSearch({ pool: models.pool, schema: SCHEMA }, world.codec, world.keyring.mac);
  const random = seeded('asked');
  let found = 0;
  for (let round = 0; round < 60; round++) {
    const { descriptor } = random.pick(known);
    const asked: PersonDescriptor = {
      ...descriptor,
      ...(random.next() < 0.3 ? { birth: undefined } : {}),
      ...(random.next() < 0.5 ? { originAdm2: undefined } : {}),
      ...(random.next() < 0.5 ? { nationalNumber: undefined } : {}),
    };
    const keys = blockingKeys(asked);
    // A record without a birth year still has its household's district, so the names alone never bring two together here.
    const wanted = known.filter((one) => blockingKeys(one.descriptor).some((key) => keys.includes(key)));
    const answer = await search(asked);
    found += wanted.length;
    const nothingElse = asked.birth === undefined && asked.originAdm2 === undefined;
    if (!nothingElse) t.strictSame(answer.map((one) => one.id).sort(), wanted.map((one) => one.id).sort());
    t.strictSame(
      possibleDuplicates(asked, answer).map(({ other, score }) => [other, score]),
      possibleDuplicates(asked, nothingElse ? answer : wanted).map(({ other, score }) => [other, score]),
      'and score as the records themselves do',
    );
  }
  t.ok(found > 80);
  const dumped = async (...tables: string[]) => JSON.stringify(await models.dump(tables));
  t.notOk(/[ء-ي]|ZX-1990/.test(await dumped('duplicate_key')), 'no name and no number');
  t.notOk(/ZX-1990/.test(await dumped('register_person', 'timeline', 'case_index', 'case_fold')), 'T2 stays sealed');
});

t.test('an erased person leaves no name in a rebuilt register', async (t) => {
  const { world, known } = await families(3);
  const [gone] = known;
  world.keyring.destroy(gone!.id);
  const models = await readModels(t, world);
  await models.catchUp(projectionsOf(world.registry, world.keyring.mac));
  const rows = await models.dump(['register_person', 'register_token', 'duplicate_key', 'timeline']);
  const theirs = Object.values(rows)
    .flat()
    .filter((row) => row.includes(gone!.id));
  t.ok(theirs.length > 0);
  t.ok(theirs.filter((row) => row.startsWith('(name') || row.startsWith('(mother')).length === 0);
  t.notMatch(theirs.filter((row) => row.startsWith(`(${gone!.id}`)).join(), /[ء-ي]/);
  t.match(
    theirs.find((row) => row.startsWith(`(${gone!.id}`)),
    /erased/,
  );
});

/** A provider with services, as a log. */
async function services() {
  const world = logWith([provider, organisation, office, staff], 'services');
  const { write, random } = world;
  const terms = (more: object) => ({
    service: random.uuid(),
    needs: ['food'],
    areas: ['IQG15'],
    eligibility: {},
    hours: 'Sun-Thu',
    cost: 'free',
    staffSex: 'both',
    accessibility: [],
    languages: ['ar'],
    capacity: { level: 'open' },
    ...more,
  });
  const fresh = random.uuid();
  const stale = random.uuid();
  const due = (at: string, confirmations: number) => ({
    clocks: { [`confirm:${confirmations}`]: { due: at, rule: 'provider.confirm', version: 'default' } },
  });
  const added = [
    terms({}),
    terms({ areas: ['IQG15Q05'], capacity: { level: 'limited', places: 3 } }),
    terms({ needs: ['gbv'], sensitive: 'gbv', eligibility: { sex: ['female'] } }),
    terms({ needs: ['food', 'water_sanitation'], eligibility: { ageBands: ['60+'] } }),
  ];
  await write('provider', fresh, {
    type: 'ProviderRegistered',
    data: { organisation: 'relief', phone: '+9640' },
    meta: due('2026-04-01T00:00:00.000Z', 0),
  });
  for (const data of added) await write('provider', fresh, { type: 'ServiceAdded', data });
  await write('provider', fresh, { type: 'CapacityChanged', data: { service: added[3]!.service, capacity: { level: 'full' } } });
  await write('provider', fresh, { type: 'FocalPointAppointed', data: { staff: 'zahra' } });
  await write('provider', stale, {
    type: 'ProviderRegistered',
    data: { organisation: 'other', phone: '+9641' },
    meta: due('2026-02-01T00:00:00.000Z', 0),
  });
  const old = terms({});
  await write('provider', stale, { type: 'ServiceAdded', data: old });
  return { world, fresh, stale, added, old };
}

t.test(
  'services are offered by need and area, with room, to whom they are for, and only from entries confirmed in time',
  async (t) => {
    const { world, stale, added, old } = await services();
    const models = await readModels(t, world);
    const projections = projectionsOf(world.registry, world.keyring.mac);
    await models.catchUp(projections);
    const db = readDb({ pool: models.pool, schema: SCHEMA });
    const now = '2026-03-02T00:00:00.000Z';
    const found = async (search: Parameters<typeof servicesFor>[2], at = now) => {
      const page = await servicesFor(db, everything('provider'), search, at, { limit: 20 });
      return page.items.map((one) => one.service);
    };
    const [food, near, sensitive, elderly] = added.map((one) => one.service);
    t.strictSame(await found({ need: 'food', area: 'IQG15Q05N01' }), [food, near], 'with room before those with little');
    t.strictSame(await found({ need: 'food', area: 'IQG15Q01' }), [food], 'a service of the governorate serves its districts');
    t.strictSame(await found({ need: 'food', area: 'IQG01' }), []);
    t.strictSame(await found({ need: 'water_sanitation' }), [], 'full');
    t.strictSame(await found({ need: 'water_sanitation', all: true, ageBand: '60+' }), [elderly]);
    t.strictSame(await found({ need: 'water_sanitation', all: true, ageBand: '18-59' }), []);
    t.strictSame(await found({ need: 'specialised_support', sex: 'female' }), [sensitive]);
    t.strictSame(await found({ need: 'specialised_support', sex: 'male' }), []);
    t.ok((await found({ need: 'food', all: true })).includes(old.service), 'the stale one is there for who asks for all');
    await world.write('provider', stale, {
      type: 'DirectoryEntryConfirmed',
      data: {},
      meta: { clocks: { 'confirm:1': { due: '2026-05-01T00:00:00.000Z', rule: 'provider.confirm', version: 'default' } } },
    });
    await models.catchUp(projections);
    t.ok((await found({ need: 'food' })).includes(old.service), 'and offered again once confirmed');
    const pages: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await servicesFor(db, everything('provider'), { all: true }, now, { limit: 2, cursor });
      pages.push(...page.items.map((one) => one.service));
      cursor = page.next;
    } while (cursor !== undefined);
    t.strictSame([...pages].sort(), [...added.map((one) => one.service), old.service].sort());
    t.strictSame((await servicesFor(db, nothing, {}, now, { limit: 5 })).items, []);
  },
);

t.test('the directory lists organisations, offices, and who holds which post on a day', async (t) => {
  const world = logWith([organisation, office, staff, person, household, provider], 'directory');
  const { write, random } = world;
  const [ministry, mosul, huda] = [random.uuid(), random.uuid(), random.uuid()];
  const names = { ar: 'اسم', en: 'Name' };
  await write('organisation', ministry, {
    type: 'OrganisationRegistered',
    data: { kind: 'ministry', names, from: '2010-01-01' },
  });
  const opened = { organisation: ministry, names, kind: 'branch', governorate: 'IQG15', from: '2010-01-01' };
  await write('office', mosul, { type: 'OfficeOpened', data: opened });
  const post = (role: string, from: string, until?: string) => ({
    type: 'MembershipGranted',
    data: { membership: random.uuid(), role, organisation: ministry, office: mosul, from, ...(until ? { until } : {}) },
  });
  await write(
    'staff',
    huda,
    { type: 'StaffEnrolled', data: { name: { ar: 'هدى' }, identity: { issuer: 'test', subject: 'huda' } } },
    post('registrar', '2020-01-01', '2024-12-31'),
    post('verifier', '2025-01-01'),
  );
  const models = await readModels(t, world);
  const projections = projectionsOf(world.registry, world.keyring.mac);
  await models.catchUp(projections);
  const db = readDb({ pool: models.pool, schema: SCHEMA });
  const all = everything('organisation', 'office', 'staff');
  const paging = { limit: 10 };
  t.match((await organisationPage(db, all, { kind: 'ministry' }, paging)).items, [{ id: ministry, names }]);
  t.match((await officePage(db, all, { organisation: ministry, governorate: 'IQG15' }, paging)).items, [
    { id: mosul, kind: 'branch' },
  ]);
  t.strictSame((await officePage(db, all, { kind: 'camp' }, paging)).items, []);
  const held = async (day: string) =>
    (await staffPage(db, all, { office: mosul }, day, paging)).items.flatMap((one) => one.posts.map((p) => p.role));
  t.strictSame(await held('2024-12-31'), ['registrar']);
  t.strictSame(await held('2025-01-01'), ['verifier']);
  t.strictSame(await held('2019-12-31'), []);
  t.match((await staffPage(db, all, { role: 'verifier' }, '2026-01-01', paging)).items, [
    { id: huda, name: { ar: 'هدى' }, unattended: false },
  ]);
  t.strictSame((await staffPage(db, nothing, {}, '2026-01-01', paging)).items, []);
  for (const projection of projections) {
    const { differing } = await cutEveryWhichWay(models, projection, await world.log.head());
    t.strictSame(differing, [], projection.name);
  }
});

t.test('the register, the directory of providers and the duplicates are the same bytes however the log is cut', async (t) => {
  const { world } = await families(2);
  const models = await readModels(t, world);
  for (const projection of projectionsOf(world.registry, world.keyring.mac)) {
    t.strictSame((await cutEveryWhichWay(models, projection, await world.log.head())).differing, [], projection.name);
  }
  const other = await services();
  const others = await readModels(t, other.world);
  for (const projection of projectionsOf(other.world.registry, other.world.keyring.mac)) {
    t.strictSame((await cutEveryWhichWay(others, projection, await other.world.log.head())).differing, [], projection.name);
  }
});
