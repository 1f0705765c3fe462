import { randomUUID } from 'node:crypto';
import t from 'tap';
import { addDays, atBaghdad } from '../../src/domain/kernel/dates.ts';
import { type SignedIn, startApi } from '../support/api.ts';
import { caughtUp, withReadModels } from '../support/apiReads.ts';
import { byHand, claims, losses } from '../support/claims.ts';

t.setTimeout(120_000);

/** A Ninewa of nine claims: registered, ratified, annulled and paid on different days; and one of Anbar's. */
async function ninewa() {
  const m = await claims('2025-01-10T08:00:00.000Z');
  const { w, upTo, goOn, prepared, when, clerk, central } = m;
  const old = await upTo('registered');
  const waiting = await upTo('registered', 'job_study', 5_000_000);
  const given = await upTo('registered', 'property', 5_000_000, {
    loss: { ...losses.property, items: [{ item: 'house', kind: 'house', deedNo: '70/1' }] },
  });
  await when(clerk, 'withdraw', given, { by: 'claimant' });
  w.at('2025-02-01T08:00:00.000Z');
  const house = (deedNo: string) => ({ loss: { ...losses.property, items: [{ item: 'house', kind: 'house', deedNo }] } });
  const [ratified, annulled, toPay] = [
    await prepared('property', house('71/1')),
    await prepared('property', house('72/1')),
    await prepared('property', house('73/1')),
  ];
  await goOn(ratified, 'property', 60_000_000, 'ratified');
  const ratifiedAt = w.now();
  await goOn(annulled, 'property', 50_000_000, 'forwarded');
  await when(central, 'annul', annulled, { committeeNo: 1, decisionNo: 'D-2', reason: 'the title was forged' });
  await goOn(toPay, 'property', 40_000_000);
  const batch = await m.batch();
  await when(clerk, 'listForPayment', toPay, { ...byHand, batch });
  const { payees } = (await m.record(toPay)).state;
  const payee = payees[0]!.payee;
  await when('batches', 'recordPayeeAudit', toPay, { batch, payee, outcome: 'passed' });
  await when('batches', 'orderPayment', toPay, { batch, payees: [payee] });
  const before = w.now();
  w.at(new Date(Date.parse(before) + 40 * 86_400_000).toISOString());
  const paidOn = w.now().slice(0, 10);
  await when(m.accounts, 'recordPayment', toPay, { payee, method: 'bank_transfer', proof: 'T-1', paidOn });
  await w.given(
    'allocation',
    randomUUID(),
    {
      type: 'AllocationRequested',
      data: {
        governorate: 'IQG15',
        fiscalYear: 2025,
        purpose: 'compensation',
        amountIQD: 100_000_000,
      },
    },
    { type: 'AllocationApproved', data: { amountIQD: 80_000_000 } },
    {
      type: 'AllocationReleased',
      data: { amountIQD: 10_000_000, on: '2025-03-01' },
    },
  );
  return { ...m, old, waiting, ratified, annulled, toPay, before, ratifiedAt };
}

