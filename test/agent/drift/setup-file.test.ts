import assert from 'node:assert/strict';
import { readSetup, withoutSecrets, type Setup } from '@wgotel/agent';
import { describe, it } from 'mocha';

const ALICE = 'JmrLNx26yVl1r88heIbK+2k2pT/6OW5osbxEEoMB8g0=';
const BOB = 'FrXpplSalvSfo7ska/EaqTcDEbN2O80v432HRTvy1P8=';
const SECRET = '8BqJf6FAGP6nF2JpXRk2tHhQBKPnkE6kKYYsVfXnIUM=';

const read = (text: string, path = '/etc/wireguard/wg0.conf'): Setup | undefined => readSetup(path, Buffer.from(text));

const nothing = { listenPort: undefined, firewallMark: undefined };
const peerOf = (publicKey: string, fields: Partial<Setup['peers'][number]> = {}): Setup['peers'][number] => ({
  publicKey,
  allowedIPs: [],
  persistentKeepaliveInterval: 0,
  hasPresharedKey: false,
  endpointHost: undefined,
  ...fields,
});

const WG_QUICK = `[Interface]
# the gateway
PrivateKey = ${SECRET}
Address = 10.0.0.1/24
ListenPort = 51820 # as everywhere
FwMark = 0xca6c
PostUp = iptables -A FORWARD -i %i -j ACCEPT

[Peer]
PublicKey = ${ALICE}
PresharedKey = ${SECRET}
AllowedIPs = 10.0.0.2/32, fd00:0:0::2/128
allowedips=192.0.2.77/24
PersistentKeepalive = 25
Endpoint = vpn.example.com:51820

[Peer]
PublicKey=${BOB}
AllowedIPs=10.0.0.3
Endpoint=[2001:db8::1]:51820
`;

const NETDEV = `[NetDev]
Name=wg7
Kind=wireguard

[WireGuard]
PrivateKeyFile=/etc/keys/wg7
ListenPort=auto
FirewallMark=51820

[WireGuardPeer]
PublicKey=${ALICE}
PresharedKeyFile=/etc/keys/alice
AllowedIPs=10.0.0.2/32
PersistentKeepalive=off
`;

describe('how a device is meant to be set up', () => {
  it('is read from a configuration of wg-quick', () => {
    assert.deepEqual(read(WG_QUICK), {
      name: 'wg0',
      listenPort: 51820,
      firewallMark: 0xca6c,
      peers: [
        peerOf(ALICE, {
          allowedIPs: ['10.0.0.2/32', 'fd00::2/128', '192.0.2.0/24'],
          persistentKeepaliveInterval: 25,
          hasPresharedKey: true,
          endpointHost: 'vpn.example.com',
        }),
        peerOf(BOB, { allowedIPs: ['10.0.0.3/32'] }),
      ],
    });
  });

  it("is read from networkd's", () => {
    assert.deepEqual(read(NETDEV, '/etc/systemd/network/10-vpn.netdev'), {
      name: 'wg7',
      listenPort: undefined,
      firewallMark: 51820,
      peers: [peerOf(ALICE, { allowedIPs: ['10.0.0.2/32'], hasPresharedKey: true })],
    });
  });

  it('is the same with other line ends', () =>
    assert.deepEqual(read(WG_QUICK.replaceAll('\n', '\r\n')), read(WG_QUICK)));

  it('is not there where the running state is saved over it', () => {
    assert.equal(read('[Interface]\nSaveConfig = true\n'), undefined);
    assert.deepEqual(read('[Interface]\nSaveConfig = false\n'), { name: 'wg0', ...nothing, peers: [] });
  });

  it('gives an allowed IP to the last peer that has it', () => {
    const text = `[Peer]\nPublicKey=${ALICE}\nAllowedIPs=10.0.0.2, 0.0.0.0/0\n[Peer]\nPublicKey=${BOB}\nAllowedIPs=10.0.0.2/32\n`;
    assert.deepEqual(
      read(text)?.peers.map(({ allowedIPs }) => allowedIPs),
      [['0.0.0.0/0'], ['10.0.0.2/32']],
    );
  });

  for (const [written, expected] of [
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['::/0', '::/0'],
    ['FD00:0:0:0:1::5/64', 'fd00::/64'],
    ['2001:DB8::00A1', '2001:db8::a1/128'],
    ['10.0.0.1/33', undefined],
    ['10.0.0/8', undefined],
    ['10.0.0.1/', undefined],
    ['10.0.0.1/8/8', undefined],
    ['example.com', undefined],
  ] as const) {
    it(`takes ${written} for ${expected ?? 'no prefix'}`, () => {
      const text = `[Peer]\nPublicKey=${ALICE}\nAllowedIPs=${written}\n`;
      if (expected === undefined) assert.throws(() => read(text), /peer 1: expected AllowedIPs/);
      else assert.deepEqual(read(text)?.peers[0]?.allowedIPs, [expected]);
    });
  }

  for (const [text, path, message] of [
    [`[Peer]\nAllowedIPs=10.0.0.2\n`, 'wg0.conf', /peer 1: expected PublicKey/],
    [`[Peer]\nPublicKey=${SECRET.slice(1)}\n`, 'wg0.conf', /peer 1: expected PublicKey/],
    ['[Interface]\nListenPort=many\n', 'wg0.conf', /expected ListenPort to be a number or off/],
    ['[WireGuard]\nListenPort=1\n', 'a.netdev', /expected Name= under \[NetDev\]/],
  ] as const) {
    it(`refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
      assert.throws(
        () => read(text, path),
        (error: Error) => message.test(error.message) && !error.message.includes(SECRET.slice(1)),
      );
    });
  }

  it('can be copied without secrets, and read from the copy', () => {
    for (const [text, path] of [
      [WG_QUICK, 'wg0.conf'],
      [NETDEV, 'a.netdev'],
    ] as const) {
      const copy = withoutSecrets(Buffer.from(`${text}\n${SECRET}\n# ${SECRET}\nPrivateKey=${SECRET}`));
      assert.ok(!copy.includes(SECRET.slice(0, 10)), copy);
      assert.deepEqual(read(copy, path), read(text, path));
    }
  });

  it('gives an error or a setup, and no secret, wherever the file is cut', () => {
    for (let end = 0; end < WG_QUICK.length; end++) {
      let seen: string;
      try {
        seen = JSON.stringify(read(WG_QUICK.slice(0, end)));
      } catch (error) {
        seen = (error as Error).message;
      }
      assert.ok(!seen.includes(SECRET.slice(0, 10)), seen);
    }
  });
});
