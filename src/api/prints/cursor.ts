import { createTypesetter, type Typesetter } from './typesetter.ts';

/** A4 in points, and what is kept free at its edges. */
export const PAGE = { width: 595.28, height: 841.89 };
export const MARGIN = 48;
export const TOP = 44;
export const FOOT = 64;

/** Where the next block goes. Asking for room that is not there begins a page. */
export interface Cursor {
  readonly doc: PDFKit.PDFDocument;
  readonly type: Typesetter;
  readonly x: number;
  readonly width: number;
  y: number;
  /** Makes sure that so many points are left on the page; true when a new one was begun for it. */
  room(height: number): boolean;
}

/** A cursor at the top of the first page. */
export function cursorOn(doc: PDFKit.PDFDocument): Cursor {
  const cursor: Cursor = {
    doc,
    type: createTypesetter(doc),
    x: MARGIN,
    width: PAGE.width - 2 * MARGIN,
    y: TOP,
    room: (height) => {
      if (cursor.y + height <= PAGE.height - FOOT) return false;
      doc.addPage();
      cursor.y = TOP;
      return true;
    },
  };
  return cursor;
}
