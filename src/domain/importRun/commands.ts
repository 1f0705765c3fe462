import { z } from 'zod';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { fileLifeRule } from '../kernel/documents.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, defineProcess, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { events, ImportKind, RowDecision, RowNumber } from './events.ts';
import { labels } from './labels.ts';
import { importLimits, KEPT_BY } from './policy.ts';
import { evolve, type ImportState, initial, isLeftOut, readAnew, timers, undecided } from './state.ts';

const p = defineProcess({
  name: 'importRun',
  plural: 'imports',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  // While Masar itself reads, commits or takes back, nobody holds the ball.
  waitsOn: {
    none: () => [],
    uploaded: () => [],
    unreadable: () => [],
    in_review: (s) => [{ key: 'decideRows', party: 'office', holder: s.office }],
    ready: (s) => [{ key: 'commit', party: 'secondOfficer', holder: s.office }],
    committing: () => [],
    committed: () => [],
    cancelled: () => [],
    taking_back: () => [],
    taken_back: () => [],
  },
  ends: ['unreadable', 'committed', 'cancelled', 'taken_back'],
  timers,
  about: (s) => (s.status === 'none' || s.office.office === undefined ? {} : { offices: [s.office.office] }),
  reopens: { from: ['cancelled', 'unreadable'], state: readAnew },
  decisions: ['ImportCommitted', 'ImportRetractionOrdered', 'ImportRowsDecided', 'ImportFileDestroyed'],
  labels,
});

const reason = z.string().min(3).max(1000);

/** Entry is not approval (domain.md §14): who uploaded, also for a colleague, neither commits nor takes back. */
const secondOfficer = (ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>): void =>
  ensureAnother(ctx, 'SECOND_OFFICER_NEEDED', ['ImportUploaded']);

/** How many units a commit would begin with. */
const toCommit = (s: Extract<ImportState, { status: 'in_review' | 'ready' }>): number =>
  s.found.units - s.duplicates.filter((row) => isLeftOut(s, row)).length;

