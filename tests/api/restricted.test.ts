import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import t from 'tap';
import { openCore } from '../../src/compose.ts';
import { accounts } from '../../src/domain/clearance/policy.ts';
import { checkpointLines, exportLines } from '../../src/eventlog/audit/export.ts';
import { openLedger } from '../../src/eventlog/audit/ledger.ts';
import { naturalId, staffIdOf } from '../../src/eventlog/ids.ts';
import { readConfig } from '../../src/platform/config.ts';
import { openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { ensureApart } from '../../src/restrictedApart.ts';
import { RESTRICTED_SCHEMAS } from '../../src/restrictedStore.ts';
import { serve } from '../../src/serve.ts';
import { type Entry, readEntry } from '../../src/verifier/entries.ts';
import { verifyEntries } from '../../src/verifier/verify.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';

const CANARY = 'only when the canary of Hit has sung';
const NSS = 'national_security_service';

/** A whole Masar with both stores on an embedded server, and people who can sign in. */
async function installation() {
  const dataDir = temporaryDirectory();
  const config = readConfig({ MASAR_DATA: join(dataDir, 'data'), PORT: '0', LOG_LEVEL: 'silent' });
  const running = await serve(config, silentLog);
  const { core, address } = running;
  const issuer = await openDevelopmentIssuer(config.dataDir);
  const now = new Date().toISOString();

  async function given(process: string, id: string, ...events: readonly { type: string; data: object; office?: object }[]) {
    const stream = `${process}-${id}`;
    const drafts = events.map(({ type, data, office = {} }, revision) => ({
      ...{ id: randomUUID(), stream, revision, type, recordedAt: now, data },
      metadata: {
        ...{ commandId: randomUUID(), command: 'given', inputMac: '', correlationId: 'test', channel: 'in_person' as const },
        ...{ occurredAt: now, actor: { id: 'x', post: 'registrar', ...office } },
      },
    }));
    await core.log.append(stream, 'none', await core.codec.encode(drafts));
  }
  async function someone(role: string, at: { organisation: string; office?: string; governorate?: string }) {
    const subject = `${role} ${randomUUID()}`;
    const id = staffIdOf(issuer.issuer, subject);
    await given(
      'staff',
      id,
      { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity: { issuer: issuer.issuer, subject } } },
      { type: 'MembershipGranted', data: { membership: randomUUID(), role, ...at, from: '2020-01-01' } },
    );
    const token = await issuer.token(subject);
    const call = async (
      method: string,
      path: string,
      body?: object,
      headers: Record<string, string> = {},
      // biome-ignore lint/suspicious/noExplicitAny: bodies differ from route to route, and tests look into them
    ): Promise<{ status: number; headers: Headers; json: any }> => {
      const answer = await fetch(`${address}${path}`, {
        method,
        headers: {
          ...{ authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() },
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const json = JSON.parse(await answer.text());
      // While many start on one machine, the event loop may stand still for a moment.
      if (json.code === 'BUSY') await pause(200);
      return json.code === 'BUSY' ? call(method, path, body, headers) : { status: answer.status, headers: answer.headers, json };
    };
    /** Of an answer that is no JSON. */
    const raw = (method: string, path: string, body: object) =>
      fetch(`${address}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': randomUUID(), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    return { id, call, raw };
  }
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= running.stop());
  return { dataDir, running, stop, core, given, someone, now, today: now.slice(0, 10) };
}

t.setTimeout(120_000);

/** Waits until something is so, thirty seconds at most. */
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 300; tries++) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error('it never came to be');
}

t.test('a clearance is asked for by a movement, answered in the restricted store, and comes back as cleared alone', async (t) => {
  const i = await installation();
  t.teardown(async () => {
    await i.stop();
    rmSync(i.dataDir, { recursive: true, force: true });
  });
  const { core, given, now, running, today } = i;
  const branch = { organisation: randomUUID(), office: randomUUID(), governorate: 'IQG09' };
  const service = { organisation: randomUUID(), office: randomUUID(), governorate: 'IQG09' };
  const registrar = await i.someone('registrar', branch);
  const head = await i.someone('headOfBranch', branch);
  const verifier = await i.someone('verifier', branch);
  const elsewhere = { organisation: branch.organisation, office: randomUUID(), governorate: 'IQG08' };
  const [asking, boss] = [await i.someone('verifier', elsewhere), await i.someone('headOfBranch', elsewhere)];
  const askingToo = await i.someone('verifier', elsewhere);
  const auditor = await i.someone('auditor', { organisation: branch.organisation });
  const headquarters = await i.someone('branchesAffairs', { organisation: branch.organisation });
  const actor = await i.someone('counterExtremism', service);
  const otherActor = await i.someone('securityActor', { ...service, organisation: randomUUID() });
  await given('rule', naturalId('rule', accounts.key), {
    type: 'RuleVersionSet',
    data: {
      key: accounts.key,
      version: '1',
      value: { [NSS]: service.organisation },
      effectiveFrom: '2020-01-01',
      source: 'test',
    },
  });
  const [who, household, movement, slot] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const born = { birth: { date: '1985-05-05', precision: 'day' } };
  await given('person', who, { type: 'PersonRegistered', data: { name: { ar: { first: 'شخص' } }, sex: 'female', ...born } });
  const consent = { consent: randomUUID(), scopes: ['registration', 'clearance'], recipients: [], fields: [], givenBy: who };
  await given(
    'household',
    household,
    { type: 'HouseholdRegistered', data: { momdFileNo: '1', branch, acceptedBy: 'x', head: who }, office: branch },
    { type: 'ConsentGiven', data: { ...consent, means: 'thumbprint', language: 'ar', explainedBy: 'officer' }, office: branch },
  );
  await given(
    'movement',
    movement,
    {
      type: 'MovementInformationProvided',
      data: { household, topics: ['grants'], toldStale: false, language: 'ar' },
      office: branch,
    },
    { type: 'MovementChecksOpened', data: { clearances: [{ slot, person: who, actor: NSS }], medical: [] }, office: branch },
  );

  const letter = { number: '17', date: today, issuedBy: 'the branch' };
  const asked = await registrar.call('POST', `/v1/movements/${movement}/request-clearance`, { slot, letter });
  t.equal(asked.status, 200, JSON.stringify(asked.json));
  t.match(asked.headers.get('masar-position'), /^\d+$/);
  const why = { is: 'refused', reasonCategory: 'applicant_pending_case' };
  const told = await registrar.call('POST', `/v1/movements/${movement}/record-clearance`, { slot, letter, outcome: why });
  t.equal(told.json.code, 'ANSWERED_AS_CLEARANCE', 'never a second time in the general store');
  const list = () => actor.call('GET', '/v1/clearances');
  const mine = await until(async () => {
    const { json } = await list();
    return json.items?.[0];
  });
  const path = `/v1/clearances/${mine.id}`;
  const seen = await actor.call('GET', path);
  t.equal(seen.json.state.subject.birthYear, '1985');
  t.notOk('asks' in seen.json.state);
  t.same((await otherActor.call('GET', '/v1/clearances')).json.items, []);
  t.equal((await otherActor.call('GET', path)).status, 404);

  await t.test("what waits on whom was asked stands in its queue and its work, and in nobody else's", async (t) => {
    const get = async (who: typeof actor, path: string) => (await who.call('GET', path)).json;
    const row = { process: 'clearance', id: mine.id, reference: mine.reference, wait: 'answer' };
    const queue = await get(actor, '/v1/queue');
    t.match(queue, { restricted: 'shown', items: [{ ...row, status: 'requested', holderOrganisation: service.organisation }] });
    t.match(queue.items[0].due, /^\d{4}-/);
    t.notMatch(JSON.stringify(queue), new RegExp(`${who}|${NSS}|${movement}`), 'never what it holds');
    t.match(await get(actor, '/v1/queue/counts'), {
      restricted: 'shown',
      items: [{ process: 'clearance', wait: 'answer', waiting: 1 }],
    });
    t.match(await get(actor, '/v1/my-work'), {
      restricted: 'shown',
      newInOffice: { count: 1, items: [row] },
      mine: { count: 0 },
    });
    t.match(await get(actor, '/v1/my-work/newInOffice'), { restricted: 'shown', items: [row] });
    t.match(await get(otherActor, '/v1/queue'), { restricted: 'shown', items: [] });
    t.equal((await get(otherActor, '/v1/my-work')).newInOffice.count, 0);
    t.same(await get(otherActor, '/v1/queue/counts'), { restricted: 'shown', items: [] });
    t.notOk('restricted' in (await get(registrar, '/v1/queue')), 'nothing there could wait for them');
    t.notOk((await get(registrar, '/v1/queue')).items.some((one: { id: string }) => one.id === mine.id));
    t.notOk('restricted' in (await get(actor, '/v1/queue?process=movement')));
    t.match(await get(actor, '/v1/queue?process=clearance'), { restricted: 'shown', items: [row] });
    const then = new Date(Date.parse(now) - 60_000).toISOString();
    t.match(await get(actor, `/v1/queue?asOf=${then}`), { restricted: 'shown', items: [] });
    t.match(await get(actor, '/v1/queue?asOf=0'), { restricted: 'shown', items: [] });

    const both = await get(verifier, '/v1/queue');
    t.match(
      both.items.find((one: { id: string }) => one.id === mine.id),
      { ...row, status: null },
      'they may not open it',
    );
    t.same((await get(verifier, '/v1/queue?status=requested&process=clearance')).items, [], 'nor ask by its state');
    t.ok(both.items.some((one: { process: string }) => one.process !== 'clearance'));
    for (const order of ['priority', 'due', 'since']) {
      const whole = (await get(verifier, `/v1/queue?order=${order}`)).items;
      const paged: object[] = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const page = await get(verifier, `/v1/queue?limit=1&order=${order}${next && `&cursor=${next}`}`);
        t.equal(page.items.length, 1);
        paged.push(...page.items);
        next = page.next;
      }
      t.same(paged, whole, order);
    }
  });

  const outcome = { is: 'granted_with_conditions', conditions: [CANARY] };
  const decision = { letter: { ...letter, number: `n ${CANARY}` }, outcome };
  const answered = await actor.call('POST', `${path}/record-decision`, decision, { 'if-match': '"0"' });
  t.equal(answered.status, 200, JSON.stringify(answered.json));
  const position = answered.headers.get('masar-position') ?? '';
  t.match(position, /^restricted\.\d+$/);
  const page = await actor.call('GET', '/v1/clearances', undefined, { 'masar-after': position });
  t.equal(page.json.items[0].status, 'granted_with_conditions');
  t.equal(page.headers.get('masar-stale'), null);
  const cleared = await until(async () => {
    const { json } = await registrar.call('GET', `/v1/movements/${movement}`);
    const found = json.state.checks.clearances[0];
    return found.status === 'requested' ? undefined : found;
  });
  t.equal(cleared.status, 'granted');
  t.same(cleared.actor, { hidden: true });
  const back = await registrar.call('POST', `/v1/movements/${movement}/revoke-clearance`, { slot, letter });
  t.equal(back.json.code, 'ANSWERED_AS_CLEARANCE');

  await t.test('its own audit tree proves it, under a name of its own', async (t) => {
    const texts = async (name: string) => {
      const { json } = await verifier.call('GET', `/v1/audit/checkpoints?${name}limit=1`);
      return json.items[0] as { note: string; key: string; size: string } | undefined;
    };
    const [ours, theirs] = [await until(() => texts('')), await until(() => texts('store=restricted&'))];
    t.match(theirs.key, /^masar\.localhost\/log\/restricted\+/);
    t.match(theirs.note, /^masar\.localhost\/log\/restricted\n/);
    t.notOk(ours.key.includes('/restricted'));
    t.equal((await actor.call('GET', `${path}/receipt`)).status, 200, 'whom it was asked of may follow it');
    t.equal((await otherActor.call('GET', `${path}/receipt`)).status, 404);
    t.equal((await headquarters.call('GET', `${path}/receipt`)).status, 403);
    const { json: health } = await verifier.call('GET', '/health/audit');
    t.match(health, { status: 'ok', restricted: { status: 'ok', size: Number, signed: Number } });
    const { json: models } = await verifier.call('GET', '/health/projections');
    t.match(models.restricted, { status: 'ok', items: [{ name: 'cases' }, {}, {}] });
    const place = core.restricted;
    if (!place) throw new Error('no restricted store');
    const ledger = openLedger(place.pool, RESTRICTED_SCHEMAS.audit);
    await until(async () => ((await ledger.tree.head()).size >= 2 ? true : undefined));
    const entries: Entry[] = [];
    for await (const line of exportLines(place.log, ledger)) entries.push(readEntry(line));
    const latest = await ledger.latest();
    if (!latest) throw new Error('no checkpoint');
    let content = '';
    for await (const line of checkpointLines(latest, ledger)) content += `${line}\n`;
    const verdict = (key: string) => verifyEntries(entries, [{ name: 'restricted', content }], key);
    t.ok(verdict(theirs.key).ok, JSON.stringify(verdict(theirs.key)));
    t.notOk(verdict(ours.key).ok, 'under no other name');
  });

  await t.test('no post opens it: a grant does, until it ends', async (t) => {
    t.equal((await registrar.call('GET', path)).status, 404);
    t.equal((await verifier.call('GET', path)).status, 403);
    const ofPerson = (by: typeof head) => by.call('GET', `/v1/clearances?person=${who}`);
    const item = { id: mine.id, status: 'not_told', revision: 1, changedBy: '', assignees: [] };
    for (const by of [verifier, headquarters]) t.match((await ofPerson(by)).json.items, [item], 'who may find it can act on it');
    t.equal((await ofPerson(actor)).json.items[0].status, 'granted_with_conditions');
    for (const by of [registrar, otherActor]) t.same((await ofPerson(by)).json.items, []);
    const guessed = `/v1/clearances?person=${who}&status=granted_with_conditions`;
    t.same((await verifier.call('GET', guessed)).json.items, [], 'no filter tells how it stands');
    const grant = { staff: verifier.id, until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'an appeal' };
    t.equal((await verifier.call('POST', `${path}/grant`, { ...grant, staff: head.id })).status, 403);
    const granted = await headquarters.call('POST', `${path}/grant`, grant);
    t.equal(granted.status, 200, JSON.stringify(granted.json));
    t.equal(granted.json.status, 'not_told');
    t.same(granted.json.actions, []);
    const read = await verifier.call('GET', path);
    t.equal(read.status, 200, JSON.stringify(read.json));
    t.same(read.json.state.conditions, [CANARY]);
    const proof = await verifier.call('GET', `${path}/receipt`);
    t.equal(proof.status, 200, JSON.stringify(proof.json));
    t.match(proof.json.checkpoint, /^masar\.localhost\/log\/restricted\n/);
    t.ok(proof.json.events.length > 0);
    const after = { 'masar-after': granted.headers.get('masar-position') ?? '' };
    const trail = await verifier.call('GET', `${path}/timeline`, undefined, after);
    t.ok(
      trail.json.items.some((one: { type: string }) => one.type === 'AccessGranted'),
      JSON.stringify(trail.json).slice(0, 300),
    );
    const [asked, told] = trail.json.items as readonly { readonly logIndex: string; readonly recordedAt: string }[];
    const then = (index: string | undefined, by = verifier) => by.call('GET', `${path}?asOf=${index}`);
    t.match(await then(asked?.logIndex), { status: 200, json: { status: 'requested', actions: [] } }, 'before the answer');
    t.notMatch(JSON.stringify((await then(asked?.logIndex)).json), new RegExp(CANARY));
    t.match(await then(asked?.recordedAt), { status: 200, json: { status: 'requested' } }, 'and by the time it was asked');
    t.same((await then(told?.logIndex)).json.state, read.json.state, 'with the answer');
    t.equal((await then('0')).status, 404);
    t.match(await then(asked?.logIndex, actor), { status: 200, json: { status: 'requested' } });
    t.equal((await then(asked?.logIndex, head)).status, 403, 'the past is no more open than today');
    t.equal((await then(asked?.logIndex, otherActor)).status, 404);
    const past = await verifier.call('GET', `${path}/timeline?asOf=${asked?.logIndex}`, undefined, after);
    t.same(
      past.json.items.map((one: { type: string }) => one.type),
      ['ClearanceRequested'],
    );
    await headquarters.call('POST', `${path}/revoke-grant`, { staff: verifier.id });
    t.equal((await verifier.call('GET', path)).status, 403);
    t.equal((await then(asked?.logIndex)).status, 403, 'under the grant of today');
  });

  await t.test('in an emergency two people open it, for hours', async (t) => {
    const ask = { process: 'clearance', case: mine.id, hours: 1, reason: 'a family is held at a gate' };
    const { json } = await verifier.call('POST', '/v1/emergency-accesses', ask);
    const confirm = (by: typeof head) => by.call('POST', `/v1/emergency-accesses/${json.id}/confirm`, {}, { 'if-match': '"0"' });
    t.equal((await confirm(verifier)).status, 403);
    t.equal((await verifier.call('GET', path)).status, 403);
    t.equal((await confirm(head)).status, 200);
    const read = await until(async () => {
      const got = await verifier.call('GET', path);
      return got.status === 200 ? got : undefined;
    });
    t.equal(read.json.status, 'granted_with_conditions');
  });

  const of = { nobody: '' };
  await t.test(
    'who asks for a case of another office does not learn that it is there; that office learns who asks',
    async (t) => {
      const ask = async (asking: typeof verifier, id: string) => {
        const body = { process: 'clearance', case: id, hours: 1, reason: 'a family is held at a gate' };
        const { status, json, headers } = await asking.call('POST', '/v1/emergency-accesses', body);
        t.equal(status, 201);
        const at = `/v1/emergency-accesses/${json.id}`;
        const after = { 'masar-after': headers.get('masar-position') ?? '' };
        const told: unknown[] = [];
        for (const by of [asking, boss]) {
          for (const path of [at, `${at}/timeline`, '/v1/emergency-accesses'])
            told.push((await by.call('GET', path, undefined, after)).json);
          told.push((await by.call('POST', `${at}/confirm`, {}, { 'if-match': '"0"' })).json.code);
        }
        const text = JSON.stringify(told);
        const own: readonly string[] = [json.id, json.reference, id];
        return {
          at,
          json,
          keys: [...text.matchAll(/"(\w+)":/g)].map((one) => one[1]),
          text: own.reduce((all, one) => all.replaceAll(one, ''), text),
        };
      };
      const [there, nowhere] = [await ask(asking, mine.id), await ask(askingToo, randomUUID())];
      of.nobody = nowhere.json.id;
      t.notMatch(there.text, new RegExp(branch.office));
      t.same(new Set(there.keys), new Set(nowhere.keys));
      t.equal((await head.call('GET', there.at)).json.state.office, branch.office);
      t.equal((await head.call('GET', nowhere.at)).status, 404);
      const looked = await head.call('GET', `/v1/audit?kind=looked&actor=${asking.id}`);
      t.match(
        looked.json.items.find((one: { outcome: string }) => one.outcome === 'allowed'),
        { action: 'POST /v1/emergency-accesses', cases: [{ process: 'clearance', id: mine.id }] },
        'that it was asked for is on record like a look',
      );
      t.equal((await head.call('POST', `${there.at}/decline`, { reason: 'nobody is held there' })).status, 200);
    },
  );

  await t.test('who opened it and who was refused is on record before an answer leaves, or none does', async (t) => {
    const { rows } = await core.pool.query<{ outcome: string; tier: string | null; staff: string }>(
      'select outcome, tier, staff from access.entry where cases @> array[$1]',
      [`clearance-${mine.id}`],
    );
    t.ok(rows.some((one) => one.staff === verifier.id && one.outcome === 'allowed' && one.tier === 'T3'));
    t.ok(rows.some((one) => one.staff === verifier.id && one.outcome === 'refused'));
    const audited = await auditor.call('GET', `/v1/audit?tier=T3&actor=${verifier.id}`);
    t.match(audited.json.items?.[0], { kind: 'looked', outcome: 'allowed', tier: 'T3', cases: [{ id: mine.id }] });
    t.equal((await head.call('GET', '/v1/audit?tier=T3')).status, 403);
    await core.pool.query('alter table access.entry rename to entry_away');
    const read = await actor.call('GET', path);
    t.match(read, { status: 503, json: { code: 'ACCESS_LOG_UNAVAILABLE' } });
    t.notOk(JSON.stringify(read.json).includes(CANARY));
    t.equal((await otherActor.call('GET', path)).status, 503, 'a refusal as well');
    await core.pool.query('alter table access.entry_away rename to entry');
    t.equal((await actor.call('GET', path)).status, 200);
  });

  await t.test('an audit has what was done in restricted cases, by time among the rest, as far as one may see it', async (t) => {
    interface Line {
      readonly at: string;
      readonly action: string;
      readonly store?: string;
      readonly logIndex?: string;
      readonly cases: readonly { readonly process: string; readonly id: string }[];
    }
    const position = (await actor.call('GET', path)) && `restricted.${await core.restricted?.log.head()}`;
    const get = async (by: typeof actor, query: string) => {
      const got = await by.call('GET', `/v1/audit${query}`, undefined, { 'masar-after': position });
      return got.json as { restricted?: string; items: Line[]; next?: string; code?: string };
    };
    const actions = async (by: typeof actor, query: string) => (await get(by, query)).items.map((one) => one.action).toReversed();
    const ofCase = ['ClearanceRequested', 'EntryNotTold', 'AccessGranted', 'AccessRevoked', 'AccessGranted'];
    const since = `from=${now}`;
    t.same(
      await actions(auditor, `?kind=did&case=${mine.id}&${since}`),
      ofCase,
      'what an actor answered is told to who opens the case',
    );
    t.same(await actions(auditor, `?kind=did&case=${encodeURIComponent(mine.reference)}`), ofCase);
    t.same(await actions(auditor, `?kind=did&household=${household}&store=restricted`), ofCase);
    t.same(await actions(auditor, `?kind=did&tier=T3`), ofCase);
    t.same(await actions(auditor, `?case=${mine.id}&action=ClearanceGrantedWithConditions`), [], 'nor by asking for its name');
    t.same(await actions(auditor, `?store=restricted&action=ClearanceRequested`), ['ClearanceRequested']);
    const emergency = ['EmergencyAccessRequested', 'EmergencyAccessConfirmed'];
    t.same(await actions(auditor, `?kind=did&store=restricted&actor=${verifier.id}`), emergency.slice(0, 1));
    const ofOffice = ['ClearanceRequested', ...emergency, 'AccessGranted'];
    t.same((await actions(auditor, `?store=restricted&office=${branch.office}`)).length, 8, 'its cases, and what its staff did');
    const asked = [...ofOffice, 'EmergencyAccessRequested', 'EmergencyAccessDeclined'];
    t.same(await actions(head, '?store=restricted'), asked, 'what was done for their own office, by its staff, and asked of it');
    t.same(await actions(head, `?kind=did&case=${mine.id}`), ['ClearanceRequested', 'AccessGranted'], 'no answer');
    t.same(await actions(auditor, `?store=restricted&before=2020-01-01`), []);
    t.same(await actions(auditor, `?store=restricted&refused=true`), []);
    const whole = await get(auditor, '?limit=200');
    t.equal(whole.restricted, 'shown');
    // Within a store the order is the log's: of two commands at once the later entry may bear the earlier time.
    const turned = whole.items.filter((one, index) => {
      const before = whole.items[index - 1];
      if (before === undefined) return false;
      return before.store === one.store ? Number(before.logIndex) < Number(one.logIndex) : before.at < one.at;
    });
    t.same(turned, [], 'newest first');
    t.ok(['general', 'restricted', undefined].every((store) => whole.items.some((one) => one.store === store)));
    t.notMatch(JSON.stringify(whole), new RegExp(CANARY));
    const paged: Line[] = [];
    const until = `until=${whole.items[0]?.at}`;
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = await get(auditor, `?limit=3&kind=did&${until}${next && `&cursor=${next}`}`);
      paged.push(...page.items);
      next = page.next;
    }
    t.same(paged, (await get(auditor, `?limit=200&kind=did&${until}`)).items);
  });

  await t.test('the general store holds nothing of it but the outcome', async (t) => {
    const { rows: tables } = await core.pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    let text = '';
    for (const { name } of tables.filter((one) => !one.name.startsWith('access.'))) {
      const { rows } = await core.pool.query<{ row: string }>(`select one::text as row from ${name} one`);
      text += rows.map((one) => one.row).join('\n');
    }
    const hex = (words: string) => Buffer.from(words).toString('hex');
    const holds = (words: string) => text.includes(words) || text.includes(hex(words));
    t.ok(holds('ClearanceOutcomeReceived'), 'the search finds what is there');
    for (const words of [CANARY, 'clearance-', 'clearance.Clearance', mine.id]) t.notOk(holds(words), words);
    const { events } = await core.log.readAll(0n, 1_000);
    const opened = JSON.stringify(await core.codec.decode(events, 'all'));
    t.notOk(opened.includes(CANARY));
    const theirs = await (await core.restricted?.open())?.log.readAll(0n, 1_000);
    const stored = theirs?.events.map((one) => Buffer.from(one.bytes).toString()).join('\n') ?? '';
    t.ok(stored.includes('ClearanceGrantedWithConditions'));
    t.notOk(stored.includes(CANARY), 'sealed there as well');
  });

  await t.test('the two databases have logins of their own, and nobody else may connect', async (t) => {
    await core.pool.query('create role somebody_else login');
    const { rows } = await core.pool.query(
      `select has_database_privilege('somebody_else', 'masar_restricted', 'connect') as other,
              has_database_privilege('masar_restricted', 'masar', 'connect') as back`,
    );
    t.same(rows, [{ other: false, back: false }]);
    const url = (core.restricted?.databaseUrl ?? '').replace('/masar_restricted?', '/masar?');
    const client = new pg.Client({ connectionString: url });
    await t.rejects(client.connect(), /permission denied/);

    const restrictedUrl = core.restricted?.databaseUrl ?? '';
    const another = new URL(restrictedUrl);
    another.searchParams.set('user', 'somebody_else');
    await t.resolves(ensureApart(another.href, restrictedUrl), 'who is not let in may have the general store');
    const both = ensureApart(core.databaseUrl, restrictedUrl);
    await t.rejects(both, { name: 'ConfigError' }, 'production does not start where the general login is let in');
    const scraped = await running.metrics.scrape();
    t.match(scraped.body, /masar_restricted_audit_tree_leaves [1-9]/, 'its figures are told beside the general ones');
    t.match(scraped.body, /masar_audit_tree_leaves [1-9]/);
  });

  await t.test('while the restricted store is away, everything else goes on', async (t) => {
    await core.pool.query('alter database masar_restricted connection limit 0');
    await core.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'masar_restricted'`);
    for (const got of [await verifier.call('GET', path), await actor.call('GET', '/v1/clearances')]) {
      t.equal(got.status, 503);
      t.equal(got.json.code, 'RESTRICTED_UNAVAILABLE');
    }
    t.equal((await registrar.call('GET', `/v1/movements/${movement}`)).status, 200);
    for (const work of ['/v1/queue', '/v1/queue/counts', '/v1/my-work', '/v1/my-work/mine']) {
      const got = await verifier.call('GET', work, undefined, { 'masar-after': position });
      t.match(got, { status: 200, json: { restricted: 'away' } }, work);
      t.equal(got.headers.get('masar-stale'), 'true');
      t.notOk('restricted' in (await registrar.call('GET', work)).json);
    }
    t.ok((await verifier.call('GET', '/v1/queue')).json.items.length > 0);
    t.match((await verifier.call('GET', '/health/projections')).json, { status: 'ok', restricted: { status: 'away' } });
    const ready = await verifier.call('GET', '/health/ready');
    t.match(ready, { status: 200, json: { status: 'degraded' } });
    t.match(
      ready.json.checks.find((one: { name: string }) => one.name === 'restricted store'),
      { ok: false },
    );
    const trail = await auditor.call('GET', '/v1/audit?kind=did');
    t.match(trail, { status: 200, json: { restricted: 'away' } });
    t.ok(trail.json.items.length > 0);
    t.match((await auditor.call('GET', `/v1/audit?case=${mine.id}`)).json.restricted, 'away');
    const file = (filter: object) => auditor.call('POST', '/v1/audit-exports', { filter });
    t.match(
      await file({ kind: 'did' }),
      { status: 503, json: { code: 'RESTRICTED_UNAVAILABLE' } },
      'a file passes for the whole',
    );
    t.equal((await auditor.raw('POST', '/v1/audit-exports', { filter: { store: 'general' } })).status, 201);
    await core.pool.query('alter database masar_restricted connection limit -1');
    await until(async () => ((await list()).status === 200 ? true : undefined));
  });

  await t.test('who is erased is erased there as well, with what officers wrote in the cases, and stays so', async (t) => {
    const place = core.restricted;
    if (!place) throw new Error('no restricted store');
    const live = async (pool = place.pool) => {
      const { rows } = await pool.query<{ subject: string }>('select subject from keys.data_key where wrapped is not null');
      // What was written of a case that is not there is about nobody.
      return rows.map((one) => one.subject).filter((one) => one !== `emergencyAccess-${of.nobody}`);
    };
    const backup = (await place.pool.query('select to_jsonb(one) as row from keys.data_key one')).rows;
    const kept = await live();
    const held = (subject: string, ground: 'asked_by_person' | 'court_order') =>
      core.isHeldElsewhere({ subjects: [subject], ground, now });
    t.equal(await held(who, 'asked_by_person'), true, 'a restricted case holds an erasure back as a general one would');
    t.equal(await held(randomUUID(), 'asked_by_person'), false);
    t.ok(kept.includes(who) && kept.includes(`clearance-${mine.id}`), 'a grant has its reason under the case');
    t.equal((await core.destroyKeys([randomUUID()])).now, 0);
    t.same(await live(), kept);
    t.ok((await core.destroyKeys([who])).now > 1);
    t.same(await live(), [], 'the emergency was about this case too');
    const { json: seen } = await actor.call('GET', path);
    t.match(seen.state.subject, { erased: true }, JSON.stringify(seen));

    const extent = { persons: [who], households: [], cases: [], kept: [], files: [] };
    const done = { subjects: extent.persons, keys: 1, finalOn: today };
    await given('erasure', randomUUID(), { type: 'ErasureCarriedOut', data: done });
    await place.pool.query('delete from keys.data_key');
    for (const { row } of backup) {
      await place.pool.query('insert into keys.data_key select * from jsonb_populate_record(null::keys.data_key, $1)', [row]);
    }
    t.same((await live()).sort(), kept.sort());
    await i.stop();
    const again = await openCore(core.config, silentLog, 'masar test');
    await again.restricted?.open();
    t.same(await live(again.restricted?.pool), [], 'an older backup of the keys revives nobody');
    await again.close();
  });
});
