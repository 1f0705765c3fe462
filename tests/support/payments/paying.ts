import { randomUUID } from 'node:crypto';
import { allocationFollowUps } from '../../../src/domain/allocation/index.ts';
import { claimFollowUps } from '../../../src/domain/claim/index.ts';
import type { EventMeta } from '../../../src/domain/kernel/envelope.ts';
import { Refused } from '../../../src/domain/kernel/errors.ts';
import type { FollowUp } from '../../../src/domain/kernel/followUp.ts';
import { paymentBatchFollowUps } from '../../../src/domain/paymentBatch/index.ts';
import { byHand, claims, letter, papers } from '../claims.ts';
import { type Person, someone } from '../scenario.ts';

type Table = (event: never) => readonly FollowUp[];
const TABLES: Readonly<Record<string, Table>> = {
  claim: claimFollowUps,
  paymentBatch: paymentBatchFollowUps,
  allocation: allocationFollowUps,
};

/** A sub-committee with money: commands are followed at once by what their events call for in other streams. */
export async function money(releasedIQD = 500_000_000) {
  const c = await claims();
  const { w } = c;
  const hq = someone('branchesAffairs', { governorate: 'IQG07' });
  const orderer = { ...c.accounts, id: randomUUID() };
  const turnedDown: string[] = [];

  async function act(
    by: Person | string,
    process: string,
    command: string,
    id: string | undefined,
    input: object = {},
    extra: object = {},
  ) {
    const done = await w.when(by, process, command, id, input, extra);
    await follow(
      process,
      done.events.map((event, index) => ({ ...event, meta: done.meta[index]! })),
    );
    return done;
  }
  async function follow(process: string, events: readonly { type: string; data: unknown; meta: EventMeta }[]): Promise<void> {
    for (const next of events.flatMap((event) => [...(TABLES[process]?.(event as never) ?? [])])) {
      await act('follow-up', next.process, next.command, next.id, next.input).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        turnedDown.push(`${next.process}.${next.command} ${error.code}`);
      });
    }
  }
  const on = (by: Person | string, command: string, id: string, input: object = {}, extra: object = {}) =>
    act(by, 'claim', command, id, input, extra);

  const asked = { governorate: 'IQG15', fiscalYear: 2026, amountIQD: releasedIQD, purpose: 'compensation' };
  const allocation = (await act(c.clerk, 'allocation', 'request', undefined, asked)).outcome.id;
  await act(c.finance, 'allocation', 'approve', allocation, { amountIQD: releasedIQD });
  await act(c.finance, 'allocation', 'releaseFunds', allocation, { amountIQD: releasedIQD, on: w.now().slice(0, 10) }, letter);
  let batchNo = 0;
  const openBatch = async () =>
    (await act(c.clerk, 'paymentBatch', 'open', undefined, { allocation, batchNo: ++batchNo })).outcome.id;

  /** Takes a listed batch to its order; the payees named are held at the audit. */
  async function ordered(
    batch: string,
    lines: readonly { claim: string; payee: string }[],
    held: readonly string[] = [],
  ): Promise<void> {
    await act(hq, 'paymentBatch', 'publish', batch);
    const passed = lines.filter((one) => !held.includes(one.payee));
    const stopped = lines.filter((one) => held.includes(one.payee)).map((one) => ({ ...one, reason: 'identity_not_shown' }));
    await act(c.clerk, 'paymentBatch', 'recordAudit', batch, { passed, held: stopped }, letter);
    await act(orderer, 'paymentBatch', 'order', batch);
  }
  const payees = async (id: string) => (await c.record(id)).state.payees;
  const pay = (id: string, payee: string, by = c.accounts) =>
    on(by, 'recordPayment', id, { payee, method: 'bank_transfer', proof: 'V-1', paidOn: w.now().slice(0, 10) });
  return { ...c, hq, act, on, openBatch, ordered, payees, pay, orderer, allocation, turnedDown };
}

/** A martyr's claim, its amount decided, with heirs in these parts, waiting for money. */
export async function withHeirs(
  c: Awaited<ReturnType<typeof money>>,
  amount: number,
  weights: readonly number[],
): Promise<string> {
  const id = await c.prepared('martyrdom');
  const heirs = await Promise.all(weights.map(async (weight) => ({ person: await c.someoneNamed(), weight })));
  await c.when(c.clerk, 'recordShares', id, { heirs, papers: 'seen', deedNo: '18/2020' }, papers);
  return c.goOn(id, 'martyrdom', amount);
}

/** A claim of one payee, ordered in a batch. */
export async function orderedClaim(c: Awaited<ReturnType<typeof money>>, type: 'property' | 'injury' = 'property') {
  const id = await c.upTo('awaiting_allocation', type);
  const [{ payee } = { payee: '' }] = await c.payees(id);
  const batch = await c.openBatch();
  await c.on(c.clerk, 'listForPayment', id, { ...byHand, batch });
  await c.ordered(batch, [{ claim: id, payee }]);
  return { id, payee, batch };
}
