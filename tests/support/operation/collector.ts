import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { stringValue?: string; doubleValue?: number } }[];
  readonly status?: { readonly code: number };
}

interface Posted {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ReceivedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/**
 * A collector of traces on loopback that keeps what it is sent (OTLP as JSON), and refuses what is not such. Once it stalls, it
 * takes what comes, keeps none of it and answers nobody, until it resumes.
 */
export async function startCollector() {
  const spans: ReceivedSpan[] = [];
  const paths: string[] = [];
  const held: ServerResponse[] = [];
  let isStalled = false;
  const server = createServer(async (request, response) => {
    if (isStalled) {
      request.resume();
      held.push(response);
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    paths.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
    const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as Posted;
    for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    paths,
    /** How many wait for an answer, or gave up waiting. */
    held: () => held.length,
    stall: () => {
      isStalled = true;
    },
    resume: () => {
      isStalled = false;
      for (const response of held.splice(0)) response.end('{}');
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
