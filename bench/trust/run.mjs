/** `npm run bench:trust`: what trust costs, one figure after the other, each a ratio or a time taken in one run on this machine. */
import { spawnSync } from 'node:child_process';

const scripts = ['policy', 'appends', 'audit', 'access'];
const missed = scripts.filter((name) => {
  console.log(`── ${name}`);
  return spawnSync(process.execPath, [new URL(`${name}.mjs`, import.meta.url).pathname], { stdio: 'inherit' }).status !== 0;
});
console.log(missed.length === 0 ? 'every figure is as wanted' : `not as wanted: ${missed.join(', ')}`);
process.exit(missed.length === 0 ? 0 : 1);
