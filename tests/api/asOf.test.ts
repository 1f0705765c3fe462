import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { Process } from '../../src/domain/kernel/process.ts';
import { organisation } from '../../src/domain/organisation/index.ts';
import { staff } from '../../src/domain/staff/index.ts';
import { staffIdOf } from '../../src/eventlog/ids.ts';
import { seeded } from '../projections/support.ts';
import { type Answer, type Api, ISSUER, type SignedIn, type Subject, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { claims, losses, type Type } from '../support/claims.ts';
import { movements } from '../support/movements.ts';
import { referrals } from '../support/referrals.ts';
import { parcel } from '../support/sampleProcess.ts';
import { type Person, someone, world } from '../support/scenario.ts';

/** What is by nature of now: what may be done next, and the revision that a command would have to name. */
const OF_NOW: ReadonlySet<string> = new Set(['actions']);
/** Of a row of a queue, which is a wait as it was, the revision of its case is today's. */
const OF_TODAY: ReadonlySet<string> = new Set([...OF_NOW, 'revision']);
const DAY = 86_400_000;
/** Read by who made them alone. */
const ONES_OWN = '/v1/list-exports/';
const pluralOf = (path: string): string => path.split('/')[2] ?? '';
const later = (instant: string, milliseconds: number) => new Date(Date.parse(instant) + milliseconds).toISOString();

/** An answer without what is by nature of now; of a refusal its code. */
function compared({ status, json }: Answer, but: ReadonlySet<string>): string {
  if (status !== 200) return `${status} ${json?.code}`;
  return JSON.stringify(json, (name, value) => (but.has(name) || name === 'next' ? undefined : value));
}

/** Every address that takes `asOf`, from the document of the running server; parameters as `{name}`. */
async function pathsOf(api: Api): Promise<readonly string[]> {
  const { paths } = (await api.call('GET', '/openapi.json')).json as {
    paths: Record<string, { get?: { parameters?: readonly { name: string }[] } }>;
  };
  return Object.keys(paths).filter((path) => paths[path]?.get?.parameters?.some((one) => one.name === 'asOf'));
}

t.setTimeout(240_000);

/** Reads after a position, however long the read models take to come there. */
async function fresh(api: Api, as: Subject, path: string, head: bigint): Promise<Answer> {
  for (;;) {
    const answer = await api.call('GET', path, { as, headers: { 'masar-after': String(head) } });
    if (answer.headers.get('masar-stale') === null) return answer;
  }
}

const pathsLeft = new Set<string>();
const pathsMet = new Set<string>();
let comparisons = 0;
let moments = 0;

type Test = Pick<typeof t, 'fail' | 'teardown'>;

/** One history that grows step by step, and who reads it. */
interface Story {
  readonly w: ReturnType<typeof world>;
  readonly readers: readonly Person[];
  readonly steps: readonly (() => Promise<unknown>)[];
  /** How far time goes on at once, in milliseconds. */
  readonly day: number;
}

/**
 * After every step: what is answered now, as of the last place of the log, and as of this instant is the same. At the end: what
 * was answered then is what is answered as of then.
 */
async function holds(t: Test, name: string, story: Story) {
  const { w, steps } = story;
  const api = await startApi(w, withReadModels(t));
  t.teardown(() => api.close());
  const random = seeded(name);
  const readers = story.readers.map(({ post }) => {
    const { role, organisation, office, governorate } = post;
    return api.person(role, { organisation, ...(office ? { office } : {}), ...(governorate ? { governorate } : {}) });
  });
  const all = await pathsOf(api);
  const told: { url: string; as: SignedIn; at: string; text: string }[] = [];
  const ask = async (path: string, asOf: string | undefined, as: SignedIn, head: bigint) =>
    fresh(api, as, asOf === undefined ? path : `${path}?asOf=${asOf}`, head);

  /** The log as it stands, with the cases in it, and what compares one answer of now with its two of the past. */
  async function look() {
    const head = await w.log.head();
    const { events } = await w.log.readAll(0n, 100_000);
    const last = String(events.at(-1)?.logIndex ?? 0n);
    const ids = new Map<string, string[]>();
    for (const stream of new Set(events.map((one) => one.stream))) {
      const { name, plural } = w.registry.ofStream(stream);
      ids.set(plural, [...(ids.get(plural) ?? []), stream.slice(name.length + 1)]);
    }
    async function compare(path: string, url: string, as: SignedIn): Promise<Answer> {
      const now = await ask(url, undefined, as, head);
      for (const asOf of [last, w.now()]) {
        const then = await ask(url, asOf, as, head);
        comparisons += 1;
        const [found, wanted] = [compared(then, OF_NOW), compared(now, OF_NOW)];
        if (found !== wanted || then.headers.get('etag') !== now.headers.get('etag')) {
          t.fail(`${url} as of ${asOf}, asked by ${as.post.role}`, { found, wanted });
        }
      }
      if (now.status === 200) pathsMet.add(path);
      return now;
    }
    return { head, ids, compare };
  }

  for (const step of steps) {
    await step();
    // Days go by without news: ages grow, and what is due comes to be overdue.
    w.at(later(w.now(), 1 + Math.floor(random.next() * 4) * story.day));
    moments += 1;
    const { ids, compare } = await look();
    const here = all
      .filter((path) => !path.includes('{id}') || ids.has(pluralOf(path)))
      .map((path) => ({ path, by: random.next() }))
      .sort((a, b) => a.by - b.by)
      .slice(0, 4);
    for (const { path } of here) {
      const section = random.pick(['mine', 'newInOffice', 'due', 'overdue', 'returned']);
      const url = path.replace('{id}', () => random.pick(ids.get(pluralOf(path)) ?? [])).replace('{section}', section);
      const as = random.pick(readers);
      const now = await compare(path, url, as);
      if (now.status === 200) told.push({ url, as, at: w.now(), text: compared(now, OF_TODAY) });
    }
    // What comes next is recorded after what was answered.
    w.at(later(w.now(), 1));
  }
  const { head, ids, compare } = await look();
  // What chance has left out.
  for (const path of all.filter((one) => !pathsMet.has(one))) {
    for (const as of readers) {
      for (const id of (ids.get(pluralOf(path)) ?? ['']).slice(0, 3)) {
        if (!pathsMet.has(path)) await compare(path, path.replace('{id}', id).replace('{section}', 'mine'), as);
      }
    }
  }
  for (const { url: path, as, at, text } of told) {
    const then = compared(await ask(path, at, as, head), OF_TODAY);
    comparisons += 1;
    if (then !== text)
      t.fail(`what ${path} told ${as.post.role} at ${at} is what it tells as of then`, { found: then, wanted: text });
  }
  for (const path of all) if (!path.startsWith(ONES_OWN)) pathsLeft.add(path);
  await api.close();
}

t.test(
  'as of the last event is now, at every moment of a growing history, and what was told then is told as of then',
  async (t) => {
    await t.test('claims', async (t) => {
      const m = await claims('2025-01-10T08:00:00.000Z');
      const random = seeded('claims');
      const drafts: string[] = [];
      let deed = 500;
      const kinds: readonly Type[] = ['property', 'job_study', 'injury'];
      const open = async () => {
        const kind = random.pick(kinds);
        const house = { loss: { ...losses.property, items: [{ item: 'house', kind: 'house', deedNo: `${deed++}/1` }] } };
        const stage = random.pick([
          'registered',
          'assessment',
          'recommended',
          'contestation_open',
          'final',
          'ratified',
          'awaiting_allocation',
        ]);
        return m.upTo(stage, kind, 5_000_000 * (1 + Math.floor(random.next() * 12)), kind === 'property' ? house : {});
      };
      const steps = [
        async () => drafts.push(await m.upTo('draft', 'job_study')),
        open,
        async () => m.when(m.clerk, 'take', drafts[0]!, { wait: 'submit' }),
        ...Array.from({ length: 5 }, () => open),
        async () => m.when(m.clerk, 'withdraw', await m.upTo('registered', 'injury'), { by: 'claimant' }),
        async () => m.batch(),
        async () => {
          const rule = { key: 'claim.objectionWindow', version: '1', value: 1, effectiveFrom: '2020-01-01', source: 'test' };
          await m.w.given('rule', randomUUID(), { type: 'RuleVersionSet', data: rule });
        },
        async () => {
          const data = { governorate: 'IQG15', fiscalYear: 2025, purpose: 'compensation', amountIQD: 100_000_000 };
          await m.w.given('allocation', randomUUID(), { type: 'AllocationRequested', data });
        },
        ...Array.from({ length: 2 }, () => open),
      ];
      const head = someone('headOfBranch', { governorate: 'IQG15' });
      const readers = [m.clerk, m.chair, m.finance, head, someone('branchesAffairs', { governorate: 'IQG07' }), m.central];
      await holds(t, 'claims', { w: m.w, readers, steps, day: DAY });
    });

    await t.test('registration and movement', async (t) => {
      const m = await movements('2025-05-02T08:00:00.000Z');
      const { w } = m;
      const ways = [await m.journey(), await m.journey()];
      const ends = ['intended', 'counselled', 'voluntary', 'checks', 'ready', 'cleared', 'approved'] as const;
      const steps = [
        async () => m.decide('IQG15Q07', 'open'),
        ...ends.slice(0, 4).map((to) => () => ways[0]!.to(to)),
        async () => m.family(),
        async () => ways[0]!.plannedConvoy(),
        ...ends.slice(0, 2).map((to) => () => ways[1]!.to(to)),
        async () => w.when(m.registrar, 'household', 'note', ways[0]!.home.id, { text: 'called by phone' }),
      ];
      const readers = [m.registrar, m.verifier, m.receiverHead, m.headquarters];
      await holds(t, 'movements', { w, readers, steps, day: DAY });
    });

    await t.test('referrals between organisations', async (t) => {
      const m = await referrals(undefined, [organisation]);
      const { w } = m;
      const officer = { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity: { issuer: ISSUER, subject: 'officer' } } };
      const { organisation: employer, office } = m.sender.post;
      const post = { membership: randomUUID(), role: 'partnerCaseworker', organisation: employer, office, from: '2020-01-01' };
      const steps = [
        () => w.given('staff', m.sender.id, officer, { type: 'MembershipGranted', data: post }),
        ...['draft', 'sent', 'received', 'accepted', 'completed'].map((state) => () => m.upTo(state)),
        async () => m.send(await m.draft({ urgency: 'urgent' })),
        async () => {
          const id = await m.draft({ needCode: 'legal_counselling' });
          await w.when(m.sender, 'referral', 'updateDraft', id, m.ask);
          await m.send(id);
          await w.when(m.focal, 'referral', 'take', id, { wait: 'acknowledge' });
        },
      ];
      const readers = [m.sender, m.focal, m.receiver.manager, someone('auditor'), someone('referralDesk')];
      await holds(t, 'referrals', { w, readers, steps, day: DAY / 48 });
    });

    for (const path of pathsMet) pathsLeft.delete(path);
    t.same([...pathsLeft], [], 'every address that takes `asOf` was answered');
    t.ok(moments >= 25, `${moments} moments`);
    t.comment(`${comparisons} comparisons at ${moments} moments, ${pathsMet.size} addresses`);
  },
);

