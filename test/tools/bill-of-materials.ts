import { createHash } from 'node:crypto';
import { installedWith, readDependency, type Dependency } from '../support/dependencies.js';

/** Writes a package and all that is installed with it as CycloneDX 1.5. The same lock file gives the same bytes: there is no time in it,
 *  and its serial number follows from the rest. Source: https://cyclonedx.org/docs/1.5/json/
 *
 *  @param folder of the package, such as `packages/agent` */
export function billOfMaterials(folder: string): string {
  const root = readDependency(folder);
  const all = installedWith(root);
  const body = {
    version: 1,
    metadata: { component: component(root) },
    components: all.map(component),
    dependencies: [root, ...all].map((each) => ({
      ref: referenceOf(each),
      dependsOn: [...new Set(each.needs.map(referenceOf))],
    })),
  };
  const head = { bomFormat: 'CycloneDX', specVersion: '1.5', serialNumber: serialNumber(JSON.stringify(body)) };
  return `${JSON.stringify({ ...head, ...body }, undefined, 2)}\n`;
}

function component(dependency: Dependency): object {
  const { name, version, licence, integrity, isOptional } = dependency;
  const purl = referenceOf(dependency);
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    scope: isOptional ? 'optional' : 'required',
    ...(integrity && { hashes: [{ alg: 'SHA-512', content: hexOf(integrity) }] }),
    ...(licence && { licenses: [licence.includes(' ') ? { expression: licence } : { license: { id: licence } }] }),
    purl,
  };
}

/** Source: https://github.com/package-url/purl-spec */
function referenceOf({ name, version }: Dependency): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function hexOf(integrity: string): string {
  const [, base64] = /^sha512-(\S+)$/.exec(integrity) ?? [];
  if (base64 === undefined) throw new Error(`expected a SHA-512, not ${integrity}`);
  return Buffer.from(base64, 'base64').toString('hex');
}

/** A UUID of version 8, RFC 9562. */
function serialNumber(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `urn:uuid:${bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')}`;
}
