import { randomUUID } from 'node:crypto';
import type { Log } from '../logging.ts';
import { createTracer, type Span, type SpanSink, type Tracer } from './tracer.ts';

/** Where traces go, and which share of them. */
export interface TracingPlace {
  /** Address of a collector that takes OTLP over HTTP; `/v1/traces` is added. */
  readonly endpoint: string;
  /** From 0 to 1. */
  readonly share: number;
}

const KINDS = { internal: 1, server: 2, producer: 4, consumer: 5 } as const;
const ERROR = 2;
const EVERY_MS = 2_000;
const BATCH = 512;
/** A collector that is away costs this much memory and no more. */
const KEPT = 4_096;
const PATIENCE_MS = 5_000;
const REPORT_MS = 60_000;

const attribute = (key: string, value: string | number) => ({
  key,
  value: typeof value === 'string' ? { stringValue: value } : { doubleValue: value },
});

const nanos = (ms: number): string => String(BigInt(Math.round(ms * 1_000)) * 1_000n);

const toOtlp = (span: Span) => ({
  traceId: span.trace,
  spanId: span.id,
  ...(span.parent === undefined ? {} : { parentSpanId: span.parent }),
  name: span.name,
  kind: KINDS[span.kind],
  startTimeUnixNano: nanos(span.start),
  endTimeUnixNano: nanos(span.end),
  attributes: [
    ...Object.entries(span.attributes).map(([key, value]) => attribute(key, value)),
    ...(span.failed === undefined ? [] : [attribute('error.type', span.failed)]),
  ],
  ...(span.failed === undefined ? {} : { status: { code: ERROR } }),
});

/**
 * Sends spans to a collector as JSON (OTLP 1 over HTTP) every two seconds. What cannot be sent is dropped and counted in the log:
 * nothing waits for a collector.
 */
function otlpSink(endpoint: string, roles: string, log: Log): SpanSink {
  const resource = {
    attributes: [
      attribute('service.name', 'masar'),
      attribute('service.instance.id', randomUUID()),
      attribute('masar.roles', roles),
    ],
  };
  const waiting: Span[] = [];
  let dropped = 0;
  let reported = Number.NEGATIVE_INFINITY;
  let sending: Promise<void> | undefined;

  function report(err: unknown): void {
    if (performance.now() - reported < REPORT_MS) return;
    reported = performance.now();
    log.warn({ err, spans: dropped }, 'spans of traces could not be sent and are dropped');
    dropped = 0;
  }

  /** @throws what the collector could not be told for */
  async function send(spans: readonly Span[]): Promise<void> {
    const answer = await fetch(`${endpoint.replace(/\/$/, '')}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'masar' }, spans: spans.map(toOtlp) }] }],
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
  }

  /** Sends what waits, a batch at a time. The first that fails takes the rest with it: nobody waits twice for a collector. */
  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const some = waiting.splice(0, BATCH);
      try {
        await send(some);
      } catch (error) {
        dropped += some.length + waiting.length;
        waiting.length = 0;
        report(error);
      }
    }
  }

  /** One sending at a time; what is added meanwhile waits, as long as it has room. */
  const flushed = (): Promise<void> => (sending ??= flush().finally(() => (sending = undefined)));

  const timer = setInterval(() => void flushed(), EVERY_MS);
  timer.unref();
  return {
    add: (span) => {
      if (waiting.length < KEPT) waiting.push(span);
      else dropped += 1;
    },
    close: async () => {
      clearInterval(timer);
      await sending;
      await flush();
    },
  };
}

/** A tracer that sends to a collector. */
export const openTracer = ({ endpoint, share }: TracingPlace, roles: string, log: Log): Tracer =>
  createTracer(otlpSink(endpoint, roles, log), share);
