import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client as FileClient } from '../imports/client.ts';

/** The part of a command's answer that the demo looks at. */
export interface Answer {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly revision: number;
  readonly position: string;
}

const TRIES = 15;
/** Statuses of a server that says when to come back. */
const BUSY: readonly number[] = [429, 503];

/** Talks to the API as the people of the demo do: with their own tokens, over HTTP. */
export interface Client {
  /** Gives a command as somebody. `key` names the deed in the story, so telling it again changes nothing. */
  give(as: string, path: string, key: string, body: object, ifMatch?: number): Promise<Answer>;
  get<T>(as: string, path: string, after?: string): Promise<T>;
  /** How many commands were given. */
  readonly given: () => number;
}

/** The same, and what a story needs beyond single commands: decisions, papers, uploads. */
export interface Teller extends Client {
  /** Gives a decision as somebody who has looked: on the case at `path` as it stands now. */
  decide(as: string, path: string, command: string, key: string, body: object): Promise<Answer>;
  /** A file that the API hands out; with a `body` it is asked for under a key, as a deed of its own. */
  file(as: string, path: string, wish?: { readonly key: string; readonly body: object }): Promise<Buffer>;
  upload(as: string, name: string, bytes: Buffer): Promise<{ readonly document: string; readonly sha256: string }>;
}

/** An answer that the story did not expect, with the problem as the API told it. */
export class UnexpectedAnswer extends Error {
  readonly status: number;
  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 1000)}`);
    this.name = 'UnexpectedAnswer';
    this.status = status;
  }
}

const keyOf = (text: string): string => `demo-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;

export function createClient(address: string, tokenFor: (name: string) => Promise<string>): Teller {
  const tokens = new Map<string, Promise<string>>();
  let given = 0;
  const bearer = async (as: string): Promise<string> => {
    const token = tokens.get(as) ?? tokenFor(as);
    tokens.set(as, token);
    return `Bearer ${await token}`;
  };
  const json = async (response: Response): Promise<unknown> => JSON.parse(await response.text());
  const ok = async (method: string, path: string, response: Response): Promise<Response> => {
    if (!response.ok) throw new UnexpectedAnswer(method, path, response.status, await response.text());
    return response;
  };
  /** A busy server says when to come back; the same key makes the second try the same command. */
  const patiently = async (method: string, path: string, send: () => Promise<Response>): Promise<Response> => {
    for (let attempt = 1; ; attempt++) {
      const response = await send();
      if (!BUSY.includes(response.status) || attempt === TRIES) return ok(method, path, response);
      await response.arrayBuffer();
      await delay(1_000 * Number(response.headers.get('retry-after') ?? 1));
    }
  };
  const post = async (as: string, path: string, key: string, body: object, ifMatch?: number): Promise<Response> => {
    const headers = {
      authorization: await bearer(as),
      'content-type': 'application/json',
      'idempotency-key': keyOf(key),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    };
    return patiently('POST', path, () => fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
  };
  const ask = async (as: string, path: string, after?: string): Promise<Response> => {
    const headers = { authorization: await bearer(as), ...(after ? { 'masar-after': after } : {}) };
    return patiently('GET', path, () => fetch(`${address}${path}`, { headers }));
  };
  const give: Client['give'] = async (as, path, key, body, ifMatch) => {
    given += 1;
    return (await json(await post(as, path, key, body, ifMatch))) as Answer;
  };
  const get: Client['get'] = async <T>(as: string, path: string, after?: string) => (await json(await ask(as, path, after))) as T;
  return {
    given: () => given,
    give,
    get,
    decide: async (as, path, command, key, body) => {
      for (let attempt = 1; ; attempt++) {
        const { revision } = await get<{ revision: number }>(as, path);
        try {
          return await give(as, `${path}/${command}`, key, body, revision);
        } catch (error) {
          // What follows from another deed may have come in between: look again.
          if (!(error instanceof UnexpectedAnswer && error.status === 412) || attempt === TRIES) throw error;
        }
      }
    },
    file: async (as, path, wish) => {
      const response = wish ? await post(as, path, wish.key, wish.body) : await ask(as, path);
      return Buffer.from(await response.arrayBuffer());
    },
    upload: async (as, name, bytes) => new FileClient(address, await tokenFor(as)).upload(name, bytes, () => {}),
  };
}
