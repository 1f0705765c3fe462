import { type Taken, targetOf } from '../domain/access/access.ts';
import type { CaseRecord, OpenWait, Share } from '../domain/kernel/case.ts';
import { atBaghdad } from '../domain/kernel/dates.ts';
import type { Tier } from '../domain/kernel/privacy.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';
import { reachedBy } from './reachedBy.ts';
import type { ProjectedEvent } from './runtime/projection.ts';

/** A case as lists, references and permissions need it: one row a case. Instants are RFC 3339 UTC, as in the log. */
export interface CaseIndexRow {
  process: string;
  case_id: string;
  reference: string;
  status: string;
  owner_organisation: string | null;
  owner_office: string | null;
  owner_governorate: string | null;
  parties: string[];
  /** For each of `parties`, the logIndex since which it takes part without a break. */
  party_since: Readonly<Record<string, string>>;
  offices: string[];
  /** The one of `offices` that is there only because the case was offered to it. */
  offered_to: string | null;
  governorates: string[];
  assignees: string[];
  /** What `assignees` have taken, with who may hold it. */
  taken: readonly Taken[];
  own_staff: string | null;
  shares: readonly Share[];
  /** Words of an index: by whom it can be reached at all, see reachedBy.ts. */
  reached_by: string[];
  tier: Tier;
  households: string[];
  persons: string[];
  urgency: string | null;
  opened_at: string;
  opened_by: string | null;
  changed_at: string;
  /** Who acted last. */
  changed_by: string;
  revision: number;
  position: string;
  log_index: string;
}

/** One state of one wait of a case, over the logIndexes from (inclusive) to (exclusive); open while `to_index` is null. */
export interface QueueRow {
  process: string;
  case_id: string;
  wait_key: string;
  from_index: string;
  to_index: string | null;
  /** When this state of the wait began and ended in the world. */
  from_at: string;
  to_at: string | null;
  reference: string;
  status: string;
  party: string;
  holder_organisation: string | null;
  holder_office: string | null;
  holder_role: string | null;
  holder_governorate: string | null;
  /** When the wait began in the world: its age. */
  since: string;
  since_revision: number;
  clock_start: string;
  due: string | null;
  rule: string | null;
  rule_version: string | null;
  /** Highest escalation level reached. */
  level: number;
  paused_at: string | null;
  assignee: string | null;
  /** For its holder and the owner of the case alone. */
  discreet: boolean;
  urgency: string | null;
  /** 0 emergency, 1 urgent, 2 normal or not said. */
  priority: number;
  /** How often the case has come to this wait: 2 and more means it came back. */
  round: number;
}

/** A date that acts by itself: at `at`, the system gives `command` to the case. */
export interface TimerRow {
  process: string;
  case_id: string;
  key: string;
  at: string;
  command: string;
  /** Revision of the event since which the timer stands at this date. */
  revision: number;
}

type Content = Omit<QueueRow, 'from_index' | 'to_index' | 'from_at' | 'to_at' | 'round'>;

const PRIORITIES: Readonly<Record<string, number>> = { emergency: 0, urgent: 1 };

/** Since when each organisation takes part in a case, after an event. */
export function partiesAfter(
  process: Process,
  record: CaseRecord<Stated>,
  before: CaseIndexRow['party_since'],
  logIndex: bigint,
): CaseIndexRow['party_since'] {
  return Object.fromEntries(targetOf(process, record).parties.map((one) => [one, before[one] ?? String(logIndex)]));
}

/** The row of a case after its last event. */
export function indexRow(
  process: Process,
  record: CaseRecord<Stated>,
  partySince: CaseIndexRow['party_since'],
  open: OpenRows,
  last: ProjectedEvent,
): CaseIndexRow {
  const target = targetOf(process, record);
  const about = process.about?.(record.state, record.id);
  return {
    process: process.name,
    case_id: record.id,
    reference: record.reference,
    status: record.status,
    owner_organisation: target.owner?.organisation ?? null,
    owner_office: target.owner?.office ?? null,
    owner_governorate: target.owner?.governorate ?? null,
    parties: [...target.parties],
    party_since: partySince,
    offices: [...target.offices],
    offered_to: target.offeredTo ?? null,
    governorates: [...target.governorates],
    assignees: target.taken.map((one) => one.staff),
    taken: target.taken,
    own_staff: target.own ?? null,
    shares: record.shares,
    reached_by: reachedBy(target, [...open.values()]),
    tier: target.tier,
    households: [...(about?.households ?? [])],
    persons: [...(about?.persons ?? [])],
    urgency: about?.urgency ?? null,
    opened_at: record.openedAt ?? '',
    opened_by: record.openedBy?.id ?? null,
    changed_at: record.changedAt ?? '',
    changed_by: last.meta.actor.id,
    revision: record.revision,
    position: String(last.position),
    log_index: String(last.logIndex),
  };
}

