/**
 * All read models are rebuilt over a long log while 500 commands a second are given by a process beside them. Five stretches of the
 * log, each followed by a while of a projector that writes every event in a transaction of its own, with the same folds into
 * tables of its own, under the same commands. In the end everything that was acknowledged has to be in the log and in the read models.
 */
import { child } from '../support/child.mjs';
import { installation } from '../support/installation.mjs';
import { fillLog } from '../support/made.mjs';
import { until } from '../support/reads.mjs';

const RATE = 500;
const ROUNDS = 5;
/** A stretch that takes longer is measured as far as it came, and the end of the log is waited for no longer than twice that. */
const PATIENCE_MS = 120_000;

export async function measure(bench) {
  const wanted = bench.quick ? 10_000 : 1_000_000;
  const plainSeconds = bench.quick ? 2 : 6;
  const place = await installation(bench, 'rebuild');
  const { core, env } = place;
  const began = performance.now();
  const { events, cases } = await fillLog(core, wanted);
  console.log(`   ${events} events of ${cases} cases written in ${Math.round((performance.now() - began) / 1_000)} s`);

  const commands = child(bench, 'commands', env, RATE);
  await commands.next();
  const plain = child(bench, 'plainProjector', env);
  await plain.next();
  plain.order(1);
  await plain.next();
  const rates = { masar: [], plain: [] };
  for (let round = 1, reachedTo = 0; round <= ROUNDS; round += 1) {
    const projector = child(bench, 'projector', env);
    await projector.next();
    const [from, start] = [reachedTo, performance.now()];
    reachedTo = await until(core, Math.floor((events * round) / ROUNDS), PATIENCE_MS);
    rates.masar.push(((reachedTo - from) * 1_000) / (performance.now() - start));
    projector.order('end');
    await projector.next();
    plain.order(plainSeconds);
    rates.plain.push((await plain.next()).rate);
  }
  commands.order('end');
  const given = await commands.next();
  const last = child(bench, 'projector', env);
  await last.next();
  const head = Number(await core.log.head());
  const end = await until(core, head, 2 * PATIENCE_MS);
  const whole = end >= head;
  if (whole) await nothingLost(core, given);
  const count = (value) => Math.round(value).toLocaleString('en-US');
  return [
    {
      name: 'rebuild',
      work: `rebuild all read models over ${count(events)} events of ${count(cases)} cases under ${RATE} commands/s`,
      unit: 'events/s',
      ours: rates.masar,
      peer: rates.plain,
      peerName: 'a transaction an event',
      atLeast: 10,
      note: `${count(given.acknowledged)} commands acknowledged, ${count(given.acknowledged / given.seconds)}/s (p50 ${given.p50.toFixed(0)} ms, p99 ${given.p99.toFixed(0)} ms), ${given.turnedAway} not given since 64 waited; ${whole ? 'none lost' : `rebuilt as far as ${count(end)} in the time there was, so losses were not looked for`}`,
    },
  ];
}

/** Every acknowledged command is in the log and shown; every case of the log is shown at its last revision. */
async function nothingLost({ pool }, { revisions }) {
  const { rows } = await pool.query(
    `select count(*)::int as lost from unnest($1::text[], $2::int[]) as a(id, revision)
     left join read.case_index c on c.process = 'person' and c.case_id = a.id where c.revision is null or c.revision < a.revision`,
    [revisions.map(([id]) => id), revisions.map(([, revision]) => revision)],
  );
  const { rows: behind } = await pool.query(
    `select count(*)::int as cases from (select split_part(stream, '-', 1) as process, substr(stream, strpos(stream, '-') + 1) as id,
       max(revision) as revision from log.events group by stream) l
     left join read.case_index c on c.process = l.process and c.case_id = l.id where c.revision is distinct from l.revision`,
  );
  if (rows[0].lost > 0 || behind[0].cases > 0)
    throw new Error(`${rows[0].lost} acknowledged commands are not shown, ${behind[0].cases} cases are not shown as they stand`);
}
