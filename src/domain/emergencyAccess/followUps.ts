import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { Event } from './state.ts';

/** A confirmed emergency opens the case it was asked for, and no other. */
export function followUps(event: Event): readonly FollowUp[] {
  if (event.type !== 'EmergencyAccessConfirmed') return [];
  const { process, case: id, staff, until } = event.data;
  return [{ process, command: 'grantEmergency', id, input: { staff, until, emergency: idOf(event.meta.stream) } }];
}