/** What the queue shows of one open wait. A wait that names no holder is held by the office that owns the case. */
function contentOf(process: Process, record: CaseRecord<Stated>, wait: OpenWait): Content {
  const urgency = process.about?.(record.state, record.id).urgency ?? null;
  const holder = wait.holder ?? record.owner;
  return {
    process: process.name,
    case_id: record.id,
    wait_key: wait.key,
    reference: record.reference,
    status: record.status,
    party: wait.party,
    holder_organisation: holder?.organisation ?? null,
    holder_office: holder?.office ?? null,
    holder_role: wait.holder?.role ?? null,
    holder_governorate: holder?.governorate ?? null,
    since: wait.since,
    since_revision: wait.sinceRevision,
    clock_start: wait.clockStart,
    due: wait.due ?? null,
    rule: wait.rule ?? null,
    rule_version: wait.ruleVersion ?? null,
    level: wait.level,
    paused_at: wait.paused?.at ?? null,
    assignee: wait.assignee ?? null,
    discreet: wait.discreet === true,
    urgency,
    priority: PRIORITIES[urgency ?? ''] ?? 2,
  };
}

const CONTENT = [
  'status',
  'party',
  'holder_organisation',
  'holder_office',
  'holder_role',
  'holder_governorate',
  'since',
  'since_revision',
  'clock_start',
  'due',
  'rule',
  'rule_version',
  'level',
  'paused_at',
  'assignee',
  'discreet',
  'urgency',
] as const satisfies readonly (keyof Content)[];

/** Waits of a case that are open now, by key, as they stand in the queue. */
export type OpenRows = ReadonlyMap<string, QueueRow>;

/** The open rows after an event, and the rows that this event ended or began. `rounds` counts how often each wait began. */
export function queueAfter(
  process: Process,
  record: CaseRecord<Stated>,
  before: OpenRows,
  rounds: Readonly<Record<string, number>>,
  event: { readonly logIndex: bigint; readonly occurredAt: string },
): { readonly open: OpenRows; readonly rounds: Readonly<Record<string, number>>; readonly changed: readonly QueueRow[] } {
  const index = String(event.logIndex);
  const open = new Map<string, QueueRow>();
  const changed: QueueRow[] = [];
  let counted = rounds;
  for (const wait of record.waits) {
    const old = before.get(wait.key);
    const content = contentOf(process, record, wait);
    if (old && CONTENT.every((name) => old[name] === content[name])) {
      open.set(wait.key, old);
      continue;
    }
    if (!old) counted = { ...counted, [wait.key]: (counted[wait.key] ?? 0) + 1 };
    const row: QueueRow = {
      ...content,
      from_index: index,
      to_index: null,
      // Of a paper file taken over, the wait began when it did in the world, long before it was recorded.
      from_at: old ? later(event.occurredAt, old.from_at) : wait.since,
      to_at: null,
      round: counted[wait.key] ?? 1,
    };
    open.set(wait.key, row);
    changed.push(row);
  }
  for (const old of before.values()) {
    if (open.get(old.wait_key) !== old) changed.push({ ...old, to_index: index, to_at: later(event.occurredAt, old.from_at) });
  }
  return { open, rounds: counted, changed };
}

const later = (a: string, b: string): string => (a > b ? a : b);

const INSTANT_LENGTH = '2026-01-01T00:00:00.000Z'.length;

/** The timers of a case, by key. A date without a time acts when that day begins in Baghdad. */
export function timersAfter(
  process: Process,
  record: CaseRecord<Stated>,
  before: ReadonlyMap<string, TimerRow>,
): ReadonlyMap<string, TimerRow> {
  const asleep = record.retracted || record.adoption?.confirmed === false;
  const timers = asleep ? [] : (process.timers?.(record.state) ?? []);
  return new Map(
    timers.map(({ key, at, command }) => {
      const row = {
        process: process.name,
        case_id: record.id,
        key,
        at: at.length < INSTANT_LENGTH ? atBaghdad(at) : at,
        command,
        revision: record.revision,
      };
      const old = before.get(key);
      return [key, old && old.at === row.at && old.command === row.command ? old : row] as const;
    }),
  );
}
