import t from 'tap';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import { LogUnavailable } from '../../src/eventlog/port.ts';
import { eventLogContract } from '../support/eventLogContract.ts';

await eventLogContract(t, 'memory', async () => ({ log: createMemoryLog(), fresh: true }));

t.test('a closed memory log refuses', async (t) => {
  const log = createMemoryLog();
  await log.close();
  await t.rejects(log.head(), LogUnavailable);
});
