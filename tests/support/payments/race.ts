import { randomUUID } from 'node:crypto';
import type { Random } from '../../../src/cli/demo/random.ts';
import { allocation, allocationFollowUps } from '../../../src/domain/allocation/index.ts';
import type { AllocationState } from '../../../src/domain/allocation/state.ts';
import { balanceOf } from '../../../src/domain/allocation/state.ts';
import { followUps as claimFollowUps } from '../../../src/domain/claim/followUps.ts';
import { claim } from '../../../src/domain/claim/index.ts';
import type { Claim } from '../../../src/domain/claim/state.ts';
import { Refused } from '../../../src/domain/kernel/errors.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import { paymentBatch, paymentBatchFollowUps } from '../../../src/domain/paymentBatch/index.ts';
import type { PaymentBatchState } from '../../../src/domain/paymentBatch/state.ts';
import { totalOf } from '../../../src/domain/paymentBatch/state.ts';
import { person } from '../../../src/domain/person/index.ts';
import { createCases } from '../../../src/eventlog/cases.ts';
import { Stale } from '../../../src/eventlog/failures.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { OutcomeUnknown } from '../../../src/eventlog/port.ts';
import { following } from '../../../src/workers/reactors/followUps.ts';
import type { Reactor } from '../../../src/workers/runtime/reactor.ts';
import { world } from '../scenario.ts';
import { bookkeeper } from './books.ts';
import { follower } from './followed.ts';
import { payableClaim } from './payable.ts';
import { shaken } from './shaken.ts';
import { letter } from './treasury.ts';

export const REACTORS: readonly Reactor[] = [
  following({ name: 'claims', process: claim, followUps: claimFollowUps, onRefusal: 'go on' }),
  following({ name: 'allocations', process: allocation, followUps: allocationFollowUps, onRefusal: 'go on' }),
  following({ name: 'batches', process: paymentBatch, followUps: paymentBatchFollowUps, onRefusal: 'go on' }),
];

export interface Arena {
  readonly log: EventLog;
  /** The batch process; the real one unless a control puts another in. */
  readonly batch?: Process;
  readonly reactors?: readonly Reactor[];
  /** Share of the writes whose answer is lost. */
  readonly lost?: number;
  /** Nobody dies and nothing is recovered, which takes turns from what a control is after. */
  readonly plain?: boolean;
  /** Told the batches of every scene. */
  readonly opened?: (batches: readonly string[]) => void;
}

const NAMED = { letterRef: letter };
const PAYEES = ['due', 'failed'];

/**
 * A place for races about money: a few claims with heirs, an allocation that does not cover them all, two batches, and people
 * who list, publish, hold, order, pay, fail, return, remove, cancel and reconcile at the same time while the reactors work.
 */
