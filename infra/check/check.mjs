/**
 * Holds infra/ against schemas and parsers: Kubernetes' own JSON schemas (as kubernetes-models carries them), Prometheus' grammar,
 * a linter for Dockerfiles, and small schemas of our own for what npm has none of. Asks nobody outside; runs nothing.
 *
 *   npm run check:infra
 *
 * Begins with controls: a bad sample of every kind has to be refused, or nothing that follows says anything.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parser as promql } from '@prometheus-io/lezer-promql';
import Ajv from 'ajv/dist/2020.js';
import { validate as lintDockerfile } from 'dockerfile-utils';
import { parseAllDocuments } from 'yaml';

const infra = fileURLToPath(new URL('../', import.meta.url));
const text = (file) => readFileSync(join(infra, file), 'utf8');
const ajv = new Ajv({ allErrors: true, strict: false });
const schema = (name) => ajv.compile(JSON.parse(text(`check/schemas/${name}.json`)));

/** The documents of a YAML file; its mistakes, among them keys given twice, are problems. */
function documents(source) {
  const parsed = parseAllDocuments(source, { merge: true, uniqueKeys: true });
  const problems = parsed.flatMap((one) => [...one.errors, ...one.warnings].map((error) => error.message));
  return { values: parsed.map((one) => one.toJS()), problems };
}

const byOwnSchema = (validate) => (value) =>
  validate(value) ? [] : validate.errors.map((one) => `${one.instancePath || '/'} ${one.message} ${JSON.stringify(one.params)}`);

/**
 * A value that remembers which of its members were looked at. A schema looks at every member it knows, and at all of a free map, so
 * what nobody looked at is no member of the kind: Kubernetes' schemas themselves let it pass, and the cluster drops it in silence.
 */
function watching(value, path, unseen) {
  if (typeof value !== 'object' || value === null) return value;
  const members = new Map(Object.keys(value).map((key) => [key, watching(value[key], `${path}/${key}`, unseen)]));
  if (!Array.isArray(value)) for (const key of members.keys()) unseen.add(`${path}/${key}`);
  return new Proxy(value, {
    get: (target, key) => {
      unseen.delete(`${path}/${String(key)}`);
      return members.has(key) ? members.get(key) : Reflect.get(target, key);
    },
  });
}

/** A manifest against the schema of its own kind, where a member that the kind does not know is a problem too. */
async function manifest(value) {
  if (value.kind === 'Kustomization') return kustomization(value);
  const module = await import(`kubernetes-models/${value.apiVersion}/${value.kind}`).catch(() => undefined);
  const Kind = module?.[value.kind];
  if (!Kind) return [`no schema for ${value.apiVersion} ${value.kind}`];
  const unseen = new Set();
  try {
    Reflect.apply(Kind.prototype.validate, watching(value, '', unseen), []);
  } catch (error) {
    return [error.message];
  }
  // Of what is unknown, the members are no news.
  const topmost = [...unseen].filter((one) => ![...unseen].some((other) => one.startsWith(`${other}/`)));
  return topmost.map((one) => `${one} is no member of it`);
}

const files = (folder) => readdirSync(join(infra, folder)).filter((one) => one.endsWith('.yaml'));

function kustomization({ resources, apiVersion }) {
  const missing = resources.filter((one) => !files('kubernetes').includes(one)).map((one) => `${one} is not there`);
  return apiVersion === 'kustomize.config.k8s.io/v1beta1' ? missing : [...missing, `${apiVersion} is not kustomize's`];
}

/** A PromQL expression that cannot be read; Grafana's variables stand for durations. */
function expression(expr) {
  const problems = [];
  promql.parse(expr.replaceAll('$__rate_interval', '5m')).iterate({
    enter: (node) => {
      if (node.type.isError) problems.push(`at ${node.from}: ${expr.slice(Math.max(0, node.from - 20), node.to + 20)}`);
    },
  });
  return problems;
}

const shapes = {
  compose: byOwnSchema(schema('compose')),
  alerts: byOwnSchema(schema('alerts')),
  dashboard: byOwnSchema(schema('dashboard')),
};

/** What a compose file names has to be there; `known` is what another file of the same project brings. */
function references(file, known) {
  const services = Object.entries(file.services);
  const volumes = { ...known.volumes, ...file.volumes };
  const secrets = { ...known.secrets, ...file.secrets };
  const names = { ...known.services, ...file.services };
  const networks = { default: {}, ...known.networks, ...file.networks };
  return services.flatMap(([name, service]) => [
    ...Object.keys(service.depends_on ?? {})
      .filter((one) => !names[one])
      .map((one) => `${name} depends on ${one}`),
    ...(service.secrets ?? []).filter((one) => !secrets[one]).map((one) => `${name} asks for the secret ${one}`),
    ...(service.networks ?? []).filter((one) => !networks[one]).map((one) => `${name} asks for the network ${one}`),
    ...(service.volumes ?? [])
      .map((one) => one.split(':')[0])
      .filter((one) => !one.startsWith('.') && !volumes[one])
      .map((one) => `${name} asks for the volume ${one}`),
  ]);
}

