/** The read models of an installation of the bench. */
import { setTimeout as delay } from 'node:timers/promises';
import { child } from './child.mjs';

/** Waits, not for ever, until every read model has come to a position; answers how far the last of them is. */
export async function until({ pool }, position, patienceMs = 600_000) {
  for (const deadline = performance.now() + patienceMs; ; ) {
    const { rows } = await pool.query(
      `select count(*)::int as builds, coalesce(min(position), 0)::int as position from read.projection_build where state = 'live'`,
    );
    if ((rows[0].builds > 0 && rows[0].position >= position) || performance.now() > deadline) return rows[0].position;
    await delay(50);
  }
}

/** Lets a projector bring the read models to the end of the log, and the planner know of it. */
export async function caughtUp(bench, { core, env }) {
  const projector = child(bench, 'projector', env);
  await projector.next();
  await until(core, Number(await core.log.head()));
  projector.order('end');
  await projector.next();
  await core.pool.query('analyze');
}
