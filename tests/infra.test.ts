/** Holds what infra/ says against the program. What schemas say of it: `npm run check:infra`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { apiProblems } from '../src/api/problemCodes.ts';
import { backupsRule } from '../src/domain/erasure/policy.ts';
import { caseLabels } from '../src/domain/kernel/caseLabels.ts';
import { MAX_DOCUMENT_BYTES } from '../src/domain/kernel/documents.ts';
import { VARIABLES } from '../src/platform/config/settings.ts';
import { readConfig } from '../src/platform/config.ts';
import { alerts, anchorsOf, documents, runbooks, text } from './support/operation/infra.ts';
import { temporaryDirectory } from './support/postgres.ts';

/** Prometheus' own tool, where this machine has it. */
const promtool = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'promtool'))
  .find(existsSync);

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly env?: readonly {
    name: string;
    value?: string;
    valueFrom?: { secretKeyRef: { name: string; key: string; optional?: true } };
  }[];
  readonly ports?: readonly { name: string; containerPort: number }[];
  readonly securityContext: object;
  readonly resources: { requests: Record<string, string>; limits: Record<string, string> };
  readonly volumeMounts: readonly { name: string; mountPath: string; readOnly?: boolean }[];
  readonly [probe: `${string}Probe`]: { httpGet: { path: string; port: string } } | undefined;
}

interface Pod {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly restartPolicy?: string;
  readonly securityContext: object;
  readonly volumes: readonly { name: string; persistentVolumeClaim?: { claimName: string } }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: unknown;
  readonly spec: {
    readonly template: { readonly metadata: { labels: Record<string, string> }; readonly spec: Pod };
    readonly jobTemplate: { readonly spec: Manifest['spec'] };
    readonly backoffLimit?: number;
    readonly concurrencyPolicy?: string;
    readonly podSelector: { matchLabels?: Record<string, string>; matchExpressions?: { key: string; values: string[] }[] };
    readonly policyTypes: readonly string[];
    readonly ingress?: readonly { from?: unknown; ports: { port: number }[] }[];
    readonly egress?: readonly { to?: readonly { podSelector?: { matchLabels: { app?: string } } }[] }[];
    readonly selector: { matchLabels: Record<string, string> };
  };
}

const kubernetes = readdirSync('infra/kubernetes')
  .filter((file) => file.endsWith('.yaml') && file !== 'kustomization.yaml')
  .flatMap((file) => documents<Manifest>(`kubernetes/${file}`));
const ofKind = (kind: string) => kubernetes.filter((one) => one.kind === kind);
/** What makes pods, and which. */
const pods = [...ofKind('Deployment'), ...ofKind('Job'), ...ofKind('CronJob')].map(({ kind, metadata, spec }) => {
  const its = kind === 'CronJob' ? spec.jobTemplate.spec : spec;
  return { name: metadata.name, labels: its.template.metadata.labels, job: its, pod: its.template.spec };
});
const podOf = (name: string) => pods.find((one) => one.name === name);

interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        environment?: Record<string, string>;
        image?: string;
        networks?: readonly string[];
        ports?: unknown;
        [more: string]: unknown;
      }
    >
  >;
  readonly networks?: Readonly<Record<string, { internal?: boolean }>>;
}
const compose = documents<Compose>('compose.yaml')[0]!;
const OURS = ['migrate', 'api', 'projector', 'worker'];

