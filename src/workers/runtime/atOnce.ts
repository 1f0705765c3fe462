/**
 * Handles items side by side, so many at once, begun in their order. The first fault keeps the rest from being begun and is
 * thrown when those under way have ended: a task that is tried again must not meet itself.
 * @returns the results in the order of the items
 */
export async function atOnce<T, R>(
  items: readonly T[],
  many: number,
  handle: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const faults: unknown[] = [];
  const rest = items.entries();
  const lane = async () => {
    for (const [index, item] of rest) {
      try {
        results[index] = await handle(item, index);
      } catch (error) {
        faults.push(error);
      }
      if (faults.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(many, items.length) }, lane));
  if (faults.length > 0) throw faults[0];
  return results;
}
