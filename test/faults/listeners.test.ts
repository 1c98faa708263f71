import assert from 'node:assert/strict';
import {
  begin,
  crowd,
  HEALTH,
  nothing,
  PAGE,
  READER,
  SAY_NOTHING,
  SLOW,
  STATE_SOCKET,
  type Listener,
  type ListenerName,
  type Place,
  type Slowness,
} from './listeners.js';
import { said } from './outage.js';
import { family, type Fault } from './table.js';

/** Within which slow clients are cut off, also on a machine with much else to do, in milliseconds. Node itself would look for them
 *  after 30 s. */
const PATIENCE = 20_000;

/** They only wait. */
const ROWS_AT_ONCE = 8;

/** What slow clients of the others may not keep up: answers, and scraping. */
async function assertServed({ agent, ask }: Place, name: ListenerName): Promise<void> {
  for (let time = 0; time < 5; time++) await ask[name]();
  await agent.scrapes(5);
  await ask[name]();
}

/** Ends all in good order, with no warning and nothing lost. */
async function end({ agent, reader }: Place): Promise<void> {
  const { dropped } = await agent.end();
  assert.deepEqual([agent.warnings, dropped], [[], {}]);
  if (reader === undefined) return;
  reader.signal('SIGTERM');
  await reader.ended(0);
  assert.deepEqual(reader.warnings, []);
}

const slow = (listener: Listener, what: string, slowness: Slowness): Fault => ({
  fault: `${listener.clients} clients of ${listener.name} ${what}`,
  expected: 'others are answered and scraping goes on; after 5 to 10 s they are cut off',
  run: async (scene) => {
    const place = await begin(scene, listener === READER);
    const { agent, reader = agent } = place;
    const before = reader.open;
    await crowd(scene, place, listener, slowness);
    const [during, since] = [reader.open, performance.now()];
    await assertServed(place, listener.name);
    await reader.until('they are cut off', () => reader.open <= before + Math.min(5, listener.clients - 2), PATIENCE);
    const [after, seconds] = [reader.open, (performance.now() - since) / 1000];
    await end(place);
    return `6 answers and 5 scrapes while ${during - before} connections were open; ${after - before} open after ${seconds.toFixed(1)} s; no warning`;
  },
});

const tooMany = (listener: Listener, clients: number, most: number): Fault => ({
  fault: `${clients} clients of ${listener.name} say nothing, more than it takes`,
  expected: `scraping goes on; ${listener.name} may be silent for 10 s, then answers again`,
  run: async (scene) => {
    const place = await begin(scene, false);
    const { agent, ask } = place;
    const before = agent.open;
    await crowd(scene, place, listener, SLOW[SAY_NOTHING]!, clients);
    const during = agent.open;
    assert.ok(during - before <= most + 6, `${during - before} connections`);
    const answers = (): Promise<boolean> =>
      ask[listener.name]().then(
        () => true,
        () => false,
      );
    await agent.until('it answers again', answers, PATIENCE);
    await assertServed(place, listener.name);
    await end(place);
    return `${during - before} connections at once; it answers again; no warning`;
  },
});

family(
  'Slow clients',
  [
    ...[HEALTH, STATE_SOCKET, PAGE, READER].flatMap((listener) =>
      Object.entries(SLOW).map(([what, slowness]) => slow(listener, what, slowness)),
    ),
    {
      fault: `${STATE_SOCKET.clients} clients of the state socket ask and never read`,
      expected: 'others are told and scraping goes on',
      run: async (scene) => {
        const place = await begin(scene, false);
        const { agent } = place;
        const { clients, question, end: rest } = STATE_SOCKET;
        await crowd(scene, place, STATE_SOCKET, (socket) => {
          socket.pause().write(`${question}${rest}`);
          return nothing;
        });
        await agent.until('they are told', async () => (await agent.status()).stateSocket?.clients === clients);
        await assertServed(place, STATE_SOCKET.name);
        await end(place);
        return `${clients} clients that wait, 6 answers and 5 scrapes meanwhile, and an end in good order; no warning`;
      },
    },
    tooMany(HEALTH, 200, 64),
    tooMany(PAGE, 400, 256),
    {
      fault: '50 clients of the reader say nothing, more than it takes',
      expected:
        'the agent can’t read for up to 10 s, with one warning of its own and one of the reader, and one line when it is over',
      run: async (scene) => {
        const place = await begin(scene, true);
        const { agent, reader } = place;
        const failed = async (): Promise<boolean> =>
          (await agent.status()).receivers['wireguard']!.failures.some(({ code }) => code === 'CONNECTION_FAILED');
        await crowd(scene, place, READER, SLOW[SAY_NOTHING]!, 50);
        await agent.until('it can not read', failed);
        await agent.until('it is over', async () => !(await failed()), PATIENCE);
        await assertServed(place, READER.name);
        const { dropped } = await agent.end();
        assert.deepEqual(dropped, {});
        assert.deepEqual([agent.warnings.length, agent.said(/^over: /)], [1, 1], said(agent));
        assert.equal(reader!.warnings.length, 1, said(reader!));
        return `${said(agent)}; the reader: ${said(reader!)}`;
      },
    },
  ],
  ROWS_AT_ONCE,
);
