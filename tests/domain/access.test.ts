import { randomUUID } from 'node:crypto';
import t from 'tap';
import { z } from 'zod';
import { covers, isWithheld, matches, mayI, type Rights, reachOf, type Target } from '../../src/domain/access/access.ts';
import { postLabel, ROLE_LABELS } from '../../src/domain/access/labels.ts';
import { permissionMatrix, permissionsOf, printedMatrix } from '../../src/domain/access/matrix.ts';
import type { Membership } from '../../src/domain/access/membership.ts';
import { POLICY, type PolicyRow, type Scope, WITHHELD } from '../../src/domain/access/policy/index.ts';
import { ROLES, type Role } from '../../src/domain/access/roles.ts';
import {
  ALONE,
  areIncompatible,
  CLEARANCE_CONTENT,
  conflictWith,
  overlap,
  SEPARATIONS,
  SURVIVORS,
} from '../../src/domain/access/segregation.ts';
import { registry } from '../../src/domain/index.ts';
import { GLOSSARY } from '../../src/domain/kernel/labels.ts';
import { isOwnEntry } from '../../src/domain/kernel/officers.ts';
import { type Personal, personal } from '../../src/domain/kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';
import type { Staff } from '../../src/domain/staff/index.ts';
import { directory } from '../support/directory.ts';
import { type Person, refused } from '../support/scenario.ts';

// What follows the next lines adds rows of a process that is no process of Masar; the table itself is looked at before.
const real = POLICY.map((row) => row);
const matrix = permissionMatrix(registry);
const permissions = permissionsOf(registry);
const has = (role: Role, permission: string) => matrix.some((one) => one.role === role && one.permission === permission);
const reaches = (role: PolicyRow['role'], permission: string) =>
  matrix.find((one) => one.role === role && one.permission === permission)?.reaches;

t.test('every permission of every command is somebody’s, the system’s, or withheld with a reason', async (t) => {
  const given = new Set(matrix.map((one) => one.permission));
  t.same(
    permissions.filter((one) => !given.has(one)),
    [],
  );
  t.ok(permissions.length > 20);
});

t.test('every pattern in the table means a permission that exists', async (t) => {
  const patterns = [...new Set(real.flatMap((row) => row.allow))];
  t.same(
    patterns.filter((pattern) => !permissions.some((permission) => matches(pattern, permission))),
    [],
  );
});

t.test('what is withheld exists, is given to nobody, and beats every row of the table', async (t) => {
  const all = registry.all.flatMap((process) => Object.values(process.commands).map((one) => one.permission));
  for (const { allow, because } of WITHHELD) {
    t.ok(because);
    for (const pattern of allow) t.ok(all.some((one) => matches(pattern, one)) || pattern.endsWith(':*'), pattern);
  }
  t.ok(isWithheld('staff:adopt'));
  t.ok(isWithheld('reservation:read'));
  t.same(reachOf(rightsOf('auditor'), 'reservation:timeline'), []);
  t.same(reachOf(rightsOf('auditor'), 'installation:find'), []);
});

t.test('every role has words in Arabic and English, and Sorani only as the glossary gives it', async (t) => {
  t.same(Object.keys(ROLE_LABELS).sort(), [...ROLES].sort());
  const sorani = new Set(Object.values(GLOSSARY).flatMap((one) => (one.ckb ? [one.ckb] : [])));
  for (const role of ROLES) {
    const label = ROLE_LABELS[role];
    t.match(label.ar, /\p{Script=Arabic}/u, role);
    t.ok(label.en, role);
    t.ok(label.ckb === undefined || sorani.has(label.ckb), `${role} in Sorani`);
  }
});

t.test('a post is said in words, and what Masar did by itself says so', async (t) => {
  t.equal(postLabel('registrar'), ROLE_LABELS.registrar);
  t.equal(postLabel('system').en, 'Masar');
});

