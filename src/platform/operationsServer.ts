import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
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

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

/**
 * Answers probes and Prometheus on a port of their own (`/health/live`, `/health/ready`, `/metrics`), in every role: a projector or
 * a worker has no API to ask. Asks no token and tells of no case or person; answered to this machine and private networks only.
 * Resolves with the port it listens at, and what ends it.
 */
export async function serveOperations(parts: OperationsParts): Promise<{ readonly port: number; close(): Promise<void> }> {
  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/health/live': async (response) => send(response, 200, { status: 'live' }),
    '/health/ready': async (response) => {
      const checks = await inTime(CHECKS_MS, parts.checks(), () => [{ name: 'checks', ok: false }]);
      const ok = checks.every((one) => one.ok);
      send(response, ok ? 200 : 503, { status: ok ? 'ready' : 'not ready', checks });
    },
    '/metrics': async (response) => {
      const { contentType, body } = await parts.metrics.scrape();
      response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' });
      response.end(body);
    },
  };
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    const answer = isNear(request.socket.remoteAddress ?? '') ? answers[request.url?.split('?', 1)[0] ?? ''] : undefined;
    if (!answer || request.method !== 'GET') return send(response, 404, { status: 'no such address' });
    answer(response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 503, { status: 'failed' });
    });
  });
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
