import { ensureGuestImage } from '../support/guest-image.js';

try {
  console.log(await ensureGuestImage());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
