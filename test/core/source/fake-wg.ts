/**
 * Stands in for `wg`:
 *   node fake-wg.js FOLDER show interfaces|all [dump]
 * Does what FOLDER/plan.json says and appends how it was called to FOLDER/calls.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WgPlan } from './fake-wg-command.js';

const [folder = '', ...args] = process.argv.slice(2);
appendFileSync(join(folder, 'calls'), `${JSON.stringify({ args, pid: process.pid, env: process.env })}\n`);
const plan = JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as WgPlan;
const [, what = '', question = ''] = args;
const answers: Readonly<Record<string, string | undefined>> = { ...plan.answers, dump: plan.dump };
const printed = (what === 'interfaces' ? plan.interfaces : answers[question]) ?? '';
process.stdout.write(printed, () => writeFileSync(join(folder, 'printed'), ''));
process.stderr.write(plan.complaints ?? '');
process.exitCode = plan.exitCode ?? 0;
if (plan.hang === 'child') spawn(process.execPath, ['-e', 'setTimeout(() => {}, 8000)'], { stdio: 'inherit' });
if (plan.hang !== undefined) setInterval(() => {}, 60_000);
