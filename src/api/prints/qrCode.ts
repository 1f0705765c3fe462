import { encode } from 'uqr';

/** Modules of the QR code of a text, row by row; true is dark. Level M: a fold or stain over 15 % leaves it readable. */
export const qrModules = (text: string): readonly (readonly boolean[])[] => encode(text, { ecc: 'M', border: 0 }).data;

/** Draws the code as one path of squares, so that it is sharp at any size; `side` in points. */
export function drawQr(doc: PDFKit.PDFDocument, text: string, { x, y, side }: { x: number; y: number; side: number }): void {
  const modules = qrModules(text);
  const step = side / modules.length;
  modules.forEach((row, down) => {
    row.forEach((dark, across) => {
      if (dark) doc.rect(x + across * step, y + down * step, step, step);
    });
  });
  doc.fill('#000000');
}
