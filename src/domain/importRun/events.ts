import { z } from 'zod';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';

/** What the rows of a file tell of: the backlogs of domain.md §1 and §4 that lie on paper. */
export const ImportKind = z.enum(['households', 'claims']);
export type ImportKind = z.infer<typeof ImportKind>;

/** Number of a row as a spreadsheet shows it; the headings stand in row 1. */
export const RowNumber = z.int().min(1).max(1_000_000);

/** Why a file could not be read at all. */
export const FileProblem = z.enum([
  'FILE_MISSING',
  'FILE_CHANGED',
  'NOT_A_TABLE',
  'TABLE_TOO_LARGE',
  'TOO_MANY_ROWS',
  'COLUMN_MISSING',
  'COLUMN_TWICE',
  'NO_ROWS',
]);
export type FileProblem = z.infer<typeof FileProblem>;

export const RowDecision = z.enum(['commit', 'leave_out']);
export type RowDecision = z.infer<typeof RowDecision>;

/** Words of an officer may name a person. */
const reason = personal(z.string().max(1000), 'T1');
const count = z.int().min(0);

/** The life of one file of paper cases. What a row tells stands in the file alone, never here. */
export const events = {
  ImportUploaded: z.strictObject({
    kind: ImportKind,
    /** The office whose cases they are. */
    office: OfficeRef,
    document: z.uuid(),
    sha256: z.string(),
    /** The day from which the file is not kept any more. */
    keptUntil: LocalDate.optional(),
  }),
  ImportUnreadable: z.strictObject({ problem: FileProblem, columns: z.array(z.string().max(60)).max(60).optional() }),
  /**
   * `good` and `bad` are rows. `units` are what can be committed, each whole (a household, a claim); `duplicates` names those
   * that may be on record already, by their first row.
   */
  ImportValidated: z.strictObject({
    rows: count,
    good: count,
    bad: count,
    units: count,
    duplicates: z.array(RowNumber),
    /** Units without an error in the file that were refused when they were tried, by their first row: not tried again. */
    unfit: z.array(RowNumber),
    rulesVersion: z.string().max(120),
  }),
  ImportRowsDecided: z.strictObject({ rows: z.array(RowNumber), decision: RowDecision }),
  ImportCommitted: z.strictObject({}),
  /** Every unit up to the row `through` has been gone through; the numbers are of units since the last such event. */
  ImportProgressed: z.strictObject({ through: RowNumber, done: count, refused: count }),
  ImportFinished: z.strictObject({ done: count, refused: count }),
  ImportCancelled: z.strictObject({ reason }),
  ImportRetractionOrdered: z.strictObject({ reason }),
  /** `kept` is what somebody had acted on since: it is left for people. */
  ImportRetracted: z.strictObject({ retracted: count, kept: count }),
  /** The file is no longer kept: neither can it be read anew, nor the import taken back. */
  ImportFileDestroyed: z.strictObject({ document: z.uuid() }),
};
