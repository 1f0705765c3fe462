import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inTime } from './inTime.ts';
import type { Metrics } from './metrics.ts';
import { isNear } from './near.ts';

export interface OperationsParts {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly metrics: Metrics;
  /** What this process leans on; asked at every look at `/health/ready`. */
  readonly checks: () => Promise<readonly { readonly name: string; readonly ok: boolean }[]>;
}

/** Checks that take longer are not passed. */
const CHECKS_MS = 3_000;

const NOWHERE = { status: 'no such address' };

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/**
 * Answers probes (`/health/live`, `/health/ready`) and Prometheus (`/metrics`). Asks no token and tells of no case or person. Figures are
 * for this machine and private networks only; a probe comes from a node, whose address may be any.
 */
export function answerOperations(parts: Pick<OperationsParts, 'metrics' | 'checks'>): RequestListener {
  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/health/live': async (response) => send(response, 200, { status: 'live' }),
    '/health/ready': async (response) => {
      const checks = await inTime(CHECKS_MS, parts.checks(), () => [{ name: 'checks', ok: false }]);
      const ok = checks.every((one) => one.ok);
      send(response, ok ? 200 : 503, { status: ok ? 'ready' : 'not ready', checks });
    },
    '/metrics': async (response) => {
      if (!isNear(response.socket?.remoteAddress ?? '')) return send(response, 404, NOWHERE);
      const { contentType, body } = await parts.metrics.scrape();
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(body);
    },
  };
  return (request, response) => {
    const answer = answers[request.url?.split('?', 1)[0] ?? ''];
    if (!answer || request.method !== 'GET') return send(response, 404, NOWHERE);
    answer(response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 503, { status: 'failed' });
    });
  };
}

/** Answers operations on a port of their own, in every role: a projector or a worker has no API to ask. Resolves with that port, and what ends it. */
export async function serveOperations(parts: OperationsParts): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer({ requestTimeout: 10_000 }, answerOperations(parts));
  server.listen(parts.port, parts.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
