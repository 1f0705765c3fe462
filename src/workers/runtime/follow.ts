import type { RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { Cases } from '../../eventlog/cases.ts';
import { type Bell, pause } from '../../eventlog/follow.ts';
import { derivedId } from '../../eventlog/ids.ts';
import type { EventLog, StoredEvent } from '../../eventlog/port.ts';
import type { Leases } from '../../platform/lease.ts';
import type { Log } from '../../platform/logging.ts';
import { faultOf } from './faults.ts';
import type { Pages } from './pages.ts';
import type { Reactor, Task } from './reactor.ts';
import type { Job, Store } from './store.ts';

export interface FollowParts {
  readonly log: Pick<EventLog, 'head'>;
  /** Read for all reactors of this process together. */
  readonly pages: Pages;
  readonly cases: Pick<Cases, 'load'>;
  readonly store: Store;
  readonly leases: Leases;
  readonly logger: Log;
  /** Rung when the log has grown. */
  readonly news: Bell;
  /** Rung when jobs were written. */
  readonly work: Bell;
  /** Longest time in milliseconds without a look at the log. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;

/** What one page led to: the jobs up to `until`, and the event before which the reactor must stop, if there is one. */
interface Reading {
  readonly jobs: readonly Job[];
  readonly until: bigint;
  readonly stopped?: { readonly position: bigint; readonly error: unknown };
}

/**
 * Follows the log for one reactor until the signal aborts, as the only worker that does. At an event it cannot read or react
 * to, the reactor stands still, says where and why, and looks again from time to time: after an update, or after an operator
 * has decided to pass over the event, it goes on.
 */
export async function followLog(reactor: Reactor, parts: FollowParts): Promise<void> {
  const { leases, logger, news, signal } = parts;
  const lease = `reactor ${reactor.name}`;
  let backoff = FIRST_BACKOFF_MS;
  let held: Held | undefined;
  while (!signal.aborted) {
    try {
      if (!held || performance.now() - held.at > leases.ttlMs / 3) {
        const at = performance.now();
        const epoch = await leases.hold(lease);
        // Nobody else moves a reactor while it is held, so where it stands is asked for once.
        const position = held?.epoch === epoch ? held?.position : undefined;
        held = epoch === undefined ? undefined : { epoch, at, position: position ?? (await standing(reactor, parts)) };
      }
      const turned: Turn = held ? await turn(reactor, held, parts) : 'not mine';
      held = typeof turned === 'string' || !held ? undefined : { ...held, position: turned.position };
      if (turned === 'not mine') await pause(leases.ttlMs / 2, signal);
      else if (turned !== 'stopped' && turned.seen !== undefined) {
        await news.wait(turned.seen, parts.pollMs, signal);
        await parts.pages.pace.rest(signal);
      }
      if (turned !== 'stopped') backoff = FIRST_BACKOFF_MS;
      else {
        // Whoever may be able to go on, such as a newer program beside this one, should find the lease free.
        await leases.release(lease);
        backoff = await rest(backoff, signal);
      }
    } catch (err) {
      held = undefined;
      logger.warn({ err, reactor: reactor.name }, 'a reactor could not go on and tries again');
      backoff = await rest(backoff, signal);
    }
  }
  await leases.release(lease).catch(() => {});
}

async function rest(ms: number, signal: AbortSignal): Promise<number> {
  await pause(ms, signal);
  return Math.min(ms * 2, LONGEST_BACKOFF_MS);
}

/** The right to move a reactor, and where it stands. */
interface Held {
  readonly epoch: string;
  /** When it was last made to last longer. */
  readonly at: number;
  readonly position: bigint;
}

/** Where the reactor stands now; at the end of the log, with the rings of the news that were heard before it was read. */
type Turn = { readonly position: bigint; readonly seen: number | undefined } | 'not mine' | 'stopped';

const standing = (reactor: Reactor, { log, store }: FollowParts): Promise<bigint> =>
  store.position(reactor.name, () => (reactor.start === 'now' ? log.head() : Promise.resolve(0n)));

/** Reads one page from where the reactor stands. */
async function turn(reactor: Reactor, { epoch, position: from }: Held, parts: FollowParts): Promise<Turn> {
  const { pages, store } = parts;
  const page = await pages.after(from, reactor.categories);
  const seen = page.end || page.scannedTo <= from ? page.rings : undefined;
  if (page.scannedTo <= from) return { position: from, seen };
  const { jobs, until, stopped } = await readPage(reactor, page.events, from, page.scannedTo, parts);
  if (until > from) {
    const given = page.events.findLast(({ position }) => position <= until);
    const to = { position: until, logIndex: given?.logIndex ?? 0n };
    if (!(await store.advance(reactor.name, epoch, from, to, jobs))) return 'not mine';
    if (jobs.length > 0) parts.work.ring();
  }
  if (!stopped) return { position: until, seen };
  const { position, error } = stopped;
  await store.halt(reactor.name, position, faultOf(error));
  parts.logger.error({ err: error, reactor: reactor.name, position: String(position) }, 'a reactor stands still');
  return 'stopped';
}

async function readPage(
  reactor: Reactor,
  events: readonly StoredEvent[],
  from: bigint,
  scannedTo: bigint,
  parts: FollowParts,
): Promise<Reading> {
  const wanted: Wanted[] = [];
  let until = from;
  let stopped: Reading['stopped'];
  // Together, so that what they ask of the log goes there as one statement.
  const asked = await Promise.allSettled(events.map((stored) => wantedAfter(reactor, stored, parts)));
  for (const [at, { position }] of events.entries()) {
    const found = asked[at];
    if (found?.status === 'fulfilled') wanted.push(...found.value);
    else if (!(await parts.store.isSkipped(reactor.name, position))) {
      stopped = { position, error: found?.reason };
      break;
    }
    until = position;
  }
  const jobs = await neededOf(reactor, wanted, parts);
  return stopped ? { jobs, until, stopped } : { jobs, until: scannedTo };
}

/** What a reactor asks for after an event, needed or not. */
interface Wanted {
  readonly task: Task;
  readonly event: RecordedEvent;
  readonly stored: StoredEvent;
}

async function wantedAfter(reactor: Reactor, stored: StoredEvent, { pages }: FollowParts): Promise<readonly Wanted[]> {
  const event = await pages.decoded(stored);
  return reactor.react(event).map((task) => ({ task, event, stored }));
}

/** To tell whether a task is needed may take a whole case: of so many at once. */
const ASKED_AT_ONCE = 64;

/** The jobs of what is needed. */
async function neededOf(reactor: Reactor, wanted: readonly Wanted[], { cases }: FollowParts): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (let from = 0; from < wanted.length; from += ASKED_AT_ONCE) {
    const lot = wanted.slice(from, from + ASKED_AT_ONCE);
    const needed = await Promise.all(
      lot.map(({ task, event }) => reactor.isNeeded?.(task, event, cases).catch(() => true) ?? true),
    );
    jobs.push(...lot.filter((_, at) => needed[at]).map((one) => jobOf(reactor, one)));
  }
  return jobs;
}

/** A job with the id that it always has. */
const jobOf = (reactor: Reactor, { task, event, stored }: Wanted): Job => ({
  id: derivedId('job', reactor.name, stored.id, task.step),
  reactor: reactor.name,
  task,
  cause: {
    event: stored.id,
    stream: stored.stream,
    revision: stored.revision,
    position: stored.position,
    occurredAt: event.meta.occurredAt,
    correlationId: event.meta.correlationId,
  },
});
