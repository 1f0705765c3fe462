import { z } from 'zod';
import type { CaseRecord, OpenWait } from './case.ts';
import type { CaseEventData, CaseEventName } from './caseEvents.ts';
import { ensure } from './errors.ts';
import { mayHold } from './holder.ts';
import type { Context, FactRefs, Holder, Process, ProposedFact } from './process.ts';

/** One of the commands every process has from the kernel. */
export interface KernelSpec<I extends z.ZodObject, X extends FactRefs> {
  /** The verb of the permission, `<process>:<verb>`. */
  readonly verb: string;
  readonly from: 'open' | 'any' | 'reopenable' | 'retractable' | 'printable' | 'new';
  readonly input: I;
  readonly emits: readonly CaseEventName[];
  readonly system?: boolean;
  /** A decision about what somebody else wrote names the revision that was looked at. */
  readonly effect?: 'legal';
  idle?(record: CaseRecord<unknown>): string | undefined;
  facts?(input: z.output<I>): X;
  decide(input: z.output<I>, ctx: Context<X>, process: Process): readonly ProposedFact[];
}

/** A row of a table of commands once its input type is forgotten; `execute` parses the input before `decide` sees it. */
export interface AnyKernelSpec extends Omit<KernelSpec<z.ZodObject, FactRefs>, 'facts' | 'decide'> {
  facts?(input: unknown): FactRefs;
  decide(input: unknown, ctx: Context, process: Process): readonly ProposedFact[];
}

/** Commands of the kernel by name. */
export type KernelTable = Readonly<Record<string, AnyKernelSpec>>;

/** Type-checks one row of a table. */
export function spec<I extends z.ZodObject, X extends FactRefs = Record<never, never>>(one: KernelSpec<I, X>): AnyKernelSpec {
  return one;
}

/** A kernel event as `decide` answers it. */
export const event = <K extends CaseEventName>(type: K, data: CaseEventData<K>): ProposedFact => ({ type, data });

/** Why, in an officer's words. */
export const reason = z.string().min(3).max(2000);

/** The wait a command is about, when there may be several. */
export const wait = z.string().max(120).optional();

/** The wait a person means: the one named, else the only one held by the person's office or organisation. */
export function waitMeant(ctx: Context, key: string | undefined): OpenWait {
  const mine = ctx.case.waits.filter((one) => (key === undefined ? isHeldBy(one.holder, ctx) : one.key === key));
  ensure(mine.length > 0, key === undefined ? 'NOTHING_WAITS_ON_YOU' : 'WAIT_UNKNOWN', { wait: key ?? '' });
  ensure(mine.length === 1, 'WAIT_AMBIGUOUS', { waits: mine.map((one) => one.key).join(', ') });
  const [one] = mine;
  ensure(one && isHeldBy(one.holder, ctx), 'WAIT_NOT_YOURS', { wait: one?.key ?? '' });
  return one;
}

/** Whether the actor's post holds this wait; no holder means the office that owns the case. */
const isHeldBy = (holder: Holder | undefined, { actor, case: record }: Context): boolean =>
  mayHold(holder ?? record.owner, { ...actor, role: actor.post });
