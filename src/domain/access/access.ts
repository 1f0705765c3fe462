import type { CaseRecord } from '../kernel/case.ts';
import type { OfficeRef, Reader } from '../kernel/caseEvents.ts';
import type { LocalDate } from '../kernel/dates.ts';
import type { Coarse } from '../kernel/discretion.ts';
import { mayHold } from '../kernel/holder.ts';
import { type Tier, withinTier } from '../kernel/privacy.ts';
import type { Holder, Process, Stated } from '../kernel/process.ts';
import type { Membership } from './membership.ts';
import { POLICY, type PolicyRow, QUERIES, type Scope, WITHHELD } from './policy/index.ts';
import type { Role } from './roles.ts';

/** A person's standing on a day: posts held, own and (for a deputy) those of the absent colleague. */
export interface Rights {
  readonly staff: string;
  /** The colleague on leave this person stands in for; then `posts` are the colleague's. */
  readonly behalf?: string | undefined;
  readonly day: LocalDate;
  /** The instant asked about, RFC 3339 UTC; without one no grant until an instant is live. */
  readonly at?: string;
  readonly posts: readonly Membership[];
}

/** A wait somebody has taken; `holder` is who may hold it, anybody when absent. */
export interface Taken {
  readonly staff: string;
  readonly holder?: Holder | undefined;
}

/** What a decision about access looks at in a case. Read models keep the same facts as columns. */
export interface Target {
  readonly owner: OfficeRef | undefined;
  readonly parties: readonly string[];
  readonly offices: readonly string[];
  /** The one of `offices` that is there only because the case was offered to it. */
  readonly offeredTo?: string | undefined;
  readonly governorates: readonly string[];
  /** Who has taken or been given what the case waits on, and who may hold that. */
  readonly taken: readonly Taken[];
  /** The member of staff whose own record this is. */
  readonly own?: string | undefined;
  readonly shares: readonly { readonly reader: Reader; readonly until: string }[];
  readonly tier: Tier;
}

/** One way a post reaches cases. The same list is read by `covers` here and turned into SQL by queries. */
export interface Reach {
  readonly scope: Scope;
  /** Highest tier that may be opened this way. */
  readonly tier: Tier;
  readonly post: Membership;
  /** Also to cases that the office of the post was only offered. */
  readonly offered?: true;
}

export type Verdict =
  | { readonly allowed: true; readonly post: Membership }
  | { readonly allowed: false; readonly mayFind: boolean };

/** Whether a pattern of the policy table means this permission. */
export const matches = (pattern: string, permission: string): boolean =>
  pattern === permission ||
  (pattern.endsWith(':*') && permission.startsWith(pattern.slice(0, -1))) ||
  (pattern.startsWith('*:') && permission.endsWith(pattern.slice(1)));

/** Whether a permission is given to nobody. */
export const isWithheld = (permission: string): boolean =>
  WITHHELD.some((one) => one.allow.some((pattern) => matches(pattern, permission)));

/** Permissions that open what a case holds. */
const OPENS = /:(read|timeline|print)$/;
/** Who looked at what is no content: whoever audits sees it of every tier. */
const opens = (permission: string): boolean => OPENS.test(permission) && !QUERIES.some((one) => one === permission);
/** Ways to T3 that are each about one case: one's own record, a grant, and what an organisation was itself asked. */
const CASE_BY_CASE: ReadonlySet<Scope> = new Set(['own', 'shared', 'party']);

/** T3 is opened case by case, whatever a row says: one that reaches further opens no more than T2 (domain.md §0.4). */
const caseByCase = (row: PolicyRow, permission: string): PolicyRow =>
  row.tier === 'T3' && opens(permission) && !CASE_BY_CASE.has(row.scope) ? { ...row, tier: 'T2' } : row;

/** The rows found so far for a role and a permission: the table does not change while the program runs. */
const found = new Map<Role, Map<string, readonly PolicyRow[]>>();

/** The rows of the table that give a role a permission, in the table's order; none when it is withheld. */
function rowsFor(role: Role, permission: string): readonly PolicyRow[] {
  const ofRole = found.get(role) ?? new Map<string, readonly PolicyRow[]>();
  const known = ofRole.get(permission);
  if (known) return known;
  const rows = isWithheld(permission)
    ? []
    : POLICY.filter(
        (row) => (row.role === role || row.role === 'everyone') && row.allow.some((pattern) => matches(pattern, permission)),
      ).map((row) => caseByCase(row, permission));
  found.set(role, ofRole.set(permission, rows));
  return rows;
}

/** Whether a post in this role, by its name, gives a permission at all, wherever that reaches. */
export const mayAnywhere = (post: string, permission: string): boolean => rowsFor(post as Role, permission).length > 0;

/** What an office may do with a case that is offered to it: look, answer the offer, share out who answers. */
const UNDER_OFFER = ['find', 'read', 'timeline', 'transfer', 'work', 'assign'];

/** Whether a permission reaches cases on offer: ownership moves on acceptance, and the rights of an owner with it. */
const reachesOffers = (permission: string): boolean => UNDER_OFFER.includes(permission.slice(permission.indexOf(':') + 1));

