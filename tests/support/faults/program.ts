import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../../src/platform/config/settings.ts';

const MAIN = fileURLToPath(new URL('../../../src/main.js', import.meta.url));

/** The line each role writes when it is at work. */
const AT_WORK: Readonly<Record<Role, string>> = {
  api: 'listening',
  worker: 'workers are running',
  projector: 'event log is open',
};
const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 30_000;
const REST_MS = 100;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program in a process of its own, started again whenever it ends, as an orchestrator does. */
export interface Program {
  readonly roles: readonly Role[];
  /** Resolves when it is at work; with the address it listens at, if it does. */
  ready(): Promise<string>;
  readonly pid: () => number | undefined;
  /** SIGKILL once it is at work; resolves when the process is gone and the next one is being started. */
  kill(): Promise<void>;
  /** SIGTERM for good; resolves with how it ended. SIGKILL when that takes more than half a minute. */
  stop(): Promise<Exit>;
  /** How often it ended without being told to: before it was at work (nothing to talk to yet), and after. */
  readonly fell: { readonly early: string[]; readonly late: string[] };
  /** What it logged as an error, by message. */
  readonly errors: Map<string, number>;
}

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<Exit>;
  working: boolean;
  killed: boolean;
  address: string;
  complaint: string;
}

/** Starts the compiled program with some roles. `env` is all it gets beside PATH. */
export function startProgram(roles: readonly Role[], env: Readonly<Record<string, string>>): Program {
  const fell = { early: [] as string[], late: [] as string[] };
  const errors = new Map<string, number>();
  const own = { ...env, MASAR_ROLES: roles.join(','), PORT: '0', LOG_LEVEL: 'info', PATH: process.env.PATH ?? '' };
  let stopping = false;
  let life = begin();
  const keeping = keep();

  function begin(): Life {
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], { env: own, stdio: ['ignore', 'pipe', 'pipe'] });
    const lifeline = holdLifeline(child.pid);
    const ended = new Promise<Exit>((resolve) =>
      child.once('close', (code, signal) => {
        lifeline.kill('SIGKILL');
        resolve({ code, signal });
      }),
    );
    const begun: Life = { child, ended, working: false, killed: false, address: '', complaint: '' };
    child.stderr.on('data', (chunk) => {
      begun.complaint = `${begun.complaint}${chunk}`.slice(-2_000);
    });
    const due = new Set(roles.map((role) => AT_WORK[role]));
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = parsed(text);
      if (line.level === 'error' || line.level === 'fatal') errors.set(line.message, (errors.get(line.message) ?? 0) + 1);
      if (line.url) begun.address = line.url;
      due.delete(line.message);
      begun.working = due.size === 0;
    });
    return begun;
  }

  async function keep(): Promise<void> {
    for (;;) {
      const { code, signal } = await life.ended;
      if (stopping) return;
      if (!life.killed) {
        (life.working ? fell.late : fell.early).push(`${signal ?? code}: ${life.complaint.trim()}`);
        await delay(REST_MS);
        if (stopping) return;
      }
      life = begin();
    }
  }

  async function ready(): Promise<string> {
    for (const deadline = Date.now() + READY_WITHIN_MS; !life.working || life.killed; await delay(10)) {
      if (Date.now() < deadline) continue;
      throw new Error(`${roles.join('+')} is not at work within ${READY_WITHIN_MS / 1000} s: ${fell.early.at(-1) ?? ''}`);
    }
    return life.address;
  }

  return {
    roles,
    ready,
    pid: () => life.child.pid,
    kill: async () => {
      await ready();
      const victim = life;
      victim.killed = true;
      victim.child.kill('SIGKILL');
      await victim.ended;
    },
    stop: async () => {
      stopping = true;
      const { child, ended } = life;
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN_MS);
      const exit = await ended;
      clearTimeout(patience);
      await keeping;
      return exit;
    },
    fell,
    errors,
  };
}

/** A shell that waits for the end of a pipe only this process holds: a test that is killed leaves no program behind. */
function holdLifeline(pid: number | undefined): ChildProcess {
  const order = ['-c', 'read -r _; kill -KILL "$0"', String(pid)];
  const shell = spawn('/bin/sh', order, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.stdin.on('error', () => undefined);
  return shell;
}

interface Line {
  readonly level?: string;
  readonly message: string;
  readonly url?: string;
}

function parsed(text: string): Line {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return { message: text };
  }
}
