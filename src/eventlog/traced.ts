import { spanIdOf, traceIdOf } from '../platform/tracing/ids.ts';
import { clock, type Tracer } from '../platform/tracing/tracer.ts';
import type { Executor } from './execute.ts';
import type { EventLog } from './port.ts';

/** Commands as spans of the work they belong to; one that belongs to none begins none. */
export function tracedExecutor({ execute }: Executor, tracer: Tracer): Executor {
  return {
    execute: (request) => {
      const { process, command, correlationId } = request;
      const place = tracer.current() ?? (correlationId === undefined ? undefined : { trace: traceIdOf(correlationId) });
      if (!place) return execute(request);
      const attributes = { 'masar.process': process, 'masar.command': command };
      return tracer.within(place, { name: `execute ${process}.${command}`, kind: 'internal', attributes }, () =>
        execute(request),
      );
    },
  };
}

/**
 * Appends as spans, and every event that was written as one of its own under an id made of the event's: what read models and
 * jobs make of it hangs from there, whichever process they run in.
 */
export function tracedLog(log: EventLog, tracer: Tracer): EventLog {
  const append: EventLog['append'] = async (stream, expected, events) => {
    const place = tracer.current();
    if (!place) return log.append(stream, expected, events);
    const about = { name: 'append', kind: 'producer', attributes: { 'masar.events': events.length } } as const;
    return tracer.within(place, about, async () => {
      const written = await log.append(stream, expected, events);
      const at = clock();
      for (const { id, type } of events) {
        const attributes = { 'masar.stream': stream, 'masar.event': id };
        const { trace, span: parent } = tracer.current() ?? place;
        tracer.record({ name: type, kind: 'internal', trace, parent, id: spanIdOf(id), start: at, end: at, attributes });
      }
      return written;
    });
  };
  return {
    kind: log.kind,
    append,
    read: (stream, from) => log.read(stream, from),
    readAll: (after, limit, filter) => log.readAll(after, limit, filter),
    subscribe: (after, filter, signal) => log.subscribe(after, filter, signal),
    head: () => log.head(),
    positionOf: (logIndex) => log.positionOf(logIndex),
    close: () => log.close(),
  };
}
