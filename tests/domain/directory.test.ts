import { randomUUID } from 'node:crypto';
import t from 'tap';
import { attendedOn, postsOn, worksIn } from '../../src/domain/access/membership.ts';
import { INSTALLATION } from '../../src/domain/installation/ids.ts';
import { installation } from '../../src/domain/installation/index.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { type Staff, staff } from '../../src/domain/staff/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { staffIdOf } from '../../src/eventlog/ids.ts';
import { endReplaced, replaceAdministrator } from '../../src/eventlog/replaceAdministrator.ts';
import { rightsFrom } from '../../src/eventlog/rights.ts';
import { directory } from '../support/directory.ts';
import { type Person, refused, world } from '../support/scenario.ts';

const why = 'order 12 of the minister';

t.test('the first administrator is made once, on record, with who ran it', async (t) => {
  const { w, admin, ministry } = await directory();
  t.equal(admin.id, staffIdOf('https://id.example.org', 'first'));
  const { record, history } = await w.cases.load(w.registry.byName('staff')!, admin.id);
  t.match(history, [
    { type: 'StaffEnrolled', data: { synthetic: true } },
    { type: 'MembershipGranted', data: { role: 'systemAdmin', organisation: ministry, from: '2026-03-01' } },
    { type: 'AdministratorBootstrapped', data: { ranBy: 'operator@host' }, meta: { actor: { id: 'system:bootstrap' } } },
  ]);
  t.equal(record.status, 'active');
});

t.test(
  'a second bootstrap is refused with the log unchanged, whoever it is for; the same one again changes nothing',
  async (t) => {
    const { w, bootstrap, admin } = await directory();
    const before = await w.log.head();
    await refused(t, bootstrap({ subject: 'second' }), 'ALREADY_BOOTSTRAPPED');
    t.equal((await bootstrap()).staff, admin.id);
    t.equal(await w.log.head(), before);
    const own = { issuer: 'x', subject: 'y', name: { ar: 'اسم' }, organisation: randomUUID(), ranBy: 'z' };
    await refused(t, w.when('bootstrap', 'staff', 'bootstrap', undefined, own), 'ALREADY_BOOTSTRAPPED');
    await refused(
      t,
      w.when('bootstrap', 'installation', 'entrust', randomUUID(), { staff: randomUUID() }),
      'NOT_THE_INSTALLATION',
    );
  },
);

t.test('of many bootstraps at the same moment exactly one makes an administrator', async (t) => {
  const w = world([installation, organisation, staff], undefined, 'from the log');
  const wish = { issuer: 'i', name: { ar: 'مدير' }, ministry: { ar: 'وزارة', en: 'Ministry' }, from: '2004-01-01', ranBy: 'op' };
  const tries = await Promise.allSettled(
    Array.from({ length: 8 }, (_, n) => bootstrapAdministrator({ ...w.executor, cases: w.cases }, { ...wish, subject: `s${n}` })),
  );
  t.equal(tries.filter((one) => one.status === 'fulfilled').length, 1);
  const { events } = await w.log.readAll(0n, 100);
  const granted = events.filter((one) => one.type === 'staff.MembershipGranted.v1');
  t.equal(granted.length, 1);
});

