/** Writes bench/RESULTS.md. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';
import pg from 'pg';
import { digits, hasTarget, held, median, reached, target } from './figures.mjs';

const mark = (row) => `<!-- ${row} -->`;

/**
 * The whole file: the table with the rows of these figures, and of other works the rows that the earlier file has. `rows` gives
 * the order of works.
 */
export async function results({ rows, figures, reasons, earlier, url }) {
  const machine = await machineOf(url);
  const lines = rows.flatMap((row) => {
    const own = figures.filter((figure) => figure.row === row);
    return own.length > 0 ? own.map((figure) => lineOf(figure, `${machine} ${mark(row)}`)) : kept(earlier, row);
  });
  const whys = figures.filter((figure) => hasTarget(figure) && !reached(figure)).map((figure) => figure.name);
  const known = [...new Set([...whys, ...Object.keys(reasons)])].filter((name) => reasons[name] !== undefined);
  return `# What \`npm run bench\` measured

Ratios are taken round by round, both sides in turns on the same Postgres (fsync on, as the embedded one is set); five rounds,
median with smallest and largest. Absolute figures are of that machine at that time and say little by themselves.

| Work | Masar | Peer | Figure | Smallest–largest | Wanted | | Measured on |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}

## Why a figure is not reached, or was not

${known.map((name) => `- **${name}**: ${reasons[name]}`).join('\n')}
`;
}

function lineOf(figure, machine) {
  const { told: value, min, max } = held(figure);
  const verdict = hasTarget(figure) ? (reached(figure) ? 'reached' : '**not reached**') : '';
  return `| ${[
    `${figure.work} (\`${figure.name}\`)${figure.note ? `; ${figure.note}` : ''}`,
    `${digits(median(figure.ours))} ${figure.unit}`,
    figure.peer ? `${figure.peerName}: ${digits(median(figure.peer))} ${figure.unit}` : '',
    digits(value),
    `${digits(min)}–${digits(max)}`,
    target(figure),
    verdict,
    machine,
  ].join(' | ')} |`;
}

const kept = (earlier, row) => earlier.split('\n').filter((line) => line.endsWith(`${mark(row)} |`));

/** The commit that was measured, where it is known. */
function commit() {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--exclude=*'], { encoding: 'utf8' });
  return status === 0 ? [stdout.trim()] : [];
}

async function machineOf(url) {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query('show server_version');
  await client.end();
  const [cpu] = cpus();
  const parts = [
    `${availableParallelism()} cores (${cpu?.model.trim() || process.arch})`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Node ${process.versions.node}`,
    `Postgres ${rows[0].server_version.split(' ')[0]}`,
    new Date().toISOString().slice(0, 10),
    ...commit(),
  ];
  return parts.join(', ');
}
