/**
 * Resident memory of all roles in one process while all read models are rebuilt, and while a file of claims is imported: the
 * largest of each fifth of the time by the kernel's own mark, which misses no peak between two looks. Flat means that the last
 * fifth holds no more than the second, but for a tenth.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { built } from '../support/built.mjs';
import { installation, offices, program } from '../support/installation.mjs';
import { fillLog } from '../support/made.mjs';
import { until } from '../support/reads.mjs';

const FIFTHS = 5;
const EVERY_MS = 100;

export async function measure(bench) {
  const { claimsFiles } = await built('src/cli/demo/backlog.js');
  const { importClaims } = await built('src/cli/demo/papers.js');
  const place = await installation(bench, 'memory');
  const { core } = place;
  // Before a worker runs: what it writes would take positions that are filled.
  const { events } = await fillLog(core, bench.quick ? 5_000 : 100_000);
  const all = await program(bench, place, 'api', 'projector', 'worker');
  const { client, directory } = await offices(place, await all.ready());
  await until(core, Number(await core.log.head()));

  const rebuilding = await watched(all.pid(), async () => {
    await rebuildAll(core);
    await rebuilt(core);
  });
  const register = { governorate: 'IQG15', submitted: bench.quick ? 50 : 4_000, payable: 0, finalised: 10, wrong: false };
  const [bytes] = claimsFiles(register, 1);
  const officers = { clerk: 'ninewa.clerk', chair: 'ninewa.chair', office: directory.offices.ninewaClaims };
  const importing = await watched(all.pid(), async () => {
    await importClaims(client, officers, 'claims', bytes);
    await until(core, Number(await core.log.head()));
  });
  return [
    ...figuresOf('rebuild', `a rebuild of all read models over ${events.toLocaleString('en-US')} events`, rebuilding),
    ...figuresOf('import', `an import of ${register.submitted} claims`, importing),
  ];
}

function figuresOf(name, during, peaks) {
  return [
    {
      name: `memory-${name}`,
      work: `resident memory, all roles, during ${during}`,
      unit: 'MiB',
      ours: peaks,
      worst: true,
    },
    {
      name: `memory-${name}-flat`,
      work: 'the last fifth of it beside the second',
      unit: 'MiB',
      ours: [peaks.at(-1)],
      peer: [peaks[1]],
      peerName: 'second fifth',
    },
  ];
}

/** The largest resident size (MiB) in each fifth of the time that a piece of work took. */
async function watched(pid, work) {
  const sizes = [];
  let over = false;
  const done = work().finally(() => {
    over = true;
  });
  resetPeak(pid);
  while (!over) {
    await delay(EVERY_MS);
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    resetPeak(pid);
    sizes.push(Number(kilobytes) / 1_024);
  }
  await done;
  const part = (at) =>
    sizes.slice(Math.floor((sizes.length * at) / FIFTHS), Math.max(1, Math.floor((sizes.length * (at + 1)) / FIFTHS)));
  return Array.from({ length: FIFTHS }, (_, at) => Math.max(...part(at)));
}

/** Lets the kernel mark the largest size anew, from what it is now (proc(5): clear_refs). */
const resetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Begins a build of every read model beside the one that is shown, as `npm run projections -- rebuild` does. */
async function rebuildAll({ db, registry, keyring }) {
  const { createBuilds } = await built('src/projections/runtime/builds.js');
  const { projectionsOf } = await built('src/projections/index.js');
  const builds = createBuilds(db, 'read');
  for (const projection of projectionsOf(registry, keyring.mac)) await builds.rebuild(projection);
}

/** Waits until every build is shown. */
async function rebuilt({ pool }) {
  for (;;) {
    const { rows } = await pool.query(`select count(*)::int as building from read.projection_build where state = 'building'`);
    if (rows[0].building === 0) return;
    await delay(100);
  }
}
