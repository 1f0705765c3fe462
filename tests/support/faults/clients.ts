import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Client } from '../../../src/cli/demo/client.ts';

/** A command that was acknowledged. */
export interface Acknowledged {
  readonly correlationId: string;
  readonly path: string;
  readonly answer: Answer;
}

export interface StubbornClient extends Client {
  readonly acknowledged: readonly Acknowledged[];
  readonly begun: () => number;
  /** Answers by what they were: a status, or `connection`. */
  readonly answers: ReadonlyMap<string, number>;
  /** Answers that came only to a later try, since the command had been executed and the first answer was lost. */
  readonly replayed: () => number;
  /** Answers of 503 that did not say when to come back. */
  readonly mute: () => number;
}

export interface Stubbornness {
  readonly tokenFor: (login: string) => Promise<string>;
  /** Where the server is now. */
  readonly address: () => Promise<string>;
  /** Names the commands of this client: `<prefix>-00000042`. */
  readonly prefix: string;
  /** A command that is not acknowledged for so long is an error; default a minute. */
  readonly patienceMs?: number;
  /** Every try under a key of its own, as a careless client does. */
  readonly freshKeys?: boolean;
  /** Called before a command is given for the first time, with how many came before it. */
  readonly before?: (begun: number) => Promise<void>;
}

const REST_MS = 100;
const ANSWER_WITHIN_MS = 20_000;

/**
 * Gives every command until it is acknowledged, whatever happens to the connection or the server, under one Idempotency-Key.
 * Every try of a command carries the same correlation id, by which its events are found in the log.
 */
export function createStubbornClient({
  tokenFor,
  address,
  prefix,
  patienceMs = 60_000,
  freshKeys,
  before,
}: Stubbornness): StubbornClient {
  const acknowledged: Acknowledged[] = [];
  const answers = new Map<string, number>();
  const tokens = new Map<string, Promise<string>>();
  let begun = 0;
  let mute = 0;
  let replayed = 0;

  const count = (what: string): void => void answers.set(what, (answers.get(what) ?? 0) + 1);

  const tokenOf = (login: string): Promise<string> => {
    const token = tokens.get(login) ?? tokenFor(login);
    tokens.set(login, token);
    return token;
  };

  async function stubbornly(login: string, path: string, init: (attempt: number) => RequestInit): Promise<unknown> {
    const authorization = `Bearer ${await tokenOf(login)}`;
    const giveUp = Date.now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      const { headers, ...rest } = init(attempt);
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const got = await address()
        .then((base) => fetch(`${base}${path}`, { ...rest, signal, headers: { ...headers, authorization } }))
        .then(async (response) => ({ response, text: await response.text() }))
        .catch((error: unknown) => ({ error }));
      if ('error' in got) {
        count('connection');
        if (Date.now() > giveUp) throw new Error(`${path}: no answer in time`, { cause: got.error });
      } else {
        const { response, text } = got;
        count(String(response.status));
        if (response.headers.get('idempotency-replayed') === 'true') replayed += 1;
        if (response.ok) return JSON.parse(text);
        const again = response.status === 503 || (response.status === 409 && text.includes('"CONFLICT"'));
        if (!again || Date.now() > giveUp) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 1_000)}`);
        if (response.status === 503 && response.headers.get('retry-after') === null) mute += 1;
      }
      await delay(REST_MS);
    }
  }

  return {
    acknowledged,
    answers,
    begun: () => begun,
    given: () => begun,
    mute: () => mute,
    replayed: () => replayed,
    give: async (as, path, _key, body, ifMatch) => {
      const mine = begun++;
      const correlationId = `${prefix}-${String(mine).padStart(8, '0')}`;
      await before?.(mine);
      const init = (attempt: number): RequestInit => ({
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'masar-correlation-id': correlationId,
          'idempotency-key': freshKeys ? `${correlationId}-try-${attempt}` : correlationId,
          ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        },
        body: JSON.stringify(body),
      });
      const answer = (await stubbornly(as, path, init)) as Answer;
      acknowledged.push({ correlationId, path, answer });
      return answer;
    },
    get: async <T>(as: string, path: string, after?: string) =>
      (await stubbornly(as, path, () => ({ headers: after ? { 'masar-after': after } : {} }))) as T,
  };
}
