import { Worker } from 'node:worker_threads';
import type { Table } from './files.ts';

/** What the writing thread is handed. */
export interface Writing {
  readonly table: Table;
  readonly format: 'xlsx' | 'csv';
}

/** Writes a table as a file in a thread of its own: tens of thousands of rows take seconds, in which others are answered. */
export function writeFile(writing: Writing): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./writerThread.js', import.meta.url), { workerData: writing });
    worker.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes)));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread that writes a file ended with ${code}`)));
  });
}
