import type { LocalDate } from '../kernel/dates.ts';
import type { About, FoldEvent, Timer, Wait } from '../kernel/process.ts';
import type { Extent } from './codes.ts';
import type { events, Hold } from './events.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

export interface Erasure extends Data<'ErasureRequested'> {
  readonly status: 'requested' | 'examined' | 'approved' | 'erasing' | 'carried_out' | 'certified' | 'refused' | 'withdrawn';
  /** Who asked, by staff id, and for whom. */
  readonly requestedBy: readonly string[];
  readonly extent?: Extent;
  /** Why an approved erasure came back. */
  readonly holds?: readonly Hold[];
  /** It was approved, and something that is not told here stood against it then. */
  readonly heldElsewhere?: true;
  readonly refusal?: Data<'ErasureRefused'>['reason'];
  /** Provisional until `finalOn`, when files of many people have run out, and the last backup of any key. */
  readonly certificate?: { readonly keys: number; readonly finalOn: LocalDate; readonly final: boolean };
}

export type ErasureState = { readonly status: 'none' } | Erasure;

export const initial: ErasureState = { status: 'none' };

export function evolve(state: ErasureState, event: FoldEvent<typeof events>): ErasureState {
  if (event.type === 'ErasureRequested') {
    const { actor, onBehalfOf } = event.meta;
    return { ...event.data, status: 'requested', requestedBy: onBehalfOf === undefined ? [actor.id] : [actor.id, onBehalfOf] };
  }
  return state.status === 'none' ? state : next(state, event);
}

function next(s: Erasure, event: Exclude<FoldEvent<typeof events>, { type: 'ErasureRequested' }>): Erasure {
  switch (event.type) {
    case 'ErasureExtentFound':
      return { ...s, status: 'examined', extent: event.data.extent };
    case 'ErasureWithdrawn':
      return { ...s, status: 'withdrawn' };
    case 'ErasureRefused':
      return { ...s, status: 'refused', refusal: event.data.reason };
    case 'ErasureApproved':
      return approved(s);
    case 'ErasureStopped':
      return { ...s, status: 'requested', holds: event.data.holds };
    case 'ErasureHeldElsewhere':
      return { ...s, status: 'requested', heldElsewhere: true };
    case 'ErasureBegun':
      return { ...s, status: 'erasing', extent: event.data.extent };
    case 'ErasureCarriedOut':
      return { ...s, status: 'carried_out', certificate: { keys: event.data.keys, finalOn: event.data.finalOn, final: false } };
    case 'ErasureCertified':
      return s.certificate ? { ...s, status: 'certified', certificate: { ...s.certificate, final: true } } : s;
  }
}

/** What stood against it before is looked for anew. */
function approved({ heldElsewhere: _, holds: __, ...s }: Erasure): Erasure {
  return { ...s, status: 'approved' };
}

const system = (key: string): readonly Wait[] => [{ key, party: 'system' }];

export const waitsOn = {
  none: () => [],
  requested: () => system('examine'),
  examined: (s: Erasure): readonly Wait[] => [
    { key: 'decide', party: 'headOfBranch', holder: { office: s.branch, role: 'headOfBranch' } },
  ],
  approved: () => system('erase'),
  erasing: () => system('erase'),
  carried_out: () => system('backups'),
  certified: () => [],
  refused: () => [],
  withdrawn: () => [],
};

export const timers = (s: ErasureState): readonly Timer[] =>
  s.status === 'carried_out' && s.certificate ? [{ key: 'certify', at: s.certificate.finalOn, command: 'certify' }] : [];

export const about = (s: ErasureState): About =>
  s.status === 'none'
    ? {}
    : {
        persons: s.subject.kind === 'person' ? [s.subject.id] : [],
        households: s.subject.kind === 'household' ? [s.subject.id] : [],
        offices: [s.branch],
      };
