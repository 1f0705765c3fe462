/**
 * A figure is what one line of the table says:
 * `{ name, work, unit, ours: [a value a round], peer?: [likewise], peerName?, note? }`, and of bench/targets.json `atLeast` or `atMost`.
 * With a peer the ratio is taken round by round, since both were measured side by side; the target is held to its median, or with
 * `worst` to the largest. `broken` work (its note says what is wrong) reaches no target, however quick it was.
 */
export const median = (values) => quantile(values, 0.5);

/** The value a share of the others does not exceed. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const ratios = ({ ours, peer }) => ours.map((value, round) => value / peer[round]);

/** What the target is held to, with its smallest and largest. */
export function held(figure) {
  const values = figure.peer ? ratios(figure) : figure.ours;
  const told = figure.worst ? Math.max(...values) : median(values);
  return { told, min: Math.min(...values), max: Math.max(...values) };
}

export const hasTarget = ({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined;

export function reached(figure) {
  if (figure.broken) return false;
  const { told: value } = held(figure);
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = figure;
  return Number.isFinite(value) && value >= atLeast && value <= atMost;
}

/** Three significant digits, whole numbers in full. */
export const digits = (value) => {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
};

export const target = ({ atLeast, atMost }) =>
  atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : '';

export const REASON_MISSING = 'reason missing';

/** What the console shows of a figure. */
export function linesOf(figure, reasons) {
  const { told: value, min, max } = held(figure);
  const sides = [`${digits(median(figure.ours))} ${figure.unit}`];
  if (figure.peer) sides.push(`${figure.peerName} ${digits(median(figure.peer))} ${figure.unit}`);
  const verdict = hasTarget(figure) ? `, wanted ${target(figure)}: ${reached(figure) ? 'reached' : 'NOT REACHED'}` : '';
  const of = figure.peer ? `ratio ${digits(value)}` : digits(value);
  const lines = [`${figure.work}: ${sides.join(', ')}`, `   ${of} (${digits(min)}–${digits(max)})${verdict}`];
  if (figure.note) lines.push(`   ${figure.note}`);
  if (hasTarget(figure) && !reached(figure)) lines.push(`   why: ${reasons[figure.name] ?? REASON_MISSING}`);
  return lines;
}
