import type { Log } from '../../platform/logging.ts';
import type { Tree } from '../../platform/merkle/treeStore.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { type Witness, type Witnessed, WitnessUnreadable } from '../audit/witness.ts';

/** Somebody changed what is only added to: nothing more of that month is signed. */
export class AccessLogChanged extends Error {
  override readonly name = 'AccessLogChanged';
}

/** The signed heads of the months of the access log, as they are kept outside the database. */
export interface HeadsOutside {
  /** Whether the tree of this name was held to its head before, by this process. */
  isHeld(name: string): boolean;
  /**
   * The newest head that is kept of a tree; asked before the tree is read, since another worker may be sealing.
   * @throws AccessLogChanged, or what the place cannot be read for, unless the tree was held before
   */
  newest(name: string): Promise<Witnessed | undefined>;
  /** Holds a tree to that head, and keeps what was signed since. @throws AccessLogChanged */
  hold(name: string, tree: Tree, newest: Witnessed | undefined, latest: Witnessed | undefined): Promise<void>;
  /** Keeps a head, as well as that can be done. */
  keep(name: string, head: Witnessed): Promise<void>;
}

/** One witness a tree. A place that is away is told of by log and metric; the trees go on, and the next head stands for those lost. */
export function headsOutside(witnessOf: (name: string) => Witness, logger: Log, metrics?: Metrics): HeadsOutside {
  const held = new Set<string>();
  const changed = new Set<string>();
  let failing = false;
  metrics?.gauge('access_log_witness_failing', '1 while signed heads cannot be kept outside the database', [], (gauge) =>
    gauge.set(failing ? 1 : 0),
  );
  metrics?.gauge('access_log_months_not_as_kept', 'Months that are not as the heads outside the database say', [], (gauge) =>
    gauge.set(changed.size),
  );
  function wrong(name: string, how: string): AccessLogChanged {
    changed.add(name);
    return new AccessLogChanged(how);
  }
  function away(name: string, err: unknown, what: string): void {
    failing = true;
    logger.error({ err, tree: name }, what);
  }
  const outside: HeadsOutside = {
    isHeld: (name) => held.has(name),
    newest: async (name) => {
      try {
        return await witnessOf(name).newest();
      } catch (error) {
        if (error instanceof WitnessUnreadable) throw wrong(name, `a head of the tree ${name} that is kept outside was changed`);
        away(name, error, 'the signed heads outside the database could not be read');
        if (!held.has(name)) throw error;
        return undefined;
      }
    },
    hold: async (name, tree, newest, latest) => {
      if (newest) {
        const { size } = await tree.head();
        if (size < newest.size) throw wrong(name, `the tree ${name} is behind the head that is kept outside`);
        const root = await tree.rootAt(newest.size).catch((error: unknown) => {
          if (error instanceof RangeError) return undefined;
          throw error;
        });
        if (!root?.equals(newest.root)) throw wrong(name, `the tree ${name} is not the one whose head is kept outside`);
      }
      if (latest && latest.size > (newest?.size ?? 0)) await outside.keep(name, latest);
      held.add(name);
      changed.delete(name);
    },
    keep: async (name, head) => {
      try {
        await witnessOf(name).keep(head);
        failing = false;
      } catch (error) {
        away(name, error, 'a signed head of the access log could not be kept outside the database');
      }
    },
  };
  return outside;
}
