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

/** Runs contestants in turns, one round after the other, after a round that does not count. */
export async function inTurns(rounds, contestants) {
  const found = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, turn] of Object.entries(contestants)) {
      const one = await turn(round);
      if (round >= 0) found[name].push(one);
    }
  }
  return found;
}
