import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { closedDay, closedInstant, countsOpenly, inSteps } from '../../src/domain/access/figurePeriod.ts';
import { addDays, atBaghdad, baghdadDate } from '../../src/domain/kernel/dates.ts';
import { listExport } from '../../src/domain/listExport/index.ts';
import { returnGrant } from '../../src/domain/returnGrant/index.ts';
import { startApi } from '../support/api.ts';
import { caughtUp, withReadModels } from '../support/apiReads.ts';
import { seed, size } from '../support/faults/size.ts';
import { world } from '../support/scenario.ts';

t.setTimeout(120_000);

const BELOW = 10;
const START = '2025-01-05';
const CHECKS = { registered: 'passed', returnRegistered: 'passed', fileClosed: 'passed', card: 'passed', duplicates: 'passed' };

const grant = fc.record({
  day: fc.integer({ min: 0, max: 240 }),
  late: fc.integer({ min: 0, max: 60 }),
  governorate: fc.constantFrom('IQG15', 'IQG15', 'IQG15', 'IQG01', 'IQG08'),
  approved: fc.boolean(),
  amountIQD: fc.integer({ min: 500_000, max: 1_500_000 }),
});

t.test('whoever may not open cases learns of none of them by asking before and after', async (t) => {
  const [registrations] = fc.sample(fc.array(grant, { minLength: 300, maxLength: 300 }), { numRuns: 1, seed: seed(t) });
  const w = world([returnGrant, listExport], atBaghdad(START));
  const moments: string[] = [];
  for (const one of registrations!.toSorted((a, b) => a.day - b.day)) {
    const at = atBaghdad(addDays(START, one.day), '09:30');
    w.at(at);
    const occurredAt = atBaghdad(addDays(START, one.day - one.late), '08:00');
    const { governorate, amountIQD } = one;
    const returned = { household: randomUUID(), returnDate: baghdadDate(occurredAt), governorate };
    await w.given(
      'returnGrant',
      randomUUID(),
      { type: 'ReturnGrantEligibilityConfirmed', data: { ...returned, checks: CHECKS }, occurredAt },
      ...(one.approved ? [{ type: 'ReturnGrantApproved', data: { amountIQD, ruleVersion: 'default' }, occurredAt: at }] : []),
    );
    moments.push(at);
  }
  w.at(atBaghdad(addDays(START, 300)));
  const api = await startApi(w, withReadModels(t));
  t.teardown(() => api.close());
  const planner = api.person('planning');
  const read = async (query: string, as = planner) =>
    caughtUp(async () =>
      api.call('GET', `/v1/return-grants/board?by=governorate&${query}`, {
        as,
        headers: { 'masar-after': String(await api.log.head()) },
      }),
    );
  await read('');

  /** Every value each cell was told to have. */
  const told = new Map<string, Set<number>>();
  const days = ['2025-02-10', '2025-03-31', '2025-06-15'];
  const asked = moments.filter((_, at) => at % size(12, 1) === 0);
  for (const [at, moment] of asked.entries()) {
    for (const more of ['', ...(at % 8 === 0 ? days.map((day) => `&effectiveOn=${day}`) : [])]) {
      const { json } = await read(`asOf=${moment}${more}`);
      for (const line of json.items) {
        for (const [figure, value] of [['cases', line.cases], ...Object.entries(line.measures)]) {
          const cell = `${line.governorate} ${figure}`;
          if (value !== null) told.set(cell, (told.get(cell) ?? new Set()).add(value as number));
        }
      }
    }
  }
  const apart = [...told].flatMap(([cell, values]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const step = cell.endsWith('IQD') ? BELOW * 2_000_000 : BELOW;
    return sorted.flatMap((value, at) =>
      at > 0 && value - sorted[at - 1]! < step ? [`${cell}: ${sorted[at - 1]}, ${value}`] : [],
    );
  });
  t.same(apart, [], 'no two answers differ in a cell by the number or the amount of a few families');
  t.ok(told.get('IQG15 cases')!.size >= 4, `and there is something to compare: ${[...told.get('IQG15 cases')!]}`);
  t.ok([...told.get('IQG15 approvedIQD')!].some((sum) => sum > 0));

  const now = (await read('')).json;
  t.match(now, { asOf: '2025-10-31T20:59:59.999Z', effectiveOn: '2025-10-31' }, 'the answer says of when it is');
  const same = (await read(`asOf=${now.asOf}&effectiveOn=2027-01-01`)).json;
  t.same(same, now, 'asked for the end of a period, it is that of this period');
  t.same((await read('asOf=2025-06-17T10:00:00Z')).json, (await read('asOf=2025-06-02T01:00:00Z')).json);
  t.match((await read('effectiveOn=2025-06-17')).json, { effectiveOn: '2025-05-31' });
  t.same((await read('asOf=2024-01-01T00:00:00Z')).json.items, [], 'before there was anything there is nothing');

  const file = await api.call('POST', '/v1/list-exports', {
    as: planner,
    body: { list: 'returnGrantBoard', format: 'csv', filter: { by: 'governorate' } },
    headers: { 'accept-language': 'en' },
  });
  t.match(file.text.split('\r\n')[0], /As of/, 'a file says of when it is');

  t.match(
    (await read('asOf=2025-06-17T10:00:00Z', api.person('registrar', { office: randomUUID(), governorate: 'IQG15' }))).json,
    { asOf: '2025-05-31T20:59:59.999Z' },
    'of the grants of a governorate a branch opens those of its own office',
  );
});

