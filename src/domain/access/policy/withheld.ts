import { on } from './row.ts';

/**
 * What nobody is given, whatever a row says: verbs every process has from the kernel that would go round the guards of these
 * processes. Their own commands are the way.
 */
export const WITHHELD: readonly { readonly allow: readonly string[]; readonly because: string }[] = [
  { allow: ['reservation:*', 'installation:*'], because: 'kept by the system alone' },
  {
    allow: on('rule', 'work assign share transfer adopt correct retract pause'),
    because: 'a rule changes by a new version, whose value is held to the shape of the rule',
  },
  {
    allow: on('provider', 'assign share transfer adopt correct pause'),
    because: 'a corrected or adopted entry would escape the closed list, and a paused clock would hide that it is stale',
  },
  {
    allow: on('duplicate', 'share transfer adopt correct retract'),
    because: 'a pair belongs to the branches of both records, and is settled by their decision alone',
  },
  { allow: on('referral', 'share transfer adopt'), because: 'data goes to another organisation by sending alone, with consent' },
  {
    allow: on('allocation paymentBatch', 'share transfer adopt correct retract pause'),
    because: 'money moves by a new fact that the guards have seen, and belongs to nobody who could pass it on',
  },
  { allow: ['returnGrant:pause'], because: 'no clock runs on a grant' },
  {
    allow: on('listExport', 'work assign share transfer adopt correct retract pause'),
    because: 'what has left as a file has left: its record waits on nobody and is never changed',
  },
  {
    allow: on('erasure', 'share transfer adopt correct retract reopen pause'),
    because: 'what is erased does not come back, and its record says what was done',
  },
  { allow: on('person', 'assign pause'), because: 'a record of a person waits on nobody' },
  {
    allow: on('area', 'assign share transfer adopt correct retract pause'),
    because: 'a decision about an area is changed by the next decision, which movements follow',
  },
  { allow: on('convoy', 'transfer adopt reopen'), because: 'a convoy runs once, and is its planner’s' },
  {
    allow: on('importRun', 'share transfer adopt correct retract pause'),
    because: 'a file of paper cases is cancelled or taken back whole, and its rows are those of one office',
  },
  {
    allow: on('reintegrationPlan', 'adopt retract'),
    because:
      'a plan is its household’s or person’s by key: one on paper is entered step by step, one opened in error discontinued',
  },
  {
    allow: on('clearance', 'share transfer adopt correct pause'),
    because: 'a restricted case is opened by a grant alone, and changed by the next answer',
  },
  {
    allow: on('emergencyBar', 'grant assign share transfer adopt correct retract reopen pause'),
    because: 'a bar is set by a review and lifted by who answers for the officer, and in no other way',
  },
  {
    allow: on('emergencyAccess', 'grant share transfer adopt correct pause'),
    because: 'what was opened in an emergency stands as it was asked for, confirmed and reviewed',
  },
  {
    allow: on('organisation office staff', 'assign share transfer adopt retract pause'),
    because: 'the directory has one keeper and no queue; an adopted or withdrawn entry would escape its guards',
  },
];
