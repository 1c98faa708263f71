/** Builds exporters that profiles are compared with, unless they are in the cache, and prints where they are. */
import { ensureRivals, mdlayherPath } from '../support/rival-binaries.js';

try {
  for (const path of await ensureRivals()) console.log(path);
  if (mdlayherPath() === undefined) {
    console.error(
      "mdlayher's wireguard_exporter is in no registry: name one of commit c67c6d6 by WGOTEL_MDLAYHER_EXPORTER, and it is compared and measured too.",
    );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
