import type { z } from 'zod';
import type { Duration } from './calendar.ts';
import type { CaseRecord } from './case.ts';
import { kernelCommands } from './caseCommands.ts';
import type { Coarse } from './discretion.ts';
import type { Actor, Evidence, LetterRef, RecordedEvent, RecordNote } from './envelope.ts';
import type { Label } from './labels.ts';
import type { Tier } from './privacy.ts';
import type { Rule, RuleVersion } from './rules.ts';

/** Event names and shapes of one process: the storage format. */
export type EventShapes = Readonly<Record<string, z.ZodObject>>;

export interface Stated {
  readonly status: string;
}

/** What a `decide` returns. `noted` sets what is told of this one event apart from the command's own record. */
export type NewEvent<E extends EventShapes> = {
  [K in keyof E & string]: { readonly type: K; readonly data: z.output<E[K]>; readonly noted?: Noted };
}[keyof E & string];

/** Where one event of a command differs from the command: the dated, letter-backed facts of an adopted paper file. */
export interface Noted {
  readonly occurredAt?: string;
  readonly letterRef?: LetterRef;
  readonly evidence?: Evidence[];
}

/** Text that must be unique across the cases of a scope, such as a branch's file number. */
export interface Reserve {
  readonly scope: string;
  readonly value: string;
}

/** A fact that a paper file tells, before it is written. */
export interface ToldFact {
  readonly type: string;
  readonly data: unknown;
}

/** What an `evolve` receives. */
export type FoldEvent<E extends EventShapes> = { [K in keyof E & string]: RecordedEvent<K, z.output<E[K]>> }[keyof E & string];

/** Who holds the ball. Nothing given means the office that owns the case. */
export interface Holder {
  readonly organisation?: string | undefined;
  readonly office?: string | undefined;
  /** Narrows to people in this role, wherever they sit when neither organisation nor office is given. */
  readonly role?: string;
  readonly governorate?: string | undefined;
}

/** One thing a case waits on. `clock` names a clock of the process; `by` picks its variant (an urgency). */
export interface Wait {
  readonly key: string;
  /** The party in the words of the domain: `sender`, `receiver`, `verifier`. */
  readonly party: string;
  readonly holder?: Holder;
  readonly clock?: string;
  readonly by?: string;
  /** Shown to its holder and to the owner of the case alone: that it waits would tell what others may not know. */
  readonly discreet?: true;
}

/** How long a wait may last, by variant; `*` is the variant of a clock that has only one. */
export type ClockWindows = Readonly<Record<string, Duration>>;

/** A date that acts whoever holds the ball: at `at`, the system gives `command`. */
export interface Timer {
  readonly key: string;
  readonly at: string;
  readonly command: string;
}

/** What a case is about, for permissions, queues and the page of a household. */
export interface About {
  /** Organisations that take part without owning the case (the receiver of a referral). */
  readonly parties?: readonly string[];
  readonly offices?: readonly string[];
  readonly households?: readonly string[];
  readonly persons?: readonly string[];
  readonly governorates?: readonly string[];
  /** The member of staff whose own record this is. */
  readonly staff?: string;
  /** Highest tier the case holds in this state; the process's own tier when absent. */
  readonly tier?: Tier;
  readonly urgency?: 'emergency' | 'urgent' | 'normal';
}

/**
 * What boards count of a case in a state: figures that add up over cases. Whole numbers, never personal: they stand when a
 * person is erased. Cumulative (a claim once paid stays submitted), so that a sum at a date is a state of affairs, not a flow.
 */
export interface Board {
  /** What sort of case it is: the type of a claim, the pathway of a movement. */
  readonly kind?: string | undefined;
  readonly governorate?: string | undefined;
  /** Area code of where it leads: the destination of a movement. */
  readonly area?: string | undefined;
  /** The body that handles it: a committee, a court. */
  readonly body?: string | undefined;
  readonly measures: Readonly<Record<string, number>>;
}

/** Another stream a guard needs, loaded by `execute` from the log: by its id, or by the natural key its id is derived from. */
export interface FactRef<S = unknown> {
  readonly process: string;
  readonly at: { readonly id: string } | { readonly naturalKey: string };
  /** Carries the state's type only; never set. */
  readonly state?: S;
}

/** A fact by process name and id; the type argument is the state the other process publishes. */
export const fact = <S>(process: string, id: string): FactRef<S> => ({ process, at: { id } });

/** A fact of a process whose cases have a natural key (an area by its P-code). */
export const factByKey = <S>(process: string, naturalKey: string): FactRef<S> => ({ process, at: { naturalKey } });