t.test('the settings of Kubernetes and compose are settings of the program, and production starts with them', async (t) => {
  const keys = temporaryDirectory();
  t.teardown(() => rmSync(keys, { recursive: true }));
  const config = ofKind('ConfigMap')[0]?.data ?? {};
  const made = Object.fromEntries(
    Object.entries(config).map(([name, value]) => {
      if (!value.startsWith('/run/keys/')) return [name, value];
      const file = join(keys, value.replaceAll('/', '_'));
      writeFileSync(file, 'key', { mode: 0o400 });
      return [name, file];
    }),
  );
  const anAddress: Readonly<Record<string, string>> = { REDIS_URL: 'redis', EVENTSTORE_URL: 'esdb' };
  for (const { name: whose, pod } of pods) {
    const [container] = pod.containers;
    const env = container?.env ?? [];
    const names = [...Object.keys(config), ...env.map((one) => one.name)];
    t.same(
      names.filter((one) => !VARIABLES.includes(one)),
      [],
      `${whose} says nothing that nobody reads`,
    );
    const valuesOf = (some: typeof env) =>
      some.map(({ name, value }) => [name, value ?? `${anAddress[name] ?? 'postgresql'}://${name.toLowerCase()}@db/x`]);
    for (const some of [env, env.filter(({ valueFrom }) => !valueFrom?.secretKeyRef.optional)]) {
      t.doesNotThrow(() => readConfig({ ...made, ...Object.fromEntries(valuesOf(some)) }), whose);
    }
  }
  const roles = ofKind('Deployment').map((one) =>
    one.spec.template.spec.containers[0]?.env?.find(({ name }) => name === 'MASAR_ROLES'),
  );
  t.same(roles.map((one) => one?.value).sort(), ['api', 'projector', 'worker'], 'each role apart');
  for (const name of OURS) {
    const said = Object.keys(compose.services[name]?.environment ?? {});
    t.same(
      said.filter((one) => !VARIABLES.includes(one)),
      [],
      name,
    );
  }
  const example = [...text('masar.env.example').matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name ?? '');
  t.ok(example.length > 5);
  t.same(
    example.filter((one) => !VARIABLES.includes(one)),
    [],
  );
});

t.test('nothing secret stands in infra: secrets are named, never written', async (t) => {
  t.same(ofKind('Secret'), []);
  const named = pods.flatMap(({ pod }) => pod.containers.flatMap(({ env = [] }) => env));
  for (const { name, value, valueFrom } of named) {
    if (['MASAR_ROLES', 'AUDIT_WITNESS_DIR'].includes(name)) continue;
    const optional = name === 'EVENTSTORE_URL' ? { optional: true } : {};
    t.same([value, valueFrom?.secretKeyRef], [undefined, { name: 'masar-databases', key: name, ...optional }], name);
  }
  const files = readdirSync('infra', { recursive: true, encoding: 'utf8' }).filter((one) => !one.includes('node_modules'));
  for (const file of files.filter((one) => /\.(ya?ml|json|example|sh|md)$/.test(one) && !one.includes('package-lock'))) {
    const found = text(file).match(/[a-z]+:\/\/[^\s:/@$`]+:(?!PASSWORD|password)[^\s:/@$`]+@|-----BEGIN|_PASSWORD=\S/);
    t.notOk(found, `${file} ${found?.[0] ?? ''}`);
  }
  for (const line of text('masar.env.example').split('\n')) t.notMatch(line, /^\w*_(URL|FILE)=\S/);
});

t.test('every container runs as nobody in particular, writes to volumes alone, and has limits', async (t) => {
  t.equal(pods.length, 6);
  for (const { name, pod } of pods) {
    const { containers, initContainers, securityContext } = pod;
    t.match(securityContext, { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } }, name);
    for (const one of [...containers, ...(initContainers ?? [])]) {
      const locked = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
      t.same(one.securityContext, locked, `${name} ${one.name}`);
      t.ok(one.resources.requests.cpu && one.resources.requests.memory && one.resources.limits.memory);
    }
    if (name === 'masar-backup') continue;
    const keys = containers[0]?.volumeMounts.find((one) => one.name === 'keys');
    t.match(keys, { mountPath: '/run/keys', readOnly: true });
  }
  for (const name of OURS) {
    t.match(compose.services[name], { read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] }, name);
  }
  const queue = compose.services.redis?.command as readonly string[];
  t.match(
    queue.join(' '),
    /--maxmemory \d+mb --maxmemory-policy noeviction/,
    'it refuses rather than forgets, and before it is killed',
  );
  const images = Object.values(compose.services).flatMap((one) => one.image ?? []);
  t.ok(images.length > 4 && images.every((one) => /:v?\d+[.\d]*[\w.-]*$/.test(one)), 'every image is pinned');
  const log = images.find((one) => one.startsWith('eventstore/'));
  t.match(log, /^eventstore\/eventstore:(23\.10|24\.6)\./, 'of a line under the BSD licence');
});

