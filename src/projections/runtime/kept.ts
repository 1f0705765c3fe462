/**
 * Cases each read model keeps folded in memory, to fold them on without reading them again. Every read model has its own, twice
 * while it is made anew. No fewer than a page can have, so that going through the same cases twice finds them; a thousand of each
 * held some 35 MiB more in a rebuild.
 */
export const KEPT_CASES = 500;

/** Lets go of what was used longest ago until at most so many are left. The map is in order of last use. */
export function forgetOldest(kept: Map<string, unknown>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
}
