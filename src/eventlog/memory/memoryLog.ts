import { checkAppend, passes } from '../admission.ts';
import { Bell, follow } from '../follow.ts';
import type { AppendResult, EventLog, ExpectedRevision, LogPage, ProposedEvent, StoredEvent } from '../port.ts';
import { LogUnavailable, RevisionConflict } from '../port.ts';

/** Events looked at for one page, so that a page of a filtered stretch is as bounded here as on a real store. */
const SCAN = 500;
const POLL_MS = 1_000;
const PAGE = 256;

/** A log in this process's memory, for tests: position and logIndex are both the place in one array, from 1. */
export function createMemoryLog(): EventLog {
  const all: StoredEvent[] = [];
  const streams = new Map<string, StoredEvent[]>();
  const bell = new Bell();
  const closed = new AbortController();

  const copy = (event: StoredEvent): StoredEvent => ({ ...event, bytes: event.bytes.slice() });
  const mustBeOpen = () => {
    if (closed.signal.aborted) throw new LogUnavailable('the log is closed');
  };

  function page(after: bigint, limit: number, keep: (stream: string) => boolean): LogPage {
    const events: StoredEvent[] = [];
    const end = Math.min(all.length, Number(after) + SCAN);
    let at = Math.min(Number(after), end);
    for (; at < end && events.length < limit; at += 1) {
      const event = all[at]!;
      if (keep(event.stream)) events.push(copy(event));
    }
    return { events, scannedTo: at > Number(after) ? BigInt(at) : after, end: at >= all.length };
  }

  const log: EventLog = {
    kind: 'memory',

    async append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): Promise<AppendResult> {
      checkAppend(stream, events);
      mustBeOpen();
      const history = streams.get(stream) ?? [];
      const first = expected === 'none' ? 0 : expected + 1;
      if (first !== history.length) {
        const written = history.slice(first, first + events.length);
        if (first < 0 || written.length !== events.length || written.some((event, i) => event.id !== events[i]!.id)) {
          throw new RevisionConflict(stream, expected, history.length === 0 ? 'none' : history.length - 1);
        }
        const last = written.at(-1)!;
        return { revision: last.revision, position: last.position, wrote: false };
      }
      for (const { id, type, bytes } of events) {
        const position = BigInt(all.length + 1);
        const stored = { stream, revision: history.length, id, type, bytes: bytes.slice(), position, logIndex: position };
        history.push(stored);
        all.push(stored);
      }
      streams.set(stream, history);
      bell.ring();
      return { revision: history.length - 1, position: BigInt(all.length), wrote: true };
    },

    async read(stream, fromRevision = 0) {
      mustBeOpen();
      return (streams.get(stream) ?? []).slice(fromRevision).map(copy);
    },

    async readAll(after, limit, filter) {
      mustBeOpen();
      return page(after, limit, (stream) => passes(filter, stream));
    },

    subscribe(after, filter, signal) {
      return follow({
        after,
        readPage: (cursor) => log.readAll(cursor, PAGE, filter),
        bell,
        pollMs: POLL_MS,
        signal: AbortSignal.any([signal, closed.signal]),
      });
    },

    async head() {
      mustBeOpen();
      return BigInt(all.length);
    },

    async positionOf(logIndex) {
      mustBeOpen();
      const last = BigInt(all.length);
      if (logIndex >= last) return last;
      return logIndex < 0n ? 0n : logIndex;
    },

    async close() {
      closed.abort();
      bell.ring();
    },
  };
  return log;
}