t.test('the image: pinned, without tools of the build, an ordinary user by number, and what it runs is there', async (t) => {
  const dockerfile = text('Dockerfile');
  t.match(dockerfile, /^ARG NODE_IMAGE=node:24\.\d+\.\d+-/m);
  t.match(dockerfile, /npm ci --omit=dev/);
  t.match(dockerfile, /^USER 1000:1000$/m);
  t.match(dockerfile, /^HEALTHCHECK /m);
  t.notMatch(dockerfile, /^(RUN|CMD|HEALTHCHECK| {2}CMD).*(curl|wget)|^ADD |^(ENV|ARG) \S*(KEY|PASSWORD|TOKEN|SECRET)/m);
  const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '));
  t.match(last, /^CMD \["node", "--enable-source-maps", "dist\/src\/main\.js"\]$/m);
  t.ok(existsSync('src/main.ts') && existsSync('src/cli/migrate.ts'));
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');
  t.equal(
    ignored.find((line) => line !== '' && !line.startsWith('#')),
    '*',
    'nothing goes in but what is named',
  );
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
  for (const file of copied) t.ok(ignored.includes(`!${file}`) && existsSync(file), file);
  const commands = [...pods.flatMap(({ pod }) => pod.containers), compose.services.migrate].map((one) =>
    ((one as { command?: readonly string[] } | undefined)?.command ?? []).join(' '),
  );
  const programs = commands.flatMap((one) => /dist\/\S+(?=js)/.exec(one)?.[0] ?? []);
  t.equal(programs.length, 4, 'migrations, backups and restores');
  for (const program of programs) t.ok(existsSync(`${program.replace('dist/', '')}ts`), program);
});

t.test('a restore runs where the heads outside can be read and changed, or it could not tell of losses', async (t) => {
  const keys = text('runbooks/keys.md');
  const [, service = ''] =
    /docker compose run --rm --no-deps -T (?:-v \S+ )+(\w+) node dist\/src\/cli\/restore\.js/.exec(keys) ?? [];
  const { environment, volumes } = compose.services[service] ?? {};
  const directory = environment?.AUDIT_WITNESS_DIR;
  t.ok(directory, service);
  t.ok((volumes as readonly string[]).includes(`witness:${directory}`));
  const stores = Object.keys(compose.services).filter(
    (one) => compose.services[one]?.environment?.AUDIT_WITNESS_DIR === directory,
  );
  t.same(stores.sort(), ['migrate', 'projector', 'worker'], 'the same as who signs');
  const restore = podOf('masar-restore')?.pod;
  const kept = restore?.containers[0]?.env?.find(({ name }) => name === 'AUDIT_WITNESS_DIR')?.value;
  const mounts = new Map(restore?.containers[0]?.volumeMounts.map((one) => [one.name, one]));
  t.match(mounts.get('witness'), { mountPath: kept, readOnly: undefined });
  t.ok(kept);
  t.match(
    restore?.volumes.find(({ name }) => name === 'witness'),
    { persistentVolumeClaim: { claimName: 'masar-witness' } },
  );
  for (const name of ['files', 'erased']) t.ok(mounts.has(name), `${name}, which are put back too`);
});

