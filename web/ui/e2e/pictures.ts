/** The pictures of the documentation, taken of the pages as they stand in the test. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { withPalette } from './palette';

const wanted = process.env['GRIDCOMMAND_PICTURES'] === '1';
const folder = resolve(import.meta.dirname, '../../../docs/pictures');

/** Bytes beyond which a picture is kept with 256 colours. */
const most = 600_000;

/** Keeps a picture of what the window shows, if pictures are wanted. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!wanted) return;
  await mkdir(folder, { recursive: true });
  // Tiles have arrived, and the map has had its turn to draw them.
  await page.waitForLoadState('networkidle');
  await page.evaluate(async () => {
    for (let frame = 0; frame < 4; frame++) await new Promise((next) => requestAnimationFrame(next));
  });
  const png = await page.screenshot({ timeout: 90_000 });
  await writeFile(join(folder, `${name}.png`), png.length <= most ? png : await withPalette(page, png));
}

/** Keeps what every window shows, for whoever looks for the cause of a failure. */
export async function keepSight(browser: Browser): Promise<void> {
  const results = resolve(import.meta.dirname, '../test-results');
  await mkdir(results, { recursive: true });
  for (const [k, page] of browser.contexts().flatMap((c) => c.pages()).entries()) {
    await page.screenshot({ path: join(results, `window-${k + 1}.png`), timeout: 30_000 }).catch(() => undefined);
  }
}
