import type { Core } from '../compose.ts';
import { unsafeSettings } from '../platform/durability.ts';
import { inTime } from '../platform/inTime.ts';
import type { Metrics } from '../platform/metrics.ts';

/** Something a process leans on, and whether it is as it should be now. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
}

/** One that takes longer is not passed. Whoever asks waits for longer, and so hears which one it was. */
const CHECK_MS = 2_500;

/** What makes a process ready, asked anew at each look; answers within `CHECK_MS`. */
export async function checksOf(core: Core): Promise<readonly Check[]> {
  return Promise.all([
    check('database', () => core.pool.query('select 1')),
    // A server's file can be read again while it runs, and what is set for a login holds from its next session on.
    check('durability', async () => {
      if ((await unsafeSettings(core.pool)).length > 0) throw new Error('UNSAFE');
    }),
    check('clock', async () => core.clock.now()),
    check('log', () => core.log.head()),
  ]);
}

/** Shows at each scrape what a look at readiness would find: a process that is not ready is up all the same, and answers no request. */
export function watchChecks(core: Core, metrics: Metrics): void {
  const help = '1 while a check of /health/ready is not passed';
  metrics.gauge('check_failing', help, ['check'], async (gauge) => {
    for (const { name, ok } of await checksOf(core)) gauge.set({ check: name }, ok ? 0 : 1);
  });
}

async function check(name: string, look: () => Promise<unknown>): Promise<Check> {
  const passed = look().then(
    () => true,
    () => false,
  );
  return { name, ok: await inTime(CHECK_MS, passed, () => false) };
}