t.test('a sign-in that was mistyped gives way, on record, until a person has given a command', async (t) => {
  const w = world([installation, organisation, staff], undefined, 'from the log');
  const wish = { name: { ar: 'مدير' }, ministry: { ar: 'وزارة', en: 'Ministry' }, ranBy: 'op' };
  const [slip, right, other] = ['ahmed', '7f3c', '9b1d'].map((subject) => ({ ...wish, issuer: 'i', subject }));
  const parts = { ...w.executor, cases: w.cases, codec: w.codec, log: w.log };
  const first = await bootstrapAdministrator(parts, slip!);
  w.at('2026-03-03T08:00:00.000Z');
  t.same(await bootstrapAdministrator(parts, slip!), first, 'the same call on another day is the same');
  const elsewhere = { ...right!, ministry: { ar: 'وزارة أخرى', en: 'Another' } };
  await refused(t, replaceAdministrator(parts, elsewhere, 'in other words'), 'IDEMPOTENCY_KEY_REUSED');
  t.same(await bootstrapAdministrator(parts, slip!), first, 'with other words nobody is replaced');
  await replaceAdministrator(parts, right!, 'the user name was typed');
  await refused(t, bootstrapAdministrator(parts, slip!), 'ALREADY_BOOTSTRAPPED');
  const made = await bootstrapAdministrator(parts, right!);
  await endReplaced(parts);
  await endReplaced(parts);
  t.equal(made.organisation, first.organisation);
  await replaceAdministrator(parts, right!, 'typed again');
  const { history } = await w.cases.load(w.registry.byName('installation')!, INSTALLATION);
  t.match(history.slice(1), [
    { data: { staff: made.staff, before: first.staff, ranBy: 'op', reason: 'the user name was typed' } },
  ]);
  t.equal(history.length, 2);
  await t.rejects(rightsFrom(w.cases)(first.staff, w.now()), { code: 'SUSPENDED' });
  await refused(t, replaceAdministrator(parts, slip!, 'back again'), 'NAMED_BEFORE');
  await refused(t, w.when('bootstrap', 'staff', 'giveWay', made.staff, {}), 'NOT_REPLACED');
  const admin = { id: made.staff, post: (await rightsFrom(w.cases)(made.staff, w.now())).posts[0]! };
  await w.when(admin, 'staff', 'enrol', undefined, { issuer: 'i', subject: 'second', name: { ar: 'اسم' } });
  const before = await w.log.head();
  await refused(t, replaceAdministrator(parts, other!, 'taking over'), 'INSTALLATION_IN_USE');
  t.equal(await w.log.head(), before);
});

t.test('once people are at work nobody gives way any more, whoever else writes to the same log', async (t) => {
  const w = world([installation, organisation, staff], undefined, 'from the log');
  const wish = { name: { ar: 'مدير' }, ministry: { ar: 'وزارة', en: 'Ministry' }, ranBy: 'op' };
  const parts = { ...w.executor, cases: w.cases, codec: w.codec, log: w.log };
  const named = (subject: string) => ({ ...wish, issuer: 'i', subject });
  const slip = await bootstrapAdministrator(parts, named('slip'));
  await replaceAdministrator(parts, named('first'), 'broken off after this');
  const { staff: first } = await bootstrapAdministrator(parts, named('first'));
  const admin = { id: first, post: (await rightsFrom(w.cases)(first, w.now())).posts[0]! };
  await w.when(admin, 'staff', 'enrol', undefined, { issuer: 'i', subject: 'second', name: { ar: 'اسم' } });
  await endReplaced(parts);
  t.equal((await w.cases.glance(`staff-${slip.staff}`)).status, 'active');
  const sparse: typeof w.log = {
    ...w.log,
    // A page in which nothing is ours, as a server's own events make it.
    readAll: async (after, limit, ...rest) =>
      after === 0n ? { events: [], scannedTo: 1n, end: false } : w.log.readAll(after === 1n ? 0n : after, limit, ...rest),
  };
  const replacing = replaceAdministrator({ ...parts, log: sparse }, named('other'), 'taking over');
  await refused(t, replacing, 'INSTALLATION_IN_USE');
});

t.test('an office belongs to an active organisation, lies in one governorate, and closes and reopens', async (t) => {
  const { w, admin, ministry, mosul } = await directory();
  const names = { ar: 'فرع', en: 'Branch' };
  const input = { organisation: ministry, names, kind: 'branch', governorate: 'IQG15', from: '2010-01-01' };
  await refused(t, w.when(admin, 'office', 'open', undefined, { ...input, organisation: randomUUID() }), 'ORGANISATION_UNKNOWN');
  await refused(t, w.when(admin, 'office', 'open', undefined, { ...input, district: 'IQG01Q01' }), 'DISTRICT_ELSEWHERE');
  await refused(t, w.when(admin, 'office', 'open', undefined, { ...input, governorate: 'IQG99' }), 'INVALID_INPUT');
  const renamed = await w.when(admin, 'office', 'rename', mosul, { names, from: '2026-01-01' });
  t.match(renamed.record.state, { status: 'open', organisation: ministry, governorate: 'IQG15', names });
  await refused(t, w.when(admin, 'office', 'close', mosul, { until: '2026-03-02', reason: why }), 'CLOSES_IN_THE_FUTURE');
  await refused(t, w.when(admin, 'office', 'close', mosul, { until: '2009-12-31', reason: why }), 'CLOSES_BEFORE_IT_OPENED');
  const closed = await w.when(admin, 'office', 'close', mosul, { until: '2026-03-01', reason: why });
  t.equal(closed.outcome.status, 'closed');
  const reopened = await w.when(admin, 'office', 'reopen', mosul, { reason: why });
  t.equal(reopened.outcome.status, 'open');
  t.equal((reopened.record.state as { until?: string }).until, undefined);
});

