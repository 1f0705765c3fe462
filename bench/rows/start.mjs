/**
 * Start of the embedded stack the second time: from the process's start with all three roles on a directory that was run before,
 * until `GET /health/ready` answers that everything is there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { built, directory } from '../support/built.mjs';

const MAIN = fileURLToPath(new URL('src/main.js', directory));

export async function measure(bench) {
  const { temporaryDirectory } = await built('tests/support/postgres.js');
  const { removeEmbeddedPostgres } = await built('src/platform/embeddedPostgres.js');
  const { silentLog } = await built('tests/support/postgres.js');
  const data = temporaryDirectory();
  bench.teardown(async () => {
    await removeEmbeddedPostgres({ dataDir: data, log: silentLog });
    rmSync(data, { recursive: true, force: true });
  });
  const first = await start(bench, data);
  const found = [];
  while (found.length < (bench.quick ? 1 : 5)) found.push(await start(bench, data));
  return [
    { name: 'start', work: 'start of the embedded stack, second time', unit: 's', ours: found },
    { name: 'start-first', work: 'start of the embedded stack, first time (with all migrations)', unit: 's', ours: [first] },
  ];
}

/** Seconds until it is ready; it is stopped afterwards. */
async function start({ teardown }, data) {
  const env = { PATH: process.env.PATH, MASAR_DATA: data, PORT: '0', LOG_LEVEL: 'info', NODE_ENV: 'development' };
  const started = performance.now();
  const program = spawn(process.execPath, ['--enable-source-maps', MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  teardown(() => program.kill('SIGKILL'));
  const gone = once(program, 'close');
  const address = await new Promise((resolve, reject) => {
    program.once('close', (code) => reject(new Error(`it ended: ${code}`)));
    createInterface({ input: program.stdout }).on('line', (line) => {
      const { message, url } = JSON.parse(line);
      if (message === 'listening') resolve(url);
    });
  });
  while ((await fetch(`${address}/health/ready`)).status !== 200) await delay(10);
  const seconds = (performance.now() - started) / 1_000;
  program.kill('SIGTERM');
  await gone;
  return seconds;
}
