import { Bell } from '../../eventlog/follow.ts';

/** Who has not come back for so long halted, ended, or is held up: the others go on without it. */
const PATIENCE_MS = 1_000;
/** Pages behind: further off, somebody does a stretch of its own, such as a rebuild beside what is shown. */
const IN_SIGHT = 20n;

/**
 * Readers of one log that go along together. Who is ahead waits for those a little way behind, so that a page is read and decoded
 * once for all of them instead of again for everyone who comes later than it is kept. `now` is in milliseconds.
 */
export class Convoy {
  readonly #stands = new Map<object, { readonly position: bigint; readonly since: number }>();
  readonly #moved = new Bell();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A reader asks for what follows a position: it is done with everything before. */
  stands(reader: object, position: bigint): void {
    this.#stands.set(reader, { position, since: this.#now() });
    this.#moved.ring();
  }

  /**
   * Whom a reader who stands at a position has to wait for before it reads on, if anybody: who is more than `lead` positions behind
   * it. Resolves when somebody moved or was given up; then it has to ask again. `page` is the length of a page in positions.
   */
  waitFor(position: bigint, page: bigint, lead: bigint): Promise<void> | undefined {
    const behind = [...this.#stands].filter(
      ([, one]) => one.position < position - lead && one.position >= position - page * IN_SIGHT,
    );
    if (behind.length === 0) return undefined;
    const patience = Math.min(...behind.map(([, { since }]) => since)) + PATIENCE_MS - this.#now();
    return this.#moved.wait(this.#moved.rings, patience, NEVER).then(() => {
      for (const [reader, one] of behind)
        if (this.#stands.get(reader) === one && this.#now() - one.since >= PATIENCE_MS) this.#stands.delete(reader);
    });
  }
}

const NEVER = new AbortController().signal;