t.test('an organisation is renamed, ends on a day that has come, and may be taken up again', async (t) => {
  const { w, admin } = await directory();
  const names = { ar: 'منظمة', en: 'Aid society', ckb: 'ڕێکخراو' };
  const { outcome } = await w.when(admin, 'organisation', 'register', undefined, { kind: 'ngo', names, from: '2020-05-01' });
  await refused(t, w.when(admin, 'organisation', 'end', outcome.id, { until: '2026-04-01', reason: why }), 'ENDS_IN_THE_FUTURE');
  await refused(
    t,
    w.when(admin, 'organisation', 'end', outcome.id, { until: '2020-04-01', reason: why }),
    'ENDS_BEFORE_IT_BEGAN',
  );
  const renamed = await w.when(admin, 'organisation', 'rename', outcome.id, {
    names: { ...names, en: 'Society' },
    from: '2026-01-01',
  });
  t.match(renamed.record.state, { names: { en: 'Society' } });
  const ended = await w.when(admin, 'organisation', 'end', outcome.id, { until: '2026-03-01', reason: why });
  t.equal(ended.outcome.status, 'ended');
  const open = {
    organisation: outcome.id,
    names,
    kind: 'partner_office',
    governorate: 'IQG15',
    from: '2026-01-01',
  };
  await refused(t, w.when(admin, 'office', 'open', undefined, open), 'ORGANISATION_UNKNOWN');
  t.equal((await w.when(admin, 'organisation', 'reopen', outcome.id, { reason: why })).outcome.status, 'active');
});

t.test('one sign-in identity is one member of staff', async (t) => {
  const { w, admin } = await directory();
  const input = { issuer: 'https://id.example.org', subject: 'a', name: { ar: 'اسم' } };
  const { outcome } = await w.when(admin, 'staff', 'enrol', undefined, input);
  t.equal(outcome.id, staffIdOf('https://id.example.org', 'a'));
  await refused(t, w.when(admin, 'staff', 'enrol', undefined, input), 'ALREADY_EXISTS');
  const stored = await w.log.read(`staff-${outcome.id}`);
  t.notOk(Buffer.from(stored[0]!.bytes).includes('اسم'), 'names are sealed in the log');
  t.notOk(Buffer.from(stored[0]!.bytes).includes('id.example.org'), 'and so are identities');
});

t.test('a post names an open office of its organisation, takes its governorate, and is not held twice', async (t) => {
  const { w, admin, ministry, mosul, anbar, enrol } = await directory();
  const person = await enrol();
  const post = { role: 'registrar', organisation: ministry, office: mosul, from: '2026-01-01' };
  const grant = (more: object) => w.when(admin, 'staff', 'grantMembership', person.id, { ...post, ...more });
  const granted = await grant({});
  t.match(granted.events, [{ type: 'MembershipGranted', data: { governorate: 'IQG15', role: 'registrar' } }]);
  await refused(t, grant({ until: '2026-12-31' }), 'POST_ALREADY_HELD');
  await refused(t, grant({ office: randomUUID() }), 'OFFICE_UNKNOWN');
  await refused(t, grant({ organisation: randomUUID() }), 'ORGANISATION_UNKNOWN');
  await refused(t, grant({ office: anbar, governorate: 'IQG15' }), 'OFFICE_ELSEWHERE');
  await refused(t, grant({ office: anbar, until: '2025-01-01' }), 'UNTIL_BEFORE_FROM');
  await refused(t, grant({ role: 'emperor' }), 'INVALID_INPUT');
  const ngo = await w.when(admin, 'organisation', 'register', undefined, {
    kind: 'ngo',
    names: { ar: 'منظمة', en: 'Aid society' },
    from: '2020-05-01',
  });
  await refused(t, grant({ organisation: ngo.outcome.id }), 'OFFICE_NOT_OF_ORGANISATION');
  await w.when(admin, 'office', 'close', anbar, { until: '2026-03-01', reason: why });
  await refused(t, grant({ office: anbar }), 'OFFICE_UNKNOWN');
  const wide = await grant({ role: 'governorate', office: undefined, governorate: 'IQG13' });
  t.match(wide.record.state, { memberships: [{}, { role: 'governorate', governorate: 'IQG13', office: undefined }] });
});

