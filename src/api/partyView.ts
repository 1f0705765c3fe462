import { AS_PARTY, covers, type Rights, reachOf, type Target, targetOf } from '../domain/access/access.ts';
import type { Membership } from '../domain/access/membership.ts';
import type { CaseRecord, OpenWait } from '../domain/kernel/case.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';

/** What of a case is not for who asks, although the case may be opened: it is one side's alone. */
export interface Withheld {
  /** The state, or what an entry says, without it; undefined where all of it is closed. */
  from(value: object): object | undefined;
  /** Whether a field is not for who asks. */
  isKept(field: string): boolean;
  waits(waits: readonly OpenWait[]): readonly OpenWait[];
}

/** What a case withholds from these rights, by the ways in which they may read it. */
export function withheldIn(process: Process, record: CaseRecord<Stated>, rights: Rights): Withheld {
  const target = targetOf(process, record);
  const ways = reachOf(rights, `${process.name}:read`).filter((reach) => covers(reach, target, rights));
  const owns = ways.some(({ post }) => isOwner(post, target));
  const takesPart = !owns && ways.every(({ scope, post }) => isGuest(scope, post, target));
  const organisations = ways.map(({ post }) => post.organisation);
  const outside = ways.some(
    ({ scope, post }) => scope === 'all' || (post.office !== undefined && target.offices.includes(post.office)),
  );
  const kept = [...((takesPart && process.keptFromParties) || []), ...((!outside && process.keptFromOwner) || [])];
  const isClosed = (item: object) =>
    !owns && process.closedTo?.(item as Readonly<Record<string, unknown>>, record.state, organisations) === true;

  /** What has a constructor of its own is a value that is not opened. */
  const isPlain = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  function open(value: unknown): unknown {
    if (Array.isArray(value)) return value.filter((one) => !isPlain(one) || !isClosed(one)).map(open);
    return isPlain(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, open(one)])) : value;
  }
  return {
    from: (value) =>
      isClosed(value)
        ? undefined
        : Object.fromEntries(
            Object.entries(value)
              .filter(([name]) => !kept.includes(name))
              .map(([name, one]) => [name, open(one)]),
          ),
    isKept: (field) => kept.includes(field),
    waits: (waits) =>
      owns ? waits : waits.filter((one) => !one.discreet || organisations.includes(one.holder?.organisation ?? '')),
  };
}

/** Of the office that owns the case, or of the organisation where no office does. */
const isOwner = ({ organisation, office }: Membership, { owner }: Target): boolean =>
  owner !== undefined && (owner.office === undefined ? owner.organisation === organisation : owner.office === office);

/** Whether a way leads to a case of another's because one takes part in it, or because it comes one's way. */
function isGuest(scope: string, { organisation, office, governorate }: Membership, { owner, parties, offices }: Target): boolean {
  if (scope === 'office') return true;
  if (scope === 'governorate') return owner?.governorate !== governorate;
  const takesPart = parties.includes(organisation) || (office !== undefined && offices.includes(office));
  return (AS_PARTY as ReadonlySet<string>).has(scope) && takesPart;
}
