import { assessing } from './assessing.ts';
import { awaiting } from './awaiting.ts';
import { central } from './central.ts';
import { contesting } from './contesting.ts';
import { p } from './definition.ts';
import { duplicates } from './duplicates.ts';
import { finance } from './finance.ts';
import { listing } from './listing.ts';
import { paying } from './paying.ts';
import { preparing } from './preparing.ts';
import { replacing } from './replacing.ts';
import { screening } from './screening.ts';
import { session } from './session.ts';
import { standing } from './standing.ts';
import { submitting } from './submitting.ts';

/** A compensation claim under Law 20/2009, from the court form to the money (domain specification §4). */
export const claim = p.withCommands({
  ...preparing,
  ...submitting,
  ...duplicates,
  ...screening,
  ...assessing,
  ...session,
  ...contesting,
  ...central,
  ...finance,
  ...listing,
  ...paying,
  ...replacing,
  ...standing,
  ...awaiting,
});