t.test(
  'a backup is made every night, keys on a volume of their own, and a restore reads what it wrote, once, by hand',
  async (t) => {
    const [backup, restore] = [podOf('masar-backup'), podOf('masar-restore')];
    const [making] = backup?.pod.containers ?? [];
    const [putting] = restore?.pod.containers ?? [];
    const claimAt = (pod: Pod | undefined, path: string) => {
      const name = pod?.containers[0]?.volumeMounts.find(({ mountPath }) => mountPath === path)?.name;
      return pod?.volumes.find((one) => one.name === name)?.persistentVolumeClaim?.claimName;
    };
    const asked = (option: string) => making?.command?.find((one) => one.startsWith(`--${option}=`))?.split('=')[1] ?? '';
    const [to, keysTo] = [asked('to'), asked('keys-to')];
    const claims = [claimAt(backup?.pod, to), claimAt(backup?.pod, keysTo)];
    t.same(claims, ['masar-backup', 'masar-keys-backup'], 'keys apart');
    t.same([claimAt(restore?.pod, to), claimAt(restore?.pod, keysTo)], claims);
    for (const claim of claims) t.ok(ofKind('PersistentVolumeClaim').some(({ metadata }) => metadata.name === claim));
    for (const { pod } of pods.filter((one) => ![backup, restore].includes(one))) {
      t.notOk(
        pod.volumes.some((one) => claims.includes(one.persistentVolumeClaim?.claimName)),
        'who serves reaches no backup',
      );
    }
    t.ok(Number(asked('keep-keys')) < backupsRule.default.days, 'a night less than the rule that makes an erasure final');
    t.match(putting?.command?.join(' '), new RegExp(`--from "${to}/\\$0" --keys-from "${keysTo}/\\$1"\n NIGHT KEYS_NIGHT$`));
    for (const one of [backup, restore]) {
      t.match(one, { job: { backoffLimit: 0 }, pod: { restartPolicy: 'Never' } }, 'what failed is looked at by somebody first');
    }
    t.equal(ofKind('CronJob')[0]?.spec.concurrencyPolicy, 'Forbid');

    const [{ resources, images, namespace } = { resources: [], images: [], namespace: '' }] = documents<{
      namespace: string;
      resources: string[];
      images: { name: string; newTag: string }[];
    }>('kubernetes/kustomization.yaml');
    t.ok(resources.includes('backup.yaml') && !resources.includes('restore.yaml'));
    const [image] = images;
    t.equal(
      putting?.image,
      `${image?.name}:${image?.newTag}`,
      'so that it says itself what the kustomization says of the others',
    );
    t.equal(ofKind('Job').find(({ metadata }) => metadata.name === 'masar-restore')?.metadata.namespace, namespace);
    for (const who of [making, putting]) {
      const names = who?.env?.map(({ name }) => name) ?? [];
      for (const store of ['DATABASE_URL', 'KEYS_DATABASE_URL', 'RESTRICTED_DATABASE_URL', 'EVENTSTORE_URL']) {
        t.ok(names.includes(store), `${who?.name} ${store}`);
      }
      t.equal(names.includes('ACCESS_DATABASE_URL'), who === putting, 'the login of the access log belongs to who puts it back');
    }
  },
);

t.test('a backup is given no key of any kind: it opens nothing and signs nothing, and production lets it run so', async (t) => {
  const pod = podOf('masar-backup')?.pod;
  t.notMatch(JSON.stringify(pod), 'masar-keys"', 'the secret');
  t.same([pod?.initContainers ?? [], pod?.volumes.filter(({ name }) => /^(keys|secret|erased)$/.test(name))], [[], []]);
  const shelf = temporaryDirectory();
  t.teardown(() => rmSync(shelf, { recursive: true }));
  const nobody = 'postgresql://masar@127.0.0.1:1/masar';
  const urls = { DATABASE_URL: nobody, KEYS_DATABASE_URL: nobody.replace('masar@', 'keys@') };
  const env = { ...ofKind('ConfigMap')[0]?.data, ...urls, RESTRICTED_DATABASE_URL: `${nobody}_restricted` };
  for (const file of ['MASAR_MASTER_KEY_FILE', 'RESTRICTED_MASTER_KEY_FILE', 'MASAR_AUDIT_KEY_FILE']) {
    t.throws(() => readConfig(env), { message: new RegExp(`${file} is "/run/keys/`) }, 'control: everybody else is asked for it');
  }
  const config = readConfig(env, { withoutKeys: true });
  t.match([config.masterKeyFile, config.restrictedMasterKeyFile, config.auditKeyFile, config.kms], Array(4).fill(undefined));
  const program = fileURLToPath(new URL('../src/cli/backup.js', import.meta.url));
  const said = spawnSync(process.execPath, [program, '--to', join(shelf, 'to'), '--keys-to', join(shelf, 'keys')], {
    ...{ encoding: 'utf8', env: { ...env, FILES_DIR: shelf }, timeout: 20_000 },
  });
  t.match(said, { status: 1, stderr: /ECONNREFUSED/ }, 'it comes as far as the database');
});

