import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { isOwnEntry } from '../kernel/officers.ts';
import { fact } from '../kernel/process.ts';
import type { MovementState } from '../movement/state.ts';
import { memberOf } from './composition.ts';
import { FileNumber } from './data.ts';
import { notAhead, onPaper, p } from './definition.ts';
import { events } from './events.ts';
import { fileNumberIn } from './fileNumber.ts';
import { ACTIVE } from './state.ts';

const reason = z.string().min(3).max(1000);
const requestDocs = z.array(z.string().trim().min(1).max(200)).max(20);
const SETTLED = ['returned', 'locally_integrated', 'relocated'] as const;

/** The displacement file: its number, its branch, closing, reopening. */
export const file = {
  closeFile: p.command({
    from: SETTLED,
    permission: 'household:close',
    effect: 'legal',
    input: z.strictObject({
      reason: events.DisplacementFileClosed.shape.reason,
      /** How, by whom and when the family asked for it or confirmed it. */
      word: z.strictObject({ how: z.enum(['asked', 'confirmed']), by: z.uuid(), on: LocalDate }).optional(),
      requestDocs: requestDocs.optional(),
    }),
    emits: ['DisplacementFileClosed'],
    to: ['file_closed'],
    decide: (c, s, ctx) => {
      const { word } = c;
      ensure(word, 'HOUSEHOLD_NOT_ASKED');
      memberOf(s, word.by);
      notAhead(word.on, ctx);
      ensure(s.branch?.office === ctx.actor.office, 'NOT_THE_DISPLACEMENT_BRANCH');
      ensure(s.holds.length === 0, 'FILE_ON_HOLD');
      const said = { word: word.how, wordOf: word.by, wordOn: word.on, requestDocs: c.requestDocs ?? [] };
      return [{ type: 'DisplacementFileClosed', data: { fileNo: s.fileNo ?? '', reason: c.reason, ...said } }];
    },
  }),
  reopenFile: p.command({
    from: ['file_closed', ...SETTLED],
    permission: 'household:reopenFile',
    effect: 'legal',
    /** A movement of this household that failed shows what a paper shows otherwise. */
    input: z.strictObject({ ground: events.DisplacementFileReopened.shape.ground, movement: z.uuid().optional() }),
    facts: (c) => ({ movement: c.movement === undefined ? undefined : fact<MovementState>('movement', c.movement) }),
    emits: ['DisplacementFileReopened'],
    to: ['secondary_displaced'],
    decide: (c, s, ctx) => {
      const failed = ctx.facts.movement?.state;
      const shown = failed?.failedAt !== undefined && failed.household === ctx.id;
      ensure(shown || onPaper(ctx), 'EVIDENCE_MISSING');
      return [{ type: 'DisplacementFileReopened', data: { fileNo: s.fileNo ?? '', ground: c.ground } }];
    },
  }),
  /** After the kernel's transfer was accepted: the new branch gives the file its number there. */
  recordFileTransfer: p.command({
    from: [...ACTIVE, 'file_closed'],
    permission: 'household:file',
    input: z.strictObject({ fileNo: FileNumber, reason, requestDocs: requestDocs.optional() }),
    reserves: (c, _s, actor) => fileNumberIn(c.fileNo, actor),
    emits: ['DisplacementFileTransferred'],
    to: [...ACTIVE, 'file_closed'],
    decide: (c, s, ctx) => {
      const { owner } = ctx.case;
      ensure(owner?.office !== undefined && owner.office === ctx.actor.office, 'NOT_YOUR_FILE');
      ensure(s.branch && s.branch.office !== owner.office, 'FILE_NOT_TRANSFERRED');
      const data = {
        fileNo: c.fileNo,
        reason: c.reason,
        requestDocs: c.requestDocs ?? [],
        branchFrom: s.branch,
        branchTo: owner,
      };
      return [{ type: 'DisplacementFileTransferred', data }];
    },
  }),
  /** Another number, where the first proved to be taken. */
  assignFileNumber: p.command({
    from: ACTIVE,
    permission: 'household:file',
    input: z.strictObject({ fileNo: FileNumber }),
    reserves: (c, s) => fileNumberIn(c.fileNo, s.branch ?? {}),
    emits: ['FileNumberAssigned'],
    to: ACTIVE,
    decide: (c, s) => {
      ensure(s.fileNo !== c.fileNo, 'NOTHING_CHANGED');
      return [{ type: 'FileNumberAssigned', data: c }];
    },
  }),
  /** A flag without content: why stands in the restricted store. While it is up the file is not closed. */
  placeHold: p.command({
    from: ACTIVE,
    permission: 'household:hold',
    input: events.FileHoldPlaced,
    emits: ['FileHoldPlaced'],
    to: ACTIVE,
    decide: (c, s) => (s.holds.includes(c.hold) ? [] : [{ type: 'FileHoldPlaced', data: c }]),
  }),
  liftHold: p.command({
    from: ACTIVE,
    permission: 'household:hold',
    input: events.FileHoldLifted,
    emits: ['FileHoldLifted'],
    to: ACTIVE,
    decide: (c, s) => (s.holds.includes(c.hold) ? [{ type: 'FileHoldLifted', data: c }] : []),
  }),
  voidFile: p.command({
    from: ACTIVE,
    permission: 'household:void',
    effect: 'legal',
    input: z.strictObject({ reason }),
    emits: ['HouseholdVoided'],
    to: ['void'],
    decide: (c, _s, ctx) => {
      ensure(!isOwnEntry(ctx.history[0]?.meta, ctx), 'SECOND_OFFICER_NEEDED');
      return [{ type: 'HouseholdVoided', data: c }];
    },
  }),
};
