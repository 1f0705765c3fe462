import { spanIdOf, traceIdOf } from '../../platform/tracing/ids.ts';
import { clock, type Tracer } from '../../platform/tracing/tracer.ts';
import type { Build } from './builds.ts';
import type { ProjectedEvent } from './projection.ts';

/** Pieces of work in one batch that are told of their share in it, at most. */
const TOLD = 100;

/**
 * Records what became of a batch in every trace that has an event in it, under the last such event. A read model that is built
 * anew says nothing: all that ever happened would be told again.
 */
export function traceBatch(tracer: Tracer, build: Build, events: readonly ProjectedEvent[], start: number): void {
  if (build.state !== 'live') return;
  const end = clock();
  const last = new Map(events.map(({ meta }) => [traceIdOf(meta.correlationId), meta.eventId]));
  for (const [trace, event] of [...last].slice(0, TOLD)) {
    const attributes = { 'masar.projection': build.name, 'masar.batch': events.length };
    tracer.record({ name: `project ${build.name}`, kind: 'consumer', trace, parent: spanIdOf(event), start, end, attributes });
  }
}
