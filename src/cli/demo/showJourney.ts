import type { Client } from './client.ts';
import type { Journey } from './journey.ts';
import { shortTime, table } from './tables.ts';

interface Lines<T> {
  readonly items: readonly T[];
}
interface BoardLine {
  readonly status?: string | null;
  readonly statusLabel?: { readonly en: string };
  readonly kind?: string | null;
  readonly cases: number;
  readonly measures: Readonly<Record<string, number>>;
  readonly oldestDays: number;
}
interface Page {
  readonly cases: readonly {
    readonly reference: string;
    readonly processLabel?: { readonly en: string };
    readonly statusLabel?: { readonly en: string };
    readonly status: string;
    readonly openedAt: string;
  }[];
  readonly waits: readonly {
    readonly reference: string;
    readonly wait: string;
    readonly party: string;
    readonly since: string;
  }[];
}
interface TrailEntry {
  readonly process: string;
  readonly occurredAt: string;
  readonly label?: { readonly en: string };
  readonly postLabel?: { readonly en: string };
  readonly type: string;
  readonly post: string;
  readonly officeName: { readonly en?: string } | null;
}

const TRAIL_ROWS = 200;
/** Who looks: the cases are open to the branch, so that its boards leave no small figure out. */
const BRANCH = 'duhok.verifier';

/** What is seen of the family's way: where movements and papers stand, its page and trail, and the year as it looked then. */
export async function showJourney(client: Client, journey: Journey, after: string, say: (text: string) => void): Promise<void> {
  say(await movements(client, after));
  say(await papers(client, after));
  for (const text of await page(client, journey, after)) say(text);
  say(await trail(client, journey, after));
  say(await asItWas(client, after));
}

const word = (one: { readonly status?: string | null; readonly statusLabel?: { readonly en: string } }): string =>
  one.statusLabel?.en ?? one.status ?? '';

async function movements(client: Client, after: string): Promise<string> {
  const { items } = await client.get<Lines<BoardLine>>(BRANCH, '/v1/movements/board?by=kind,status', after);
  const rows = items.map(({ kind, cases, measures, ...one }) => [
    kind ?? '',
    word(one),
    String(cases),
    ...['persons', 'arrivalConfirmed', 'roundsCompleted', 'failed'].map((name) => String(measures[name] ?? 0)),
  ]);
  const columns = ['pathway', 'status', 'movements', 'persons', 'arrived', 'rounds held', 'failed'];
  return table('Movements, as the branch in Duhok sees them', columns, rows);
}

async function papers(client: Client, after: string): Promise<string> {
  const { items } = await client.get<Lines<BoardLine>>(BRANCH, '/v1/document-requests/board?by=kind,status', after);
  const rows = items.map(({ kind, cases, oldestDays, ...one }) => [
    kind ?? '',
    word(one),
    String(cases),
    String(Math.round(oldestDays)),
  ]);
  return table('Requests for papers', ['paper', 'status', 'requests', 'oldest, days'], rows);
}

async function page(client: Client, { family }: Journey, after: string): Promise<readonly string[]> {
  const { cases, waits } = await client.get<Page>(BRANCH, `/v1/households/${family.household}/page`, after);
  const rows = cases.map((one) => [one.reference, one.processLabel?.en ?? '', word(one), one.openedAt.slice(0, 10)]);
  const open = waits.map((one) => [one.reference, one.wait, one.party, shortTime(one.since)]);
  return [
    table('The family that went home and had to leave again: its cases', ['reference', 'case', 'status', 'since'], rows),
    table('What they wait for', ['reference', 'wait', 'on whom', 'since'], open),
  ];
}

async function trail(client: Client, { family }: Journey, after: string): Promise<string> {
  const path = `/v1/households/${family.household}/trail?limit=${TRAIL_ROWS}`;
  const { items } = await client.get<Lines<TrailEntry>>(BRANCH, path, after);
  const lines = [...items]
    .sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1))
    .map((one) => [
      one.occurredAt.slice(0, 10),
      one.process,
      one.label?.en ?? one.type,
      one.postLabel?.en ?? one.post,
      one.officeName?.en ?? '',
    ]);
  // The same deed for every member, paper or round is one line.
  const times = new Map<string, number>();
  for (const line of lines) times.set(line.join(), (times.get(line.join()) ?? 0) + 1);
  const rows = [...new Map(lines.map((line) => [line.join(), line])).entries()].map(
    ([key, [day = '', of = '', what = '', ...who]]) => {
      const count = times.get(key) ?? 1;
      return [day, of, count > 1 ? `${what} ×${count}` : what, ...who];
    },
  );
  return table('Its way, by the days on which things happened', ['day', 'case', 'what', 'post', 'office'], rows);
}

/** The three questions of domain.md §11.1, asked of the boards for the days themselves. */
async function asItWas(client: Client, after: string): Promise<string> {
  const lines = async (what: string, day: string) =>
    (
      await client.get<Lines<BoardLine>>(
        BRANCH,
        `/v1/${what}/board?by=status&governorate=${what === 'movements' ? 'IQG15' : 'IQG09'}&effectiveOn=${day}`,
        after,
      )
    ).items;
  const stands = (items: readonly BoardLine[]): string => items.map((one) => `${one.cases} ${word(one)}`).join(', ');
  const sum = (items: readonly BoardLine[], measure: string): number =>
    items.reduce((total, one) => total + (one.measures[measure] ?? 0), 0);
  const rows: string[][] = [];
  for (const day of ['2024-07-01', '2024-12-01', '2025-03-02']) {
    const [going, home] = [await lines('movements', day), await lines('households', day)];
    const [arrived, failed] = [sum(going, 'arrivalConfirmed'), sum(going, 'failed')];
    rows.push([day, stands(going), String(arrived), String(failed), stands(home), String(sum(home, 'returned'))]);
  }
  const inYear =
    sum(await lines('movements', '2024-12-31'), 'arrivalConfirmed') -
    sum(await lines('movements', '2023-12-31'), 'arrivalConfirmed');
  const columns = ['on', 'movement', 'arrived', 'failed', 'household', 'returned'];
  return `${table('The family as it stood then', columns, rows)}\nreturned in 2024: ${inYear}, also after the return failed`;
}
