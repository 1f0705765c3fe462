import { addMilliseconds, epochMs, type LocalDate } from '../kernel/dates.ts';
import type { EventMeta } from '../kernel/envelope.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { About, FoldEvent, Timer, Wait } from '../kernel/process.ts';
import type { Need } from '../provider/codes.ts';
import type { events } from './events.ts';
import type { Client, Payload, Urgency } from './payload.ts';

/** Where a referral goes and for what. `to` is the receiving organisation. */
interface Route {
  readonly to: string;
  readonly providerId: string;
  readonly serviceId: string;
  readonly needCode: Need;
  readonly urgency: Urgency;
  /** Links of the sender's own; they are not sent. */
  readonly householdId?: string | undefined;
  readonly personId?: string | undefined;
  /** Organisations to which a payload went and which have not confirmed its deletion. */
  readonly holders: readonly string[];
  /** Those of them that no longer take part and are told to delete it. */
  readonly toDelete: readonly string[];
}

interface Handed extends Route {
  readonly payload: Payload;
  readonly payloadHash: string;
  readonly expiresAfter: number;
}

interface Worked extends Handed {
  readonly owner: string;
  readonly plannedDate: LocalDate;
}

/** An answer of the client or the receiver, asked separately. */
export interface Feedback {
  readonly answer: 'given' | 'not_reached' | 'declined';
  readonly satisfied?: boolean | undefined;
  readonly received?: boolean | undefined;
}

interface Delivered extends Worked {
  readonly outcome: 'delivered' | 'partly' | 'not_delivered';
  readonly client?: Feedback;
  readonly receiver?: Feedback;
}

/** One member of the union for each status named. */
type Status<S extends string, T = unknown> = S extends string ? T & { readonly status: S } : never;

export type ReferralState =
  | Status<'none'>
  | Status<'draft', Route & { readonly contact: Personal<string>; readonly client: Client }>
  | Status<'sent' | 'received', Handed & { readonly expiresOn?: string | undefined }>
  | Status<'returned', Handed & { readonly missing: readonly string[] }>
  | Status<'accepted' | 'in_progress', Worked>
  | Status<'rejected', Handed & { readonly reasonCode: string; readonly alternativeProviderId?: string | undefined }>
  | Status<'completed' | 'feedback_due', Delivered>
  | Status<'closed', Handed & { readonly outcome?: string | undefined }>
  | Status<'expired', Handed>
  | Status<'recalled', Handed>
  | Status<'withdrawn_by_client', Route>;

type In<S extends ReferralState['status']> = Extract<ReferralState, { readonly status: S }>;

export const initial: ReferralState = { status: 'none' };

/** States in which the receiver takes part and nothing has ended. */
const HELD = [
  'sent',
  'received',
  'returned',
  'accepted',
  'in_progress',
  'rejected',
  'completed',
  'feedback_due',
  'expired',
] as const;
/** Every state that is not an end. */
export const OPEN = ['draft', ...HELD] as const;
/** Every state of a referral that exists. */
export const ANY = [...OPEN, 'closed', 'recalled', 'withdrawn_by_client'] as const;

const isHeld = (state: ReferralState): state is In<(typeof HELD)[number]> => (HELD as readonly string[]).includes(state.status);

/** When the wait that begins with this event has lasted `share` times its window; undefined when no clock was set. */
function after(share: number, wait: string, meta: EventMeta): string | undefined {
  const due = meta.clocks?.[wait]?.due;
  if (due === undefined) return undefined;
  const start = meta.command === 'adopt' ? meta.recordedAt : meta.occurredAt;
  return addMilliseconds(start, Math.round((epochMs(due) - epochMs(start)) * share));
}

const routeOf = ({ to, providerId, serviceId, needCode, urgency, householdId, personId, holders, toDelete }: Route): Route => ({
  ...{ to, providerId, serviceId, needCode, urgency, holders, toDelete },
  ...(householdId === undefined ? {} : { householdId }),
  ...(personId === undefined ? {} : { personId }),
});

const handedOf = (state: Handed): Handed => ({
  ...routeOf(state),
  ...{ payload: state.payload, payloadHash: state.payloadHash, expiresAfter: state.expiresAfter },
});

const without = (list: readonly string[], one: string): readonly string[] => list.filter((other) => other !== one);

