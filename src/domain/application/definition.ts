import { defineProcess } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { escalationRule, informationWindow, verificationWindow } from './policy.ts';
import { evolve, initial, reopened, timers, verifying } from './state.ts';

/** The application process without its commands. */
export const p = defineProcess({
  name: 'application',
  plural: 'applications',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    draft: () => [{ key: 'submit', party: 'registrar' }],
    submitted: verifying,
    // The same wait as before, so that its clock runs on from the submission.
    under_verification: verifying,
    information_requested: () => [{ key: 'supplyInformation', party: 'household', clock: 'information' }],
    accepted: () => [],
    rejected: () => [],
    withdrawn: () => [],
  },
  ends: ['accepted', 'rejected', 'withdrawn'],
  timers,
  about: (s) =>
    s.status === 'none'
      ? {}
      : {
          persons: [s.applicant, ...('submission' in s && s.submission ? s.submission.members.map((one) => one.person) : [])],
          households: s.status === 'accepted' ? [s.household] : [],
          offices: s.branch.office === undefined ? [] : [s.branch.office],
        },
  clocks: { verification: verificationWindow, information: informationWindow },
  reopens: {
    from: ['rejected', 'withdrawn'],
    state: reopened,
    setsAside: ({ status }) => (status === 'rejected' ? ['RegistrationRejected'] : []),
  },
  decisions: ['RegistrationAccepted', 'RegistrationRejected'],
  escalation: { rule: escalationRule, levels: [{ party: 'headOfBranch', role: 'headOfBranch' }] },
  labels,
});
