/** A script of this folder in a process of its own, which says one line of JSON at a time and takes a line as the order to end. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export function child(bench, script, env, ...given) {
  const path = fileURLToPath(new URL(`${script}.mjs`, import.meta.url));
  const started = spawn(process.execPath, [path, ...given.map(String)], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => started.once('close', resolve));
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  bench.teardown(async () => {
    started.kill('SIGKILL');
    await ended;
  });
  return {
    pid: started.pid,
    /** The next line; an error when the process ended instead. */
    next: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended: ${await ended}`);
      return JSON.parse(value);
    },
    order: (text) => started.stdin.write(`${text}\n`),
  };
}

/** In the script: says a line; resolves when it has left, since a long one is lost by ending at once. */
export const say = (value) => new Promise((left) => process.stdout.write(`${JSON.stringify(value)}\n`, left));

/** In the script: orders as they come. */
export const orders = () => createInterface({ input: process.stdin });
