import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { Event } from './state.ts';

/**
 * A confirmed emergency opens the case it was asked for, and no other; one without ground bars who asked from asking again, and
 * who confirmed it from confirming.
 */
export function followUps(event: Event): readonly FollowUp[] {
  if (event.type === 'EmergencyAccessFoundUnjustified') {
    const { staff, office, confirmer } = event.data;
    const emergency = idOf(event.meta.stream);
    return [
      ...barring({ staff, emergency }, office),
      ...(confirmer ? barring({ staff: confirmer.staff, emergency, act: 'confirming' }, confirmer.office) : []),
    ];
  }
  if (event.type !== 'EmergencyAccessConfirmed') return [];
  const { process, case: id, staff, until } = event.data;
  return [{ process, command: 'grantEmergency', id, input: { staff, until, emergency: idOf(event.meta.stream) } }];
}

/** The first bar of an officer opens the record of it, and a later one stands in the same, beside what stands there. */
const barring = (input: FollowUp['input'], office: NonNullable<FollowUp['office']>): readonly FollowUp[] => [
  { process: 'emergencyBar', command: 'bar', input, office, unless: ['ALREADY_EXISTS'] },
  { process: 'emergencyBar', command: 'barAgain', input, office },
];