/** A file of paper cases: read and checked by Masar, looked at by people, committed by a second officer, and taken back whole. */
export const importRun = p.withCommands({
  upload: p.command({
    from: 'new',
    permission: 'importRun:upload',
    input: z.strictObject({
      kind: ImportKind,
      /** The office whose cases they are: one's own, or for a partner the branch of the governorate. */
      office: z.uuid(),
      document: z.uuid(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
    // The same file again is the same import, whoever brings it.
    naturalKey: (c) => `${c.kind} ${c.office} ${c.sha256}`,
    emits: ['ImportUploaded'],
    to: ['uploaded'],
    facts: (c) => ({ office: fact<OfficeState>('office', c.office) }),
    rules: [fileLifeRule],
    decide: (c, _s, ctx) => {
      const { state } = ctx.facts.office;
      ensure(state.status === 'open' && state.kind === KEPT_BY[c.kind], 'OFFICE_KEEPS_NO_SUCH_CASES', { office: c.office });
      const assisting = ctx.actor.post === 'partnerCaseworker' && state.governorate === ctx.actor.governorate;
      ensure(c.office === ctx.actor.office || assisting, 'OFFICE_NOT_YOURS', { office: c.office });
      const { organisation = '', governorate } = state;
      const keptUntil = addDays(baghdadDate(ctx.now), ctx.rule(fileLifeRule).value.imports);
      return [{ type: 'ImportUploaded', data: { ...c, office: { organisation, office: c.office, governorate }, keptUntil } }];
    },
  }),
  reportUnreadable: p.command({
    from: ['uploaded'],
    permission: 'system',
    input: events.ImportUnreadable,
    emits: ['ImportUnreadable'],
    to: ['unreadable'],
    decide: (c) => [{ type: 'ImportUnreadable', data: c }],
  }),
  validate: p.command({
    from: ['uploaded'],
    permission: 'system',
    input: events.ImportValidated,
    emits: ['ImportValidated'],
    to: ['in_review', 'ready'],
    rules: [importLimits],
    decide: (c, _s, ctx) => {
      const { rows } = ctx.rule(importLimits).value;
      ensure(c.rows <= rows, 'TOO_MANY_ROWS', { rows });
      return [{ type: 'ImportValidated', data: c }];
    },
  }),
  decideRows: p.command({
    from: ['in_review', 'ready'],
    permission: 'importRun:review',
    input: z.strictObject({ rows: z.array(RowNumber).min(1).max(5_000), decision: RowDecision }),
    emits: ['ImportRowsDecided'],
    to: ['in_review', 'ready'],
    decide: (c, s) => {
      const foreign = c.rows.find((row) => !s.duplicates.includes(row));
      ensure(foreign === undefined, 'ROW_NOT_IN_QUESTION', { row: foreign ?? 0 });
      const rows = [...new Set(c.rows)].filter((row) => s.decided[row] !== c.decision);
      return rows.length > 0 ? [{ type: 'ImportRowsDecided', data: { ...c, rows } }] : [];
    },
  }),
  commit: p.command({
    from: ['in_review', 'ready'],
    permission: 'importRun:commit',
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['ImportCommitted'],
    to: ['committing'],
    decide: (_c, s, ctx) => {
      secondOfficer(ctx);
      const open = undecided(s).length;
      ensure(open === 0, 'DUPLICATES_UNDECIDED', { open });
      ensure(toCommit(s) > 0, 'NOTHING_TO_COMMIT');
      return [{ type: 'ImportCommitted', data: {} }];
    },
  }),
  recordProgress: p.command({
    from: ['committing', 'taking_back'],
    permission: 'system',
    input: events.ImportProgressed,
    emits: ['ImportProgressed'],
    to: ['committing', 'taking_back'],
    decide: (c, s) => {
      const { through } = s.status === 'committing' ? s.committing : s.takingBack;
      return c.through > through ? [{ type: 'ImportProgressed', data: c }] : [];
    },
  }),
  finish: p.command({
    from: ['committing'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ImportFinished'],
    to: ['committed'],
    decide: (_c, s) => [{ type: 'ImportFinished', data: { done: s.committing.done, refused: s.committing.refused } }],
  }),
  cancel: p.command({
    from: ['uploaded', 'in_review', 'ready'],
    permission: 'importRun:cancel',
    input: z.strictObject({ reason }),
    emits: ['ImportCancelled'],
    to: ['cancelled'],
    decide: (c) => [{ type: 'ImportCancelled', data: c }],
  }),
  takeBack: p.command({
    from: ['committed'],
    permission: 'importRun:takeBack',
    effect: 'legal',
    input: z.strictObject({ reason }),
    emits: ['ImportRetractionOrdered'],
    to: ['taking_back'],
    decide: (c, s, ctx) => {
      secondOfficer(ctx);
      ensure(s.committing.done > 0, 'NOTHING_TO_TAKE_BACK');
      ensure(!s.fileGone, 'FILE_NO_LONGER_KEPT', { on: s.keptUntil });
      return [{ type: 'ImportRetractionOrdered', data: c }];
    },
  }),
  destroyFile: p.command({
    from: ['uploaded', 'unreadable', 'in_review', 'ready', 'cancelled', 'committed', 'taken_back'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ImportFileDestroyed'],
    to: ['unreadable', 'cancelled', 'committed', 'taken_back'],
    decide: (_c, s, ctx) =>
      s.fileGone || baghdadDate(ctx.now) < s.keptUntil ? [] : [{ type: 'ImportFileDestroyed', data: { document: s.document } }],
  }),
  finishTakingBack: p.command({
    from: ['taking_back'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ImportRetracted'],
    to: ['taken_back'],
    decide: (_c, s) => [{ type: 'ImportRetracted', data: { retracted: s.takingBack.done, kept: s.takingBack.refused } }],
  }),
});
