import { randomUUID } from 'node:crypto';
import { randomFrom } from '../../../src/cli/demo/random.ts';
import { allocation } from '../../../src/domain/allocation/index.ts';
import { claim } from '../../../src/domain/claim/index.ts';
import { paymentBatch } from '../../../src/domain/paymentBatch/index.ts';
import type { PaymentBatchState } from '../../../src/domain/paymentBatch/state.ts';
import { fillBatch } from '../../../src/workers/reactors/fillBatch.ts';
import { world } from '../scenario.ts';
import { follower } from './followed.ts';
import { type Payable, payableClaim } from './payable.ts';
import { REACTORS } from './race.ts';

/** A batch that is filled while the reactors work, from a list of claims that stands for the read model. */
export function filling() {
  const w = world([allocation, claim, paymentBatch]);
  const random = randomFrom(1);
  let rows: readonly string[] = [];
  let behind = 0;
  let asked = 0;
  const source = async () => {
    asked += 1;
    return asked <= behind ? ('not yet' as const) : rows;
  };
  const works = follower(w, w.log, [...REACTORS, fillBatch(source)], () => random);

  const payable = async (claims: readonly Payable[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const one of claims) ids.push(await payableClaim(w, one));
    return ids;
  };

  /** Opens a batch and has it filled; the read model shows these claims, after it was behind so many times. */
  async function fill(claims: readonly string[], input: object, late = 0, subcommittee?: string) {
    [rows, behind, asked] = [claims, late, 0];
    const id = randomUUID();
    const data = { governorate: 'IQG15', fiscalYear: 2026, batchNo: 1, allocation: randomUUID(), subcommittee };
    await w.given('paymentBatch', id, { type: 'PaymentBatchOpened', data });
    await w.when('the clerk', 'paymentBatch', 'fill', id, input);
    await works.settle();
    const { record, history } = await w.cases.load(paymentBatch, id);
    const chosen = history.filter((one) => one.type === 'BatchClaimsChosen').map((one) => one.data);
    return { chosen, lines: (record.state as PaymentBatchState).lines, asked, refusals: works.refusals };
  }

  return { w, payable, fill };
}
