import { Worker } from 'node:worker_threads';

/** Why a sheet was given up: no sheet, or more than there is room and time for. */
export class SheetNotRead extends Error {
  readonly tooLarge: boolean;
  constructor(tooLarge: boolean) {
    super(tooLarge ? 'needs more room or time than it is given' : 'no sheet that can be read');
    this.name = 'SheetNotRead';
    this.tooLarge = tooLarge;
  }
}

/** A cell that says it lies in the last column of the last row makes a reader lay out all before it. */
const ROOM_MB = 512;
const TIME_MS = 60_000;

/** The lines of the first sheet as text, read in a thread whose end is nobody else's. @throws SheetNotRead */
export function linesOfSheet(xlsx: Uint8Array): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./sheetThread.js', import.meta.url), {
      workerData: xlsx,
      resourceLimits: { maxOldGenerationSizeMb: ROOM_MB },
    });
    const late = setTimeout(() => {
      reject(new SheetNotRead(true));
      void thread.terminate();
    }, TIME_MS);
    thread.once('message', (lines?: string[][]) => (lines ? resolve(lines) : reject(new SheetNotRead(true))));
    thread.once('error', (error: NodeJS.ErrnoException) => {
      reject(new SheetNotRead(error.code === 'ERR_WORKER_OUT_OF_MEMORY'));
    });
    thread.once('exit', () => {
      clearTimeout(late);
      reject(new SheetNotRead(false));
    });
  });
}
