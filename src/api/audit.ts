import { type Rights, reachOf } from '../domain/access/access.ts';
import type { Scope } from '../domain/access/policy/row.ts';
import { caseOfStream } from '../domain/kernel/case.ts';
import { wordFor } from '../domain/kernel/caseLabels.ts';
import { UNTOLD, UNTOLD_LABEL } from '../domain/kernel/discretion.ts';
import { Refused } from '../domain/kernel/errors.ts';
import type { Label } from '../domain/kernel/labels.ts';
import { type Tier, withinTier } from '../domain/kernel/privacy.ts';
import { referenceOf } from '../domain/kernel/reference.ts';
import type { RecordedTier } from '../eventlog/access/entry.ts';
import type { AccessFilter } from '../eventlog/access/page.ts';
import {
  type AuditFilter,
  auditPage,
  casesOfHousehold,
  casesWithReference,
  type Deed,
  type Look,
  staffNames,
} from '../projections/audit.queries.ts';
import { type Page, readDb, sightOf } from '../projections/reads.queries.ts';
import { caseWith, referenceIn } from './caseIds.ts';
import { permitted } from './caseView.ts';
import { isUuid } from './headers.ts';
import { sightOfAll } from './listing.ts';
import type { Ask, Paging } from './lists.ts';
import type { ApiParts } from './parts.ts';
import { noticesFor } from './trail.ts';

/** What may be asked of an audit. Times are RFC 3339 UTC. */
export interface AuditQuestion extends Omit<AuditFilter, 'cases' | 'type'> {
  readonly kind?: Deed['kind'] | Look['kind'] | undefined;
  /** A case by its id, or every case with a reference. */
  readonly case?: string | undefined;
  /** Id or reference. */
  readonly household?: string | undefined;
  /** Type of an event, or a route. */
  readonly action?: string | undefined;
  readonly tier?: RecordedTier | undefined;
  readonly refused?: boolean | undefined;
}

/** One line of an audit as it is answered. */
export interface AuditItem {
  readonly kind: Deed['kind'] | Look['kind'];
  readonly at: string;
  readonly actor: string;
  readonly actorName: unknown;
  readonly posts: readonly { readonly role: string; readonly organisation?: string; readonly office?: string }[];
  readonly onBehalfOf: string | null;
  /** Type of the event, or route. */
  readonly action: string;
  readonly label?: Label;
  readonly command?: string;
  readonly cases: readonly { readonly process: string; readonly id: string; readonly reference: string }[];
  readonly tier?: RecordedTier;
  readonly outcome: 'allowed' | 'refused';
  readonly code?: string;
  readonly logIndex?: string;
  readonly revision?: number;
  readonly requestId?: string;
}

/** Cases of one household that are looked through, at most; more than any has. */
const MOST_CASES = 2_000;

/** Ways to audit; what everyone reads of work given to them is no audit. */
const AUDITED: ReadonlySet<Scope> = new Set(['all', 'office']);

/** How far somebody may audit. */
interface Audited {
  /** Undefined for who audits every office. */
  readonly offices: readonly string[] | undefined;
  readonly tier: RecordedTier;
}

/** @throws Refused FORBIDDEN for who may not audit, and for a filter beyond what one may see */
function scopeOf(rights: Rights, { office, tier }: AuditQuestion): Audited {
  const ways = reachOf(rights, 'audit:read').filter((way) => AUDITED.has(way.scope) && withinTier('T2', way.tier));
  if (ways.length === 0) throw new Refused('FORBIDDEN');
  const highest: Tier = ways.some((way) => way.tier === 'T3') ? 'T3' : 'T2';
  const everywhere = ways.some((way) => way.scope === 'all');
  const offices = ways.flatMap(({ scope, post }) => (scope === 'office' && post.office !== undefined ? [post.office] : []));
  if (tier !== undefined && !withinTier(tier, highest)) throw new Refused('FORBIDDEN');
  if (!everywhere && office !== undefined && !offices.includes(office)) throw new Refused('FORBIDDEN');
  return { offices: everywhere ? undefined : offices, tier: highest };
}

/**
 * Who did what and who looked, newest first, as far as the caller audits: an auditor everywhere, verifier and head of branch what
 * their own staff did and what happened to the cases of their office (domain.md §14). No personal values of cases.
 * @throws Refused FORBIDDEN, NOT_FOUND; BadCursor
 */
