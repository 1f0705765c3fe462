export { checkFamilies, headingsAt, headingsIn, rowsIn } from './checking.ts';
export { importRun } from './commands.ts';
export { type AdoptionOf, adoptionOf, comparable, type Family, letterOf, papersOf, personOf, registeredOn } from './families.ts';
export { importLimits } from './policy.ts';
export { type ImportState, isLeftOut } from './state.ts';
export { TEMPLATES, templateCodes, templateTable } from './templates.ts';
