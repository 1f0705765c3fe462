import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { CopyDiffers, CopyRefused, copyLog } from '../eventlog/copy.ts';
import { createEventStoreDbLog } from '../eventlog/eventstoredb/eventStoreDbLog.ts';
import type { EventLog } from '../eventlog/port.ts';
import { migrations } from '../eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../eventlog/postgres/postgresLog.ts';
import { ConfigError } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { migrate } from '../platform/migrations.ts';
import { SCHEMAS } from '../schemas.ts';
import { acceptThis } from './log/accept.ts';
import { checkpointTo, exportTo } from './log/proof.ts';

const USAGE = `npm run log -- copy --from URL --to URL

Copies one event log into another, keeping ids, revisions, bytes and order, and compares the two at the end.
It may be stopped and started again. URL is one of
  postgresql://user:password@host/database?schema=log    (schema: where the log is, ${SCHEMAS.log} if left out)
  esdb://user:password@host:2113                              (?tls=false for a server without certificates)

npm run log -- export --to FILE [--store restricted]
npm run log -- checkpoint --to FILE [--store restricted]

Write the log of this installation (of its general store, if none is named), sealed as it is, and the last head of it that was signed: what \`npm run verify\` takes.

npm run log -- accept --first ID|none [--store restricted]

Takes the log that the environment names, which begins with the event ID or is empty, in place of the one this installation wrote.
Read models are made anew and reactors step back at once: stop everything first, and only where the old log is given up.`;

interface Opened {
  readonly log: EventLog;
  close(): Promise<void>;
}

/** Opens the log behind an address. A target in Postgres gets its tables if it has none. */
async function open(address: string, role: 'source' | 'target'): Promise<Opened> {
  if (/^(esdb|kurrentdb)(\+discover)?:/.test(address)) {
    const log = createEventStoreDbLog({ url: address });
    return { log, close: () => log.close() };
  }
  if (!/^postgres(ql)?:/.test(address)) throw new RangeError(`not the address of an event log: ${address.split(':')[0]}:…`);
  const url = new URL(address);
  const schema = url.searchParams.get('schema') ?? SCHEMAS.log;
  url.searchParams.delete('schema');
  const pool = createPool(url.href, { applicationName: `masar log ${role}` });
  if (role === 'target') await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema, listen: false });
  return {
    log,
    close: async () => {
      await log.close();
      await pool.end();
    },
  };
}

async function copy(from: string, to: string): Promise<void> {
  const source = await open(from, 'source');
  const target = await open(to, 'target').catch(async (error: unknown) => {
    await source.close();
    throw error;
  });
  const bar = new SingleBar({ format: 'copied {value} events in {duration_formatted}', noTTYOutput: false });
  try {
    bar.start(0, 0);
    const { events, found, digest } = await copyLog(source.log, target.log, (done) => bar.update(Number(done)));
    bar.stop();
    console.log(`${events - found} events copied, ${found} were there already.`);
    console.log(`Both logs hold ${events} events, SHA-256 ${digest}.`);
  } finally {
    bar.stop();
    await source.close();
    await target.close();
  }
}

try {
  const { values, positionals } = parseArgs({
    options: { from: { type: 'string' }, to: { type: 'string' }, store: { type: 'string' }, first: { type: 'string' } },
    allowPositionals: true,
  });
  const { from, to, first, store = 'general' } = values;
  const command = positionals.join();
  const known = ['copy', 'export', 'checkpoint'].includes(command) && (store === 'general' || store === 'restricted');
  if (command === 'accept' && first !== undefined && (store === 'general' || store === 'restricted'))
    await acceptThis(first, store);
  else if (to === undefined || !known || (command === 'copy') !== (from !== undefined)) {
    console.error(USAGE);
    process.exitCode = 2;
  } else if (from !== undefined) await copy(from, to);
  else if (command === 'export') await exportTo(to, store);
  else await checkpointTo(to, store);
} catch (error) {
  const expected =
    error instanceof ConfigError || error instanceof CopyRefused || error instanceof CopyDiffers || error instanceof RangeError;
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}
