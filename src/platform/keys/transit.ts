import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { MasterKey, Named } from './masterKey.ts';

/** A key-management service that speaks the "transit" protocol of Vault and OpenBao; an HSM stands behind it, or not. */
export interface TransitPlace {
  /** Its address with the name of the key, such as `https://kms.example/v1/transit/keys/masar`. */
  readonly url: string;
  /** File with the token this process shows; read anew for each call, since tokens are renewed. */
  readonly tokenFile: string;
  /** How long it may take to answer; 5 s unless told. */
  readonly patienceMs?: number;
}

/** The service did not answer as it should; nothing it said is repeated, since that could hold keys. */
export class KeyServiceUnavailable extends Error {
  constructor(what: string, cause?: unknown) {
    super(`the key-management service ${what}`, { cause });
    this.name = 'KeyServiceUnavailable';
  }
}

const PATIENCE_MS = 5_000;
/** Keys in one call. */
const BATCH = 200;

const Encrypted = z.object({ data: z.object({ batch_results: z.array(z.object({ ciphertext: z.string().min(1) })) }) });
const Decrypted = z.object({ data: z.object({ batch_results: z.array(z.object({ plaintext: z.base64() })) }) });

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

/** A master key that never leaves the service: data keys are sent there to be wrapped and unwrapped, many in one call. */
export function transitMasterKey({ url, tokenFile, patienceMs = PATIENCE_MS }: TransitPlace): MasterKey {
  const [, mount, key] = /^(.*)\/keys\/([\w.-]+)$/.exec(url) ?? [];
  if (mount === undefined || key === undefined)
    throw new Error('the address of the key-management service must end in /keys/NAME');

  let failing = false;

  /** Remembers how it went, for whoever watches. */
  async function ask<T>(what: 'encrypt' | 'decrypt', batch: readonly object[], shape: z.ZodType<T>): Promise<T> {
    try {
      const answer = await asked(what, batch, shape);
      failing = false;
      return answer;
    } catch (error) {
      failing = true;
      throw error;
    }
  }

  async function asked<T>(what: 'encrypt' | 'decrypt', batch: readonly object[], shape: z.ZodType<T>): Promise<T> {
    const answer = await fetch(`${mount}/${what}/${key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-vault-token': readFileSync(tokenFile, 'utf8').trim() },
      body: JSON.stringify({ batch_input: batch }),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    }).catch((error: unknown) => {
      throw new KeyServiceUnavailable('cannot be reached', error);
    });
    if (!answer.ok) throw new KeyServiceUnavailable(`answered ${answer.status} to ${what}`);
    const parsed = shape.safeParse(await answer.json().catch(() => undefined));
    if (!parsed.success) throw new KeyServiceUnavailable(`gave no usable answer to ${what}`);
    return parsed.data;
  }

  async function inBatches(items: readonly Named[], one: (some: readonly Named[]) => Promise<readonly Buffer[]>) {
    const done: Buffer[] = [];
    for (let at = 0; at < items.length; at += BATCH) {
      const some = items.slice(at, at + BATCH);
      const answers = await one(some);
      if (answers.length !== some.length) throw new KeyServiceUnavailable('lost some of the keys it was sent');
      done.push(...answers);
    }
    return done;
  }

  return {
    id: `transit:${key}`,
    failing: () => failing,
    wrap: (keys) =>
      inBatches(keys, async (some) => {
        const batch = some.map(({ name, bytes }) => ({ plaintext: base64(bytes), associated_data: base64(name) }));
        return (await ask('encrypt', batch, Encrypted)).data.batch_results.map((one) => Buffer.from(one.ciphertext));
      }),
    unwrap: (wrapped) =>
      inBatches(wrapped, async (some) => {
        const batch = some.map(({ name, bytes }) => ({ ciphertext: bytes.toString(), associated_data: base64(name) }));
        return (await ask('decrypt', batch, Decrypted)).data.batch_results.map((one) => Buffer.from(one.plaintext, 'base64'));
      }),
  };
}
