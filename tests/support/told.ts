import type { Answer, Api, SignedIn } from './api.ts';
import { caughtUp } from './apiReads.ts';

const NAMES: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>'],
  [/\b\d{4}-\d{4}-\d{4}-\d\b/g, '<reference>'],
  [/\b\d{4}-\d{2}-\d{2}(T[\d:.]+Z| \d{2}:\d{2})?/g, '<time>'],
  [/"(logIndex|scannedTo|position|next|fileNo|momdFileNo)":"[^"]*"/g, '"$1":"<place>"'],
  [/"(seconds|days)":[\d.]+/g, '"$1":0'],
];

const plain = (text: string): string => NAMES.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);

/** A list in the order of what it says: where ids decide the order, it says nothing. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(inOrder).sort((a, b) => (plain(JSON.stringify(a)) < plain(JSON.stringify(b)) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inOrder(one)]));
}

/** An answer without ids, references, times and places of the log: what is left of two differs where they tell different things. */
const withoutNames = ({ json, text }: Pick<Answer, 'json' | 'text'>): string =>
  plain(json === undefined ? text : JSON.stringify(inOrder(json)));

interface Asked {
  readonly movement: string;
  readonly household: string;
  /** What the case stood at when the caller last looked. */
  readonly lastSeen: number;
}

/** Everything the API tells somebody of one movement, by the question, as text without names. */
export async function toldOf(api: Api, as: SignedIn, { movement, household, lastSeen }: Asked): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  const headers = { 'masar-after': String(await api.log.head()) };
  const call = (method: string, path: string, body?: object, more: object = {}) =>
    caughtUp(() => api.call(method, path, { as, headers: { ...headers, ...more }, ...(body ? { body } : {}) }));
  const mine = ({ id }: { readonly id?: string }) => id === movement || id === household;
  for (const path of [
    `movements/${movement}`,
    `movements/${movement}?asOf=${api.now()}`,
    `movements/${movement}/timeline`,
    `movements/${movement}/dwell`,
    `movements/${movement}/documents`,
    `movements?household=${household}`,
    `cases?household=${household}`,
    `cases/counts?household=${household}`,
    `queue?household=${household}`,
    `queue/counts?household=${household}`,
    `households/${household}/page`,
    `households/${household}/trail?limit=200`,
  ]) {
    const answer = await call('GET', `/v1/${path}`);
    const tag = answer.headers.get('etag') === null ? '' : ' tagged';
    told.set(path.replace(/\/[0-9a-f-]{36}|=.*/g, ''), `${answer.status}${tag} ${withoutNames(answer)}`);
  }
  for (const path of ['changes?limit=200', 'movements/board/cases?limit=200', 'queue?limit=200']) {
    const { status, json } = await call('GET', `/v1/${path}`);
    told.set(path, `${status} ${withoutNames({ json: json.items.filter(mine), text: '' })}`);
  }
  for (const [command, body] of [
    [
      'record-clearance',
      { slot: movement, letter: { number: '1', date: '2026-03-01', issuedBy: 'x' }, outcome: { is: 'granted' } },
    ],
    ['revoke-clearance', { slot: movement, letter: { number: '1', date: '2026-03-01', issuedBy: 'x' } }],
    ['request-clearance', { slot: movement, letter: { number: '1', date: '2026-03-01', issuedBy: 'x' } }],
    ['clear', {}],
    ['note', { text: 'seen late' }],
  ] as const) {
    const stale = command === 'note' ? { 'if-match': `"${lastSeen}"` } : {};
    const answer = await call('POST', `/v1/movements/${movement}/${command}`, body, stale);
    told.set(command, `${answer.status} ${withoutNames(answer)}`);
  }
  const file = await call('POST', '/v1/list-exports', { list: 'movementList', format: 'csv', filter: { household } });
  told.set('export', `${file.status} ${withoutNames(file)}`);
  return told;
}
