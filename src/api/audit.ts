import type { Rights } from '../domain/access/access.ts';
import type { HouseholdState } from '../domain/household/state.ts';
import { caseOfStream } from '../domain/kernel/case.ts';
import { wordFor } from '../domain/kernel/caseLabels.ts';
import { UNTOLD, UNTOLD_LABEL } from '../domain/kernel/discretion.ts';
import { Refused } from '../domain/kernel/errors.ts';
import type { Label } from '../domain/kernel/labels.ts';
import type { Stated } from '../domain/kernel/process.ts';
import { referenceOf } from '../domain/kernel/reference.ts';
import type { RecordedTier } from '../eventlog/access/entry.ts';
import type { AccessFilter } from '../eventlog/access/page.ts';
import {
  type AuditFilter,
  auditPage,
  casesOfHousehold,
  casesOfPersons,
  casesWithReference,
  type Deed,
  deedsBefore,
  type Look,
  staffNames,
} from '../projections/audit.queries.ts';
import { type Page, readDb, sightOf } from '../projections/reads.queries.ts';
import { type Audited, auditedGroups, deedSight, generalNames, scopeOf } from './auditScope.ts';
import { caseWith, referenceIn } from './caseIds.ts';
import { permitted } from './caseView.ts';
import { isUuid } from './headers.ts';
import type { Ask, Paging } from './lists.ts';
import type { ApiParts } from './parts.ts';
import { askedOfRestricted, type Beside, restrictedNames } from './restrictedWork.ts';
import { noticesFor } from './trail.ts';

/** What may be asked of an audit. Times are RFC 3339 UTC. */
export interface AuditQuestion extends Omit<AuditFilter, 'cases' | 'type'> {
  readonly kind?: Deed['kind'] | Look['kind'] | undefined;
  /** What was done in the cases of one store alone. */
  readonly store?: Deed['store'] | undefined;
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
  readonly store?: Deed['store'];
  readonly logIndex?: string;
  readonly revision?: number;
  readonly requestId?: string;
  /** Where an entry of the access log stands: its month, as `YYYY-MM`, and its place there. */
  readonly entry?: { readonly month: string; readonly leaf: number };
  /** Keyed hash of a number that found nobody. */
  readonly missed?: string;
}

/** Cases of one household that are looked through, at most; more than any has. */
const MOST_CASES = 2_000;

/** A page of an audit; `restricted` says whether what was done in restricted cases could be looked through. */
export interface AuditPage extends Page<AuditItem> {
  readonly restricted?: Beside<unknown>['restricted'];
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
): Promise<AuditPage> {
  // Who looked at what says much of people, so that who reads it is on record too.
  opener.lookedFor();
  const scope = scopeOf(rights, asked);
  const { kind, action, refused, store } = asked;
  const cases = await casesIn(parts, rights, asked);
  const filter: AuditFilter = { ...asked, cases: cases?.found, type: action };
  const deedsIn = (one: Deed['store']) => kind !== 'looked' && refused !== true && (store ?? one) === one;
  const theirs = restrictedNames(parts);
  const beside: AskedBeside = { names: new Map(), away: cases?.restricted === 'away' };
  const seen = (names: readonly string[]) => deedSight(parts, rights, names, scope, action);
  const page = await auditPage(
    {
      general: deedsIn('general')
        ? (before, limit) => deedsBefore(readDb(parts.reads), 'general', seen(generalNames(parts)), filter, before, limit)
        : undefined,
      restricted:
        deedsIn('restricted') && theirs.length > 0
          ? (before, limit) =>
              restrictedDeeds(parts, rights, beside, (db) => deedsBefore(db, 'restricted', seen(theirs), filter, before, limit))
          : undefined,
      looks:
        kind === 'did' || store !== undefined
          ? undefined
          : (after, limit) => parts.accessLog.page(looksFor(scope, asked, cases), { after, limit }),
    },
    paging,
  );
  const restricted =
    deedsIn('restricted') && theirs.length > 0 ? { restricted: beside.away ? ('away' as const) : ('shown' as const) } : {};
  return { ...(await told(parts, rights, page, beside)), ...restricted };
}

const looksFor = (
  scope: Audited,
  { actor, office, from, before, action, tier, refused }: AuditQuestion,
  cases: CasesMeant | undefined,
): AccessFilter => ({
  ...(scope.offices === undefined ? {} : { withinOffices: scope.offices }),
  highestTier: scope.tier,
  ...{ staff: actor, office, from, before, route: action, tier },
  cases: cases?.found.map((one) => `${one.process}-${one.id}`),
  outcome: refused === undefined ? undefined : refused ? 'refused' : 'allowed',
});

/** What is learnt of the restricted store while a page is made. */
interface AskedBeside {
  /** How an event there is told, by its place in that log. */
  names: NamesTold;
  away: boolean;
}

