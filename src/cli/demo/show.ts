import type { Client } from './client.ts';
import type { Directory } from './directory.ts';
import type { Family } from './families.ts';
import { shortTime, table } from './tables.ts';

interface Page<T> {
  readonly items: readonly T[];
}

interface QueueItem {
  readonly process: string;
  readonly reference: string;
  readonly status: string;
  readonly wait: string;
  readonly since: string;
  readonly due: string | null;
  readonly overdue: boolean;
  readonly level: number;
  readonly urgency: string | null;
}

interface QueueCount {
  readonly process: string;
  readonly wait: string;
  readonly waiting: number;
  readonly overdue: number;
}

interface CaseItem {
  readonly reference: string;
  readonly status: string;
  readonly urgency: string | null;
  readonly openedAt: string;
}

interface TrailEntry {
  readonly process: string;
  readonly recordedAt: string;
  readonly occurredAt: string;
  readonly label?: { readonly en: string };
  readonly postLabel?: { readonly en: string };
  readonly type: string;
  readonly post: string;
  readonly actorName: { readonly latin?: string } | null;
  readonly officeName: { readonly en?: string } | null;
}

const QUEUE_ROWS = 8;
const TRAIL_ROWS = 24;

/** What the people of the story see: two offices' queues, referrals from both sides, one family's audit trail. */
export async function showEverything(
  client: Client,
  { organisations, offices }: Directory,
  family: Family | undefined,
  after: string,
  say: (text: string) => void,
): Promise<void> {
  const ninewa = `office=${offices.ninewa}`;
  const bridge = `organisation=${organisations.bridge}`;
  say(await queueOf(client, 'ninewa.verifier', ninewa, 'What waits on the Ninewa branch, as its verifier sees it', after));
  say(await queueOf(client, 'bridge.focal', bridge, 'What waits on Bridge Relief, as its focal point sees it', after));
  say(await referralsBetween(client, after));
  if (family) say(await trailOf(client, family, after));
}

async function queueOf(client: Client, login: string, held: string, title: string, after: string): Promise<string> {
  const counts = await client.get<Page<QueueCount>>(login, `/v1/queue/counts?${held}`, after);
  const page = await client.get<Page<QueueItem>>(login, `/v1/queue?${held}&limit=${QUEUE_ROWS}`, after);
  const rows = page.items.map((one) => [
    one.reference,
    one.process,
    one.status,
    one.wait,
    shortTime(one.since),
    shortTime(one.due),
    one.overdue ? `overdue${one.level > 0 ? `, level ${one.level}` : ''}` : '',
  ]);
  const total = counts.items.reduce((sum, one) => sum + one.waiting, 0);
  const late = counts.items.reduce((sum, one) => sum + one.overdue, 0);
  return table(
    `${title}: ${total} things, ${late} overdue`,
    ['reference', 'process', 'status', 'waits for', 'since', 'due', ''],
    rows,
  );
}

/** The same referrals as the sender and as the receiver see them: a draft is the sender's alone. */
async function referralsBetween(client: Client, after: string): Promise<string> {
  const sender = await client.get<Page<CaseItem>>('ninewa.registrar', '/v1/referrals?limit=100', after);
  const receivers = await Promise.all(
    ['bridge.focal', 'counsel.focal'].map((one) => client.get<Page<CaseItem>>(one, '/v1/referrals?limit=100', after)),
  );
  const seen = new Map(
    receivers.flatMap((page, at) =>
      page.items.map((one) => [one.reference, at === 0 ? 'Bridge Relief' : 'Legal Aid Desk'] as const),
    ),
  );
  const rows = sender.items
    .slice(0, 10)
    .map((one) => [one.reference, one.urgency ?? '', one.status, seen.get(one.reference) ?? 'nobody']);
  return table('Referrals sent by the Ninewa branch', ['reference', 'urgency', 'status', 'seen by'], rows);
}

async function trailOf(client: Client, family: Family, after: string): Promise<string> {
  const path = `/v1/households/${family.household}`;
  const trail = await client.get<Page<TrailEntry>>(`${family.branch}.verifier`, `${path}/trail?limit=${TRAIL_ROWS}`, after);
  const rows = trail.items.map((one) => [
    shortTime(one.recordedAt),
    one.process,
    one.label?.en ?? one.type,
    one.actorName?.latin ?? 'Masar',
    one.postLabel?.en ?? one.post,
    one.officeName?.en ?? '',
  ]);
  return table(
    "One family's audit trail, across its cases",
    ['recorded', 'case', 'what', 'who', 'post held then', 'office'],
    rows,
  );
}
