/** What trust costs: the scripts of bench/trust, each of which judges itself and says its figures in its last line. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPTS = ['policy', 'appends', 'audit', 'access'];

export async function measure() {
  return SCRIPTS.map((name) => {
    const path = fileURLToPath(new URL(`../trust/${name}.mjs`, import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [path], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n');
    if (status !== 0 && status !== 1) throw new Error(`trust/${name}: ${stderr}`);
    const told = lines.map((line) => line.trim().replace(/\s+/g, ' ')).join('; ');
    return { name: `trust-${name}`, work: told, unit: '(1 is as wanted)', ours: [status === 0 ? 1 : 0] };
  });
}
