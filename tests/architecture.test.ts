/** Holds the rules of the house (README, "The house") against the real imports of src/. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => `src/${file.replaceAll('\\', '/')}`)
  .filter((file) => file.endsWith('.ts'));

const IMPORT = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'/g;

/** Every import of a file; relative ones as paths from the root. Public so that the test can show it sees what it forbids. */
function importsOf(from: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[2] ?? match[3] ?? '';
    return { from, to: name.startsWith('.') ? normalize(join(dirname(from), name)) : name, typeOnly: match[1] !== undefined };
  });
}

const all = files.flatMap((file) => importsOf(file, readFileSync(file, 'utf8')));
const room = (path: string): string => (path.startsWith('src/') ? (path.split('/')[1] ?? '') : 'npm');
const processFolder = (path: string): string | undefined => /^src\/domain\/([^/]+)\//.exec(path)?.[1];
const SHARED = ['kernel', 'access', 'places'];

/** Which rooms each room may import from; the roots (main, compose, cli) may import everything. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  domain: ['domain'],
  platform: ['platform', 'npm'],
  eventlog: ['eventlog', 'domain', 'platform', 'npm'],
  projections: ['projections', 'eventlog', 'domain', 'platform', 'npm'],
  workers: ['workers', 'eventlog', 'domain', 'platform', 'npm'],
  api: ['api', 'eventlog', 'domain', 'platform', 'npm'],
};

/** What breaks the rules among some imports, one line each. */
function broken(imports: readonly Import[]): string[] {
  return imports
    .filter((one) => {
      const from = room(one.from);
      const allowed = MAY[from];
      if (!allowed) return false;
      if (from === 'domain' && one.to === 'zod') return false;
      if (from === 'api' && one.to.endsWith('.queries.ts')) return false;
      return !allowed.includes(room(one.to));
    })
    .map((one) => `${one.from} imports ${one.to}`);
}

/** A process folder never imports another's rules; types and ids it may. */
function meddling(imports: readonly Import[]): string[] {
  return imports
    .filter((one) => {
      const mine = processFolder(one.from);
      const theirs = processFolder(one.to);
      if (!mine || !theirs || mine === theirs || SHARED.includes(theirs)) return false;
      return !one.typeOnly && !/\/(ids|events|codes|data)\.ts$/.test(one.to);
    })
    .map((one) => `${one.from} imports ${one.to}`);
}

t.test('imports run one way, and the domain imports nothing but zod and itself', async (t) => {
  t.ok(all.length > 200, `${all.length} imports were looked at`);
  t.same(broken(all), []);
});

t.test('a process folder never imports the rules of another', async (t) => {
  t.same(meddling(all), []);
});

t.test('the verifier of the audit trail stands alone: it imports Node and its own files', async (t) => {
  const own = all.filter((one) => room(one.from) === 'verifier');
  t.ok(own.length > 5);
  t.same(
    own.filter((one) => room(one.to) !== 'verifier' && !one.to.startsWith('node:')),
    [],
  );
  t.same(
    all.filter((one) => room(one.to) === 'verifier' && room(one.from) !== 'verifier'),
    [],
    'and nothing of the server imports it',
  );
});

t.test('the domain knows no clock, no randomness and no environment', async (t) => {
  const impure = /\bDate\.now\(|new Date\(\)|Math\.random\(|\bprocess\.env\b|\bcrypto\.|randomUUID|\bfetch\(/;
  const found = files.filter((file) => room(file) === 'domain' && impure.test(readFileSync(file, 'utf8')));
  t.same(found, []);
});

t.test('nothing but execute appends to the log', async (t) => {
  const appends = /\blog\.append\(/;
  const found = files.filter((file) => appends.test(readFileSync(file, 'utf8')));
  // traced.ts is a log around a log: it hands on what it is given.
  const may = ['src/eventlog/copy.ts', 'src/eventlog/execute.ts', 'src/eventlog/traced.ts'];
  t.same(
    found.sort(),
    may.filter((one) => found.includes(one)),
  );
  t.ok(found.includes('src/eventlog/execute.ts'));
});

t.test('imports between files do not run in circles across rooms', async (t) => {
  const rooms = new Map<string, Set<string>>();
  for (const one of all) {
    const [from, to] = [room(one.from), room(one.to)];
    if (to === 'npm' || from === to) continue;
    rooms.set(from, (rooms.get(from) ?? new Set()).add(to));
  }
  const circles = [...rooms].flatMap(([from, tos]) =>
    [...tos].filter((to) => rooms.get(to)?.has(from)).map((to) => `${from} ⇄ ${to}`),
  );
  t.same(circles, []);
});

t.test('the checks above see what they forbid', async (t) => {
  const bad = [
    ...importsOf('src/domain/claim/state.ts', "import { readFileSync } from 'node:fs';"),
    ...importsOf('src/platform/log.ts', "import { registry } from '../domain/index.ts';"),
    ...importsOf('src/workers/x.ts', "import { a } from '../projections/queue.queries.ts';"),
    ...importsOf('src/api/x.ts', "const a = await import('../projections/queue.ts');"),
  ];
  t.equal(broken(bad).length, 4);
  t.equal(meddling(importsOf('src/domain/claim/a.ts', "import { rule } from '../rule/commands.ts';")).length, 1);
  t.equal(meddling(importsOf('src/domain/claim/a.ts', "import type { RuleState } from '../rule/state.ts';")).length, 0);
});
