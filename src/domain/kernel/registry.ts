import { isCaseEvent } from './caseEvents.ts';
import { categoryOf, idOf } from './envelope.ts';
import type { Process } from './process.ts';

/** The processes of an installation by name and by path segment. */
export interface Registry {
  readonly all: readonly Process[];
  byName(name: string): Process | undefined;
  byPlural(plural: string): Process | undefined;
  /** The process a stream belongs to; throws for streams of nobody. */
  ofStream(stream: string): Process;
}

/** Builds the registry; names and path segments are unique, and no process takes an event name of the kernel. */
export function registryOf(all: readonly Process[]): Registry {
  const names = new Map(all.map((one) => [one.name, one]));
  const plurals = new Map(all.map((one) => [one.plural, one]));
  if (names.size !== all.length || plurals.size !== all.length) throw new Error('two processes share a name');
  for (const one of all) {
    const taken = Object.keys(one.events).filter(isCaseEvent);
    if (taken.length > 0) throw new Error(`${one.name}: ${taken.join(', ')} belong to the kernel`);
  }
  return {
    all,
    byName: (name) => names.get(name),
    byPlural: (plural) => plurals.get(plural),
    ofStream: (stream) => {
      const process = names.get(categoryOf(stream));
      if (!process) throw new Error(`no process for stream category of ${idOf(stream)}`);
      return process;
    },
  };
}

/** The newest stored version of an event: one more than its highest upcaster. */
export const newestVersion = (process: Process, event: string): number => {
  const steps = Object.keys(process.upcasters?.[event] ?? {}).map(Number);
  return steps.length === 0 ? 1 : Math.max(...steps) + 1;
};

/** Stored type of an event in its newest version, `<process>.<Event>.v<N>`. */
export const storedType = (process: Process, event: string): string =>
  `${process.name}.${event}.v${newestVersion(process, event)}`;
