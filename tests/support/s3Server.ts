import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the next request meets instead of an answer: an error of the service, or a line that breaks half way. */
export type S3Fault = 'error' | 'full' | 'cut';

/** An S3-compatible store on this machine, of one bucket: what a client of it needs, held to what the real ones insist on. */
export async function startS3Server(bucket: string, region: string, keyId: string) {
  const objects = new Map<string, Buffer>();
  const faults: S3Fault[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const answer = (status: number, bytes?: Buffer) => response.writeHead(status).end(bytes);
    const fault = faults.shift();
    if (fault === 'error') return answer(500);
    if (fault === 'full') return answer(507);
    const { authorization = '', 'x-amz-content-sha256': hash } = request.headers;
    const scope = new RegExp(`^AWS4-HMAC-SHA256 Credential=${keyId}/\\d{8}/${region}/s3/aws4_request, .*Signature=[0-9a-f]{64}$`);
    if (!scope.test(authorization) || hash !== createHash('sha256').update(body).digest('hex')) return answer(403);
    const path = request.url ?? '';
    if (!path.startsWith(`/${bucket}/`)) return answer(404);
    if (request.method === 'PUT') {
      objects.set(path, body);
      return answer(200);
    }
    if (request.method === 'DELETE') {
      objects.delete(path);
      return answer(204);
    }
    const found = objects.get(path);
    if (!found) return answer(404);
    if (fault === 'cut') {
      response.writeHead(200, { 'content-length': found.length }).write(found.subarray(0, found.length / 2));
      return setImmediate(() => response.destroy());
    }
    return answer(200, found);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    /** Lets the next requests fail, one each. */
    fail: (...next: S3Fault[]) => faults.push(...next),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
