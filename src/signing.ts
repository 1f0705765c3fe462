import { join } from 'node:path';
import { directoryWitness, type Witness } from './eventlog/audit/witness.ts';
import type { Config } from './platform/config.ts';
import type { Signer } from './platform/merkle/note.ts';
import { signerFrom } from './platform/merkle/signerKey.ts';

/** The name the restricted log is signed under: what is proved of one log says nothing of the other. */
export const restrictedOrigin = (config: Config): string => `${config.auditOrigin}/restricted`;

/** Signs the audit tree, or under a name of its own what else leaves and is to be held against later. */
export const auditSigner = (config: Config, name = config.auditOrigin): Signer =>
  config.auditKeyFile === undefined
    ? signerFrom(name, join(config.dataDir, 'development-audit.key'), true)
    : signerFrom(name, config.auditKeyFile, false);

/** Where signed heads of the log of this name are kept outside the database. */
export const auditWitness = (config: Config, name = config.auditOrigin): Witness | undefined =>
  config.auditWitnessDir === undefined ? undefined : directoryWitness(config.auditWitnessDir, name);
