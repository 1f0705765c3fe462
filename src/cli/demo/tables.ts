/** A plain table for a terminal: Latin columns are padded; a column that may hold Arabic comes last, since its width is anybody's guess. */
export function table(title: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width));
  return [`\n${title}`, line(columns), line(rule), ...rows.map(line), rows.length === 0 ? '(nothing)' : '']
    .filter((one) => one !== '')
    .join('\n');
}

/** An instant as a clerk in Baghdad reads it. */
export const shortTime = (instant: string | null | undefined): string =>
  instant ? new Date(Date.parse(instant) + 10_800_000).toISOString().slice(0, 16).replace('T', ' ') : '';
