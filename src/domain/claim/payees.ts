import { iqd, shareOut } from '../kernel/money.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { PayeeStatus, PersonKind } from './codes.ts';
import type { events } from './events.ts';
import type { ClaimStatus } from './stages.ts';
import type { Claim } from './state.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

/** One who is paid a share of a claim. `payee` is the record of the person; amounts are whole dinars. */
export interface Payee {
  readonly payee: string;
  readonly kind: PersonKind;
  readonly person?: string;
  readonly weight: number;
  readonly amountIQD: number;
  readonly status: PayeeStatus;
  readonly batch?: string | undefined;
  readonly recoveredIQD?: number;
  /** The payee who died, in whose place this one is. */
  readonly heirOf?: string;
  /** Heirs proposed in the place of a payee who died, who is held until a second officer decides. */
  readonly replacement?: Replacement | undefined;
  /** How often a transfer came back. */
  readonly returns?: number;
}

interface Replacement {
  readonly heirs: Data<'PayeeReplacementProposed'>['heirs'];
  readonly by: string;
  /** Where the payee stood before. */
  readonly was: PayeeStatus;
}

/** Who is entitled to a decided amount, each with a share, adding up to it to the last dinar. */
export function payeesFor(
  claim: Pick<Claim, 'heirs' | 'claimant' | 'claimantKind' | 'principal' | 'principalKind'>,
  amountIQD: number,
): Payee[] {
  const alone = { person: claim.principal ?? claim.claimant, weight: 1 };
  const kind = (claim.principal === undefined ? claim.claimantKind : claim.principalKind) ?? 'natural';
  const sharing = claim.heirs?.heirs ?? [alone];
  const shares = shareOut(
    iqd(amountIQD),
    sharing.map((one) => one.weight),
  );
  return sharing.map(({ person, weight }, index) => {
    const natural = claim.heirs !== undefined || kind === 'natural';
    const share = shares[index]?.amount ?? 0;
    const of = { payee: person, kind: natural ? ('natural' as const) : kind, ...(natural ? { person } : {}) };
    // A share of nothing is nothing to wait for.
    return { ...of, weight, amountIQD: share, status: share === 0 ? 'paid' : 'due' };
  });
}

/**
 * Whether it is shown who is paid (§4.2: identity of the payee, or the heirs' share document): for a martyr, or wherever somebody
 * else is paid for the victim, by the paper on the shares, also when a lawyer acts.
 */
export function sharesShown(claim: Pick<Claim, 'type' | 'capacity' | 'victims' | 'heirs' | 'claimant' | 'principal'>): boolean {
  const { type, capacity, victims, heirs } = claim;
  const forAnother = victims.length > 0 && !victims.includes(claim.principal ?? claim.claimant);
  const needed = type === 'martyrdom' || capacity === 'heir' || forAnother || heirs !== undefined;
  return !needed || heirs?.papers === 'seen';
}

/** Whether no money is on its way to anybody: everybody is due, or could not be paid. */
export const isUntouched = (payees: readonly Payee[]): boolean =>
  payees.every((one) => isDue(one) || one.status === 'failed' || one.amountIQD === 0);

/** Whether a payee may be put on a list without anybody having looked into a failure first. */
export const isDue = (payee: Payee): boolean => payee.status === 'due';

/** Where a claim stands by its payees: some may be paid while others are held. */
export function paymentStatus(payees: readonly Payee[]): ClaimStatus {
  const some = (...wanted: PayeeStatus[]) => payees.some((one) => wanted.includes(one.status) && one.amountIQD > 0);
  if (payees.length > 0 && payees.every((one) => one.status === 'paid')) return 'paid';
  if (some('paid')) return 'partly_paid';
  if (some('ordered')) return 'payment_ordered';
  if (some('audited')) return 'payee_audit';
  if (some('listed')) return 'batch_listed';
  if (some('failed', 'returned')) return 'payment_failed';
  return 'awaiting_allocation';
}

/** The claim with other payees, in the status they make; a suspended one goes there when it is resumed. */
export function withPayees(claim: Claim, payees: readonly Payee[]): Claim {
  const status = paymentStatus(payees);
  return claim.status === 'suspended' ? { ...claim, payees, was: status } : { ...claim, payees, status };
}

export type PaymentEvent = Extract<
  FoldEvent<typeof events>,
  {
    type:
      | 'ClaimListedForPayment'
      | 'ClaimUnlisted'
      | 'PayeeAuditCompleted'
      | 'PaymentHeld'
      | 'PaymentHoldLifted'
      | 'PaymentOrdered'
      | 'PaymentMade'
      | 'PaymentFailed'
      | 'PaymentReturned'
      | 'PaymentRecovered'
      | `PayeeReplace${string}`;
  }
>;

/** The heirs in the place of the payee who died. A share of nothing is nothing to wait for. */
const replaced = (payees: readonly Payee[], { payee, by }: Data<'PayeeReplaced'>): readonly Payee[] =>
  payees.flatMap((one): readonly Payee[] =>
    one.payee === payee
      ? by.map((heir) => ({ ...heir, kind: 'natural', status: heir.amountIQD === 0 ? 'paid' : 'due', heirOf: payee }))
      : [one],
  );

/** What an event of payment makes of a claim's payees. */
export function paid(claim: Claim, event: PaymentEvent): Claim {
  const change = (wanted: readonly string[], to: (one: Payee) => Payee) =>
    withPayees(
      claim,
      claim.payees.map((one) => (wanted.includes(one.payee) ? to(one) : one)),
    );
  if (event.type === 'PayeeReplaced') return withPayees(claim, replaced(claim.payees, event.data));
  const { data, type } = event;
  switch (type) {
    case 'PayeeReplacementProposed': {
      const { heirs } = data;
      const by = event.meta.actor.id;
      return change([data.payee], (one) => ({
        ...one,
        status: 'held',
        batch: undefined,
        replacement: { heirs, by, was: one.status },
      }));
    }
    case 'PayeeReplacementDeclined':
      return change([data.payee], ({ replacement, ...one }) => ({ ...one, status: replacement?.was ?? one.status }));
    case 'ClaimListedForPayment':
      return change(
        data.lines.map((one) => one.payee),
        (one) => ({ ...one, status: 'listed', batch: data.batch }),
      );
    case 'ClaimUnlisted':
      return change(data.payees, (one) => ({ ...one, status: 'due', batch: undefined }));
    case 'PayeeAuditCompleted':
      return change([data.payee], (one) => ({ ...one, status: data.outcome === 'passed' ? 'audited' : 'held' }));
    case 'PaymentHeld':
      return change([data.payee], (one) => ({ ...one, status: 'held', batch: undefined }));
    case 'PaymentHoldLifted':
      return change([data.payee], (one) => ({ ...one, status: 'due', batch: undefined }));
    case 'PaymentOrdered':
      return change(
        data.lines.map((one) => one.payee),
        (one) => ({ ...one, status: 'ordered' }),
      );
    case 'PaymentMade':
      return change([data.payee], (one) => ({ ...one, status: 'paid' }));
    case 'PaymentFailed':
      return change([data.payee], (one) => ({ ...one, status: 'failed', batch: undefined }));
    case 'PaymentReturned':
      return change([data.payee], (one) => ({ ...one, status: 'due', batch: undefined, returns: (one.returns ?? 0) + 1 }));
    case 'PaymentRecovered':
      return change([data.payee], (one) => ({ ...one, recoveredIQD: (one.recoveredIQD ?? 0) + data.amountIQD }));
  }
}
