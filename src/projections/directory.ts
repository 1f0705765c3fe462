import type { Membership } from '../domain/access/membership.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import type { Stated } from '../domain/kernel/process.ts';
import type { OfficeState } from '../domain/office/state.ts';
import type { OrganisationState } from '../domain/organisation/state.ts';
import type { Staff } from '../domain/staff/index.ts';
import { createFolds, type FoldedEvent } from './runtime/folds.ts';
import type { Change, Projection } from './runtime/projection.ts';

/** Days are `YYYY-MM-DD`, both ends included. */
export interface OrganisationRow {
  id: string;
  status: string;
  kind: string | null;
  names: unknown;
  from_day: string | null;
  until_day: string | null;
  synthetic: boolean;
}

export interface OfficeRow {
  id: string;
  organisation: string | null;
  status: string;
  kind: string | null;
  names: unknown;
  governorate: string | null;
  district: string | null;
  from_day: string | null;
  until_day: string | null;
}

export interface StaffRow {
  id: string;
  status: string;
  /** `{ ar, latin? }`, or `{ erased: true }`. */
  name: unknown;
  leave_from: string | null;
  leave_until: string | null;
  deputy: string | null;
  synthetic: boolean;
}

export interface MembershipRow {
  staff: string;
  id: string;
  role: string;
  organisation: string;
  office: string | null;
  governorate: string | null;
  from_day: string;
  until_day: string | null;
}

/** What an organisation, office or member of staff was called as far as we knew, from a logIndex until the next row's. */
export interface NameRow {
  process: string;
  id: string;
  from_index: string;
  name: unknown;
}

export interface DirectoryTables {
  organisation: OrganisationRow;
  office: OfficeRow;
  staff: StaffRow;
  membership: MembershipRow;
  name_held: NameRow;
}

/** Who works where, in which post, from when to when; and what everyone was called when. */
export const directoryProjection: Projection = {
  name: 'directory',
  version: 1,
  categories: ['organisation', 'office', 'staff'],
  opening: 'T1',
  tables: [
    {
      name: 'organisation',
      columns: {
        id: 'text',
        status: 'text',
        kind: 'text',
        names: 'jsonb',
        from_day: 'text',
        until_day: 'text',
        synthetic: 'boolean',
      } satisfies Record<keyof OrganisationRow, string>,
      key: ['id'],
    },
    {
      name: 'office',
      columns: {
        id: 'text',
        organisation: 'text',
        status: 'text',
        kind: 'text',
        names: 'jsonb',
        governorate: 'text',
        district: 'text',
        from_day: 'text',
        until_day: 'text',
      } satisfies Record<keyof OfficeRow, string>,
      key: ['id'],
      indexes: ['(organisation)'],
    },
    {
      name: 'staff',
      columns: {
        id: 'text',
        status: 'text',
        name: 'jsonb',
        leave_from: 'text',
        leave_until: 'text',
        deputy: 'text',
        synthetic: 'boolean',
      } satisfies Record<keyof StaffRow, string>,
      key: ['id'],
      indexes: ['(deputy) where deputy is not null'],
    },
    {
      name: 'membership',
      columns: {
        staff: 'text',
        id: 'text',
        role: 'text',
        organisation: 'text',
        office: 'text',
        governorate: 'text',
        from_day: 'text',
        until_day: 'text',
      } satisfies Record<keyof MembershipRow, string>,
      key: ['staff', 'id'],
      indexes: ['(office)', '(organisation)'],
    },
    {
      name: 'name_held',
      columns: {
        process: 'text',
        id: 'text',
        from_index: 'bigint',
        name: 'jsonb',
      } satisfies Record<keyof NameRow, string>,
      key: ['process', 'id', 'from_index'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context);
    return async (batch) => {
      const folded = await fold(batch);
      return folded.flatMap((one) => [...rowsOf(one), { table: 'name_held', put: nameRows(one) }]);
    };
  },
};

const nameOf = ({ state }: CaseRecord<Stated>): unknown =>
  (state as Partial<Staff>).name ?? (state as Partial<OfficeState & OrganisationState>).names;

function nameRows({ event, before, record }: FoldedEvent): readonly NameRow[] {
  const name = nameOf(record);
  if (name === undefined || JSON.stringify(name) === JSON.stringify(nameOf(before))) return [];
  return [{ process: record.process, id: record.id, from_index: String(event.logIndex), name }];
}

/** The rows an entry has after an event; those it had before and has no more are taken out. */
function rowsOf({ before, record }: FoldedEvent): readonly Change[] {
  const { id, status } = record;
  switch (record.process) {
    case 'organisation': {
      const state = record.state as OrganisationState;
      const row: OrganisationRow = {
        id,
        status,
        kind: state.kind ?? null,
        names: state.names ?? null,
        from_day: state.from ?? null,
        until_day: state.until ?? null,
        synthetic: state.synthetic ?? false,
      };
      return [{ table: 'organisation', put: [row] }];
    }
    case 'office': {
      const state = record.state as OfficeState;
      const row: OfficeRow = {
        id,
        organisation: state.organisation ?? null,
        status,
        kind: state.kind ?? null,
        names: state.names ?? null,
        governorate: state.governorate ?? null,
        district: state.district ?? null,
        from_day: state.from ?? null,
        until_day: state.until ?? null,
      };
      return [{ table: 'office', put: [row] }];
    }
    default: {
      const state = record.state as Staff;
      const row: StaffRow = {
        id,
        status,
        name: state.name ?? null,
        leave_from: state.leave?.from ?? null,
        leave_until: state.leave?.until ?? null,
        deputy: state.leave?.deputy ?? null,
        synthetic: state.synthetic,
      };
      const had = (before.state as Staff).memberships.map((one) => membershipRow(id, one));
      return [
        { table: 'staff', put: [row] },
        { table: 'membership', remove: had },
        { table: 'membership', put: state.memberships.map((one) => membershipRow(id, one)) },
      ];
    }
  }
}

const membershipRow = (staff: string, one: Membership): MembershipRow => ({
  staff,
  id: one.id,
  role: one.role,
  organisation: one.organisation,
  office: one.office ?? null,
  governorate: one.governorate ?? null,
  from_day: one.from,
  until_day: one.until ?? null,
});
