import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import { isOpen } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';
import type { Data } from './state.ts';

type Event = FoldEvent<typeof events>;

const BASIS = {
  return: 'arrival_confirmed',
  local_integration: 'integration_approved',
  relocation: 'relocation_approved',
} as const;

/** What a movement's events call for in its household, in convoys and in its grant (domain.md §11). */
export function followUps(event: Event): readonly FollowUp[] {
  const movement = idOf(event.meta.stream);
  const family = (id: string, command: string, input: object): FollowUp => ({
    process: 'household',
    command,
    id,
    input: { ...input, movement },
  });
  switch (event.type) {
    case 'ClearanceRequested':
      return clearance(movement, event.data);
    case 'ClearanceRequestWithdrawn':
      return event.data.slots.flatMap(({ slot, person, actor }) => {
        if (actor === undefined || !isOpen(actor)) return [];
        const input = { person, actor, purpose: 'return', asks: { movement, slot } };
        return [{ process: 'clearance', command: 'withdrawRequest', input, unless: ['NOT_FOUND', 'WRONG_STATE'] }];
      });
    case 'DepartureApproved': {
      const leaves = !event.data.again && event.data.pathway !== 'local_integration';
      return leaves ? [family(event.data.household, 'beginDeparture', {})] : [];
    }
    case 'VoluntarinessNotConfirmed':
    case 'MovementWithdrawn':
    case 'DepartureRefused':
    case 'DepartureNoShowReleased':
    case 'DepartureDeclinedAtGate': {
      const { household, departing, convoy } = event.data;
      return [...(departing ? [family(household, 'cancelDeparture', {})] : []), ...unlisted(movement, convoy)];
    }
    case 'VoluntarinessExpired':
    case 'ClearanceExpired':
    case 'FitToTravelExpired':
    case 'DepartureApprovalLapsed':
      return unlisted(movement, event.data.convoy);
    case 'HouseholdManifested': {
      const { convoy, vehicle, persons, former } = event.data;
      const list = { process: 'convoy', command: 'listHousehold', id: convoy, input: { movement, vehicle, persons } };
      return [...unlisted(movement, former), list];
    }
    case 'HouseholdTurnedBack':
      return [family(event.data.household, 'cancelDeparture', {})];
    case 'ArrivalConfirmed': {
      const { household, pathway, area } = event.data;
      if (area === undefined) return [];
      const reached = family(household, 'confirmPathway', { pathway, area, basis: BASIS[pathway] });
      return pathway === 'return' ? [reached, grant(household, movement, area)] : [reached];
    }
    case 'ReturnFailed': {
      const { household, confirmed } = event.data;
      if (!confirmed) return [family(household, 'cancelDeparture', {})];
      const held = { process: 'returnGrant', command: 'holdRecovery', input: { household, movement } };
      return [family(household, 'reopenFile', { ground: 'failed_return' }), held];
    }
    case 'AwaitedDocumentIssued':
      return [
        { process: 'docRequest', command: 'noteResumed', id: event.data.request, input: { process: 'movement', id: movement } },
      ];
    default:
      return [];
  }
}

/** The request itself, in the restricted store: opened, or where one stands for this person and actor, made again. */
function clearance(movement: string, { slot, person, actor, letter }: Data<'ClearanceRequested'>): readonly FollowUp[] {
  // One made before there was a restricted store is answered by letter.
  if (actor === undefined) return [];
  const input = { person, actor, purpose: 'return', letter, asks: { movement, slot } };
  return [
    { process: 'clearance', command: 'requestForMovement', input, unless: ['ALREADY_EXISTS'] },
    { process: 'clearance', command: 'requestAgainForMovement', input, unless: ['WRONG_STATE', 'NOT_FOUND'] },
  ];
}

/** The grant for this return; its id follows from the household and the movement. */
const grant = (household: string, movement: string, area: string): FollowUp => ({
  process: 'returnGrant',
  command: 'checkEligibility',
  input: { household, movement, governorate: area.slice(0, 5) },
});

const unlisted = (movement: string, convoy: string | undefined): readonly FollowUp[] =>
  convoy === undefined ? [] : [{ process: 'convoy', command: 'unlistHousehold', id: convoy, input: { movement } }];