/** Every way in which these rights give a permission, most particular post first as in the table. */
export function reachOf(rights: Rights, permission: string): readonly Reach[] {
  const offered = reachesOffers(permission) ? ({ offered: true } as const) : {};
  return rights.posts.flatMap((post) =>
    rowsFor(post.role, permission).map(({ scope, tier }) => ({ scope, tier, post, ...offered })),
  );
}

/**
 * Ways in which the staff of an organisation reach a case of another's that it takes part in. They show what was known and what
 * happened since it came in: a draft was the sender's alone.
 */
export const AS_PARTY: ReadonlySet<Scope> = new Set(['party', 'assigned', 'shared']);

/** Whether one way of reaching cases covers this one. */
export function covers(reach: Reach, target: Target, rights: Rights): boolean {
  return withinTier(target.tier, reach.tier) && inScope(reach, target, rights);
}

function inScope({ scope, post, offered }: Reach, target: Target, rights: Rights): boolean {
  const takesPart = (office: string): boolean =>
    target.offices.includes(office) && (offered === true || target.offeredTo !== office);
  switch (scope) {
    case 'all':
      return true;
    case 'own':
      return target.own === rights.staff;
    case 'governorate':
      return (
        post.governorate !== undefined &&
        (target.owner?.governorate === post.governorate || target.governorates.includes(post.governorate))
      );
    case 'organisation':
      return target.owner?.organisation === post.organisation;
    case 'office':
      return post.office !== undefined && (target.owner?.office === post.office || takesPart(post.office));
    case 'party':
      return target.parties.includes(post.organisation) || (post.office !== undefined && takesPart(post.office));
    case 'assigned':
      // Work stays behind when its holder moves to a post that could not have taken it.
      return target.taken.some((one) => isPerson(one.staff, rights) && mayHold(one.holder, post));
    case 'shared':
      return target.shares.some((share) => isLive(share.until, rights) && readerIs(share, post, rights));
  }
}

/** Work given to a colleague on leave, and what was shared with them, is the deputy's as well. */
const isPerson = (staff: string, rights: Rights): boolean => staff === rights.staff || staff === rights.behalf;

/** A share holds through its last day, a grant to its instant. */
const isLive = (until: string, { day, at = '9999' }: Rights): boolean => (until.length === 10 ? until >= day : until > at);

/** A grant is one named person's: no deputy has it. */
const readerIs = ({ reader, until }: Target['shares'][number], post: Membership, rights: Rights): boolean =>
  reader.kind === 'staff'
    ? reader.id === rights.staff || (until.length === 10 && reader.id === rights.behalf)
    : reader.id === (reader.kind === 'office' ? post.office : post.organisation);

/** The first way in which these rights give a permission for a case. */
const wayTo = (rights: Rights, permission: string, target: Target): Reach | undefined =>
  reachOf(rights, permission).find((one) => covers(one, target, rights));

/** `mayI` for who asks nothing but whether. */
export const isAllowed = (rights: Rights, permission: string, target: Target): boolean =>
  wayTo(rights, permission, target) !== undefined;

/**
 * May these rights do this to that case? Deny by default. `mayFind` tells apart "not there" from "there, but closed to you":
 * only who may find a case is told that it exists.
 */
export function mayI(rights: Rights, permission: string, target: Target): Verdict {
  const reach = wayTo(rights, permission, target);
  if (reach) return { allowed: true, post: reach.post };
  const process = permission.slice(0, permission.indexOf(':'));
  const mayFind = [`${process}:find`, `${process}:read`].some((one) =>
    reachOf(rights, one).some((way) => inScope(way, target, rights)),
  );
  return { allowed: false, mayFind };
}

/** The facts of a loaded case that access is decided on. */
export function targetOf(process: Process, record: CaseRecord<Stated>): Target {
  const about = process.about?.(record.state, record.id);
  const offices = about?.offices ?? [];
  const offeredTo = record.transfer?.to.office;
  return {
    owner: record.owner,
    parties: about?.parties ?? [],
    ...(offeredTo === undefined || offices.includes(offeredTo) ? { offices } : { offices: [...offices, offeredTo], offeredTo }),
    governorates: about?.governorates ?? [],
    taken: record.waits.flatMap((wait) =>
      wait.assignee === undefined ? [] : [{ staff: wait.assignee, holder: wait.holder ?? record.owner }],
    ),
    own: about?.staff,
    shares: record.shares,
    tier: about?.tier ?? process.tier,
  };
}

/** How a case is shown to these rights: in its coarse words, or undefined for who sees all of it. */
export function coarseFor(process: Process, record: CaseRecord<Stated>, rights: Rights): Coarse | undefined {
  const { coarse } = process;
  return coarse && !mayI(rights, `${process.name}:${coarse.verb}`, targetOf(process, record)).allowed ? coarse : undefined;
}

/** The target of a case that is about to be opened by someone in this post. */
export const targetOfNew = (process: Process, post: Membership): Target => ({
  owner: {
    organisation: post.organisation,
    ...(post.office ? { office: post.office } : {}),
    ...(post.governorate ? { governorate: post.governorate } : {}),
  },
  parties: [],
  offices: [],
  governorates: [],
  taken: [],
  shares: [],
  tier: process.tier,
});
