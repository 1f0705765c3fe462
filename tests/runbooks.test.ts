/** What the runbooks tell to type can be typed: every program, verb, flag, service and deployment is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { documents, runbooks, text } from './support/operation/infra.ts';

interface Compose {
  readonly services: Readonly<Record<string, object>>;
}
interface Pod {
  readonly containers: readonly { readonly name: string }[];
}
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: Partial<Pod> & {
    readonly template: { readonly spec: Pod };
    readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: Pod } } };
  };
}

const SCRIPTS = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
const SERVICES = ['compose.yaml', 'compose.restricted.yaml'].flatMap((file) =>
  Object.keys(documents<Compose>(file)[0]?.services ?? {}),
);

/** Everything in a runbook that is set as code: words within a text, and lines of blocks without what is said of them. */
function typed(book: string): readonly string[] {
  const whole = text(`runbooks/${book}`);
  const blocks = [...whole.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].flatMap(([, block = '']) => block.split('\n'));
  const indented = whole.match(/^ {4}(?:npm|docker|kubectl|masar) .*$/gm) ?? [];
  const words = [...whole.replace(/^ *```.*?^ *```$/gms, '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
  return [...blocks, ...indented, ...words].flatMap((line) =>
    line
      .replace(/\s#\s.*$/, '')
      .split(/&&|;/)
      .map((one) => one.replace(/\s+/g, ' ').trim()),
  );
}
const all = runbooks().flatMap((book) => typed(book).map((command) => ({ book, command })));

/** What a line calls of the program: its name and the words after it. */
function called(command: string): { readonly name: string; readonly words: readonly string[] } | undefined {
  const [, name, rest = ''] =
    /^(?:\w+=\S+ )*npm run ([\w:]+)(?: -- (.*))?$/.exec(command) ??
    /^masar (\w+)(?: (.*))?$/.exec(command) ??
    / node dist\/src\/cli\/(\w+)\.js(?: (.*))?$/.exec(command) ??
    [];
  return name === undefined || name === 'NAME' ? undefined : { name, words: rest.split(' ') };
}

/** The text of the program behind a script. */
function programOf(name: string): string {
  const [, main = ''] = /node (?:--\S+ )?dist\/(src\/\S+)\.js/.exec(SCRIPTS[name] ?? '') ?? [];
  const folder = name === 'verify' ? 'src/verifier' : `src/cli/${name}`;
  const more = existsSync(folder) ? readdirSync(folder).map((file) => `${folder}/${file}`) : [];
  return [`${main}.ts`, ...more].map((file) => readFileSync(file, 'utf8')).join('\n');
}

t.test('every program of Masar that a runbook calls is there, with the verb and the flags it is called with', async (t) => {
  const calls = all.flatMap(({ book, command }) => ({ book, command, ...called(command) }));
  const known = calls.filter(({ name }) => name !== undefined);
  t.ok(known.length > 40, `${known.length} calls`);
  for (const { book, command, name = '', words = [] } of known) {
    if (!t.ok(name in SCRIPTS, `${book}: ${command}`)) continue;
    if (words[0] === '') continue;
    const program = programOf(name);
    const [verb = ''] = words;
    if (/^[a-z][a-z-]+$/.test(verb)) t.ok(program.includes(`'${verb}'`), `${book}: ${command}: ${verb}`);
    for (const [, flag = ''] of command.matchAll(/(?<= )--([a-z-]+)(?=[ =]|$)/g)) {
      if (['rm', 'no-deps'].includes(flag)) continue;
      t.match(program, new RegExp(`(^|[\\s{'])${flag}'?: \\{ type:`), `${book}: ${command}: --${flag}`);
    }
  }
});

t.test('every command of compose names services that are there, and starts nothing but what it names', async (t) => {
  const commands = all.filter(({ command }) => /^docker compose |[{ ] docker compose /.test(command));
  t.ok(commands.length > 12, `${commands.length} commands`);
  for (const { book, command } of commands) {
    const [, verb = '', rest = ''] = /docker compose (?:--profile \w+ )?(\w+) ?(.*)$/.exec(command) ?? [];
    const own = rest.replace(/(?<!\S)(?:-v \S+|--tail \d+|-\S+) ?/g, '').split(' ');
    const named = verb === 'run' || verb === 'exec' ? own.slice(0, 1) : own.filter((word) => word !== '');
    t.ok(['ps', 'logs', 'exec', 'run', 'up', 'stop', 'restart', 'build'].includes(verb), command);
    for (const name of named) t.ok(SERVICES.includes(name), `${book}: ${command}: ${name}`);
    // Else `depends_on` would run the migration of whatever image is there.
    if (verb === 'up' || (verb === 'run' && command !== 'docker compose run --rm migrate'))
      t.match(rest, /--no-deps/, `${book}: ${command}`);
  }
  for (const book of new Set(commands.map((one) => one.book))) {
    const whole = text(`runbooks/${book}`);
    if (whole.includes('as `night.md` begins')) continue;
    t.match(whole, /COMPOSE_FILE=compose\.yaml:compose\.restricted\.yaml/, `${book} says which files`);
    t.match(whole, /in the directory `infra`/, `${book} says where`);
  }
  t.match(text('compose.restricted.yaml'), /COMPOSE_FILE=compose\.yaml:compose\.restricted\.yaml >> \.env/);
});

/** What kubectl calls a kind. */
const KINDS: Readonly<Record<string, string>> = {
  ...{ deploy: 'Deployment', cronjob: 'CronJob', job: 'Job', hpa: 'HorizontalPodAutoscaler', pod: 'Pod' },
};

/** What a cluster has by its kind and name, with the containers in it: of the manifests, and what the runbooks themselves make. */
function inCluster(): ReadonlyMap<string, readonly string[]> {
  const manifests = readdirSync('infra/kubernetes')
    .filter((file) => file !== 'kustomization.yaml')
    .flatMap((file) => documents<Manifest>(`kubernetes/${file}`));
  const found = new Map(
    manifests.map(({ kind, metadata, spec }) => {
      const pod = spec?.jobTemplate?.spec.template.spec ?? spec?.template?.spec ?? spec;
      return [`${kind} ${metadata.name}`, (pod?.containers ?? []).map(({ name }) => name)];
    }),
  );
  for (const { command } of all) {
    const [, from, job] = / create job --from=cronjob\/([\w-]+) ([\w-]+)$/.exec(command) ?? [];
    if (job !== undefined) found.set(`Job ${job}`, found.get(`CronJob ${from}`) ?? []);
    const [, copy, container = ''] = / debug .*--copy-to=([\w-]+) --container=(\w+)/.exec(command) ?? [];
    if (copy !== undefined) found.set(`Pod ${copy}`, [container]);
  }
  return found;
}

t.test('whatever a runbook asks kubectl for is there: its kind and name, the container in it, the label, the file', (t) => {
  const there = inCluster();
  const roles = readdirSync('infra/kubernetes').flatMap((file) => [
    ...text(`kubernetes/${file}`).matchAll(/labels: \{ app: masar, role: (\w+) \}/g),
  ]);
  const commands = all.filter(({ command }) => /\bkubectl /.test(command));
  let names = 0;
  for (const { book, command } of commands) {
    const where = `${book}: ${command}`;
    for (const [, kind = '', name = ''] of command.matchAll(/(?<=[ =])(deploy|cronjob|job|hpa|pod)[/ ]([a-z][\w-]*)/g)) {
      t.ok(there.has(`${KINDS[kind]} ${name}`), `${where}: ${kind} ${name}`);
      names++;
    }
    for (const [, kind = 'pod', name = '', container = ''] of command.matchAll(/ (?:(job|deploy|pod)\/)?([\w-]+) -c (\w+)/g)) {
      t.ok(there.get(`${KINDS[kind]} ${name}`)?.includes(container), `${where}: ${container} in ${name}`);
    }
    for (const [, role = ''] of command.matchAll(/ -l [\w=,]*role=(\w+)/g)) {
      t.ok(
        roles.some(([, one]) => one === role),
        `${where}: role ${role}`,
      );
    }
    for (const [file] of command.matchAll(/infra\/kubernetes\/[\w.-]+/g)) t.ok(existsSync(file), `${where}: ${file}`);
  }
  t.ok(names > 20, `${names} names`);
  t.end();
});

t.test('what was stopped is started by name and number', async (t) => {
  const deployments = ['api', 'projector', 'worker'].map((role) => documents<Manifest>(`kubernetes/${role}.yaml`)[0]);
  const names = deployments.map((one) => one?.metadata.name ?? '');
  const night = typed('night.md');
  const stopped = night.findIndex((one) => one.includes('scale deploy --all --replicas=0'));
  const started = night.find((one) => /scale deploy masar-.* --replicas=2$/.test(one)) ?? '';
  t.ok(stopped >= 0 && night.indexOf(started) > stopped);
  for (const name of names) t.ok(started.split(' ').includes(name), `${name} is started again`);
});

t.test('the copy of a worker in Kubernetes is one that the namespace lets in, and is waited for', async (t) => {
  const night = typed('night.md');
  const debug = night.find((one) => one.startsWith('kubectl -n masar debug')) ?? '';
  const [, profile] = /pod-security\.kubernetes\.io\/enforce: (\w+)/.exec(text('kubernetes/namespace.yaml')) ?? [];
  t.match(debug, `--profile=${profile}`);
  const [, container] = / --container=(\w+)/.exec(debug) ?? [];
  const [worker] = documents<Manifest>('kubernetes/worker.yaml');
  t.equal(worker?.spec.template.spec.containers[0]?.name, container);
  const [, copy] = / --copy-to=([\w-]+)/.exec(debug) ?? [];
  t.ok(night.some((one) => one.startsWith('kubectl -n masar wait --for=condition=Ready') && one.endsWith(`pod/${copy}`)));
  t.ok(night.some((one) => one.startsWith(`kubectl -n masar label pod ${copy} `)));
});
