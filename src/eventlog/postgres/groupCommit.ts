export interface GroupCommitOptions<Item, Result> {
  /** Commits a group in one go: a result per item, or an error that says nothing of the group was done. */
  readonly commit: (group: readonly Item[]) => Promise<readonly Result[]>;
  readonly weight: (item: Item) => number;
  /** Whether the group failed for something inside it, so that its items are worth a try alone. */
  readonly poisoned: (error: unknown) => boolean;
  readonly maxItems: number;
  readonly maxWeight: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Gathers what is submitted while one commit is in flight and commits it together: first in, first written. */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  #queue: Waiting<Item, Result>[] = [];
  #running = false;
  #run: Promise<void> = Promise.resolve();

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      this.#run = this.#drain();
    });
  }

  /** Resolves when nothing is waiting or in flight. */
  async idle(): Promise<void> {
    while (this.#running) await this.#run;
  }

  async #drain(): Promise<void> {
    for (;;) {
      // Those just answered submit again before the next group is taken; without this every second group has one item.
      await new Promise((resolve) => setImmediate(resolve));
      const group = this.#take();
      if (group.length === 0) {
        this.#running = false;
        return;
      }
      await this.#commit(group);
    }
  }

  /** The longest head of the queue that may go together. */
  #take(): Waiting<Item, Result>[] {
    const { weight, maxItems, maxWeight } = this.#options;
    let total = 0;
    let end = 0;
    for (const { item } of this.#queue) {
      total += weight(item);
      if (end === maxItems || (end > 0 && total > maxWeight)) break;
      end += 1;
    }
    return this.#queue.splice(0, end);
  }

  async #commit(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map(({ item }) => item));
      group.forEach(({ resolve }, i) => {
        resolve(results[i]!);
      });
    } catch (error) {
      if (group.length > 1 && this.#options.poisoned(error)) {
        for (const one of group) await this.#commit([one]);
      } else {
        for (const { reject } of group) reject(error);
      }
    }
  }
}
