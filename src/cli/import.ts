/**
 * `npm run import -- FILE --kind households --as ninewa.registrar` uploads a file of paper cases over HTTP, and shows what is
 * wrong with it. `--commit --by ninewa.verifier` commits it as a second officer; possible duplicates are decided before, by
 * row: `--leave-out 12,40 --commit-all-the-same 7`. The same call again goes on where an earlier one stopped. The status is 1 where
 * the file cannot be read, and where a commit did not enter all that it was to.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { ImportKind } from '../domain/importRun/events.ts';
import { labels } from '../domain/importRun/labels.ts';
import { readConfig } from '../platform/config.ts';
import { openDevelopmentIssuer } from '../platform/developmentIssuer.ts';
import { Client } from './imports/client.ts';
import { followed, type ImportView, rowsTable } from './imports/show.ts';
import { run } from './run.ts';

const options = {
  kind: { type: 'string', default: 'households' },
  as: { type: 'string' },
  office: { type: 'string' },
  url: { type: 'string' },
  commit: { type: 'boolean', default: false },
  by: { type: 'string' },
  'leave-out': { type: 'string' },
  'commit-all-the-same': { type: 'string' },
} as const;

await run(async () => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [file] = positionals;
  if (!file || !values.as) throw new Error('say which file and who you are: npm run import -- FILE --as ninewa.registrar');
  if (!ImportKind.safeParse(values.kind).success)
    throw new Error(`say what the file holds: --kind ${ImportKind.options.join(' or ')}`);
  if (values.commit && !values.by) throw new Error('say which second officer commits: --commit --by ninewa.verifier');
  const say = (text: string): void => {
    if (text !== '') process.stdout.write(`${text}\n`);
  };
  const config = readConfig(process.env);
  if (config.oidc) throw new Error(`tokens come from ${config.oidc.issuer}: this command signs in with the development issuer`);
  const issuer = await openDevelopmentIssuer(config.dataDir);
  const address = values.url ?? `http://127.0.0.1:${config.port}`;
  const clientOf = async (name: string) => new Client(address, await issuer.token(name, 1));
  const client = await clientOf(values.as);

  const office = values.office ?? (await ownOffice(client));
  const bytes = readFileSync(file);
  const { document, sha256 } = await client.upload(basename(file), bytes, (sent) => say(`${sent} of ${bytes.length} bytes sent`));
  const { id } = await client.give('/v1/imports', sha256, { kind: values.kind, office, document, sha256 });
  let view = await followed(client, id, 'uploaded', 'read');
  say(summary(view));
  say(await rowsTable(client, id, 'bad', 'Rows with errors'));
  say(await rowsTable(client, id, 'doubtful', 'Rows that may be on record already'));
  for (const [option, decision] of [
    ['leave-out', 'leave_out'],
    ['commit-all-the-same', 'commit'],
  ] as const) {
    const rows = (values[option] ?? '').split(',').filter(Boolean).map(Number);
    if (rows.length === 0 || !['in_review', 'ready'].includes(view.status)) continue;
    await client.give(`/v1/imports/${id}/decide-rows`, `${decision} ${rows}`, { rows, decision });
    view = await client.get<ImportView>(`/v1/imports/${id}`);
  }
  if (values.commit && values.by && ['in_review', 'ready', 'committing'].includes(view.status)) {
    const second = await clientOf(values.by);
    if (view.status !== 'committing') await second.give(`/v1/imports/${id}/commit`, `commit ${view.revision}`, {}, view.revision);
    view = await followed(second, id, 'committing', 'enter');
    say(await rowsTable(second, id, 'refused', 'Rows that were refused'));
    say(summary(view));
  }
  const isEntered = view.status === 'committed' && view.state.committing?.refused === 0;
  if (view.status === 'unreadable' || (values.commit && !isEntered)) process.exitCode = 1;
});

async function ownOffice(client: Client): Promise<string> {
  const { posts } = await client.get<{ posts: { office?: string }[] }>('/v1/me');
  const office = posts.find((one) => one.office !== undefined)?.office;
  if (office === undefined) throw new Error('you hold no post in an office: say for which with --office');
  return office;
}

function summary({ reference, status, state }: ImportView): string {
  const { found, duplicates = [], committing, problem, columns = [] } = state;
  return [
    `\nimport ${reference}: ${status}`,
    problem ? `it cannot be read (${problem}): ${labels.codes.problem?.[problem]?.en ?? ''} ${columns.join(', ')}`.trimEnd() : '',
    found ? `${found.rows} rows, ${found.good} without errors, ${found.bad} that cannot be committed` : '',
    found ? `${found.units} to commit, ${duplicates.length} of them possible duplicates` : '',
    committing ? `${committing.done} entered, ${committing.refused} refused` : '',
  ]
    .filter((line) => line !== '')
    .join('\n');
}
