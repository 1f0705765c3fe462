import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportView, rowsTable } from '../imports/show.ts';
import type { Teller } from './client.ts';
import { until } from './steps.ts';

/** What a paper is asked for. */
interface Wish {
  /** Path of the case: `/v1/claims/<id>`. */
  readonly of: string;
  readonly paper: string;
  readonly as: string;
  readonly name: string;
}

/** Prints a paper of a case and saves it. @returns where it is */
export async function printed(client: Teller, dataDir: string, { of, paper, as, name }: Wish): Promise<string> {
  await client.give(as, `${of}/print`, `print ${name}`, { paper });
  const { items } = await client.get<{ items: readonly { number: number; paper: string }[] }>(as, `${of}/prints`);
  const number = items.findLast((one) => one.paper === paper)?.number ?? 1;
  return saved(dataDir, `${name}.pdf`, await client.file(as, `${of}/prints/${number}`));
}

/** Takes a list out as a spreadsheet and saves it. @returns where it is */
export async function exported(client: Teller, dataDir: string, as: string, list: string): Promise<string> {
  const wish = { key: `export ${list} as ${as}`, body: { list, format: 'xlsx' } };
  return saved(dataDir, `${list}.xlsx`, await client.file(as, '/v1/list-exports', wish));
}

async function saved(dataDir: string, name: string, bytes: Buffer): Promise<string> {
  const folder = join(dataDir, 'demo');
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A file of claims from its upload to its commitment, with what was wrong with it in words. */
export interface Imported {
  /** Ids of the claims by the number of their row, as a spreadsheet counts. */
  readonly claims: ReadonlyMap<number, string>;
  readonly told: string;
}

interface Officers {
  /** Uploads and reviews. */
  readonly clerk: string;
  /** Commits. */
  readonly chair: string;
  readonly office: string;
}

interface RowsPage {
  readonly items: readonly {
    readonly row: number;
    readonly duplicates: readonly { readonly scope?: string }[];
    readonly cases: readonly { readonly process: string; readonly id: string }[];
  }[];
  readonly next?: number;
}

/** Uploads a file of claims, looks at what is doubtful, and has it committed by a second officer; a loss claimed before is left out. */
export async function importClaims(
  client: Teller,
  { clerk, chair, office }: Officers,
  name: string,
  bytes: Buffer,
): Promise<Imported> {
  const { document, sha256 } = await client.upload(clerk, `${name}.csv`, bytes);
  const { id } = await client.give(clerk, '/v1/imports', `import ${name}`, { kind: 'claims', office, document, sha256 });
  const path = `/v1/imports/${id}`;
  const past = (status: string) =>
    until(`import ${name} past ${status}`, async () => {
      const view = await client.get<ImportView>(clerk, path);
      return view.status === status ? undefined : view;
    });
  const read = await past('uploaded');
  const reader = { get: <T>(wanted: string) => client.get<T>(clerk, wanted) };
  const wrong = await rowsTable(reader, id, 'bad', `Rows of ${name} with errors`);
  const doubtful = await rowsTable(reader, id, 'doubtful', `Rows of ${name} that may be on record already`);
  if (read.status === 'in_review' || read.status === 'ready') {
    const rows = await allRows(client, clerk, path, 'doubtful');
    const taken = rows.filter((one) => one.duplicates.some(({ scope }) => scope !== undefined)).map((one) => one.row);
    const others = rows.map((one) => one.row).filter((row) => !taken.includes(row));
    const decide = (list: readonly number[], decision: string) =>
      list.length === 0 ? undefined : client.give(clerk, `${path}/decide-rows`, `${name} ${decision}`, { rows: list, decision });
    await decide(taken, 'leave_out');
    await decide(others, 'commit');
    await client.decide(chair, path, 'commit', `${name} commit`, {});
  }
  const done = await past('committing');
  if (done.status !== 'committed') throw new Error(`import ${name} is ${done.status}: ${done.state.problem ?? ''}`);
  const rows = await allRows(client, clerk, path);
  const claims = rows.flatMap((one) => one.cases.flatMap((of) => (of.process === 'claim' ? [[one.row, of.id] as const] : [])));
  const { found, committing } = done.state;
  const summary = `\nFile ${name}: ${found?.rows ?? 0} rows, ${found?.bad ?? 0} wrong; ${committing?.done ?? claims.length} claims entered, ${committing?.refused ?? 0} refused (import ${done.reference})`;
  return { claims: new Map(claims), told: [summary, wrong, doubtful].filter((one) => one !== '').join('\n') };
}

async function allRows(client: Teller, as: string, path: string, status?: string): Promise<readonly RowsPage['items'][number][]> {
  const items: RowsPage['items'][number][] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const only: string = status === undefined ? '' : `&status=${status}`;
    const page: RowsPage = await client.get<RowsPage>(as, `${path}/rows?limit=1000&after=${after}${only}`);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}
