import { z } from 'zod';
import { personal } from '../kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../kernel/process.ts';
import { labels } from './labels.ts';

const Filter = z.record(z.string().max(60), z.string().max(200));

const events = {
  /** What left as a file. `filter` holds codes and ids; what was searched for in words may name somebody, so it is sealed. */
  ListExported: z.strictObject({
    list: z.string().min(1).max(80),
    filter: Filter,
    words: personal(Filter, 'T1').optional(),
    format: z.enum(['xlsx', 'csv']),
    rows: z.int().min(0),
  }),
  /** What left as a signed file, with its digest, so that a file can be told to be this one. */
  SignedListExported: z.strictObject({
    list: z.string().min(1).max(80),
    filter: Filter,
    format: z.enum(['ndjson', 'csv']),
    rows: z.int().min(0),
    /** Hex, of the rows without what signs them. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
};

/** A list that left Masar as a file: who took which rows out, when. */
export interface ListExportState {
  readonly status: 'none' | 'made';
  readonly list?: string;
  readonly format?: 'xlsx' | 'csv' | 'ndjson';
  readonly rows?: number;
  /** Of a signed file. */
  readonly sha256?: string;
  /** Staff id of who took it out. */
  readonly by?: string;
}

const initial: ListExportState = { status: 'none' };

const p = defineProcess({
  name: 'listExport',
  plural: 'list-exports',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve: (_: ListExportState, { type, data, meta }: FoldEvent<typeof events>): ListExportState => {
    const { list, format, rows } = data;
    const digest = type === 'SignedListExported' ? { sha256: data.sha256 } : {};
    return { status: 'made', list, format, rows, ...digest, by: meta.actor.id };
  },
  waitsOn: { none: () => [], made: () => [] },
  ends: ['made'],
  about: ({ by }) => (by === undefined ? {} : { staff: by }),
  decisions: ['ListExported', 'SignedListExported'],
  labels,
});

/** Both commands are given by the API, with the rows it counted, before the file leaves. */
export const listExport = p.withCommands({
  make: p.command({
    from: 'new',
    permission: 'listExport:make',
    input: events.ListExported,
    emits: ['ListExported'],
    to: ['made'],
    decide: (c) => [{ type: 'ListExported', data: c }],
  }),
  sign: p.command({
    from: 'new',
    permission: 'listExport:sign',
    input: events.SignedListExported,
    emits: ['SignedListExported'],
    to: ['made'],
    decide: (c) => [{ type: 'SignedListExported', data: c }],
  }),
});
