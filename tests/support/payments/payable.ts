import { randomUUID } from 'node:crypto';
import type { world } from '../scenario.ts';

export interface Payable {
  /** The shares of the heirs; one payee when absent. */
  readonly weights?: readonly number[];
  readonly amountIQD: number;
  /** The day it was ratified. */
  readonly on?: string;
  readonly vulnerable?: boolean;
  /** Office of its sub-committee. */
  readonly subcommittee?: string;
  /** A claim it may repeat. */
  readonly repeats?: string;
}

/** A claim in IQG15 that was ratified and passed the finance audit: its payees are due. */
export async function payableClaim(w: Pick<ReturnType<typeof world>, 'given'>, of: Payable): Promise<string> {
  const { weights = [1], amountIQD, on = '2024-01-01', vulnerable = false } = of;
  const id = randomUUID();
  const heirs = weights.map((weight) => ({ person: randomUUID(), weight }));
  const subcommittee = { organisation: randomUUID(), office: of.subcommittee ?? randomUUID(), governorate: 'IQG15' };
  const incident = { date: { date: '2015-05-01', precision: 'month' }, area: 'IQG15Q07N03', cause: 'other' };
  const prepared = { claimant: heirs[0]?.person, claimantKind: 'natural', capacity: 'self', type: 'property', victims: [] };
  const at = { occurredAt: `${on}T09:00:00.000Z` };
  await w.given(
    'claim',
    id,
    { type: 'ClaimPrepared', data: { ...prepared, incident }, ...at },
    { type: 'SharesRecorded', data: { heirs, papers: 'seen' }, ...at },
    { type: 'ClaimPriorityRecorded', data: { vulnerable, grounds: 'told by the branch' }, ...at },
    {
      type: 'ClaimSubmitted',
      data: { subcommittee, receiptNo: 'r', papers: [], missing: [], checklistVersion: 'default' },
      ...at,
    },
    { type: 'ClaimRatified', data: { committeeNo: 1, decisionNo: 'd', amountIQD }, ...at },
    { type: 'FinanceAuditPassed', data: {}, ...at },
    ...(of.repeats ? [{ type: 'ClaimDuplicateDetected', data: { of: of.repeats, ground: 'same_loss' }, ...at }] : []),
  );
  return id;
}
