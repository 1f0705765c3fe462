import { z } from 'zod';
import { addDays, baghdadDate, LocalDate } from '../kernel/dates.ts';
import { fileLifeRule } from '../kernel/documents.ts';
import { personal } from '../kernel/privacy.ts';
import { defineProcess, type FoldEvent } from '../kernel/process.ts';
import { labels } from './labels.ts';

const Filter = z.record(z.string().max(60), z.string().max(200));

/** What the API gives of a list that leaves. */
const Made = z.strictObject({
  list: z.string().min(1).max(80),
  filter: Filter,
  words: personal(Filter, 'T1').optional(),
  format: z.enum(['xlsx', 'csv']),
  rows: z.int().min(0),
});

const events = {
  /** What left as a file. `filter` holds codes and ids; what was searched for in words may name somebody, so it is sealed. */
  ListExported: Made.extend({
    /** The day from which what was searched for in words is not kept any more. */
    keptUntil: LocalDate.optional(),
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
  /** What was searched for in words is no longer kept. */
  ListExportForgotten: z.strictObject({}),
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
  /** Absent when nothing is kept that has to go. */
  readonly keptUntil?: LocalDate;
}

const initial: ListExportState = { status: 'none' };

const p = defineProcess({
  name: 'listExport',
  plural: 'list-exports',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve: (state: ListExportState, event: FoldEvent<typeof events>): ListExportState => {
    if (event.type === 'ListExportForgotten') {
      const { keptUntil: _, ...rest } = state;
      return rest;
    }
    const { data, meta } = event;
    const { list, format, rows } = data;
    const made = { status: 'made', list, format, rows, by: meta.actor.id } as const;
    if (event.type === 'SignedListExported') return { ...made, sha256: event.data.sha256 };
    const { words, keptUntil = addDays(baghdadDate(meta.recordedAt), fileLifeRule.default.exports) } = event.data;
    return words === undefined ? made : { ...made, keptUntil };
  },
  waitsOn: { none: () => [], made: () => [] },
  ends: ['made'],
  timers: ({ keptUntil }) => (keptUntil === undefined ? [] : [{ key: 'forget', at: keptUntil, command: 'forget' }]),
  about: ({ by }) => (by === undefined ? {} : { staff: by }),
  decisions: ['ListExported', 'SignedListExported', 'ListExportForgotten'],
  labels,
});

/** What leaves is put on record by the API, with the rows it counted, before the file leaves. */
export const listExport = p.withCommands({
  make: p.command({
    from: 'new',
    permission: 'listExport:make',
    input: Made,
    emits: ['ListExported'],
    to: ['made'],
    rules: [fileLifeRule],
    decide: (c, _s, ctx) => {
      const keptUntil = addDays(baghdadDate(ctx.now), ctx.rule(fileLifeRule).value.exports);
      return [{ type: 'ListExported', data: c.words === undefined ? c : { ...c, keptUntil } }];
    },
  }),
  forget: p.command({
    from: ['made'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ListExportForgotten'],
    to: ['made'],
    decide: (_c, s) => (s.keptUntil === undefined ? [] : [{ type: 'ListExportForgotten', data: {} }]),
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