t.test('the matrix is printed from the table, a section a role', async (t) => {
  const printed = printedMatrix(registry);
  t.equal(printed.match(/^## /gm)?.length, new Set(real.map((row) => row.role)).size);
  t.match(printed, '| `staff:appoint` | office (T1) |');
  t.match(printed, '| `queue:read` | assigned (T2), shared (T2), party (T2), office (T2) |');
});

t.test('the auditor sees who did what everywhere and opens no case; the administrator sees no case at all', async (t) => {
  const cases = registry.all.filter((one) => one.tier !== 'T0' && one.name !== 'staff').map((one) => one.name);
  for (const process of cases) {
    t.notOk(has('auditor', `${process}:read`), `auditor ${process}`);
    t.same(reaches('auditor', `${process}:timeline`), [{ scope: 'all', tier: 'T2' }]);
    for (const permission of permissions.filter((one) => one.startsWith(`${process}:`))) {
      t.notOk(has('systemAdmin', permission), `administrator ${permission}`);
    }
  }
  const acts = matrix.filter(
    (one) => one.role === 'auditor' && !/(:(find|timeline|read)|^movement:answers)$/.test(one.permission),
  );
  t.same(
    acts.map((one) => one.permission),
    ['listExport:sign'],
    'takes what was audited out as a file, and does nothing else',
  );
});

t.test('only an administrator and, for the own office, a head of branch appoint staff', async (t) => {
  const appoint = matrix.filter((one) => one.permission === 'staff:appoint');
  t.same(
    appoint.map(({ role, reaches: ways }) => [role, ways]),
    [
      ['headOfBranch', [{ scope: 'office', tier: 'T1' }]],
      ['systemAdmin', [{ scope: 'all', tier: 'T1' }]],
    ],
  );
  t.same(
    matrix.filter((one) => one.permission === 'rule:set').map((one) => one.role),
    ['branchesAffairs'],
  );
});

t.test('clearance operators never see complaints, and who runs or audits the system has no other role', async (t) => {
  t.ok(areIncompatible('counterExtremism', 'pseaFocalPoint'));
  t.ok(areIncompatible('registrar', 'securityActor'));
  t.ok(areIncompatible('securityActor', 'registrar'));
  t.ok(ROLES.every((role) => role === 'systemAdmin' || areIncompatible('systemAdmin', role)));
  t.ok(ROLES.every((role) => role === 'auditor' || areIncompatible(role, 'auditor')));
  t.notOk(areIncompatible('registrar', 'verifier'), 'entry and approval are kept apart case by case');
  t.notOk(areIncompatible('securityActor', 'securityActor'));
  t.ok(overlap({ from: '2026-01-01' }, { from: '2030-01-01' }));
  t.ok(overlap({ from: '2026-01-01', until: '2026-02-01' }, { from: '2026-02-01' }));
  t.notOk(overlap({ from: '2026-01-01', until: '2026-01-31' }, { from: '2026-02-01' }));
  t.notOk(overlap({ from: '2026-02-01' }, { from: '2026-01-01', until: '2026-01-31' }));
  t.equal(conflictWith([], { role: 'auditor', from: '2026-01-01', until: undefined }), undefined);
});

t.test('each separation is of two groups, holds both ways, and divides no role from itself', async (t) => {
  for (const { because, one, other } of SEPARATIONS) {
    t.ok(because);
    t.same(
      one.filter((role) => other.includes(role)),
      [],
      because,
    );
    for (const a of one) {
      for (const b of other) t.ok(areIncompatible(a, b) && areIncompatible(b, a), `${a} ${b}: ${because}`);
    }
  }
  t.notOk(areIncompatible('socialAffairs', 'pseaFocalPoint'), 'survivor and PSEA staff are the exception');
});

t.test('whoever opens T3 is of one store, or of the staff who may join them', async (t) => {
  const opens = new Set(real.filter((row) => row.tier === 'T3').map((row) => row.role));
  // The auditor opens no case of either, and holds no other role.
  t.ok(opens.size > 5);
  t.same(
    [...opens].filter((role) => role === 'everyone' || ![...CLEARANCE_CONTENT, ...SURVIVORS, ...ALONE].includes(role)),
    [],
  );
  const restricted = registry.all.filter((one) => one.store === 'restricted').map((one) => one.name);
  t.same(restricted, ['clearance', 'emergencyAccess', 'emergencyBar'], 'a new restricted process needs its separations');
});

t.test('what two people do is of no role alone, or of roles nobody holds together', async (t) => {
  const holders = (permission: string) => ROLES.filter((role) => has(role, permission));
  const apart = (first: string, second: string) => {
    const [a, b] = [holders(first), holders(second)];
    t.ok(a.length > 0 && b.length > 0, `${first}, ${second}`);
    for (const one of a) for (const other of b) t.ok(areIncompatible(one, other), `${first} ${one}, ${second} ${other}`);
  };
  apart('emergencyAccess:request', 'emergencyAccess:review');
  apart('emergencyAccess:confirm', 'emergencyAccess:review');
  apart('claim:decide', 'claim:ratify');
  apart('claim:ratify', 'claim:audit');
  apart('claim:ratify', 'claim:pay');
  apart('allocation:request', 'allocation:approve');
  apart('allocation:request', 'allocation:release');
  apart('paymentBatch:publish', 'paymentBatch:order');
  apart('paymentBatch:list', 'paymentBatch:reconcile');
  apart('returnGrant:approve', 'returnGrant:pay');
  for (const verb of ['request', 'withdraw']) {
    for (const role of holders(`erasure:${verb}`)) t.notOk(has(role, 'erasure:decide'), `${role} erasure:${verb}`);
  }
  for (const role of holders('clearance:grant')) t.notOk(ALONE.includes(role));
});

t.test(
  'an entry is one’s own whoever of the two wrote it, one for the other, and whatever post either holds by now',
  async (t) => {
    const by = (id: string, post: Role = 'registrar') => ({ id, post });
    const own = (entry: Parameters<typeof isOwnEntry>[0], deciding: Parameters<typeof isOwnEntry>[1]) =>
      isOwnEntry(entry, deciding);
    t.ok(own({ actor: by('a') }, { actor: by('a', 'headOfBranch') }), 'after changing role');
    t.ok(own({ actor: by('a') }, { actor: by('b', 'verifier'), onBehalfOf: 'a' }), 'decided in the name of who entered it');
    t.ok(own({ actor: by('b'), onBehalfOf: 'a' }, { actor: by('a', 'verifier') }), 'entered in the name of who decides');
    t.ok(own({ actor: by('b'), onBehalfOf: 'a' }, { actor: by('b', 'verifier') }));
    t.notOk(own({ actor: by('a') }, { actor: by('b', 'verifier') }));
    t.notOk(own({ actor: by('b') }, { actor: by('c', 'verifier'), onBehalfOf: 'd' }));
    t.notOk(own(undefined, { actor: by('a') }));
  },
);

t.test(
  'a branch follows what its office did and who looked, and no role is missing from the list for having no rows',
  async (t) => {
    for (const role of ['verifier', 'headOfBranch'] as const) {
      t.same(reaches(role, 'audit:read')?.at(-1), { scope: 'office', tier: 'T2' }, role);
      for (const process of ['household', 'movement', 'referral', 'reintegrationPlan', 'returnGrant']) {
        const ways = reaches(role, `${process}:timeline`);
        t.ok(
          ways?.some((one) => one.scope === 'office' && one.tier === 'T2'),
          `${role} ${process}`,
        );
      }
    }
    for (const role of ['registrar', 'verifier', 'headOfBranch'] as const) {
      t.ok(
        reaches(role, 'claim:read')?.some((one) => one.scope === 'governorate' && one.tier === 'T1'),
        `${role}: status`,
      );
      t.ok(
        reaches(role, 'claim:board')?.some((one) => one.scope === 'governorate'),
        `${role}: tracker`,
      );
    }
    t.same(reaches('auditor', 'audit:read'), [{ scope: 'all', tier: 'T3' }]);
    for (const role of ['martyrsFoundation', 'pseaFocalPoint'] as const) {
      t.same(
        real.filter((row) => row.role === role),
        [],
        `${role}: its columns are of processes that do not exist yet`,
      );
      t.notOk(has(role, 'household:find'));
    }
  },
);

function rightsOf(role: Role, place: Partial<Membership> = {}): Rights {
  const post = { id: 'm', role, organisation: 'org', office: 'off', governorate: 'IQG15', from: '2020-01-01', ...place };
  return { staff: 'me', day: '2026-03-01', posts: [post] };
}
const nowhere: Target = {
  owner: { organisation: 'x', office: 'x', governorate: 'x' },
  parties: [],
  offices: [],
  governorates: [],
  taken: [],
  shares: [],
  tier: 'T1',
};

t.test('each scope reaches what it says and nothing else', async (t) => {
  const rights = rightsOf('registrar');
  const [post] = rights.posts;
  const owner = nowhere.owner!;
  const until = '2026-03-01';
  const inside: Record<Scope, readonly Partial<Target>[]> = {
    own: [{ own: 'me' }],
    assigned: [{ taken: [{ staff: 'them' }, { staff: 'me' }] }],
    shared: [
      { shares: [{ reader: { kind: 'staff', id: 'me' }, until }] },
      { shares: [{ reader: { kind: 'office', id: 'off' }, until }] },
      { shares: [{ reader: { kind: 'organisation', id: 'org' }, until }] },
    ],
    party: [{ parties: ['org'] }, { offices: ['off'] }],
    office: [{ owner: { ...owner, office: 'off' } }, { offices: ['off'] }],
    organisation: [{ owner: { ...owner, organisation: 'org' } }],
    governorate: [{ owner: { ...owner, governorate: 'IQG15' } }, { governorates: ['IQG15'] }],
    all: [{}],
  };
  const outside: readonly Partial<Target>[] = [
    {},
    { own: 'them' },
    { taken: [{ staff: 'them' }] },
    { shares: [{ reader: { kind: 'staff', id: 'me' }, until: '2026-02-28' }] },
    { shares: [{ reader: { kind: 'office', id: 'me' }, until }] },
    { shares: [{ reader: { kind: 'staff', id: 'off' }, until }] },
    { parties: ['off'] },
    { offices: ['org'] },
    { governorates: ['IQG01'] },
    { owner: undefined },
  ];
  for (const scope of Object.keys(inside) as Scope[]) {
    const reach = { scope, tier: 'T1', post: post! } as const;
    for (const place of inside[scope]) t.ok(covers(reach, { ...nowhere, ...place }, rights), `${scope} ${JSON.stringify(place)}`);
    if (scope === 'all') continue;
    for (const place of outside) t.notOk(covers(reach, { ...nowhere, ...place }, rights), `${scope} ${JSON.stringify(place)}`);
  }
  const wide = { id: 'm', role: 'governorate', organisation: 'org', from: '2020-01-01' } as const;
  const nobody = { ...nowhere, owner: { organisation: 'x' } };
  for (const scope of ['office', 'governorate'] as const) {
    t.notOk(covers({ scope, tier: 'T2', post: wide }, nobody, rights), `a post without a place has no ${scope}`);
  }
});

t.test('a deputy reaches what was given to the absent colleague, but not the colleague’s own file', async (t) => {
  const rights = { ...rightsOf('registrar'), behalf: 'them' };
  const reach = (scope: Scope) => ({ scope, tier: 'T1', post: rights.posts[0]! }) as const;
  t.ok(covers(reach('assigned'), { ...nowhere, taken: [{ staff: 'them' }] }, rights));
  t.ok(
    covers(reach('assigned'), { ...nowhere, taken: [{ staff: 'them', holder: { office: 'off', role: 'verifier' } }] }, rights),
  );
  t.notOk(covers(reach('assigned'), { ...nowhere, taken: [{ staff: 'them', holder: { role: 'verifier' } }] }, rights));
  const share = { reader: { kind: 'staff', id: 'them' }, until: '2026-03-01' } as const;
  t.ok(covers(reach('shared'), { ...nowhere, shares: [share] }, rights));
  t.notOk(covers(reach('own'), { ...nowhere, own: 'them' }, rights));
});

t.test('a case above the tier of the row is closed, though it may be found', async (t) => {
  const reach = { scope: 'all', tier: 'T1', post: rightsOf('registrar').posts[0]! } as const;
  t.ok(covers(reach, { ...nowhere, tier: 'T0' }, rightsOf('registrar')));
  t.ok(covers(reach, { ...nowhere, tier: 'T1' }, rightsOf('registrar')));
  t.notOk(covers(reach, { ...nowhere, tier: 'T2' }, rightsOf('registrar')));
  t.notOk(covers(reach, { ...nowhere, tier: 'T3' }, rightsOf('registrar')));
});

// The dossier is no process of Masar: its rows stand beside the table for what follows only.
const events = {
  DossierOpened: z.strictObject({ name: personal(z.string(), 'T1'), tier: z.enum(['T1', 'T2']), with: z.string().optional() }),
};
type Dossier = { status: 'none' } | { status: 'open'; name: Personal<string>; tier: 'T1' | 'T2'; with?: string | undefined };
const word = { en: 'x', ar: 'x' };
const p = defineProcess({
  name: 'dossier',
  plural: 'dossiers',
  store: 'general',
  tier: 'T1',
  events,
  initial: { status: 'none' } as Dossier,
  evolve: (_: Dossier, event: FoldEvent<typeof events>): Dossier => ({ status: 'open', ...event.data }),
  waitsOn: { none: () => [], open: () => [{ key: 'read', party: 'owner' }] },
  ends: [],
  about: (s) => (s.status === 'none' ? {} : { tier: s.tier, parties: s.with === undefined ? [] : [s.with] }),
  labels: {
    name: word,
    plural: word,
    states: {},
    commands: {},
    events: {},
    waits: {},
    parties: {},
    refusals: {},
    fields: {},
    codes: {},
  },
});
const dossier = p.withCommands({
  open: p.command({
    from: 'new',
    permission: 'dossier:open',
    input: z.strictObject({ name: z.string(), tier: z.enum(['T1', 'T2']), with: z.string().optional() }),
    emits: ['DossierOpened'],
    to: ['open'],
    decide: (c) => [{ type: 'DossierOpened', data: c }],
  }),
});
(POLICY as PolicyRow[]).push(
  { role: 'registrar', scope: 'office', tier: 'T1', allow: ['dossier:open', 'dossier:work', 'dossier:share', 'dossier:read'] },
  { role: 'verifier', scope: 'governorate', tier: 'T2', allow: ['dossier:find', 'dossier:work'] },
  { role: 'branchesAffairs', scope: 'all', tier: 'T1', allow: ['dossier:find'] },
);

async function branch() {
  const d = await directory([dossier]);
  const registrar = await d.hire({ role: 'registrar', office: d.mosul });
  const open = async (by: Person, more: object = {}) =>
    (await d.w.when(by, 'dossier', 'open', undefined, { name: 'family', tier: 'T1', ...more })).outcome.id;
  const note = (by: Person, id: string, extra: object = {}) =>
    d.w.when(by, 'dossier', 'note', id, { text: 'seen' }, { record: extra });
  return { ...d, registrar, open, note };
}

t.test('without a post in force nothing is allowed: deny is the default', async (t) => {
  const { registrar, enrol, open, note, as } = await branch();
  const id = await open(registrar);
  const idle = await enrol();
  await refused(t, note(idle, id), 'NOT_FOUND');
  await refused(t, open(idle), 'FORBIDDEN');
  await refused(t, note(as(randomUUID()), id), 'NOT_ENROLLED');
});

t.test('who may find a case is told it is closed to them; to everybody else it is not there', async (t) => {
  const { hire, registrar, mosul, anbar, open, note } = await branch();
  const id = await open(registrar);
  const hq = await hire({ role: 'branchesAffairs' });
  await refused(t, note(hq, id), 'FORBIDDEN');
  await refused(t, note(await hire({ role: 'registrar', office: anbar }), id), 'NOT_FOUND');
  await refused(t, note(await hire({ role: 'planning' }), id), 'NOT_FOUND');
  await refused(t, note(registrar, randomUUID()), 'NOT_FOUND');
  t.equal((await note(await hire({ role: 'registrar', office: mosul }), id)).outcome.status, 'open');
});

t.test('a row reaches no further than its scope and its tier', async (t) => {
  const { hire, registrar, mosul, anbar, open, note } = await branch();
  const verifier = await hire({ role: 'verifier', office: mosul });
  const elsewhere = await hire({ role: 'verifier', office: anbar });
  const secret = await open(registrar, { tier: 'T2' });
  await refused(t, note(registrar, secret), 'FORBIDDEN');
  t.ok(await note(verifier, secret));
  await refused(t, note(elsewhere, secret), 'NOT_FOUND');
});

t.test('a post counts until the end of its last day', async (t) => {
  const { w, admin, registrar, open, note } = await branch();
  const id = await open(registrar);
  const { memberships } = (await w.cases.glance(`staff-${registrar.id}`)).state as Staff;
  const end = { membership: memberships[0]!.id, until: '2026-03-01', reason: 'moved to another branch' };
  await w.when(admin, 'staff', 'endMembership', registrar.id, end);
  w.at('2026-03-01T20:59:59.000Z');
  t.ok(await note(registrar, id));
  w.at('2026-03-01T21:00:00.000Z');
  await refused(t, note(registrar, id), 'NOT_FOUND');
});

t.test('work that was taken is reached no longer by who moves to a post that could not have taken it', async (t) => {
  const { w, admin, ministry, mosul, anbar, registrar, open, note } = await branch();
  const id = await open(registrar);
  await w.when(registrar, 'dossier', 'take', id, {});
  const { memberships } = (await w.cases.glance(`staff-${registrar.id}`)).state as Staff;
  const move = async (office: string) =>
    w.when(admin, 'staff', 'grantMembership', registrar.id, {
      ...{ organisation: ministry, office, role: 'socialAffairs', from: '2026-03-02' },
    });
  await move(anbar);
  const end = { membership: memberships[0]!.id, until: '2026-03-01', reason: 'moved to another branch' };
  await w.when(admin, 'staff', 'endMembership', registrar.id, end);
  t.ok(await note(registrar, id));
  w.at('2026-03-02T08:00:00.000Z');
  await refused(t, note(registrar, id), 'NOT_FOUND');
  await move(mosul);
  await refused(t, note(registrar, id), 'FORBIDDEN');
});

t.test('a post counts from its first day', async (t) => {
  const { w, hire, mosul, open } = await branch();
  const later = await hire({ role: 'registrar', office: mosul, from: '2026-03-02' });
  await refused(t, open(later), 'FORBIDDEN');
  w.at('2026-03-02T08:00:00.000Z');
  t.ok(await open(later));
});

t.test('who is suspended or has left may do nothing from that moment, and after reinstatement again', async (t) => {
  const { w, admin, registrar, open, note } = await branch();
  const id = await open(registrar);
  await w.when(admin, 'staff', 'suspend', registrar.id, { reason: 'inquiry opened' });
  await refused(t, note(registrar, id), 'SUSPENDED');
  await w.when(admin, 'staff', 'reinstate', registrar.id, { reason: 'inquiry closed' });
  t.ok(await note(registrar, id));
  await w.when(admin, 'staff', 'leaveService', registrar.id, { on: '2026-03-01', reason: 'retired' });
  await refused(t, note(registrar, id), 'SUSPENDED');
});

t.test('a deputy acts on behalf of a colleague in the days of leave only, and the log names both', async (t) => {
  const { w, hire, registrar, mosul, open, note } = await branch();
  const [id, taken] = [await open(registrar), await open(registrar)];
  const deputy = await hire({ role: 'campManager', office: mosul });
  const on = { onBehalfOf: registrar.id };
  await refused(t, note(deputy, id), 'NOT_FOUND');
  await refused(t, note(deputy, id, on), 'NOT_DEPUTY');
  await w.when(registrar, 'staff', 'startLeave', registrar.id, { from: '2026-03-02', until: '2026-03-03', deputy: deputy.id });
  await refused(t, note(deputy, id, on), 'NOT_DEPUTY');
  w.at('2026-03-02T08:00:00.000Z');
  const { meta } = await note(deputy, id, on);
  t.equal((await w.when(deputy, 'dossier', 'take', taken, {}, { record: on })).record.waits[0]?.assignee, deputy.id);
  t.match(meta, [{ actor: { id: deputy.id, post: 'registrar' }, onBehalfOf: registrar.id }]);
  await refused(t, note(deputy, id), 'NOT_FOUND');
  await refused(t, note(await hire({ role: 'campManager', office: mosul }), id, on), 'NOT_DEPUTY');
  await w.when(registrar, 'staff', 'endLeave', registrar.id, {});
  await refused(t, note(deputy, id, on), 'NOT_DEPUTY');
});

t.test('what was done is told again to who may do nothing since, and no more than that', async (t) => {
  const { w, admin, hire, registrar, mosul, open } = await branch();
  const deputy = await hire({ role: 'registrar', office: mosul });
  const id = await open(registrar);
  const note = (by: Person, key: string, text: string, record: object = {}) =>
    w.when(by, 'dossier', 'note', id, { text }, { record, key });
  const on = { onBehalfOf: registrar.id };
  await w.when(registrar, 'staff', 'startLeave', registrar.id, { from: '2026-03-01', until: '2026-03-01', deputy: deputy.id });
  const { outcome: done } = await note(deputy, 'on the last day', 'seen', on);
  w.at('2026-03-02T08:00:00.000Z');
  const told = { id, reference: done.reference, revision: done.revision, position: done.position, replayed: true };
  const nothing = { status: 'not_told', actions: [] };
  const { outcome: again } = await note(deputy, 'on the last day', 'seen', on);
  t.match(again, { ...told, ...nothing });
  await refused(t, note(deputy, 'on the last day', 'read', on), 'IDEMPOTENCY_KEY_REUSED');
  await refused(t, note(deputy, 'a day late', 'seen', on), 'NOT_DEPUTY');

  const { outcome: own } = await note(registrar, 'before the inquiry', 'seen');
  await w.when(admin, 'staff', 'suspend', registrar.id, { reason: 'inquiry opened' });
  const { outcome: since } = await note(registrar, 'before the inquiry', 'seen');
  t.match(since, { id, revision: own.revision, replayed: true, ...nothing });
  await refused(t, note(registrar, 'after it', 'seen'), 'SUSPENDED');
});

t.test('a deputy of somebody on leave with nobody named does not exist', async (t) => {
  const { w, hire, registrar, mosul, open, note } = await branch();
  const id = await open(registrar);
  const other = await hire({ role: 'campManager', office: mosul });
  await w.when(registrar, 'staff', 'startLeave', registrar.id, { from: '2026-03-01', until: '2026-03-03' });
  await refused(t, note(other, id, { onBehalfOf: registrar.id }), 'NOT_DEPUTY');
});

t.test('a share opens a case to its reader until its last day and for reading only', async (t) => {
  const { w, hire, registrar, anbar, open, note } = await branch();
  const id = await open(registrar, { tier: 'T1' });
  const lawyer = await hire({ role: 'legalPartner', office: anbar });
  const look = async (person: Person) => {
    const { record } = await w.cases.load(dossier, id);
    const { memberships } = (await w.cases.glance(`staff-${person.id}`)).state as Staff;
    const rights = { staff: person.id, day: w.now().slice(0, 10), posts: memberships };
    const target: Target = { ...nowhere, owner: record.owner, shares: record.shares };
    return mayI(rights, 'dossier:read', target);
  };
  t.match(await look(lawyer), { allowed: false, mayFind: false });
  const share = { reader: { kind: 'staff', id: lawyer.id }, purpose: 'legal advice', until: '2026-03-02' };
  await w.when(registrar, 'dossier', 'share', id, share);
  t.match(await look(lawyer), { allowed: true });
  await refused(t, note(lawyer, id), 'FORBIDDEN');
  w.at('2026-03-02T20:00:00.000Z');
  t.match(await look(lawyer), { allowed: true });
  w.at('2026-03-03T08:00:00.000Z');
  t.match(await look(lawyer), { allowed: false, mayFind: false });
});

t.test('somebody with two posts acts from the one that is allowed, or from the office named', async (t) => {
  const { hire, mosul, anbar, open, note } = await branch();
  const both = await hire({ role: 'campManager', office: mosul }, { role: 'registrar', office: anbar });
  const id = await open(both);
  const { record, meta } = await note(both, id, { office: anbar });
  t.match(record.owner, { office: anbar, governorate: 'IQG01' });
  t.match(meta, [{ actor: { office: anbar, post: 'registrar' } }]);
  await refused(t, note(both, id, { office: mosul }), 'NOT_FOUND');
});
