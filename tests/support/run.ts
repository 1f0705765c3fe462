/**
 * What `npm test` runs: every compiled test file, two at a time, each in a plain Node process, with one embedded Postgres for
 * all of them. The tap library is the runner; its command line does the same at several times the cost a file.
 *
 *   npm test                      everything but the kills, which are `npm run test:kills`
 *   npm test -- projections api   files whose path contains one of the words
 *   npm test -- -j1               one file at a time
 *
 * A run that takes longer than its kind may take has failed, and says which files took longest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createPool } from '../../src/platform/database.ts';
import { findBinaries } from '../../src/platform/embedded/binaries.ts';
import { findPlace } from '../../src/platform/embedded/place.ts';
import { createCluster } from '../../src/platform/embedded/server.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { size } from './faults/size.ts';
import { silentLog, temporaryDirectory } from './postgres.ts';

const FILE_TIMEOUT_S = size(300, 3000);
/** What a run takes at most: of `npm test`, and of `npm run chaos`. */
const MOST_MINUTES = size(10, 60);
const LONGEST_NAMED = 5;
/** A run of `npm run chaos`: it leaves nothing out, and tells what it tried. */
const IS_WHOLE = size(false, true);
const built = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Node's options as they were given. What the library adds watches every module a process loads, for coverage that nobody asks for
 * here: loading took more than twice as long, in each file and in each program it starts.
 */
const OWN_OPTIONS = `NODE_OPTIONS=${process.env.NODE_OPTIONS ?? ''}`;

/** The longest files, by how their paths begin. They are run first, so that none is left running alone in the end. */
const LONGEST = [
  ...['faults/kill', 'faults/restore.', 'faults/redis', 'api/matrix', 'faults'],
  ...['platform/embedded', 'api/attack', 'api/fuzz', 'platform', 'workers', 'eventlog/audit'],
];

/** Compiled files whose source still exists: the output folder may hold what was deleted since. */
function testFiles(words: readonly string[]): string[] {
  const all = readdirSync(join(built, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && existsSync(join('tests', file.replace(/\.js$/, '.ts'))))
    .sort();
  const rank = (file: string): number => [...LONGEST, ''].findIndex((start) => file.startsWith(start));
  const inOrder = all.toSorted((a, b) => rank(a) - rank(b));
  return inOrder.filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
}

/** Kills have a command of their own, `npm run test:kills`: here they are run when a word asks for them, and at full size. */
const APART = ['tests/faults/kill.test.js'];

/** The files without those that are run apart, which are named aloud. */
function withoutApart(files: readonly string[]): readonly string[] {
  const isApart = (file: string): boolean => APART.includes(join('tests', file));
  for (const file of files.filter(isApart)) console.log(`left to npm run test:kills: tests/${file}`);
  return files.filter((file) => !isApart(file));
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => directory !== '' && existsSync(join(directory, program)));
}

interface Result {
  readonly fullname: string;
  readonly skip?: string | boolean;
}

