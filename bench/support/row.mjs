/** Measures one work in this process and writes its figures as JSON: `node row.mjs <work> <file>`. */
import { writeFileSync } from 'node:fs';

const [work, file] = process.argv.slice(2);
console.log(`── ${work}`);
const { measure } = await import(`../rows/${work}.mjs`);
const steps = [];
let figures;
try {
  figures = await measure({ teardown: (step) => steps.unshift(step), quick: process.env.BENCH_QUICK === '1' });
} finally {
  for (const step of steps) await step();
}
writeFileSync(file, JSON.stringify(figures));
// A pool of a peer that does not close would keep the process.
process.exit(0);
