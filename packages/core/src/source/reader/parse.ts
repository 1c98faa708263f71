import { WireGuardError, type WireGuardErrorCode } from '../../errors.js';
import type { Device } from '../../model/device.js';
import type { SourceFailure, SourceNote } from '../../model/snapshot.js';
import { Columns } from '../columns.js';
import { deviceOf, json, NAME, optional, text, WORD } from '../given.js';
import { HIDDEN, NONE, readPeerLine } from '../peer-line.js';
import type { PeerTable } from '../peer-table.js';
import { READER_PROTOCOL, SET } from './protocol.js';

/** Longer than what is said of a device, of a failure, or of a reader, in bytes. */
const LONGEST_FACTS = 8 * 1024;

/** Longest sentence about a failure, in characters. */
const LONGEST_MESSAGE = 1000;

/** More devices, failures and notes than a host has. An answer without end must not fill the memory. */
const MOST_LINES = 10_000;

/** More peers than a host has on all its devices. */
const MOST_PEERS = 1 << 20;

/** More than those take, in bytes. */
const MOST_BYTES = 512 * 1024 * 1024;

const CODES: Readonly<Record<WireGuardErrorCode, true>> = {
  SOURCE_UNAVAILABLE: true,
  PERMISSION_DENIED: true,
  DEVICE_NOT_FOUND: true,
  CONNECTION_FAILED: true,
  PROTOCOL: true,
  TIMEOUT: true,
  READ_FAILED: true,
  INVALID_OPTION: true,
};

/** Parses what a reader answers, as bytes and in pieces of whole lines, the columns of which are separated by tabs:
 *
 *  ```
 *  wgotel-reader  1  0.1.0
 *  device  {"name":"wg0","type":"kernel","source":"wg-show",…}
 *  peer  FrXpplSalvSfo7ska/EaqTcDEbN2O80v432HRTvy1P8=  (set)  192.0.2.2:51820  10.9.0.2/32,fd00:9::2/128  1795294201  220  308  25  417
 *  failure  {"source":"uapi","device":"wg1","code":"TIMEOUT","message":"…"}
 *  note  {"source":"wg-show","message":"…"}
 *  end
 *  ```
 *
 *  The first line has the version of the format and of the program. The peers of a device follow it, with the columns of `wg
 *  show all dump`; in the place of a preshared key stands whether there is one, and one column more has the milliseconds of
 *  the handshake beyond its second. */
export class AnswerParser {
  /** Whether the last line was seen. */
  done = false;
  /** Those that are whole. */
  readonly devices: Device[] = [];
  readonly failures: SourceFailure[] = [];
  readonly notes: SourceNote[] = [];
  readonly #tableOf: (device: Omit<Device, 'peers'>) => PeerTable | undefined;
  readonly #now: number;
  readonly #columns = new Columns();
  #device: Omit<Device, 'peers'> | undefined;
  #table: PeerTable | undefined;
  #line = 0;
  #peers = 0;
  #bytes = 0;

  /** @param tableOf the peers of a device; `undefined` passes the device over
   *  @param now wall clock, milliseconds since the epoch */
  constructor(tableOf: (device: Omit<Device, 'peers'>) => PeerTable | undefined, now: number) {
    this.#tableOf = tableOf;
    this.#now = now;
  }

