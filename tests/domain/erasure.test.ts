import { randomUUID } from 'node:crypto';
import t from 'tap';
import { docRequest } from '../../src/domain/docRequest/index.ts';
import type { Extent } from '../../src/domain/erasure/index.ts';
import { erasure, subjectsOf } from '../../src/domain/erasure/index.ts';
import { keptUntil, retentionRule, tellsOnlyOf } from '../../src/domain/erasure/policy.ts';
import { household } from '../../src/domain/household/index.ts';
import { office } from '../../src/domain/office/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { reconcileErasures } from '../../src/eventlog/erasures.ts';
import { colleague, type Person, refused, someone, world } from '../support/scenario.ts';

const LETTER = { number: '12/a', date: '2026-02-01', issuingOffice: 'a court' };
const nothing: Extent = { persons: [], households: [], cases: [], kept: [], files: [] };

function branch(start = '2026-03-01T08:00:00.000Z') {
  const w = world([erasure, person, household, docRequest, office], start);
  const registrar = someone('registrar');
  const head = colleague(registrar, 'headOfBranch');
  const subject = async (by: Person = registrar) => {
    const id = randomUUID();
    const name = { ar: { first: 'سلمى', father: 'كريم', grandfather: 'حسن', family: 'الراوي' } };
    await w.given('person', id, { type: 'PersonRegistered', data: { name, sex: 'female' }, by });
    return { kind: 'person' as const, id };
  };
  const wish = async (of: { kind: 'person' | 'household'; id: string }, more: object = {}, extra: object = {}) =>
    w.when(
      registrar,
      'erasure',
      'request',
      undefined,
      { subject: of, ground: 'registered_in_error', requester: 'branch', ...more },
      extra,
    );
  const examined = async (more: object = {}, extent: Partial<Extent> = {}) => {
    const of = await subject();
    const { outcome } = await wish(of, more);
    await w.when('erasures', 'erasure', 'recordExtent', outcome.id, { extent: { ...nothing, persons: [of.id], ...extent } });
    return { id: outcome.id, of, extent: { ...nothing, persons: [of.id], ...extent } };
  };
  return { w, registrar, head, subject, wish, examined };
}

t.test(
  'an erasure is asked for, decided by a second officer, carried out, and certified once the backups of keys are gone',
  async (t) => {
    const { w, registrar, head, examined } = branch();
    const { id, extent, of } = await examined();
    const waiting = await w.cases.glance(`erasure-${id}`);
    t.match(waiting.waits, [{ key: 'decide', party: 'headOfBranch', holder: { office: registrar.post.office } }]);
    await refused(t, w.when({ ...head, id: registrar.id }, 'erasure', 'approve', id, {}), 'FOUR_EYES');
    await refused(t, w.when({ ...head, id: registrar.id }, 'erasure', 'refuse', id, { reason: 'other' }), 'FOUR_EYES');
    await refused(t, w.when(colleague(registrar), 'erasure', 'approve', id, {}), 'FORBIDDEN');
    t.equal((await w.when(head, 'erasure', 'approve', id, {})).outcome.status, 'approved');
    await refused(t, w.when(registrar, 'erasure', 'withdraw', id, {}), 'WRONG_STATE');
    t.equal((await w.when('erasures', 'erasure', 'begin', id, { extent })).outcome.status, 'erasing');
    const done = await w.when('erasures', 'erasure', 'finish', id, { keys: 2 });
    t.match(done.events, [{ type: 'ErasureCarriedOut', data: { subjects: [of.id], keys: 2, finalOn: '2026-05-05' } }]);
    t.match(done.record.state, { certificate: { final: false, finalOn: '2026-05-05' } });
    w.at('2026-05-04T20:00:00.000Z');
    t.same((await w.when('deadlines', 'erasure', 'certify', id, {})).events, [], 'a day too early');
    w.at('2026-05-04T21:00:00.000Z');
    const final = await w.when('deadlines', 'erasure', 'certify', id, {});
    t.match(final.record, { status: 'certified', state: { certificate: { final: true } }, waits: [] });
  },
);

