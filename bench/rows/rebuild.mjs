/**
 * All read models are built over a long log while 500 commands a second are given by a process beside them: in a database that
 * has none yet, so that no older build is kept up beside the new one, nor swapped for it (rows/memory.mjs does both). Five
 * stretches of the log, each followed by a while of a projector that writes every event in a transaction of its own, with the
 * same folds into tables of its own, under the same commands. In the end everything that was acknowledged has to be in the log
 * and in two of the read models: whatever the ratio, the work is not done while one of them lacks it or was not complete when it
 * was looked at, or when fewer commands were given.
 */
import { child } from '../support/child.mjs';
import { installation } from '../support/installation.mjs';
import { fillLog } from '../support/made.mjs';
import { until } from '../support/reads.mjs';

const RATE = 500;
const ROUNDS = 5;
/** A stretch that takes longer is measured as far as it came, and the end of the log is waited for no longer than twice that. */
const PATIENCE_MS = 120_000;
/** Of the commands a second. */
const SLACK = 0.05;

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
  const losses = await lossesOf(core, given);
  const unbuilt = Math.max(0, head - end);
  const isWhole = unbuilt === 0 && Object.values(losses).every((lost) => lost === 0);
  const isUnderLoad = given.acknowledged / given.seconds >= RATE * (1 - SLACK);
  const count = (value) => Math.round(value).toLocaleString('en-US');
  return [
    {
      name: 'rebuild',
      work: `build all read models for the first time over ${count(events)} events of ${count(cases)} cases under ${RATE} commands/s, with no older build kept up or swapped`,
      unit: 'events/s',
      ours: rates.masar,
      peer: rates.plain,
      peerName: 'a transaction an event',
      broken: !isWhole || !isUnderLoad,
      note: [
        `${count(given.acknowledged)} commands acknowledged, ${count(given.acknowledged / given.seconds)}/s, in the slowest 10 s ${count(given.slowest)}/s (p50 ${given.p50.toFixed(0)} ms, p99 ${given.p99.toFixed(0)} ms), ${given.turnedAway} not given since 64 waited`,
        `of ${count(given.revisions.length)} cases acknowledged ${count(losses.unwritten)} are not in the log as they were, ${count(losses.unshown)} not in case_index, ${count(losses.untold)} not in the timeline`,
        `${count(losses.behind)} cases of the log do not stand in case_index as they are`,
        ...(unbuilt > 0 ? [`the last ${count(unbuilt)} events were not rebuilt in the time there was`] : []),
      ].join('; '),
    },
  ];
}

/** Cases whose acknowledged revision is not in the log, in case_index or in the timeline, and cases of the log that are not shown at their last one. */
async function lossesOf({ pool }, { revisions }) {
  const { rows } = await pool.query(
    `with stands as (select stream, split_part(stream, '-', 1) as process, substr(stream, strpos(stream, '-') + 1) as id,
       max(revision) as revision from log.events group by stream),
     acknowledged as (select * from unnest($1::text[], $2::int[]) as a(id, revision))
     select
       (select count(*)::int from acknowledged a left join stands s on s.stream = 'person-' || a.id
        where s.revision is null or s.revision < a.revision) as unwritten,
       (select count(*)::int from acknowledged a left join read.case_index c on c.process = 'person' and c.case_id = a.id
        where c.revision is null or c.revision < a.revision) as unshown,
       (select count(*)::int from acknowledged a left join read.timeline t on t.process = 'person' and t.case_id = a.id
          and t.revision = a.revision where t.case_id is null) as untold,
       (select count(*)::int from stands s left join read.case_index c on c.process = s.process and c.case_id = s.id
        where c.revision is distinct from s.revision) as behind`,
    [revisions.map(([id]) => id), revisions.map(([, revision]) => revision)],
  );
  return rows[0];
}
