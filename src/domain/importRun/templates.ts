import { headingOf } from './checking.ts';
import type { Column } from './columns.ts';
import type { ImportKind } from './events.ts';
import { householdColumns } from './householdTemplate.ts';

/** The columns of the files of each kind that can be read. */
export const TEMPLATES: Readonly<Partial<Record<ImportKind, readonly Column[]>>> = { households: householdColumns };

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
