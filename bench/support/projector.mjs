/** The projector of an installation, alone in a process: `node projector.mjs`. Ends, between two writes, when told. */
import { built } from './built.mjs';
import { orders, say } from './child.mjs';

const { openCore } = await built('src/compose.js');
const { SCHEMAS } = await built('src/schemas.js');
const { readConfig } = await built('src/platform/config.js');
const { createPool } = await built('src/platform/database.js');
const { keepHeapSmall } = await built('src/platform/heap.js');
const { projectionsOf } = await built('src/projections/index.js');
const { runProjector } = await built('src/projections/runtime/projector.js');
const { silentLog } = await built('tests/support/postgres.js');

// As the program does, whose read models these are.
keepHeapSmall();
const core = await openCore(readConfig(process.env), silentLog, 'bench projector');
const { log, codec, registry, keyring } = core;
const projections = projectionsOf(registry, keyring.mac);
const pool = createPool(core.databaseUrl, { applicationName: 'bench projector', max: projections.length + 3 });
const stopping = new AbortController();
orders().once('line', () => stopping.abort());
say({ ready: true });
await runProjector({ pool, schema: SCHEMAS.read, log, codec, registry, projections, logger: silentLog }, stopping.signal);
await say({ ended: true });
await pool.end();
await core.close();
process.exit(0);