t.test('whoever looks after the backups by hand has both volumes, and neither keys nor logins nor a way anywhere', async (t) => {
  const [{ metadata, spec } = assert.fail()] = documents<{
    metadata: { name: string; namespace: string; labels: Record<string, string> };
    spec: Pod & { readonly automountServiceAccountToken: boolean };
  }>('kubernetes/backups.yaml');
  const [container, ...more] = spec.containers;
  t.same(more, []);
  t.same(
    spec.volumes.map((one) => one.persistentVolumeClaim?.claimName),
    ['masar-backup', 'masar-keys-backup'],
  );
  const mounts = (pod: Pod | undefined) =>
    pod?.containers[0]?.volumeMounts.filter(({ name }) => /backup/.test(name)).map(({ name, mountPath }) => [name, mountPath]);
  t.same(mounts(spec), mounts(podOf('masar-backup')?.pod), 'at the same places');
  t.notOk(container && ('env' in container || 'envFrom' in container));
  t.equal(spec.automountServiceAccountToken, false);
  t.match(spec.securityContext, { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } });
  t.same(container?.securityContext, {
    ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  });
  t.equal(
    container?.image,
    podOf('masar-restore')?.pod.containers[0]?.image,
    'it says itself what the kustomization says of others',
  );
  t.equal(metadata.namespace, 'masar');
  const reached = ofKind('NetworkPolicy').flatMap((one) => one.spec.podSelector.matchExpressions?.[0]?.values ?? []);
  t.notOk(reached.includes(metadata.labels.role ?? ''), 'no policy lets it out');
  t.notOk(text('kubernetes/kustomization.yaml').includes('backups.yaml'), 'and it is never there by itself');
});

t.test('probes ask for addresses that are there, at ports that are open', async (t) => {
  const answered = /'(\/health\/(?:live|ready))'/g;
  const atApi = [...readFileSync('src/api/routes/health.ts', 'utf8').matchAll(answered)].map(([, path]) => path);
  const atOperations = [...readFileSync('src/platform/operationsServer.ts', 'utf8').matchAll(answered)].map(([, path]) => path);
  for (const { metadata, spec } of ofKind('Deployment')) {
    const [container] = spec.template.spec.containers;
    const ports = new Map(container?.ports?.map((one) => [one.name, one.containerPort]));
    t.equal(ports.get('operations'), Number(ofKind('ConfigMap')[0]?.data?.OPERATIONS_PORT));
    for (const [probe, path] of [
      ['startupProbe', '/health/live'],
      ['livenessProbe', '/health/live'],
      ['readinessProbe', '/health/ready'],
    ] as const) {
      const { httpGet } = container?.[probe] ?? {};
      t.equal(httpGet?.path, path, `${metadata.name} ${probe}`);
      t.ok(ports.has(httpGet?.port ?? ''), 'at a port it has');
      t.ok((httpGet?.port === 'http' ? atApi : atOperations).includes(path));
    }
  }
  t.match(text('Dockerfile'), /OPERATIONS_PORT=9090[\s\S]*127\.0\.0\.1:9090\/health\/ready/);
});

t.test('the network is closed but for who needs whom', async (t) => {
  for (const namespace of [undefined, 'masar-data']) {
    const closed = ofKind('NetworkPolicy').find((one) => one.metadata.name === 'nothing' && one.metadata.namespace === namespace);
    t.same(closed?.spec.podSelector, {});
    t.ok(closed?.spec.policyTypes.includes('Ingress') && closed.spec.ingress === undefined && closed.spec.egress === undefined);
  }
  const who = (target: string) =>
    ofKind('NetworkPolicy')
      .filter((one) => one.spec.egress?.some(({ to = [] }) => to.some((each) => each.podSelector?.matchLabels.app === target)))
      .flatMap((one) => one.spec.podSelector.matchExpressions?.find(({ key }) => key === 'role')?.values ?? ['everybody'])
      .sort();
  const readers = ['api', 'backup', 'projector', 'restore', 'worker'];
  t.same(who('restricted-postgres'), [...readers, 'migrate'].sort());
  t.same(who('postgres'), [...readers, 'migrate'].sort());
  t.same(who('redis'), ['worker'], 'a request never touches the queue');
  t.same(who('clamav'), ['api', 'worker']);
  t.same(who('eventstore'), readers, 'migrating needs no log');
  const reads = pods.filter(({ pod }) => pod.containers[0]?.env?.some(({ name }) => name === 'EVENTSTORE_URL'));
  t.same(reads.map(({ labels }) => labels.role).sort(), readers, 'and who reaches it knows where it is');
  const guarded = ofKind('NetworkPolicy').filter((one) => one.metadata.namespace === 'masar-data');
  for (const target of ['postgres', 'restricted-postgres', 'redis', 'clamav', 'eventstore']) {
    t.ok(
      guarded.some((one) => one.spec.podSelector.matchLabels?.app === target && one.spec.ingress),
      `${target} is guarded there too`,
    );
    const guard = guarded.find((one) => one.spec.podSelector.matchLabels?.app === target);
    const letIn = JSON.stringify(guard?.spec.ingress?.[0]?.from).match(/"values":(\[[^\]]*\])/)?.[1] ?? '[]';
    t.same((JSON.parse(letIn) as string[]).sort(), who(target), `${target} lets in who is let out to it`);
  }
  for (const role of ['api', 'projector', 'worker']) {
    const budget = ofKind('PodDisruptionBudget').find((one) => one.spec.selector.matchLabels.role === role);
    t.ok(budget, `${role} has a budget`);
  }
  t.notMatch(text('kubernetes/ingress.yaml'), /path: \/(health|metrics|\s|,)/, 'health and metrics stay inside');
});

