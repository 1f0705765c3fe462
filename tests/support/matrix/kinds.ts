import { covers, mayI, type Rights, reachOf, type Target, targetOf, targetOfNew } from '../../../src/domain/access/access.ts';
import type { CaseRecord } from '../../../src/domain/kernel/case.ts';
import { withinTier } from '../../../src/domain/kernel/privacy.ts';
import type { Command, Process, Stated } from '../../../src/domain/kernel/process.ts';
import type { Route } from './routesOf.ts';

/** How a request ends, as far as rights go: refused and told so, refused as if nothing were there, or let through. */
export type Verdict = 'FORBIDDEN' | 'NOT_FOUND' | 'passes';

/** What an expectation is made from: the policy table, the rights of the moment and the case. No handler is asked. */
export interface Cell {
  readonly rights: Rights;
  readonly process: Process | undefined;
  readonly command: Command | undefined;
  /** The case in the address; absent when there is none under its id. */
  readonly record: CaseRecord<Stated> | undefined;
  /** Every case of the world. */
  readonly all: readonly CaseRecord<Stated>[];
  readonly processOf: (record: CaseRecord<Stated>) => Process;
}

/** One kind of route: which addresses are of it, whether a case stands in them, and how a request to it has to end. */
export interface Kind {
  readonly name: string;
  readonly is: RegExp;
  /** Whether the address names a case, which then lies in every place in turn. */
  readonly ofCase: boolean;
  readonly expected: (cell: Cell) => Verdict;
  /** Of a list: the cases on it, by id. */
  readonly shows?: (cell: Cell) => readonly string[];
  readonly query?: string;
  readonly body?: object;
  /** Asked once and without a token, since nobody is asked who they are. */
  readonly public?: true;
  /** Shows what a case holds. */
  readonly opens?: true;
  /** Once let through it leans on a part that this API is not given, so "unavailable" is let through. */
  readonly leans?: true;
}

const on = ({ rights, process, record }: Cell, verb: string): Verdict => {
  if (!record || !process) return 'NOT_FOUND';
  const verdict = mayI(rights, `${process.name}:${verb}`, targetOf(process, record));
  if (verdict.allowed) return 'passes';
  return verdict.mayFind ? 'FORBIDDEN' : 'NOT_FOUND';
};
const looking = (verb: string) => (cell: Cell) => on(cell, verb);
/** What hangs on a case under a name of its own: here there is nothing of the kind. */
const below =
  (expected: (cell: Cell) => Verdict) =>
  (cell: Cell): Verdict =>
    expected(cell) === 'FORBIDDEN' ? 'FORBIDDEN' : 'NOT_FOUND';
const has = (permission: (cell: Cell) => string) => (cell: Cell) =>
  reachOf(cell.rights, permission(cell)).length > 0 ? 'passes' : 'FORBIDDEN';
/** `*:read` of a share or of work taken is about one case, and no right to audit. */
const audits = ({ rights }: Cell): Verdict =>
  reachOf(rights, 'audit:read').some(({ scope }) => scope === 'office' || scope === 'all') ? 'passes' : 'FORBIDDEN';
const anybody = (): Verdict => 'passes';
/** Files are the case team's (T2): who opens less of the case is told so. */
const files = (cell: Cell): Verdict => {
  const seen = on(cell, 'read');
  if (seen !== 'passes' || !cell.record || !cell.process) return seen;
  const target = targetOf(cell.process, cell.record);
  const ways = reachOf(cell.rights, `${cell.process.name}:read`).filter((way) => covers(way, target, cell.rights));
  return ways.some((way) => withinTier('T2', way.tier)) ? 'passes' : 'FORBIDDEN';
};

const opens = ({ rights, process, command }: Cell): Verdict => {
  const allowed = rights.posts.some(
    (post) =>
      process !== undefined &&
      command !== undefined &&
      mayI({ ...rights, posts: [post] }, command.permission, targetOfNew(process, post)).allowed,
  );
  return allowed ? 'passes' : 'FORBIDDEN';
};
const gives = (cell: Cell): Verdict =>
  cell.command === undefined ? 'NOT_FOUND' : on(cell, cell.command.permission.slice(cell.command.permission.indexOf(':') + 1));

