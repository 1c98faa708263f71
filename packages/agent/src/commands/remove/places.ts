import { basename, dirname } from 'node:path';
import { READER_PROTOCOL } from '@wgotel/core';
import type { Places } from '../../config/places.js';
import { LOCK } from '../../storage/state-folder.js';
import { SIGNALS } from '../../signal.js';
import { STATE_FILES } from '../../storage/state-file.js';
import type { Host } from './host.js';

/** A folder in which wgotel, or somebody who followed its documentation, has put something. */
export interface Place {
  readonly folder: string;
  /** Names of what is wgotel's there, by what it must be. What is anything else is not touched. */
  readonly files?: RegExp;
  readonly sockets?: RegExp;
  /** A symbolic link counts only with this target. */
  readonly links?: { readonly names: RegExp; readonly target: RegExp };
  /** Whether the folder itself is wgotel's: it is removed once nothing is left in it. */
  readonly isOwn?: true;
  /** Whether it is data, which goes only if that is asked for. */
  readonly isData?: true;
}

const SYSTEM = '/etc/systemd/system';
/** A request that waits, is being written, or is of another version. */
const REQUEST = /^\d{15}-\d{1,9}(?:\.new|\.unknown)?$/;
/** The id of an exporter, as it is written in a path. */
const EXPORTER = /^(?:otlp_grpc|otlp_http|webhook|influxdb|grafana_live)(?:%2F[\w.-]+)?$/;

const STATE_SOCKET_FOLDER = '/run/wgotel/state';

const UNITS = /^wgotel(?:-reader)?\.service$/;
/** What `deploy/systemd` has to install. */
const DROP_INS = /^(?:names|netns|split|userspace)\.conf$/;

/** Every place there may be something, folders after what is in them. All of it is said by name: nothing is looked for. */
export function allPlaces({ storages, stateSocket }: Places, host: Host): Place[] {
  const socket = escaped(basename(stateSocket));
  return [
    { folder: SYSTEM, files: UNITS },
    {
      folder: `${SYSTEM}/multi-user.target.wants`,
      links: { names: UNITS, target: /^(?:\/etc\/systemd\/system|\.\.)\/wgotel(?:-reader)?\.service$/ },
    },
    { folder: `${SYSTEM}/wgotel.service.d`, files: DROP_INS, isOwn: true },
    { folder: `${SYSTEM}/wgotel-reader.service.d`, files: DROP_INS, isOwn: true },
    { folder: '/etc/sysusers.d', files: /^wgotel\.conf$/ },
    { folder: '/etc/bash_completion.d', files: /^wgotel$/ },
    { folder: dirname(stateSocket), sockets: new RegExp(`^(?:${socket}|\\.${socket}\\.\\d+)$`) },
    { folder: STATE_SOCKET_FOLDER, isOwn: true },
    { folder: dirname(READER_PROTOCOL.socket), sockets: /^(?:reader\.sock|\.reader\.sock\.\d+)$/, isOwn: true },
    { folder: '/run/wgotel/setup', files: /\.(?:conf|netdev)(?:\.\d+\.tmp)?$/, isOwn: true },
    { folder: '/run/wgotel', files: /^names\.(?:csv|json)(?:\.\d+\.tmp)?$/, isOwn: true },
    ...storages.flatMap((folder) => storagePlaces(folder, host)),
    { folder: '/etc/default', files: /^wgotel$/, isData: true },
    // Last, as it says where the others are.
    { folder: '/etc/wgotel', files: /^(?:config|reader)\.yaml$/, isOwn: true, isData: true },
  ];
}

/** A folder of saved state and queues. systemd gives a service with a dynamic user a link to one in the folder `private` beside it. */
function storagePlaces(folder: string, host: Host): Place[] {
  const suffixes = Object.values(STATE_FILES).map(escaped).join('|');
  const saved: Omit<Place, 'folder'> = {
    files: new RegExp(`^wireguard(?:%2F[\\w.-]+)?(?:${suffixes})$`),
    sockets: new RegExp(`^${LOCK}$`),
    isOwn: true,
    isData: true,
  };
  const isPrivate = host.linkTarget(folder) === `private/${basename(folder)}`;
  const real = isPrivate ? `${dirname(folder)}/private/${basename(folder)}` : folder;
  const places = [...queuePlaces(`${real}/queue`, host), { folder: real, ...saved }];
  if (!isPrivate) return places;
  const name = new RegExp(`^${escaped(basename(folder))}$`);
  return [...places, { folder: dirname(folder), links: { names: name, target: /^private\// }, isData: true }];
}

/** Queues of exporters: `EXPORTER/SIGNAL/REQUEST`. */
function queuePlaces(queue: string, host: Host): Place[] {
  const own = { isOwn: true, isData: true } as const;
  const exporters = host
    .list(queue)
    .filter((name) => EXPORTER.test(name) && host.stat(`${queue}/${name}`)?.isDirectory());
  return [
    ...exporters.flatMap((name) => [
      ...SIGNALS.map((signal) => ({ folder: `${queue}/${name}/${signal}`, files: REQUEST, ...own })),
      { folder: `${queue}/${name}`, ...own },
    ]),
    { folder: queue, ...own },
  ];
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
