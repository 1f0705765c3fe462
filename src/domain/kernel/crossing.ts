import type { FollowUp } from './followUp.ts';
import type { Process } from './process.ts';
import type { Registry } from './registry.ts';

/**
 * Holds what a restricted case asks of others to what its process declares: within the restricted store it is free, and into the
 * general one goes the declared outcome alone, as its strict schema has it. @throws Error for anything else
 */
export function checkCrossing(registry: Registry, from: Process, next: FollowUp): void {
  const target = registry.byName(next.process);
  if (from.store === 'general' || target?.store === 'restricted') return;
  const { crosses } = from;
  if (crosses?.process !== next.process || crosses.command !== next.command) {
    throw new Error(`${from.name} may not tell ${next.process}.${next.command}`);
  }
  if (!crosses.fields.safeParse(next.input).success) throw new Error(`${from.name} tells more than its declared outcome`);
}
