/**
 * Cases each read model keeps folded in memory, to fold them on without reading them again. Every read model has its own, twice
 * while it is made anew. Events of a case come close together or months apart; who goes through more than these twice has them read
 * again. In a rebuild five hundred held 25 MiB more in all, a thousand 75.
 */
export const KEPT_CASES = 300;

/** Lets go of what was used longest ago until at most so many are left. The map is in order of last use. */
export function forgetOldest(kept: Map<string, unknown>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
}