export function evolve(state: ReferralState, event: FoldEvent<typeof events>): ReferralState {
  switch (event.type) {
    case 'ReferralDrafted':
      return { status: 'draft', ...event.data, holders: [], toDelete: [] };
    case 'ReferralDraftUpdated': {
      if (state.status === 'none') return state;
      // Whoever had it before and is not asked again has no more use for it.
      const toDelete = state.holders.filter((one) => one !== event.data.to);
      return { status: 'draft', ...event.data, holders: state.holders, toDelete };
    }
    case 'ReferralSent': {
      if (state.status === 'none') return state;
      const { to, providerId, payload, payloadHash, expiresAfter } = event.data;
      const holders = [...without(state.holders, to), to];
      const route = { ...routeOf(state), to, providerId, ...payload.service, urgency: payload.urgency, holders };
      const expiresOn = after(expiresAfter, 'acknowledge', event.meta);
      return { status: 'sent', ...route, toDelete: without(state.toDelete, to), payload, payloadHash, expiresAfter, expiresOn };
    }
    case 'ReferralReceived':
      return isHeld(state)
        ? { status: 'received', ...handedOf(state), expiresOn: after(state.expiresAfter, 'respond', event.meta) }
        : state;
    case 'ReferralReturned':
      return isHeld(state) ? { status: 'returned', ...handedOf(state), missing: event.data.missing } : state;
    case 'ReferralAccepted':
      return isHeld(state) ? { status: 'accepted', ...handedOf(state), ...event.data } : state;
    case 'ReferralRejected': {
      const { reasonCode, alternativeProviderId } = event.data;
      return isHeld(state) ? { status: 'rejected', ...handedOf(state), reasonCode, alternativeProviderId } : state;
    }
    case 'ReferralStarted':
      return 'owner' in state ? { ...state, status: 'in_progress' } : state;
    case 'ReferralCompleted':
      return 'owner' in state ? { ...state, status: 'completed', outcome: event.data.outcome } : state;
    case 'ReferralFeedbackReceived': {
      if (state.status !== 'completed' && state.status !== 'feedback_due') return state;
      const { of, answer, satisfied, received } = event.data;
      return { ...state, status: 'feedback_due', [of]: { answer, satisfied, received } };
    }
    case 'ReferralClosed':
      return isHeld(state)
        ? { status: 'closed', ...handedOf(state), ...('outcome' in state ? { outcome: state.outcome } : {}) }
        : state;
    case 'ReferralWithdrawn':
      return state.status === 'none'
        ? state
        : { status: 'withdrawn_by_client', ...routeOf(state), toDelete: event.data.toDelete };
    case 'ReferralRecalled':
      return isHeld(state)
        ? { status: 'recalled', ...handedOf(state), toDelete: [...without(state.toDelete, state.to), ...event.data.toDelete] }
        : state;
    case 'ReferralDeletionConfirmed': {
      const { organisation } = event.data;
      if (state.status === 'none') return state;
      return { ...state, holders: without(state.holders, organisation), toDelete: without(state.toDelete, organisation) };
    }
    case 'ReferralExpired':
      return isHeld(state) ? { status: 'expired', ...handedOf(state) } : state;
    case 'ReferralProgressRecorded':
    case 'ReferralOverdue':
    case 'ReferralEscalated':
      return state;
  }
}

const receiver = (state: Route, key: string, clock: string): Wait => ({
  key,
  party: 'receiver',
  holder: { organisation: state.to },
  clock,
  by: state.urgency,
});

/** Client and receiver are asked separately: the sender asks the client, the receiver answers for itself. */
function feedbackWaits(state: Delivered): readonly Wait[] {
  const waits: Wait[] = [
    ...(state.client ? [] : [{ key: 'clientFeedback', party: 'sender', clock: 'feedback', by: state.urgency }]),
    ...(state.receiver ? [] : [receiver(state, 'receiverFeedback', 'feedback')]),
  ];
  return waits.length > 0 ? waits : [{ key: 'close', party: 'sender' }];
}

const deletionWaits = (state: Route): readonly Wait[] =>
  state.toDelete.map((organisation) => ({
    key: `confirmDeletion:${organisation}`,
    party: 'formerReceiver',
    holder: { organisation },
  }));

/** Waits of the state, and of those who still have something to delete. */
const and =
  <S extends Route>(waits: (state: S) => readonly Wait[]) =>
  (state: S): readonly Wait[] => [...waits(state), ...deletionWaits(state)];

export const waitsOn: { readonly [K in ReferralState['status']]: (state: In<K>) => readonly Wait[] } = {
  none: () => [],
  draft: and(() => [{ key: 'send', party: 'sender' }]),
  sent: and((s) => [receiver(s, 'acknowledge', 'acknowledge')]),
  received: and((s) => [receiver(s, 'respond', 'respond')]),
  returned: and(() => [{ key: 'supplement', party: 'sender' }]),
  accepted: and((s) => [receiver(s, 'start', 'start')]),
  in_progress: and((s) => [receiver(s, 'complete', 'complete')]),
  completed: and(feedbackWaits),
  feedback_due: and(feedbackWaits),
  rejected: and(() => [{ key: 'redirect', party: 'sender' }]),
  expired: and(() => [{ key: 'redirect', party: 'sender' }]),
  closed: deletionWaits,
  recalled: deletionWaits,
  withdrawn_by_client: deletionWaits,
};

/** A referral nobody acknowledged or answered expires at a multiple of its window. */
export const timers = (state: ReferralState): readonly Timer[] =>
  'expiresOn' in state && state.expiresOn !== undefined ? [{ key: 'expire', at: state.expiresOn, command: 'expire' }] : [];

/**
 * The receiver takes part from sent on, and no longer once the referral expired, was recalled or the client has withdrawn: drafts are
 * the sender's alone, and what was withdrawn is closed to the receiver at once.
 */
export function about(state: ReferralState): About {
  if (state.status === 'none') return {};
  const { householdId, personId } = state;
  return {
    parties: (isHeld(state) && state.status !== 'expired') || state.status === 'closed' ? [state.to] : [],
    households: householdId === undefined ? [] : [householdId],
    persons: personId === undefined ? [] : [personId],
    urgency: state.urgency,
    tier: 'T2',
  };
}
