import { type CaseRecord, changesThePast, foldCase, noCase, step } from '../../domain/kernel/case.ts';
import type { Stated } from '../../domain/kernel/process.ts';
import { erasedBy } from './erased.ts';
import { forgetOldest, KEPT_CASES } from './kept.ts';
import type { FoldContext, ProjectedEvent } from './projection.ts';

/** An event with the case as it was before it and as it is after it. */
export interface FoldedEvent {
  readonly event: ProjectedEvent;
  readonly before: CaseRecord<Stated>;
  readonly record: CaseRecord<Stated>;
  /** Set where nothing happened to the case but that personal values in it were erased: what rows hold of them has to go. */
  readonly erased?: true;
}

const READS_AT_ONCE = 16;

/**
 * Folds cases as a batch goes by, for read models of few or slowly changing cases: what is not in memory is folded from the log,
 * one read a case. After an erasure the cases of its subjects in the `erasable` processes are folded anew, without what was erased.
 */
export function createFolds(
  context: FoldContext,
  erasable: readonly string[] = [],
): (batch: readonly ProjectedEvent[]) => Promise<readonly FoldedEvent[]> {
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

  /** The cases of erased subjects as they are now, each in place of what rows say of it. */
  async function withoutErased(event: ProjectedEvent, subjects: readonly string[]): Promise<readonly FoldedEvent[]> {
    const folded: FoldedEvent[] = [];
    for (const id of subjects) {
      for (const process of context.registry.all.filter((one) => erasable.includes(one.name))) {
        const history = await context.historyAt(`${process.name}-${id}`, event.position);
        const record = foldCase(process, id, history);
        if (record.exists) folded.push({ event, before: record, record, erased: true });
      }
    }
    // Values of the subjects may stand in other cases as well.
    kept.clear();
    return folded;
  }

  return async (batch) => {
    const folded: FoldedEvent[] = [];
    await recall(batch.filter(isOfCase));
    for (const [index, event] of batch.entries()) {
      const { stream, revision } = event.meta;
      const erased = erasedBy(event);
      if (erased.length > 0) {
        folded.push(...(await withoutErased(event, erased)));
        await recall(batch.slice(index + 1).filter(isOfCase));
      }
      if (!isOfCase(event)) continue;
      const before = kept.get(stream) ?? noCase(event.process, event.id);
      const record = changesThePast(event) ? await foldTo(event, revision) : step(event.process, before, event);
      kept.delete(stream);
      kept.set(stream, record);
      folded.push({ event, before, record });
    }
    forgetOldest(kept, KEPT_CASES);
    return folded;
  };
}

/** Erasures are read for what they erase; they are no rows of these read models themselves. */
const isOfCase = ({ process }: ProjectedEvent): boolean => process.name !== 'erasure';

/** A function of a case's record, worked out once: what an event finds is what the one before it left. */
export function ofRecord<Rows>(work: (record: CaseRecord<Stated>) => Rows): (record: CaseRecord<Stated>) => Rows {
  const known = new WeakMap<CaseRecord<Stated>, Rows>();
  return (record) => {
    const rows = known.get(record) ?? work(record);
    known.set(record, rows);
    return rows;
  };
}