t.test('roles that watch one another are not held by one person in the same time', async (t) => {
  const { w, admin, ministry, mosul, hire } = await directory();
  const grant = (person: Person, role: string, from = '2026-01-01') =>
    w.when(admin, 'staff', 'grantMembership', person.id, { role, organisation: ministry, office: mosul, from });
  const registrar = await hire({ role: 'registrar', office: mosul, until: '2026-06-30' });
  await refused(t, grant(registrar, 'systemAdmin'), 'ROLES_INCOMPATIBLE');
  await refused(t, grant(registrar, 'auditor', '2026-06-30'), 'ROLES_INCOMPATIBLE');
  await refused(t, grant(registrar, 'securityActor'), 'ROLES_INCOMPATIBLE');
  await refused(t, grant(await hire({ role: 'securityActor', office: mosul }), 'pseaFocalPoint'), 'ROLES_INCOMPATIBLE');
  for (const [held, role] of [
    ['legalDepartment', 'headOfBranch'],
    ['subcommitteeChair', 'centralCommittee'],
    ['branchesAffairs', 'financeMinistry'],
    ['verifier', 'adminFinance'],
    ['courtClerk', 'pseaFocalPoint'],
    ['partnerCaseworker', 'headOfBranch'],
  ] as const) {
    await refused(t, grant(await hire({ role: held, office: mosul }), role), 'ROLES_INCOMPATIBLE');
  }
  await grant(registrar, 'verifier');
  t.equal((await grant(await hire(), 'auditor')).outcome.status, 'active');
  const after = await hire({ role: 'registrar', office: mosul, until: '2026-06-30' });
  t.equal((await grant(after, 'auditor', '2026-07-01')).outcome.status, 'active', 'one after the other is no clash');
});

t.test('nobody gives a role to themselves, also not through a deputy', async (t) => {
  const { w, admin, ministry, mosul, hire } = await directory();
  const grant = { role: 'verifier', organisation: ministry, office: mosul, from: '2026-01-01' };
  await refused(t, w.when(admin, 'staff', 'grantMembership', admin.id, { ...grant, role: 'headOfBranch' }), 'NOT_ABOUT_ONESELF');
  const head = await hire({ role: 'headOfBranch', office: mosul });
  await refused(t, w.when(head, 'staff', 'grantMembership', head.id, grant), 'NOT_ABOUT_ONESELF');
  const deputy = await hire({ role: 'registrar', office: mosul });
  await w.when(head, 'staff', 'startLeave', head.id, { from: '2026-03-01', until: '2026-03-31', deputy: deputy.id });
  const record = { onBehalfOf: head.id };
  await refused(t, w.when(deputy, 'staff', 'grantMembership', deputy.id, grant, { record }), 'NOT_ABOUT_ONESELF');
  await refused(t, w.when(deputy, 'staff', 'grantMembership', head.id, grant, { record }), 'NOT_ABOUT_ONESELF');
  const { memberships } = (await w.cases.glance(`staff-${admin.id}`)).state as Staff;
  await refused(
    t,
    w.when(admin, 'staff', 'endMembership', admin.id, { membership: memberships[0]!.id, until: '2026-03-01', reason: why }),
    'NOT_ABOUT_ONESELF',
  );
  await refused(t, w.when(admin, 'staff', 'suspend', admin.id, { reason: why }), 'NOT_ABOUT_ONESELF');
});

