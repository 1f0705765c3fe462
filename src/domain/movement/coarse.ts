import type { Coarse } from '../kernel/discretion.ts';
import type { Clearance, Data, MovementState } from './state.ts';

/** All that partners are told of a clearance (domain.md §14, column 3a: status only). */
type Word = 'cleared' | 'pending' | 'blocked';

/** One that ran out has to be asked for again, as if it never had been; whether one was refused or taken back is not told. */
const WORDS: Readonly<Record<Clearance['status'], Word>> = {
  pending: 'pending',
  requested: 'pending',
  expired: 'pending',
  granted: 'cleared',
  granted_with_conditions: 'cleared',
  waived: 'cleared',
  refused: 'blocked',
  blocked: 'blocked',
  revoked: 'blocked',
};

const stands = (status: Word) => ({
  as: 'ClearanceStatus',
  data: ({ slot }: { readonly slot: string }) => ({ slots: [slot], status }),
});

/**
 * A movement as it is shown to who works on it without seeing what security actors answered: three words, and neither until when,
 * on what conditions or by which letter. That it is held, and how many answers are missing, is the movement's own.
 */
export const coarse: Coarse<MovementState> = {
  verb: 'answers',
  state: ({ checks, ...state }) => ({
    ...state,
    ...(checks
      ? {
          checks: {
            ...checks,
            clearances: checks.clearances.map(({ slot, person, status }) => ({ slot, person, status: WORDS[status] })),
          },
        }
      : {}),
  }),
  entries: {
    MovementChecksOpened: {
      as: 'MovementChecksOpened',
      data: ({ clearances, medical }: Data<'MovementChecksOpened'>) => ({
        clearances: clearances.map(({ slot, person }) => ({ slot, person })),
        medical,
      }),
    },
    ClearanceRequested: {
      as: 'ClearanceRequested',
      data: ({ slot, person }: Data<'ClearanceRequested'>) => ({ slot, person }),
    },
    ClearanceRequestWithdrawn: {
      as: 'ClearanceRequestWithdrawn',
      data: ({ slots }: Data<'ClearanceRequestWithdrawn'>) => ({ slots: slots.map(({ slot, person }) => ({ slot, person })) }),
    },
    ClearanceGranted: stands('cleared'),
    ClearanceGrantedWithConditions: stands('cleared'),
    ClearanceRefused: stands('blocked'),
    ClearanceRevoked: stands('blocked'),
    ClearanceOutcomeReceived: {
      as: 'ClearanceStatus',
      data: ({ slot, outcome }: Data<'ClearanceOutcomeReceived'>) => ({ slots: [slot], status: outcome }),
    },
    ClearanceExpired: {
      as: 'ClearanceStatus',
      data: ({ slots }: Data<'ClearanceExpired'>) => ({ slots, status: 'pending' }),
    },
    AllRequiredClearancesGranted: {
      as: 'AllRequiredClearancesGranted',
      data: ({ persons }: Data<'AllRequiredClearancesGranted'>) => ({ persons }),
    },
  },
  fields: ['letter', 'actor', 'ground'],
  words: { ClearanceStatus: { en: 'Security clearance: how it stands', ar: 'التصريح الأمني: الحالة' } },
};
