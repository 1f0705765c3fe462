/** What bench/RESULTS.md says. */
import { digits, hasTarget, held, median, REASON_MISSING, reached, target } from './figures.mjs';

const mark = (row) => `<!-- ${row} -->`;
const MISSED = '**not reached**';

/**
 * The whole file: the table with the rows of these figures, and of other works the rows that the earlier file has: without their
 * verdict where the work broke off since (`failed`), or where something else is wanted now. `rows` gives the order of works.
 */
export function results({ rows, figures, failed, reasons, targets, earlier, machine }) {
  const lines = rows.flatMap((row) => {
    const own = figures.filter((figure) => figure.row === row);
    if (own.length > 0) return own.map((figure) => lineOf(figure, `${machine} ${mark(row)}`));
    const before = kept(earlier, row);
    if (!failed.includes(row)) return before.map((line) => heldTo(line, targets));
    const broken = before.map((line) => withCells(line, { verdict: '**broke off** when it was measured again' }));
    const nothing = [`\`${row}\``, '', '', '', '', '', '**broke off**', `${machine} ${mark(row)}`];
    return broken.length > 0 ? broken : [`| ${nothing.join(' | ')} |`];
  });
  const missed = lines.filter((line) => line.includes(` ${MISSED} |`)).map(nameIn);
  const known = [...new Set([...missed, ...Object.keys(reasons)])];
  return `# What \`npm run bench\` measured

Ratios are taken round by round, both sides in turns on the same Postgres; five rounds, median with smallest and largest. Absolute
figures are of that machine at that time and say little by themselves.

| Work | Masar | Peer | Figure | Smallest–largest | Wanted | | Measured on |
|---|---|---|---|---|---|---|---|
${lines.join('\n')}

## Why a figure is not reached, or was not

${known.map((name) => `- **${name}**: ${reasons[name] ?? REASON_MISSING}`).join('\n')}
`;
}

function lineOf(figure, machine) {
  const { told: value, min, max } = held(figure);
  const verdict = hasTarget(figure) ? (reached(figure) ? 'reached' : MISSED) : '';
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

const nameIn = (line) => /\(`([^`]+)`\)/.exec(line)?.[1] ?? '';

/** A line that was measured before, held to what is wanted now. */
function heldTo(line, targets) {
  const now = target(targets[nameIn(line)] ?? {});
  const [wanted] = line.split(' | ').slice(-3);
  return wanted === now ? line : withCells(line, { wanted: now, verdict: now === '' ? '' : '**not yet measured against this**' });
}

/** A line with other words in these cells, which are told from its end: a work may say anything. */
function withCells(line, { wanted, verdict }) {
  const cells = line.split(' | ');
  if (wanted !== undefined) cells[cells.length - 3] = wanted;
  cells[cells.length - 2] = verdict;
  return cells.join(' | ');
}
