import type { Change, DeviceView, Frame, PeerView } from '@wgotel/core';

/** The frame with what a session can begin or end by among its changes, and changes of endpoints: as tests of what takes
 *  changes in need them, whatever the tracker finds. */
export function withChanges(before: Frame | undefined, frame: Frame, more: readonly Change[] = []): Frame {
  if (before === undefined) return frame;
  const { time } = frame;
  const changes: Change[] = [];
  for (const device of frame.devices) {
    const earlier = before.devices.find(({ series }) => series === device.series);
    const wasThere = earlier !== undefined && !isGone(earlier);
    if (isGone(device)) {
      if (wasThere) changes.push({ type: 'device.removed', time, device: earlier });
    } else if (!wasThere) changes.push({ type: 'device.added', time, device });
    else if (device.device.incarnation !== earlier.device.incarnation) {
      changes.push({ type: 'device.recreated', time, device });
    } else changes.push(...changesOfPeers(earlier, device, time));
  }
  return { ...frame, changes: [...changes, ...more] };
}

function isGone({ up, readTime, peers }: DeviceView): boolean {
  return up === 0 && readTime > 0 && peers.length === 0;
}

function changesOfPeers(earlier: DeviceView, device: DeviceView, time: number): Change[] {
  const devicePublicKey = device.device.publicKey;
  const known = new Map(earlier.peers.map((view) => [view.series.identity, view]));
  const changes: Change[] = [];
  for (const peer of device.peers) {
    const was = known.get(peer.series.identity);
    known.delete(peer.series.identity);
    if (was === undefined) changes.push({ type: 'peer.added', time, peer, devicePublicKey, addressReused: false });
    changes.push(...changesOf(was, peer, time, devicePublicKey));
  }
  for (const peer of known.values()) changes.push({ type: 'peer.removed', time, peer, devicePublicKey });
  return changes;
}

function changesOf(
  was: PeerView | undefined,
  peer: PeerView,
  time: number,
  devicePublicKey: string | undefined,
): Change[] {
  const changes: Change[] = [];
  const previous = was?.peer.lastHandshakeTime;
  const { lastHandshakeTime, endpoint } = peer.peer;
  if (lastHandshakeTime !== undefined && lastHandshakeTime !== previous) {
    changes.push({ type: 'peer.handshake', time: lastHandshakeTime, peer, devicePublicKey, previous });
  }
  if (was !== undefined && previous !== undefined && lastHandshakeTime === undefined) {
    changes.push({ type: 'peer.counters.reset', time, peer, devicePublicKey, before: was.peer });
  }
  if (was !== undefined && endpoint !== undefined && was.peer.endpoint !== endpoint) {
    changes.push({
      type: 'peer.endpoint.changed',
      time,
      peer,
      devicePublicKey,
      kind: 'port',
      from: was.peer.endpoint,
      to: endpoint,
    });
  }
  return changes;
}
