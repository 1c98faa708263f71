import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Device, type SessionMode, type SpanIds } from '@wgotel/core';
import { describe, it } from 'mocha';
import { endOf, idsOf, SessionHistory, startOf } from '../../../support/session-history.js';
import { device, EPOCH, peer } from '../../../support/snapshots.js';

/** What befalls a peer between two scrapes. */
const anyFate = fc.constantFrom('nothing', 'handshake', 'both', 'both', 'roam', 'leave', 'join', 'join');

/** Peers come in thousands for one of them, so that `auto` changes over. */
const anyStep = fc.record({
  after: fc.constantFrom(15, 15, 30, 100, 120, 200),
  fates: fc.tuple(anyFate, anyFate, anyFate),
  device: fc.constantFrom(...Array.from({ length: 12 }, () => 'there'), 'unreadable', 'gone', 'recreated'),
  crowd: fc.constantFrom(false, false, true),
  restart: fc.constantFrom(...Array.from({ length: 8 }, () => false), true),
});
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

const CROWD = Array.from({ length: 500 }, (_, index) => peer(`crowd ${index}`));

interface PeerState {
  there: boolean;
  handshake: number | undefined;
  port: number;
}

/** Plays a history. Returns what was exported and whatever ids were given out, with those of whom the process that gave them
 *  lived on until the session was over. */
function play(mode: SessionMode, live: boolean, steps: readonly Step[]): { history: SessionHistory; given: SpanIds[] } {
  const history = new SessionHistory({ mode, live });
  const given: SpanIds[] = [];
  const states: PeerState[] = [0, 1, 2].map(() => ({ there: true, handshake: undefined, port: 1 }));
  let now = 0;
  let incarnation = 1;
  const devices = (crowd: boolean): Device[] => {
    const peers = states.flatMap(({ there, handshake, port }, index) =>
      there
        ? [
            peer(`${index}`, {
              lastHandshakeTime: handshake === undefined ? undefined : EPOCH + handshake * 1000,
              endpoint: `192.0.2.1:${port}`,
            }),
          ]
        : [],
    );
    return [device([...peers, ...(crowd ? CROWD : [])], { incarnation: String(incarnation) })];
  };
  history.scrape(now, devices(false));
  for (const { after, fates, device: fate, crowd, restart } of steps) {
    now += after;
    for (const [index, state] of states.entries()) befall(state, fates[index]!, now);
    if (fate === 'recreated' || fate === 'gone') {
      incarnation++;
      for (const state of states) state.handshake = undefined;
    }
    if (restart) {
      // Spans that are open end with a process that is shut down.
      history.sessions.shutdown();
      history.restart();
    }
    if (fate === 'unreadable') {
      const { frame } = history;
      const [time, monotonicTime] = [EPOCH + now * 1000, 1_000_000 + now * 1000];
      history.take({ ...frame!, time, monotonicTime, changes: [] });
    } else history.scrape(now, fate === 'gone' ? [] : devices(crowd));
    const { frame, sessions } = history;
    const contexts = frame!.changes.map((change) => sessions.contextOf(change));
    const views = frame!.devices.flatMap(({ peers }) => peers.slice(0, 3));
    contexts.push(...views.map(({ series }) => sessions.current(series)));
    // A session that a restarted process finds over is nobody's: so a context counts if no restart comes.
    if (!steps.some((step) => step.restart)) given.push(...contexts.filter((ids) => ids !== undefined));
  }
  history.scrape(now + 400, devices(false));
  return { history, given };
}

function befall(state: PeerState, fate: string, now: number): void {
  if (fate === 'join' && !state.there) Object.assign(state, { there: true, handshake: undefined });
  if (fate === 'leave') state.there = false;
  if (fate === 'handshake' || fate === 'both') state.handshake = now - 3;
  if (fate === 'roam' || fate === 'both') state.port++;
}

const keyOfIds = ({ traceId, spanId }: SpanIds): string => `${traceId} ${spanId}`;

describe('spans of sessions, whatever happens', () => {
  for (const mode of ['all', 'auto', 'changes'] as const) {
    for (const live of [false, true]) {
      it(`are all there that are referred to, once, and short: ${mode}${live ? ', live' : ''}`, () => {
        let links = 0;
        fc.assert(
          fc.property(fc.array(anyStep, { minLength: 1, maxLength: 20, size: 'max' }), (steps) => {
            const { history, given } = play(mode, live, steps);
            const exported = new Set(history.spans.map((span) => keyOfIds(idsOf(span))));
            assert.equal(exported.size, history.spans.length, 'an id twice');
            for (const span of history.exportedSessions) {
              assert.ok(endOf(span) - startOf(span) <= 180);
              assert.ok(endOf(span) >= startOf(span));
              for (const { context } of span.links) {
                links++;
                assert.ok(exported.has(keyOfIds(context)), 'a link dangles');
              }
            }
            for (const ids of given) assert.ok(exported.has(keyOfIds(ids)), 'a published context dangles');
            if (live) return;
            // With ids of ours, a session is the same before and after a restart.
            const sessions = history.exportedSessions.map((span) => {
              const id = span.attributes['wireguard.peer.id'];
              return `${String(id)} ${startOf(span)}`;
            });
            assert.equal(new Set(sessions).size, sessions.length, 'a session twice');
          }),
          { seed: 6, numRuns: 40 },
        );
        assert.ok(links > 0, 'no history had a link');
      });
    }
  }
});
