import { randomUUID } from 'node:crypto';
import t from 'tap';
import { jobsCommand } from '../../src/cli/jobs/commands.ts';
import { createPool } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { workerMigrations } from '../../src/workers/migrations.ts';
import { createOperator } from '../../src/workers/runtime/status.ts';
import { createStore, type Job } from '../../src/workers/runtime/store.ts';
import { testDatabase } from '../support/postgres.ts';

const SCHEMA = 'workers';

t.test('who looks after follow-ups sees what waits and why, tries again, drops and passes over, on record', async (t) => {
  const { url } = await testDatabase(t);
  const pool = createPool(url, { applicationName: 'jobs test', max: 3 });
  t.teardown(() => pool.end());
  await migrate(pool, { schema: SCHEMA, migrations: workerMigrations });
  const store = createStore(pool, SCHEMA);
  await store.position('papers', async () => 0n);
  await pool.query(
    `insert into ${SCHEMA}.leases (name, holder, epoch, until) values ('reactor papers', 'x', 1, now() + interval '1 hour')`,
  );
  const job: Job = {
    id: randomUUID(),
    reactor: 'papers',
    task: { step: 'open', ids: {} },
    cause: {
      event: randomUUID(),
      stream: `person-${randomUUID()}`,
      revision: 0,
      position: 1n,
      occurredAt: '',
      correlationId: 'c',
    },
  };
  t.ok(await store.advance('papers', '1', 0n, { position: 1n, logIndex: 1n }, [job]));

  const lines: string[] = [];
  const tools = { general: createOperator(pool, SCHEMA), print: (line: string) => void lines.push(line) };
  const says = async (...argv: string[]) => {
    lines.length = 0;
    const code = await jobsCommand(argv, tools);
    return { code, text: lines.join('\n') };
  };
  t.match(await says('status'), { code: 0, text: /^papers: at 1, 1 wait/ });
  t.match(await says('troubled'), { code: 0, text: 'none' });
  await store.end(job, 1_000, 'refused', { code: 'WRONG_STATE', params: {} });
  t.match(await says('troubled'), { code: 0, text: new RegExp(`^${job.id}  papers: open.*WRONG_STATE`) });
  t.match(await says('retry', job.id), { code: 0 });
  t.match(await says('status'), { text: /1 wait .* 0 refused/ });
  const drop = (by: string, reason: string) => says('drop', job.id, '--by', by, '--reason', reason);
  t.match(await drop('an operator', 'done by hand'), { code: 0, text: /on record/ });
  t.match(await drop('another', 'twice'), { code: 1, text: /no such/ }, 'once');
  t.match(await says('retry', job.id), { code: 0 });
  t.match(await drop('another', 'no use'), { code: 0 });
  const { rows: dropped } = await pool.query(
    `select job, reactor, step, by_whom, reason from ${SCHEMA}.dropped_jobs order by at`,
  );
  const those = { job: job.id, reactor: 'papers', step: 'open' };
  t.same(dropped, [
    { ...those, by_whom: 'an operator', reason: 'done by hand' },
    { ...those, by_whom: 'another', reason: 'no use' },
  ]);
  await store.halt('papers', 5n, 'UNDECODABLE');
  t.match(await says('status'), { code: 1, text: /stands still at 5 .*UNDECODABLE/ });
  t.match(
    await says('skip', 'papers', '4', '--by', 'an operator', '--reason', 'a wrong one'),
    { code: 1 },
    'only where it stands',
  );
  t.match(await says('skip', 'papers', '5', '--by', 'another', '--reason', 'told to by the vendor'), { code: 0 });
  t.ok(await store.isSkipped('papers', 5n));
  const { rows: skipped } = await pool.query(`select by_whom, reason from ${SCHEMA}.skipped_events`);
  t.same(skipped, [{ by_whom: 'another', reason: 'told to by the vendor' }]);
  const nobody = [
    ['drop', job.id],
    ['drop', job.id, '--by', ' ', '--reason', 'x'],
    ['drop', job.id, '--by', 'an operator'],
    ['skip', 'papers', '5', '--reason', 'x'],
  ];
  for (const wrong of [...nobody, [], ['skip', 'papers', '5', '--by', 'x'], ['retry'], ['status', 'papers'], ['mend']]) {
    t.equal((await says(...wrong)).code, 2, wrong.join(' '));
  }
  await t.rejects(jobsCommand(['status', '--store', 'restricted'], tools), /no store restricted/);
});
