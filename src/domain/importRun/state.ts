import type { OfficeRef } from '../kernel/caseEvents.ts';
import { addDays, baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { fileLifeRule } from '../kernel/documents.ts';
import type { FoldEvent, Timer } from '../kernel/process.ts';
import type { events, FileProblem, ImportKind, RowDecision } from './events.ts';

/** What every import knows once it was uploaded. */
export interface Uploaded {
  readonly kind: ImportKind;
  readonly office: OfficeRef;
  readonly document: string;
  readonly sha256: string;
  /** Staff ids of who uploaded: the officer, and the colleague the officer stood in for. */
  readonly uploadedBy: readonly string[];
  /** The day from which the file is not kept any more, whatever became of the import. */
  readonly keptUntil: LocalDate;
  readonly fileGone?: true;
}

/** What was found in the file, and what people said of it. Numbers of `rows` are rows, the others units. */
export interface Checked extends Uploaded {
  readonly found: { readonly rows: number; readonly good: number; readonly bad: number; readonly units: number };
  readonly rulesVersion: string;
  /** Units that may be on record already, by their first row, in order. */
  readonly duplicates: readonly number[];
  /** Units that were refused when they were tried, by their first row. */
  readonly unfit: readonly number[];
  readonly decided: Readonly<Record<string, RowDecision>>;
}

/** How far the rows have been gone through: `through` is a row, the others are units. */
export interface Progress {
  readonly through: number;
  readonly done: number;
  readonly refused: number;
}

const BEGIN: Progress = { through: 0, done: 0, refused: 0 };

export interface Committed extends Checked {
  readonly committedBy: string;
  readonly committing: Progress;
}

export interface TakenBack extends Committed {
  readonly orderedBy: string;
  readonly takingBack: Progress;
}

export type ImportState =
  | { readonly status: 'none' }
  | ({ readonly status: 'uploaded' } & Uploaded)
  | ({ readonly status: 'unreadable'; readonly problem: FileProblem; readonly columns: readonly string[] } & Uploaded)
  | ({ readonly status: 'in_review' | 'ready' } & Checked)
  | ({ readonly status: 'cancelled' } & Uploaded)
  | ({ readonly status: 'committing' } & Committed)
  | ({ readonly status: 'committed' } & Committed)
  | ({ readonly status: 'taking_back' } & TakenBack)
  | ({ readonly status: 'taken_back' } & TakenBack);

export const initial = { status: 'none' } as ImportState;

/** Units that may be on record already and that nobody has decided on. */
export const undecided = (s: Pick<Checked, 'duplicates' | 'decided'>): readonly number[] =>
  s.duplicates.filter((row) => !(row in s.decided));

/** Whether a unit is committed, as far as people have decided. */
export const isLeftOut = (s: Pick<Checked, 'decided'>, row: number): boolean => s.decided[row] === 'leave_out';

const further = (before: Progress, step: Progress): Progress => ({
  through: step.through,
  done: before.done + step.done,
  refused: before.refused + step.refused,
});

const reviewed = (s: Checked): ImportState => ({ ...s, status: undecided(s).length > 0 ? 'in_review' : 'ready' });

export function evolve(state: ImportState, event: FoldEvent<typeof events>): ImportState {
  const { meta } = event;
  switch (event.type) {
    case 'ImportUploaded':
      return {
        status: 'uploaded',
        ...event.data,
        keptUntil: event.data.keptUntil ?? addDays(baghdadDate(meta.recordedAt), fileLifeRule.default.imports),
        uploadedBy: [meta.actor.id, ...(meta.onBehalfOf === undefined ? [] : [meta.onBehalfOf])],
      };
    case 'ImportUnreadable':
      if (state.status === 'none') return state;
      return { ...uploadOf(state), status: 'unreadable', problem: event.data.problem, columns: event.data.columns ?? [] };
    case 'ImportValidated': {
      if (state.status === 'none') return state;
      const { duplicates, unfit, rulesVersion, ...found } = event.data;
      return reviewed({ ...uploadOf(state), found, duplicates, unfit, rulesVersion, decided: {} });
    }
    case 'ImportRowsDecided': {
      if (state.status !== 'in_review' && state.status !== 'ready') return state;
      const said = Object.fromEntries(event.data.rows.map((row) => [row, event.data.decision]));
      return reviewed({ ...state, decided: { ...state.decided, ...said } });
    }
    case 'ImportCancelled':
      return state.status === 'none' ? state : { ...uploadOf(state), status: 'cancelled' };
    case 'ImportCommitted':
      if (state.status !== 'in_review' && state.status !== 'ready') return state;
      return { ...state, status: 'committing', committedBy: meta.actor.id, committing: BEGIN };
    case 'ImportProgressed':
      if (state.status === 'taking_back') return { ...state, takingBack: further(state.takingBack, event.data) };
      return state.status === 'committing' ? { ...state, committing: further(state.committing, event.data) } : state;
    case 'ImportFinished':
      return state.status === 'committing' ? { ...state, status: 'committed' } : state;
    case 'ImportRetractionOrdered':
      if (state.status !== 'committed') return state;
      return { ...state, status: 'taking_back', orderedBy: meta.actor.id, takingBack: BEGIN };
    case 'ImportRetracted':
      return state.status === 'taking_back' ? { ...state, status: 'taken_back' } : state;
    case 'ImportFileDestroyed':
      return withoutFile(state);
  }
}

/** What nobody committed while there was a file ends with it. */
function withoutFile(state: ImportState): ImportState {
  switch (state.status) {
    case 'uploaded':
    case 'in_review':
    case 'ready':
      return { ...uploadOf(state), status: 'cancelled', fileGone: true };
    case 'none':
      return state;
    default:
      return { ...state, fileGone: true };
  }
}

/** While a file is gone through, its end waits. */
export const timers = (state: ImportState): readonly Timer[] =>
  state.status === 'none' || state.status === 'committing' || state.status === 'taking_back' || state.fileGone
    ? []
    : [{ key: 'destroyFile', at: state.keptUntil, command: 'destroyFile' }];

const uploadOf = ({ kind, office, document, sha256, uploadedBy, keptUntil, fileGone }: Uploaded): Uploaded => ({
  kind,
  office,
  document,
  sha256,
  uploadedBy,
  keptUntil,
  ...(fileGone ? { fileGone } : {}),
});

/** A file that was put aside is read anew. */
export const readAnew = (state: ImportState): ImportState =>
  state.status === 'none' ? state : { ...uploadOf(state), status: 'uploaded' };
