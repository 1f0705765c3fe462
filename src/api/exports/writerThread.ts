import { parentPort, workerData } from 'node:worker_threads';
import { csvOf, xlsxOf } from './files.ts';
import type { Writing } from './writer.ts';

const { table, format } = workerData as Writing;
parentPort?.postMessage(format === 'csv' ? csvOf(table) : await xlsxOf(table));
