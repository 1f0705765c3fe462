import { type CaseRecord, changesThePast, foldCase, noCase, step } from '../../domain/kernel/case.ts';
import type { Stated } from '../../domain/kernel/process.ts';
import type { FoldContext, ProjectedEvent } from './projection.ts';

/** An event with the case as it was before it and as it is after it. */
export interface FoldedEvent {
  readonly event: ProjectedEvent;
  readonly before: CaseRecord<Stated>;
  readonly record: CaseRecord<Stated>;
}

const KEPT_CASES = 5_000;
const READS_AT_ONCE = 16;

/**
 * Folds cases as a batch goes by, for read models of few or slowly changing cases: what is not in memory is folded from the log,
 * one read a case.
 */
export function createFolds(context: FoldContext): (batch: readonly ProjectedEvent[]) => Promise<readonly FoldedEvent[]> {
  const kept = new Map<string, CaseRecord<Stated>>();

  const foldTo = async ({ process, id, meta }: ProjectedEvent, revision: number): Promise<CaseRecord<Stated>> =>
    revision < 0 ? noCase(process, id) : foldCase(process, id, await context.history(meta.stream, revision));

  async function recall(batch: readonly ProjectedEvent[]): Promise<void> {
    const first = new Map<string, ProjectedEvent>();
    for (const event of batch) if (!first.has(event.meta.stream)) first.set(event.meta.stream, event);
    const unknown = [...first.values()].filter(({ meta }) => kept.get(meta.stream)?.revision !== meta.revision - 1);
    for (let at = 0; at < unknown.length; at += READS_AT_ONCE) {
      await Promise.all(
        unknown.slice(at, at + READS_AT_ONCE).map(async (event) => {
          kept.set(event.meta.stream, await foldTo(event, event.meta.revision - 1));
        }),
      );
    }
  }

  return async (batch) => {
    await recall(batch);
    const folded: FoldedEvent[] = [];
    for (const event of batch) {
      const { stream, revision } = event.meta;
      const before = kept.get(stream) ?? noCase(event.process, event.id);
      const record = changesThePast(event) ? await foldTo(event, revision) : step(event.process, before, event);
      kept.delete(stream);
      kept.set(stream, record);
      folded.push({ event, before, record });
    }
    for (const stream of kept.keys()) {
      if (kept.size <= KEPT_CASES) break;
      kept.delete(stream);
    }
    return folded;
  };
}