t.test(
  'beside compose nobody but the roles of Masar has a way to what they keep, and what keeps it has no way out',
  async (t) => {
    const [apart] = documents<Compose>('compose.restricted.yaml');
    const services = { ...apart?.services, ...compose.services };
    const networksOf = (name: string) => new Set(services[name]?.networks ?? ['default']);
    const reached = (target: string) =>
      Object.keys(services).filter((name) => [...networksOf(name)].some((one) => networksOf(target).has(one)));
    const stores = ['postgres', 'restricted-postgres', 'redis', 'eventstore'];
    for (const store of stores) {
      t.same(reached(store).sort(), [...OURS, ...stores].sort(), store);
      t.same(
        [...networksOf(store)].map((one) => compose.networks?.[one]?.internal),
        [true],
      );
      t.notOk(services[store]?.ports);
    }
    t.same(reached('keycloak-postgres').sort(), ['keycloak', 'keycloak-postgres']);
    for (const [client, server] of [
      ['api', 'clamav'],
      ['worker', 'clamav'],
      ['api', 'keycloak'],
      ...['api', 'projector', 'worker'].map((role) => ['prometheus', role] as const),
    ] as const) {
      t.ok(reached(server).includes(client), `${client} reaches ${server}`);
    }
  },
);

t.test('the identity provider beside compose has a database and a login, as its settings name them', async (t) => {
  const settings = new Map(
    text('keycloak.env.example')
      .split('\n')
      .map((line) => line.split('=', 2) as [string, string]),
  );
  const [, host = '', database] = /^jdbc:postgresql:\/\/([\w-]+)\/(\w+)$/.exec(settings.get('KC_DB_URL') ?? '') ?? [];
  const login = settings.get('KC_DB_USERNAME');
  t.match(compose.services[host]?.environment, { POSTGRES_USER: login, POSTGRES_DB: database });
  t.ok(login && database);
  t.match(compose.services.keycloak?.depends_on, { [host]: { condition: 'service_healthy' } });
  t.same(compose.services[host]?.profiles, compose.services.keycloak?.profiles);
});

t.test('what stands in front lets through what the program takes: a whole file, piece by piece as it arrives', async (t) => {
  const ingress = text('kubernetes/ingress.yaml');
  const [, mebibytes] = /proxy-body-size: (\d+)m$/m.exec(ingress) ?? [];
  t.ok(Number(mebibytes) * 2 ** 20 > MAX_DOCUMENT_BYTES, `${mebibytes} MiB`);
  t.match(ingress, /proxy-request-buffering: "off"/);
});