export async function audit(
  parts: ApiParts,
  { rights, opener }: Pick<Ask, 'rights' | 'opener'>,
  asked: AuditQuestion,
  paging: Paging,
): Promise<Page<AuditItem>> {
  // Who looked at what says much of people, so that who reads it is on record too.
  opener.lookedFor();
  const scope = scopeOf(rights, asked);
  const db = readDb(parts.reads);
  const { kind, action, tier, refused } = asked;
  const cases = await casesIn(parts, rights, asked);
  const deeds = kind !== 'looked' && tier === undefined && refused !== true;
  const { groups } = sightOfAll(parts.registry, rights, 'audit:read');
  const sight = {
    rights,
    groups: groups.map((one) => ({ ...one, reach: one.reach.filter((way) => AUDITED.has(way.scope)) })),
  };
  const ofLooks: AccessFilter = {
    ...(scope.offices === undefined ? {} : { withinOffices: scope.offices }),
    highestTier: scope.tier,
    ...{ staff: asked.actor, office: asked.office, from: asked.from, before: asked.before, route: action, tier },
    cases: cases?.map((one) => `${one.process}-${one.id}`),
    outcome: refused === undefined ? undefined : refused ? 'refused' : 'allowed',
  };
  const page = await auditPage(
    db,
    deeds ? { sight, offices: scope.offices ?? [] } : undefined,
    kind === 'did' ? undefined : (after, limit) => parts.accessLog.page(ofLooks, { after, limit }),
    { ...asked, cases, type: action },
    paging,
  );
  return told(parts, rights, page);
}

/** The cases a filter means. Whose household a case is about is told to who may follow the household and the case. */
async function casesIn(parts: ApiParts, rights: Rights, asked: AuditQuestion): Promise<AuditFilter['cases']> {
  const named = asked.case === undefined ? undefined : await casesNamed(parts, asked.case);
  if (asked.household === undefined) return named;
  const process = parts.registry.byName('household');
  if (!process) throw new Refused('NOT_FOUND');
  const household = isUuid(asked.household)
    ? asked.household.toLowerCase()
    : await caseWith(parts, process, referenceIn(asked.household), async () => rights);
  permitted(process, await parts.cases.glance(`household-${household}`), rights, 'timeline');
  const sight = sightOf(
    rights,
    'timeline',
    parts.registry.all.filter((one) => one.store === 'general').map((one) => one.name),
  );
  const found = await casesOfHousehold(readDb(parts.reads), sight, household, MOST_CASES);
  const all = [{ process: 'household', id: household }, ...found];
  return named === undefined
    ? all
    : all.filter((one) => named.some(({ process, id }) => process === one.process && id === one.id));
}

/**
 * Every case a text may name. That nothing has the reference is not told apart from what is out of sight: the page is empty.
 * @throws Problem ID_MALFORMED, REFERENCE_MISTYPED
 */
async function casesNamed(parts: ApiParts, text: string): Promise<NonNullable<AuditFilter['cases']>> {
  if (isUuid(text)) return parts.registry.all.map((process) => ({ process: process.name, id: text.toLowerCase() }));
  const reference = referenceIn(text);
  const found = await casesWithReference(readDb(parts.reads), reference);
  if (found.length > 0 || !parts.restricted) return found;
  return casesWithReference(readDb(parts.restricted.reads), reference);
}

async function told(parts: ApiParts, rights: Rights, page: Page<Deed | Look>): Promise<Page<AuditItem>> {
  const deeds = page.items.filter((one) => one.kind === 'did');
  const names = await staffNames(
    readDb(parts.reads),
    page.items.map((one) => (one.kind === 'did' ? one.actor : one.staff)),
  );
  const notices = await noticesFor(parts, rights, deeds);
  const types = new Map(notices.map((one) => [one.logIndex, one.type]));
  return {
    ...page,
    items: page.items.map((one) =>
      one.kind === 'did' ? deedItem(parts, one, types.get(one.logIndex) ?? UNTOLD, names) : lookItem(one, names),
    ),
  };
}

type Names = ReadonlyMap<string, unknown>;

function deedItem({ registry }: ApiParts, deed: Deed, type: string, names: Names): AuditItem {
  const process = registry.byName(deed.process);
  const isTold = type !== UNTOLD;
  const label = isTold ? process && wordFor(process, 'events', type) : UNTOLD_LABEL;
  const { post, organisation, office } = deed;
  return {
    kind: deed.kind,
    at: deed.at,
    actor: deed.actor,
    actorName: names.get(deed.actor) ?? null,
    posts: [{ role: post, ...(organisation ? { organisation } : {}), ...(office ? { office } : {}) }],
    onBehalfOf: deed.onBehalfOf,
    action: type,
    ...(label ? { label } : {}),
    command: isTold ? deed.command : '',
    cases: [{ process: deed.process, id: deed.id, reference: referenceOf(deed.id) }],
    outcome: 'allowed',
    logIndex: deed.logIndex,
    revision: deed.revision,
  };
}

function lookItem(look: Look, names: Names): AuditItem {
  return {
    kind: look.kind,
    at: look.at,
    actor: look.staff,
    actorName: names.get(look.staff) ?? null,
    posts: look.posts,
    onBehalfOf: look.onBehalfOf ?? null,
    action: look.route,
    cases: look.cases.map(caseOfStream).map((one) => ({ ...one, reference: referenceOf(one.id) })),
    ...(look.tier === undefined ? {} : { tier: look.tier }),
    outcome: look.outcome,
    ...(look.code === undefined ? {} : { code: look.code }),
    requestId: look.requestId,
  };
}
