import fc from 'fast-check';

/** What an officer does with a crate. `to` is an office, 0 or 1. */
export type Command =
  | { readonly name: 'pack'; readonly tag: number; readonly grams: number }
  | { readonly name: 'note'; readonly text: string }
  | { readonly name: 'correct'; readonly grams: number }
  | { readonly name: 'offerTransfer'; readonly to: number }
  | { readonly name: Plain };

const PLAIN = [
  'send',
  'deliver',
  'reopen',
  'retract',
  'confirmCorrection',
  'declineCorrection',
  'acceptTransfer',
  'declineTransfer',
] as const;
type Plain = (typeof PLAIN)[number];

/** What goes wrong, at which append of the action, from 0. */
export interface Fault {
  readonly kind: (typeof FAULTS)[number] | 'swallowed';
  readonly at: number;
}

const FAULTS = [
  // The process dies before it appends, or when the log has it and nobody was told.
  'crash before',
  'crash after',
  // The reply is lost, with and without the events being written; the log is away; the network delivers twice.
  'reply lost',
  'never arrived',
  'unavailable',
  'twice',
  // Somebody else writes to the case between the decision and the append.
  'overtaken',
] as const;

/** Officers 0 and 1 are of office 0, officers 2 and 3 of office 1. Two servers run; cases and commands are picked by number. */
export type Action =
  | {
      readonly kind: 'command';
      readonly by: number;
      readonly on: number;
      readonly command: Command;
      readonly match: 'none' | 'current' | 'old';
      readonly server: number;
      readonly fault: Fault | undefined;
    }
  | {
      readonly kind: 'repeat';
      readonly which: number;
      readonly changed: boolean;
      readonly server: number;
      readonly fault: Fault | undefined;
    }
  /** The reactor comes by a case with its reservation, at least once. */
  | { readonly kind: 'settle'; readonly on: number; readonly server: number; readonly fault: Fault | undefined }
  | { readonly kind: 'restart'; readonly server: number }
  /** A projector takes the read models over, folds some pages, and dies. */
  | { readonly kind: 'project'; readonly pages: number };

// Mostly the crates that were packed first, so that some of them come far.
const which = fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(50) });
const server = fc.nat(1);
const fault = fc.option(fc.record({ kind: fc.constantFrom(...FAULTS), at: fc.constantFrom(0, 0, 0, 1, 2) }), { nil: undefined });
const grams = fc.constantFrom(10, 10, 999, 1_000);

const pack: fc.Arbitrary<Command> = fc.record({ name: fc.constant('pack' as const), tag: fc.nat(2), grams });
const other: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name: fc.constantFrom(...PLAIN) }) },
  { weight: 6, arbitrary: fc.record({ name: fc.constantFrom('send' as const, 'deliver' as const) }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('note' as const), text: fc.constantFrom('a', 'b') }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('correct' as const), grams }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('offerTransfer' as const), to: fc.nat(1) }) },
);
const commandAction = (command: fc.Arbitrary<Command>): fc.Arbitrary<Action> =>
  fc.record({
    kind: fc.constant('command' as const),
    // Mostly the first officer, who may do most of it.
    by: fc.constantFrom(0, 0, 0, 0, 0, 1, 1, 2),
    on: which,
    command,
    match: fc.constantFrom('current', 'current', 'none', 'old'),
    server,
    fault,
  });

/** A sequence of actions that begins with a crate. */
export const actions: fc.Arbitrary<readonly Action[]> = fc
  .tuple(
    commandAction(pack),
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: commandAction(pack) },
        { weight: 14, arbitrary: commandAction(other) },
        {
          weight: 3,
          arbitrary: fc.record({ kind: fc.constant('repeat' as const), which, changed: fc.boolean(), server, fault }),
        },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const), on: which, server, fault }) },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), server }) },
        { weight: 2, arbitrary: fc.record({ kind: fc.constant('project' as const), pages: fc.integer({ min: 0, max: 3 }) }) },
      ),
      { minLength: 1, maxLength: 30, size: 'max' },
    ),
  )
  .map(([first, rest]) => [first, ...rest]);
