import { setImmediate } from 'node:timers/promises';
import type { Cursor } from './cursor.ts';
import type { Block, Field, TableColumn } from './sheet.ts';
import { lineHeight, type Style } from './typesetter.ts';

const BODY: Style = { size: 11.5 };
const LABEL: Style = { size: 11.5, face: 'bold' };
const CELL: Style = { size: 10 };
const HEAD: Style = { size: 10, face: 'bold' };
const RULE = '#999999';
const SHADE = '#eeeeee';
const LABEL_WIDTH = 150;
const PADDING = 5;
const SIGNATURE_WIDTH = 240;
/** Rows set in one go: a list of a thousand takes seconds, in which others are answered too. */
const BREATH = 25;

/** Draws one block below what is there, on as many pages as it needs. */
export async function drawBlock(cursor: Cursor, block: Block): Promise<void> {
  switch (block.kind) {
    case 'heading':
      drawHeading(cursor, block.text);
      break;
    case 'text':
      drawText(cursor, block.text);
      break;
    case 'fields':
      for (const field of block.rows) drawField(cursor, field);
      cursor.y += 6;
      break;
    case 'table':
      await drawTable(cursor, block.columns, block.rows);
      break;
    case 'signatures':
      drawSignatures(cursor, block.of);
  }
}

function drawHeading(cursor: Cursor, text: string): void {
  const style: Style = { size: 13, face: 'bold' };
  // A heading stays with the first lines below it.
  cursor.room(lineHeight(style) + 3 * lineHeight(BODY));
  cursor.y = cursor.type.write(text, { x: cursor.x, y: cursor.y + 4, width: cursor.width }, style);
}

function drawText(cursor: Cursor, text: string): void {
  for (const line of cursor.type.lines(text, cursor.width, BODY)) {
    cursor.room(lineHeight(BODY));
    cursor.y = cursor.type.write(line, { x: cursor.x, y: cursor.y, width: cursor.width }, BODY);
  }
  cursor.y += 6;
}

function drawField(cursor: Cursor, [label, value]: Field): void {
  const { type, x, width } = cursor;
  const room = width - LABEL_WIDTH;
  cursor.room(Math.max(type.height(value, room, BODY), type.height(`${label}:`, LABEL_WIDTH, LABEL)));
  const { y } = cursor;
  const under = type.write(`${label}:`, { x: x + room, y, width: LABEL_WIDTH }, LABEL);
  cursor.y = Math.max(under, type.write(value, { x, y, width: room }, BODY)) + 1;
}

async function drawTable(cursor: Cursor, columns: readonly TableColumn[], rows: readonly (readonly string[])[]): Promise<void> {
  const sum = columns.reduce((all, column) => all + column.share, 0);
  const widths = columns.map((column) => (cursor.width * column.share) / sum);
  const titles = columns.map((column) => column.title);
  const head = () => drawRow(cursor, widths, titles, HEAD, SHADE);
  cursor.room(rowHeight(cursor, widths, titles, HEAD) + 2 * lineHeight(CELL));
  head();
  for (const [index, row] of rows.entries()) {
    if (index % BREATH === BREATH - 1) await setImmediate();
    // A table that goes on repeats its head.
    if (cursor.room(rowHeight(cursor, widths, row, CELL))) head();
    drawRow(cursor, widths, row, CELL);
  }
  cursor.y += 8;
}

const rowHeight = ({ type }: Cursor, widths: readonly number[], cells: readonly string[], style: Style): number =>
  Math.max(...widths.map((width, index) => type.height(cells[index] ?? '', width - 2 * PADDING, style))) + PADDING;

/** The first cell stands on the right. */
function drawRow(cursor: Cursor, widths: readonly number[], cells: readonly string[], style: Style, shade?: string): void {
  const { doc, type, y } = cursor;
  const height = rowHeight(cursor, widths, cells, style);
  let right = cursor.x + cursor.width;
  widths.forEach((width, index) => {
    right -= width;
    if (shade) doc.rect(right, y, width, height).fill(shade);
    doc.rect(right, y, width, height).lineWidth(0.5).stroke(RULE);
    type.write(cells[index] ?? '', { x: right + PADDING, y: y + PADDING / 2, width: width - 2 * PADDING }, style);
  });
  cursor.y = y + height;
}

function drawSignatures(cursor: Cursor, of: readonly string[]): void {
  const height = 90;
  cursor.room(height);
  const width = Math.min(cursor.width / of.length, SIGNATURE_WIDTH);
  const gap = (cursor.width - width * of.length) / (of.length + 1);
  of.forEach((whose, index) => {
    const x = cursor.x + cursor.width - (index + 1) * (width + gap);
    cursor.type.write(whose, { x, y: cursor.y + 16, width }, { ...BODY, align: 'center' });
    cursor.doc
      .moveTo(x + 24, cursor.y + height - 12)
      .lineTo(x + width - 24, cursor.y + height - 12)
      .lineWidth(0.6)
      .stroke(RULE);
  });
  cursor.y += height;
}
