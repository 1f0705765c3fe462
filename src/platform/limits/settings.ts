/** How many uses one subject, and all subjects of one group together, may make of something within a window. */
export interface Limit {
  readonly perSubject: number;
  readonly perGroup: number;
  readonly windowS: number;
}

export const LIMITED = ['requests', 'searches', 'lookups', 'dailyLookups', 'imports', 'exports', 'rejections'] as const;
export type Limited = (typeof LIMITED)[number];
export type LimitSettings = Readonly<Record<Limited, Limit>>;

/**
 * Nobody published bounds; these are far from what a tired clerk reaches, and within what one machine serves. A group is an
 * office; a bulk counts as a request for each of its commands (1,000 at most); that of `rejections`, whose subjects are addresses, is not counted.
 */
export const defaultLimits: LimitSettings = {
  requests: { perSubject: 1_200, perGroup: 12_000, windowS: 60 },
  searches: { perSubject: 60, perGroup: 600, windowS: 60 },
  lookups: { perSubject: 30, perGroup: 300, windowS: 60 },
  // Who tries numbers slowly tries them all the same: what names somebody by a number is counted by the day as well.
  dailyLookups: { perSubject: 400, perGroup: 4_000, windowS: 86_400 },
  // Each file may hold thousands of numbers, and is kept: what was tried in it is to be seen.
  imports: { perSubject: 40, perGroup: 200, windowS: 86_400 },
  exports: { perSubject: 60, perGroup: 300, windowS: 3_600 },
  rejections: { perSubject: 600, perGroup: 600, windowS: 60 },
};

const ENTRY = /^(\w+)=(\d{1,7})(?:\/(\d{1,7}))?$/;

/**
 * Limits from text such as `requests=1200/12000,searches=60/600`: per subject, then per group (ten times as many when it is
 * not said). What is not named keeps its default; windows are not configured.
 * @returns undefined when it is not such text, or a limit is zero.
 */
export function limitsIn(text: string): LimitSettings | undefined {
  const settings: Record<Limited, Limit> = { ...defaultLimits };
  for (const entry of text.split(',')) {
    const [, name, subject, group] = ENTRY.exec(entry.trim()) ?? [];
    const known = LIMITED.find((one) => one === name);
    const perSubject = Number(subject);
    const perGroup = group === undefined ? perSubject * 10 : Number(group);
    if (!known || perSubject < 1 || perGroup < 1) return undefined;
    settings[known] = { perSubject, perGroup, windowS: defaultLimits[known].windowS };
  }
  return settings;
}
