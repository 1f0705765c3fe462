import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../../src/cli/demo/random.ts';

/** Something that can be killed; resolves once it is dead. It comes back by itself. */
export interface Victim {
  readonly name: string;
  kill(): Promise<void>;
}

export interface Kills {
  readonly done: readonly string[];
  /** Holds a command back that would run too far ahead of the next kill, so that all of them strike while work goes on. */
  pace(begun: number): Promise<void>;
  /** Resolves when every kill is done. */
  readonly over: Promise<void>;
}

const AHEAD = 100;

/**
 * Kills `count` times while `commands` commands are given: at random points, every victim in turn in random order. A point is
 * reached when so many commands are acknowledged.
 */
export function planKills(
  random: Random,
  victims: readonly Victim[],
  count: number,
  commands: number,
  acknowledged: () => number,
): Kills {
  const order = shuffled(
    random,
    Array.from({ length: count }, (_, at) => victims[at % victims.length] as Victim),
  );
  const points = order.map(() => random.between(Math.ceil(commands * 0.02), Math.floor(commands * 0.9))).sort((a, b) => a - b);
  const done: string[] = [];

  const run = async (): Promise<void> => {
    for (const [at, victim] of order.entries()) {
      while (acknowledged() < (points[at] ?? 0)) await delay(5);
      // Anywhere within a command, not only right after an answer.
      await delay(random.between(0, 40));
      await victim.kill();
      done.push(victim.name);
    }
  };
  return {
    done,
    pace: async (begun) => {
      const ahead = () => {
        const next = points[done.length];
        return next !== undefined && begun > next + Math.min(AHEAD, (commands - next) / 2);
      };
      while (ahead()) await delay(10);
    },
    over: run(),
  };
}

function shuffled<T>(random: Random, items: readonly T[]): readonly T[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.between(0, at);
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
