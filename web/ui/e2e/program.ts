/** The program itself, as `make build` leaves it, showing the demonstration district on a port of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Program {
  readonly url: string;
  readonly password: string;
  /** What it said while it ran. */
  readonly talk: () => string;
  /** Asks it to end, as an operator would, and answers its exit code. */
  readonly stop: () => Promise<number | null>;
}

const binary = process.env['GRIDCOMMAND_BIN'] ?? resolve(import.meta.dirname, '../../../bin/gridcommand');
/** A working afternoon, so that limits in working hours run while people act. */
const args = ['--listen', '127.0.0.1:0', '--start', '2026-11-23T15:10:00+08:00', '--speed', '30'];

export async function start(): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), 'gridcommand-browser-'));
  const password = randomBytes(9).toString('base64url');
  const child = spawn(binary, ['demo', '--data', folder, ...args], {
    env: { ...process.env, GRIDCOMMAND_DEMO_PASSWORD: password },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // The program never outlives the test, however that ends.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  let talk = '';
  child.stderr.on('data', (chunk) => (talk += String(chunk)));
  try {
    const url = await announced(child, () => talk);
    return {
      url,
      password,
      talk: () => talk,
      stop: async () => {
        child.kill('SIGTERM');
        const code = await ended;
        process.off('exit', kill);
        await rm(folder, { recursive: true, force: true });
        return code;
      },
    };
  } catch (error) {
    kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** The address that it prints once it listens. */
function announced(child: ChildProcess, talk: () => string): Promise<string> {
  return new Promise((done, failed) => {
    let out = '';
    child.stdout?.on('data', (chunk) => {
      out += String(chunk);
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0];
      if (url !== undefined) done(url);
    });
    child.once('error', failed);
    child.once('close', (code) => failed(new Error(`gridcommand ended with ${code} before it listened:\n${talk()}`)));
  });
}