t.test('beside compose Prometheus asks each role at its operations port, with the alerts, under the job they name', async (t) => {
  const [scrape] = documents<{
    rule_files: string[];
    scrape_configs: { job_name: string; static_configs: { targets: string[]; labels: { role: string } }[] }[];
  }>('prometheus/compose.yaml');
  const [masar] = scrape?.scrape_configs ?? [];
  t.equal(masar?.job_name, 'masar');
  t.same(scrape?.rule_files, ['alerts.yaml']);
  const [, port = ''] = /OPERATIONS_PORT=(\d+)/.exec(text('Dockerfile')) ?? [];
  const roles = masar?.static_configs.map(({ labels }) => labels.role) ?? [];
  t.same(roles.sort(), ['api', 'projector', 'worker']);
  for (const { targets, labels } of masar?.static_configs ?? []) {
    const service = Object.entries(compose.services).find(([, { environment }]) => environment?.MASAR_ROLES === labels.role)?.[0];
    t.same(targets, [`${service}:${port}`]);
  }
  const { prometheus } = compose.services;
  t.match(prometheus, { profiles: ['monitoring'], volumes: ['./prometheus:/etc/prometheus:ro', /:\/prometheus$/] });
  const command = prometheus?.command as readonly string[];
  t.ok(command.includes('--config.file=/etc/prometheus/compose.yaml'));
});

t.test(
  'the copy of a pod that the runbook of the night has made is not asked for figures: it would raise an alarm',
  async (t) => {
    const [, copy = ''] = /--copy-to=([\w-]+)/.exec(text('runbooks/night.md')) ?? [];
    const [scrape] = documents<{
      scrape_configs: { relabel_configs: { source_labels: string[]; regex?: string; action?: string }[] }[];
    }>('prometheus/scrape.yaml');
    const dropped = scrape?.scrape_configs[0]?.relabel_configs.filter(({ action }) => action === 'drop') ?? [];
    t.match(dropped, [{ source_labels: ['__meta_kubernetes_pod_name'], regex: copy }]);
    t.ok(copy);
  },
);

t.test('beside compose the restricted store has a login of its own that is no superuser', async (t) => {
  const [file] = documents<Compose>('compose.restricted.yaml');
  const server = file?.services['restricted-postgres'];
  t.notOk(server?.environment?.POSTGRES_USER, "the superuser stays the server's own");
  t.match(server?.volumes, [/^restricted-postgres:/, './postgres/restricted.sh:/docker-entrypoint-initdb.d/restricted.sh:ro']);
  for (const role of ['api', 'projector', 'worker']) {
    t.notOk(file?.services[role], `a command that forgets the file does not make ${role} anew with other settings`);
  }
  const made = text('postgres/restricted.sh');
  t.match(made, /^create role masar_restricted login password :'restricted';$/m);
  const says = 'an owner may set where the sessions of every login, and of a superuser, look up names';
  t.notMatch(made + text('postgres/logins.sh'), /create database \w+ owner|alter database/i, says);
  t.match(made, /^grant connect, create on database masar_restricted to masar_restricted;$/m);
  t.notMatch(made, /superuser;|createrole|with superuser/i);
});

t.test('a new version comes in the order of its runbook: what migrates, who reads, who is asked, who acts', async (t) => {
  const release = text('runbooks/release.md');
  const order = ['migrate', 'projector', 'api', 'worker'];
  t.same(
    [...release.matchAll(/kubectl apply -k \S+ -l role=(\w+)/g)].map(([, role]) => role),
    order,
  );
  t.same(
    [...release.matchAll(/docker compose (?:run --rm|up .*) (\w+)$/gm)].map(([, service]) => service),
    order,
  );
  for (const role of order) {
    const kind = role === 'migrate' ? 'Job' : 'Deployment';
    const labelled = ofKind(kind).find(({ metadata }) => metadata.labels?.role === role);
    t.equal(labelled?.metadata.name, `masar-${role}`, 'and each is found by its label');
    t.match(release, new RegExp(`(job|deploy)/masar-${role}`), 'and awaited');
  }
});

t.test(
  'alerts are raised when they should be, and not when not, as Prometheus itself computes it',
  { skip: promtool === undefined && 'promtool is not on PATH' },
  (t) => {
    const { status, stderr } = spawnSync(promtool ?? '', ['test', 'rules', 'tests/support/operation/alerts.yaml']);
    t.equal(status, 0, stderr.toString());
    t.end();
  },
);

