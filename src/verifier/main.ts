/**
 * `npm run verify -- --export FILE --checkpoint FILE [--checkpoint FILE …] [--key VKEY …]` holds an export of the event log to what
 * was signed, and names the first entry that is not. Status 0: all is as signed; 1: it is not; 2: it could not be looked at.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Entry, readEntry } from './entries.ts';
import { verifyEntries, wordsOf } from './verify.ts';

const USAGE = 'npm run verify -- --export FILE --checkpoint FILE [--checkpoint FILE …] [--key KEY …]';

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

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      export: { type: 'string' },
      checkpoint: { type: 'string', multiple: true },
      key: { type: 'string', multiple: true },
    },
  });
  if (values.export === undefined || values.checkpoint === undefined) {
    console.error(USAGE);
    return 2;
  }
  const entries: Entry[] = [];
  for await (const line of linesOf(values.export)) entries.push(readEntry(line));
  const files = values.checkpoint.map((name) => ({ name, content: readFileSync(name, 'utf8') }));
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
