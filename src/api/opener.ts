import type { Rights } from '../domain/access/access.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import type { RecordedEvent } from '../domain/kernel/envelope.ts';
import { type Tier, withinTier } from '../domain/kernel/privacy.ts';
import type { Stated } from '../domain/kernel/process.ts';
import type { RecordedTier } from '../eventlog/access/entry.ts';
import type { Codec, Seen } from '../eventlog/codec.ts';
import type { StreamEvent } from '../eventlog/port.ts';

/** A case somebody looks at; its owner where it is at hand. */
export type Looked = Pick<CaseRecord<Stated>, 'stream'> & Partial<Pick<CaseRecord<Stated>, 'owner'>>;

/** A right that was missing, and the case it was missing for, if one. */
export interface Denial {
  readonly code: string;
  readonly stream: string | undefined;
}

/**
 * The one way in which a request opens personal values. It keeps in mind of which cases values of T2 and above were opened, and the
 * answer leaves when that is on record (plugins/accessLog.ts). Routes have no other: tests/api/audit.test.ts looks after that.
 */
export class Opener {
  readonly #codec: Codec;
  readonly #opened = new Map<string, { readonly of: Looked; readonly tier: RecordedTier }>();
  readonly #asked = new Set<string>();
  readonly #sought = new Set<string>();
  readonly #denials: Denial[] = [];
  #lookedFor = false;
  readonly #missed = new Set<string>();
  /** Who asks, once that is known. */
  rights: Rights | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** Events of one case with personal values opened up to a tier. */
  decode(of: Looked, stored: readonly StreamEvent[], tier: Tier): Promise<readonly RecordedEvent[]> {
    return this.#codec.decode(stored, tier, this.#seenOf(of));
  }

  /** A row of a read model about one case, opened up to a tier. */
  open<T>(of: Looked, value: T, tier: Tier): Promise<T> {
    return this.#codec.open(value, tier, this.#seenOf(of));
  }

  /** Rows of lists, which show no more than everyday work needs. */
  openForLists<T>(rows: T): Promise<T> {
    return this.#codec.open(rows, 'T1');
  }

  /** Told of what no sealed value stands for: a file, a case that is of this tier as a whole. */
  showed(of: Looked, tier: Tier): void {
    if (tier !== 'T2' && tier !== 'T3') return;
    const known = this.#opened.get(of.stream);
    if (!known || !withinTier(tier, known.tier)) this.#opened.set(of.stream, { of, tier });
  }

  /**
   * Told that an answer said whether somebody is on record, also where nobody is; `missed` is the keyed hash of a number that found
   * nobody.
   */
  lookedFor(missed?: string): void {
    this.#lookedFor = true;
    if (missed !== undefined) this.#missed.add(missed);
  }

  /** Told of the case that is asked for, so that a refusal can name it. */
  asked(stream: string): void {
    this.#asked.add(stream);
  }

  /** Told of a case that somebody asks to be let look at, whether it is there or not. */
  sought(stream: string): void {
    this.#sought.add(stream);
  }

  /** Told of a refusal inside an answer that is none. */
  denied(code: string, stream: string | undefined): void {
    this.#denials.push({ code, stream });
  }

  get opened(): readonly { readonly of: Looked; readonly tier: RecordedTier }[] {
    return [...this.#opened.values()];
  }

  /** Whether the answer is on record even without a case. */
  get telling(): boolean {
    return this.#lookedFor || this.#opened.size > 0;
  }

  get missed(): readonly string[] {
    return [...this.#missed];
  }

  get askedFor(): readonly string[] {
    return [...this.#asked];
  }

  get soughtAfter(): readonly string[] {
    return [...this.#sought];
  }

  get denials(): readonly Denial[] {
    return this.#denials;
  }

  /** Nothing of it leaves. */
  forget(): void {
    this.#opened.clear();
    this.#sought.clear();
    this.#lookedFor = false;
    this.#missed.clear();
    this.#denials.length = 0;
  }

  #seenOf(of: Looked): Seen {
    return (tier) => this.showed(of, tier);
  }
}