/** The failures of one file as tap wrote them, without what passed. */
function failuresOnly(output: string): string {
  return output
    .split('\n')
    .filter((line) => !/^\s*(ok \d|# Subtest|# time|\d+\.\.\d|TAP version|$)/.test(line))
    .join('\n');
}

/** What a fault test says it tried: its seed, and how often what was done. */
function told(output: string): readonly string[] {
  return output.split('\n').filter((line) => /^\s*# (?!Subtest|time=|\{ )/.test(line));
}

/** Seconds since `npm test` was typed: it writes down when in TEST_BEGAN, before it compiles. Else since this process began. */
function elapsed(): number {
  const typed = Number(process.env.TEST_BEGAN ?? Number.NaN);
  return Number.isNaN(typed) ? process.uptime() : Date.now() / 1000 - typed;
}

/** How long it took; false when that is too long. */
function isInTime(seconds: ReadonlyMap<string, number>): boolean {
  const took = elapsed();
  const longest = [...seconds].sort(([, a], [, b]) => b - a).slice(0, LONGEST_NAMED);
  const named = longest.map(([name, one]) => `${name} (${one.toFixed(0)} s)`).join(', ');
  const sum = `${Math.floor(took / 60)} min ${Math.floor(took % 60)} s of the ${MOST_MINUTES} min it may take`;
  const isWithin = took <= MOST_MINUTES * 60;
  console.log(`${isWithin ? 'took' : 'TOO LONG: took'} ${sum}. The longest: ${named}`);
  return isWithin;
}

/** Runs the files and answers whether all is well, and the seconds each of them took. */
async function runFiles(files: readonly string[], jobs: number) {
  const seconds = new Map<string, number>();
  const skipped: string[] = [];
  const ended: Promise<void>[] = [];
  let failedFiles = 0;
  // Left alone, tap writes everything that passed to standard output.
  t.pipe(new Writable({ write: (_chunk, _encoding, done) => done() }));
  t.jobs = jobs;
  // The limit is a file's, not the whole run's.
  t.setTimeout(0);
  t.on('spawn', (file) => {
    const started = Date.now();
    let output = '';
    file.parser.on('line', (line: string) => {
      output += line;
    });
    file.parser.on('skip', ({ fullname, skip }: Result) => skipped.push(`${fullname}: ${skip}`));
    // A file that crashed has written nothing wrong, and one without tests nothing at all: the exit code and a count decide.
    const report = (code: number | null, signal: NodeJS.Signals | null) => {
      const { total, pass } = file.counts;
      const ok = file.results?.ok === true && code === 0 && total > 0;
      if (!ok) failedFiles += 1;
      const took = (Date.now() - started) / 1000;
      seconds.set(file.name, took);
      console.log(
        `${ok ? 'ok    ' : 'FAILED'} ${took.toFixed(1).padStart(6)} s  ${file.name}  ${pass} passed${ok ? '' : `, ended by ${signal ?? code}`}`,
      );
      if (!ok) console.log(`${failuresOnly(output)}\n`);
      else if (IS_WHOLE) for (const line of told(output)) console.log(`         ${line.trim()}`);
    };
    ended.push(
      new Promise((resolve) =>
        file.on('process', (child) => {
          child.on('close', (code, signal) => {
            report(code, signal);
            resolve();
          });
        }),
      ),
    );
  });
  await Promise.all(
    files.map((file) =>
      t.spawn('env', [OWN_OPTIONS, process.execPath, '--enable-source-maps', join(built, 'tests', file)], {
        name: join('tests', file.replace(/\.js$/, '.ts')),
        buffered: true,
        timeout: FILE_TIMEOUT_S * 1000,
        // Told to the child too, which would otherwise give itself tap's 30 s.
        env: { ...process.env, TAP_TIMEOUT: String(FILE_TIMEOUT_S) },
      }),
    ),
  );
  await Promise.all(ended);
  const { pass, skip, todo } = t.counts;
  const failed = Math.max(t.counts.fail, failedFiles);
  for (const line of skipped) console.log(`skipped: ${line}`);
  if (skip + todo > 0) console.log(`${skip + todo} skipped`);
  console.log(`${pass} passed, ${failed} failed`);
  const isLacking = IS_WHOLE && skip + todo > 0;
  if (isLacking)
    console.log('FAILED: MASAR_CHAOS=full leaves nothing out, and what is named above as skipped was not tried here');
  return { ok: failed === 0 && pass > 0 && !isLacking, seconds };
}

/** A copy of the cluster that is to run in a directory, before anybody writes to it: for tests with a server of their own. */
function pristineCluster(directory: string): string {
  const place = findPlace(directory, '/var/lib/masar', silentLog);
  createCluster(place, findBinaries(place, undefined, silentLog));
  const copy = join(directory, 'pristine');
  spawnSync('cp', ['-a', place.cluster, copy]);
  return copy;
}

/** Databases of tests that ended stay until the server goes, and need no looking after. */
async function leaveAlone(url: string): Promise<void> {
  const pool = createPool(url, { applicationName: 'test administration', max: 1 });
  await pool.query(`alter system set autovacuum_naptime = '10min'`);
  await pool.query('select pg_reload_conf()').finally(() => pool.end());
}

async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const jobs = Number(words.find((word) => word.startsWith('-j'))?.slice(2) ?? 2);
  const wanted = words.filter((word) => !word.startsWith('-'));
  const files = IS_WHOLE || wanted.length > 0 ? testFiles(wanted) : withoutApart(testFiles([]));
  if (!isOnPath('redis-server')) console.log('redis-server is not on PATH: what needs a real Redis is skipped');
  if (process.env.EVENTSTORE_URL === undefined)
    console.log('EVENTSTORE_URL is not set: what needs a real EventStoreDB is skipped');
  const directory = temporaryDirectory();
  process.env.TEST_CLUSTER = pristineCluster(directory);
  const server = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
  process.env.TEST_DATABASE_URL = server.url;
  await leaveAlone(server.url);
  console.log(`${files.length} test files from ${relative(process.cwd(), built) || '.'}`);
  const { ok, seconds } = await runFiles(files, jobs).finally(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  process.exit(isInTime(seconds) && ok ? 0 : 1);
}

await main();
