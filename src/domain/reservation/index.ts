import { z } from 'zod';
import { defineProcess, type FoldEvent } from '../kernel/process.ts';

const events = {
  Reserved: z.strictObject({ scope: z.string(), hash: z.string(), holder: z.string() }),
  ReservationReleased: z.strictObject({ holder: z.string() }),
};

export interface ReservationState {
  readonly status: 'none' | 'held' | 'free';
  readonly holder?: string;
}

const initial: ReservationState = { status: 'none' };

function evolve(_: ReservationState, event: FoldEvent<typeof events>): ReservationState {
  switch (event.type) {
    case 'Reserved':
      return { status: 'held', holder: event.data.holder };
    case 'ReservationReleased':
      return { status: 'free' };
  }
}

const p = defineProcess({
  name: 'reservation',
  plural: 'reservations',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: { none: () => [], held: () => [], free: () => [] },
  ends: ['free'],
  labels: {
    name: { en: 'Reservation', ar: 'حجز' },
    plural: { en: 'Reservations', ar: 'الحجوزات' },
    states: { none: { en: 'None', ar: 'لا يوجد' }, held: { en: 'Held', ar: 'محجوز' }, free: { en: 'Free', ar: 'متاح' } },
    commands: {
      reserve: { en: 'Reserve', ar: 'حجز' },
      reserveAgain: { en: 'Reserve again', ar: 'حجز مجدد' },
      free: { en: 'Release', ar: 'تحرير' },
    },
    events: { Reserved: { en: 'Reserved', ar: 'حُجز' }, ReservationReleased: { en: 'Released', ar: 'حُرر' } },
    waits: {},
    parties: {},
    refusals: {},
    fields: {
      scope: { en: 'Scope', ar: 'النطاق' },
      hash: { en: 'Digest', ar: 'البصمة' },
      holder: { en: 'Held by', ar: 'محجوز لـ' },
    },
    codes: {},
  },
});

const input = z.strictObject({ scope: z.string(), hash: z.string(), holder: z.string() });

/**
 * One stream for each text that must be unique across cases, under a keyed hash of it. Whoever is written first holds it;
 * the case that asked is then told `confirmed` or `refused`.
 */
export const reservation = p.withCommands({
  reserve: p.command({
    from: 'new',
    permission: 'system',
    input,
    naturalKey: (c) => c.hash,
    emits: ['Reserved'],
    to: ['held'],
    decide: (c) => [{ type: 'Reserved', data: c }],
  }),
  reserveAgain: p.command({
    from: ['free'],
    permission: 'system',
    input,
    emits: ['Reserved'],
    to: ['held'],
    decide: (c) => [{ type: 'Reserved', data: c }],
  }),
  free: p.command({
    from: ['held'],
    permission: 'system',
    input: z.strictObject({ holder: z.string() }),
    emits: ['ReservationReleased'],
    to: ['free'],
    decide: (c, s) => (s.holder === c.holder ? [{ type: 'ReservationReleased', data: c }] : []),
  }),
});
