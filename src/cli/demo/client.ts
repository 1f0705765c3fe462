import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** The part of a command's answer that the demo looks at. */
export interface Answer {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly revision: number;
  readonly position: string;
}

const TRIES = 15;

/** Talks to the API as the people of the demo do: with their own tokens, over HTTP. */
export interface Client {
  /** Gives a command as somebody. `key` names the deed in the story, so telling it again changes nothing. */
  give(as: string, path: string, key: string, body: object, ifMatch?: number): Promise<Answer>;
  get<T>(as: string, path: string, after?: string): Promise<T>;
  /** How many commands were given. */
  readonly given: () => number;
}

/** An answer that the story did not expect, with the problem as the API told it. */
export class UnexpectedAnswer extends Error {
  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path} answered ${status}: ${body.slice(0, 1000)}`);
    this.name = 'UnexpectedAnswer';
  }
}

export function createClient(address: string, tokenFor: (name: string) => Promise<string>): Client {
  const tokens = new Map<string, Promise<string>>();
  let given = 0;
  const bearer = async (as: string): Promise<string> => {
    const token = tokens.get(as) ?? tokenFor(as);
    tokens.set(as, token);
    return `Bearer ${await token}`;
  };
  const read = async (method: string, path: string, response: Response): Promise<unknown> => {
    const text = await response.text();
    if (!response.ok) throw new UnexpectedAnswer(method, path, response.status, text);
    return JSON.parse(text);
  };
  /** A busy server says when to come back; the same key makes the second try the same command. */
  const patiently = async (method: string, path: string, send: () => Promise<Response>): Promise<unknown> => {
    for (let attempt = 1; ; attempt++) {
      const response = await send();
      if (response.status !== 503 || attempt === TRIES) return read(method, path, response);
      await response.arrayBuffer();
      await delay(1_000 * Number(response.headers.get('retry-after') ?? 1));
    }
  };
  return {
    given: () => given,
    give: async (as, path, key, body, ifMatch) => {
      given += 1;
      const headers = {
        authorization: await bearer(as),
        'content-type': 'application/json',
        'idempotency-key': `demo-${createHash('sha256').update(key).digest('hex').slice(0, 32)}`,
        ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
      };
      const send = () => fetch(`${address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
      return (await patiently('POST', path, send)) as Answer;
    },
    get: async <T>(as: string, path: string, after?: string) => {
      const headers = { authorization: await bearer(as), ...(after ? { 'masar-after': after } : {}) };
      return (await patiently('GET', path, () => fetch(`${address}${path}`, { headers }))) as T;
    },
  };
}
