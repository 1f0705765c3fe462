import { TOO_HEAVY_GRAMS } from '../crate.ts';
import type { Command } from './actions.ts';

/** An event as the model knows it: what, by which officer (none: the system), by which command, and how the crate stood then. */
export interface ModelEvent {
  readonly type: string;
  readonly by: number | 'system';
  readonly command: string;
  readonly status: string;
}

export interface ModelCase {
  /** Known from the first answer on. */
  id: string | undefined;
  readonly tag: number;
  readonly events: ModelEvent[];
  status: string;
  grams: number;
  owner: number;
  transfer: { readonly to: number; readonly by: number } | undefined;
  correction: { readonly by: number; readonly grams: number } | undefined;
  retracted: boolean;
  reservation: 'requested' | 'confirmed' | 'refused';
}

/** One command as it was sent. `on` is the number of the case, undefined for one that opens a case. */
export interface Request {
  readonly by: number;
  readonly on: number | undefined;
  readonly command: Command;
  readonly key: string;
  readonly ifMatch: number | undefined;
}

export interface Answered {
  readonly status: string;
  readonly revision: number;
  readonly replayed: boolean;
}

/** What a request comes to: a refusal, the answer of before, or appends one after the other and then an answer. */
export type Verdict =
  | { readonly refused: string }
  | { readonly again: Answered; readonly on: number }
  | { readonly appends: readonly (() => void)[]; readonly answer: () => Answered; readonly on: number };

export type Model = ReturnType<typeof createModel>;

export const officeOf = (officer: number): number => Math.floor(officer / 2);

const OPEN = ['packed', 'sent'];
const ANY = ['packed', 'sent', 'delivered'];
/** In which states a command is given, and what it needs to be given at all. */
const FROM: Readonly<Record<string, readonly string[]>> = {
  send: ['packed'],
  deliver: ['sent'],
  reopen: ['delivered'],
  retract: ['packed'],
  note: ANY,
  correct: ANY,
  confirmCorrection: ANY,
  declineCorrection: ANY,
  offerTransfer: OPEN,
  acceptTransfer: OPEN,
  declineTransfer: OPEN,
};
/** What an office may do that was only offered the crate. */
const UNDER_OFFER = ['note', 'offerTransfer', 'acceptTransfer', 'declineTransfer'];
const NEEDS_MATCH = ['deliver', 'confirmCorrection'];

