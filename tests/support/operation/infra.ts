import { readdirSync, readFileSync } from 'node:fs';
import { parseYaml } from '@redocly/openapi-core';

export const text = (file: string): string => readFileSync(`infra/${file}`, 'utf8');

/** The documents of a YAML file of infra/. */
export const documents = <T>(file: string): readonly T[] =>
  text(file)
    .split(/^---$/m)
    .map((part) => parseYaml(part) as T);

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

export const alerts = (): readonly Alert[] =>
  documents<{ groups: readonly { rules: readonly Alert[] }[] }>('prometheus/alerts.yaml')[0]?.groups.flatMap(
    (one) => one.rules,
  ) ?? [];

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly Target[] }[];
}

interface Target {
  readonly expr: string;
  readonly legendFormat?: string;
}

/** A query, where it stands, and the words in which its answers are told, with labels in double braces. */
export interface Query {
  readonly where: string;
  readonly expr: string;
  readonly words: string;
}

/** Every query of the dashboard and of the alerts. */
export function queries(): readonly Query[] {
  const { panels } = JSON.parse(text('grafana/masar.json')) as Dashboard;
  return [
    ...panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr, legendFormat = '' }) => ({ where: title, expr, words: legendFormat })),
    ),
    ...alerts().map(({ alert, expr, annotations }) => ({
      ...{ where: alert, expr },
      words: `${annotations.summary} ${annotations.description}`,
    })),
  ];
}

/** The metrics a text names, without what a histogram puts behind its name. */
export const metricsIn = (words: string): readonly string[] =>
  [...new Set(words.match(/\b(masar|nodejs|process)_[a-z0-9_]+\b/g) ?? [])].map((name) =>
    name.replace(/_(bucket|sum|count)$/, ''),
  );

export const runbooks = (): readonly string[] => readdirSync('infra/runbooks');

/** The anchors of a runbook's headings, as web pages of Markdown make them. */
export const anchorsOf = (runbook: string): readonly string[] =>
  [...text(`runbooks/${runbook}`).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );

/** The block of SQL in a runbook that begins with these words. */
export function sqlIn(runbook: string, beginning: string): string {
  const blocks = [...text(`runbooks/${runbook}`).matchAll(/^ *```sql\n(.*?)^ *```$/gms)].map(([, sql = '']) => sql.trim());
  const found = blocks.filter((sql) => sql.startsWith(beginning));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} blocks begin with ${beginning}`);
  return found[0];
}