t.test('a head of branch fills the posts of the own office and no others', async (t) => {
  const { w, ministry, mosul, anbar, hire, enrol } = await directory();
  const head = await hire({ role: 'headOfBranch', office: mosul });
  const fresh = await enrol(head);
  const grant = (to: Person, role: string, office = mosul) =>
    w.when(head, 'staff', 'grantMembership', to.id, { role, organisation: ministry, office, from: '2026-01-01' });
  const granted = await grant(fresh, 'registrar');
  await refused(t, grant(fresh, 'headOfBranch'), 'ROLE_NOT_YOURS_TO_GIVE');
  await refused(t, grant(fresh, 'systemAdmin'), 'ROLE_NOT_YOURS_TO_GIVE');
  await refused(t, grant(fresh, 'registrar', anbar), 'NOT_YOUR_OFFICE');
  const stranger = await hire({ role: 'registrar', office: anbar });
  await refused(t, grant(stranger, 'registrar'), 'FORBIDDEN');
  const both = await hire({ role: 'registrar', office: mosul }, { role: 'registrar', office: anbar });
  await refused(t, w.when(head, 'staff', 'suspend', both.id, { reason: why }), 'NOT_YOUR_OFFICE');
  const elsewhere = ((await w.cases.glance(`staff-${both.id}`)).state as Staff).memberships[1]!;
  await refused(
    t,
    w.when(head, 'staff', 'endMembership', both.id, { membership: elsewhere.id, until: '2026-03-01', reason: why }),
    'NOT_YOUR_OFFICE',
  );
  const [post] = (granted.record.state as Staff).memberships;
  const ended = await w.when(head, 'staff', 'endMembership', fresh.id, {
    membership: post!.id,
    until: '2026-03-05',
    reason: why,
  });
  t.match(ended.record.state, { memberships: [{ until: '2026-03-05' }] });
  await refused(
    t,
    w.when(head, 'staff', 'endMembership', fresh.id, { membership: post!.id, until: '2026-04-01', reason: why }),
    'ENDS_EARLIER_ALREADY',
  );
  await refused(
    t,
    w.when(head, 'staff', 'endMembership', fresh.id, { membership: randomUUID(), until: '2026-04-01', reason: why }),
    'MEMBERSHIP_UNKNOWN',
  );
});

t.test('leave is one’s own to enter or the head’s, with a deputy in service in the same office', async (t) => {
  const { w, mosul, anbar, hire } = await directory();
  const person = await hire({ role: 'registrar', office: mosul });
  const colleague = await hire({ role: 'registrar', office: mosul });
  const elsewhere = await hire({ role: 'registrar', office: anbar });
  const days = { from: '2026-03-10', until: '2026-03-20' };
  const leave = (by: Person, more: object) => w.when(by, 'staff', 'startLeave', person.id, { ...days, ...more });
  await refused(t, leave(colleague, {}), 'FORBIDDEN');
  await refused(t, leave(person, { deputy: person.id }), 'DEPUTY_MUST_BE_ANOTHER');
  await refused(t, leave(person, { deputy: elsewhere.id }), 'DEPUTY_NOT_A_COLLEAGUE');
  await refused(t, leave(person, { deputy: randomUUID() }), 'DEPUTY_NOT_A_COLLEAGUE');
  await refused(t, leave(person, { until: '2026-03-09' }), 'UNTIL_BEFORE_FROM');
  await refused(t, leave(person, { from: '2026-02-01', until: '2026-02-28' }), 'LEAVE_IS_OVER');
  await refused(t, w.when(person, 'staff', 'endLeave', person.id, {}), 'NOT_ON_LEAVE');
  const head = await hire({ role: 'headOfBranch', office: mosul });
  await refused(t, leave(head, { deputy: head.id }), 'DEPUTY_MUST_BE_ANOTHER');
  const away = await hire({ role: 'verifier', office: mosul });
  await w.when(away, 'staff', 'startLeave', away.id, { from: '2026-03-20', until: '2026-03-25' });
  await refused(t, leave(person, { deputy: away.id }), 'DEPUTY_ON_LEAVE');
  const both = await hire({ role: 'registrar', office: mosul }, { role: 'registrar', office: anbar });
  await refused(t, w.when(head, 'staff', 'startLeave', both.id, days), 'NOT_YOUR_OFFICE');
  const audits = await hire({ role: 'auditor', office: mosul });
  await refused(t, leave(person, { deputy: audits.id }), 'ROLES_INCOMPATIBLE');
  const entered = await leave(head, { deputy: colleague.id });
  t.match(entered.record.state, { leave: { ...days, deputy: colleague.id } });
  await refused(t, leave(person, {}), 'LEAVE_ALREADY_SET');
  const ended = await w.when(person, 'staff', 'endLeave', person.id, {});
  t.equal((ended.record.state as Staff).leave, undefined);
});

t.test('who leaves service loses every post and gets none back by being taken on again', async (t) => {
  const { w, admin, mosul, hire } = await directory();
  const person = await hire({ role: 'registrar', office: mosul }, { role: 'verifier', office: mosul, until: '2025-12-31' });
  const tomorrow = { on: '2026-03-02', reason: why };
  await refused(t, w.when(admin, 'staff', 'leaveService', person.id, tomorrow), 'LEAVES_IN_THE_FUTURE');
  await w.when(admin, 'staff', 'suspend', person.id, { reason: why });
  const left = await w.when(admin, 'staff', 'leaveService', person.id, { on: '2026-02-28', reason: why });
  t.match(left.record.state, { status: 'left', memberships: [{ until: '2026-02-28' }, { until: '2025-12-31' }] });
  await refused(t, w.when(admin, 'staff', 'reinstate', person.id, { reason: why }), 'WRONG_STATE');
  const back = await w.when(admin, 'staff', 'reopen', person.id, { reason: why });
  t.equal(back.outcome.status, 'active');
  await refused(t, w.when(person, 'staff', 'enrol', undefined, { issuer: 'i', subject: 's', name: { ar: 'اسم' } }), 'FORBIDDEN');
});

