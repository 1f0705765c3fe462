/** What a run of the bench was measured on. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import pg from 'pg';

/** The commit that was measured, where it is known. */
function commit() {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--exclude=*'], { encoding: 'utf8' });
  return status === 0 ? [stdout.trim()] : [];
}

/** The machine, Node, the Postgres of this address with what it says of its own durability, the day and the commit. */
export async function machineOf(url) {
  const client = new pg.Client(url);
  await client.connect();
  const settings = [];
  for (const one of ['server_version', 'fsync', 'synchronous_commit']) {
    const { rows } = await client.query(`show ${one}`);
    settings.push(rows[0][one]);
  }
  await client.end();
  const [version, fsync, synchronousCommit] = settings;
  const [cpu] = cpus();
  const parts = [
    `${availableParallelism()} cores (${cpu?.model.trim() || process.arch})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    `Postgres ${version.split(' ')[0]} (fsync ${fsync}, synchronous_commit ${synchronousCommit})`,
    new Date().toISOString().slice(0, 10),
    ...commit(),
  ];
  return parts.join(', ');
}
