/** What an inspector does on the phone: photograph, say what it is, send; and answer a task. */
import type { Page } from 'playwright-core';

export interface Report {
  readonly photo: Buffer;
  readonly matter: string;
  readonly words: string;
}

/** Fills in a report, camera first, up to the moment before it is sent. */
export async function fillIn(page: Page, r: Report): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByText('拍照上报').click();
  await (await chooser).setFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: r.photo });
  await page.getByRole('img', { name: '照片 1' }).waitFor();
  await page.getByRole('button', { name: '选择管理事项' }).click();
  const sheet = page.getByRole('dialog', { name: '选择管理事项' });
  await sheet.getByRole('searchbox').fill(r.matter);
  await sheet.getByRole('button', { name: r.matter }).first().click();
  await sheet.waitFor({ state: 'detached' });
  await page.getByRole('textbox', { name: '补充说明' }).fill(r.words);
}

/** Says that what was photographed is settled already, and shows it. */
export async function settled(page: Page, after: Buffer, how: string): Promise<void> {
  await page.getByRole('button', { name: '自行处置' }).click();
  await page.getByRole('img', { name: '处置前' }).waitFor();
  const chooser = page.waitForEvent('filechooser');
  await page.getByText('拍处置后').click();
  await (await chooser).setFiles({ name: 'after.jpg', mimeType: 'image/jpeg', buffer: after });
  await page.getByRole('img', { name: '处置后' }).waitFor();
  await page.getByRole('button', { name: how }).click();
}

/** Sends what was filled in, without waiting for the seconds in which it could be taken back. */
export async function send(page: Page): Promise<void> {
  await page.getByRole('button', { name: '上报', exact: true }).click();
  await page.getByRole('button', { name: '立即发送' }).click();
}

/** The number under which the district knows the report, once the page shows it. */
export async function numberShown(page: Page): Promise<string> {
  await page.getByRole('heading', { name: '已上报' }).waitFor();
  return (await page.locator('[data-number]').innerText()).trim();
}

/** Opens the task of an incident from the list of today and answers it. */
export async function answer(page: Page, incident: string, act: string, words: string): Promise<void> {
  await page.locator(`[data-incident="${incident}"]`).click();
  await page.getByRole('button', { name: act }).click();
  const sheet = page.getByRole('dialog', { name: act });
  await sheet.getByRole('textbox').fill(words);
  await sheet.getByRole('button', { name: act }).click();
  await page.getByText(`${act}：已办理`).waitFor();
}
