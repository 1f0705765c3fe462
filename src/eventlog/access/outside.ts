import type { Log } from '../../platform/logging.ts';
import type { Tree } from '../../platform/merkle/treeStore.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Remembered } from '../audit/ledger.ts';
import { directoryWitness, namesWitnessed, type Witness, type Witnessed, WitnessUnreadable } from '../audit/witness.ts';
import type { Month } from './heldMonths.ts';

/** Somebody changed what is only added to: nothing more of that month is signed. */
export class AccessLogChanged extends Error {
  override readonly name = 'AccessLogChanged';
}

/** Where signed heads of the months lie outside the database, one witness a tree. */
export interface HeadsPlace {
  of(tree: string): Witness;
  /** The trees of which heads are there. */
  trees(): Promise<readonly string[]>;
}

/** Files in a directory, for the access log that is signed under this name. */
export function directoryHeads(directory: string, origin: string): HeadsPlace {
  return {
    of: (tree) => directoryWitness(directory, `${origin}/${tree}`),
    trees: async () => (await namesWitnessed(directory, `${origin}/`)).filter((name) => /^access-\d{4}-\d{2}$/.test(name)),
  };
}

/** The signed heads of the months of the access log, as they are kept outside the database. */
export interface HeadsOutside {
  /** For how many months an entry stays after its own: a month that was dropped sooner is not as it was kept. */
  readonly retentionMonths: number;
  /**
   * Whether a tree is to be held to its head now, by this process: an hour after the last time, and at once while it is not as it
   * was kept or its heads cannot be read or added. `now` is RFC 3339 UTC.
   */
  isDue(name: string, now: string): boolean;
  /** The trees of which heads are there, or were while this process looked. */
  trees(): Promise<readonly string[]>;
  /**
   * The newest head that is kept of a tree; asked before the tree is read, since another worker may be sealing. The one that was
   * there before while the place cannot be read. `remembered` is what the database tells of it, read before the place is.
   * @throws AccessLogChanged, or what the place cannot be read for, unless the tree was held before
   */
  newest(name: string, remembered: Remembered | undefined): Promise<Witnessed | undefined>;
  /** Holds a month and its tree to that head. @throws AccessLogChanged */
  hold(month: Month, tree: Tree, newest: Witnessed | undefined, now: string): Promise<void>;
  /** Keeps a head, as well as that can be done; answers whether it could. */
  keep(name: string, head: Witnessed): Promise<boolean>;
  /** What was found of a month, for the metric. */
  judge(name: string, isAsKept: boolean): void;
}

export interface HeadsOutsideParts {
  readonly place: HeadsPlace;
  readonly retentionMonths: number;
  readonly logger: Log;
  readonly metrics?: Metrics | undefined;
}

/** How long a month that was as kept may go unlooked at. */
const PATIENCE_MS = 3_600_000;

/** A place that is away is told of by log and metric; the trees go on, and the next head stands for those lost. */
export function headsOutside({ place, retentionMonths, logger, metrics }: HeadsOutsideParts): HeadsOutside {
  const heldAt = new Map<string, number>();
  /** The newest head this process saw there: a place that forgets one was changed. */
  const known = new Map<string, Witnessed>();
  const changed = new Set<string>();
  const unread = new Set<string>();
  /** Sizes of the heads that could not be added. */
  const unkept = new Map<string, number>();
  metrics?.gauge('access_log_witness_failing', '1 while signed heads cannot be read or kept outside the database', [], (gauge) =>
    gauge.set(unread.size + unkept.size > 0 ? 1 : 0),
  );
  metrics?.gauge('access_log_months_not_as_kept', 'Months that are not as they were signed and kept', [], (gauge) =>
    gauge.set(changed.size),
  );

  function learn(name: string, head: Witnessed): void {
    if (head.size >= (known.get(name)?.size ?? 0)) known.set(name, head);
    if (head.size >= (unkept.get(name) ?? 0)) unkept.delete(name);
  }

  return {
    retentionMonths,
    isDue: (name, now) =>
      Math.abs(Date.parse(now) - (heldAt.get(name) ?? 0)) >= PATIENCE_MS ||
      changed.has(name) ||
      unread.has(name) ||
      unkept.has(name),
    trees: async () => {
      const listed = await place.trees().catch((err: unknown) => {
        // Which trees cannot be read is told as each of them is.
        logger.error({ err }, 'the signed heads outside the database could not be listed');
        return [];
      });
      return [...new Set([...listed, ...known.keys()])];
    },
    newest: async (name, remembered) => {
      const seen = known.get(name);
      let found: Witnessed | undefined;
      try {
        found = await place.of(name).newest();
      } catch (error) {
        if (error instanceof WitnessUnreadable) {
          throw new AccessLogChanged(`a head of the tree ${name} that is kept outside was changed`);
        }
        unread.add(name);
        logger.error({ err: error, tree: name }, 'the signed heads outside the database could not be read');
        if (!heldAt.has(name)) throw error;
        return seen;
      }
      unread.delete(name);
      const there = found?.size ?? 0;
      // Where a loss was accepted after that, who begins takes the month as it is; who saw more there does not.
      const isMissed = remembered && there < remembered.size && !(await place.of(name).isPutAsideSince(remembered.at));
      const least = Math.max(seen?.size ?? 0, isMissed ? remembered.size : 0);
      if (there < least) throw new AccessLogChanged(`the head of ${least} entries of the tree ${name} is no longer kept outside`);
      if (found) learn(name, found);
      return found;
    },
    hold: async ({ tree: name, entries, sealed, isDropped, isDroppedEarly }, tree, newest, now) => {
      if (entries < sealed) throw new AccessLogChanged(`the month of the tree ${name} counts fewer entries than were sealed`);
      if (newest) {
        const { size } = await tree.head();
        if (size < newest.size) throw new AccessLogChanged(`the tree ${name} is behind the head that is kept outside`);
        const root = await tree.rootAt(newest.size).catch((error: unknown) => {
          if (error instanceof RangeError) return undefined;
          throw error;
        });
        if (!root?.equals(newest.root)) {
          throw new AccessLogChanged(`the tree ${name} is not the one whose head is kept outside`);
        }
        if (isDroppedEarly) throw new AccessLogChanged(`the month of the tree ${name} was dropped before its time was over`);
      } else if (sealed > 0 && !isDropped && !heldAt.has(name)) {
        logger.warn({ tree: name, sealed }, 'no head of this tree is kept outside the database; it is taken as it is');
      }
      heldAt.set(name, Date.parse(now));
    },
    keep: async (name, head) => {
      try {
        await place.of(name).keep(head);
        learn(name, head);
        return true;
      } catch (error) {
        unkept.set(name, head.size);
        logger.error({ err: error, tree: name }, 'a signed head of the access log could not be kept outside the database');
        return false;
      }
    },
    judge: (name, isAsKept) => {
      if (isAsKept) changed.delete(name);
      else changed.add(name);
    },
  };
}
