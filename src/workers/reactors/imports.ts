import type { Unit } from '../../domain/importRun/columns.ts';
import { type ImportState, importLimits, importRun, isLeftOut } from '../../domain/importRun/index.ts';
import { baghdadDate } from '../../domain/kernel/dates.ts';
import { idOf, type RecordedEvent } from '../../domain/kernel/envelope.ts';
import { opened } from '../../domain/kernel/privacy.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import { commitUnits } from '../imports/committing.ts';
import { AT_ONCE } from '../imports/entering.ts';
import { lookedForBy } from '../imports/looking.ts';
import type { ImportParts } from '../imports/parts.ts';
import { fileReader } from '../imports/reading.ts';
import type { UnitChange } from '../imports/rows.ts';
import { takeBackUnit } from '../imports/takingBack.ts';
import { sound, validate } from '../imports/validating.ts';
import { atOnce } from '../runtime/atOnce.ts';
import type { Reactor, TaskContext } from '../runtime/reactor.ts';

export interface ImportReactorParts extends ImportParts {
  readonly registry: Registry;
}

type Going = Extract<ImportState, { status: 'committing' | 'taking_back' }>;

const STEPS: Readonly<Record<string, string>> = {
  ImportUploaded: 'read',
  CaseReopened: 'read',
  ImportRowsDecided: 'mark',
  ImportCommitted: 'go on',
  ImportRetractionOrdered: 'go on',
  ImportProgressed: 'go on',
};

/**
 * Does what an import asks for: reads the file, and once it is committed goes through its rows a chunk at a time, each chunk
 * from the event of progress before it. Every command of a row has an id made of import and row, so a run that was killed
 * anywhere is repeated without harm.
 */
export function imports(parts: ImportReactorParts): Reactor {
  const reader = fileReader(parts);

  async function goOn(id: string, state: Going, history: readonly RecordedEvent[], context: TaskContext): Promise<void> {
    const progress = state.status === 'committing' ? state.committing : state.takingBack;
    const order = state.status === 'committing' ? 'ImportCommitted' : 'ImportRetractionOrdered';
    const cause = history[context.cause.revision];
    const ordered = history.findLast((one) => one.type === order);
    if (!cause || !ordered || cause.meta.revision < ordered.meta.revision) return;
    const begun = cause.type === 'ImportProgressed' ? importRun.events.ImportProgressed.parse(cause.data).through : 0;
    // A later run has come further already.
    if (progress.through !== begun) return;
    const { units, chunk } = await unitsOf(state, history, context);
    const next = units.filter((one) => one.unit > begun).slice(0, chunk);
    const changes = await (state.status === 'committing'
      ? commitAll(id, state, next, history, context)
      : takeBackAll(id, state, next, history, context));
    await parts.rows.settle(id, changes);
    const last = next.at(-1);
    const count = (...statuses: string[]): number => changes.filter((one) => statuses.includes(one.status)).length;
    const give = (command: string, input: object, part: string) =>
      context.command({ process: 'importRun', command, id, input, part });
    if (last) {
      const told = { through: last.unit, done: count('done', 'taken_back'), refused: count('refused', 'kept') };
      await give('recordProgress', told, 'progress');
    } else {
      reader.forget();
      await give(state.status === 'committing' ? 'finish' : 'finishTakingBack', {}, 'finish');
    }
  }

  /** The units that were found sound when the file was checked, in order, and how many are gone through at once. */
  async function unitsOf(state: Going, history: readonly RecordedEvent[], context: TaskContext) {
    const checkedAt = history.findLast((one) => one.type === 'ImportValidated')?.meta.recordedAt ?? context.now();
    const rules = await parts.rulebook.inForce([importLimits], checkedAt);
    const { rows, chunk } = rules.of(importLimits).value;
    const { kind, document, sha256 } = state;
    const file = await reader.of({ kind, document, sha256, today: baghdadDate(checkedAt), mostRows: rows });
    return { units: sound(file).filter(({ unit }) => !state.unfit.includes(unit)), chunk };
  }

  async function commitAll(
    id: string,
    state: Extract<Going, { status: 'committing' }>,
    units: readonly Unit[],
    history: readonly RecordedEvent[],
    { cases, execute }: TaskContext,
  ): Promise<readonly UnitChange[]> {
    const causedBy = eventIdOf(history, 'ImportCommitted');
    const run = { id, state, cases, execute, causedBy, committedBy: state.committedBy };
    const wanted = units.filter(({ unit }) => !isLeftOut(state, unit));
    const leftOut = units.filter(({ unit }) => isLeftOut(state, unit));
    return [...leftOut.map(({ unit }): UnitChange => ({ unit, status: 'left_out' })), ...(await commitUnits(wanted, run))];
  }

  async function takeBackAll(
    id: string,
    state: Extract<Going, { status: 'taking_back' }>,
    units: readonly Unit[],
    history: readonly RecordedEvent[],
    { cases, execute, cause }: TaskContext,
  ): Promise<readonly UnitChange[]> {
    const order = history.findLast((one) => one.type === 'ImportRetractionOrdered');
    const told = order && importRun.events.ImportRetractionOrdered.parse(order.data).reason;
    const run = {
      id,
      state,
      cases,
      execute,
      registry: parts.registry,
      casesAbout: parts.casesAbout,
      causedBy: eventIdOf(history, 'ImportRetractionOrdered'),
      orderedBy: state.orderedBy,
      reason: opened(told, undefined) ?? 'the import was taken back',
      position: cause.position,
    };
    const changes = await atOnce(units, AT_ONCE, (unit) => takeBackUnit(unit, run));
    return changes.filter((one) => one !== undefined);
  }

  return {
    name: 'imports',
    start: 'beginning',
    categories: ['importRun'],
    react: (event) => {
      const step = STEPS[event.type];
      return step === undefined ? [] : [{ step, ids: {} }];
    },
    perform: async ({ step }, context) => {
      const id = idOf(context.cause.stream);
      const { record, history } = await context.cases.load(importRun, id);
      const state = record.state as ImportState;
      if (step === 'read' && state.status === 'uploaded') {
        const post = history[context.cause.revision]?.meta.actor.post ?? '';
        await validate(id, state, { ...parts, reader, by: lookedForBy(post) }, context);
      }
      if (step === 'mark' && 'decided' in state) await parts.rows.settle(id, marksOf(history[context.cause.revision]));
      if (step === 'go on' && (state.status === 'committing' || state.status === 'taking_back'))
        await goOn(id, state, history, context);
    },
  };
}

const eventIdOf = (history: readonly RecordedEvent[], type: string): string =>
  history.findLast((one) => one.type === type)?.meta.eventId ?? '';

/** What people decided, as the rows show it. */
function marksOf(event: RecordedEvent | undefined): readonly UnitChange[] {
  if (event?.type !== 'ImportRowsDecided') return [];
  const { rows, decision } = importRun.events.ImportRowsDecided.parse(event.data);
  return rows.map((unit) => ({ unit, status: decision === 'leave_out' ? 'left_out' : 'ready' }));
}
