/**
 * `npm run verify -- --export FILE --checkpoint FILE [--checkpoint FILE …] [--key VKEY …]` holds an export of the event log to what
 * was signed, and names the first entry that is not. With `--receipt FILE …` it does the same for single entries of the access log.
 * Status 0: all is as signed; 1: it is not; 2: it could not be looked at.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Entry, readEntry } from './entries.ts';
import { receiptWords, verifyReceipt } from './receipts.ts';
import { verifyEntries, wordsOf } from './verify.ts';

const USAGE = `npm run verify -- --export FILE --checkpoint FILE [--checkpoint FILE …] [--key KEY …]
npm run verify -- --receipt FILE [--receipt FILE …] [--checkpoint FILE …] [--key KEY …]`;

/** The lines of a file. Nothing but a newline ends one: other separators would be a change that goes unseen. */
async function* linesOf(file: string): AsyncGenerator<string, void, void> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const fileOf = (name: string) => ({ name, content: readFileSync(name, 'utf8') });

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      export: { type: 'string' },
      checkpoint: { type: 'string', multiple: true },
      key: { type: 'string', multiple: true },
      receipt: { type: 'string', multiple: true },
    },
  });
  const files = (values.checkpoint ?? []).map(fileOf);
  if (values.receipt !== undefined && values.export === undefined) {
    const verdicts = values.receipt.map((name) => verifyReceipt(fileOf(name), files, values.key));
    for (const line of new Set(verdicts.flatMap(receiptWords))) console.log(line);
    return verdicts.every((one) => one.ok) ? 0 : 1;
  }
  if (values.export === undefined || values.checkpoint === undefined || values.receipt !== undefined) {
    console.error(USAGE);
    return 2;
  }
  const entries: Entry[] = [];
  for await (const line of linesOf(values.export)) entries.push(readEntry(line));
  const verdict = verifyEntries(entries, files, values.key);
  for (const line of wordsOf(verdict)) console.log(line);
  return verdict.ok ? 0 : 1;
}

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  },
);
