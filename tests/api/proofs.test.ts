import { randomUUID } from 'node:crypto';
import t from 'tap';
import { nextLink } from '../../src/eventlog/audit/leaf.ts';
import { openNote } from '../../src/platform/merkle/note.ts';
import { includes, isConsistent } from '../../src/platform/merkle/verification.ts';
import { type Answer, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { auditTree } from '../support/audit/audited.ts';
import { claims } from '../support/claims.ts';

t.setTimeout(120_000);

const hash = (text: string) => Buffer.from(text, 'base64');

interface Receipt {
  readonly checkpoint: string;
  readonly events: readonly { readonly leaf: string; readonly logIndex: string; readonly proof: readonly string[] }[];
  readonly before?: string;
  readonly chain: string;
  readonly pending: number;
}

/** Whether a receipt proves what it says, to somebody who has the key. */
function proves({ checkpoint, events, before, chain }: Receipt, key: string): boolean {
  const [, size, root = ''] = openNote(checkpoint, key)?.split('\n') ?? [];
  let link: Buffer = before === undefined ? Buffer.alloc(32) : hash(before);
  for (const { leaf } of events) link = nextLink(link, hash(leaf));
  return (
    link.equals(hash(chain)) &&
    events.every(({ leaf, logIndex, proof }) =>
      includes(hash(leaf), Number(logIndex) - 1, Number(size), proof.map(hash), hash(root)),
    )
  );
}

t.test('checkpoints, their key, their proofs and the receipts of cases are had from the API', async (t) => {
  const m = await claims();
  const tree = await auditTree(t);
  const api = await startApi(m.w, async (parts) => ({ ...(await withReadModels(t)(parts)), auditTree: tree.reads }));
  t.teardown(() => api.close());
  const clerk = api.person('subcommitteeClerk', {
    organisation: m.clerk.post.organisation,
    ...(m.clerk.post.office ? { office: m.clerk.post.office } : {}),
    governorate: 'IQG15',
  });
  const auditor = api.person('auditor');
  const get = (path: string, as = clerk): Promise<Answer> =>
    api
      .call('GET', path, { as })
      .then(async (first) =>
        first.headers.get('masar-stale') === null
          ? api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } })
          : first,
      );

  const id = await m.upTo('registered');
  t.match(await get('/v1/audit/checkpoints/latest'), { status: 404 }, 'nothing is signed yet');
  t.match((await get(`/v1/claims/${id}/receipt`)).json, { events: [], pending: /^[1-9]/ });
  await tree.signAll(api.log);
  const early = (await tree.reads.status()).signed;
  const other = await m.upTo('registered');
  await tree.signAll(api.log);

  const key = (await get('/v1/audit/key')).text.trim();
  t.equal(key, tree.signer.key);
  const latest = await get('/v1/audit/checkpoints/latest');
  t.match(latest.headers.get('content-type'), /^text\/plain/);
  t.ok(openNote(latest.text, key));
  const page = (await get('/v1/audit/checkpoints?limit=5')).json.items;
  t.equal(page[0].note, latest.text);
  t.same((await get(`/v1/audit/checkpoints?below=${page[0].size}`)).json.items, page.slice(1));

  const { from, to, proof } = (await get(`/v1/audit/consistency?from=${early}&to=${page[0].size}`)).json;
  const head = (one: { size: string; root: string }) => ({ size: Number(one.size), root: hash(one.root) });
  t.ok(isConsistent(head(from), head(to), proof.map(hash)));
  for (const query of ['from=3&to=2', 'from=1&to=99999', 'from=x&to=2', 'from=1']) {
    t.match(await get(`/v1/audit/consistency?${query}`), { status: 400 }, query);
  }

  for (const [as, title] of [
    [clerk, 'who works on the case'],
    [auditor, 'who audits'],
  ] as const) {
    const { json } = await get(`/v1/claims/${id}/receipt`, as);
    t.equal(json.pending, 0, title);
    t.ok(json.events.length > 0 && proves(json, key), title);
    t.notOk(proves({ ...json, events: json.events.slice(1) }, key), 'and a receipt that leaves an event out does not');
  }
  const whole = (await get(`/v1/claims/${id}/receipt`)).json;
  const parts: Receipt[] = [];
  for (let from: number | undefined = 0; from !== undefined; ) {
    const { json } = await get(`/v1/claims/${id}/receipt?limit=2&from=${from}`);
    t.ok(json.events.length <= 2);
    t.ok(proves(json, key), `a part is proved with the chain before it (${from})`);
    t.notOk(proves({ ...json, before: json.chain }, key), 'and with no other');
    t.equal(json.pending, 0);
    parts.push(json);
    from = json.next;
  }
  t.ok(parts.length > 1);
  t.same(
    parts.flatMap((one) => one.events),
    whole.events,
    'part by part, nothing twice and nothing left out',
  );
  t.equal(parts.at(-1)?.chain, whole.chain);
  t.match((await get(`/v1/claims/${id}/receipt?from=9999`)).json, { events: [], pending: 0 });
  for (const query of ['limit=501', 'limit=0', 'from=-1', 'from=99999999999']) {
    t.match(await get(`/v1/claims/${id}/receipt?${query}`), { status: 400 }, query);
  }

  const stranger = api.person('subcommitteeClerk', { governorate: 'IQG07' });
  t.match(await get(`/v1/claims/${id}/receipt`, stranger), { status: 404 }, 'who may not follow the case');
  t.match(await get(`/v1/claims/${randomUUID()}/receipt`), { status: 404 });
  t.match(await api.call('GET', '/v1/audit/checkpoints'), { status: 401 });
  t.match(await api.call('GET', '/health/audit'), { status: 200, json: { status: 'ok', size: Number(page[0].size) } });

  const { claimant } = (await m.record(id)).state as { claimant: string };
  const { items } = (await get(`/v1/persons/${claimant}/receipts`)).json;
  t.same(
    items.map((one: { id: string }) => one.id),
    [id],
    'a claimant has the receipts of their claims',
  );
  t.ok(proves(items[0], key));
  t.match(await get(`/v1/persons/${claimant}/receipts?limit=51`), { status: 400 });
  t.match((await get(`/v1/persons/${claimant}/receipts?cursor=abc`)).json, { code: 'CURSOR_MALFORMED' });
  t.same((await get(`/v1/persons/${claimant}/receipts`, stranger)).json.items, []);
  t.not(other, id);

  t.match((await get('/v1/audit/keys')).json.items, [{ key, first: String(early), last: page[0].size }]);
  const size = Number(page[0].size);
  await tree.pool.query('update audit.tree set peaks = substr(peaks, 2)');
  const damaged = await get(`/v1/audit/consistency?from=${early}&to=${size}`);
  t.match(damaged, { status: 503, json: { code: 'AUDIT_TREE_DAMAGED' } }, 'what is damaged is told as that');
  await tree.pool.query('delete from audit.tree_node where level < 3');
  t.match(await get(`/v1/claims/${id}/receipt`), { status: 503, json: { code: 'AUDIT_TREE_DAMAGED' } });
});