/** What crates are and become, written apart from the program and as simply as can be: objects in memory, one thing at a time. */
export function createModel() {
  const cases: ModelCase[] = [];
  const holders = new Map<number, number>();
  const holdings: { readonly type: 'Reserved' | 'ReservationReleased'; readonly on: number }[] = [];
  const done = new Map<string, { readonly on: number; readonly revision: number; readonly input: string }>();

  const put = (one: ModelCase, type: string, by: number | 'system', command: string): void => {
    one.events.push({ type, by, command, status: one.retracted ? 'retracted' : one.status });
  };

  /** The appends that find out who holds the tag of a crate, and tell it. */
  function settling(on: number, tag: number): readonly (() => void)[] {
    const tell = (): void => {
      const one = cases[on];
      if (one?.reservation !== 'requested') return;
      one.reservation = holders.get(tag) === on ? 'confirmed' : 'refused';
      put(one, one.reservation === 'confirmed' ? 'ReservationConfirmed' : 'ReservationRefused', 'system', 'settleReservation');
    };
    return holders.has(tag) ? [tell] : [() => hold(on, tag), tell];
  }

  function hold(on: number, tag: number): void {
    holders.set(tag, on);
    holdings.push({ type: 'Reserved', on });
  }

  /** A crate that was retracted is told nothing any more, and gives back what it held. */
  function givingBack(on: number, { tag, reservation }: ModelCase): readonly (() => void)[] {
    const open = reservation === 'requested' && !holders.has(tag);
    const release = (): void => {
      holders.delete(tag);
      holdings.push({ type: 'ReservationReleased', on });
    };
    return [...(open ? [() => hold(on, tag)] : []), ...(open || holders.get(tag) === on ? [release] : [])];
  }

  function pack(request: Request, command: Command & { name: 'pack' }): Verdict {
    const on = cases.length;
    const { by } = request;
    const open = (): void => {
      const one: ModelCase = {
        id: undefined,
        tag: command.tag,
        events: [],
        status: 'packed',
        grams: command.grams,
        owner: officeOf(by),
        transfer: undefined,
        correction: undefined,
        retracted: false,
        reservation: 'requested',
      };
      cases.push(one);
      put(one, 'CratePacked', by, 'pack');
      put(one, 'ReservationRequested', by, 'pack');
      remember(request, on, 1);
    };
    return { appends: [open, ...settling(on, command.tag)], answer: () => standing(on), on };
  }

  /** How a crate stood after an event: told to whoever gave the command, since here nobody may act on one without reading it. */
  const told = (on: number, revision: number): string => cases[on]!.events[revision]!.status;

  const standing = (on: number): Answered => {
    const revision = cases[on]!.events.length - 1;
    return { status: told(on, revision), revision, replayed: false };
  };

  const nameOf = ({ by, on, command, key }: Request): string => `${by} ${on ?? 'new'} ${command.name} ${key}`;
  const remember = (request: Request, on: number, revision: number): void => {
    done.set(nameOf(request), { on, revision, input: JSON.stringify(request.command) });
  };

  /** The answer of then, with what the system added to it at once. */
  function again(on: number, revision: number): Answered {
    const { events } = cases[on]!;
    let last = revision;
    while (events[last + 1]?.command === 'settleReservation') last++;
    return { status: told(on, last), revision: last, replayed: true };
  }

  function whyNot({ by, command, ifMatch }: Request, one: ModelCase): string | undefined {
    const { name } = command;
    const office = officeOf(by);
    const isOffered = one.transfer?.to === office;
    if (one.owner !== office && !(isOffered && UNDER_OFFER.includes(name))) return isOffered ? 'FORBIDDEN' : 'NOT_FOUND';
    if (ifMatch !== undefined && ifMatch !== one.events.length - 1) return 'STALE';
    if (NEEDS_MATCH.includes(name) && ifMatch === undefined) return 'IF_MATCH_REQUIRED';
    if (one.retracted) return 'RETRACTED';
    if (!FROM[name]?.includes(one.status)) return 'WRONG_STATE';
    switch (command.name) {
      case 'send':
        return one.grams >= TOO_HEAVY_GRAMS ? 'TOO_HEAVY' : undefined;
      case 'reopen':
        return one.events.findLast(({ type }) => type === 'CrateDelivered')?.by === by ? 'SECOND_OFFICER_NEEDED' : undefined;
      case 'correct':
        return one.correction ? 'CORRECTION_PENDING' : undefined;
      case 'confirmCorrection':
        if (!one.correction) return 'NO_CORRECTION_PENDING';
        return one.correction.by === by ? 'SECOND_OFFICER_NEEDED' : undefined;
      case 'declineCorrection':
        return one.correction ? undefined : 'NO_CORRECTION_PENDING';
      case 'offerTransfer':
        if (one.transfer) return 'TRANSFER_PENDING';
        return one.owner === command.to ? 'ALREADY_OWNER' : undefined;
      case 'acceptTransfer':
        if (!one.transfer) return 'NO_TRANSFER';
        return isOffered ? undefined : 'TRANSFER_NOT_TO_YOU';
      case 'declineTransfer':
        if (!one.transfer) return 'NO_TRANSFER';
        return isOffered || one.transfer.by === by ? undefined : 'TRANSFER_NOT_TO_YOU';
      default:
        return undefined;
    }
  }

  /** Does what a command does that nothing stands against; answers the type of its event. */
  function change(by: number, command: Command, one: ModelCase): string {
    switch (command.name) {
      case 'send':
        one.status = 'sent';
        return 'CrateSent';
      case 'deliver':
        one.status = 'delivered';
        return 'CrateDelivered';
      case 'reopen':
        one.status = 'sent';
        return 'CaseReopened';
      case 'retract':
        one.retracted = true;
        return 'CaseRetracted';
      case 'correct': {
        const others = one.events.some((event) => event.by !== 'system' && event.by !== by);
        if (!others) one.grams = command.grams;
        else one.correction = { by, grams: command.grams };
        return others ? 'CorrectionProposed' : 'CaseCorrected';
      }
      case 'confirmCorrection':
        one.grams = one.correction?.grams ?? one.grams;
        one.correction = undefined;
        return 'CaseCorrected';
      case 'declineCorrection':
        one.correction = undefined;
        return 'CorrectionDeclined';
      case 'offerTransfer':
        one.transfer = { to: command.to, by };
        return 'TransferOffered';
      case 'acceptTransfer':
        one.owner = one.transfer?.to ?? one.owner;
        one.transfer = undefined;
        return 'TransferAccepted';
      case 'declineTransfer':
        one.transfer = undefined;
        return 'TransferDeclined';
      default:
        return 'NoteAdded';
    }
  }

  return {
    cases,
    /** Who came to hold a tag, and gave it back, in order. */
    holdings,

    /** What a request comes to now; nothing is changed until its appends are carried out. */
    ask: (request: Request): Verdict => {
      const { command, on, by } = request;
      const before = done.get(nameOf(request));
      if (before) {
        if (before.input !== JSON.stringify(command)) return { refused: 'IDEMPOTENCY_KEY_REUSED' };
        return { again: again(before.on, before.revision), on: before.on };
      }
      if (command.name === 'pack') return pack(request, command);
      const one = on === undefined ? undefined : cases[on];
      if (on === undefined || !one) return { refused: 'NOT_FOUND' };
      const reason = whyNot(request, one);
      if (reason !== undefined) return { refused: reason };
      const append = (): void => {
        // How the crate stands after the event is noted with it.
        const type = change(by, command, one);
        put(one, type, by, command.name);
        remember(request, on, one.events.length - 1);
      };
      return { appends: [append], answer: () => standing(on), on };
    },

    /** What the reactor of reservations does when it comes by a case. */
    settle: (on: number): readonly (() => void)[] => {
      const one = cases[on];
      if (!one) return [];
      if (one.retracted) return givingBack(on, one);
      return one.reservation === 'requested' ? settling(on, one.tag) : [];
    },

    /** What a case waits on, by key in order. */
    waits: ({ retracted, status, transfer, correction, reservation }: ModelCase): readonly string[] =>
      retracted
        ? []
        : [
            ...(status === 'packed' ? ['send'] : []),
            ...(status === 'sent' ? ['deliver'] : []),
            ...(transfer ? ['acceptTransfer'] : []),
            ...(correction ? ['confirmCorrection:0'] : []),
            ...(reservation === 'refused' ? ['resolveDuplicate:crate_tag'] : []),
          ].sort(),
  };
}
