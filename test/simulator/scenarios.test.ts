import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { keyPair, Simulator } from '@wgotel/simulator';
import type { KeyPair, Link, SimulatedDevice } from '@wgotel/simulator';
import { describe, it } from 'mocha';
import { repositoryPath } from '../support/repository.js';
import type { PeerCounters } from './uapi-text.js';
import { counters, parseReply } from './uapi-text.js';

// What two Linux 6.1 kernels counted in scenarios s0 to s12 (test/fixtures/kernel-6.1), replayed in virtual time at the
// times of the marks in the kernel's own log. Compared are each peer's counters and whether its handshake time moved.
// Interface counters (errors, drops) are not simulated: UAPI has none. The peer without endpoint of s3, the destination
// without peer of s2 and the garbage of s10 touch no peer of the tunnel; nothing is done for them here.

interface Lab {
  readonly a: SimulatedDevice;
  readonly b: SimulatedDevice;
  readonly link: Link;
  readonly keysOfB: KeyPair;
}

interface Scenario {
  readonly name: string;
  /** What happens at the mark. */
  readonly act: (lab: Lab) => void;
  /** What happens after both ends were read. */
  readonly repair?: (lab: Lab) => void;
  /** Seconds from reading both ends to the next mark. */
  readonly rest: number;
}

/** A peer that is not there, or has counted nothing yet. */
const NOTHING: PeerCounters = { rx: 0, tx: 0, handshake: 0 };

const restart = (device: SimulatedDevice): void => {
  device.setUp(false);
  device.setUp(true);
};
const times = (count: number, act: () => void): void => {
  for (let done = 0; done < count; done++) act();
};

const SCENARIOS: readonly Scenario[] = [
  { name: 's0', act: ({ link }) => link.a.ping(), rest: 0 },
  { name: 's1', act: ({ link }) => times(30, () => link.a.ping({ allowedSource: false })), rest: 5 },
  { name: 's2', act: () => {}, rest: 5 },
  { name: 's3', act: () => {}, rest: 5 },
  {
    name: 's4',
    act({ a, link }) {
      link.b.setPresharedKey(undefined);
      restart(a);
    },
    repair: ({ link }) => link.b.setPresharedKey(link.a.presharedKey),
    rest: 6,
  },
  {
    name: 's5',
    act({ a, b }) {
      b.setKeys(keyPair('another'));
      restart(a);
    },
    repair: ({ b, keysOfB }) => b.setKeys(keysOfB),
    rest: 6,
  },
  {
    name: 's6',
    act({ a, link }) {
      link.b.removePeer();
      restart(a);
    },
    repair: ({ link }) => link.b.addPeer(),
    rest: 6,
  },
  { name: 's7', act: ({ link }) => link.a.ping(), rest: 5 },
  {
    name: 's8',
    act({ link }) {
      link.a.setRouted(false);
      times(3, () => link.a.ping());
    },
    repair: ({ link }) => link.a.setRouted(true),
    rest: 5,
  },
  {
    name: 's9',
    act({ link }) {
      link.setLoss('a-to-b');
      times(5, () => link.a.ping());
    },
    repair: ({ link }) => link.setLoss('none'),
    rest: 5,
  },
  { name: 's10', act: () => {}, rest: 2 },
  { name: 's11', act: ({ a }) => a.setUp(false), repair: ({ a }) => a.setUp(true), rest: 6 },
  { name: 's12', act: ({ link }) => link.a.ping(), rest: 0 },
];

describe('link against the recorded kernels', () => {
  it('has marks for all scenarios', () => {
    assert.deepEqual([...readMarks().keys()], SCENARIOS.map(({ name }) => name).concat('end'));
  });

  const marks = readMarks();
  const lab = makeLab();
  let before = { a: NOTHING, b: NOTHING };
  let recordedBefore = { a: NOTHING, b: NOTHING };

  for (const [index, scenario] of SCENARIOS.entries()) {
    it(`${scenario.name} counts what the kernel counted`, async () => {
      const mark = marks.get(scenario.name) as number;
      const next = marks.get(SCENARIOS[index + 1]?.name ?? 'end') as number;
      scenario.act(lab);
      await lab.simulator.advance(next - mark - scenario.rest * 1000);
      const after = { a: simulatedPeer(lab.a), b: simulatedPeer(lab.b) };
      const recorded = { a: recordedPeer(scenario.name, 'a'), b: recordedPeer(scenario.name, 'b') };
      for (const end of ['a', 'b'] as const) {
        assert.deepEqual(
          { ...after[end], handshake: after[end].handshake !== before[end].handshake },
          { ...recorded[end], handshake: recorded[end].handshake !== recordedBefore[end].handshake },
          `${scenario.name}, end ${end}`,
        );
      }
      before = after;
      recordedBefore = recorded;
      scenario.repair?.(lab);
      await lab.simulator.advance(scenario.rest * 1000);
    });
  }
});

function makeLab(): Lab & { simulator: Simulator } {
  const simulator = new Simulator({ directory: 'unused', time: 'virtual' });
  const a = simulator.addDevice({ name: 'wga0' });
  const b = simulator.addDevice({ name: 'wgb0' });
  const link = simulator.addLink({ a: { device: a, persistentKeepalive: 25 }, b: { device: b } });
  return { simulator, a, b, link, keysOfB: b.keys };
}

function simulatedPeer(device: SimulatedDevice): PeerCounters {
  const [peer] = parseReply(device.render()).peers;
  return peer === undefined ? NOTHING : counters(peer);
}

/** Reads the tunnel's peer from a recorded `wg show wg0 dump`, told from others by its allowed IP. */
function recordedPeer(scenario: string, end: 'a' | 'b'): PeerCounters {
  const path = `test/fixtures/kernel-6.1/scenarios/${scenario}-${end}-dump.txt`;
  const rows = readFileSync(repositoryPath(path), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t'));
  const row = rows.find(([, , , allowedIPs]) => /^10\.9\.0\.[12]\/32/.test(allowedIPs ?? ''));
  return row === undefined ? NOTHING : { rx: Number(row[5]), tx: Number(row[6]), handshake: Number(row[4]) };
}

/** Reads when each scenario began, in ms, from `/dev/kmsg` records (`prio,seq,usec,flag;text`). */
function readMarks(): Map<string, number> {
  const log = readFileSync(repositoryPath('test/fixtures/kernel-6.1/kmsg.dynamic-debug.txt'), 'utf8');
  const marks = log.matchAll(/^\d+,\d+,(\d+),[^;]*;==== (\w+)/gm);
  return new Map([...marks].map(([, time, name]) => [name as string, Number(time) / 1000]));
}
