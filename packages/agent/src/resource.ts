import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Attributes } from '@wgotel/core';
import { VERSION } from './version.js';

/** What is known of the machine. */
export interface Host {
  readonly name: string;
  /** 32 hexadecimal digits, to be kept to ourselves. `undefined`: this machine has none.
   *  Source: https://www.freedesktop.org/software/systemd/man/latest/machine-id.html */
  readonly machineId: string | undefined;
}

const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];

/** The namespace of our `service.instance.id`s: a random UUID, for ever the same. */
const INSTANCE_NAMESPACE = 'd5a6ae2e-4d0f-4c07-9f3c-0d2b6d9a4f11';

/** Reads who this machine is.
 *
 *  @param files where the machine id may be, best first */
export function readHost(files: readonly string[] = MACHINE_ID_FILES): Host {
  for (const file of files) {
    try {
      const machineId = readFileSync(file, 'utf8').trim();
      if (/^[0-9a-f]{32}$/.test(machineId)) return { name: hostname(), machineId };
    } catch {
      // It is not there, or not for us: the next one may be.
    }
  }
  return { name: hostname(), machineId: undefined };
}

/** Describes this agent as an OpenTelemetry resource. `service.instance.id` is the same after a restart: it follows from
 *  the machine and `service.name`.
 *
 *  @param given attributes that replace or add to what is found out */
export function resourceAttributes(host: Host, given: Attributes = {}): Attributes {
  const name = given['service.name'] ?? 'wgotel';
  return {
    'service.name': name,
    'service.version': VERSION,
    'service.instance.id': uuidV5(INSTANCE_NAMESPACE, `${host.machineId ?? host.name}/${name}`),
    'host.name': host.name,
    ...(host.machineId !== undefined && { 'host.id': hostId(host.machineId) }),
    ...given,
  };
}

/** The machine id itself is confidential, so what is shown is derived from it, and can't be turned back. */
function hostId(machineId: string): string {
  return createHmac('sha256', machineId).update('wgotel host.id').digest('hex').slice(0, 32);
}

/** A name-based UUID. Source: RFC 9562, section 5.5 */
export function uuidV5(namespace: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
