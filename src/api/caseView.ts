import { AS_PARTY, coarseFor, covers, mayI, type Rights, reachOf, targetOf } from '../domain/access/access.ts';
import { type ActionView, actionsOf } from '../domain/kernel/actions.ts';
import { type CaseRecord, foldCase } from '../domain/kernel/case.ts';
import { isTold } from '../domain/kernel/discretion.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { Hidden, type Tier, withinTier } from '../domain/kernel/privacy.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import type { LoadedCase } from '../eventlog/cases.ts';
import type { Opener } from './opener.ts';
import { withheldIn } from './partyView.ts';

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

/**
 * The highest tier of personal values the caller may open in a case; undefined for who may not read it at all. With `then`, the
 * case as it once was: an organisation that takes part now and did not yet is shown nothing of it.
 */
export function openingTier(
  process: Process,
  record: CaseRecord<Stated>,
  rights: Rights,
  then: CaseRecord<Stated> = record,
): Tier | undefined {
  const target = targetOf(process, record);
  const were = targetOf(process, then).parties;
  const cameLater = target.parties.filter((one) => !were.includes(one));
  return reachOf(rights, `${process.name}:read`)
    .filter((reach) => covers(reach, target, rights))
    .filter(({ scope, post }) => !AS_PARTY.has(scope) || !cameLater.includes(post.organisation))
    .map((reach) => reach.tier)
    .reduce<Tier | undefined>((best, tier) => (best === undefined || withinTier(best, tier) ? tier : best), undefined);
}

/** A case as one caller sees it. */
export async function viewOf(
  loaded: LoadedCase,
  rights: Rights,
  opener: Opener,
  asOf: AsOf | undefined,
): Promise<Record<string, unknown> & { readonly revision: number }> {
  const { process } = loaded;
  permitted(process, loaded.record, rights, 'read');
  const known = asOf === undefined ? loaded.stored.length : knownThen(loaded, asOf);
  const then = asOf === undefined ? loaded.record : foldCase(process, loaded.record.id, loaded.history.slice(0, known));
  const tier = openingTier(process, loaded.record, rights, then);
  if (!then.exists || tier === undefined) throw new Refused('NOT_FOUND');
  const record = await recordFor(loaded, tier, opener, known);
  const withheld = withheldIn(process, loaded.record, rights);
  return {
    process: process.name,
    id: record.id,
    reference: record.reference,
    status: record.status,
    revision: then.revision,
    openedAt: record.openedAt,
    changedAt: then.changedAt,
    owner: record.owner,
    state: shown(withheld.from(coarseFor(process, loaded.record, rights)?.state(record.state) ?? record.state)),
    waits: withheld.waits(record.waits).map(({ discreet: _, ...wait }) => wait),
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

/** The fold of the first events, `known` of them, with personal values opened up to a tier and without what is not told to it. */
async function recordFor(loaded: LoadedCase, tier: Tier, opener: Opener, known: number): Promise<CaseRecord<Stated>> {
  const { process, record } = loaded;
  opener.showed(record, targetOf(process, record).tier);
  const history = await opener.decode(record, loaded.stored.slice(0, known), tier);
  const told = history.filter(({ type }) => isTold(process, type, tier));
  for (const { type } of told) opener.showed(record, process.discreet?.[type] ?? 'T0');
  return foldCase(process, record.id, told);
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
