import { headingOf } from './checking.ts';
import type { Column } from './columns.ts';

/** The table of an empty template: headings, and an example that is no row because it begins with #. */
export const templateTable = (columns: readonly Column[]): readonly (readonly string[])[] => [
  columns.map((one) => headingOf(one.heading) + (one.required ? ' *' : '')),
  columns.map((one, at) => (at === 0 ? `# ${one.example}` : one.example)),
];

/** What may be written in the columns with a list: column, code, Arabic, English. */
export const templateCodes = (columns: readonly Column[]): readonly (readonly string[])[] => [
  ['العمود / Column', 'الرمز / Code', 'العربية', 'English'],
  ...columns.flatMap(({ heading, codes }) =>
    Object.entries(codes ?? {}).map(([code, words]) => [headingOf(heading), code, words.ar, words.en]),
  ),
];
