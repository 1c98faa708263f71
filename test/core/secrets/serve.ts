/**
 * Serves devices with fresh keys, on sockets, to the stand-in for `wg`, and as what a kernel answers, in a process of its own:
 *   node serve.js FOLDER
 * Writes the private and preshared keys to FOLDER/keys, 64 hex digits a line, and then says `ready` to its parent.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serveUapi } from '@wgotel/simulator';
import { deviceMessages, done } from '../source/datagrams.js';
import { toDump, toReply, type TestDevice } from '../source/device-text.js';
import { FAMILY } from '../source/fake-kernel.js';
import { fakeWg } from '../source/fake-wg-command.js';
import { FILES, PUBLIC_MARK } from './folder.js';

const folder = process.argv[2]!;
const device = (name: string, peers: number): TestDevice => ({
  name,
  privateKey: randomBytes(32),
  publicKey: randomBytes(32),
  peers: Array.from({ length: peers }, (_, index) => ({
    name: randomUUID(),
    secret: true,
    allowedIPs: [`10.${index >> 8}.${index & 255}.0/24`, PUBLIC_MARK],
    receiveBytes: index,
  })),
});

// The large one takes several chunks.
const devices = [device('wgsmall', 3), device('wglarge', 400)];
const broken = devices.map(({ name }) => ({ ...device(name, 3), name: `${name}bad` }));
const replies = new Map([...devices, ...broken].map((each) => [each.name, toReply(each)]));

const sockets = join(folder, 'sockets');
await mkdir(sockets);
for (const { name } of devices) await serveUapi(join(sockets, `${name}.sock`), replies.get(name)!);
// A key with a digit too many, and an answer that breaks off within a key.
const [overlong, cut] = broken.map(({ name }) => replies.get(name)!);
await serveUapi(
  join(sockets, 'wgoverlong.sock'),
  Buffer.from(overlong!.toString().replace('private_key=', 'private_key=0')),
);
await serveUapi(join(sockets, 'wgcut.sock'), cut!, { type: 'cut', bytes: 50 });

fakeWg(folder).plan({
  dump: [...devices, ...broken]
    .map(toDump)
    .join('')
    .replace(/\toff\n$/, '\tnever\n'),
});

// One whose first preshared key is longer than its peer, and one whose list ends in an error.
const [garbled, failing] = broken.map((each) => deviceMessages(FAMILY, each, { peers: 1, allowedIPs: 1 }));
garbled![0]!.writeUInt16LE(0xfff0, garbled![0]!.indexOf(Buffer.of(36, 0, 2, 0)));
const lists = new Map([
  ...devices.map((each) => [each.name, deviceMessages(FAMILY, each, { peers: 40, allowedIPs: 8 })] as const),
  ['wggarbled', garbled!],
  ['wgfailing', [...failing!.slice(0, 1), done(5)]],
]);
for (const [name, messages] of lists) {
  await mkdir(join(folder, FILES.kernel, name), { recursive: true });
  for (const [index, message] of messages.entries())
    await writeFile(join(folder, FILES.kernel, name, String(index)), message);
}

const keys = [...replies.values()].flatMap((reply) =>
  Array.from(reply.toString().matchAll(/^(?:private|preshared)_key=([0-9a-f]{64})$/gm), (match) => match[1]!),
);
await writeFile(join(folder, 'keys'), keys.join('\n'));
process.send!('ready');
process.once('disconnect', () => process.exit());
