import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const TRIES = 15;
/** Statuses of a server that says when to come back. */
const BUSY: readonly number[] = [429, 503];
/** Bytes of a file sent at once; a line that breaks loses no more. */
const PIECE = 1024 * 1024;

/** Talks to the API as one person. Keys are made of what is asked for, so the same call again is the same command. */
export class Client {
  readonly #address: string;
  readonly #token: string;

  constructor(address: string, token: string) {
    this.#address = address;
    this.#token = token;
  }

  get = <T>(path: string): Promise<T> => this.#call('GET', path, {}).then((response) => response.json() as Promise<T>);

  async give(
    path: string,
    deed: string,
    body: object,
    ifMatch?: number,
  ): Promise<{ readonly id: string; readonly status: string }> {
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': keyOf(path, deed),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    };
    const response = await this.#call('POST', path, { headers, body: JSON.stringify(body) });
    return (await response.json()) as { id: string; status: string };
  }

  /** Uploads a file, or goes on where an earlier upload of it broke off. `onSent` is told how many bytes are there. */
  async upload(name: string, bytes: Buffer, onSent: (sent: number) => void): Promise<{ document: string; sha256: string }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const { id } = await this.give('/v1/documents', sha256, { name, size: bytes.length, sha256 });
    const path = `/v1/documents/${id}`;
    const head = await this.#call('HEAD', path, {});
    for (let at = Number(head.headers.get('upload-offset') ?? 0); at < bytes.length; at += PIECE) {
      const headers = { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(at) };
      await this.#call('PATCH', path, { headers, body: new Uint8Array(bytes.subarray(at, at + PIECE)) });
      onSent(Math.min(bytes.length, at + PIECE));
    }
    await this.#judged(path);
    return { document: id, sha256 };
  }

  /** Waits until an uploaded file has been checked. */
  async #judged(path: string): Promise<void> {
    for (;;) {
      const { state, refusal } = await this.get<{ state: string; refusal?: { label: { en: string } } }>(path);
      if (state === 'ready') return;
      if (state === 'refused') throw new Error(`the file was refused: ${refusal?.label.en ?? ''}`);
      await delay(500);
    }
  }

  /** A busy server says when to come back. */
  async #call(method: string, path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(`${this.#address}${path}`, {
        ...init,
        method,
        headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${this.#token}` },
      }).catch(() => {
        throw new Error(`nothing answers at ${this.#address}: start it with npm start, or say where with --url`);
      });
      if (response.ok) return response;
      const text = await response.text();
      if (!BUSY.includes(response.status) || attempt === TRIES)
        throw new Error(`${method} ${path}: ${problemIn(text, response.status)}`);
      await delay(1_000 * Number(response.headers.get('retry-after') ?? 1));
    }
  }
}

const keyOf = (...parts: readonly string[]): string =>
  `cli-${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)}`;

function problemIn(text: string, status: number): string {
  try {
    const { code, title } = JSON.parse(text) as { code?: string; title?: string };
    return `${title ?? ''} (${code ?? status})`;
  } catch {
    return String(status);
  }
}
