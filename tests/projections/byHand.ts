import { createWriter } from '../../src/projections/runtime/buildRunner.ts';
import type { Lease } from '../../src/projections/runtime/builds.ts';
import type { Projection } from '../../src/projections/runtime/projection.ts';
import { runnerParts } from '../../src/projections/runtime/projector.ts';
import { type Projected, SCHEMA } from './support.ts';

/** A build nobody works on, with the lease on it, for feeding it by hand. */
export async function byHand(models: Projected, projection: Projection, batch: number) {
  const parts = runnerParts(models.parts([projection], { batch }));
  const build = await parts.builds.scratch(projection);
  const lease = await parts.builds.acquire(build, 'by hand', 60_000);
  if (typeof lease === 'string') throw new Error(lease);
  return { parts, build, lease };
}

/** The lease as whoever takes over finds it. */
export async function again({ parts, build }: Awaited<ReturnType<typeof byHand>>): Promise<Lease> {
  const lease = await parts.builds.acquire(build, 'by hand', 60_000, true);
  if (typeof lease === 'string') throw new Error(lease);
  return lease;
}

/**
 * Feeds a projection the log whole, event by event, in threes, and cut in two at every place with another projector taking over.
 * Answers how many rows the whole log gives, and which ways gave other bytes.
 */
export async function cutEveryWhichWay(models: Projected, projection: Projection, head: bigint) {
  const tables = projection.tables.map((table) => table.name);
  const whole = await byHand(models, projection, 1_000);
  const writer = await createWriter(whole.parts, projection, whole.lease);
  while (await writer.advance());
  if (writer.position !== head) throw new Error(`came to ${writer.position} of ${head}`);
  const wanted = await models.dump(tables, whole.build.schema);
  const differing: string[] = [];
  const compare = async (schema: string, way: string) => {
    if (JSON.stringify(await models.dump(tables, schema)) !== JSON.stringify(wanted)) differing.push(way);
  };
  for (const batch of [1, 3]) {
    const cut = await byHand(models, projection, batch);
    const slow = await createWriter(cut.parts, projection, cut.lease);
    while (await slow.advance());
    await compare(cut.build.schema, `in batches of ${batch}`);
  }
  const split = await byHand(models, projection, 1_000);
  for (let at = 1n; at < head; at += 1n) {
    for (const table of tables) await models.pool.query(`delete from "${split.build.schema}"."${table}"`);
    await models.pool.query(`update ${SCHEMA}.projection_build set position = 0 where id = $1`, [split.build.id]);
    await (await createWriter(split.parts, projection, await again(split))).advance(at);
    const second = await createWriter(split.parts, projection, await again(split));
    while (await second.advance());
    await compare(split.build.schema, `split after ${at}`);
  }
  return { rows: Object.values(wanted).flat().length, differing };
}