t.test('where Prometheus finds the processes, each gets the labels that alerts ask for', async (t) => {
  const labels = { compose: text('prometheus/compose.yaml'), kubernetes: text('prometheus/scrape.yaml') };
  t.equal([...labels.compose.matchAll(/labels: \{ role: \w+ \}/g)].length, 3);
  t.match(labels.kubernetes, /__meta_kubernetes_pod_label_role\], target_label: role \}/);
  for (const one of ofKind('Deployment')) t.equal(`masar-${one.spec.selector.matchLabels.role}`, one.metadata.name);
  const roles = alerts().flatMap(({ expr }) => [...expr.matchAll(/role="(\w+)"/g)].map(([, role]) => role));
  t.same(roles, ['api'], 'the others are missed by figures of their own');
});

t.test('every alert leads to a part of a runbook that says what to do about it', async (t) => {
  const anchors = new Map(runbooks().map((one) => [one, anchorsOf(one)]));
  const led = new Set<string>();
  for (const { alert, annotations } of alerts()) {
    const [, runbook = '', anchor = ''] = /^infra\/runbooks\/(.+)#(.+)$/.exec(annotations.runbook_url) ?? [];
    t.ok(anchors.get(runbook)?.includes(anchor), `${alert}: ${annotations.runbook_url}`);
    t.ok(text(`runbooks/${runbook}`).includes(`\`${alert}\``), `${alert} is named there`);
    led.add(anchor);
  }
  const [, ...parts] = anchorsOf('night.md');
  t.equal(parts.length, 12, 'twelve things');
  t.same(
    parts.filter((one) => !led.has(one)),
    ['a-backup-fails'],
    'each with an alert of its own, but for what Masar does not run itself',
  );
});

t.test('what the runbook of the night tells to type is there to be typed, and what it names exists', async (t) => {
  const night = text('runbooks/night.md');
  const named = [...night.matchAll(/masar (\w[\w-]*)/g)].map(([, command = '']) => command);
  const commands = [...new Set(named)].filter((one) => existsSync(`src/cli/${one}.ts`));
  t.same(commands.sort(), ['access', 'jobs', 'log', 'migrate', 'projections']);
  const typed = [...night.matchAll(/`masar (\w+) (\w+)/g)].map(([, command, verb]) => [command ?? '', verb ?? ''] as const);
  for (const [command, verb] of typed) {
    const files = [`src/cli/${command}.ts`, `src/cli/${command}/commands.ts`].filter((one) => existsSync(one));
    const program = files.map((one) => readFileSync(one, 'utf8')).join('\n');
    t.match(program, new RegExp(`'${verb}'`), `masar ${command} ${verb}`);
  }
  t.ok(typed.length > 10);
  const scripts = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }).scripts;
  for (const [, script = ''] of night.matchAll(/npm run ([\w:]+)/g)) t.ok(script in scripts, `npm run ${script}`);
  const own = new Set(alerts().map((one) => one.alert));
  for (const [, alert = ''] of night.matchAll(/`(Masar[A-Z]\w+)`/g)) t.ok(own.has(alert), alert);
  const codes = { ...apiProblems, ...caseLabels.refusals };
  const columns = readFileSync('src/cli/projections/commands.ts', 'utf8');
  for (const [, word = ''] of night.matchAll(/`([A-Z]+(?:_[A-Z]+)*)`/g)) {
    const isOfAudit = text('runbooks/audit.md').includes(`\`${word}\``);
    const isOfOurs = word in codes || isOfAudit || VARIABLES.includes(word) || columns.includes(`'${word}'`);
    t.ok(isOfOurs || /^(PID|NAME|POSITION)$/.test(word), word);
  }
  for (const [, target = ''] of night.matchAll(/\]\(#([\w-]+)\)/g)) t.ok(anchorsOf('night.md').includes(target), target);
  for (const [, other = ''] of night.matchAll(/`(\w+\.md)`/g)) t.ok(runbooks().includes(other), other);
  for (const [, path = ''] of night.matchAll(/\$(?:API|OPS)(\/[\w/]+)/g)) {
    const routes = readFileSync('src/api/routes/health.ts', 'utf8') + readFileSync('src/platform/operationsServer.ts', 'utf8');
    t.ok(routes.includes(`'${path}'`), path);
  }
});