const may = ({ rights, processOf }: Cell, record: CaseRecord<Stated>, verb: string): boolean => {
  const process = processOf(record);
  const target: Target = targetOf(process, record);
  return mayI(rights, verb.includes(':') ? verb : `${process.name}:${verb}`, target).allowed;
};
const readable = (cell: Cell) =>
  cell.all.filter((one) => (cell.process === undefined || one.process === cell.process.name) && may(cell, one, 'read'));
const shown = (cell: Cell) => readable(cell).map((one) => one.id);
const onBoard = (cell: Cell) =>
  cell.all
    .filter((one) => one.process === cell.process?.name)
    .filter((one) => may(cell, one, 'read') || (may(cell, one, 'find') && may(cell, one, 'board')))
    .map((one) => one.id);

/** Organisations a referral went to: not yet whom a draft is for. */
const holdersIn = (record: Cell['record']): readonly unknown[] =>
  (record?.status === 'draft' ? ['holders', 'toDelete'] : ['to', 'holders', 'toDelete']).flatMap((name) =>
    record?.state && name in record.state ? [Reflect.get(record.state, name)].flat() : [],
  );
const concerned = ({ rights, process, record }: Cell): boolean => {
  const owner = process && record && targetOf(process, record).owner;
  return rights.posts.some((post) => post.office === owner?.office || holdersIn(record).includes(post.organisation));
};

const ABSENT = '01890a5d-ac96-774b-bcce-b302099a8058';
const P = '/v1/[a-z-]+';

