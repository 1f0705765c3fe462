import { z } from 'zod';
import { OfficeRef, Reader } from './caseEvents.ts';
import { baghdadDate, LocalDate } from './dates.ts';
import { ensure } from './errors.ts';
import { event, type KernelTable, reason, spec } from './kernelSpec.ts';
import { type Context, fact } from './process.ts';

/** A share opens more than some posts may open themselves, so nobody gives one to oneself or to the own side. */
function isOwnSide({ kind, id }: Reader, { actor, onBehalfOf }: Context): boolean {
  const own = { staff: [actor.id, onBehalfOf], office: [actor.office], organisation: [actor.organisation] };
  return own[kind].includes(id);
}

/** Who else reads a case, and how it passes to another office: ownership moves when that office accepts it. */
export const sharing: KernelTable = {
  share: spec({
    verb: 'share',
    from: 'any',
    input: z.strictObject({ reader: Reader, purpose: reason, until: LocalDate }),
    emits: ['CaseShared'],
    decide: (c, ctx) => {
      ensure(!isOwnSide(c.reader, ctx), 'SHARED_WITH_ONESELF');
      ensure(c.until >= baghdadDate(ctx.now), 'UNTIL_IN_THE_PAST', { until: c.until });
      return [event('CaseShared', c)];
    },
  }),
  unshare: spec({
    verb: 'share',
    from: 'any',
    idle: (record) => (record.shares.length > 0 ? undefined : 'NOT_SHARED'),
    input: z.strictObject({ reader: Reader }),
    emits: ['CaseUnshared'],
    decide: (c, ctx) => {
      const shared = ctx.case.shares.some((one) => one.reader.kind === c.reader.kind && one.reader.id === c.reader.id);
      return shared ? [event('CaseUnshared', c)] : [];
    },
  }),
  offerTransfer: spec({
    verb: 'transfer',
    from: 'open',
    input: z.strictObject({ to: OfficeRef.extend({ office: z.uuid(), organisation: z.uuid() }), reason }),
    emits: ['TransferOffered'],
    facts: (c) => ({ office: fact<{ status: string; organisation?: string; governorate?: string }>('office', c.to.office) }),
    decide: (c, ctx) => {
      const { office } = ctx.facts;
      ensure(office.exists && office.state.status === 'open', 'OFFICE_UNKNOWN', { office: c.to.office });
      ensure(office.state.organisation === c.to.organisation, 'OFFICE_NOT_OF_ORGANISATION', { office: c.to.office });
      ensure(ctx.case.transfer === undefined, 'TRANSFER_PENDING');
      ensure(ctx.case.owner?.office !== c.to.office, 'ALREADY_OWNER');
      const { governorate } = office.state;
      const to = { organisation: c.to.organisation, office: c.to.office, ...(governorate === undefined ? {} : { governorate }) };
      return [event('TransferOffered', { to, reason: c.reason })];
    },
  }),
  acceptTransfer: spec({
    verb: 'transfer',
    from: 'open',
    idle: (record) => (record.transfer ? undefined : 'NO_TRANSFER'),
    input: z.strictObject({}),
    emits: ['TransferAccepted'],
    decide: (_, ctx) => {
      const { transfer } = ctx.case;
      ensure(transfer, 'NO_TRANSFER');
      ensure(transfer.to.office === ctx.actor.office, 'TRANSFER_NOT_TO_YOU');
      return [event('TransferAccepted', { to: transfer.to })];
    },
  }),
  declineTransfer: spec({
    verb: 'transfer',
    from: 'open',
    idle: (record) => (record.transfer ? undefined : 'NO_TRANSFER'),
    input: z.strictObject({ reason }),
    emits: ['TransferDeclined'],
    decide: (c, ctx) => {
      const { transfer } = ctx.case;
      ensure(transfer, 'NO_TRANSFER');
      ensure(transfer.to.office === ctx.actor.office || transfer.by === ctx.actor.id, 'TRANSFER_NOT_TO_YOU');
      return [event('TransferDeclined', { reason: c.reason })];
    },
  }),
};