t.test('a period is over when its last day in Baghdad is', async (t) => {
  t.equal(closedDay('2025-02-28', 'month'), '2025-02-28');
  t.equal(closedDay('2025-02-27', 'month'), '2025-01-31');
  t.equal(closedDay('2025-05-31', 'quarter'), '2025-03-31');
  t.equal(closedDay('2025-12-30', 'year'), '2024-12-31');
  t.equal(closedInstant('2025-02-28T20:59:59.998Z', 'month'), '2025-01-31T20:59:59.999Z');
  t.equal(closedInstant('2025-02-28T20:59:59.999Z', 'month'), '2025-02-28T20:59:59.999Z');
  t.equal(closedInstant('2025-02-28T21:00:00.000Z', 'month'), '2025-02-28T20:59:59.999Z');
});

t.test('what is open to the reader is told exactly, the rest in full steps', async (t) => {
  t.equal(inSteps(37, 37, 10), 30);
  t.equal(inSteps(37, 25, 10), 32);
  t.equal(inSteps(37, 0, 10), 37);
  t.equal(inSteps(37, 9, 10), undefined);
  t.equal(inSteps(0, 0, 10), 0);
});

t.test('by the rights alone it is decided who is told figures as they are now', async (t) => {
  const rights = (role: 'planning' | 'centralCommittee' | 'branchesAffairs' | 'governorate' | 'subcommitteeClerk') => ({
    staff: 'somebody',
    day: '2026-03-01',
    posts: [{ id: 'post', role, organisation: 'ministry', office: 'mosul', governorate: 'IQG15', from: '2020-01-01' }],
  });
  const claim = { name: 'claim', tier: 'T1' } as const;
  for (const role of ['centralCommittee', 'branchesAffairs', 'subcommitteeClerk'] as const)
    t.ok(countsOpenly(rights(role), claim, 'claim:board'), role);
  for (const role of ['planning', 'governorate'] as const) t.notOk(countsOpenly(rights(role), claim, 'claim:board'), role);
  t.ok(countsOpenly(rights('planning'), { name: 'allocation', tier: 'T1' }, 'allocation:board'), 'money is no family');
  t.notOk(countsOpenly(rights('branchesAffairs'), { name: 'claim', tier: 'T2' }, 'claim:board'), 'found up to T1 alone');
});
