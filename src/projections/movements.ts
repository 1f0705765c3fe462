import type { CaseRecord } from '../domain/kernel/case.ts';
import { baghdadDate } from '../domain/kernel/dates.ts';
import type { Stated } from '../domain/kernel/process.ts';
import { areaOf, isBefore, type MovementState } from '../domain/movement/index.ts';
import { areaLine } from '../domain/places/standing.ts';
import { createFolds, type FoldedEvent } from './runtime/folds.ts';
import type { Change, Projection } from './runtime/projection.ts';

/**
 * A movement as boards and reactors need it. `destination` is a P-code; under threat it is the governorate and `shielded` says so.
 * `destination_line` is the destination and all it lies in. Dates are days in Baghdad. `open` means that it has not left yet.
 */
export interface MovementRow {
  id: string;
  reference: string;
  household: string | null;
  status: string;
  /** Where it stands under a hold. */
  stage: string;
  open: boolean;
  pathway: string | null;
  destination: string | null;
  destination_line: readonly string[];
  shielded: boolean;
  holds: readonly string[];
  persons: number;
  owner_office: string | null;
  owner_governorate: string | null;
  receiving_office: string | null;
  waiting_since: string | null;
  opened_on: string | null;
  departure_on: string | null;
  arrived_on: string | null;
  confirmed_on: string | null;
  failed_on: string | null;
}

export interface MovementTables {
  movement: MovementRow;
}

/** Every movement with where it stands: what a movement board is made of, and what a decision about an area reaches. */
export const movementsProjection: Projection = {
  name: 'movements',
  version: 1,
  categories: ['movement'],
  opening: 'none',
  tables: [
    {
      name: 'movement',
      columns: {
        id: 'text',
        reference: 'text',
        household: 'text',
        status: 'text',
        stage: 'text',
        open: 'boolean',
        pathway: 'text',
        destination: 'text',
        destination_line: 'text[]',
        shielded: 'boolean',
        holds: 'text[]',
        persons: 'integer',
        owner_office: 'text',
        owner_governorate: 'text',
        receiving_office: 'text',
        waiting_since: 'text',
        opened_on: 'text',
        departure_on: 'text',
        arrived_on: 'text',
        confirmed_on: 'text',
        failed_on: 'text',
      } satisfies Record<keyof MovementRow, string>,
      key: ['id'],
      indexes: ['(household)', '(destination) where open', 'using gin (destination_line) where open'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context);
    return async (batch) => (await fold(batch)).map(change);
  },
};

const change = ({ record }: FoldedEvent): Change => ({ table: 'movement', put: [rowOf(record)] });

const dayOf = (instant: string | undefined): string | null => (instant === undefined ? null : baghdadDate(instant));

function rowOf(record: CaseRecord<Stated>): MovementRow {
  const state = record.state as MovementState;
  const area = areaOf(state.arrivedIn ?? state.destination);
  const since = record.waits.map((one) => one.since).sort();
  return {
    id: record.id,
    reference: record.reference,
    household: state.household ?? null,
    status: record.status,
    stage: state.stage,
    open: isBefore(state) && !record.retracted,
    pathway: state.pathway ?? null,
    destination: area ?? null,
    destination_line: area === undefined ? [] : areaLine(area),
    shielded: state.shielded,
    holds: state.holds.map((one) => one.cause).sort(),
    persons: state.adults.length + state.minors.length,
    owner_office: record.owner?.office ?? null,
    owner_governorate: record.owner?.governorate ?? null,
    receiving_office: state.receivingBranch?.office ?? null,
    waiting_since: since[0] ?? null,
    opened_on: dayOf(record.openedAt),
    departure_on: dayOf(state.departedAt) ?? state.manifest?.date ?? null,
    arrived_on: dayOf(state.arrivedAt),
    confirmed_on: dayOf(state.confirmedAt),
    failed_on: dayOf(state.failedAt),
  };
}
