/**
 * `npm run labels` lists every word a person may read that has no Sorani of its own and is shown in Arabic instead. Sorani is
 * never invented: a translator fills it in.
 */
import { apiProblems } from '../api/problemCodes.ts';
import { ROLE_LABELS } from '../domain/access/labels.ts';
import { registry } from '../domain/index.ts';
import { caseLabels } from '../domain/kernel/caseLabels.ts';
import { GLOSSARY, type Label } from '../domain/kernel/labels.ts';

/** Every label inside a nested catalogue, under the dotted path to it. */
function* labelsIn(node: object, path: string): Generator<readonly [string, Label]> {
  if ('en' in node && 'ar' in node) yield [path, node as Label];
  else
    for (const [key, child] of Object.entries(node))
      if (typeof child === 'object' && child) yield* labelsIn(child, `${path}.${key}`);
}

const catalogues: Readonly<Record<string, object>> = {
  glossary: GLOSSARY,
  roles: ROLE_LABELS,
  kernel: caseLabels,
  api: Object.fromEntries(Object.entries(apiProblems).map(([code, one]) => [code, one.label])),
  ...Object.fromEntries(registry.all.map((process) => [process.name, process.labels])),
};

const words = Object.entries(catalogues).flatMap(([name, catalogue]) => [...labelsIn(catalogue, name)]);
const missing = words.filter(([, label]) => label.ckb === undefined);
for (const [path, label] of missing) process.stdout.write(`${path}\t${label.ar}\n`);
process.stdout.write(`${missing.length} of ${words.length} words have no Sorani and are shown in Arabic\n`);