t.test('only who keeps a record asks for its erasure, of a record that stands, and shows the order of a court', async (t) => {
  const { w, wish, subject, registrar } = branch();
  await refused(t, wish({ kind: 'person', id: randomUUID() }), 'SUBJECT_UNKNOWN');
  await refused(t, wish(await subject(someone('registrar'))), 'NOT_YOUR_RECORD');
  const folded = await subject();
  await w.given('person', folded.id, { type: 'PersonAbsorbed', data: { into: randomUUID(), duplicate: randomUUID() } });
  await refused(t, wish(folded), 'RECORD_MERGED');
  const own = await subject();
  await refused(t, wish(own, { branch: randomUUID() }), 'OFFICE_UNKNOWN');
  await refused(t, wish(own, { ground: 'court_order' }), 'ORDER_MISSING');
  t.equal((await wish(own, { ground: 'court_order' }, { record: { letterRef: LETTER } })).outcome.status, 'requested');
  const { outcome } = await wish(own);
  t.equal((await w.when(registrar, 'erasure', 'withdraw', outcome.id, {})).outcome.status, 'withdrawn');
  await refused(t, wish(await subject(someone('registrar', { organisation: registrar.post.organisation }))), 'NOT_YOUR_RECORD');
  const auditor = someone('auditor');
  await refused(
    t,
    w.when(auditor, 'erasure', 'request', undefined, { subject: own, ground: 'court_order', requester: 'court' }),
    'FORBIDDEN',
  );
});

t.test('a branch decides on its own records, the branch of the governorate on those of a partner', async (t) => {
  const { w, wish, subject, registrar, head } = branch();
  const opened = async (organisation: string, governorate: string, kind = 'branch') => {
    const id = randomUUID();
    const names = { ar: 'مكتب', en: 'Office' };
    await w.given('office', id, { type: 'OfficeOpened', data: { organisation, names, kind, governorate, from: '2015-01-01' } });
    return id;
  };
  const { organisation, governorate = '' } = registrar.post;
  await refused(t, wish(await subject(), { branch: await opened(organisation, governorate) }), 'NOT_THE_BRANCH');
  const partner = someone('partnerCaseworker');
  const of = await subject(partner);
  const ask = (office: string) =>
    w.when(partner, 'erasure', 'request', undefined, {
      ...{ subject: of, ground: 'registered_in_error', requester: 'branch', branch: office },
    });
  await refused(t, ask(await opened(organisation, 'IQG02')), 'NOT_THE_BRANCH');
  await refused(t, ask(await opened(organisation, governorate, 'partner_office')), 'NOT_THE_BRANCH');
  const near = await opened(organisation, governorate);
  const { outcome } = await ask(near);
  const extent = { ...nothing, persons: [of.id] };
  await w.when('erasures', 'erasure', 'recordExtent', outcome.id, { extent });
  await refused(t, w.when(head, 'erasure', 'approve', outcome.id, {}), 'NOT_FOUND');
  const chief = someone('headOfBranch', { organisation, office: near });
  t.equal((await w.when(chief, 'erasure', 'approve', outcome.id, {})).outcome.status, 'approved');
});

t.test('what nobody decided on is not erased: an extent that grew goes back to who decides', async (t) => {
  const { w, head, subject, examined } = branch();
  const asked = await examined();
  await w.when(head, 'erasure', 'approve', asked.id, {});
  const wider = { ...asked.extent, persons: [asked.of.id, (await subject()).id] };
  t.equal((await w.when('erasures', 'erasure', 'begin', asked.id, { extent: wider })).outcome.status, 'examined');
  await w.when(head, 'erasure', 'approve', asked.id, {});
  t.equal((await w.when('erasures', 'erasure', 'begin', asked.id, { extent: asked.extent })).outcome.status, 'erasing');
});

t.test('an open case holds an erasure back, also one that came up after the approval', async (t) => {
  const { w, registrar, head, examined } = branch();
  const opened = async (of: { id: string }) => {
    const need = { docType: 'civil_status_id', person: of.id, reason: 'lost' };
    return (await w.when(registrar, 'docRequest', 'identifyNeed', undefined, need)).outcome.id;
  };
  const before = await examined();
  const request = await opened(before.of);
  await w.when(head, 'erasure', 'approve', before.id, {});
  const cases = [{ process: 'docRequest', id: request }];
  const stopped = await w.when('erasures', 'erasure', 'begin', before.id, { extent: { ...before.extent, cases } });
  t.match(stopped.record, { status: 'requested', state: { holds: [{ case: cases[0], because: 'open_case' }] } });
  await w.when('erasures', 'erasure', 'recordExtent', before.id, { extent: { ...before.extent, kept: cases } });
  await refused(t, w.when(head, 'erasure', 'approve', before.id, {}), 'HELD_BY_OPEN_CASE');
  t.match((await w.when(head, 'erasure', 'refuse', before.id, { reason: 'legal_hold' })).record, {
    status: 'refused',
    state: { refusal: 'legal_hold' },
  });
});

