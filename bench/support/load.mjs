/** Requests over HTTP by clients that each wait for their answer before they ask again. */
import autocannon from 'autocannon';
import { quantile } from './figures.mjs';

/**
 * Requests a second over some seconds, with p50, p95 and p99 (ms). `next` gives each request: `{ method, path, headers, body }`.
 * @throws when anything else than a 2xx was answered
 */
export async function load({ address, clients, seconds, next }) {
  const waits = [];
  let refused = '';
  const result = await new Promise((resolve, reject) => {
    const request = { setupRequest: (given) => ({ ...given, ...next() }) };
    const options = { url: address, connections: clients, duration: seconds, timeout: 60, requests: [request] };
    const running = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    running.on('response', (_client, status, _bytes, ms) => {
      waits.push(ms);
      if (status >= 300 && refused === '') refused = `${status}`;
    });
  });
  if (refused !== '' || result.errors > 0) throw new Error(`${address} answered ${refused}, ${result.errors} failed`);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantile(waits, share));
  return { rate: waits.length / result.duration, p50, p95, p99 };
}
