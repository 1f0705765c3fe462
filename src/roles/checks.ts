import type { Core } from '../compose.ts';
import { unsafeSettings } from '../platform/durability.ts';

/** Something a process leans on, and whether it is as it should be now. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
}

/** What makes a process ready, asked anew at each look. */
export async function checksOf(core: Core): Promise<readonly Check[]> {
  return Promise.all([
    check('database', () => core.pool.query('select 1')),
    // A server's file can be read again while it runs, and what is set for a login holds from its next session on.
    check('durability', async () => {
      if ((await unsafeSettings(core.pool)).length > 0) throw new Error('UNSAFE');
    }),
    check('clock', async () => core.clock.now()),
    check(`log (${core.log.kind})`, () => core.log.head()),
  ]);
}

const check = (name: string, look: () => Promise<unknown>): Promise<Check> =>
  look().then(
    () => ({ name, ok: true }),
    () => ({ name, ok: false }),
  );
