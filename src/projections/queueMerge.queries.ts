import { type Page, packCursor } from './keyset.ts';
import { ORDERS, type QueueItem, type QueueOrder } from './queue.queries.ts';
import { NEVER } from './queueReach.ts';
import { type MyWork, WORK_SECTIONS, type WorkPart } from './work.queries.ts';

/** The sort columns of the queue as an item shows them. */
const VALUES: Readonly<Record<string, (item: QueueItem) => string>> = {
  priority: (item) => String(item.priority),
  due: (item) => item.due ?? NEVER,
  since: (item) => item.since,
  process: (item) => item.process,
  case_id: (item) => item.id,
  wait_key: (item) => item.wait,
};

/**
 * One page out of pages of the same order, limit and cursor that were taken from different stores. A cursor is made of values, so
 * that each store goes on from it by itself. Text is compared by code units, as the columns are (collation C).
 */
export function mergedPage(pages: readonly Page<QueueItem>[], order: QueueOrder, limit: number): Page<QueueItem> {
  const keys = ORDERS[order].map(({ as }) => as);
  const rows = pages
    .flatMap(({ items }) => items)
    .map((item) => ({ item, values: keys.map((key) => VALUES[key]?.(item) ?? '') }))
    .sort((a, b) => compared(a.values, b.values));
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(({ item }) => item);
  const more = rows.length > limit || pages.some(({ next }) => next !== undefined);
  return last && more ? { items, next: packCursor(keys.join(), last.values) } : { items };
}

/** Somebody's work in two stores as one; `limit` is that of each section. */
export function mergedWork(one: MyWork, other: MyWork, limit: number): MyWork {
  const sections = WORK_SECTIONS.map((section): [string, WorkPart] => {
    const { items } = mergedPage([one[section], other[section]], 'priority', limit);
    return [section, { count: one[section].count + other[section].count, items }];
  });
  return Object.fromEntries(sections) as MyWork;
}

function compared(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : a[at]! < b[at]! ? -1 : 1;
}