async function restrictedDeeds(
  parts: ApiParts,
  rights: Rights,
  beside: AskedBeside,
  look: (db: ReturnType<typeof readDb>) => Promise<readonly Deed[]>,
): Promise<readonly Deed[]> {
  if (beside.away) return [];
  const { restricted, found } = await askedOfRestricted(parts, async (db) => {
    const deeds = await look(db);
    return { deeds, names: namesTold(await noticesFor(parts, rights, deeds)) };
  });
  beside.away = restricted !== 'shown';
  beside.names = found?.names ?? new Map();
  return found?.deeds ?? [];
}

/** Under what names of event and command an event is told, by its place in the log. */
type NamesTold = ReadonlyMap<string, Pick<Deed, 'type' | 'command'>>;

const namesTold = (notices: readonly Pick<Deed, 'logIndex' | 'type' | 'command'>[]): NamesTold =>
  new Map(notices.map((one) => [one.logIndex, one]));

const NOT_TOLD = { type: UNTOLD, command: '' };

/** The cases a filter means, and whether restricted ones could be among them. */
interface CasesMeant extends Beside<unknown> {
  readonly found: NonNullable<AuditFilter['cases']>;
}

/** Whose household a case is about is told to who may follow the household and the case. */
async function casesIn(parts: ApiParts, rights: Rights, asked: AuditQuestion): Promise<CasesMeant | undefined> {
  const named = asked.case === undefined ? undefined : await casesNamed(parts, asked.case);
  if (asked.household === undefined) return named;
  const process = parts.registry.byName('household');
  if (!process) throw new Refused('NOT_FOUND');
  const household = isUuid(asked.household)
    ? asked.household.toLowerCase()
    : await caseWith(parts, process, referenceIn(asked.household), async () => rights);
  const record = await parts.cases.glance(`household-${household}`);
  permitted(process, record, rights, 'timeline');
  const found = await casesOfHousehold(
    readDb(parts.reads),
    sightOf(rights, 'timeline', generalNames(parts)),
    household,
    MOST_CASES,
  );
  const theirs = await restrictedOf(parts, rights, record.state);
  const all = [{ process: 'household', id: household }, ...found, ...(theirs.found ?? [])];
  return {
    found:
      named === undefined
        ? all
        : all.filter((one) => named.found.some(({ process, id }) => process === one.process && id === one.id)),
    ...(theirs.restricted === undefined ? {} : { restricted: theirs.restricted }),
  };
}

/** Restricted cases about the members of a household, for who audits them or may find them. */
async function restrictedOf(parts: ApiParts, rights: Rights, state: Stated): Promise<Beside<AuditFilter['cases']>> {
  const { head, members: others } = state as HouseholdState;
  const members = [...(head === undefined ? [] : [head]), ...others.map((one) => one.person)];
  const names = restrictedNames(parts);
  const audited = auditedGroups(rights, names);
  const sight = { rights, groups: [...audited, ...sightOf(rights, 'find', names).groups] };
  if (members.length === 0 || sight.groups.length === 0) return {};
  return askedOfRestricted(parts, (db) => casesOfPersons(db, sight, members, MOST_CASES));
}

/**
 * Every case a text may name. That nothing has the reference is not told apart from what is out of sight: the page is empty.
 * @throws Problem ID_MALFORMED, REFERENCE_MISTYPED
 */
async function casesNamed(parts: ApiParts, text: string): Promise<CasesMeant> {
  if (isUuid(text)) return { found: parts.registry.all.map((process) => ({ process: process.name, id: text.toLowerCase() })) };
  const reference = referenceIn(text);
  const found = await casesWithReference(readDb(parts.reads), reference);
  if (found.length > 0 || restrictedNames(parts).length === 0) return { found };
  const theirs = await askedOfRestricted(parts, (db) => casesWithReference(db, reference));
  return { found: theirs.found ?? [], ...(theirs.restricted === undefined ? {} : { restricted: theirs.restricted }) };
}

async function told(parts: ApiParts, rights: Rights, page: Page<Deed | Look>, beside: AskedBeside): Promise<Page<AuditItem>> {
  const ours = page.items.filter((one): one is Deed => one.kind === 'did' && one.store === 'general');
  const names = await staffNames(
    readDb(parts.reads),
    page.items.map((one) => (one.kind === 'did' ? one.actor : one.staff)),
  );
  const types = { general: namesTold(await noticesFor(parts, rights, ours)), restricted: beside.names };
  return {
    ...page,
    items: page.items.map((one) =>
      one.kind === 'did' ? deedItem(parts, one, types[one.store].get(one.logIndex) ?? NOT_TOLD, names) : lookItem(one, names),
    ),
  };
}

type Names = ReadonlyMap<string, unknown>;

function deedItem(
  { registry }: ApiParts,
  deed: Deed,
  { type, command }: Pick<Deed, 'type' | 'command'>,
  names: Names,
): AuditItem {
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
    command: isTold ? command : '',
    cases: [{ process: deed.process, id: deed.id, reference: referenceOf(deed.id) }],
    outcome: 'allowed',
    store: deed.store,
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
    entry: { month: look.at.slice(0, 7), leaf: look.leaf },
    ...(look.missed === undefined ? {} : { missed: look.missed }),
  };
}