const dockerfile = (source) => lintDockerfile(source).map((one) => `line ${one.range.start.line + 1}: ${one.message}`);

let failed = 0;
function say(what, problems) {
  console.log(`${problems.length === 0 ? 'ok    ' : 'FAILED'}  ${what}`);
  for (const one of problems) console.log(`        ${one}`);
  if (problems.length > 0) failed += 1;
}

/** Says whether a bad sample was refused. */
const control = (what, problems) => say(`refuses ${what}`, problems.length > 0 ? [] : ['it was taken for a good one']);

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x' } };
const pods = {
  selector: { matchLabels: { a: 'b' } },
  template: { metadata: {}, spec: { containers: [{ name: 'x', image: 'x' }] } },
};
control('a key given twice', documents('a: 1\na: 2\n').problems);
control('a Deployment without a selector', await manifest({ ...deployment, spec: {} }));
control('replicas in words', await manifest({ ...deployment, spec: { ...pods, replicas: 'two' } }));
control('a member no Deployment has', await manifest({ ...deployment, spec: { ...pods, replica: 2 } }));
control('an unknown kind', await manifest({ apiVersion: 'apps/v2', kind: 'Deployment' }));
control('a broken expression', expression('sum(rate(x[5m])'));
control(
  'an alert without a runbook',
  shapes.alerts({ groups: [{ name: 'x', rules: [{ alert: 'MasarX', expr: '1', for: '1m' }] }] }),
);
control('a service with a slip of the pen', shapes.compose({ services: { a: { imgae: 'x' } } }));
control('an image that is not pinned', shapes.compose({ services: { a: { image: 'redis:latest' } } }));
control('a network that is not there', references({ services: { a: { networks: ['b'] } } }, {}));
control('a service that is not there', references({ services: { a: { depends_on: { b: {} } } } }, {}));
control(
  'a panel without a query',
  shapes.dashboard({
    ...{ uid: 'x', title: 'x', schemaVersion: 39, templating: {} },
    panels: [{ id: 1, type: 'stat', title: 'x', gridPos: { h: 1, w: 1, x: 0, y: 0 } }],
  }),
);
control('a Dockerfile without an image', dockerfile('RUN true\n'));

for (const file of files('kubernetes')) {
  const { values, problems } = documents(text(`kubernetes/${file}`));
  const found = await Promise.all(
    values.map(async (one) => (await manifest(one)).map((problem) => `${one.kind} ${one.metadata?.name ?? ''}: ${problem}`)),
  );
  say(`kubernetes/${file}: ${values.map((one) => one.kind).join(', ')}`, [...problems, ...found.flat()]);
}

const main = documents(text('compose.yaml')).values[0];
for (const file of ['compose.yaml', 'compose.restricted.yaml']) {
  const { values, problems } = documents(text(file));
  say(file, [...problems, ...shapes.compose(values[0]), ...references(values[0], file === 'compose.yaml' ? {} : main)]);
}

const alerts = documents(text('prometheus/alerts.yaml'));
const rules = alerts.values[0].groups.flatMap((group) => group.rules);
const unreadable = rules.flatMap(({ alert, expr }) => expression(expr).map((problem) => `${alert} ${problem}`));
say(`prometheus/alerts.yaml: ${rules.length} alerts`, [...alerts.problems, ...shapes.alerts(alerts.values[0]), ...unreadable]);
for (const file of ['scrape.yaml', 'compose.yaml']) say(`prometheus/${file}`, documents(text(`prometheus/${file}`)).problems);

const dashboard = JSON.parse(text('grafana/masar.json'));
const targets = dashboard.panels.flatMap(({ title, targets: some = [] }) => some.map(({ expr }) => ({ title, expr })));
const badPanels = targets.flatMap(({ title, expr }) => expression(expr).map((problem) => `${title} ${problem}`));
const ids = dashboard.panels.map((one) => one.id);
const twice = ids.length === new Set(ids).size ? [] : ['two panels have one id'];
say(`grafana/masar.json: ${targets.length} queries`, [...shapes.dashboard(dashboard), ...badPanels, ...twice]);

say('Dockerfile', dockerfile(text('Dockerfile')));
console.log(failed === 0 ? 'all of infra/ is as the schemas have it' : `${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