/** A parcel that is closed to every post once it is heavy. */
const guarded: Process = {
  ...parcel,
  about: (state) => ({
    ...('to' in state && typeof state.to === 'string' ? { parties: [state.to] } : {}),
    tier: 'weight' in state && Number(state.weight) > 50 ? 'T3' : 'T1',
  }),
};

t.test('the past is seen with the rights of today', async (t) => {
  const w = world([guarded, staff, organisation], '2026-03-01T08:00:00.000Z');
  const api = await startApi(w, withReadModels(t));
  t.teardown(() => api.close());
  const registrar = someone('registrar');
  const { organisation: employer, office, governorate } = registrar.post;

  /** Somebody whose rights are what the log says. */
  async function enrolled(...memberships: readonly object[]): Promise<Subject & { id: string }> {
    const subject = randomUUID();
    const id = staffIdOf(ISSUER, subject);
    const posts = memberships.map((data) => ({ type: 'MembershipGranted', data }));
    await w.given(
      'staff',
      id,
      { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity: { issuer: ISSUER, subject } } },
      ...posts,
    );
    return { id, subject };
  }
  const membership = (role: string, at: object = { organisation: employer, office, governorate }) => ({
    ...{ membership: randomUUID(), role, from: '2026-01-01', ...at },
  });
  const post = membership('registrar');
  const who = await enrolled(post);
  const guest = await enrolled(membership('registrar', { organisation: randomUUID(), office: randomUUID(), governorate }));
  const newcomer = await enrolled();
  const data = { to: randomUUID(), name: 'first name heard', need: 'a wheelchair' };
  const { outcome } = await w.when(registrar, 'parcel', 'request', undefined, data);
  const { id } = outcome;
  const opened = w.now();
  const on = (day: string) => w.at(`${day}T08:00:00.000Z`);
  const read = async (as: Subject, path: string) => fresh(api, as, path, await w.log.head());
  const asOf = (as: Subject, path: string, at = opened) => read(as, `${path}?asOf=${at}`);
  const one = `/v1/parcels/${id}`;
  const waitsOf = async (as: Subject, at: string) => {
    const { status, json } = await asOf(as, '/v1/queue', at);
    return status === 200 ? json.items.filter((item: { id: string }) => item.id === id).length : status;
  };

  await t.test('a corrected value is what it was known as then', async (t) => {
    on('2026-03-02');
    await w.when(registrar, 'parcel', 'correct', id, { revision: 0, fields: { name: 'name on the card' }, reason: 'card seen' });
    t.equal((await read(who, one)).json.state.name, 'name on the card');
    t.equal((await asOf(who, one)).json.state.name, 'first name heard');
    t.match((await read(who, `${one}/timeline`)).json.items, [{ correctedBy: 1 }, {}]);
    const then = (await asOf(who, `${one}/timeline`)).json.items;
    t.match(then, [{ data: { name: 'first name heard' }, correctedBy: null }], 'nor does it say that it was corrected later');
    t.equal(then.length, 1);
  });

  await t.test('who takes part since today sees what waits now, and nothing of the time before', async (t) => {
    const organisation = randomUUID();
    const carrier = await enrolled(membership('partnerCaseworker', { organisation, office: randomUUID(), governorate }));
    const before = w.now();
    w.at(later(before, 1_000));
    await w.when(registrar, 'parcel', 'correct', id, { revision: 0, fields: { to: organisation }, reason: 'another carrier' });
    const { items } = (await read(carrier, '/v1/queue')).json;
    t.match(items, [{ id, wait: 'send' }]);
    t.same((await asOf(carrier, '/v1/queue', w.now())).json.items, items);
    t.equal(await waitsOf(carrier, before), 0);
  });

  await t.test('own work is what it was then', async (t) => {
    t.equal(await waitsOf(who, opened), 1);
    t.equal((await asOf(who, '/v1/my-work')).json.newInOffice.count, 1);
    t.equal((await asOf(who, '/v1/my-work', '2026-02-28T00:00:00.000Z')).json.newInOffice.count, 0);
  });

  await t.test('a share opens the past, and its end closes it', async (t) => {
    t.equal((await asOf(guest, one)).status, 404);
    const share = { reader: { kind: 'staff', id: guest.id }, purpose: 'a second opinion', until: '2026-03-05' };
    await w.when(registrar, 'parcel', 'share', id, share);
    t.match(
      await asOf(guest, one),
      { status: 200, json: { status: 'requested', revision: 0 } },
      'who got the right today may look back',
    );
    const shared = w.now();
    on('2026-03-06');
    const now = await read(guest, one);
    for (const at of [opened, shared]) t.match(await asOf(guest, one, at), { status: now.status, json: { code: now.json.code } });
    t.equal(now.status, 404);
    t.equal((await asOf(guest, `${one}/timeline`, shared)).status, 404);
  });

  await t.test('who got a post today looks at the time before it, and who lost one at nothing', async (t) => {
    t.equal((await asOf(newcomer, one)).status, 404);
    await w.given('staff', newcomer.id, { type: 'MembershipGranted', data: { ...membership('registrar'), from: '2026-03-06' } });
    t.match(await asOf(newcomer, one), { status: 200, json: { revision: 0 } });
    t.equal(await waitsOf(newcomer, opened), 1);
    const ended = { membership: post.membership, until: '2026-03-05', reason: 'moved on' };
    await w.given('staff', who.id, { type: 'MembershipEnded', data: ended });
    for (const path of [one, `${one}/timeline`, '/v1/queue', '/v1/queue/counts']) {
      const [now, then] = [await read(who, path), await asOf(who, path)];
      t.same([then.status, then.json.code, then.json.items ?? []], [now.status, now.json.code, now.json.items ?? []], path);
      t.ok(now.status === 404 || now.json.items?.length === 0, `${path} ${now.text}`);
    }
  });

  await t.test('what is protected since stays closed in the time before', async (t) => {
    on('2026-03-07');
    const before = w.now();
    t.equal((await asOf(newcomer, one)).status, 200);
    w.at('2026-03-07T09:00:00.000Z');
    await w.when(registrar, 'parcel', 'send', id, { weight: 60 });
    const now = await read(newcomer, one);
    t.notSame(now.status, 200);
    for (const at of [opened, before]) {
      for (const path of [one, `${one}/timeline`]) {
        t.match(await asOf(newcomer, path, at), { status: now.status, json: { code: now.json.code } });
      }
      t.equal(await waitsOf(newcomer, at), 0);
    }
    const counts = (await asOf(newcomer, '/v1/queue/counts', before)).json.items;
    t.same(counts, [], 'nor is it counted');
  });
});
