import assert from 'node:assert/strict';
import type { GrpcBackend } from './backend.js';
import type { LogLine, ObservedAgent } from './observed-agent.js';
import { said } from './outage.js';
import { errorsIn } from './points.js';

export interface Blindness {
  readonly code: string;
  /** Absent: the whole source. */
  readonly device?: string;
  readonly begin: () => unknown;
  readonly end: () => unknown;
}

/** Has something that is read fail for a while, and ends the agent. Returns what was seen. */
export async function goBlind(
  agent: ObservedAgent,
  backend: GrpcBackend,
  { code, device, begin, end }: Blindness,
): Promise<string> {
  const failures = async (): Promise<{ code: string; device?: string }[]> =>
    (await agent.status()).receivers['wireguard']!.failures.filter((failure) => failure.device === device);
  await agent.scrapes(2);
  const from = agent.log.length;
  await begin();
  await agent.until(`it fails with ${code}`, async () => (await failures()).some((failure) => failure.code === code));
  const before = errorsIn(backend.taken, code);
  await agent.until('errors are counted', () => errorsIn(backend.taken, code) >= before + 2);
  await end();
  await agent.until('it is over', async () => (await failures()).length === 0);
  await agent.scrapes(2);
  const { enqueued, sent } = await agent.end();
  assert.deepEqual(sent, enqueued);
  const isMeant = ({ msg }: LogLine): boolean => device === undefined || msg.includes(device);
  const lines = agent.log.slice(from).filter(isMeant);
  const begun = lines.filter(({ level }) => level === 'warn');
  const over = lines.filter(({ msg }) => msg.startsWith('over: '));
  assert.deepEqual([begun.length, over.length], [1, 1], said(agent));
  return `"${begun[0]!.msg}"; ${errorsIn(backend.taken, code)} errors \`${code.toLowerCase()}\` counted, 1 line that it is over`;
}
