import { repositoryPath } from '../../support/repository.js';

const load = (file: string): Promise<unknown> => import(repositoryPath(`packages/core/dist/source/${file}.js`));

// What @wgotel/core keeps to itself, and what only a test can reach from outside: pieces cut at any byte.
export const { LineBuffer } = (await load(
  'line-buffer',
)) as typeof import('../../../packages/core/src/source/line-buffer.js');
export const { PeerTable } = (await load(
  'peer-table',
)) as typeof import('../../../packages/core/src/source/peer-table.js');
export const { UapiParser } = (await load(
  'uapi/parse',
)) as typeof import('../../../packages/core/src/source/uapi/parse.js');
export const { DeviceKey } = (await load(
  'uapi/device-key',
)) as typeof import('../../../packages/core/src/source/uapi/device-key.js');
export const { DumpParser } = (await load(
  'wg-show/parse',
)) as typeof import('../../../packages/core/src/source/wg-show/parse.js');
export const { complaintToError } = (await load(
  'wg-show/complaint',
)) as typeof import('../../../packages/core/src/source/wg-show/complaint.js');
export const { asksAmnezia, isLocal, readingBy } = (await load(
  'wg-show/command',
)) as typeof import('../../../packages/core/src/source/wg-show/command.js');
export const { toDump } = (await load(
  'wg-show/public',
)) as typeof import('../../../packages/core/src/source/wg-show/public.js');
export const { namespacesOf } = (await load(
  'namespace',
)) as typeof import('../../../packages/core/src/source/namespace.js');
export const { AutoSource } = (await load(
  'auto/source',
)) as typeof import('../../../packages/core/src/source/auto/source.js');
export const { NetlinkSource } = (await load(
  'netlink/source',
)) as typeof import('../../../packages/core/src/source/netlink/source.js');
export const { NetlinkParser } = (await load(
  'netlink/parse',
)) as typeof import('../../../packages/core/src/source/netlink/parse.js');
export const { Reply } = (await load(
  'netlink/reply',
)) as typeof import('../../../packages/core/src/source/netlink/reply.js');
export const { ofDevice } = (await load(
  'netlink/errno',
)) as typeof import('../../../packages/core/src/source/netlink/errno.js');
export const { AddressText } = (await load(
  'netlink/address-text',
)) as typeof import('../../../packages/core/src/source/netlink/address-text.js');
export const { parseRecording } = (await load(
  'recorded/parse',
)) as typeof import('../../../packages/core/src/source/recorded/parse.js');
export const { AnswerParser } = (await load(
  'reader/parse',
)) as typeof import('../../../packages/core/src/source/reader/parse.js');
export { writeReading } from '@wgotel/core';
