import { allocation } from './allocation/index.ts';
import { application } from './application/index.ts';
import { claim } from './claim/index.ts';
import { duplicate } from './duplicate/index.ts';
import { household } from './household/index.ts';
import { importRun } from './importRun/index.ts';
import { installation } from './installation/index.ts';
import { registryOf } from './kernel/registry.ts';
import { office } from './office/index.ts';
import { organisation } from './organisation/index.ts';
import { paymentBatch } from './paymentBatch/index.ts';
import { person } from './person/index.ts';
import { provider } from './provider/index.ts';
import { referral } from './referral/index.ts';
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
  claim,
  allocation,
  paymentBatch,
  returnGrant,
  importRun,
]);
