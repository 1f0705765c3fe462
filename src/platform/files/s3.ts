import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AwsClient } from 'aws4fetch';
import { bytesOf, checkKey, type FileStore, StorageFull, StorageUnavailable } from './store.ts';

/** A bucket of an S3-compatible service, addressed by path. */
export interface S3Place {
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly keyId: string;
  /** File that holds the secret access key and nothing else. */
  readonly secretFile: string;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 3;

/**
 * Files in an S3-compatible store. An object is sent in one request with its length and hash, so the service itself refuses
 * what did not arrive whole. The secret is read once and never logged.
 */
export function createS3Store(place: S3Place): FileStore {
  const client = new AwsClient({
    accessKeyId: place.keyId,
    secretAccessKey: readFileSync(place.secretFile, 'utf8').trim(),
    service: 's3',
    region: place.region,
    retries: RETRIES,
  });
  const urlOf = (key: string): string => `${place.endpoint.replace(/\/$/, '')}/${place.bucket}/${checkKey(key)}`;

  async function ask(method: string, key: string, body?: Buffer): Promise<Response> {
    const hash = createHash('sha256').update(body ?? '');
    const headers = { 'x-amz-content-sha256': hash.digest('hex') };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = { method, headers, signal, ...(body ? { body: new Uint8Array(body) } : {}) };
    const answer = await client.fetch(urlOf(key), sent).catch((error: unknown) => {
      throw new StorageUnavailable('no connection', error);
    });
    if (answer.ok || answer.status === 404) return answer;
    await answer.body?.cancel();
    if (answer.status === 507) throw new StorageFull(undefined);
    throw new StorageUnavailable(`${method} was answered ${answer.status}`);
  }

  return {
    kind: 's3',
    put: async (key, content) => {
      const answer = await ask('PUT', key, await bytesOf(content));
      await answer.body?.cancel();
      // A missing bucket is answered like a missing object.
      if (!answer.ok) throw new StorageUnavailable('there is no such bucket');
    },
    get: async (key) => {
      const answer = await ask('GET', key);
      if (answer.ok) return reading(answer);
      await answer.body?.cancel();
      return undefined;
    },
    remove: async (key) => {
      const answer = await ask('DELETE', key);
      await answer.body?.cancel();
    },
  };
}

async function* reading({ body }: Response): AsyncIterable<Uint8Array> {
  try {
    if (body) yield* body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>;
  } catch (error) {
    throw new StorageUnavailable('the connection broke', error);
  }
}
