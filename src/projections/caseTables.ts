import type { CaseRecord } from '../domain/kernel/case.ts';
import type { Stated } from '../domain/kernel/process.ts';
import type { CaseIndexRow, QueueRow, TimerRow } from './caseRows.ts';
import { QUEUE_REACH } from './queueReach.ts';
import type { TableSpec } from './runtime/projection.ts';

/**
 * The fold of a case, kept so that the next event needs no look at the log. Holds no personal values. It is `jsonb`, which knows no
 * order of keys: a fold that goes on from a row has them in another order than one that goes on in memory.
 */
export interface CaseFoldRow {
  process: string;
  case_id: string;
  record: CaseRecord<Stated>;
  rounds: Readonly<Record<string, number>>;
}

const CASE_KEY = { process: 'text', case_id: 'text' } as const;

/** The tables of every case of every process. */
export const CASE_TABLES: readonly TableSpec[] = [
  {
    name: 'case_index',
    columns: {
      ...CASE_KEY,
      reference: 'text',
      status: 'text',
      owner_organisation: 'text',
      owner_office: 'text',
      owner_governorate: 'text',
      parties: 'text[]',
      party_since: 'jsonb',
      offices: 'text[]',
      offered_to: 'text',
      governorates: 'text[]',
      assignees: 'text[]',
      taken: 'jsonb',
      own_staff: 'text',
      shares: 'jsonb',
      reached_by: 'text[]',
      tier: 'text',
      households: 'text[]',
      persons: 'text[]',
      urgency: 'text',
      opened_at: 'text',
      opened_by: 'text',
      changed_at: 'text',
      changed_by: 'text',
      revision: 'integer',
      position: 'numeric',
      log_index: 'bigint',
    } satisfies Record<keyof CaseIndexRow, string>,
    key: ['process', 'case_id'],
    indexes: [
      '(reference)',
      '(process, opened_at, case_id)',
      '(opened_by)',
      '(owner_office)',
      'using gin (households)',
      'using gin (persons)',
      'using gin (reached_by)',
    ],
  },
  {
    name: 'queue',
    columns: {
      ...CASE_KEY,
      wait_key: 'text',
      from_index: 'bigint',
      to_index: 'bigint',
      from_at: 'text',
      to_at: 'text',
      reference: 'text',
      status: 'text',
      party: 'text',
      holder_organisation: 'text',
      holder_office: 'text',
      holder_role: 'text',
      holder_governorate: 'text',
      since: 'text',
      since_revision: 'integer',
      clock_start: 'text',
      due: 'text',
      rule: 'text',
      rule_version: 'text',
      level: 'integer',
      paused_at: 'text',
      assignee: 'text',
      discreet: 'boolean',
      urgency: 'text',
      priority: 'integer',
      round: 'integer',
    } satisfies Record<keyof QueueRow, string>,
    key: ['process', 'case_id', 'wait_key', 'from_index'],
    indexes: [
      '(holder_office, since) where to_index is null',
      '(holder_organisation, since) where to_index is null',
      '(assignee) where to_index is null and assignee is not null',
      '(due) where to_index is null and due is not null',
      // The orders in which the queue is shown: whoever sees much of it gets a page without sorting the rest.
      `(priority, (coalesce(due, '9999')), since, process, case_id, wait_key) where to_index is null`,
      `((coalesce(due, '9999')), priority, since, process, case_id, wait_key) where to_index is null`,
      '(since, process, case_id, wait_key) where to_index is null',
    ],
  },
  QUEUE_REACH,
  {
    name: 'timer',
    columns: {
      ...CASE_KEY,
      key: 'text',
      at: 'text',
      command: 'text',
      revision: 'integer',
    } satisfies Record<keyof TimerRow, string>,
    key: ['process', 'case_id', 'key'],
    indexes: ['(at)'],
  },
  {
    name: 'case_fold',
    columns: { ...CASE_KEY, record: 'jsonb', rounds: 'jsonb' } satisfies Record<keyof CaseFoldRow, string>,
    key: ['process', 'case_id'],
  },
];
