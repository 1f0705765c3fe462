import { categoryOf } from '../domain/kernel/envelope.ts';
import type { Process } from '../domain/kernel/process.ts';
import { type Registry, registryOf } from '../domain/kernel/registry.ts';
import { isConnectionFault } from '../platform/database.ts';
import type { KeyName, Keyring } from '../platform/keyring.ts';
import type { Cases } from './cases.ts';
import { type Codec, createCodec } from './codec.ts';
import type { Executor } from './execute.ts';
import { type EventLog, LogUnavailable, type Position } from './port.ts';

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
    if (error instanceof RestrictedUnavailable) throw error;
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
 * Keys for opening alone. T3 is the restricted store's; of the other tiers it holds only keys under ids of its own cases, so a key
 * the general store does not have is asked for there.
 */
function keysOfBoth(general: Keyring, restricted: OpenRestricted): Keyring {
  const ofOther = async (names: readonly KeyName[]) => {
    if (names.length === 0) return () => undefined;
    return ofRestricted(async () => (await restricted()).keyring.fetch(names, false));
  };
  return {
    ...general,
    fetch: async (names, create) => {
      if (create) throw new Error('keys are made in the store that writes');
      const own = await general.fetch(
        names.filter((one) => one.tier !== 'T3'),
        false,
      );
      const missing = names.filter((one) => one.tier === 'T3' || own(one) === undefined);
      const deep = missing.filter((one) => one.tier === 'T3');
      const theirs = await ofOther(missing).catch((error: unknown) => {
        // What is missing in the general store was erased there: that is told without the other one.
        if (deep.length > 0 || !(error instanceof RestrictedUnavailable)) throw error;
        return () => undefined;
      });
      return (name) => (name.tier === 'T3' ? theirs(name) : (own(name) ?? theirs(name)));
    },
  };
}
