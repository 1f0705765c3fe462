import { z } from 'zod';
import { type StaffState, worksIn } from '../access/membership.ts';
import { adoption } from './adoption.ts';
import type { CaseRecord } from './case.ts';
import { clocks } from './clocks.ts';
import { correction } from './correction.ts';
import { baghdadDate } from './dates.ts';
import { Evidence } from './envelope.ts';
import { ensure } from './errors.ts';
import { granting } from './granting.ts';
import { type AnyKernelSpec, event, type KernelTable, reason, spec, wait, waitMeant } from './kernelSpec.ts';
import { ensureAnotherThanLast } from './officers.ts';
import { printing } from './printing.ts';
import { type Command, type Context, fact, type Process, type Stated } from './process.ts';
import { sharing } from './sharing.ts';

const nothingWaits = (record: CaseRecord<unknown>) => (record.waits.length > 0 ? undefined : 'NOTHING_WAITS_ON_YOU');

const table: KernelTable = {
  take: spec({
    verb: 'work',
    from: 'open',
    idle: nothingWaits,
    input: z.strictObject({ wait }),
    emits: ['CaseTaken'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      if (one.assignee === ctx.actor.id) return [];
      ensure(one.assignee === undefined, 'ALREADY_TAKEN', { by: one.assignee ?? '' });
      return [event('CaseTaken', { wait: one.key, staff: ctx.actor.id })];
    },
  }),
  assign: spec({
    verb: 'assign',
    from: 'open',
    idle: nothingWaits,
    input: z.strictObject({ staff: z.uuid(), wait }),
    emits: ['CaseAssigned'],
    facts: (c) => ({ colleague: fact<StaffState>('staff', c.staff) }),
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      if (one.assignee === c.staff) return [];
      const { office } = ctx.actor;
      ensure(office && worksIn(ctx.facts.colleague.state, office, baghdadDate(ctx.now)), 'NOT_A_COLLEAGUE', { staff: c.staff });
      return [event('CaseAssigned', { wait: one.key, staff: c.staff })];
    },
  }),
  release: spec({
    verb: 'work',
    from: 'open',
    idle: nothingWaits,
    input: z.strictObject({ wait, reason: reason.optional() }),
    emits: ['CaseReleased'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      if (one.assignee === undefined) return [];
      ensure(one.assignee === ctx.actor.id || one.assignee === ctx.onBehalfOf, 'NOT_TAKEN_BY_YOU', { by: one.assignee });
      return [event('CaseReleased', { wait: one.key, ...(c.reason ? { reason: c.reason } : {}) })];
    },
  }),
  note: spec({
    verb: 'work',
    from: 'any',
    input: z.strictObject({ text: z.string().min(1).max(10_000) }),
    emits: ['NoteAdded'],
    decide: (c) => [event('NoteAdded', { text: c.text })],
  }),
  attach: spec({
    verb: 'work',
    from: 'any',
    input: z.strictObject({ document: Evidence }),
    emits: ['DocumentAttached'],
    decide: (c) => [event('DocumentAttached', { document: c.document })],
  }),
  ...printing,
  ...sharing,
  ...granting,
  ...correction,
  retract: spec({
    verb: 'retract',
    from: 'retractable',
    input: z.strictObject({ reason }),
    emits: ['CaseRetracted'],
    decide: (c) => [event('CaseRetracted', { reason: c.reason })],
  }),
  reopen: spec({
    verb: 'reopen',
    from: 'reopenable',
    input: z.strictObject({ reason }),
    emits: ['CaseReopened'],
    decide: (c, ctx, process) => {
      ensureAnotherThanLast(ctx, 'SECOND_OFFICER_NEEDED', process.reopens?.setsAside?.(ctx.case.state as Stated) ?? []);
      return [event('CaseReopened', { reason: c.reason })];
    },
  }),
  ...adoption,
  ...clocks,
  settleReservation: spec({
    verb: 'system',
    system: true,
    from: 'any',
    input: z.strictObject({
      scope: z.string(),
      hash: z.string(),
      outcome: z.enum(['confirmed', 'refused']),
      heldBy: z.string().optional(),
    }),
    emits: ['ReservationConfirmed', 'ReservationRefused'],
    decide: (c, ctx) => {
      const open = ctx.case.reservations.find((one) => one.scope === c.scope && one.hash === c.hash);
      if (open?.status !== 'requested') return [];
      return c.outcome === 'confirmed'
        ? [event('ReservationConfirmed', { scope: c.scope, hash: c.hash })]
        : [event('ReservationRefused', { scope: c.scope, hash: c.hash, heldBy: c.heldBy ?? '' })];
    },
  }),
};

/** What the kernel's commands need to know of a process before it is complete. */
type Begun = Pick<Process, 'name' | 'store' | 'initial' | 'statuses' | 'reopens' | 'retracts' | 'papers'>;

/**
 * The commands every process has from the kernel, with the process's name in their permissions. `complete` answers the
 * finished process: `adopt` and `correct` read its events and commands when they are given.
 */
export function kernelCommands(begun: Begun, complete: () => Process): Readonly<Record<string, Command>> {
  return Object.fromEntries(
    Object.entries(table)
      .filter(([name]) => begun.store === 'restricted' || !(name in granting))
      .map(([name, one]): [string, Command] => [
        name,
        {
          name,
          kernel: true,
          from: fromOf(one.from, begun),
          permission: one.system ? 'system' : `${begun.name}:${one.verb}`,
          input: one.input,
          emits: one.emits,
          to: [],
          ...(one.effect ? { effect: one.effect } : {}),
          ...(one.idle ? { idle: one.idle } : {}),
          ...(one.facts ? { facts: (input: unknown) => one.facts?.(input) ?? {} } : {}),
          decide: (input: unknown, _state: Stated, ctx: Context) => one.decide(input, ctx, complete()),
        },
      ]),
  );
}

function fromOf(from: AnyKernelSpec['from'], begun: Begun): Command['from'] {
  switch (from) {
    case 'new':
    case 'open':
      return from;
    case 'any':
      return begun.statuses.filter((one) => one !== begun.initial.status);
    case 'reopenable':
      return begun.reopens?.from ?? [];
    case 'printable':
      return [...new Set(Object.values(begun.papers ?? {}).flatMap((one) => one.from))];
    case 'retractable':
      return begun.retracts ?? begun.statuses.filter((one) => one !== begun.initial.status);
  }
}