/** The expectations, a row for each kind of route. The first that fits an address counts; an address without one fails the test. */
export const KINDS: readonly Kind[] = [
  {
    name: 'open to all',
    is: /^GET (\/docs|\/openapi\.json|\/health|\/metrics)/,
    ofCase: false,
    public: true,
    leans: true,
    expected: anybody,
  },
  { name: 'catalogue', is: /^GET \/v1\/(processes|code-lists)/, ofCase: false, expected: anybody },
  {
    name: 'about oneself',
    is: /^GET \/v1\/(me|my-work(\/:section)?|import-templates\/:file)$/,
    ofCase: false,
    expected: anybody,
  },
  {
    name: 'own work that others changed',
    is: /^GET \/v1\/my-work\/changed$/,
    ofCase: false,
    query: 'since=0',
    expected: anybody,
  },
  {
    name: 'own uploads',
    is: /^(GET|HEAD|PATCH) \/v1\/documents\/:id$/,
    ofCase: false,
    expected: () => 'NOT_FOUND',
  },
  {
    name: 'announcing an upload',
    is: /^POST \/v1\/documents$/,
    ofCase: false,
    body: { name: 'scan.pdf', size: 10, sha256: '0'.repeat(64) },
    expected: ({ rights }) => (rights.posts.length > 0 ? 'passes' : 'FORBIDDEN'),
  },
  {
    name: 'many commands',
    is: /^POST \/v1\/bulk$/,
    ofCase: false,
    // Each is refused in its own result.
    body: { commands: [{ process: 'household', command: 'note', id: ABSENT, key: 'the-same-key', input: { text: 'seen' } }] },
    expected: anybody,
  },
  {
    name: 'matches of the register',
    is: /^POST \/v1\/register\/matches$/,
    ofCase: false,
    body: { names: { first: 'Member', father: 'Father' } },
    expected: has(() => 'register:search'),
  },
  {
    name: 'lookup by a number',
    is: /^POST \/v1\/register\/lookup$/,
    ofCase: false,
    body: { by: 'phone', number: '07700000001' },
    expected: has(() => 'register:lookup'),
  },
  {
    name: 'search of the register',
    is: /^GET \/v1\/register$/,
    ofCase: false,
    query: 'name=Member',
    expected: has(() => 'register:search'),
  },
  {
    name: 'export',
    is: /^POST \/v1\/list-exports$/,
    ofCase: false,
    body: { list: 'casesList', format: 'csv' },
    expected: has(() => 'listExport:make'),
  },
  {
    name: 'figures',
    is: /^GET \/v1\/([a-z-]+\/board|claims\/(tracker|out-of-order))$/,
    ofCase: false,
    expected: has(({ process }) => `${process?.name}:board`),
  },
  { name: 'cases of a board', is: /^GET \/v1\/[a-z-]+\/board\/cases$/, ofCase: false, expected: anybody, shows: onBoard },
  { name: 'what waits', is: /^GET \/v1\/queue(\/counts)?$/, ofCase: false, expected: anybody },
  { name: 'every case', is: /^GET \/v1\/cases$/, ofCase: false, query: 'limit=200', expected: anybody, shows: shown },
  {
    name: 'figures of all work',
    is: /^GET \/v1\/(cases\/counts|dwell|changes)$/,
    ofCase: false,
    expected: anybody,
  },
  {
    name: 'cases by reference',
    is: /^GET \/v1\/cases\/by-reference$/,
    ofCase: false,
    query: 'reference=4821-9037-5512-3',
    expected: anybody,
  },
  {
    name: 'search of providers',
    is: /^GET \/v1\/providers\/search$/,
    ofCase: false,
    query: 'need=emergency_shelter&area=IQG15Q07N03',
    expected: anybody,
  },
  {
    name: 'two heads of the audit tree',
    is: /^GET \/v1\/audit\/consistency$/,
    ofCase: false,
    query: 'from=1&to=1',
    leans: true,
    expected: ({ rights }) => (rights.posts.length > 0 ? 'passes' : 'FORBIDDEN'),
  },
  {
    name: 'heads of the audit tree',
    is: /^GET \/v1\/audit\/(checkpoints|key)/,
    ofCase: false,
    leans: true,
    expected: ({ rights }) => (rights.posts.length > 0 ? 'passes' : 'FORBIDDEN'),
  },
  { name: 'audit', is: /^GET \/v1\/audit$/, ofCase: false, expected: audits },
  {
    name: 'proof that somebody looked',
    is: /^GET \/v1\/audit\/looks\/:month\/:leaf\/receipt$/,
    ofCase: false,
    expected: below(audits),
  },
  {
    name: 'signed audit',
    is: /^POST \/v1\/audit-exports$/,
    ofCase: false,
    body: { format: 'csv' },
    leans: true,
    expected: audits,
  },
  { name: 'proof', is: new RegExp(`^GET ${P}/:id/receipt$`), ofCase: true, leans: true, expected: looking('timeline') },
  {
    name: 'proofs of claims',
    is: /^GET \/v1\/persons\/:id\/receipts$/,
    ofCase: false,
    leans: true,
    // Of the claims of a person those one may follow; nobody here is a claimant.
    expected: anybody,
  },
  {
    name: 'history',
    is: new RegExp(`^GET ${P}/:id/(timeline|trail)$`),
    ofCase: true,
    opens: true,
    expected: looking('timeline'),
  },
  {
    name: 'beside a case',
    is: new RegExp(`^GET ${P}/:id(/(dwell|prints|rows|errors\\.csv))?$`),
    ofCase: true,
    opens: true,
    expected: looking('read'),
  },
  { name: 'family', is: /^GET \/v1\/households\/:id\/(card|page)$/, ofCase: true, expected: looking('read') },
  { name: 'files of a case', is: new RegExp(`^GET ${P}/:id/documents$`), ofCase: true, expected: files },
  { name: 'file of a case', is: new RegExp(`^GET ${P}/:id/documents/:document$`), ofCase: true, expected: below(files) },
  { name: 'paper of a case', is: new RegExp(`^GET ${P}/:id/prints/:number$`), ofCase: true, expected: below(looking('read')) },
  { name: 'directory', is: /^GET \/v1\/(organisations|offices|staff)$/, ofCase: false, expected: anybody, shows: shown },
  { name: 'list', is: new RegExp(`^GET ${P}$`), ofCase: false, query: 'limit=200', expected: anybody, shows: shown },
  {
    name: 'word of a former receiver',
    is: /^POST \/v1\/referrals\/:id\/confirm-deletion$/,
    ofCase: true,
    // The command itself knows who ever had something to do with the referral: here the owner's office, and whom it was sent to.
    expected: (cell) => (gives(cell) === 'passes' && !concerned(cell) ? 'NOT_FOUND' : gives(cell)),
  },
  { name: 'command', is: new RegExp(`^POST ${P}/:id/[a-z-]+$`), ofCase: true, expected: gives },
  { name: 'opening', is: new RegExp(`^POST ${P}(/[a-z-]+)?$`), ofCase: false, expected: opens },
];

export const kindOf = ({ method, url }: Route): Kind | undefined => KINDS.find((one) => one.is.test(`${method} ${url}`));
