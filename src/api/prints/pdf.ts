import PDFDocument from 'pdfkit';
import { drawBlock } from './blocks.ts';
import { type Cursor, cursorOn, FOOT, MARGIN, PAGE, TOP } from './cursor.ts';
import { drawQr } from './qrCode.ts';
import type { Frame, Sheet } from './sheet.ts';
import type { Style, Typesetter } from './typesetter.ts';
import { apart } from './visualRuns.ts';
import { momentInWords } from './words.ts';

const QR_SIDE = 82;
const GREY = '#555555';
const RULE = '#999999';

/**
 * The sheet as an A4 PDF in Arabic. The same sheet and frame give the same bytes: the file's date is that of the print.
 */
export async function pdfOf(sheet: Sheet, frame: Frame): Promise<Buffer> {
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    lang: 'ar',
    displayTitle: true,
    info: { Title: sheet.title, Producer: 'Masar', Creator: 'Masar', CreationDate: new Date(frame.printedAt) },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve, reject) => {
    doc.on('end', resolve);
    doc.on('error', reject);
  });
  const cursor = cursorOn(doc);
  drawHead(cursor, sheet, frame);
  for (const block of sheet.blocks) await drawBlock(cursor, block);
  drawFeet(doc, cursor.type, frame);
  doc.end();
  await done;
  return Buffer.concat(chunks);
}

/** Who hands it out on the right, the way to the case on the left; then what it is, when it was printed, and whether again. */
function drawHead(cursor: Cursor, { title }: Sheet, frame: Frame): void {
  const { doc, type, x, width } = cursor;
  drawQr(doc, frame.address, { x, y: TOP, side: QR_SIDE });
  const small: Style = { size: 8.5, colour: GREY, align: 'center' };
  const under = type.write(apart(frame.reference), { x: x - 10, y: TOP + QR_SIDE + 1, width: QR_SIDE + 20 }, small);
  const beside = { x: x + QR_SIDE + 20, width: width - QR_SIDE - 20 };
  let y = TOP - 4;
  frame.issuer.forEach((line, index) => {
    y = type.write(line, { ...beside, y }, index === 0 ? { size: 13, face: 'bold' } : { size: 11 });
  });
  y = type.write(`رقم الورقة: ${apart(printNumber(frame))}`, { ...beside, y: y + 4 }, { size: 9.5, colour: GREY });
  y = type.write(`تاريخ الطباعة: ${momentInWords(frame.printedAt)}`, { ...beside, y }, { size: 9.5, colour: GREY });
  cursor.y = Math.max(y, under) + 6;
  doc
    .moveTo(x, cursor.y)
    .lineTo(x + width, cursor.y)
    .lineWidth(0.8)
    .stroke(RULE);
  cursor.y = type.write(title, { x, y: cursor.y + 8, width }, { size: 18, face: 'bold', align: 'center' });
  const again = reprintMark(frame);
  if (again) cursor.y = drawMark(cursor, again);
  cursor.y += 6;
}

function drawMark({ doc, type, x, y, width }: Cursor, text: string): number {
  const style: Style = { size: 11, face: 'bold', align: 'center' };
  const wide = type.width(text, style) + 24;
  doc
    .rect(x + (width - wide) / 2, y + 1, wide, 22)
    .lineWidth(1)
    .stroke('#000000');
  type.write(text, { x, y: y + 3, width }, style);
  return y + 28;
}

/** On every page: which paper, which page of how many, and whether it is a reprint. */
function drawFeet(doc: PDFKit.PDFDocument, type: Typesetter, frame: Frame): void {
  const { start, count } = doc.bufferedPageRange();
  const style: Style = { size: 9, colour: GREY };
  const width = PAGE.width - 2 * MARGIN;
  for (let page = 0; page < count; page += 1) {
    doc.switchToPage(start + page);
    const y = PAGE.height - FOOT + 22;
    doc
      .moveTo(MARGIN, y - 6)
      .lineTo(MARGIN + width, y - 6)
      .lineWidth(0.5)
      .stroke(RULE);
    type.write(`صفحة ${page + 1} من ${count}`, { x: MARGIN, y, width }, style);
    type.write(apart(printNumber(frame)), { x: MARGIN, y, width }, { ...style, align: 'left' });
    const again = reprintMark(frame);
    if (again) type.write(again, { x: MARGIN, y, width }, { ...style, align: 'center' });
  }
}

/** The case's reference and which of its prints this is. */
export const printNumber = ({ reference, number }: Pick<Frame, 'reference' | 'number'>): string => `${reference}/${number}`;

/** What a reprint says of itself; the second copy is the first reprint. */
export const reprintMark = ({ copy }: Pick<Frame, 'copy'>): string | undefined =>
  copy > 1 ? `نسخة مكررة رقم ${copy - 1}` : undefined;
