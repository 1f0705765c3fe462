import { type CaseRecord, changesThePast, foldCase, noCase, step } from '../domain/kernel/case.ts';
import { idOf, type RecordedEvent } from '../domain/kernel/envelope.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Codec } from './codec.ts';
import type { EventLog, Position, StreamEvent } from './port.ts';
import { type ReadAt, recent } from './recent.ts';

/** A case with the history it was folded from. */
export interface LoadedCase {
  readonly process: Process;
  readonly record: CaseRecord<Stated>;
  readonly history: readonly RecordedEvent[];
  readonly stored: readonly StreamEvent[];
}

export interface Cases {
  /**
   * The whole stream, decoded with every personal value opened, and its fold, up to the log's own end. `until` stops at a
   * position (inclusive). Personal values in it may outlive a key destroyed by another process by a minute.
   */
  load(process: Process, id: string, until?: Position): Promise<LoadedCase>;
  /**
   * Only the fold, for guards and rights; folded on from the last look, always up to the log's own end. Personal values
   * as in `load`.
   */
  glance(stream: string): Promise<CaseRecord<Stated>>;
  /**
   * Puts one event that was just written behind the case it was decided on, if that is still what is kept of its stream, so that
   * it need not be read again. Never to be called for ids that may have been there before: their bytes may be another's. Only who
   * reads one store itself can be told.
   */
  wrote?(loaded: LoadedCase, stored: StreamEvent, event: RecordedEvent): void;
}

const GLANCES = 2_000;
/** Stored bytes of histories kept, some 10,000 events; with what was made of them they take some 25 MiB. */
const HISTORY_BYTES = 10 * 1024 * 1024;
/** What is kept holds opened personal values: with the time a key is cached, less than a minute after it was destroyed. */
const KEPT_MS = 30_000;

/**
 * Reads cases from the log. What was read is kept in memory for a moment, and only what came since is read anew: the log is
 * asked every time, so what is kept is never behind it.
 */
export function createCases(log: EventLog, codec: Codec, registry: Registry, now: () => number = () => performance.now()): Cases {
  const limits = { keptFor: KEPT_MS, now, forgettings: codec.forgettings };
  const folds = recent<CaseRecord<Stated>>({ ...limits, capacity: GLANCES, weigh: () => 1 });
  const histories = recent<LoadedCase>({ ...limits, capacity: HISTORY_BYTES, weigh: bytesOf });

  const loadAll = async (process: Process, id: string): Promise<{ readonly value: LoadedCase; readonly read: ReadAt }> => {
    const stream = `${process.name}-${id}`;
    const kept = histories.get(stream);
    const { value: known, read } = kept ?? { value: nothingOf(process, id), read: histories.moment() };
    const stored = await log.read(stream, known.record.revision + 1);
    if (stored.length === 0) return { value: known, read };
    const loaded = goOn(known, stored, await codec.decode(stored, 'all'));
    histories.keep(stream, loaded, read);
    return { value: loaded, read };
  };

  /** The fold of what was kept last; a history that was loaded has one too. */
  const furthestKept = (stream: string): { readonly value: CaseRecord<Stated>; readonly read: ReadAt } | undefined => {
    const fold = folds.get(stream);
    const loaded = histories.get(stream);
    if (!loaded || (fold && fold.value.revision >= loaded.value.record.revision)) return fold;
    return { value: loaded.value.record, read: loaded.read };
  };

  return {
    load: async (process, id, until) => {
      const { value: loaded } = await loadAll(process, id);
      if (until === undefined) return loaded;
      const stored = loaded.stored.filter((event) => event.position <= until);
      const history = loaded.history.slice(0, stored.length);
      return { process, record: foldCase(process, id, history), history, stored };
    },
    wrote: (loaded, stored, event) => {
      const { stream } = loaded.record;
      const kept = histories.get(stream);
      if (kept?.value === loaded) histories.keep(stream, goOn(loaded, [stored], [event]), kept.read);
    },
    glance: async (stream) => {
      const process = registry.ofStream(stream);
      const kept = furthestKept(stream);
      const { value: known, read } = kept ?? { value: noCase(process, idOf(stream)), read: folds.moment() };
      const news = await codec.decode(await log.read(stream, known.revision + 1), 'all');
      if (news.some(changesThePast)) {
        const whole = await loadAll(process, idOf(stream));
        // What was opened for the history may be older than what was kept here.
        folds.keep(stream, whole.value.record, whole.read);
        return whole.value.record;
      }
      const record = news.reduce((before, event) => step(process, before, event), known);
      folds.keep(stream, record, read);
      return record;
    },
  };
}

const nothingOf = (process: Process, id: string): LoadedCase => ({
  process,
  record: noCase(process, id),
  history: [],
  stored: [],
});

const bytesOf = ({ stored }: LoadedCase): number => stored.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);

/** The case with what came since. */
function goOn(known: LoadedCase, news: readonly StreamEvent[], decoded: readonly RecordedEvent[]): LoadedCase {
  const { process, record } = known;
  const history = [...known.history, ...decoded];
  return {
    process,
    record: decoded.some(changesThePast)
      ? foldCase(process, record.id, history)
      : decoded.reduce((before, event) => step(process, before, event), record),
    history,
    stored: [...known.stored, ...news],
  };
}
