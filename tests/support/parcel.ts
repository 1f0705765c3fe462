import { z } from 'zod';
import { defineProcess, type FoldEvent } from '../../src/domain/kernel/process.ts';

const events = { ParcelSent: z.strictObject({ grams: z.int(), carrier: z.string() }) };
const en = (text: string) => ({ en: text, ar: text });

/** The worked example of a shape that changed twice: kilos became grams (v2), then the carrier was asked for (v3). The next release (v4) says who carries. */
export function parcelWithHistory() {
  const p = defineProcess({
    name: 'parcel',
    plural: 'parcels',
    store: 'general',
    tier: 'T1',
    events,
    upcasters: {
      ParcelSent: {
        1: ({ kilos }) => ({ grams: Number(kilos) * 1000 }),
        2: (data) => ({ ...data, carrier: 'unknown' }),
      },
    },
    ahead: { ParcelSent: ({ carriedBy, ...data }) => ({ ...data, carrier: carriedBy }) },
    initial: { status: 'none', grams: 0 } as { status: 'none' | 'sent'; grams: number },
    evolve: (_state, event: FoldEvent<typeof events>) => ({ status: 'sent' as const, grams: event.data.grams }),
    waitsOn: { none: () => [], sent: () => [] },
    ends: ['sent'],
    labels: {
      name: en('Parcel'),
      plural: en('Parcels'),
      states: {},
      commands: {},
      events: {},
      waits: {},
      parties: {},
      refusals: {},
      fields: {},
      codes: {},
    },
  });
  return p.withCommands({});
}