export type FactRefs = Readonly<Record<string, FactRef | undefined>>;
export type Facts<X extends FactRefs> = {
  readonly [K in keyof X]: X[K] extends FactRef<infer S> | undefined
    ? undefined extends X[K]
      ? CaseRecord<S> | undefined
      : CaseRecord<S>
    : never;
};

/** What a decision may look at besides its input and the state. Instants are RFC 3339 UTC. */
export interface Context<X extends FactRefs = FactRefs> {
  readonly id: string;
  readonly now: string;
  readonly occurredAt: string;
  readonly actor: Actor;
  readonly onBehalfOf?: string;
  /** How the caller says it came in; absent where nothing is said. */
  readonly channel?: RecordNote['channel'];
  readonly evidence: readonly Evidence[];
  readonly letterRef?: LetterRef;
  readonly consentRef?: string;
  /** Whether the restricted processes have their store in this installation. */
  readonly restrictedStore: boolean;
  readonly case: CaseRecord<unknown>;
  /** The case's events so far, decoded. */
  readonly history: readonly RecordedEvent[];
  /** Facts asked for; one that does not exist has `exists: false`. */
  readonly facts: Facts<X>;
  /**
   * The version of a declared rule in force when the command is entered, never one of the day somebody says it happened: what
   * happened earlier may be entered late, but is judged by the rules of the day it is entered. Where the law looks at an earlier
   * day (the day of return), the rule's value lists amounts by day. Facts of an adopted paper file pass no rule at all.
   */
  rule<T>(rule: Rule<T>): RuleVersion<T>;
  /** A rule of this installation by its key, for the process that keeps them. */
  ruleNamed(key: string): Rule | undefined;
  /** An id that a retry of the same command meets again. */
  newId(name: string): string;
  /** A keyed hash of text for comparing without revealing (blind index), hex. */
  keyedHash(scope: string, text: string): string;
}

export type From<Status extends string> = 'new' | 'open' | readonly Status[];

type NarrowTo<S extends Stated, K extends string> = S extends Stated
  ? Extract<S['status'], K> extends never
    ? never
    : S & { readonly status: Extract<S['status'], K> }
  : never;
/** The state a `decide` sees, narrowed by `from`. */
export type StateFrom<S extends Stated, F> = F extends readonly (infer K extends string)[] ? NarrowTo<S, K> : S;

export type Audience = 'people' | 'system';

export interface CommandSpec<
  E extends EventShapes,
  S extends Stated,
  F extends From<S['status']>,
  I extends z.ZodObject,
  X extends FactRefs,
> {
  readonly from: F;
  /** `<process>:<verb>` as in the policy table; `system` for what only timers and reactors do. */
  readonly permission: string;
  readonly input: I;
  /** The events this command may lead to and the states it may end in; held to by `execute` and drawn in the diagram. */
  readonly emits: readonly (keyof E & string)[];
  readonly to: readonly S['status'][];
  /** Decisions with legal or money effect require `If-Match`. */
  readonly effect?: 'legal' | 'money';
  readonly rules?: readonly Rule[];
  /**
   * For commands that open: what the new case's id is derived from, when the domain gives it one (a rule's key). `by` is the
   * member of staff who gives it; empty for a part of Masar.
   */
  naturalKey?(input: z.output<I>, by: string): string;
  facts?(input: z.output<I>, state: StateFrom<S, F>, id: string, actor: Actor): X;
  reserves?(input: z.output<I>, state: StateFrom<S, F>, actor: Actor): readonly Reserve[];
  decide(input: z.output<I>, state: StateFrom<S, F>, ctx: Context<X>): readonly NewEvent<E>[];
}

/** A command as everything generic sees it. Method syntax keeps every concrete command assignable. */
export interface Command {
  readonly name: string;
  readonly from: From<string>;
  readonly permission: string;
  readonly input: z.ZodObject;
  readonly emits: readonly string[];
  readonly to: readonly string[];
  readonly effect?: 'legal' | 'money';
  readonly rules?: readonly Rule[];
  /** Set on the commands every process has from the kernel. */
  readonly kernel?: boolean;
  /** Why the case as it stands leaves this command nothing to do: the refusal code a try would meet. */
  idle?(record: CaseRecord<unknown>): string | undefined;
  naturalKey?(input: unknown, by: string): string;
  facts?(input: unknown, state: Stated, id: string, actor: Actor): FactRefs;
  reserves?(input: unknown, state: Stated, actor: Actor): readonly Reserve[];
  decide(input: unknown, state: Stated, ctx: Context): readonly ProposedFact[];
}

/** An event a `decide` proposes, as everything generic sees it. */
export interface ProposedFact {
  readonly type: string;
  readonly data: unknown;
  readonly noted?: Noted;
}

/** A row of a command table before it has its name. */
export type AnyCommandSpec = Omit<Command, 'name'>;