export function arena({ log, batch = paymentBatch, reactors = REACTORS, lost = 0.04, plain = false, opened }: Arena) {
  let random: Random;
  let begun = false;
  const lots = () => random;
  const w = world(
    [allocation, claim, batch, person],
    undefined,
    undefined,
    undefined,
    shaken(log, lots, () => (begun ? lost : 0)),
  );
  /** Looks without taking part in the race. */
  const spy = createCases(log, w.codec, w.registry);
  const works = follower(w, log, reactors, lots);
  const seen = async <S>(stream: string): Promise<S> => (await spy.glance(stream)).state as S & { readonly status: string };
  let read = 0n;

  /** Gives a command as an office, at the revision it looked at; now and then twice at once, and again when no answer came. */
  async function give(process: string, command: string, id: string, input: object, office: string): Promise<void> {
    const key = randomUUID();
    const ifMatch = (await spy.glance(`${process}-${id}`)).revision;
    const principal = { kind: 'system', name: office } as const;
    const once = async (): Promise<void> => {
      for (;;) {
        const ended = await w.executor.execute({ process, command, id, input, key, ifMatch, principal, record: NAMED }).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (!(ended instanceof OutcomeUnknown)) {
          if (ended === undefined || ended instanceof Refused || ended instanceof Stale) return;
          throw ended;
        }
      }
    };
    await Promise.all(random.chance(0.1) ? [once(), once()] : [once()]);
  }

  /** Living people who may inherit; everybody who is paid may be found to have died. */
  let people: string[] = [];
  async function somebody(): Promise<string> {
    const id = randomUUID();
    await w.given('person', id, { type: 'PersonRegistered', data: { name: { ar: { first: 'وريث' } }, sex: 'female' } });
    return id;
  }

  async function payable(claims: number): Promise<string[]> {
    people = [await somebody(), await somebody(), await somebody()];
    const ids: string[] = [];
    for (let i = 0; i < claims; i += 1) {
      const weights = Array.from({ length: random.between(1, 3) }, () => random.between(1, 4));
      const id = await payableClaim(w, { weights, amountIQD: random.between(5, 60) });
      const { payees } = await seen<Claim>(`claim-${id}`);
      for (const one of payees) {
        const data = { on: { date: '2025-01-01', precision: 'day' }, papers: 'seen' };
        const named = { name: { ar: { first: 'مستحق' } }, sex: 'female' };
        await w.given('person', one.payee, { type: 'PersonRegistered', data: named }, { type: 'DeathRecorded', data });
      }
      ids.push(id);
    }
    return ids;
  }

  async function moneyFor(batches: number): Promise<{ money: string; ids: string[] }> {
    const money = randomUUID();
    const of = { governorate: 'IQG15', fiscalYear: 2026 };
    await w.given(
      'allocation',
      money,
      { type: 'AllocationRequested', data: { ...of, purpose: 'compensation', amountIQD: 400 } },
      { type: 'AllocationApproved', data: { amountIQD: 400 } },
      { type: 'AllocationReleased', data: { amountIQD: random.between(40, 110), on: '2026-02-01' } },
    );
    const ids = Array.from({ length: batches }, () => randomUUID());
    for (const [index, id] of ids.entries()) {
      await w.given('paymentBatch', id, { type: 'PaymentBatchOpened', data: { ...of, batchNo: index + 1, allocation: money } });
    }
    return { money, ids };
  }

  /** One thing an office may find to do, drawn by lot from what the cases look like now. */
  async function act(claims: readonly string[], ids: readonly string[], money: string): Promise<void> {
    const id = random.pick(ids);
    const of = random.pick(claims);
    const [b, c] = [await seen<PaymentBatchState>(`paymentBatch-${id}`), await seen<Claim>(`claim-${of}`)];
    const payee = (...status: readonly string[]) => c.payees.filter((one) => status.includes(one.status)).map((one) => one.payee);
    const options: (() => Promise<void>)[] = [];
    const may = (weight: number, process: string, command: string, on: string, input: object = {}) => {
      for (let i = 0; i < weight; i += 1) options.push(() => give(process, command, on, input, `${command} office`));
    };
    const [due, ordered, paid, held] = [payee(...PAYEES), payee('ordered'), payee('paid'), payee('held')];
    if (b.status === 'open') {
      if (due.length > 0) may(6, 'claim', 'listForPayment', of, random.chance(0.7) ? { batch: id, payees: due } : { batch: id });
      if (b.lines.length > 0) may(4, 'paymentBatch', 'publish', id);
      const [line] = b.lines;
      if (line) may(1, 'paymentBatch', 'removeClaim', id, { claim: line.claim, reason: 'other' });
      if (random.chance(0.1)) may(2, 'allocation', 'releaseFunds', money, { amountIQD: random.between(5, 40), on: '2026-02-02' });
      if (random.chance(0.1)) may(2, 'allocation', 'returnUnspent', money, { amountIQD: random.between(5, 40) });
    }
    if (b.status === 'listed') {
      const answers = b.lines.map(({ claim: one, payee: to }) => ({ claim: one, payee: to, passed: random.chance(0.8) }));
      const passed = answers.filter((one) => one.passed).map(({ passed: _, ...line }) => line);
      const kept = answers.filter((one) => !one.passed).map(({ passed: _, ...line }) => ({ ...line, reason: 'other' }));
      may(6, 'paymentBatch', 'recordAudit', id, { passed, held: kept });
      may(1, 'paymentBatch', 'cancel', id, { reason: 'other' });
    }
    if (b.status === 'audited') {
      may(6, 'paymentBatch', 'order', id);
      may(1, 'paymentBatch', 'cancel', id, { reason: 'other' });
    }
    if (b.status === 'paid') may(6, 'paymentBatch', 'reconcile', id);
    if (ordered[0]) {
      may(6, 'claim', 'recordPayment', of, {
        payee: random.pick(ordered),
        method: 'bank_transfer',
        proof: 'p',
        paidOn: '2026-02-20',
      });
      may(1, 'claim', 'recordFailedPayment', of, { payee: random.pick(ordered), reason: 'no account' });
    }
    const died = plain ? undefined : c.payees.find((one) => PAYEES.includes(one.status) && one.heirOf === undefined);
    if (died && random.chance(0.3)) {
      const heirs = Array.from({ length: random.between(1, 3) }, () => ({
        person: random.pick(people),
        weight: random.between(1, 5),
      }));
      const once = heirs.filter((one, index) => heirs.findIndex((other) => other.person === one.person) === index);
      may(2, 'claim', 'proposeReplacement', of, { payee: died.payee, heirs: once, deedNo: 'q' });
    }
    const proposed = c.payees.find((one) => one.replacement);
    if (proposed) {
      may(4, 'claim', 'replacePayee', of, { payee: proposed.payee });
      may(1, 'claim', 'declineReplacement', of, { payee: proposed.payee, reason: 'another deed was shown' });
    }
    const kept = plain ? undefined : c.payees.find((one) => one.status === 'paid' && one.amountIQD > (one.recoveredIQD ?? 0));
    if (kept) {
      const amountIQD = random.between(1, kept.amountIQD - (kept.recoveredIQD ?? 0));
      may(1, 'claim', 'recordRecovery', of, { payee: kept.payee, amountIQD, reason: 'paid in error' });
    }
    if (paid[0])
      may(1, 'claim', 'recordReturnedTransfer', of, { payee: random.pick(paid), on: '2026-02-21', reason: 'came back' });
    if (held[0]) may(2, 'claim', 'liftHold', of, { payee: random.pick(held), reason: 'identity shown' });
    if (c.status === 'suspended') may(3, 'claim', 'resume', of);
    else if (random.chance(0.05)) may(2, 'claim', 'suspend', of, { cause: 'heir_dispute' });
    await (options.length > 0 ? random.pick(options)() : works.step());
  }

  /** What was written since the last look, for books that ask no process. */
  async function entries(enter: ReturnType<typeof bookkeeper>['enter']): Promise<void> {
    for (;;) {
      const { events, scannedTo } = await log.readAll(read, 500);
      const decoded = await w.codec.decode(events, 'none');
      for (const [index, { type, data }] of decoded.entries()) {
        enter({ stream: events[index]?.stream ?? '', type, data: data as Record<string, unknown> });
      }
      if (scannedTo === read) return;
      read = scannedTo;
    }
  }

  /**
   * Races one after the other over the same money: in each, three people do something at once while the reactors work.
   * Half the time the reactors lag behind into the next race. Answers what was wrong, and how often what happened.
   */
  async function races(
    next: Random,
    rounds: number,
  ): Promise<{ errors: readonly string[]; counts: Readonly<Record<string, number>> }> {
    random = next;
    begun = false;
    const claims = await payable(random.between(2, 3));
    const { money, ids } = await moneyFor(2);
    opened?.(ids);
    begun = true;
    const books = bookkeeper();
    const errors: string[] = [];
    const somebodyActs = () => act(claims, ids, money);
    for (let round = 1; round <= rounds; round += 1) {
      let over = false;
      const atWork = (async () => {
        while (!over) if (!(await works.step())) await new Promise(setImmediate);
      })();
      await Promise.all([somebodyActs(), somebodyActs(), somebodyActs()]);
      over = true;
      await atWork;
      const last = round === rounds;
      if (last || random.chance(0.5)) {
        await works.settle();
        await entries(books.enter);
        await agree(books, claims, ids, money, errors);
      }
    }
    return { errors: [...books.errors, ...works.refusals.splice(0), ...errors], counts: books.counts };
  }

  /** In the end the allocation, the batches and the books say the same. */
  async function agree(
    books: ReturnType<typeof bookkeeper>,
    claims: readonly string[],
    ids: readonly string[],
    money: string,
    errors: string[],
  ) {
    const state = await seen<AllocationState>(`allocation-${money}`);
    const balance = balanceOf(state);
    let [reservedIQD, spentIQD] = [0, 0];
    for (const id of ids) {
      const b = await seen<PaymentBatchState>(`paymentBatch-${id}`);
      const committed = books.committed.get(id) ?? 0;
      if (b.status === 'reconciled') spentIQD += committed;
      else reservedIQD += committed;
      if (totalOf(b, 'paid') !== books.paidIn(id)) errors.push(`batch says ${totalOf(b, 'paid')}, paid were ${books.paidIn(id)}`);
      if (b.status === 'reconciled' && committed !== books.paidIn(id))
        errors.push(`spent ${committed}, paid ${books.paidIn(id)}`);
      if (b.status === 'published') errors.push('a batch was never told about its money');
    }
    if (balance.reservedIQD !== reservedIQD || balance.spentIQD !== spentIQD)
      errors.push(
        `allocation says ${balance.reservedIQD} reserved, ${balance.spentIQD} spent; batches ${reservedIQD}, ${spentIQD}`,
      );
    for (const id of claims) {
      const { payees, final } = await seen<Claim>(`claim-${id}`);
      const sharesIQD = payees.reduce((sum, one) => sum + one.amountIQD, 0);
      if (sharesIQD !== final?.amountIQD) errors.push(`shares of ${sharesIQD} for ${final?.amountIQD}`);
    }
    if (balance.availableIQD < 0) errors.push(`available ${balance.availableIQD}`);
  }

  return { races, w };
}
