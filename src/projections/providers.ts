import type { ProviderState, Service } from '../domain/provider/index.ts';
import { createFolds, type FoldedEvent } from './runtime/folds.ts';
import type { Change, Projection } from './runtime/projection.ts';

export interface ProviderRow {
  id: string;
  reference: string;
  status: string;
  organisation: string;
  phone: string;
  focal_points: readonly string[];
  /** Until when the entry holds without being confirmed: past it, nothing in it is offered. */
  confirm_by: string | null;
}

export interface ServiceRow {
  provider: string;
  id: string;
  status: string;
  needs: readonly string[];
  /** P-codes of governorates, districts or sub-districts. */
  areas: readonly string[];
  /** Null where it does not matter. */
  sex: readonly string[] | null;
  age_bands: readonly string[] | null;
  terms: string | null;
  hours: string;
  cost: string;
  staff_sex: string;
  accessibility: readonly string[];
  languages: readonly string[];
  capacity: string;
  places: number | null;
  sensitive: string | null;
}

export interface ProviderTables {
  provider: ProviderRow;
  service: ServiceRow;
}

/** Who offers what, where, to whom: what a caseworker chooses from who refers a family. */
export const providersProjection: Projection = {
  name: 'providers',
  version: 1,
  categories: ['provider'],
  opening: 'none',
  tables: [
    {
      name: 'provider',
      columns: {
        id: 'text',
        reference: 'text',
        status: 'text',
        organisation: 'text',
        phone: 'text',
        focal_points: 'text[]',
        confirm_by: 'text',
      } satisfies Record<keyof ProviderRow, string>,
      key: ['id'],
      indexes: ['(organisation)'],
    },
    {
      name: 'service',
      columns: {
        provider: 'text',
        id: 'text',
        status: 'text',
        needs: 'text[]',
        areas: 'text[]',
        sex: 'text[]',
        age_bands: 'text[]',
        terms: 'text',
        hours: 'text',
        cost: 'text',
        staff_sex: 'text',
        accessibility: 'text[]',
        languages: 'text[]',
        capacity: 'text',
        places: 'integer',
        sensitive: 'text',
      } satisfies Record<keyof ServiceRow, string>,
      key: ['provider', 'id'],
      indexes: ['using gin (needs)'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context);
    return async (batch) => (await fold(batch)).flatMap(changesOf);
  },
};

function changesOf({ before, record }: FoldedEvent): readonly Change[] {
  const { id } = record;
  const had = (before.state as ProviderState).services;
  const { organisation, phone, focalPoints, services } = record.state as ProviderState;
  const row: ProviderRow = {
    id,
    reference: record.reference,
    status: record.status,
    organisation,
    phone,
    focal_points: focalPoints,
    confirm_by: record.waits.find((wait) => wait.key.startsWith('confirm:'))?.due ?? null,
  };
  return [
    { table: 'provider', put: [row] },
    { table: 'service', remove: had.map((one) => ({ provider: id, id: one.id })) },
    { table: 'service', put: services.map((one) => serviceRow(id, one)) },
  ];
}

const serviceRow = (provider: string, one: Service): ServiceRow => ({
  provider,
  id: one.id,
  status: one.status,
  needs: one.needs,
  areas: one.areas,
  sex: one.eligibility.sex ?? null,
  age_bands: one.eligibility.ageBands ?? null,
  terms: one.eligibility.terms ?? null,
  hours: one.hours,
  cost: one.cost,
  staff_sex: one.staffSex,
  accessibility: one.accessibility,
  languages: one.languages,
  capacity: one.capacity.level,
  places: one.capacity.places ?? null,
  sensitive: one.sensitive ?? null,
});
