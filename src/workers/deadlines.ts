import { caseOfStream, levelReachedAt } from '../domain/kernel/case.ts';
import { epochMs, instantOf } from '../domain/kernel/dates.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Executor } from '../eventlog/execute.ts';
import { pause } from '../eventlog/follow.ts';
import type { Rulebook } from '../eventlog/rulebook.ts';
import type { Leases } from '../platform/lease.ts';
import type { Log } from '../platform/logging.ts';
import { isOutage, verdictOn } from './runtime/faults.ts';

/** An open wait with a clock, as a read model knows it. Instants are RFC 3339 UTC. */
export interface TimedWait {
  readonly stream: string;
  readonly key: string;
  /** Revision at which the wait began. */
  readonly sinceRevision: number;
  readonly clockStart: string;
  readonly due: string;
  /** Highest level of escalation reached, 0 for none. */
  readonly level: number;
}

/** A date of a case that acts whoever holds the ball. */
export interface SetTimer {
  readonly stream: string;
  readonly key: string;
  readonly at: string;
  readonly command: string;
}

/**
 * Where the scan looks. It may lag behind the log or give more than is due: every command is decided on the log, and one that
 * was given before is not given again.
 */
export interface DeadlineSource {
  /** Waits whose clock runs (not paused) and that may have reached their next level at an instant. */
  dueWaits(now: string): AsyncIterable<TimedWait>;
  /** Timers set for this instant or before. */
  dueTimers(now: string): AsyncIterable<SetTimer>;
}

export interface ScanParts {
  readonly source: DeadlineSource;
  readonly executor: Executor;
  readonly registry: Registry;
  readonly rulebook: Rulebook;
  readonly logger: Log;
  /** RFC 3339 UTC. */
  readonly now: () => string;
  readonly signal: AbortSignal;
  /** Told what was written: an escalation, a timer's command, or a refusal of one. */
  readonly count: (what: 'escalated' | 'timed' | 'refused') => void;
}

const PRINCIPAL = { kind: 'system', name: 'deadlines' } as const;
const AT_ONCE = 8;

/**
 * Gives every command that time alone has made due: `escalate` for each level reached, then the timers' own. Their ids are made
 * of stream, key, the revision at which the wait began (for a timer, its time) and level: one breach is one event, however
 * many workers scan.
 */
export async function scanDeadlines(parts: ScanParts): Promise<void> {
  const now = parts.now();
  const levels = levelsAt(now, parts);
  await inParallel(parts.source.dueWaits(now), parts.signal, async (wait) =>
    escalate(wait, await levels(wait.stream), now, parts),
  );
  await inParallel(parts.source.dueTimers(now), parts.signal, (timer) => act(timer, parts));
}

/** Per process, the shares of a window at which its levels of escalation are reached; none where nothing escalates. */
function levelsAt(now: string, { registry, rulebook }: ScanParts): (stream: string) => Promise<readonly number[]> {
  const known = new Map<string, Promise<readonly number[]>>();
  const read = async (process: string): Promise<readonly number[]> => {
    const escalation = registry.byName(process)?.escalation;
    if (!escalation) return [];
    const shares = (await rulebook.inForce([escalation.rule], now)).of(escalation.rule).value;
    return shares.slice(0, escalation.levels.length);
  };
  return (stream) => {
    const { process } = caseOfStream(stream);
    const shares = known.get(process) ?? read(process);
    known.set(process, shares);
    return shares;
  };
}

async function escalate(wait: TimedWait, shares: readonly number[], now: string, parts: ScanParts): Promise<void> {
  const { process, id } = caseOfStream(wait.stream);
  const due = instantOf(epochMs(wait.due));
  for (const [index, share] of shares.entries()) {
    const level = index + 1;
    if (level <= wait.level) continue;
    const reached = levelReachedAt({ ...wait, due }, share);
    if (reached === undefined || reached > now) return;
    const key = [wait.stream, wait.key, wait.sinceRevision, level].join(' ');
    await give({ process, command: 'escalate', id, input: { wait: wait.key, level, due }, key }, 'escalated', parts);
  }
}

async function act(timer: SetTimer, parts: ScanParts): Promise<void> {
  const { process, id } = caseOfStream(timer.stream);
  const key = [timer.stream, timer.key, instantOf(epochMs(timer.at))].join(' ');
  await give({ process, command: timer.command, id, input: {}, key }, 'timed', parts);
}

interface Due {
  readonly process: string;
  readonly command: string;
  readonly id: string;
  readonly input: object;
  readonly key: string;
}

/**
 * The read model may not know yet that the case has moved on: then the command writes nothing, or is refused. One that cannot
 * be given for a fault of its own keeps no other from being given.
 */
async function give(command: Due, what: 'escalated' | 'timed', { executor, logger, count }: ScanParts): Promise<void> {
  const stream = `${command.process}-${command.id}`;
  try {
    const { replayed } = await executor.execute({ ...command, principal: PRINCIPAL });
    if (!replayed) count(what);
  } catch (err) {
    if (isOutage(err)) throw err;
    const verdict = verdictOn(err);
    if (verdict.kind === 'fault') logger.error({ err, stream, command: command.command }, 'a deadline could not be acted on');
    else logger.debug({ stream, command: command.command }, 'a deadline no longer held');
    count('refused');
  }
}

/** Handles what comes, a few at once; the first fault is thrown when all in hand have ended. */
async function inParallel<T>(items: AsyncIterable<T>, signal: AbortSignal, handle: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.asyncIterator]();
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = await iterator.next();
      if (next.done) return;
      await handle(next.value);
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
  await iterator.return?.();
  for (const one of lanes) if (one.status === 'rejected') throw one.reason;
}

export interface WatchParts extends ScanParts {
  readonly leases: Leases;
  readonly everyMs: number;
  /** Told when a scan has come to its end. */
  readonly scanned: () => void;
  /** What the first scan waits for, if anything. */
  readonly from?: Promise<unknown> | undefined;
}

/** Scans again and again until the signal aborts, on one worker at a time. */
export async function watchDeadlines(parts: WatchParts): Promise<void> {
  const { leases, logger, signal, everyMs } = parts;
  let begun = parts.from === undefined;
  void parts.from?.then(() => {
    begun = true;
  });
  while (!signal.aborted) {
    try {
      if (begun && (await leases.hold('deadlines')) !== undefined) {
        await scanDeadlines(parts);
        if (!signal.aborted) parts.scanned();
      }
    } catch (err) {
      logger.warn({ err }, 'a scan for deadlines failed and is repeated');
    }
    await pause(everyMs, signal);
  }
  await leases.release('deadlines').catch(() => {});
}
