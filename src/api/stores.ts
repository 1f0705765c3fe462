import type { Process } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { AuditReads } from '../eventlog/audit/reads.ts';
import type { Position } from '../eventlog/port.ts';
import { RestrictedUnavailable, type StoreKind } from '../eventlog/stores.ts';
import type { Reads } from '../projections/reads.queries.ts';
import type { WaitFor } from '../projections/runtime/waitFor.queries.ts';
import type { ApiParts } from './parts.ts';

/** What is asked of the restricted store alone, which has its own database, positions and places of the log. */
export interface RestrictedReads {
  readonly reads: Reads;
  readonly waitFor: WaitFor;
  readonly idsOf: ApiParts['idsOf'];
  readonly auditTree: AuditReads;
  positionOf(logIndex: bigint): Promise<Position>;
}

const MARK = 'restricted.';
/** A position of EventStoreDB has 127 bits. */
const POSITION = /^(?:restricted\.)?\d{1,39}$/;

/** A position with its store, as it is sent and sent back. */
export interface StorePosition {
  readonly store: StoreKind;
  readonly position: Position;
}

/** The text of a position: those of the restricted store say so, since a position means nothing in another store. */
export const positionText = (store: StoreKind, position: Position): string =>
  store === 'restricted' ? `${MARK}${position}` : String(position);

/** The position a text means; undefined when it is none. */
export function positionOfText(text: string): StorePosition | undefined {
  if (!POSITION.test(text)) return undefined;
  return text.startsWith(MARK)
    ? { store: 'restricted', position: BigInt(text.slice(MARK.length)) }
    : { store: 'general', position: BigInt(text) };
}

/** The store of a process by its name. */
export const storeOf = (registry: Registry, process: string): StoreKind => registry.byName(process)?.store ?? 'general';

/** The read models and places of a process's own store. @throws RestrictedUnavailable where none is set up */
export function storeReads(parts: ApiParts, { store }: Pick<Process, 'store'>): RestrictedReads {
  if (store === 'restricted') {
    if (!parts.restricted) throw new RestrictedUnavailable();
    return parts.restricted;
  }
  const { reads, waitFor, idsOf, auditTree, log } = parts;
  return { reads, waitFor, idsOf, auditTree, positionOf: (logIndex) => log.positionOf(logIndex) };
}
