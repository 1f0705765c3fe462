/**
 * `npm run bench`: Masar beside its peers, as ratios taken in turns in one run on one Postgres, so that neither the machine nor
 * its drift counts. Each work is measured five times; what is printed is the median with the smallest and the largest.
 *
 *   npm run bench                       everything, in about 50 minutes; writes bench/RESULTS.md
 *   npm run bench -- appends decide     only these, in the order given; RESULTS.md keeps what it says of the others
 *   npm run bench -- --quick            small sizes, to see that everything runs; RESULTS.md is left alone
 *
 * BENCH_DATABASE_URL measures on another Postgres (a superuser's address; databases are made and dropped there), else the one
 * that comes with the dependencies is started. A work is a file of bench/rows, run in a process of its own. Why a figure is
 * missed is told in bench/reasons.json, and what is wanted of it in bench/targets.json, by its name.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { built } from './support/built.mjs';
import { linesOf } from './support/figures.mjs';
import { machineOf } from './support/machine.mjs';
import { results } from './support/results.mjs';

const ROWS = ['appends', 'decide', 'rebuild', 'httpCommand', 'httpQuery', 'scale', 'import', 'memory', 'start', 'trust'];

const { startEmbeddedPostgres } = await built('src/platform/embeddedPostgres.js');
const { silentLog, temporaryDirectory } = await built('tests/support/postgres.js');

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const given = process.argv.slice(2);
const quick = given.includes('--quick');
const wanted = given.filter((one) => !one.startsWith('--'));
const unknown = [
  ...given.filter((one) => one.startsWith('--') && one !== '--quick'),
  ...wanted.filter((one) => !ROWS.includes(one)),
];
if (unknown.length > 0) {
  console.error(`not known: ${unknown.join(' ')}; there are ${ROWS.join(' ')} and --quick`);
  process.exit(2);
}

const directory = temporaryDirectory();
const server = process.env.BENCH_DATABASE_URL ? undefined : await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
const env = { ...process.env, BENCH_DATABASE_URL: process.env.BENCH_DATABASE_URL ?? server.url, BENCH_QUICK: quick ? '1' : '' };
const answers = mkdtempSync(join(tmpdir(), 'masar-bench-'));
const [reasons, targets] = ['reasons', 'targets'].map((name) => JSON.parse(readFileSync(here(`${name}.json`), 'utf8')));
const figures = [];
const failed = [];
try {
  for (const name of wanted.length > 0 ? wanted : ROWS) {
    if (!existsSync(here(`rows/${name}.mjs`))) continue;
    const answer = join(answers, `${name}.json`);
    const started = performance.now();
    const { status } = spawnSync(process.execPath, [here('support/row.mjs'), name, answer], { stdio: 'inherit', env });
    const seconds = Math.round((performance.now() - started) / 1_000);
    if (status !== 0) failed.push(name);
    const found = existsSync(answer) ? JSON.parse(readFileSync(answer, 'utf8')) : [];
    const measured = found.map((figure) => ({ ...figure, ...targets[figure.name] }));
    for (const figure of measured) for (const line of linesOf(figure, reasons)) console.log(line);
    console.log(`   (${name}: ${seconds} s)\n`);
    figures.push(...measured.map((figure) => ({ row: name, ...figure })));
  }
  if (!quick) {
    const earlier = existsSync(here('RESULTS.md')) ? readFileSync(here('RESULTS.md'), 'utf8') : '';
    const told = { rows: ROWS, figures, failed, reasons, targets, earlier };
    writeFileSync(here('RESULTS.md'), results({ ...told, machine: await machineOf(env.BENCH_DATABASE_URL) }));
  }
} finally {
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
  rmSync(answers, { recursive: true, force: true });
}
if (failed.length > 0) {
  console.error(`broke off: ${failed.join(', ')}`);
  process.exit(1);
}
