import type { Claims } from './claims.ts';
import type { Client } from './client.ts';
import { table } from './tables.ts';

interface Lines<T> {
  readonly items: readonly T[];
}
interface Tracked {
  readonly governorate: string | null;
  readonly submitted: number;
  readonly finalised: number;
  readonly finalisedOfSubmitted: number | null;
  readonly paid: number;
  readonly paidOfSubmitted: number | null;
  readonly entitlementIQD: number;
  readonly releasedIQD?: number;
  readonly releasedOfEntitlement?: number | null;
  readonly paidIQD: number;
  readonly paidOfEntitlement: number | null;
}
interface Overtaking {
  readonly reference: string;
  readonly kind: string;
  readonly submittedOn: string;
  readonly finalisedOn: string;
  readonly overtaken: number;
  readonly oldestOvertaken: string;
}

const percent = (share: number | null | undefined): string =>
  share === null || share === undefined ? '' : `${(share * 100).toFixed(1)} %`;
/** Millions of dinars. */
const millions = (dinars: number | undefined): string => (dinars === undefined ? '' : (dinars / 1_000_000).toLocaleString('en'));

/** What those see who follow claims from the file to the money: how far they are, what money there is, who was overtaken. */
export async function showClaims(client: Client, claims: Claims, after: string, say: (text: string) => void): Promise<void> {
  for (const words of claims.told) say(words);
  say(await tracker(client, after));
  say(await overtakings(client, after));
  say(await sharedClaim(client, claims.shared));
  say(await batches(client, claims.batches));
}

async function tracker(client: Client, after: string): Promise<string> {
  const { items } = await client.get<Lines<Tracked>>('hq.branches', '/v1/claims/tracker?by=governorate', after);
  const rows = items.map((one) => [
    one.governorate ?? 'none yet',
    String(one.submitted),
    String(one.finalised),
    percent(one.finalisedOfSubmitted),
    String(one.paid),
    percent(one.paidOfSubmitted),
    millions(one.entitlementIQD),
    millions(one.releasedIQD),
    percent(one.releasedOfEntitlement),
    millions(one.paidIQD),
    percent(one.paidOfEntitlement),
  ]);
  const columns = ['where', 'submitted', 'final', '%', 'paid', '%', 'entitled', 'released', '% of it', 'paid', '% of it'];
  return table('Claims by governorate, as headquarters see them (money in millions of dinars)', columns, rows);
}

async function overtakings(client: Client, after: string): Promise<string> {
  const { items } = await client.get<Lines<Overtaking>>('ninewa.chair', '/v1/claims/out-of-order?limit=10', after);
  const rows = items.map((one) => [
    one.reference,
    one.kind,
    one.submittedOn,
    one.finalisedOn,
    String(one.overtaken),
    one.oldestOvertaken,
  ]);
  const columns = ['claim', 'type', 'registered', 'decided', 'older ones undecided', 'the oldest since'];
  return table('Claims decided while older ones were not, as the chair in Ninewa sees them', columns, rows);
}

async function sharedClaim(client: Client, claim: string): Promise<string> {
  const { reference, status, state } = await client.get<{
    reference: string;
    status: string;
    state: { payees: readonly { weight: number; amountIQD: number; status: string }[] };
  }>('ninewa.cashier', `/v1/claims/${claim}`);
  const rows = state.payees.map((one) => [String(one.weight), one.amountIQD.toLocaleString('en'), one.status]);
  return table(`Claim ${reference} of a family of heirs: ${status}`, ['share', 'dinars', 'payment'], rows);
}

async function batches(client: Client, ids: readonly string[]): Promise<string> {
  const rows = await Promise.all(
    ids.map(async (id) => {
      const { reference, status, state } = await client.get<{
        reference: string;
        status: string;
        state: { governorate: string; batchNo: number; lines: readonly { amountIQD: number; status: string }[] };
      }>('hq.branches', `/v1/payment-batches/${id}`);
      const of = (wanted: string) => state.lines.filter((one) => one.status === wanted);
      const sum = state.lines.reduce((total, one) => total + one.amountIQD, 0);
      return [
        reference,
        state.governorate,
        String(state.batchNo),
        status,
        millions(sum),
        String(of('paid').length),
        String(of('held').length),
      ];
    }),
  );
  return table('Batches of payments', ['batch', 'where', 'no.', 'status', 'listed', 'paid', 'held'], rows);
}
