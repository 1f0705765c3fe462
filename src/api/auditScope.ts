import { type Rights, reachOf } from '../domain/access/access.ts';
import type { Scope } from '../domain/access/policy/row.ts';
import { calledToAll } from '../domain/kernel/discretion.ts';
import { Refused } from '../domain/kernel/errors.ts';
import { type Tier, withinTier } from '../domain/kernel/privacy.ts';
import type { RecordedTier } from '../eventlog/access/entry.ts';
import type { DeedSight } from '../projections/audit.queries.ts';
import { type Sight, sightOf } from '../projections/reads.queries.ts';
import type { ApiParts } from './parts.ts';

/** Ways to audit; what everyone reads of work given to them is no audit. */
export const AUDITED: ReadonlySet<Scope> = new Set(['all', 'office']);

/** How far somebody may audit. */
export interface Audited {
  /** Undefined for who audits every office. */
  readonly offices: readonly string[] | undefined;
  readonly tier: RecordedTier;
}

/** @throws Refused FORBIDDEN for who may not audit, and for a filter beyond what one may see */
export function scopeOf(
  rights: Rights,
  { office, tier }: { readonly office?: string | undefined; readonly tier?: RecordedTier | undefined },
): Audited {
  const ways = reachOf(rights, 'audit:read').filter((way) => AUDITED.has(way.scope) && withinTier('T2', way.tier));
  if (ways.length === 0) throw new Refused('FORBIDDEN');
  const highest: Tier = ways.some((way) => way.tier === 'T3') ? 'T3' : 'T2';
  const everywhere = ways.some((way) => way.scope === 'all');
  const offices = ways.flatMap(({ scope, post }) => (scope === 'office' && post.office !== undefined ? [post.office] : []));
  if (tier !== undefined && !withinTier(tier, highest)) throw new Refused('FORBIDDEN');
  if (!everywhere && office !== undefined && !offices.includes(office)) throw new Refused('FORBIDDEN');
  return { offices: everywhere ? undefined : offices, tier: highest };
}

/** The ways in which somebody audits these processes. */
export const auditedGroups = (rights: Rights, names: readonly string[]): Sight['groups'] =>
  sightOf(rights, 'audit:read', names).groups.map((one) => ({
    ...one,
    reach: one.reach.filter((way) => AUDITED.has(way.scope)),
  }));

/** The processes whose cases lie in the general store. */
export const generalNames = ({ registry }: ApiParts): readonly string[] =>
  registry.all.filter((one) => one.store === 'general').map((one) => one.name);

/** A right to be told an event by its name, in one process. */
interface Named {
  readonly name: string;
  readonly verb: string;
  readonly tier: Tier;
}

/** What it takes to be told this event of a process by its name; nothing where all are told. */
function namedIn({ registry }: ApiParts, name: string, action: string | undefined): readonly Named[] {
  const process = registry.byName(name);
  if (!process || action === undefined) return [];
  const tier = process.discreet?.[action];
  if (tier !== undefined) return [{ name, verb: 'timeline', tier }];
  return process.coarse && calledToAll(process, action) !== action ? [{ name, verb: process.coarse.verb, tier: 'T0' }] : [];
}

/** Whose deeds in these processes are reached. An event whose name is not told to all is found by name where its name is told. */
export function deedSight(
  parts: ApiParts,
  rights: Rights,
  names: readonly string[],
  { offices = [] }: Audited,
  action: string | undefined,
): DeedSight {
  const needed = names.flatMap((name) => namedIn(parts, name, action));
  const groups = auditedGroups(
    rights,
    names.filter((name) => !needed.some((one) => one.name === name)),
  );
  const byName = needed.flatMap(({ name, verb, tier }) =>
    sightOf(rights, verb, [name]).groups.map((one) => ({
      ...one,
      reach: one.reach.filter((way) => withinTier(tier, way.tier)),
    })),
  );
  return { sight: { rights, groups: [...groups, ...byName] }, offices: needed.length > 0 ? [] : offices };
}
