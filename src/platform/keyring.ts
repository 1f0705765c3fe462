import { createHmac, randomBytes } from 'node:crypto';

/** Names one data key: one subject (a case, a person) at one tier. */
export interface KeyName {
  readonly subject: string;
  readonly tier: string;
  /** Whose key it is where both stores may have one; a keyring of one store has no need of it. */
  readonly store?: 'restricted' | undefined;
}

/** A key is needed that is neither at hand nor destroyed: the key store is older than what is read. */
export class KeyMissing extends Error {
  constructor(name: KeyName) {
    super(`the key of ${name.subject} for ${name.tier} is missing, and nothing says that it was destroyed`);
    this.name = 'KeyMissing';
  }
}

/** Answered in place of a key that was destroyed: what it sealed is erased for good. */
export const DESTROYED = 'destroyed';

/** The keys at hand after a fetch; undefined for one that nobody made or that got lost, which is not the same as destroyed. */
export type KeyLookup = (name: KeyName) => Buffer | typeof DESTROYED | undefined;

/**
 * Where data keys come from. One 256-bit key per subject and tier, wrapped by a master key; destroying it erases what it
 * sealed, everywhere.
 */
export interface Keyring {
  /** Fetches keys in one round trip. With `create`, absent ones are made; a destroyed key is never made again. */
  fetch(names: readonly KeyName[], create: boolean): Promise<KeyLookup>;
  /** HMAC-SHA-256 under a secret of this installation, separated by scope, hex. For blind indexes and input digests. */
  mac(scope: string, text: string): string;
  /**
   * Destroys the keys of subjects, of all tiers unless told which, and forgets them here at once; no key is made for them
   * again. Processes elsewhere forget within the time `Caching` says. Answers how many keys there still were.
   */
  destroy(subjects: string | readonly string[], tiers?: readonly string[]): Promise<number>;
  /** How many keys of subjects were destroyed so far, however often that was asked for. */
  destroyed(subjects: readonly string[]): Promise<number>;
  /** Lets go of what is cached of subjects: for who learns that their keys were destroyed elsewhere. */
  forget(subjects: readonly string[]): void;
  /** How often keys were destroyed or let go of here: what was opened before the last time is not to be kept. */
  forgettings(): number;
}

/** Every tier that may have keys. */
export const KEY_TIERS: readonly string[] = ['T1', 'T2', 'T3'];

/** The tier and the subject in one text: what a wrapped key is bound to, so that it cannot stand in for another. */
export const keyId = ({ subject, tier }: KeyName): string => `${tier}:${subject}`;

export const listed = (subjects: string | readonly string[]): readonly string[] =>
  typeof subjects === 'string' ? [subjects] : [...new Set(subjects)];

/** `Keyring.mac` under a secret. */
export const macWith =
  (secret: Buffer) =>
  (scope: string, text: string): string =>
    createHmac('sha256', secret).update(scope).update('\0').update(text).digest('hex');

/** Keys in memory only, for tests of everything that is not the key store itself. */
export function memoryKeyring(macSecret: Buffer = randomBytes(32)): Keyring {
  const keys = new Map<string, Buffer | typeof DESTROYED>();
  const gone = new Set<string>();
  let forgettings = 0;
  return {
    fetch: async (names, create) => {
      for (const name of names) if (create && !keys.has(keyId(name))) keys.set(keyId(name), randomBytes(32));
      return (name) => keys.get(keyId(name));
    },
    mac: macWith(macSecret),
    destroy: async (subjects, tiers = KEY_TIERS) => {
      const ids = listed(subjects).flatMap((subject) => tiers.map((tier) => keyId({ subject, tier })));
      const held = ids.filter((id) => (keys.get(id) ?? DESTROYED) !== DESTROYED);
      for (const id of ids) keys.set(id, DESTROYED);
      for (const id of held) gone.add(id);
      forgettings += 1;
      return held.length;
    },
    destroyed: async (subjects) =>
      listed(subjects)
        .flatMap((subject) => KEY_TIERS.map((tier) => keyId({ subject, tier })))
        .filter((id) => gone.has(id)).length,
    forget: (subjects) => {
      if (subjects.length > 0) forgettings += 1;
    },
    forgettings: () => forgettings,
  };
}
