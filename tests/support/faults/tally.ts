import type { Kysely } from 'kysely';
import type { Registry } from '../../../src/domain/kernel/registry.ts';
import type { Projection } from '../../../src/projections/runtime/projection.ts';

type TallyTables = Readonly<Record<string, { stream: string; events: number }>>;

/** How many events each stream has: a read model in which every event that is missed or counted twice shows. Its table has its name. */
export const tallyOf = (registry: Registry, name = 'tally'): Projection => ({
  name,
  version: 1,
  categories: registry.all.map((one) => one.name),
  opening: 'none',
  tables: [{ name, columns: { stream: 'text not null', events: 'integer not null' }, key: ['stream'] }],
  start: ({ db }) => {
    const counts = new Map<string, number>();
    return async (batch) => {
      const touched = [...new Set(batch.map(({ meta }) => meta.stream))];
      const unknown = touched.filter((stream) => !counts.has(stream));
      const known = (db as Kysely<TallyTables>).selectFrom(name).select(['stream', 'events']);
      const rows = unknown.length === 0 ? [] : await known.where('stream', 'in', unknown).execute();
      for (const { stream, events } of rows) counts.set(stream, events);
      for (const { meta } of batch) counts.set(meta.stream, (counts.get(meta.stream) ?? 0) + 1);
      return [{ table: name, put: touched.map((stream) => ({ stream, events: counts.get(stream) })) }];
    };
  },
});
