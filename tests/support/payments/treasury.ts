import { allocation } from '../../../src/domain/allocation/index.ts';
import type { Process } from '../../../src/domain/kernel/process.ts';
import { paymentBatch } from '../../../src/domain/paymentBatch/index.ts';
import { returnGrant } from '../../../src/domain/returnGrant/index.ts';
import { someone, world } from '../scenario.ts';

/** A letter as the steps that move money name it. */
export const letter = { number: '17/MF', date: '2026-01-20', issuedBy: 'Ministry of Finance' };

/** The offices that handle money in one governorate, with allocations on demand. Amounts are whole dinars. */
export async function treasury(more: readonly Process[] = []) {
  const w = world([allocation, paymentBatch, returnGrant, ...more]);
  const clerk = someone('subcommitteeClerk');
  const finance = someone('financeMinistry');
  const headquarters = someone('branchesAffairs');
  const named = { record: { letterRef: letter } };

  async function requested(amountIQD: number, other: object = {}): Promise<string> {
    const input = { governorate: 'IQG15', fiscalYear: 2026, purpose: 'compensation', amountIQD, ...other };
    return (await w.when(clerk, 'allocation', 'request', undefined, input)).outcome.id;
  }

  async function approved(amountIQD: number, other: object = {}): Promise<string> {
    const id = await requested(amountIQD, other);
    await w.when(finance, 'allocation', 'approve', id, { amountIQD });
    return id;
  }

  async function released(amountIQD: number, other: object = {}): Promise<string> {
    const id = await approved(amountIQD, other);
    await w.when(finance, 'allocation', 'releaseFunds', id, { amountIQD, on: '2026-02-01' }, named);
    return id;
  }

  /** What a batch or a grant asks of an allocation. */
  const ask = (id: string, command: string, input: object) => w.when('batches', 'allocation', command, id, input);

  return { w, clerk, finance, headquarters, requested, approved, released, ask };
}
