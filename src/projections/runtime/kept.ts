/**
 * Cases each read model keeps folded in memory, to fold them on without reading them again. Every read model has its own, twice
 * while it is made anew, so a thousand of each take some 30 MiB in all; events of a case come close together or months apart, and
 * more of them would seldom be met again.
 */
export const KEPT_CASES = 1_000;

/** Lets go of what was used longest ago until at most so many are left. The map is in order of last use. */
export function forgetOldest(kept: Map<string, unknown>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
}
