import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { SuspensionCause } from './codes.ts';
import { p } from './definition.ts';
import { events, Text } from './events.ts';
import { isUntouched } from './payees.ts';
import { LINE } from './stages.ts';

const UNLISTED = LINE.slice(0, LINE.indexOf('batch_listed'));
const SUSPENDABLE = LINE.filter((one) => one !== 'paid');

/** Side states: withdrawn, suspended and resumed, closed. */
export const standing = {
  withdraw: p.command({
    from: UNLISTED,
    permission: 'claim:withdraw',
    input: z.strictObject({ by: events.ClaimWithdrawn.shape.by, reason: Text.optional() }),
    emits: ['ClaimWithdrawn'],
    to: ['withdrawn'],
    decide: (c, s) => {
      ensure(isUntouched(s.payees), 'PAYMENT_UNDER_WAY');
      return [{ type: 'ClaimWithdrawn', data: c }];
    },
  }),
  suspend: p.command({
    from: SUSPENDABLE,
    permission: 'claim:suspend',
    effect: 'legal',
    input: z.strictObject({ cause: SuspensionCause, note: Text.optional() }),
    emits: ['ClaimSuspended'],
    to: ['suspended'],
    decide: (c, _s, ctx) => {
      ensure(c.cause !== 'pending_court' || ctx.letterRef || ctx.evidence.length > 0, 'EVIDENCE_MISSING');
      return [{ type: 'ClaimSuspended', data: c }];
    },
  }),
  resume: p.command({
    from: ['suspended'],
    permission: 'claim:suspend',
    effect: 'legal',
    input: z.strictObject({ note: Text.optional() }),
    emits: ['ClaimSuspensionLifted'],
    to: LINE,
    decide: (c) => [{ type: 'ClaimSuspensionLifted', data: c }],
  }),
  close: p.command({
    from: ['paid'],
    permission: 'claim:notify',
    input: z.strictObject({}),
    emits: ['ClaimClosed'],
    to: ['closed'],
    decide: () => [{ type: 'ClaimClosed', data: {} }],
  }),
};
