import type pg from 'pg';
import type { Core } from '../../compose.ts';
import { INSTALLATION } from '../../domain/installation/ids.ts';
import { Refused } from '../../domain/kernel/errors.ts';
import { directoryHeads } from '../../eventlog/access/outside.ts';
import { openLedger } from '../../eventlog/audit/ledger.ts';
import { againstHead, type HeldTree } from '../../eventlog/audit/loss.ts';
import { AuditHalted, standing, takePage } from '../../eventlog/audit/taking.ts';
import { type Witness, type Witnessed, WitnessUnreadable } from '../../eventlog/audit/witness.ts';
import type { EventLog } from '../../eventlog/port.ts';
import { openTree, TreeMoved } from '../../platform/merkle/treeStore.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';
import { accessOrigin } from '../../roles/accessLog.ts';
import { SCHEMAS } from '../../schemas.ts';
import { auditWitness, restrictedOrigin } from '../../signing.ts';
import { PlaceRefused } from './manifest.ts';

/** A log, or a month of the access log, that does not reach a head that is kept of it outside the database. */
export interface Loss {
  /** The name it is signed under. */
  readonly log: string;
  readonly code: 'BEHIND_WITNESS' | 'NOT_AS_WITNESSED' | 'WITNESS_CHANGED';
  /** How many entries the newest head outside has, and how many are here. */
  readonly outside: number;
  readonly here: number;
}

interface Seen {
  readonly log: string;
  readonly witness: Witness;
  tree(): Promise<HeldTree>;
}

/** Logs of both stores and months of the access log that heads outside say more of. None without AUDIT_WITNESS_DIR. */
export async function lossesOf(core: Core): Promise<readonly Loss[]> {
  const losses: Loss[] = [];
  for (const seen of await seenOutside(core)) {
    const loss = await lossOf(seen);
    if (loss) losses.push(loss);
  }
  return losses;
}

async function lossOf({ log, witness, tree }: Seen): Promise<Loss | undefined> {
  const newest = await newestOf(witness);
  if (!newest) return undefined;
  const held = await tree();
  if (newest === 'unreadable') return { log, code: 'WITNESS_CHANGED', outside: 0, here: held.size };
  const code = await againstHead(held, newest);
  return code && { log, code, outside: newest.size, here: held.size };
}

/** Who accepts a loss, and why, in their own words. */
export interface Acceptance {
  /** As `Loss.log`. */
  readonly log: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * Accepts that a log ends before a head that is kept of it outside: the statement becomes an event of the general log, which the
 * tree proves like any other, and the heads are put aside within their directory, where they stay. Answers with their new name.
 * @throws PlaceRefused when there is no such loss
 */
export async function acceptLoss(core: Core, { log, by, reason }: Acceptance): Promise<string> {
  const seen = (await seenOutside(core)).find((one) => one.log === log);
  const loss = seen && (await lossOf(seen));
  if (!loss) throw new PlaceRefused(`no head outside says more of ${log} than is here: there is no loss to accept`);
  if (loss.code === 'WITNESS_CHANGED') throw new PlaceRefused(`the heads of ${log} are not what was signed: that is no loss`);
  const { outside, here } = loss;
  const newest = await seen.witness.newest();
  const root = newest?.root.toString('base64') ?? '';
  const accepted = { log, outside, root, by, reason };
  const recorded = core.executor.execute({
    process: 'installation',
    command: 'acceptLoss',
    id: INSTALLATION,
    input: { ...accepted, here },
    // Without `here`: in the general log that very event is one more.
    key: JSON.stringify(accepted),
    principal: { kind: 'system', name: 'restore' },
  });
  await recorded.catch((error: unknown) => {
    // On record since a try that broke off before the heads were put aside.
    if (!(error instanceof Refused && error.code === 'IDEMPOTENCY_KEY_REUSED')) throw error;
  });
  return seen.witness.putAside();
}

async function newestOf(witness: Witness): Promise<Witnessed | 'unreadable' | undefined> {
  return witness.newest().catch((error: unknown) => {
    if (error instanceof WitnessUnreadable) return 'unreadable';
    throw error;
  });
}

async function seenOutside({ config, log, pool, restricted }: Core): Promise<readonly Seen[]> {
  const { auditWitnessDir: directory } = config;
  if (directory === undefined) return [];
  const seen: Seen[] = [];
  const add = (name: string, its: EventLog, where: pg.Pool, schema: string): void => {
    const witness = auditWitness(config, name);
    if (witness) seen.push({ log: name, witness, tree: () => grownTree(its, where, schema) });
  };
  add(config.auditOrigin, log, pool, SCHEMAS.audit);
  if (restricted) add(restrictedOrigin(config), restricted.log, restricted.pool, RESTRICTED_SCHEMAS.audit);
  const origin = accessOrigin(config);
  const months = directoryHeads(directory, origin);
  for (const name of await months.trees()) {
    const tree = openTree(pool, SCHEMAS.access, name);
    seen.push({
      log: `${origin}/${name}`,
      witness: months.of(name),
      tree: async () => ({ size: (await tree.head()).size, rootAt: tree.rootAt }),
    });
  }
  return seen;
}

/** The tree of a log with all in it that the log holds: what was only not taken yet is no loss. */
async function grownTree(log: EventLog, pool: pg.Pool, schema: string): Promise<HeldTree> {
  const ledger = openLedger(pool, schema);
  for (;;) {
    try {
      let at: Parameters<typeof takePage>[2] & { readonly full: boolean } = { ...(await standing(log, ledger)), full: true };
      while (at.full) at = await takePage(log, ledger, at);
      return { size: at.size, rootAt: ledger.tree.rootAt };
    } catch (error) {
      // A tree that does not fit its log is not this one's to judge: the verifier and the tree itself say so.
      if (error instanceof AuditHalted) return { size: await ledger.lastIndex(), rootAt: ledger.tree.rootAt };
      if (!(error instanceof TreeMoved)) throw error;
    }
  }
}
