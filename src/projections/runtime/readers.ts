import { Bell } from '../../eventlog/follow.ts';

/** Who has not asked for so long halted, ended, or is held up: the others go on without it. */
const PATIENCE_MS = 1_000;
/** Nobody waits longer than this for a page, whoever moves: leases run out. */
const LONGEST_MS = 3_000;
/** So many full pages in a row are a long stretch; who has fewer to make up for is up to date the sooner for not waiting. */
const LONG = 10;
/** Pages behind: further off, somebody does a stretch of its own. */
const IN_SIGHT = 20n;

interface Standing {
  /** It has done with everything up to here. */
  readonly after: bigint;
  /** When it asked for more, in milliseconds. */
  readonly since: number;
  /** How long the page was that it read last, in positions, and how many in a row were full. */
  readonly length: bigint;
  readonly full: number;
}

/**
 * Readers that go through one log together. In a long stretch who is ahead waits for those a little way behind, so that a page is
 * read and decoded once for all of them instead of again for everyone who comes when it is no longer kept. At the end of the log
 * nobody waits for anybody. `now` is in milliseconds.
 */
export class Readers {
  /** By the id of the build that is written: one for each that was ever worked on here. */
  readonly #standing = new Map<number, Standing>();
  readonly #asked = new Bell();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A reader asks for what follows a position. */
  asks(reader: number, after: bigint): void {
    const { length = 0n, full = 0 } = this.#standing.get(reader) ?? {};
    this.#standing.set(reader, { after, since: this.#now(), length, full });
    this.#asked.ring();
  }

  /** A reader is given a page: `length` in positions when it is full, else 0. */
  given(reader: number, length: bigint): void {
    const standing = this.#standing.get(reader);
    if (standing) this.#standing.set(reader, { ...standing, length, full: length === 0n ? 0 : standing.full + 1 });
  }

  /**
   * What a reader has to wait for before it reads on, if there are others more than a page behind it: until one of them asks, is
   * given up, or the signal aborts. Then it has to look again.
   */
  others(reader: number, signal: AbortSignal): Promise<void> | undefined {
    const now = this.#now();
    const own = this.#standing.get(reader);
    if (!own || own.full < LONG || signal.aborted) return undefined;
    const behind = [...this.#standing.values()].filter(
      ({ after, since }) =>
        now - since < PATIENCE_MS && after < own.after - own.length && after >= own.after - own.length * IN_SIGHT,
    );
    if (behind.length === 0) return undefined;
    const until = Math.min(own.since + LONGEST_MS, ...behind.map(({ since }) => since + PATIENCE_MS));
    if (until <= now) return undefined;
    return this.#asked.wait(this.#asked.rings, until - now, signal);
  }
}
