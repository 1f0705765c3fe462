import { covers, mayI, type Rights, reachOf, targetOf } from '../domain/access/access.ts';
import { type ActionView, actionsOf } from '../domain/kernel/actions.ts';
import { type CaseRecord, foldCase } from '../domain/kernel/case.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { Hidden, type Tier, withinTier } from '../domain/kernel/privacy.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { LoadedCase } from '../eventlog/cases.ts';
import type { Codec } from '../eventlog/codec.ts';

/** A point in what we knew: up to an instant of recording, or up to a position of the log. */
export type AsOf = { readonly recordedAt: string } | { readonly position: bigint };

/** Holds a read of a case to the policy. @throws Refused NOT_FOUND or, to who may find it, FORBIDDEN */
export function permitted(process: Process, record: CaseRecord<Stated>, rights: Rights, verb: 'read' | 'timeline'): void {
  if (!record.exists) throw new Refused('NOT_FOUND');
  const verdict = mayI(rights, `${process.name}:${verb}`, targetOf(process, record));
  if (verdict.allowed) return;
  if (!verdict.mayFind) throw new Refused('NOT_FOUND');
  // Whoever may find the case may know whom to ask.
  const { organisation, office } = record.owner ?? {};
  throw new Refused('FORBIDDEN', { ...(organisation ? { organisation } : {}), ...(office ? { office } : {}) });
}

/** The highest tier of personal values the caller may open in a case; undefined for who may not read it at all. */
export function openingTier(process: Process, record: CaseRecord<Stated>, rights: Rights): Tier | undefined {
  const target = targetOf(process, record);
  return reachOf(rights, `${process.name}:read`)
    .filter((reach) => covers(reach, target, rights))
    .map((reach) => reach.tier)
    .reduce<Tier | undefined>((best, tier) => (best === undefined || withinTier(best, tier) ? tier : best), undefined);
}

/** A case as one caller sees it. */
export async function viewOf(
  loaded: LoadedCase,
  rights: Rights,
  codec: Codec,
  asOf: AsOf | undefined,
): Promise<Record<string, unknown> & { readonly revision: number }> {
  const { process } = loaded;
  permitted(process, loaded.record, rights, 'read');
  const tier = openingTier(process, loaded.record, rights) ?? 'T0';
  const record = await recordFor(loaded, tier, codec, asOf);
  if (!record.exists) throw new Refused('NOT_FOUND');
  return {
    process: process.name,
    id: record.id,
    reference: record.reference,
    status: record.status,
    revision: record.revision,
    openedAt: record.openedAt,
    changedAt: record.changedAt,
    owner: record.owner,
    state: shown(record.state),
    waits: record.waits,
    shares: record.shares,
    transfer: record.transfer,
    adoption: record.adoption,
    corrections: record.corrections,
    reservations: record.reservations.map(({ scope, status, heldBy }) => ({ scope, status, heldBy })),
    actions: asOf ? [] : allowedActions(loaded, rights),
  };
}

function allowedActions({ process, record }: LoadedCase, rights: Rights): readonly ActionView[] {
  const target = targetOf(process, record);
  return actionsOf(process, record, (permission) => mayI(rights, permission, target).allowed);
}

/** The fold with personal values opened up to a tier, as far as it was known then. */
async function recordFor(loaded: LoadedCase, tier: Tier, codec: Codec, asOf: AsOf | undefined): Promise<CaseRecord<Stated>> {
  const known = asOf === undefined ? loaded.stored.length : knownThen(loaded, asOf);
  if (known === loaded.stored.length && tier === 'T3') return loaded.record;
  const history = await codec.decode(loaded.stored.slice(0, known), tier);
  return foldCase(loaded.process, loaded.record.id, history);
}

function knownThen({ stored, history }: LoadedCase, asOf: AsOf): number {
  const later =
    'position' in asOf
      ? stored.findIndex((event) => event.position > asOf.position)
      : history.findIndex((event) => event.meta.recordedAt > asOf.recordedAt);
  return later < 0 ? stored.length : later;
}

/** State as JSON: what this caller may not see says so, and what was erased says that. */
export function shown(value: unknown): unknown {
  if (value instanceof Hidden) return value.reason === 'erased' ? { erased: true } : { hidden: true };
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shown(one)]));
  }
  return value;
}
