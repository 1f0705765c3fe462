import { parentPort, workerData } from 'node:worker_threads';
import { readSheet } from 'read-excel-file/node';

/** More of either is no register of paper files: one text may stand in every cell. */
const MOST_CELLS = 5_000_000;
const MOST_LETTERS = 64 * 1024 * 1024;

const lines = (await readSheet(Buffer.from(workerData as Uint8Array), 1)).map((line) => line.map(cellText));
const cells = lines.reduce((sum, line) => sum + line.length, 0);
const letters = lines.reduce((sum, line) => line.reduce((all, text) => all + text.length, sum), 0);
parentPort?.postMessage(cells > MOST_CELLS || letters > MOST_LETTERS ? undefined : lines);

function cellText(value: unknown): string {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return value === null || value === undefined ? '' : String(value);
}
