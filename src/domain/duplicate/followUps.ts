import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events, Subject } from './events.ts';

interface Pair {
  readonly survivor: string;
  readonly absorbed: string;
}

/** The record that stays takes over what was chosen before the other closes: it reads the other's values. */
const become = (process: Subject, { survivor, absorbed }: Pair, duplicate: string): FollowUp[] => [
  { process, command: 'survive', id: survivor, input: { duplicate, absorbed } },
  { process, command: 'absorb', id: absorbed, input: { duplicate, into: survivor } },
];

const part = (process: Subject, { survivor, absorbed }: Pair, duplicate: string): FollowUp[] => [
  { process, command: 'reverseMerge', id: absorbed, input: { duplicate } },
  { process, command: 'reverseMerge', id: survivor, input: { duplicate } },
];

/** What a decision about a pair calls for in the streams of the two records, in this order. */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const duplicate = idOf(event.meta.stream);
  switch (event.type) {
    case 'HouseholdsMerged':
      return [
        ...event.data.persons.flatMap((pair) => become('person', pair, duplicate)),
        ...become('household', event.data, duplicate),
      ];
    case 'PersonsMerged':
      return become('person', event.data, duplicate);
    case 'HouseholdMergeReversed':
      return [
        ...event.data.persons.flatMap((pair) => part('person', pair, duplicate)),
        ...part('household', event.data, duplicate),
      ];
    case 'PersonMergeReversed':
      return part('person', event.data, duplicate);
    default:
      return [];
  }
}
