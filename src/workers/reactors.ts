import { handover, type OpenItems } from './reactors/handover.ts';
import { reservations } from './reactors/reservations.ts';
import type { Reactor } from './runtime/reactor.ts';

export interface ReactorParts {
  readonly openItems: OpenItems;
}

/** Everything that follows across cases, domain.md §11, in one table. A line may be added; a name never changes. */
export const reactorsOf = ({ openItems }: ReactorParts): readonly Reactor[] => [reservations, handover(openItems)];
