import type { Random } from '../../../src/cli/demo/random.ts';
import { type EventLog, OutcomeUnknown } from '../../../src/eventlog/port.ts';

/**
 * A log on which everybody who reads or writes at the same time is served in an order drawn by lot, and an answer to a write
 * is lost now and then, before or after it was written.
 */
export function shaken(log: EventLog, lots: () => Random, lost: () => number): EventLog {
  const waiting: (() => void)[] = [];
  let serving = false;
  const serve = (): void => {
    const [next] = waiting.splice(lots().between(0, waiting.length - 1), 1);
    next?.();
    serving = waiting.length > 0;
    if (serving) setImmediate(serve);
  };
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!serving) setImmediate(serve);
      serving = true;
    });

  return {
    ...log,
    append: async (...args) => {
      await turn();
      const fate = lots().next();
      if (fate < lost() / 2) throw new OutcomeUnknown('the answer was lost on the way there');
      const result = await log.append(...args);
      if (fate < lost()) throw new OutcomeUnknown('the answer was lost on the way back');
      return result;
    },
    read: async (...args) => {
      await turn();
      return log.read(...args);
    },
  };
}
