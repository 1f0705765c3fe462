import type { Submission } from '../household/data.ts';
import type { OfficeRef } from '../kernel/caseEvents.ts';
import { addDays, atBaghdad } from '../kernel/dates.ts';
import type { FoldEvent, Timer, Wait } from '../kernel/process.ts';
import type { events, Finding } from './events.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

interface Begun {
  readonly applicant: string;
  readonly capacity: Data<'RegistrationStarted'>['capacity'];
  readonly focalPoint?: string | undefined;
  /** The branch that verifies and decides; it becomes the household's. */
  readonly branch: OfficeRef;
  /** Everyone who put words into this application: none of them decides on it. */
  readonly enteredBy: readonly string[];
}

export interface Filed extends Begun {
  readonly submission: Submission;
  readonly check?: { readonly algorithmVersion: string; readonly findings: readonly Finding[] } | undefined;
}

export interface Accepted extends Filed {
  readonly status: 'accepted';
  readonly household: string;
  readonly fileNo: string;
  readonly acceptedBy: string;
  readonly duplicateCheck: Data<'RegistrationAccepted'>['duplicateCheck'];
}

/** An application for registration. */
export type ApplicationState =
  | { readonly status: 'none' }
  | (Begun & { readonly status: 'draft' })
  | (Filed & { readonly status: 'submitted' | 'under_verification' | 'rejected' })
  | (Filed & { readonly status: 'information_requested'; readonly request: Data<'RegistrationInformationRequested'> })
  | Accepted
  | (Begun & { readonly status: 'withdrawn'; readonly submission?: Submission });

export const initial: ApplicationState = { status: 'none' };

type FiledState = Extract<ApplicationState, Filed>;

const isFiled = (state: ApplicationState): state is FiledState => 'submission' in state && state.status !== 'withdrawn';

const plus = (list: readonly string[], one: string): readonly string[] => (list.includes(one) ? list : [...list, one]);

export function evolve(state: ApplicationState, event: FoldEvent<typeof events>): ApplicationState {
  if (event.type === 'RegistrationStarted') return { status: 'draft', ...event.data, enteredBy: [event.meta.actor.id] };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'ProtectionFocalPointNamed':
      return { ...state, focalPoint: event.data.focalPoint };
    case 'RegistrationSubmitted':
      return { ...state, status: 'submitted', submission: event.data, enteredBy: plus(state.enteredBy, event.meta.actor.id) };
    case 'RegistrationWithdrawn':
      return { ...state, status: 'withdrawn' };
    default:
      return isFiled(state) ? considered(state, event) : state;
  }
}

type Considered = Exclude<
  FoldEvent<typeof events>,
  { type: 'RegistrationStarted' | 'ProtectionFocalPointNamed' | 'RegistrationSubmitted' | 'RegistrationWithdrawn' }
>;

function considered(state: FiledState, event: Considered): ApplicationState {
  switch (event.type) {
    case 'RegistrationAmended': {
      const { reason: _, ...submission } = event.data;
      // Who belongs to the family may have changed, so the look for duplicates is due again.
      return { ...state, submission, check: undefined, enteredBy: plus(state.enteredBy, event.meta.actor.id) };
    }
    case 'RegistrationVerificationStarted':
      return { ...state, status: 'under_verification' };
    case 'RegistrationInformationRequested':
      return { ...state, status: 'information_requested', request: event.data };
    case 'RegistrationInformationSupplied':
    case 'RegistrationInformationRequestExpired':
      return { ...state, status: 'under_verification' };
    case 'DuplicateCheckRecorded':
      return { ...state, check: event.data };
    case 'RegistrationAccepted':
      return { ...state, status: 'accepted', ...event.data, acceptedBy: event.meta.actor.id };
    case 'RegistrationRejected':
      return { ...state, status: 'rejected' };
  }
}

const atBranch = (state: Begun) => ({ holder: { organisation: state.branch.organisation, office: state.branch.office } });

export const verifying = (state: Begun): readonly Wait[] => [
  { key: 'verify', party: 'verifier', ...atBranch(state), clock: 'verification' },
];

/** The day after the last: then the request goes back to the officer by itself. */
export const timers = (state: ApplicationState): readonly Timer[] =>
  state.status === 'information_requested'
    ? [{ key: 'information', at: atBaghdad(addDays(state.request.dueOn, 1)), command: 'expireInformationRequest' }]
    : [];

/** An objection that was heard puts a rejected application back before the branch; a withdrawn one goes on where it was. */
export function reopened(state: ApplicationState): ApplicationState {
  if (state.status === 'rejected') return { ...state, status: 'submitted' };
  if (state.status !== 'withdrawn') return state;
  const { submission, ...begun } = state;
  return submission ? { ...begun, status: 'submitted', submission } : { ...begun, status: 'draft' };
}
