import { createWriter, type Writer } from '../../../../src/projections/runtime/buildRunner.ts';
import { LeaseLost } from '../../../../src/projections/runtime/checkpoints.ts';
import type { Stage } from './stage.ts';

/** Projectors that take the read models over from each other, at once and without a word. */
export interface Reader {
  /** The next projector folds so many pages and dies; the one before tries to go on, and must not. */
  take(pages: number): Promise<void>;
  catchUp(): Promise<void>;
}

export function createReader({ runner, projection }: Stage): Reader {
  let before: Writer | undefined;

  async function takeOver(): Promise<Writer> {
    const build = (await runner.builds.buildsOf(projection.name)).find((one) => one.state === 'live')!;
    const lease = await runner.builds.acquire(build, runner.holder, 60_000, true);
    if (typeof lease === 'string') throw new Error(`the read model is ${lease}`);
    return createWriter(runner, projection, lease);
  }

  /** Whoever lost the lease either has nothing to write or is told so. */
  async function zombie(writer: Writer): Promise<void> {
    const wrote = await writer.advance().catch((error: unknown) => {
      if (error instanceof LeaseLost) return false;
      throw error;
    });
    if (wrote) throw new Error('a projector that lost its lease went on writing');
  }

  return {
    take: async (pages) => {
      const writer = await takeOver();
      if (before) await zombie(before);
      for (let page = 0; page < pages; page++) await writer.advance();
      before = writer;
    },
    catchUp: async () => {
      const writer = await takeOver();
      while (await writer.advance());
      if (before) await zombie(before);
    },
  };
}