t.test('the tracker tells submitted, finalised and paid apart, and what stops where', async (t) => {
  const m = await ninewa();
  const api = await startApi(m.w, withReadModels(t));
  t.teardown(() => api.close());
  const read = async (path: string, as: SignedIn) =>
    caughtUp(async () => api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } }));
  // Who may find every claim has every figure of them.
  const branches = api.person('branchesAffairs', { governorate: 'IQG07' });
  const planner = api.person('planning', { governorate: 'IQG07' });

  const { json, text } = await read('/v1/claims/tracker', branches);
  t.match(
    json.items,
    [
      {
        governorate: 'IQG15',
        cases: 6,
        submitted: 6,
        finalised: 3,
        annulled: 1,
        paid: 1,
        finalisedOfSubmitted: 0.5,
        paidOfFinalised: 0.333,
        entitlementIQD: 100_000_000,
        paidIQD: 40_000_000,
        paidOfEntitlement: 0.4,
        allocatedIQD: 80_000_000,
        releasedIQD: 10_000_000,
        releasedOfEntitlement: 0.1,
      },
    ],
    text,
  );
  const [line] = json.items;
  t.match(
    line.stages.map((one: { status: string; cases: number }) => [one.status, one.cases]),
    [
      ['annulled', 1],
      ['paid', 1],
      ['ratified', 1],
      ['registered', 2],
      ['withdrawn', 1],
    ],
  );
  t.ok(
    line.stages.every((one: { label?: { ar: string } }) => one.label?.ar),
    'stages have words',
  );
  t.match(
    line.waits,
    [
      { party: 'subcommitteeClerk', cases: 4, label: { ar: String } },
      { party: 'governorateAccounts', cases: 1, overdue: 1 },
    ],
    'the ratified claim has waited for its money longer than the law gives',
  );

  const then = await read(`/v1/claims/tracker?asOf=${m.before}`, branches);
  t.match(then.json.items, [{ paid: 0, paidIQD: 0, entitlementIQD: 100_000_000 }], 'what was known before the payment');
  const ages = (of: typeof line) =>
    of.stages.find((one: { status: string }) => one.status === 'registered') as { oldestDays: number };
  const days = Math.round((Date.parse(m.before) - Date.parse('2025-01-10T08:00:00.000Z')) / 86_400_000);
  t.equal(ages(then.json.items[0]).oldestDays, days, 'as old as it was then');
  t.match(
    (await read(`/v1/claims/tracker?asOf=${m.ratifiedAt}`, branches)).json.items[0].waits.find(
      (one: { party: string }) => one.party === 'governorateAccounts',
    ),
    { cases: 1, overdue: 0 },
    'what is overdue today was not overdue then',
  );
  const early = await read('/v1/claims/tracker?effectiveOn=2025-01-10', branches);
  t.match(early.json.items, [{ submitted: 3, finalised: 0, entitlementIQD: 0, releasedIQD: 0 }], 'what held on a day');
  const byKind = await read('/v1/claims/tracker?by=kind,body', branches);
  t.match(byKind.json.items, [
    { kind: 'job_study', cases: 1 },
    { kind: 'property', cases: 5 },
  ]);
  t.notOk('releasedIQD' in byKind.json.items[0], 'money is not allocated to a type');

  const file = await api.call('POST', '/v1/list-exports', {
    as: branches,
    body: { list: 'claimTracker', format: 'csv', filter: { by: 'governorate' } },
    headers: { 'accept-language': 'en', 'masar-after': String(await api.log.head()) },
  });
  t.equal(file.status, 201, file.text);
  const [headings, values] = file.text.replace('\ufeff', '').split('\r\n');
  t.match(headings, /Submitted,Finalised.*Entitlement \(IQD\)/);
  t.match(values, /^IQG15,.*100000000/);
  const lines = await api.call('POST', '/v1/list-exports', {
    as: branches,
    body: { list: 'claimBoard', format: 'csv', filter: { by: 'kind,status' } },
  });
  t.match(lines.text, /entitlementIQD|Entitlement/);

  const jumped = await read('/v1/claims/out-of-order', branches);
  t.match(jumped.json.items.map((one: { id: string }) => one.id).sort(), [m.annulled, m.ratified, m.toPay].sort());
  t.match(
    jumped.json.items[0],
    { overtaken: 1, oldestOvertaken: '2025-01-10' },
    'of the same type, and still waiting: neither the job claim nor the withdrawn one counts',
  );

  const board = await read('/v1/claims/board?by=kind,status', branches);
  t.match(board.json.items[0], { kind: 'job_study', status: 'registered', cases: 1, statusLabel: { en: String } });
  const clerk = api.person('subcommitteeClerk', {
    organisation: m.clerk.post.organisation,
    office: m.clerk.post.office!,
    governorate: 'IQG15',
  });
  const behind = await read('/v1/claims/board/cases?status=registered', clerk);
  t.match(
    behind.json.items,
    [{ id: m.old, waits: [{ party: String }] }, { id: m.waiting }].sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
  t.same((await read('/v1/claims/board/cases', planner)).json.items, [], 'who sees the whole does not see the case');

  t.match(
    (await read('/v1/claims/tracker', planner)).json,
    { asOf: /-\d\dT20:59:59.999Z$/, items: [{ allocatedIQD: 0 }] },
    'nothing of this month is told before it is over to who may not open the claims',
  );
  m.w.at(atBaghdad(`${addDays(m.w.now().slice(0, 10), 31).slice(0, 7)}-01`));
  const small = await read('/v1/claims/tracker', planner);
  t.match(small.json.items, [
    {
      governorate: 'IQG15',
      suppressed: true,
      cases: null,
      submitted: null,
      paid: null,
      paidOfSubmitted: null,
      entitlementIQD: null,
      paidIQD: null,
      allocatedIQD: 80_000_000,
    },
  ]);
  t.ok(
    [...small.json.items[0].stages, ...small.json.items[0].waits].every(
      (one: { cases: null; suppressed: true }) => one.suppressed,
    ),
    'six claims of others are a small figure, and so is every part of it; what was allocated to a governorate is no secret',
  );
  t.match((await read('/v1/claims/board?by=status', planner)).json.items[0], {
    suppressed: true,
    cases: null,
    medianDays: null,
    measures: { submitted: null },
  });
  t.match((await read('/v1/claims/board?by=status', clerk)).json.items[0].cases, 1, 'the own office has its own figures');
  t.same((await read('/v1/claims/out-of-order', planner)).json.items, [], 'nor does it see which claims were overtaken');
  const blank = await api.call('POST', '/v1/list-exports', {
    as: planner,
    body: { list: 'claimTracker', format: 'csv', filter: { by: 'governorate' } },
    headers: { 'accept-language': 'en' },
  });
  t.match(
    blank.text.split('\r\n')[1],
    /^IQG15,,,,,,,,,,,,80000000,10000000,,,,Yes,20\d\d-[^,]*$/,
    'a file leaves them out as well',
  );

  t.equal((await read('/v1/claims/tracker', api.person('campManager'))).status, 403);
  const elsewhere = await read('/v1/claims/tracker', api.person('governorate', { governorate: 'IQG01' }));
  t.same(elsewhere.json.items, [], 'another governorate sees its own');
  t.match(await read('/v1/claims/tracker?by=nothing', branches), { status: 400 });
});
