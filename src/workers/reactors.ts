import { followUps as ofAllocation } from '../domain/allocation/followUps.ts';
import { allocation } from '../domain/allocation/index.ts';
import { followUps as ofApplication } from '../domain/application/followUps.ts';
import { application } from '../domain/application/index.ts';
import { followUps as ofClaim } from '../domain/claim/followUps.ts';
import { claim } from '../domain/claim/index.ts';
import { followUps as ofClearance } from '../domain/clearance/followUps.ts';
import { clearance } from '../domain/clearance/index.ts';
import { followUps as ofConvoy } from '../domain/convoy/followUps.ts';
import { convoy } from '../domain/convoy/index.ts';
import { followUps as ofDocRequest } from '../domain/docRequest/followUps.ts';
import { docRequest } from '../domain/docRequest/index.ts';
import { followUps as ofDuplicate } from '../domain/duplicate/followUps.ts';
import { duplicate } from '../domain/duplicate/index.ts';
import { followUps as ofEmergencyAccess } from '../domain/emergencyAccess/followUps.ts';
import { emergencyAccess } from '../domain/emergencyAccess/index.ts';
import { followUps as ofHousehold } from '../domain/household/followUps.ts';
import { household } from '../domain/household/index.ts';
import { papersMissing as ofFamilyPapers } from '../domain/household/papers.ts';
import { checkCrossing } from '../domain/kernel/crossing.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import { followUps as ofMovement } from '../domain/movement/followUps.ts';
import { movement } from '../domain/movement/index.ts';
import { followUps as ofPaymentBatch } from '../domain/paymentBatch/followUps.ts';
import { paymentBatch } from '../domain/paymentBatch/index.ts';
import { person } from '../domain/person/index.ts';
import { papersMissing as ofPersonPapers } from '../domain/person/papers.ts';
import { followUps as ofReturnGrant } from '../domain/returnGrant/followUps.ts';
import { returnGrant } from '../domain/returnGrant/index.ts';
import { consents, type OpenMovementsOf } from './reactors/consents.ts';
import { type ErasureReactorParts, erasures } from './reactors/erasures.ts';
import { fillBatch, type PayableClaims } from './reactors/fillBatch.ts';
import { following } from './reactors/followUps.ts';
import { handover, type OpenItems } from './reactors/handover.ts';
import { holds, type OpenMovementsTo } from './reactors/holds.ts';
import { type ImportReactorParts, imports } from './reactors/imports.ts';
import { type OpenPlans, plans } from './reactors/plans.ts';
import { reservations } from './reactors/reservations.ts';
import { type ShortLifeParts, shortLife } from './reactors/shortLife.ts';
import type { Reactor } from './runtime/reactor.ts';

export interface ReactorParts {
  readonly openItems: OpenItems;
  readonly imports: ImportReactorParts;
  readonly openPlans: OpenPlans;
  readonly payableClaims: PayableClaims;
  readonly openMovements: OpenMovementsTo;
  readonly movementsOf: OpenMovementsOf;
  readonly erasures: ErasureReactorParts;
  readonly shortLife: ShortLifeParts;
}

/** What follows from restricted cases, run beside their own store: the one outcome that each lets out. */
export const restrictedReactors = (registry: Registry): readonly Reactor[] => [
  following({
    ...{ name: 'clearances', process: clearance, followUps: ofClearance, onRefusal: 'go on' },
    check: (next) => checkCrossing(registry, clearance, next),
  }),
  following({
    ...{ name: 'emergency accesses', process: emergencyAccess, followUps: ofEmergencyAccess, onRefusal: 'go on' },
    check: (next) => checkCrossing(registry, emergencyAccess, next),
  }),
];

/** Everything that follows across cases, domain.md §11, in one table. Lines are added; a name never changes. */
export const reactorsOf = ({
  openItems,
  imports: importParts,
  openPlans,
  openMovements,
  movementsOf,
  payableClaims,
  erasures: erasureParts,
  shortLife: shortLifeParts,
}: ReactorParts): readonly Reactor[] => [
  reservations,
  handover(openItems),
  imports(importParts),
  plans(openPlans),
  fillBatch(payableClaims),
  holds(openMovements),
  consents(movementsOf),
  erasures(erasureParts),
  shortLife(shortLifeParts),
  following({ name: 'registration', process: application, followUps: ofApplication, onRefusal: 'stop' }),
  following({ name: 'families', process: household, followUps: ofHousehold, onRefusal: 'go on' }),
  following({ name: 'duplicates', process: duplicate, followUps: ofDuplicate, onRefusal: 'stop' }),
  following({ name: 'movements', process: movement, followUps: ofMovement, onRefusal: 'go on' }),
  following({ name: 'convoys', process: convoy, followUps: ofConvoy, onRefusal: 'go on' }),
  following({ name: 'claims', process: claim, followUps: ofClaim, onRefusal: 'go on' }),
  following({ name: 'allocations', process: allocation, followUps: ofAllocation, onRefusal: 'go on' }),
  following({ name: 'batches', process: paymentBatch, followUps: ofPaymentBatch, onRefusal: 'go on' }),
  following({ name: 'grants', process: returnGrant, followUps: ofReturnGrant, onRefusal: 'go on' }),
  following({ name: 'papers of persons', process: person, followUps: ofPersonPapers, onRefusal: 'go on' }),
  following({ name: 'papers of families', process: household, followUps: ofFamilyPapers, onRefusal: 'go on' }),
  following({ name: 'document requests', process: docRequest, followUps: ofDocRequest, onRefusal: 'go on' }),
];