t.test('open work is handed over to a colleague in service, also for somebody who has left', async (t) => {
  const { w, admin, mosul, anbar, hire } = await directory();
  const person = await hire({ role: 'registrar', office: mosul });
  const colleague = await hire({ role: 'registrar', office: mosul });
  const stranger = await hire({ role: 'registrar', office: anbar });
  const head = await hire({ role: 'headOfBranch', office: mosul });
  const handover = (by: Person, to: Person) => w.when(by, 'staff', 'handover', person.id, { to: to.id, reason: why });
  await refused(t, handover(person, person), 'HANDOVER_TO_ANOTHER');
  await refused(t, handover(person, stranger), 'NOT_A_COLLEAGUE');
  await refused(t, handover(colleague, colleague), 'FORBIDDEN');
  t.match((await handover(person, colleague)).events, [{ type: 'HandoverOrdered', data: { to: colleague.id, reason: why } }]);
  await w.when(admin, 'staff', 'leaveService', person.id, { on: '2026-03-01', reason: why });
  t.match((await handover(head, colleague)).events, [{ type: 'HandoverOrdered' }]);
  await w.when(admin, 'staff', 'suspend', colleague.id, { reason: why });
  await refused(t, handover(head, colleague), 'NOT_A_COLLEAGUE');
});

t.test('a post is a decision: it ends, it is not corrected; a misspelled name is', async (t) => {
  const { w, admin, mosul, hire } = await directory();
  const person = await hire({ role: 'registrar', office: mosul });
  const correct = (revision: number, fields: object) =>
    w.when(admin, 'staff', 'correct', person.id, { revision, fields, reason: why });
  await refused(t, correct(1, { role: 'headOfBranch' }), 'DECISION_NOT_CORRECTABLE');
  const corrected = await correct(0, { name: { ar: 'موظف آخر' } });
  t.match(corrected.record.state, { name: { ar: 'موظف آخر' }, memberships: [{ role: 'registrar' }] });
  const facts = [{ type: 'StaffEnrolled', data: {}, occurredAt: '2020-01-01T00:00:00.000Z' }];
  await refused(t, w.when(admin, 'staff', 'adopt', undefined, { source: 'paper', facts }), 'FORBIDDEN');
  await refused(t, w.when(admin, 'staff', 'retract', person.id, { reason: why }), 'FORBIDDEN');
});

t.test('work stands unattended when its officer is suspended, gone, without a post, or on leave with no deputy', async (t) => {
  const post = { id: 'm', role: 'registrar', organisation: 'o', office: 'f', from: '2026-01-01', until: '2026-12-31' } as const;
  const officer = { status: 'active', memberships: [post] } as const;
  const leave = { from: '2026-03-10', until: '2026-03-20' };
  t.same(attendedOn(officer, '2026-03-01'), { by: 'self' });
  t.same(attendedOn({ ...officer, status: 'suspended' }, '2026-03-01'), { by: 'nobody', because: 'suspended' });
  t.same(postsOn({ ...officer, status: 'suspended' }, '2026-03-01'), []);
  t.notOk(worksIn({ ...officer, status: 'left' }, 'f', '2026-03-01'));
  t.ok(worksIn(officer, 'f', '2026-03-01'));
  t.same(attendedOn({ ...officer, status: 'left' }, '2026-03-01'), { by: 'nobody', because: 'left' });
  t.same(attendedOn({ ...officer, leave }, '2026-03-10'), { by: 'nobody', because: 'leave' });
  t.same(attendedOn({ ...officer, leave: { ...leave, deputy: 'd' } }, '2026-03-20'), { by: 'deputy', deputy: 'd' });
  t.same(attendedOn({ ...officer, leave }, '2026-03-21'), { by: 'self' });
  t.same(attendedOn(officer, '2027-01-01'), { by: 'nobody', because: 'noPost' });
});
