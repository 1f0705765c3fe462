import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { isSampled } from './ids.ts';

/** What a span is told of: ids, names of things in the program, numbers; never a person's name. */
export type Attributes = Readonly<Record<string, string | number>>;

/** A place in a trace that further spans hang from. */
export interface Place {
  readonly trace: string;
  /** Absent at the root of a trace. */
  readonly span?: string | undefined;
}

/** A stretch of work. Times are milliseconds since 1970, with fractions. */
export interface Span {
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'producer' | 'consumer';
  readonly trace: string;
  readonly id: string;
  readonly parent?: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** What went wrong, by code or by kind of error: a message may quote what a person is called. */
  readonly failed?: string | undefined;
}

/** Where spans go when they are over. */
export interface SpanSink {
  add(span: Span): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Follows pieces of work through requests, events, read models and jobs. Absent wherever tracing is off. */
export interface Tracer {
  /** Where the work that runs now hangs. */
  current(): Place | undefined;
  /** Runs work that hangs from a place, without a span of its own. */
  at<T>(place: Place, work: () => T): T;
  /** Runs work as a span that hangs from a place; what it begins hangs from that. */
  within<T>(place: Place, about: Pick<Span, 'name' | 'kind' | 'attributes'>, work: () => Promise<T>): Promise<T>;
  /** Keeps a span that is over; its id is made up when absent. */
  record(span: Omit<Span, 'id'> & { readonly id?: string }): void;
  close(): Promise<void>;
}

/** Milliseconds since 1970 that never run backwards in one process. */
export const clock = (): number => performance.timeOrigin + performance.now();

const newSpanId = (): string => randomBytes(8).toString('hex');

/** An error by its code, else by its kind. */
const faultOf = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : error.name;
};

/** A tracer that keeps a share (0 to 1) of the traces. */
export function createTracer(sink: SpanSink, share: number): Tracer {
  const places = new AsyncLocalStorage<Place>();
  const record: Tracer['record'] = (span) => {
    if (isSampled(span.trace, share)) sink.add({ ...span, id: span.id ?? newSpanId() });
  };
  return {
    current: () => places.getStore(),
    at: (place, work) => places.run(place, work),
    within: async ({ trace, span: parent }, about, work) => {
      const id = newSpanId();
      const start = clock();
      let failed: string | undefined;
      try {
        return await places.run({ trace, span: id }, work);
      } catch (error) {
        failed = faultOf(error);
        throw error;
      } finally {
        record({ ...about, trace, id, parent, start, end: clock(), failed });
      }
    },
    record,
    close: () => sink.close(),
  };
}
