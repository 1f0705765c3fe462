import type { LogFilter, ProposedEvent } from './port.ts';
import { EventTooLarge, MAX_APPEND_BYTES, MAX_EVENT_BYTES } from './port.ts';

const STREAM = /^[a-z][A-Za-z0-9_]*-[\x21-\x7e]{1,180}$/;
const TYPE = /^[\x21-\x7e]{1,200}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * What every store admits, so that a log can be copied between any two: `<process>-<id>` as stream name, canonical lower-case
 * UUIDs, printable types, at least one event, sizes in bytes within the port's limits.
 * @throws RangeError for a malformed name, id or type, EventTooLarge for the sizes.
 */
export function checkAppend(stream: string, events: readonly ProposedEvent[]): void {
  if (!STREAM.test(stream)) throw new RangeError(`not a stream name: ${JSON.stringify(stream)}`);
  if (events.length === 0) throw new RangeError(`an append to ${stream} carries no event`);
  let total = 0;
  for (const event of events) {
    if (!UUID.test(event.id)) throw new RangeError(`not a lower-case UUID: ${JSON.stringify(event.id)}`);
    if (!TYPE.test(event.type)) throw new RangeError(`not an event type: ${JSON.stringify(event.type)}`);
    if (event.bytes.byteLength > MAX_EVENT_BYTES) throw new EventTooLarge(stream, event.bytes.byteLength);
    total += event.bytes.byteLength;
  }
  if (total > MAX_APPEND_BYTES) throw new EventTooLarge(stream, total, MAX_APPEND_BYTES);
}

/** What stands before the first hyphen of a stream's name. */
export function categoryOf(stream: string): string {
  const hyphen = stream.indexOf('-');
  return hyphen < 0 ? stream : stream.slice(0, hyphen);
}

/** Whether a stream's events pass a filter; an absent filter passes all. */
export function passes(filter: LogFilter | undefined, stream: string): boolean {
  return filter === undefined || filter.categories.includes(categoryOf(stream));
}
