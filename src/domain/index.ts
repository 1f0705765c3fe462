import { allocation } from './allocation/index.ts';
import { application } from './application/index.ts';
import { area } from './area/index.ts';
import { claim } from './claim/index.ts';
import { clearance } from './clearance/index.ts';
import { convoy } from './convoy/index.ts';
import { docRequest } from './docRequest/index.ts';
import { duplicate } from './duplicate/index.ts';
import { emergencyAccess } from './emergencyAccess/index.ts';
import { emergencyBar } from './emergencyBar/index.ts';
import { erasure } from './erasure/index.ts';
import { eviction } from './eviction/index.ts';
import { hlpCase } from './hlpCase/index.ts';
import { household } from './household/index.ts';
import { importRun } from './importRun/index.ts';
import { installation } from './installation/index.ts';
import { registryOf } from './kernel/registry.ts';
import { listExport } from './listExport/index.ts';
import { movement } from './movement/index.ts';
import { office } from './office/index.ts';
import { organisation } from './organisation/index.ts';
import { paymentBatch } from './paymentBatch/index.ts';
import { person } from './person/index.ts';
import { provider } from './provider/index.ts';
import { referral } from './referral/index.ts';
import { reintegrationPlan } from './reintegrationPlan/index.ts';
import { reservation } from './reservation/index.ts';
import { returnGrant } from './returnGrant/index.ts';
import { rule } from './rule/index.ts';
import { staff } from './staff/index.ts';

/** Every process of Masar. Routes, codecs, queues, documents and tests are derived from this list. */
export const registry = registryOf([
  rule,
  reservation,
  installation,
  organisation,
  office,
  staff,
  provider,
  referral,
  person,
  application,
  household,
  duplicate,
  area,
  movement,
  convoy,
  clearance,
  emergencyAccess,
  emergencyBar,
  docRequest,
  hlpCase,
  eviction,
  listExport,
  claim,
  allocation,
  paymentBatch,
  returnGrant,
  importRun,
  reintegrationPlan,
  erasure,
]);
