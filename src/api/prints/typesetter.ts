import { createRequire } from 'node:module';
import { forShaper, visualRuns } from './visualRuns.ts';

const require = createRequire(import.meta.url);
const VAZIRMATN = '@expo-google-fonts/vazirmatn';
const FACES = {
  regular: require.resolve(`${VAZIRMATN}/400Regular/Vazirmatn_400Regular.ttf`),
  bold: require.resolve(`${VAZIRMATN}/700Bold/Vazirmatn_700Bold.ttf`),
} as const;

export type Face = keyof typeof FACES;

/** Size in points. Colour as `#rrggbb`. */
export interface Style {
  readonly size: number;
  readonly face?: Face;
  readonly colour?: string;
  readonly align?: 'right' | 'center' | 'left';
}

/** Where text goes, in points from the upper left corner; its first line hangs from `y`. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Height of a line as a share of the size: Vazirmatn stands 1.03 above and 0.54 below the baseline. */
const LEADING = 1.65;

/** Given to the shaper so that it sees each run whole: without a list, pdfkit cuts at spaces and lays the words left to right. */
const WHOLE_RUN: PDFKit.Mixins.OpenTypeFeatures[] = [];

/** Sets right-to-left text on a page. */
export interface Typesetter {
  /** Points the text takes on one line. */
  width(text: string, style: Style): number;
  /** The text in lines no wider than `width`; a line break in it is kept. */
  lines(text: string, width: number, style: Style): readonly string[];
  /** Points the text takes from top to bottom. */
  height(text: string, width: number, style: Style): number;
  /** Draws the text and answers where the next may begin. */
  write(text: string, place: Place, style: Style): number;
}

export const lineHeight = ({ size }: Style): number => size * LEADING;

/** A typesetter on a document of pdfkit, with the faces of Vazirmatn. */
export function createTypesetter(doc: PDFKit.PDFDocument): Typesetter {
  for (const [face, file] of Object.entries(FACES)) doc.registerFont(face, file);

  // Shaping is what takes time, and a line is measured several times before it is drawn.
  const runs = new Map<string, readonly string[]>();
  const widths = new Map<string, number>();

  function runsOf(line: string): readonly string[] {
    const known = runs.get(line) ?? visualRuns(line).map(forShaper);
    runs.set(line, known);
    return known;
  }

  /** Width of a run at size 1, which holds for every size. */
  function unitWidth(run: string, face: Face): number {
    const key = `${face} ${run}`;
    const known = widths.get(key) ?? doc.font(face).fontSize(1).widthOfString(run, { features: WHOLE_RUN });
    widths.set(key, known);
    return known;
  }

  const widthOf = (run: string, { face = 'regular', size }: Style): number => unitWidth(run, face) * size;
  const width = (text: string, style: Style): number => runsOf(text).reduce((sum, run) => sum + widthOf(run, style), 0);

  function lines(text: string, room: number, style: Style): readonly string[] {
    return text.split('\n').flatMap((paragraph) => wrapped(paragraph, (line) => width(line, style) <= room));
  }

  function drawLine(line: string, { x, y, width: room }: Place, style: Style): void {
    const { align = 'right' } = style;
    const spare = room - width(line, style);
    let at = x + (align === 'right' ? spare : align === 'center' ? spare / 2 : 0);
    const starts = runsOf(line).map((run) => {
      const start = at;
      at += widthOf(run, style);
      return { run, start };
    });
    doc
      .font(style.face ?? 'regular')
      .fontSize(style.size)
      .fillColor(style.colour ?? '#000000');
    for (const { run, start } of starts) doc.text(run, start, y, { lineBreak: false, features: WHOLE_RUN });
  }

  return {
    width,
    lines,
    height: (text, room, style) => lines(text, room, style).length * lineHeight(style),
    write: (text, place, style) => {
      const all = lines(text, place.width, style);
      all.forEach((line, index) => {
        drawLine(line, { ...place, y: place.y + index * lineHeight(style) }, style);
      });
      return place.y + all.length * lineHeight(style);
    },
  };
}

/** Words put on lines for as long as they fit; a word that fits on no line is cut. What is set apart stays so on each line. */
export function wrapped(paragraph: string, fits: (line: string) => boolean): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(/ +/).flatMap((one) => cut(one, fits))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || fits(closed(longer))) line = longer;
    else {
      lines.push(closed(line));
      line = `${reopening(line)}${word}`;
    }
  }
  return [...lines, closed(line)];
}

function cut(word: string, fits: (line: string) => boolean): readonly string[] {
  if (fits(word)) return [word];
  const parts: string[] = [];
  let part = '';
  for (const letter of word) {
    if (part !== '' && !fits(part + letter)) {
      parts.push(part);
      part = '';
    }
    part += letter;
  }
  return [...parts, part];
}

/** Isolates a line opens and does not close. */
const openIsolates = (line: string): number =>
  Math.max(0, (line.match(/[\u2066-\u2068]/g)?.length ?? 0) - (line.match(/\u2069/g)?.length ?? 0));
const closed = (line: string): string => line + '\u2069'.repeat(openIsolates(line));
const reopening = (line: string): string => '\u2066'.repeat(openIsolates(line));