  /** Takes `bytes[0, end)`, whole lines all of them.
   *
   *  @throws {WireGuardError} `PROTOCOL` */
  parse(bytes: Buffer, end: number): void {
    this.#bytes += end;
    if (this.#bytes > MOST_BYTES) throw this.#malformed(`an end before ${MOST_BYTES} bytes`);
    const columns = this.#columns;
    for (let start = 0; start < end && !this.done;) {
      this.#line++;
      start = columns.cut(bytes, start) + 1;
      if (this.#line === 1) this.#parseHeader();
      else if (columns.is(0, 'peer')) this.#parsePeer();
      else {
        this.#finishDevice();
        if (columns.is(0, 'end')) this.done = true;
        else this.#parseFacts();
      }
    }
  }

  #parseHeader(): void {
    const { greeting, version: own } = READER_PROTOCOL;
    const version = this.#columns.count < 3 ? '' : this.#columns.text(1, 10);
    if (!this.#columns.is(0, greeting) || !/^\d{1,9}$/.test(version))
      throw new WireGuardError('PROTOCOL', 'what answers is no reader of wgotel: see what listens there');
    if (Number(version) === own) return;
    const program = this.#columns.text(2, 20).replace(/[^\w.+-]/g, '?');
    const older = Number(version) < own ? 'the reader' : 'this program';
    throw new WireGuardError(
      'PROTOCOL',
      `the reader is wgotel ${program} and speaks version ${version} of the format, this program version ${own}: update ${older}, and start it again`,
    );
  }

  #parsePeer(): void {
    const columns = this.#columns;
    if (this.#device === undefined) throw this.#malformed('a device before its peers');
    if (++this.#peers > MOST_PEERS) throw this.#malformed(`no more than ${MOST_PEERS} peers`);
    const peers = this.#table;
    if (peers === undefined) return;
    if (columns.count < 10) throw this.#malformed('a peer line of 10 columns');
    if (![SET, NONE, HIDDEN].some((word) => columns.is(2, word)))
      throw this.#malformed('whether there is a preshared key in column 3');
    readPeerLine(columns, peers, (expected) => this.#malformed(expected));
    const millis = columns.number(9);
    if (millis === -1) throw this.#malformed('milliseconds in column 10');
    peers.handshakeNanoseconds = millis * 1e6;
  }

  #parseFacts(): void {
    const columns = this.#columns;
    const at = `line ${this.#line}`;
    if (columns.count !== 2 || columns.end(1) - columns.start(1) > LONGEST_FACTS)
      throw this.#malformed('a word and a short text of JSON');
    if (this.#line > this.#peers + MOST_LINES) throw this.#malformed('fewer devices, failures and notes');
    const content = columns.bytes.toString('utf8', columns.start(1), columns.end(1));
    if (columns.is(0, 'device')) {
      this.#device = deviceOf(json(content, at), at);
      this.#table = this.#tableOf(this.#device);
      this.#table?.begin(this.#now);
    } else if (columns.is(0, 'failure')) this.failures.push(failureOf(json(content, at), at));
    else if (columns.is(0, 'note')) this.notes.push(noteOf(json(content, at), at));
    else throw this.#malformed('device, peer, failure, note or end in column 1');
  }

  #finishDevice(): void {
    if (this.#device !== undefined && this.#table !== undefined)
      this.devices.push({ ...this.#device, peers: this.#table.end() });
    this.#device = undefined;
  }

  /** Names the line and what was expected there; never quotes it. */
  #malformed(expected: string): WireGuardError {
    return new WireGuardError('PROTOCOL', `line ${this.#line} of the reader's answer: expected ${expected}`);
  }
}

function noteOf(given: Readonly<Record<string, unknown>>, at: string): SourceNote {
  return { source: text(given['source'], `${at}.source`, NAME), message: sentence(given['message'], at) };
}

function failureOf(given: Readonly<Record<string, unknown>>, at: string): SourceFailure {
  const code = text(given['code'], `${at}.code`, NAME);
  const netns = optional(given['netns'], (name) => text(name, `${at}.netns`, WORD));
  return {
    ...noteOf(given, at),
    device: optional(given['device'], (name) => text(name, `${at}.device`, WORD)),
    ...(netns !== undefined && { netns }),
    // A later reader may know more ways of failing.
    code: Object.hasOwn(CODES, code) ? (code as WireGuardErrorCode) : 'READ_FAILED',
  };
}

/** It goes to a terminal and into logs: nothing in it may move a cursor or turn text around. */
function sentence(value: unknown, at: string): string {
  const given = text(value, `${at}.message`, /^/).slice(0, LONGEST_MESSAGE);
  return given.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '?');
}
