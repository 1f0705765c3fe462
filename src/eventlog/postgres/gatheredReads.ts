/** Streams to be read, each from a revision on, side by side. */
export interface Wanted {
  readonly streams: readonly string[];
  readonly revisions: readonly number[];
}

/** A row of the answer; `n` counts what was wanted from 1. */
export interface Numbered {
  readonly n: number;
}

interface Waiting<Row> {
  readonly stream: string;
  readonly revision: number;
  readonly resolve: (rows: readonly Row[]) => void;
  readonly reject: (error: unknown) => void;
}

const AT_ONCE = 256;
/** Statements under way while which the next gathers, and how long it does so at most (ms), since one of them may take its time. */
const UNDER_WAY = 2;
const PATIENCE_MS = 4;

/**
 * Sends reads that are asked for at about the same time as one statement. A command reads on in several streams at once, and under
 * load many commands do: a round trip and a plan for each costs more than the rows. Without load none waits.
 */
export function gatheredReads<Row extends Numbered>(
  send: (wanted: Wanted) => Promise<readonly Row[]>,
): (stream: string, revision: number) => Promise<readonly Row[]> {
  let waiting: Waiting<Row>[] = [];
  let underWay = 0;
  let patience: NodeJS.Timeout | undefined;

  async function flush(): Promise<void> {
    clearTimeout(patience);
    const group = waiting;
    waiting = [];
    if (group.length === 0) return;
    underWay += 1;
    try {
      const rows = await send({ streams: group.map(({ stream }) => stream), revisions: group.map(({ revision }) => revision) });
      const found: Row[][] = group.map(() => []);
      for (const row of rows) found[row.n - 1]?.push(row);
      for (const [index, { resolve }] of group.entries()) resolve(found[index] ?? []);
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      underWay -= 1;
      if (waiting.length > 0) void flush();
    }
  }

  function flushOrGather(): void {
    if (underWay < UNDER_WAY) void flush();
    else patience = setTimeout(flush, PATIENCE_MS);
  }

  return (stream, revision) =>
    new Promise((resolve, reject) => {
      waiting.push({ stream, revision, resolve, reject });
      if (waiting.length === 1) setImmediate(flushOrGather);
      else if (waiting.length === AT_ONCE) void flush();
    });
}
