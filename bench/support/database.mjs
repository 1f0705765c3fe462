/** Databases of the server that BENCH_DATABASE_URL names, dropped when the work is done. */
import pg from 'pg';

const server = () => process.env.BENCH_DATABASE_URL;

/** Connections on either side of a comparison. */
export const CONNECTIONS = 20;

async function administer(statement) {
  const client = new pg.Client(server());
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** An empty database, or a copy of another; answers its address. */
export async function database({ teardown }, name, template = 'template0') {
  const own = `bench_${name}_${process.pid}`;
  await administer(`create database ${own} template ${template}`);
  teardown(() => administer(`drop database ${own} with (force)`));
  // The server's address is kept as it was written, but for the database.
  const url = server().replace(/^([a-z]+:\/\/[^/]*\/)[^?]*/, `$1${own}`);
  return url;
}

/**
 * Runs contestants in turns, one round after the other, after a round that does not count. Each round begins with the next of them:
 * what one leaves to Postgres, as a checkpoint or a vacuum, does not fall on the same one every time.
 */
export async function inTurns(rounds, contestants) {
  const all = Object.entries(contestants);
  const found = Object.fromEntries(all.map(([name]) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    const first = (round + 1) % all.length;
    for (const [name, turn] of [...all.slice(first), ...all.slice(0, first)]) {
      const one = await turn(round);
      if (round >= 0) found[name].push(one);
    }
  }
  return found;
}
