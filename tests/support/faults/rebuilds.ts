import type pg from 'pg';
import type { Builds } from '../../../src/projections/runtime/builds.ts';
import type { Projection } from '../../../src/projections/runtime/projection.ts';
import { SCHEMAS } from '../../../src/schemas.ts';
import { until } from './rig.ts';

/** Builds that were begun during a run. */
export interface Rebuilt {
  /** Ids of the new builds, by read model. */
  readonly ids: ReadonlyMap<string, number>;
  /** How many of them were not done when the projector was killed. */
  readonly unfinished: number;
}

interface Parts {
  readonly pool: pg.Pool;
  readonly builds: Builds;
  readonly projections: readonly Projection[];
  /** Kills the projector that works on them. */
  readonly kill: () => Promise<void>;
  /** For as long as kills may keep every projector from its work. */
  readonly withinMs: number;
}

/**
 * Has each of these read models built anew beside the one that is shown, whatever else is killed meanwhile, and kills the projector as soon
 * as it is at work on one of them: the next one has to go on from there.
 */
export async function rebuildAll({ pool, builds, projections, kill, withinMs }: Parts): Promise<Rebuilt> {
  const ids = new Map<string, number>();
  for (const projection of projections) {
    await until(`a rebuild of ${projection.name} is begun`, withinMs, async () => {
      ids.set(projection.name, (await builds.rebuild(projection)).id);
      return true;
    });
  }
  const unfinished = async (): Promise<readonly { position: string }[]> => {
    const { rows } = await pool.query<{ position: string }>(
      `select position from ${SCHEMAS.read}.projection_build where id = any($1) and state = 'building'`,
      [[...ids.values()]],
    );
    return rows;
  };
  await until('a rebuild is under way', withinMs, async () => {
    const left = await unfinished();
    return left.length < ids.size || left.some(({ position }) => position !== '0');
  });
  await kill();
  let left = 0;
  await until('it is known what is left to do', withinMs, async () => {
    left = (await unfinished()).length;
    return true;
  });
  return { ids, unfinished: left };
}
