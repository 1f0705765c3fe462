import { withCorrections } from '../domain/kernel/case.ts';
import type { Evidence, LetterRef } from '../domain/kernel/envelope.ts';
import type { Process } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { FoldContext, ProjectedEvent, Projection } from './runtime/projection.ts';

/** One field of a corrected entry. Values as in the event, personal ones sealed. */
export interface FieldChange {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** One event of the audit trail: who, in which post, when in the world, when recorded, what, by which letter. */
export interface TimelineRow {
  process: string;
  case_id: string;
  revision: number;
  position: string;
  log_index: string;
  type: string;
  command: string;
  command_id: string;
  correlation_id: string;
  causation_id: string | null;
  actor_id: string;
  actor_post: string;
  actor_office: string | null;
  actor_organisation: string | null;
  on_behalf_of: string | null;
  occurred_at: string;
  recorded_at: string;
  channel: string;
  letter: LetterRef | null;
  evidence: readonly Evidence[];
  legal_basis: string | null;
  consent_ref: string | null;
  /** Revision of the entry this one corrects, or proposes to. */
  correction_of: number | null;
  /** What the event says, with every personal value a sealed token. */
  data: unknown;
  /** For a correction, each corrected field with its old and its new value. */
  changes: readonly FieldChange[];
}

export interface TimelineTables {
  timeline: TimelineRow;
}

/** The audit trail of every case: one row an event. */
export function timelineProjection(registry: Registry, store: Process['store'] = 'general'): Projection {
  return {
    name: 'timeline',
    version: 3,
    categories: registry.all.filter((one) => one.store === store).map((one) => one.name),
    // An erasure changes no row here: values are opened by who may see them, when they look.
    opening: 'none',
    tables: [
      {
        name: 'timeline',
        columns: {
          process: 'text',
          case_id: 'text',
          revision: 'integer',
          position: 'numeric',
          log_index: 'bigint',
          type: 'text',
          command: 'text',
          command_id: 'text',
          correlation_id: 'text',
          causation_id: 'text',
          actor_id: 'text',
          actor_post: 'text',
          actor_office: 'text',
          actor_organisation: 'text',
          on_behalf_of: 'text',
          occurred_at: 'text',
          recorded_at: 'text',
          channel: 'text',
          letter: 'jsonb',
          evidence: 'jsonb',
          legal_basis: 'text',
          consent_ref: 'text',
          correction_of: 'integer',
          data: 'jsonb',
          changes: 'jsonb',
        } satisfies Record<keyof TimelineRow, string>,
        key: ['process', 'case_id', 'revision'],
        indexes: ['(log_index)', '(actor_id, log_index)', '(actor_office, log_index)'],
      },
    ],
    start: (context) => async (batch) => {
      const put: TimelineRow[] = [];
      for (const event of batch) put.push(rowOf(event, isCorrection(event) ? await changesOf(context, event) : []));
      return [{ table: 'timeline', put }];
    },
  };
}

interface Correction {
  readonly of: number;
  readonly fields: readonly string[];
  readonly after: Readonly<Record<string, unknown>>;
}

const isCorrection = (event: ProjectedEvent): event is ProjectedEvent & { readonly data: Correction } =>
  event.type === 'CaseCorrected' || event.type === 'CorrectionProposed';

/** Old values are those that held until now, earlier corrections applied. */
async function changesOf(
  { history }: FoldContext,
  event: ProjectedEvent & { readonly data: Correction },
): Promise<FieldChange[]> {
  const { of, fields, after } = event.data;
  const past = withCorrections(await history(event.meta.stream, event.meta.revision - 1));
  const before = past.find((one) => one.meta.revision === of)?.data as Readonly<Record<string, unknown>> | undefined;
  return fields.map((field) => ({ field, before: before?.[field] ?? null, after: after[field] ?? null }));
}

function rowOf(event: ProjectedEvent, changes: readonly FieldChange[]): TimelineRow {
  const { meta } = event;
  return {
    process: event.process.name,
    case_id: event.id,
    revision: meta.revision,
    position: String(event.position),
    log_index: String(event.logIndex),
    type: event.type,
    command: meta.command,
    command_id: meta.commandId,
    correlation_id: meta.correlationId,
    causation_id: meta.causationId ?? null,
    actor_id: meta.actor.id,
    actor_post: meta.actor.post,
    actor_office: meta.actor.office ?? null,
    actor_organisation: meta.actor.organisation ?? null,
    on_behalf_of: meta.onBehalfOf ?? null,
    occurred_at: meta.occurredAt,
    recorded_at: meta.recordedAt,
    channel: meta.channel,
    letter: meta.letterRef ?? null,
    evidence: meta.evidence ?? [],
    legal_basis: meta.legalBasis ?? null,
    consent_ref: meta.consentRef ?? null,
    correction_of: meta.correctionOf ?? null,
    data: isCorrection(event) ? withoutAfter(event.data) : event.data,
    changes,
  };
}

/** The whole corrected entry is told field by field in `changes`. */
const withoutAfter = ({ after: _, ...rest }: Correction): unknown => rest;
