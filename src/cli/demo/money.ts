import type { Teller } from './client.ts';
import { until } from './steps.ts';

/** Money of a governorate and who handles it: `<key>.clerk`, `<key>.accounts`, `<key>.cashier`. */
export interface Money {
  readonly key: string;
  readonly governorate: string;
  readonly allocation: string;
  readonly releasedIQD: number;
  readonly today: string;
}

interface Line {
  readonly claim: string;
  readonly payee: string;
  readonly amountIQD: number;
  readonly status: string;
}
interface Batch {
  readonly status: string;
  readonly state: { readonly lines: readonly Line[]; readonly availableIQD?: number };
}
interface Claim {
  readonly state: { readonly payees: readonly { readonly payee: string; readonly status: string }[] };
}

const letter = (number: string, date: string, issuedBy: string) => ({ record: { letterRef: { number, date, issuedBy } } });

interface MoneyWish {
  readonly key: string;
  readonly governorate: string;
  /** Released of what was asked for, 0 to 1. */
  readonly share: number;
  readonly today: string;
}

/** Asks for what the governorate's claims are entitled to; the treasury approves it and releases a share. */
export async function moneyFor(client: Teller, { key, governorate, share, today }: MoneyWish, after: string): Promise<Money> {
  const amountIQD = await entitlement(client, governorate, after);
  const fiscalYear = Number(today.slice(0, 4));
  const wanted = { governorate, fiscalYear, purpose: 'compensation', amountIQD };
  const { id } = await client.give(`${key}.clerk`, '/v1/allocations', `${key} money`, wanted);
  const path = `/v1/allocations/${id}`;
  await client.decide('treasury.auditor', path, 'approve', `${key} money approved`, { amountIQD });
  const releasedIQD = Math.floor(amountIQD * share);
  const released = { amountIQD: releasedIQD, on: today, ...letter(`90/${fiscalYear}`, today, 'وزارة المالية') };
  await client.decide('treasury.auditor', path, 'release-funds', `${key} money released`, released);
  return { key, governorate, allocation: id, releasedIQD, today };
}

async function entitlement(client: Teller, governorate: string, after: string): Promise<number> {
  const { items } = await client.get<{ items: readonly { entitlementIQD: number }[] }>(
    'hq.branches',
    `/v1/claims/tracker?governorate=${governorate}`,
    after,
  );
  return items[0]?.entitlementIQD ?? 0;
}

const at = (batch: string): string => `/v1/payment-batches/${batch}`;

/** Opens a batch, lets the claims that come next list themselves in it, and publishes it. @returns its id */
export async function askFor(
  client: Teller,
  { key, allocation }: Money,
  { batchNo, upToIQD, lines }: { readonly batchNo: number; readonly upToIQD?: number; readonly lines?: number },
): Promise<string> {
  const clerk = `${key}.clerk`;
  const { id } = await client.give(clerk, '/v1/payment-batches', `${key} batch ${batchNo}`, { allocation, batchNo });
  const most = upToIQD === undefined ? {} : { upToIQD };
  await client.give(clerk, `${at(id)}/fill`, `${key} batch ${batchNo} fill`, most);
  await until(`the claims of batch ${batchNo} in ${key}`, async () => {
    const { status, state } = await client.get<Batch & { state: { chosen?: number } }>(clerk, at(id));
    const chosen = lines ?? (await chosenFor(client, clerk, id));
    return status !== 'open' || (chosen !== undefined && state.lines.length >= chosen) || undefined;
  });
  await client.decide('hq.branches', at(id), 'publish', `${key} batch ${batchNo} publish`, {});
  return id;
}

/** How many claims were chosen for a batch, once they were. Each of them has one payee where this is asked. */
async function chosenFor(client: Teller, as: string, batch: string): Promise<number | undefined> {
  const { items } = await client.get<{ items: readonly { type: string; data?: { claims?: readonly unknown[] } }[] }>(
    as,
    `${at(batch)}/timeline?limit=100`,
  );
  return items.find((one) => one.type === 'BatchClaimsChosen')?.data?.claims?.length;
}

/** What the allocation stream does with a batch it has no money for; the list is taken back and the claims wait on. */
export async function tooLittle(client: Teller, { key, governorate }: Money, batch: string): Promise<void> {
  await until(`no money for a batch in ${key}`, async () => {
    const { status } = await client.get<Batch>('hq.branches', at(batch));
    return status !== 'published' || undefined;
  });
  const { position } = await client.decide('hq.branches', at(batch), 'cancel', `${key} batch cancelled`, { reason: 'no_money' });
  await until(`the claims of ${key} to wait again`, async () => {
    const { items } = await client.get<{ items: readonly { status: string }[] }>(
      'hq.branches',
      `/v1/claims/board?by=status&governorate=${governorate}`,
      position,
    );
    return items.every((one) => one.status !== 'batch_listed') || undefined;
  });
}

/** A batch from its list to its reconciliation: audited, ordered by one hand of the accounts and paid by another. @returns its id */
export async function payBatch(
  client: Teller,
  money: Money,
  wish: { readonly batchNo: number; readonly upToIQD?: number; readonly lines?: number; readonly heldPayee?: string },
): Promise<string> {
  const { key, today } = money;
  const { heldPayee } = wish;
  const id = await askFor(client, money, wish);
  const deed = (what: string) => `${key} batch ${wish.batchNo} ${what}`;
  const { state } = await until(`money for the batch in ${key}`, async () => {
    const batch = await client.get<Batch>(`${key}.clerk`, at(id));
    return ['open', 'published'].includes(batch.status) ? undefined : batch;
  });
  const lines = state.lines.map(({ claim, payee }) => ({ claim, payee }));
  const passed = lines.filter((one) => one.payee !== heldPayee);
  const held = lines.filter((one) => one.payee === heldPayee).map((one) => ({ ...one, reason: 'identity_not_shown' }));
  const audit = { passed, held, ...letter('61/2', today, 'هيئة التدقيق') };
  await client.decide(`${key}.clerk`, at(id), 'record-audit', deed('audit'), audit);
  // The claims hear of the audit by themselves; an order that came before would find nobody audited.
  await everyPayee(client, key, passed, (status) => status !== 'listed');
  await client.decide(`${key}.accounts`, at(id), 'order', deed('order'), {});
  await everyPayee(client, key, passed, (status) => status === 'ordered' || status === 'paid');
  for (const [index, { claim, payee }] of passed.entries()) {
    const paid = { payee, method: 'bank_transfer', proof: `T-${wish.batchNo}-${index + 1}`, paidOn: today };
    await client.decide(`${key}.cashier`, `/v1/claims/${claim}`, 'record-payment', deed(`pay ${index}`), paid);
  }
  await until(`every payment of the batch in ${key}`, async () => {
    const { status } = await client.get<Batch>(`${key}.accounts`, at(id));
    return status !== 'ordered' || undefined;
  });
  const closing = letter('70/2', today, 'حسابات المحافظة');
  await client.decide(`${key}.accounts`, at(id), 'reconcile', deed('reconcile'), closing);
  return id;
}

async function everyPayee(
  client: Teller,
  key: string,
  lines: readonly { readonly claim: string; readonly payee: string }[],
  so: (status: string) => boolean,
): Promise<void> {
  for (const { claim, payee } of lines) {
    await until(`the payment of a claim in ${key}`, async () => {
      const { state } = await client.get<Claim>(`${key}.cashier`, `/v1/claims/${claim}`);
      return so(state.payees.find((one) => one.payee === payee)?.status ?? '') || undefined;
    });
  }
}
