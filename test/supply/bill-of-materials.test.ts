import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { installedWith, readDependency } from '../support/dependencies.js';
import { billOfMaterials } from '../tools/bill-of-materials.js';
import { PACKAGES } from '../tools/dependencies.js';

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly { readonly license: { readonly id: string } }[];
  readonly purl: string;
}

interface Bill {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

for (const folder of PACKAGES) {
  describe(`the bill of materials of ${folder}`, () => {
    const text = billOfMaterials(folder);
    const bill = JSON.parse(text) as Bill;
    const root = readDependency(folder);

    it('is the same each time', () => assert.equal(billOfMaterials(folder), text));

    it('is CycloneDX 1.5 by its head', () => {
      assert.deepEqual([bill.bomFormat, bill.specVersion], ['CycloneDX', '1.5']);
      assert.match(bill.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    });

    it('names the package and all that is installed with it, with licence and hash', () => {
      assert.deepEqual(bill.metadata.component.name, root.name);
      const listed = bill.components.map(({ name, version, licenses: [first] }) => [name, version, first?.license.id]);
      assert.deepEqual(
        listed,
        installedWith(root).map(({ name, version, licence }) => [name, version, licence]),
      );
      for (const { name, purl, hashes, 'bom-ref': ref } of bill.components) {
        assert.match(purl, /^pkg:npm\/(?:%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+$/);
        assert.equal(ref, purl);
        if (!name.startsWith('@wgotel/')) assert.match(hashes?.[0]?.content ?? '', /^[0-9a-f]{128}$/);
      }
    });

    it('says who needs what, and leads to every component', () => {
      const needs = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
      const reached = new Set<string>();
      const reach = (ref: string): void => {
        if (reached.has(ref)) return;
        reached.add(ref);
        needs.get(ref)!.forEach(reach);
      };
      reach(bill.metadata.component['bom-ref']);
      assert.equal(reached.size, 1 + bill.components.length);
      assert.equal(needs.size, bill.dependencies.length);
    });
  });
}