/** Turns data of one stored version into the next version's. */
export type Upcaster = (data: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** A paper a process hands out: when it may be printed, and what it is called. */
export interface Paper<S extends Stated = Stated> {
  readonly from: readonly S['status'][];
  readonly label: Label;
  /** What it is about where a case may hand out several of a kind (the decision a notice tells): a print of another is no reprint. */
  edition?(state: S): string | undefined;
}

/** What alone crosses from a restricted process into the general store. */
export interface Crossing {
  readonly process: string;
  readonly command: string;
  readonly fields: z.ZodObject;
}

/** Words for everything a person reads of a process. */
export interface ProcessLabels {
  readonly name: Label;
  readonly plural: Label;
  readonly states: Readonly<Record<string, Label>>;
  readonly commands: Readonly<Record<string, Label>>;
  readonly events: Readonly<Record<string, Label>>;
  readonly waits: Readonly<Record<string, Label>>;
  readonly parties: Readonly<Record<string, Label>>;
  readonly refusals: Readonly<Record<string, Label>>;
  readonly fields: Readonly<Record<string, Label>>;
  readonly codes: Readonly<Record<string, Readonly<Record<string, Label>>>>;
}

export interface ProcessSpec<N extends string, E extends EventShapes, S extends Stated> {
  /** Stream category: letters only. */
  readonly name: N;
  /** Path segment, kebab-case plural. */
  readonly plural: string;
  readonly store: 'general' | 'restricted';
  /** Of a restricted process: the one outcome it lets out, a command of a general process with no more than these fields. */
  readonly crosses?: Crossing;
  readonly tier: Tier;
  readonly events: E;
  /**
   * Older stored versions: event → version → upcaster to the next version. Absent events are at v1. A release that has the upcaster
   * writes the new version, so everything that runs beside it must read that already: see `ahead`.
   */
  readonly upcasters?: { readonly [K in keyof E & string]?: Readonly<Record<number, Upcaster>> };
  /**
   * What the next release will write and this one only reads: event → how the version after the newest looks in the newest. Old and
   * new processes run side by side while a release comes, so a new event version is written one release after everything reads it:
   * it stands here first, and among `upcasters` in the release after. A new event, or a new optional field of one, is likewise
   * declared a release before a command writes it: shapes are strict, and a field that is not known is refused.
   */
  readonly ahead?: { readonly [K in keyof E & string]?: Upcaster };
  readonly initial: S;
  evolve(state: S, event: FoldEvent<E>): S;
  readonly waitsOn: { readonly [K in S['status']]: (state: NarrowTo<S, K>) => readonly Wait[] };
  /** States in which nothing more is expected. */
  readonly ends: readonly S['status'][];
  timers?(state: S): readonly Timer[];
  about?(state: S, id: string): About;
  /** How boards count a case in this state; without it the process has no board. */
  board?(state: S): Board;
  /** Fields of the state that are its owner's alone: not shown to organisations that merely take part. */
  readonly keptFromParties?: readonly string[];
  /** Fields of the state that tell who owns it more than they may know: for the offices it is about, and who reaches every case. */
  readonly keptFromOwner?: readonly string[];
  /** The case of another process that somebody asks to look at by opening this one; put on record as a look is. */
  seeks?(state: S): { readonly process: string; readonly id: string } | undefined;
  /** Whether something in the state, or in what an entry says, is closed to these organisations, none of which owns the case. */
  closedTo?(item: Readonly<Record<string, unknown>>, state: S, organisations: readonly string[]): boolean;
  readonly clocks?: Readonly<Record<string, Rule<ClockWindows>>>;
  /**
   * Whether a paper file in this state may tell this fact: true although no command could, since paper does not tell every step;
   * false although one could, since only what happens here may tell it; as the commands have it when undefined.
   */
  onPaper?(state: S, fact: ToldFact): boolean | undefined;
  /** What an adopted or corrected case reserves, as its commands would have: text that must be unique. */
  reservesOnAdoption?(state: S): readonly Reserve[];
  /** The states in which a wrong file may be retracted; every state when absent. */
  readonly retracts?: readonly S['status'][];
  /** Whether so much rests on a case by now that it is no wrong file any more, whatever its status. */
  bound?(record: Pick<CaseRecord<S>, 'state' | 'adoption'>): boolean;
  /** Entries that a decision or payment rests on in this state: they are not corrected any more. */
  reliedUpon?(state: S): readonly (keyof E & string)[];
  /** Where `reopen` is allowed, and the state it leads to. */
  readonly reopens?: {
    readonly from: readonly S['status'][];
    state(state: S): S;
    /** The decisions of which reopening sets the last aside: an officer other than who took it reopens. */
    setsAside?(state: S): readonly (keyof E & string)[];
  };
  /** Events that are decisions or payments: reversed by a new decision, never corrected. */
  readonly decisions?: readonly (keyof E & string)[];
  /**
   * Events whose very name tells something of a tier: who opens less is told that something was entered, never what, and sees the
   * case without it. No status and no wait may depend on them.
   */
  readonly discreet?: { readonly [K in keyof E & string]?: Tier };
  /** What those see who may read a case and not all that is in it; absent where all who read it see it alike. */
  readonly coarse?: Coarse<S>;
  /** Which wait each level of escalation adds; the process's own `escalate` command may record more. */
  readonly escalation?: Escalation;
  /** What may be printed of a case, by the kernel's `print`; how each looks is in the API's `prints`. */
  readonly papers?: Readonly<Record<string, Paper<S>>>;
  readonly labels: ProcessLabels;
}

/** Levels of escalation: from which share of the window (1 = at the due time) and to whom. */
export interface Escalation {
  /** Rule whose value lists, per level, the share of the window after which it is reached. */
  readonly rule: Rule<readonly number[]>;
  readonly levels: readonly { readonly party: string; readonly role: string }[];
  /** The process's own event that carries `{ wait, level }`; the kernel's `WaitEscalated` when absent. */
  readonly event?: string;
}

/** A process as everything generic sees it. */
export interface Process {
  readonly name: string;
  readonly plural: string;
  readonly store: 'general' | 'restricted';
  readonly crosses?: Crossing;
  readonly tier: Tier;
  readonly events: EventShapes;
  readonly upcasters?: Readonly<Record<string, Readonly<Record<number, Upcaster>> | undefined>>;
  readonly ahead?: Readonly<Record<string, Upcaster | undefined>>;
  readonly initial: Stated;
  evolve(state: Stated, event: RecordedEvent): Stated;
  waitsIn(state: Stated): readonly Wait[];
  readonly statuses: readonly string[];
  readonly ends: readonly string[];
  timers?(state: Stated): readonly Timer[];
  about?(state: Stated, id: string): About;
  board?(state: Stated): Board;
  readonly keptFromParties?: readonly string[];
  readonly keptFromOwner?: readonly string[];
  seeks?(state: unknown): { readonly process: string; readonly id: string } | undefined;
  closedTo?(item: Readonly<Record<string, unknown>>, state: Stated, organisations: readonly string[]): boolean;
  readonly clocks?: Readonly<Record<string, Rule<ClockWindows>>>;
  onPaper?(state: Stated, fact: ToldFact): boolean | undefined;
  reservesOnAdoption?(state: Stated): readonly Reserve[];
  readonly retracts?: readonly string[];
  bound?(record: Pick<CaseRecord<Stated>, 'state' | 'adoption'>): boolean;
  reliedUpon?(state: Stated): readonly string[];
  readonly reopens?: {
    readonly from: readonly string[];
    state(state: Stated): Stated;
    setsAside?(state: Stated): readonly string[];
  };
  readonly decisions?: readonly string[];
  readonly discreet?: Readonly<Record<string, Tier | undefined>>;
  readonly coarse?: Coarse;
  readonly escalation?: Escalation;
  readonly papers?: Readonly<Record<string, Paper>>;
  readonly labels: ProcessLabels;
  readonly commands: Readonly<Record<string, Command>>;
}

/**
 * Defines a process from its table in domain.md. `command` type-checks one row (`from` narrows the state `decide` sees);
 * `withCommands` closes the table. Everything generic is derived from the result.
 */
export function defineProcess<const N extends string, E extends EventShapes, S extends Stated>(spec: ProcessSpec<N, E, S>) {
  if (!/^[a-z][a-zA-Z]*$/.test(spec.name)) throw new Error(`process name ${spec.name}: letters only`);
  const waits: Readonly<Record<string, ((state: never) => readonly Wait[]) | undefined>> = spec.waitsOn;
  return {
    command: <const F extends From<S['status']>, I extends z.ZodObject, X extends FactRefs = Record<never, never>>(
      command: CommandSpec<E, S, F, I, X>,
    ): CommandSpec<E, S, F, I, X> => command,
    withCommands: (table: Readonly<Record<string, AnyCommandSpec>>): Process & { readonly events: E } => {
      const statuses = Object.keys(spec.waitsOn);
      const own = Object.fromEntries(Object.entries(table).map(([name, command]) => [name, { ...command, name }]));
      const process: Process & { readonly events: E } = {
        ...spec,
        statuses,
        // The map is keyed by status, so the state handed over is the one its entry was written for.
        waitsIn: (state) => waits[state.status]?.(state as never) ?? [],
        // The kernel's `adopt` reads the process's own commands, so they are handed over lazily.
        commands: { ...kernelCommands({ ...spec, statuses }, () => process), ...own },
      };
      return process;
    },
  };
}