t.test('what stands against it in another store is told in one word, and looked for anew at every approval', async (t) => {
  const { w, head, examined } = branch();
  const { id, extent } = await examined();
  await w.when(head, 'erasure', 'approve', id, {});
  const held = await w.when('erasures', 'erasure', 'begin', id, { extent, heldElsewhere: true });
  t.match(held.events, [{ type: 'ErasureHeldElsewhere', data: {} }]);
  t.match(held.record, { status: 'requested', state: { heldElsewhere: true } });
  await w.when('erasures', 'erasure', 'recordExtent', id, { extent });
  const approved = await w.when(head, 'erasure', 'approve', id, {});
  t.notOk('heldElsewhere' in (approved.record.state as object));
  t.equal((await w.when('erasures', 'erasure', 'begin', id, { extent })).outcome.status, 'erasing');
});

t.test('a record is kept for its time, unless it should never have been there or a court says otherwise', async (t) => {
  const { w, head, examined } = branch();
  const asked = await examined({ ground: 'asked_by_person', requester: 'person_concerned' });
  await refused(t, w.when(head, 'erasure', 'approve', asked.id, {}), 'HELD_BY_RETENTION');
  const wrong = await examined();
  t.equal((await w.when(head, 'erasure', 'approve', wrong.id, {})).outcome.status, 'approved');
  w.at('2031-03-01T08:00:00.000Z');
  t.equal((await w.when(head, 'erasure', 'approve', asked.id, {})).outcome.status, 'approved', 'five years later');
  t.equal(keptUntil(retentionRule.default, 'claim', '2026-03-01T08:00:00.000Z'), '2036-03-01');
  t.equal(keptUntil(retentionRule.default, 'referral', '2024-02-29T08:00:00.000Z'), '2026-03-01');
});

t.test('a case goes with whom alone it tells of; one that tells of others stays', async (t) => {
  const [p, q, h] = ['p', 'q', 'h'];
  const only = (process: string, persons: string[], households: string[], who: string[], homes: string[] = []) =>
    tellsOnlyOf({ process, persons, households }, new Set(who), new Set(homes));
  t.ok(only('claim', [p], [h], [p]), 'a claim of one member');
  t.notOk(only('claim', [p, q], [h], [p]), 'with an heir');
  t.notOk(only('movement', [p], [h], [p]), 'a movement is the family’s');
  t.ok(only('movement', [p, q], [h], [p, q], [h]));
  t.notOk(only('returnGrant', [], [h], [p]));
  t.ok(only('returnGrant', [], [h], [p, q], [h]));
  t.notOk(only('eviction', [], [h, 'other'], [p, q], [h]));
  t.notOk(only('area', [], [], [p]));
  t.same(
    subjectsOf({
      persons: [p],
      households: [h],
      cases: [{ process: 'claim', id: 'c' }],
      kept: [{ process: 'x', id: 'k' }],
      files: ['f'],
    }),
    [p, h, 'c', 'f'],
  );
});

t.test('a start in the middle of an erasure does not take the log for an older one', async (t) => {
  const { w, registrar, head, examined } = branch();
  const { id, of, extent } = await examined();
  await w.when(head, 'erasure', 'approve', id, {});
  const lost = randomUUID();
  const list = {
    read: async () => {
      // Begun and listed while a process starts.
      await w.when('erasures', 'erasure', 'begin', id, { extent });
      return [of.id, lost];
    },
    add: async () => {},
  };
  const { unknownToLog } = await reconcileErasures(w, list);
  t.strictSame(unknownToLog, [lost], 'only whom no erasure in the log is about');
  await refused(
    t,
    w.when(registrar, 'person', 'updateDetails', of.id, { phones: ['07701234567'], ground: 'changed' }),
    'SUBJECT_ERASED',
  );
});

t.test('nothing personal is entered for somebody who was erased', async (t) => {
  const { w, registrar, subject } = branch();
  const of = await subject();
  await w.keyring.destroy(of.id);
  await refused(
    t,
    w.when(registrar, 'person', 'updateDetails', of.id, { phones: ['07701234567'], ground: 'changed' }),
    'SUBJECT_ERASED',
  );
});
