/** Whole-dinar books kept from the events alone, in the order of the log, without asking any process. */
export interface Told {
  readonly stream: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface LineOf {
  readonly payee: string;
  readonly amountIQD: number;
}

/** What money did between allocations, batches and payees; every entry that must never be is an error. */
export function bookkeeper() {
  const errors: string[] = [];
  const inAllocation = new Map<string, number>();
  /** The batch a payee stands in, and what was paid to them and not returned. */
  const listedIn = new Map<string, string>();
  const ordered = new Set<string>();
  const outstanding = new Map<string, { batch: string; amountIQD: number }>();
  const published = new Map<string, { allocation: string; amountIQD: number }>();
  /** What batches may spend, or after their reconciliation did spend. */
  const committed = new Map<string, number>();
  const counts: Record<string, number> = {};

  const add = (book: Map<string, number>, key: string, amount: number) => book.set(key, (book.get(key) ?? 0) + amount);
  const wrong = (told: Told, what: string) => errors.push(`${what} (${told.stream} ${told.type})`);

  function enter(told: Told): void {
    const { stream, type, data } = told;
    const id = stream.slice(stream.indexOf('-') + 1);
    const payee = `${id} ${String(data.payee)}`;
    const amountIQD = Number(data.amountIQD ?? 0);
    const batch = String(data.batch);
    counts[type] = (counts[type] ?? 0) + 1;
    switch (type) {
      case 'AllocationReleased':
        add(inAllocation, id, amountIQD);
        break;
      case 'AllocationReturned':
      case 'AllocationCarriedForward':
        add(inAllocation, id, -amountIQD);
        break;
      case 'ClaimListedForPayment':
        for (const line of data.lines as LineOf[]) {
          if (listedIn.has(`${id} ${line.payee}`)) wrong(told, 'a payee in two batches');
          listedIn.set(`${id} ${line.payee}`, batch);
        }
        break;
      case 'ClaimUnlisted':
        for (const one of data.payees as string[]) listedIn.delete(`${id} ${one}`);
        break;
      case 'PaymentOrdered':
        for (const line of data.lines as LineOf[]) ordered.add(`${batch} ${id} ${line.payee}`);
        break;
      case 'PaymentMade':
        if (outstanding.has(payee)) wrong(told, 'a payee paid twice');
        if (listedIn.get(payee) !== batch || !ordered.delete(`${batch} ${payee}`))
          wrong(told, 'paid without an order of its batch');
        outstanding.set(payee, { batch, amountIQD });
        break;
      case 'PaymentHeld':
      case 'PaymentFailed':
        ordered.delete(`${batch} ${payee}`);
        listedIn.delete(payee);
        break;
      case 'PaymentReturned':
        if (!outstanding.delete(payee)) wrong(told, 'returned what was not paid');
        listedIn.delete(payee);
        break;
      case 'PaymentRecovered': {
        const kept = outstanding.get(payee);
        if (!kept || kept.amountIQD < amountIQD) wrong(told, 'recovered more than was paid');
        else outstanding.set(payee, { ...kept, amountIQD: kept.amountIQD - amountIQD });
        break;
      }
      case 'PayeeReplaced':
        if (listedIn.has(payee) || (outstanding.get(payee)?.amountIQD ?? 0) > 0) wrong(told, 'replaced while listed or paid');
        break;
      case 'BatchListPublished':
        published.set(id, { allocation: String(data.allocation), amountIQD });
        break;
      case 'BatchFundsGranted':
        committed.set(id, published.get(id)?.amountIQD ?? 0);
        break;
      case 'BatchAudited':
        add(committed, id, -Number(data.heldIQD));
        break;
      case 'BatchCancelled':
        add(committed, id, -Number(data.freedIQD));
        break;
      case 'BatchReconciled':
        committed.set(id, Number(data.paidIQD));
        break;
      case 'BatchLineReversed':
      case 'BatchLineRecovered':
        if (data.freedIn !== undefined) add(committed, id, -amountIQD);
        break;
    }
    covered(told);
  }

  /** Nothing above what was released, at any moment: neither what batches may spend nor what payees have. */
  function covered(told: Told): void {
    for (const [allocation, released] of inAllocation) {
      const mine = [...published].filter(([, one]) => one.allocation === allocation).map(([id]) => id);
      const committedIQD = mine.reduce((sum, id) => sum + (committed.get(id) ?? 0), 0);
      if (committedIQD > released) wrong(told, `committed ${committedIQD} of ${released}`);
      const paidIQD = [...outstanding.values()].reduce((sum, one) => sum + (mine.includes(one.batch) ? one.amountIQD : 0), 0);
      if (paidIQD > released) wrong(told, `paid ${paidIQD} of ${released}`);
    }
  }

  const paidIn = (batch: string): number =>
    [...outstanding.values()].reduce((sum, one) => sum + (one.batch === batch ? one.amountIQD : 0), 0);

  return { enter, errors, counts, committed, paidIn, inAllocation };
}
