import { categoryOf } from '../domain/kernel/envelope.ts';
import type { Process } from '../domain/kernel/process.ts';
import { type Registry, registryOf } from '../domain/kernel/registry.ts';
import { isConnectionFault } from '../platform/database.ts';
import type { KeyName, Keyring } from '../platform/keyring.ts';
import type { Cases } from './cases.ts';
import { type Codec, createCodec } from './codec.ts';
import type { Executor } from './execute.ts';
import { type EventLog, LogUnavailable, OutcomeUnknown, type Position } from './port.ts';

export type StoreKind = Process['store'];

/** One store: a log, the keys of what is in it, and the only way in. Nothing is kept in two. */
export interface Store {
  readonly log: EventLog;
  readonly keyring: Keyring;
  readonly codec: Codec;
  readonly cases: Cases;
  readonly executor: Executor;
}

/** The restricted store is away or was never set up; the general one goes on. */
export class RestrictedUnavailable extends Error {
  constructor(cause?: unknown) {
    super('the restricted store cannot be reached', { cause });
    this.name = 'RestrictedUnavailable';
  }
}

/** Answers the restricted store, opening it when first asked. @throws RestrictedUnavailable */
export type OpenRestricted = () => Promise<Store>;

/** A registry of the processes of one store, so that neither can write or read the other's events. */
export const registryFor = (registry: Registry, store: StoreKind): Registry =>
  registryOf(registry.all.filter((one) => one.store === store));

/** What is away of the restricted store says so by name; every other error passes. */
export async function ofRestricted<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // What may be written there is not told as what was not reached.
    if (error instanceof RestrictedUnavailable || error instanceof OutcomeUnknown) throw error;
    if (error instanceof LogUnavailable || isConnectionFault(error)) throw new RestrictedUnavailable(error);
    throw error;
  }
}

/** What stands over both stores: each case is read, decided and opened in its own. */
export interface Routed {
  readonly executor: Executor;
  readonly cases: Cases;
  /** Opens what either store sealed; writes nothing. */
  readonly codec: Codec;
  readonly read: EventLog['read'];
  positionOf(store: StoreKind, logIndex: bigint): Promise<Position>;
}

/** Routes by the process a case belongs to. */
export function routed(registry: Registry, general: Store, restricted: OpenRestricted): Routed {
  const isRestricted = (process: string): boolean => registry.byName(process)?.store === 'restricted';
  const within = <T>(process: string, work: (store: Store) => Promise<T>): Promise<T> =>
    isRestricted(process) ? ofRestricted(async () => work(await restricted())) : work(general);
  return {
    executor: { execute: (request) => within(request.process, (store) => store.executor.execute(request)) },
    cases: {
      load: (process, id, until) => within(process.name, (store) => store.cases.load(process, id, until)),
      glance: (stream) => within(categoryOf(stream), (store) => store.cases.glance(stream)),
    },
    codec: createCodec(registry, keysOfBoth(general.keyring, restricted)),
    read: (stream, from) => within(categoryOf(stream), (store) => store.log.read(stream, from)),
    positionOf: (kind, logIndex) =>
      kind === 'restricted'
        ? ofRestricted(async () => (await restricted()).log.positionOf(logIndex))
        : general.log.positionOf(logIndex),
  };
}

/**
 * Keys for opening alone, each from the store that sealed the value. Values that were sealed before they named their store are the
 * restricted one's where they are T3, or where the general one never had such a key.
 */
function keysOfBoth(general: Keyring, restricted: OpenRestricted): Keyring {
  return {
    ...general,
    fetch: async (names, create) => {
      if (create) throw new Error('keys are made in the store that writes');
      const isTheirs = ({ store, tier }: KeyName): boolean => store === 'restricted' || tier === 'T3';
      const ours = names.filter((one) => !isTheirs(one));
      const own = ours.length === 0 ? () => undefined : await general.fetch(ours, false);
      const theirs = names.filter((one) => isTheirs(one) || own(one) === undefined);
      if (theirs.length === 0) return own;
      const other = await ofRestricted(async () => (await restricted()).keyring.fetch(theirs, false));
      return (name) => (isTheirs(name) ? other(name) : (own(name) ?? other(name)));
    },
  };
}
