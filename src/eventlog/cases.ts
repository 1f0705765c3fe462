import { type CaseRecord, changesThePast, foldCase, noCase, step } from '../domain/kernel/case.ts';
import { idOf, type RecordedEvent } from '../domain/kernel/envelope.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Codec } from './codec.ts';
import type { EventLog, Position, StreamEvent } from './port.ts';

/** A case with the history it was folded from. */
export interface LoadedCase {
  readonly process: Process;
  readonly record: CaseRecord<Stated>;
  readonly history: readonly RecordedEvent[];
  readonly stored: readonly StreamEvent[];
}

export interface Cases {
  /** The whole stream, decoded with every personal value opened, and its fold. `until` stops at a position (inclusive). */
  load(process: Process, id: string, until?: Position): Promise<LoadedCase>;
  /**
   * Only the fold, for guards and rights; folded on from the last look, always up to the log's own end. Personal values in it
   * may outlive their key by a minute.
   */
  glance(stream: string): Promise<CaseRecord<Stated>>;
}

const GLANCES = 5_000;
/** Folds hold opened personal values: with the time a key is cached, less than a minute after it was destroyed. */
const KEPT_MS = 30_000;

interface Kept {
  readonly record: CaseRecord<Stated>;
  /** When the stream was read from its beginning. */
  readonly at: number;
}

/** Reads cases from the log. Glances keep their fold in memory and read only what came since. */
export function createCases(log: EventLog, codec: Codec, registry: Registry, now: () => number = Date.now): Cases {
  const folds = new Map<string, Kept>();

  const load: Cases['load'] = async (process, id, until) => {
    const all = await log.read(`${process.name}-${id}`);
    const stored = until === undefined ? all : all.filter((event) => event.position <= until);
    const history = await codec.decode(stored, 'all');
    return { process, record: foldCase(process, id, history), history, stored };
  };

  const isOld = ({ at }: Kept): boolean => now() - at >= KEPT_MS;

  /** The map stays in the order of reading: a fold that goes on keeps its place, one read anew comes last. */
  const remember = (stream: string, record: CaseRecord<Stated>, at: number): CaseRecord<Stated> => {
    if (folds.get(stream)?.at !== at) folds.delete(stream);
    folds.set(stream, { record, at });
    for (const [oldest, kept] of folds) {
      if (folds.size <= GLANCES && !isOld(kept)) break;
      folds.delete(oldest);
    }
    return record;
  };

  return {
    load,
    glance: async (stream) => {
      const process = registry.ofStream(stream);
      const kept = folds.get(stream);
      const { record: known, at } = kept && !isOld(kept) ? kept : { record: noCase(process, idOf(stream)), at: now() };
      const news = await codec.decode(await log.read(stream, known.revision + 1), 'all');
      if (news.some(changesThePast)) return remember(stream, (await load(process, idOf(stream))).record, now());
      return remember(
        stream,
        news.reduce((record, event) => step(process, record, event), known),
        at,
      );
    },
  };
}
