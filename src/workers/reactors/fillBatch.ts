import { type Claim, type ClaimState, isDue, mayBeListed } from '../../domain/claim/index.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import { events, MOST_LINES } from '../../domain/paymentBatch/events.ts';
import { type PaymentBatchState, paymentBatch } from '../../domain/paymentBatch/index.ts';
import { nextInOrder, type PayableClaim } from '../../domain/paymentBatch/policy.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';
import { come } from '../runtime/readModel.ts';

/**
 * The claims of a governorate with payees whom no list names yet, by id, from a read model that shows this position; `not yet`
 * while it is behind.
 */
export type PayableClaims = (governorate: string, position: bigint) => Promise<readonly string[] | 'not yet'>;

/**
 * When a batch is to be filled, who comes next in the order of payment is chosen once and written down; the claims chosen are
 * then asked to list themselves. Money still due is read from the claims, so that an old row of the read model pays nobody.
 */
export const fillBatch = (payableClaims: PayableClaims): Reactor => ({
  name: 'fillBatch',
  start: 'beginning',
  categories: ['paymentBatch'],
  react: (event) => (event.type === 'BatchFillRequested' ? [{ step: 'choose', ids: {} }] : []),
  perform: async (_, context) => {
    const { stream, revision, position } = context.cause;
    const id = idOf(stream);
    const { record, history } = await context.cases.load(paymentBatch, id);
    const asked = events.BatchFillRequested.parse(history[revision]?.data);
    const { governorate, subcommittee, lines } = record.state as PaymentBatchState;
    if (governorate === undefined) return;
    const waiting: PayableClaim[] = [];
    for (const one of come(await payableClaims(governorate, position)))
      waiting.push(...(await payable(one, subcommittee, context)));
    const claims = nextInOrder(waiting, asked.order, asked.upToIQD).slice(0, MOST_LINES - lines.length);
    if (claims.length > 0) await context.command({ process: 'paymentBatch', command: 'chooseClaims', id, input: { claims } });
  },
});

/**
 * The claim as the order of payment sees it, if anything is still due and it can be listed: one that waits for a suspicion to be
 * settled or for its heirs would take up money that nobody gets.
 */
async function payable(claim: string, subcommittee: string | undefined, context: TaskContext): Promise<readonly PayableClaim[]> {
  const record = await context.cases.glance(`claim-${claim}`);
  const state = record.state as ClaimState;
  if (state.status === 'none' || !mayBeListed(state, record)) return [];
  if (subcommittee !== undefined && subcommittee !== state.subcommittee?.office) return [];
  const { final, vulnerable, payees }: Claim = state;
  const dueIQD = payees.filter(isDue).reduce((sum, one) => sum + one.amountIQD, 0);
  return final && dueIQD > 0 ? [{ claim, decidedOn: final.on, vulnerable, dueIQD }] : [];
}
